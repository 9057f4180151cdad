"""What PostgreSQL does not forbid in a read-only transaction."""

from __future__ import annotations

import re

# COPY writes files and starts programs, DO may do so; statistics are written at once.
OUTLASTING = frozenset({"ANALYSE", "ANALYZE", "CHECKPOINT", "COPY", "DO", "LOAD"})
EVADING = OUTLASTING | {"CLUSTER", "REINDEX"}
# Functions that a read-only transaction does not forbid and no rollback undoes: they end sessions,
# write files, use other connections, or are about the whole cluster. A name that is spelled by
# code points could be any of them.
OUTSIDE = re.compile(
    r"""u&".* | dblink\w* | heap_force_\w+ | lo_export | pg_(?:cancel|terminate)_backend
    | pg_(?:backup_start|backup_stop|start_backup|stop_backup|switch_wal|create_restore_point)
    | pg_(?:promote|wal_replay_\w+|reload_conf|rotate_logfile\w*|log_backend_memory_contexts)
    | pg_logical_(?:emit_message|slot_get_\w+) | pg_replication_(?:slot_advance|origin_\w+)
    | pg_(?:create|copy)_\w+_replication_slot | pg_drop_replication_slot | pg_sync_replication_slots
    | pg_stat_(?:\w+_)?reset\w* | pg_file_\w+ | pg_truncate_visibility_map | setval""",
    re.VERBOSE | re.DOTALL,
)
UNHELD = (
    "functions and views that write files, end sessions or use other connections",
    "before PostgreSQL 16, sequences: where the transaction's setting is taken back",
    "a program's own connections",
)
