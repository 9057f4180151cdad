# ruff: noqa: E501 a case to a line
r"""Hard scripts and the statements they hold: what each database, or its client, takes them for.

A statement is written as it is sent. `inside` is what the last one is left open in. `@…` at the end
of a statement stands for an unusual terminator.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlsess_cli.sql.lexical import MARIADB, MYSQL, PORTABLE, POSTGRESQL, SQLITE

LEXICALS = {
    "mysql": MYSQL,
    "mariadb": MARIADB,
    "postgresql": POSTGRESQL,
    "sqlite": SQLITE,
    "portable": PORTABLE,
}
ALL = "mysql mariadb postgresql sqlite portable"
MY = "mysql mariadb"
NOT_MY = "postgresql sqlite portable"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    dialects: str
    script: str
    texts: tuple[str, ...]
    inside: str = ""


def case(name: str, dialects: str, script: str, *texts: str, inside: str = "") -> Case:
    return Case(name, dialects, script, texts, inside)


PROCEDURE = """\
create or replace definer = `root`@`%` procedure if not exists p(in a int, out b varchar(9))
comment 'x; y'
begin
  declare done int default 0;
  declare c cursor for select if(1, 2, 3), repeat('a', 2) from t where `end` = 1;
  declare continue handler for not found set done = 1;
  declare exit handler for sqlstate '23000', sqlexception begin rollback; resignal; end;
  select begin, t.begin as begin from t begin where (1) for update;
  outer_loop: loop
    fetch c into b;
    if done then leave outer_loop; elseif done is null then begin end; else set b = 1; end if;
    case a when 1 then select case when 2 then 3 else if(1, 2, 3) end; else begin end; end case;
    while a < 5 do set a = a + 1; end while;
    repeat set a = a - 1; until a = 0 end repeat;
    if exists (select 1) then drop table if exists t; end if;
    select case when a then case b when 1 then 2 end end for update;
  end loop outer_loop;
end"""
TRIGGER = """\
create temp trigger if not exists tr after insert on t when new.a > 1
begin
  select case new.a when 1 then 'x; end;' end;
  update t set b = 1; -- end;
  insert into u values (';', ";", [;], `;`);
end"""
ATOMIC = """\
create or replace function f(a int) returns int language sql
begin atomic
  select case when a = 1 then case a when 1 then 2 end end;
  select x.end as end from x;
  select 2;
end"""
MYSQLDUMP = """\
/*!50003 SET sql_mode = '' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `tr` BEFORE INSERT ON `t`
FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = ';;'; END */;;
DELIMITER ;
/*!50003 SET sql_mode = @saved */ ;"""

CASES = [
    # --- the plain ones
    case("one", ALL, "select 1", "select 1"),
    case("two", ALL, "select 1; select 2;", "select 1", "select 2"),
    case("nothing", ALL, ""),
    case("only space", ALL, " \t\r\n\f\v "),
    case("only terminators", ALL, ";; ; ;"),
    case("empty between", ALL, "select 1;;;select 2", "select 1", "select 2"),
    case("no space after", ALL, "select 1;select 2", "select 1", "select 2"),
    case("crlf", ALL, "select 1\r\n;\r\nselect\r\n2\r\n", "select 1", "select\r\n2"),
    case("byte order mark", ALL, "\ufeffselect 1; select 2", "select 1", "select 2"),
    case("byte order mark later", ALL, "select \ufeffa; b", "select \ufeffa", "b"),
    case("nul", ALL, "select '\0;'; select \0", "select '\0;'", "select \0"),
    case("not ascii", ALL, "select é, 名, 'ü;'; выбор", "select é, 名, 'ü;'", "выбор"),
    case("space that is none", ALL, "\xa0select 1\u2003;\u2028x", "\xa0select 1\u2003", "\u2028x"),
    case("lone surrogate", ALL, "select '\udc80;'; \udfff", "select '\udc80;'", "\udfff"),
    case("parentheses do not hold", ALL, "select (1; select 2)", "select (1", "select 2)"),
    case("transaction", ALL, "begin; update t set a = 1; end; commit;",
         "begin", "update t set a = 1", "end", "commit"),
    case("words of blocks", ALL, "select case when if then loop end; select begin",
         "select case when if then loop end", "select begin"),
    # --- strings and names
    case("semicolon in string", ALL, "select ';'; x", "select ';'", "x"),
    case("doubled quote", ALL, "select 'it''s;'; x", "select 'it''s;'", "x"),
    case("only doubled quotes", ALL, "select ''''; ''; '''';x", "select ''''", "''", "''''", "x"),
    case("empty strings", ALL, "select '', '' ';' ''; x", "select '', '' ';' ''", "x"),
    case("string of lines", ALL, "select 'a\n;\n'; x", "select 'a\n;\n'", "x"),
    case("comment in string", ALL, "select '--', '/*'; x", "select '--', '/*'", "x"),
    case("other quotes in string", ALL, """select '"`[$$'; x""", """select '"`[$$'""", "x"),
    case("name in double quotes", ALL, 'select "a;""b;"; x', 'select "a;""b;"', "x"),
    case("quote in a name", ALL, """select "it's;"; x""", """select "it's;" """.strip(), "x"),
    case("open string", ALL, "a; select 'x; y", "a", "select 'x; y", inside="string"),
    case("open after doubled", ALL, "select 'x'';", "select 'x'';", inside="string"),
    case("string open at line end", ALL, "select 'x\n", "select 'x\n", inside="string"),
    case("backslash ends nothing", NOT_MY, r"select '\'; x", r"select '\'", "x"),
    case("backslash escapes", MY, r"select '\';'; x", r"select '\';'", "x"),
    case("backslash in double quotes", MY, r'select "\";"; x', r'select "\";"', "x"),
    case("escaped backslash", MY, r"select '\\'; x", r"select '\\'", "x"),
    case("mixed escapes", MY, r"select '\''';\\'''; x", r"select '\''';\\'''", "x"),
    case("backslash at the end", MY, "select '\\", "select '\\", inside="string"),
    case("backslash before newline", MY, "select '\\\n;'; x", "select '\\\n;'", "x"),
    case("no escape in a name", MY, r"select `\`; x", r"select `\`", "x"),
    case("backticks", "mysql mariadb sqlite portable", "select `a;``;`; x", "select `a;``;`", "x"),
    case("backtick is nothing", "postgresql", "select `; x`", "select `", "x`"),
    case("open backtick", "mysql mariadb sqlite portable", "select `a;", "select `a;", inside="quoted name"),
    case("open double quotes", MY, 'select "a;', 'select "a;', inside="string"),
    case("open name", NOT_MY, 'select "a;', 'select "a;', inside="quoted name"),
    case("brackets", "sqlite", "select [a;'[]; x", "select [a;'[]", "x"),
    case("open bracket", "sqlite", "select [a;", "select [a;", inside="quoted name"),
    case("brackets are none", "mysql mariadb postgresql portable",
         "select a[1;2]; x", "select a[1", "2]", "x"),
    case("charset introducer", MY, r"select _utf8'\';', n'\';'; x", r"select _utf8'\';', n'\';'", "x"),
    case("prefixes", "postgresql sqlite portable",
         r"select n'\', x'1;', b'1;'; x", r"select n'\', x'1;', b'1;'", "x"),
    # --- PostgreSQL's strings
    case("escape string", "postgresql", r"select E'\';', e'\\'; x", r"select E'\';', e'\\'", "x"),
    case("no escape string", "sqlite portable", r"select E'\'; x", r"select E'\'", "x"),
    case("plain after escape", "postgresql", r"select E'\'' , '\'; x", r"select E'\'' , '\'", "x"),
    case("escape goes on", "postgresql", "select E'a'\n '\\';'; x", "select E'a'\n '\\';'", "x"),
    case("escape goes on after comment", "postgresql",
         "select E'a' -- ';\n  -- ;\n'\\';'; x", "select E'a' -- ';\n  -- ;\n'\\';'", "x"),
    case("escape goes on after return", "postgresql", "select E'a'\r'\\';';x", "select E'a'\r'\\';'", "x"),
    case("escape goes on twice", "postgresql", "select E''\n''\n'\\';';x", "select E''\n''\n'\\';'", "x"),
    case("escape does not go on", "postgresql", "select E'a' '\\'; x", "select E'a' '\\'", "x"),
    case("block comment stops it", "postgresql",
         "select E'a' /* */\n'\\'; x", "select E'a' /* */\n'\\'", "x"),
    case("a name that ends in e", "postgresql", r"select date'\'; x", r"select date'\'", "x"),
    case("unicode strings", "postgresql",
         r"""select U&'\0061;', u&"\;"; x""", r"""select U&'\0061;', u&"\;" """.strip(), "x"),
    case("u and", "postgresql", r"select u & '\', u&v; x", r"select u & '\', u&v", "x"),
    case("open escape string", "postgresql", r"select E'\'", r"select E'\'", inside="string"),
    # --- dollar quotes
    case("dollar quotes", "postgresql portable", "select $$;'$$; x", "select $$;'$$", "x"),
    case("dollar tag", "postgresql portable", "do $a$ $$;$b$;$a $A$;$a$; x", "do $a$ $$;$b$;$a $A$;$a$", "x"),
    case("dollar tag not ascii", "postgresql portable", "do $é_1$;$é_1$; x", "do $é_1$;$é_1$", "x"),
    case("dollars that overlap", "postgresql portable", "do $a$;$b$a$; x", "do $a$;$b$a$", "x"),
    case("dollar lines", "postgresql portable", "do $$\nbegin\n;\nend\n$$;\nx", "do $$\nbegin\n;\nend\n$$", "x"),
    case("dollars in a name", "postgresql portable", "select a$$;$$; x", "select a$$", "$$; x",
         inside="dollar quote"),
    case("dollars in a name, closed", ALL, "select a$b$c; x", "select a$b$c", "x"),
    case("dollars after a number", "postgresql portable", "select 1$$;$$; x", "select 1$$;$$", "x"),
    case("positional", "postgresql", "select $1, $2;$1; x", "select $1, $2", "$1", "x"),
    case("no tag of digits", "postgresql portable", "select $1$;$1$; x", "select $1$", "$1$", "x"),
    case("open dollar", "postgresql portable", "do $a$ ; $$", "do $a$ ; $$", inside="dollar quote"),
    case("no dollar quotes", "mysql mariadb sqlite", "select $$; $$", "select $$", "$$"),
    # --- comments
    case("line comment", ALL, "select 1 -- ;\n, 2; x", "select 1 -- ;\n, 2", "x"),
    case("comment before", ALL, "-- a;\n/* b; */ select 1; x", "-- a;\n/* b; */ select 1", "x"),
    case("comment behind", ALL, "select 1; -- a;\n/* b; */", "select 1"),
    case("comment before the end", ALL, "select 1 /* ; */ ;x", "select 1 /* ; */", "x"),
    case("comment at the end", ALL, "select 1 -- x;", "select 1 -- x;"),
    case("only comments", ALL, "-- a\n/* b */;/* c */ ; -- d"),
    case("quote in comments", ALL, "select 1 /* it's */ -- don't\n; x",
         "select 1 /* it's */ -- don't", "x"),
    case("stars", ALL, "select /***;***/ 1 /**/; x", "select /***;***/ 1 /**/", "x"),
    case("slash star slash", "mysql mariadb sqlite portable",
         "select /*/ ; /*/ 1; x", "select /*/ ; /*/ 1", "x"),
    case("nested comment", "postgresql", "select /* /* ; */ ; */ 1; x", "select /* /* ; */ ; */ 1", "x"),
    case("comments do not nest", "mysql mariadb sqlite portable",
         "select /* /* ; */ 1; */ x", "select /* /* ; */ 1", "*/ x"),
    case("open comment", ALL, "select 1 /* ; ", "select 1 /* ; ", inside="comment"),
    case("nothing but an open comment", ALL, "a; /* ; ", "a", "/* ; ", inside="comment"),
    case("open nested comment", "postgresql", "/* /* */ ; ", "/* /* */ ; ", inside="comment"),
    case("operators are no comments", ALL, "select 1 - -1, 4 / 2 * 3; x", "select 1 - -1, 4 / 2 * 3", "x"),
    case("two minuses", MY, "select 5--1; x", "select 5--1", "x"),
    case("two minuses begin a comment", NOT_MY, "select 5--1; x", "select 5--1; x"),
    case("minuses and a tab", MY, "select 5--\t;\n; x", "select 5--\t;", "x"),
    case("minuses and a control character", MY, "select 5--\x01;\n; x", "select 5--\x01;", "x"),
    case("minuses at the end", ALL, "select 5--", "select 5--"),
    case("minuses at a line's end", ALL, "select 5--\n;x", "select 5--", "x"),
    case("hash", MY, "select 1 # ; it's\n; x", "select 1 # ; it's", "x"),
    case("hash is none", NOT_MY, "select a#; b", "select a#", "b"),
    case("return ends a comment", "postgresql", "select 1 -- x\r; y", "select 1 -- x", "y"),
    case("return ends no comment", "mysql mariadb sqlite portable", "select 1 -- x\r; y", "select 1 -- x\r; y"),
    # --- executable comments
    case("executable", MY, "/*!40101 SET a = 1 */; x", "/*!40101 SET a = 1 */", "x"),
    case("semicolon in executable", MY, "/*! a; b */; x", "/*! a; b */", "x"),
    case("string in executable", MY, "select /*! '*/;' */ 1; x", "select /*! '*/;' */ 1", "x"),
    case("comment in executable", MY, "select /*! /* ; */ 1; */ ; x", "select /*! /* ; */ 1; */", "x"),
    case("mariadb's own", "mariadb", "select /*M! ';*/' */ 1; x", "select /*M! ';*/' */ 1", "x"),
    case("mariadb's own is a comment", "mysql", "select /*M! '*/ 1; x", "select /*M! '*/ 1", "x"),
    case("executable is a comment", NOT_MY, "/*! it's; */; select /*!1 ' */ 1; x", "select /*!1 ' */ 1", "x"),
    case("open executable", MY, "a; /*!50000 b;", "a", "/*!50000 b;", inside="comment"),
    case("a star and a slash", MY, "select 2 */ 3; x", "select 2 */ 3", "x"),
    case("a star and a comment", MY, "select 4 */* ; */ 2; x", "select 4 */* ; */ 2", "x"),
    case("a hint", MY, "select /*+ x(';') */ 1; x", "select /*+ x(';') */ 1", "x"),
    # --- terminators of clients
    case("delimiter", MY, "delimiter //\na; b//\nc //\nDELIMITER ;\nd; e", "a; b@//", "c@//", "d", "e"),
    case("delimiter of semicolons", MY, "delimiter ;;\na;b;;c ; ;;", "a;b@;;", "c ;@;;"),
    case("delimiter of dollars", MY, "DELIMITER $$\r\nend$$\r\na$b$$", "end@$$", "a$b@$$"),
    case("delimiter that is a word", MY, "delimiter go\ngopher; ago go\n`go` go", "gopher; ago@go", "`go`@go"),
    case("delimiter in quotes", MY, "delimiter |\n'|' /* | */ `|` \"|\"|x", "'|' /* | */ `|` \"|\"@|", "x"),
    case("delimiter before comments", MY, "delimiter #\na#b\n-- #\n;#", "a@#", "b\n-- #\n;@#"),
    case("delimiter after a statement", MY, "a; delimiter //\nb; c//", "a", "b; c@//"),
    case("delimiter after a comment", MY, "/* a; */ delimiter //\nb; c//", "b; c@//"),
    case("delimiter after a string", MY, "'a' delimiter //\n; b", "'a' delimiter //", "b"),
    case("delimiter without one", MY, "delimiter\n;a", "delimiter", "a"),
    case("delimiter is a word", NOT_MY, "delimiter //\na; b//", "delimiter //\na", "b//"),
    case("mysqldump", MY, MYSQLDUMP, "/*!50003 SET sql_mode = '' */",
         MYSQLDUMP.partition(";;\n")[2].partition(";;\nDELIMITER ;")[0] + "@;;",
         "/*!50003 SET sql_mode = @saved */"),
    case("vertical", MY, "select 1\\G\nselect 2\\g x", "select 1@\\G", "select 2@\\g", "x"),
    case("null", MY, "select \\N; x", "select \\N", "x"),
    case("psql's go", "postgresql", "select 1 \\g\nselect 2\\gx\n", "select 1@\\g", "select 2@\\gx"),
    case("client commands", ALL, "\\connect it's\n\\! ls;\nselect 1; \\x\nselect 2",
         "\\connect it's@\n", "\\! ls;@\n", "select 1", "\\x@\n", "select 2"),
    # --- bodies
    case("routine", "mysql mariadb portable", f"{PROCEDURE}; call p(); x", PROCEDURE, "call p()", "x"),
    case("routine open", "mysql mariadb portable", PROCEDURE[:-5] + ";", PROCEDURE[:-5] + ";", inside="body"),
    case("case and if at the end", "mysql mariadb portable",
         "create function f() returns int return case a when 1 then if(1, 2, 3) else 4 end",
         "create function f() returns int return case a when 1 then if(1, 2, 3) else 4 end"),
    case("case in a block that is open", "mysql mariadb portable",
         "create procedure p() begin select case when 1 then if(1, 2, 3) end",
         "create procedure p() begin select case when 1 then if(1, 2, 3) end", inside="body"),
    case("routine without block", "mysql mariadb portable",
         "create procedure p() select 1; create function f() returns int return 1; x",
         "create procedure p() select 1", "create function f() returns int return 1", "x"),
    case("trigger with if", "mysql mariadb portable",
         "create trigger t before insert on x for each row if new.a then set new.b = if(1, 2, 3); "
         "end if; x",
         "create trigger t before insert on x for each row if new.a then set new.b = if(1, 2, 3); "
         "end if", "x"),
    case("event", "mysql mariadb portable",
         "create event e on schedule every 1 day ends '2030-01-01' do begin a; end; x",
         "create event e on schedule every 1 day ends '2030-01-01' do begin a; end", "x"),
    case("altered event", "mysql mariadb portable", "alter event e do begin a; end; x",
         "alter event e do begin a; end", "x"),
    case("tables named like blocks", "mysql mariadb portable",
         "create table event (begin int, `if` int); create index event on begin (a); x",
         "create table event (begin int, `if` int)", "create index event on begin (a)", "x"),
    case("view with a definer", "mysql mariadb portable",
         "create definer = root@localhost view v as select 1 as begin; x",
         "create definer = root@localhost view v as select 1 as begin", "x"),
    case("routine of an unquoted definer", "mysql mariadb portable",
         "create definer = root@localhost procedure p() begin a; end; x",
         "create definer = root@localhost procedure p() begin a; end", "x"),
    case("function", "mysql mariadb portable", "create function f() returns int begin return 1; end; x",
         "create function f() returns int begin return 1; end", "x"),
    case("labelled block", "mysql mariadb portable",
         "create procedure p() l:begin m: while 1 do leave l; end while m; end l; x",
         "create procedure p() l:begin m: while 1 do leave l; end while m; end l", "x"),
    case("if after a function", MY, "create procedure p() begin set a = if(b, 1, 2); set c = repeat('x', 3); "
         "insert into t values (1), (if(1, 2, 3)); end; x",
         "create procedure p() begin set a = if(b, 1, 2); set c = repeat('x', 3); "
         "insert into t values (1), (if(1, 2, 3)); end", "x"),
    case("routine in executables", MY,
         "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 PROCEDURE p() BEGIN a; END */; x",
         "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 PROCEDURE p() BEGIN a; END */", "x"),
    case("delimiter beats the body", MY, "delimiter //\ncreate procedure p() begin a; // x //",
         "create procedure p() begin a;@//", "x@//"),
    case("no command in a body", MY, "create procedure p() begin a;\n\\x;\nend; y",
         "create procedure p() begin a;\n\\x;\nend", "y"),
    case("begin not atomic", MY, "begin not atomic select 1; if 1 then a; end if; end; x",
         "begin not atomic select 1; if 1 then a; end if; end", "x"),
    case("begin work", ALL, "begin work; a; begin; b", "begin work", "a", "begin", "b"),
    case("loose blocks", MY, "if 1 then a; end if; for i in 1..2 do b; end for; "
         "case when 1 then c; end case; while 0 do d; end while; x",
         "if 1 then a; end if", "for i in 1..2 do b; end for", "case when 1 then c; end case",
         "while 0 do d; end while", "x"),
    case("loose blocks in loose blocks", MY,
         "for i in 1..2 do for j in 1..2 do a; end for; select (1) for update; end for; "
         "if 1 then if 2 then a; elseif 3 then b; end if; else c; end if; x",
         "for i in 1..2 do for j in 1..2 do a; end for; select (1) for update; end for",
         "if 1 then if 2 then a; elseif 3 then b; end if; else c; end if", "x"),
    case("no loose blocks", NOT_MY, "if 1 then a; end if; x", "if 1 then a", "end if", "x"),
    case("sqlite trigger", "sqlite", f"{TRIGGER}; x", TRIGGER, "x"),
    case("sqlite trigger open", "sqlite", f"{TRIGGER[:-3]}", TRIGGER[:-3].rstrip(" "), inside="body"),
    case("sqlite trigger at the end", "sqlite", TRIGGER, TRIGGER),
    case("explained trigger", "sqlite", "explain create trigger t after insert on x begin a; end; y",
         "explain create trigger t after insert on x begin a; end", "y"),
    case("comments in a trigger's end", "sqlite",
         "create trigger t after insert on x begin a; /* */ end -- \n; y",
         "create trigger t after insert on x begin a; /* */ end --", "y"),
    case("end in the middle of a trigger", "sqlite",
         "create trigger t after insert on x begin select case 1 when 1 then 2 end; end; y",
         "create trigger t after insert on x begin select case 1 when 1 then 2 end; end", "y"),
    case("no trigger in parentheses", "sqlite", "(create trigger; x", "(create trigger", "x"),
    case("no trigger behind a string", "sqlite", "create 'a' trigger; x", "create 'a' trigger", "x"),
    case("no trigger", "sqlite", "create table trigger_(a); create temp view v as select 1; x",
         "create table trigger_(a)", "create temp view v as select 1", "x"),
    case("atomic", "postgresql", f"{ATOMIC}; x", ATOMIC, "x"),
    case("atomic open", "postgresql", ATOMIC[:-4] + " x", ATOMIC[:-4] + " x", inside="body"),
    case("procedure without atomic", "postgresql",
         "create procedure p(begin int) language sql as 'select 1; end'; x",
         "create procedure p(begin int) language sql as 'select 1; end'", "x"),
    case("rule", "postgresql", "create or replace rule r as on insert to t do also (a; (b); c); x",
         "create or replace rule r as on insert to t do also (a; (b); c)", "x"),
    case("rule open", "postgresql", "create rule r as on insert to t do also (a;",
         "create rule r as on insert to t do also (a;", inside="body"),
    case("function with dollars", "postgresql", "create function f() returns int as $f$ begin a; end $f$; x",
         "create function f() returns int as $f$ begin a; end $f$", "x"),
    # --- data
    case("copy", "postgresql", "copy t (a) from stdin;\n1;'\t$$\n\\.x\n\\.\nselect 1; x",
         "copy t (a) from stdin", "select 1", "x"),
    case("copy without data", "postgresql", "copy t from stdin with (format csv); \r\n\\.\r\nx",
         "copy t from stdin with (format csv)", "x"),
    case("copy open", "postgresql", "copy t from stdin;\n1;\n", "copy t from stdin", inside="COPY data block"),
    case("copy elsewhere", "postgresql", "copy t to stdout;\ncopy t from '/x';\n"
         "copy (select 1 from stdin) to stdout;\nx",
         "copy t to stdout", "copy t from '/x'", "copy (select 1 from stdin) to stdout", "x"),
    case("copy and more on the line", "postgresql", "copy t from stdin; x", "copy t from stdin", "x"),
    case("copy is no data", "mysql mariadb sqlite portable",
         "copy t from stdin;\na;\n", "copy t from stdin", "a"),
    # --- others
    case("xa", MY, "xa start 'x;'; xa end 'x;'; xa prepare 'x;'", "xa start 'x;'", "xa end 'x;'",
         "xa prepare 'x;'"),
    case("json", ALL, """select '{"a": ";"}'; x""", """select '{"a": ";"}'""", "x"),
    case("assignment", MY, "set @a := 1; select @`;`, @';'; x", "set @a := 1", "select @`;`, @';'", "x"),
    case("slices and casts", "postgresql", "select a[1:n]::int[], '1'::text; x",
         "select a[1:n]::int[], '1'::text", "x"),
]  # fmt: skip
