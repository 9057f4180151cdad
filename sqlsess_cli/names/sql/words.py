"""The words of SQL: reserved ones, beginnings of statements, functions, types."""

from __future__ import annotations

RESERVED = frozenset(
    """
    all and any as asc between by case cast check collate column constraint create cross
    current_date current_time current_timestamp current_user default delete desc distinct drop
    else end except exists false fetch for foreign from full grant group having in index inner
    insert intersect into is join key left like limit natural not null offset on or order outer
    primary references right select session_user set some table then to true union unique update
    user using values view when where window with
    """.split()
)
RESERVED_POSTGRESQL = frozenset(
    """
    analyse analyze array asymmetric authorization binary both collation concurrently
    current_catalog current_role current_schema deferrable do freeze ilike initially isnull
    lateral leading localtime localtimestamp notnull only overlaps placing returning similar
    symmetric system_user tablesample trailing variadic verbose
    """.split()
) - {"index", "key", "view"}
RESERVED_MYSQL = frozenset(
    """
    accessible add alter analyze asensitive before bigint binary blob both call cascade change
    char character condition continue convert cube cume_dist current_role cursor database
    databases day_hour day_microsecond day_minute day_second dec decimal declare delayed
    dense_rank describe deterministic distinctrow div do_domain_ids double dual each elseif
    empty enclosed escaped exit explain first_value float float4 float8 force fulltext function
    generated get grouping groups high_priority hour_microsecond hour_minute hour_second if
    ignore ignore_domain_ids infile inout insensitive int int1 int2 int3 int4 int8 integer
    interval io_after_gtids io_before_gtids iterate json_table keys kill lag last_value lateral
    lead leading leave linear lines load localtime localtimestamp lock long longblob longtext
    loop low_priority master_bind master_ssl_verify_server_cert match maxvalue mediumblob
    mediumint mediumtext middleint minute_microsecond minute_second mod modifies
    no_write_to_binlog nth_value ntile numeric of optimize optimizer_costs option optionally out
    outfile over page_checksum parse_vcol_expr partition percent_rank precision procedure purge
    range rank read read_write reads real recursive ref_system_id regexp release rename repeat
    replace require resignal restrict return returning revoke rlike row row_number rows schema
    schemas second_microsecond sensitive separator show signal smallint spatial specific sql
    sql_after_gtids sql_before_gtids sql_big_result sql_calc_found_rows sql_small_result
    sqlexception sqlstate sqlwarning ssl starting stats_auto_recalc stats_persistent
    stats_sample_pages stored straight_join system terminated tinyblob tinyint tinytext trailing
    trigger undo unlock unsigned usage use utc_date utc_time utc_timestamp varbinary varchar
    varcharacter varying virtual while write xor year_month zerofill
    """.split()
)
RESERVED_SQLITE = frozenset(
    """
    add alter autoincrement commit deferrable escape glob if indexed isnull notnull nothing
    raise regexp returning rollback transaction
    """.split()
)


def _phrases(text: str) -> tuple[str, ...]:
    """Words, and phrases whose words an underscore joins."""
    return tuple(word.replace("_", " ") for word in text.upper().split())


STARTS = _phrases(
    """
    select insert_into update delete_from with create_table create_view create_index alter_table
    drop_table drop_view drop_index begin commit rollback savepoint release explain values
    create_unique_index create_trigger drop_trigger
    """
)
STARTS_POSTGRESQL = _phrases(
    """
    truncate explain_analyze copy vacuum analyze grant revoke set show reset comment_on
    lock_table call do create_materialized_view refresh_materialized_view create_schema
    drop_schema create_sequence create_function create_type create_extension merge_into listen
    notify prepare execute declare fetch table start_transaction reindex cluster discard_all
    """
)
STARTS_MYSQL = _phrases(
    """
    truncate_table show_tables show_databases show_create_table show_columns_from
    show_index_from show_processlist show_variables show_status show_warnings describe use
    replace_into set grant revoke call lock_tables unlock_tables load_data rename_table
    optimize_table analyze_table check_table create_database drop_database create_procedure
    create_function start_transaction kill flush do handler explain_analyze table
    """
)
STARTS_SQLITE = _phrases(
    """
    pragma replace_into vacuum analyze reindex attach_database detach_database
    explain_query_plan create_virtual_table create_temp_table begin_immediate begin_exclusive
    """
)

FUNCTIONS = tuple(
    """
    abs avg coalesce count current_date current_time current_timestamp dense_rank first_value
    lag last_value lead length lower ltrim max min nth_value ntile nullif rank replace round
    row_number rtrim substr sum trim upper cast
    """.split()
)
FUNCTIONS_POSTGRESQL = tuple(
    """
    age array_agg array_append array_length array_position array_remove array_to_string bit_and
    bit_or bool_and bool_or btrim cardinality ceil ceiling char_length chr clock_timestamp
    concat concat_ws convert_from convert_to cume_dist current_database current_schema
    current_setting current_user date_bin date_part date_trunc decode encode every exp extract
    floor format gen_random_uuid generate_series greatest initcap isfinite json_agg
    json_array_elements json_build_array json_build_object json_object_agg jsonb_agg
    jsonb_array_elements jsonb_array_length jsonb_build_object jsonb_each jsonb_extract_path
    jsonb_object_agg jsonb_path_query jsonb_pretty jsonb_set justify_interval lastval least left
    ln log lpad make_date make_interval make_timestamp md5 mod mode nextval now num_nonnulls
    octet_length overlay percent_rank percentile_cont percentile_disc pg_backend_pid
    pg_cancel_backend pg_get_constraintdef pg_get_indexdef pg_get_viewdef pg_indexes_size
    pg_relation_size pg_size_pretty pg_sleep pg_table_size pg_terminate_backend
    pg_total_relation_size pg_typeof pi position power quote_ident quote_literal random
    regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table
    repeat reverse right row_to_json rpad setseed setval sha256 sign split_part sqrt starts_with
    statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array strpos
    substring sum timeofday to_char to_date to_hex to_json to_jsonb to_number to_timestamp
    to_tsquery to_tsvector translate trunc unnest var_pop var_samp variance version width_bucket
    xmlagg session_user localtime localtimestamp
    """.split()
)
FUNCTIONS_MYSQL = tuple(
    """
    adddate addtime ascii bin bit_and bit_count bit_or ceil ceiling char char_length concat
    concat_ws connection_id conv convert convert_tz curdate current_user curtime database date
    date_add date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear elt exp
    extract field find_in_set floor format found_rows from_base64 from_days from_unixtime
    get_lock greatest group_concat hex hour if ifnull instr isnull json_array json_arrayagg
    json_array_append json_contains json_extract json_keys json_length json_merge_patch
    json_object json_objectagg json_overlaps json_pretty json_quote json_remove json_replace
    json_search json_set json_table json_type json_unquote json_valid json_value last_day
    last_insert_id lcase least left ln locate log log10 log2 lpad makedate maketime md5
    microsecond mid minute mod month monthname now octet_length password percent_rank period_add
    pi position pow power quarter quote rand regexp_instr regexp_replace regexp_substr
    release_lock repeat reverse right row_count rpad schema second sec_to_time sha1 sha2 sign
    sleep soundex space sqrt std stddev stddev_pop stddev_samp str_to_date strcmp subdate
    substring substring_index sysdate time time_format time_to_sec timediff timestamp
    timestampadd timestampdiff to_base64 to_days truncate ucase unhex unix_timestamp user
    utc_date utc_timestamp uuid values var_pop var_samp variance version week weekday weekofyear
    year yearweek
    """.split()
)
FUNCTIONS_SQLITE = tuple(
    """
    changes char concat concat_ws cume_dist date datetime format glob group_concat hex ifnull
    iif instr json json_array json_array_length json_each json_extract json_group_array
    json_group_object json_insert json_object json_patch json_quote json_remove json_replace
    json_set json_tree json_type json_valid julianday last_insert_rowid likelihood likely log
    ltrim octet_length percent_rank pi pow power printf quote random randomblob sign
    sqlite_version sqrt strftime string_agg substring time timediff total total_changes trunc
    typeof unhex unicode unixepoch unlikely zeroblob exp floor ceil mod ln
    """.split()
)
BARE = frozenset(
    """
    current_date current_time current_timestamp current_user session_user localtime localtimestamp
    """.split()
)
AGGREGATES = frozenset(
    """
    array_agg avg bit_and bit_or bool_and bool_or count every group_concat json_agg
    json_arrayagg json_group_array json_group_object json_object_agg json_objectagg jsonb_agg
    jsonb_object_agg max min mode percentile_cont percentile_disc std stddev stddev_pop
    stddev_samp string_agg sum total var_pop var_samp variance xmlagg
    """.split()
)
SET_RETURNING = frozenset(
    """
    generate_series jsonb_array_elements json_array_elements jsonb_each json_each json_table
    json_tree regexp_matches regexp_split_to_table unnest
    """.split()
)

TYPES = tuple(
    "integer bigint smallint numeric decimal real varchar char text date timestamp".split()
)
TYPES_POSTGRESQL = tuple(
    """
    boolean bytea cidr float inet interval json jsonb money serial bigserial time timestamptz
    uuid xml tsvector
    """.split()
)
TYPES_MYSQL = tuple(
    """
    bit blob boolean datetime double enum float int json longblob longtext mediumint mediumtext
    set time tinyint tinytext unsigned varbinary binary year
    """.split()
)
TYPES_SQLITE = tuple("blob boolean datetime double float int json".split())
