"""A SELECT built of the mapped columns, by SQLAlchemy Core alone, and csv.writer.

python core_loop.py URL
"""

import csv
import sys

from models import Events
from sqlalchemy import create_engine, select

STEP = 1000
event = Events.__table__.c
wanted = (
    select(event.id, event.ts, event.amount, event.note)
    .where(event.user_id < 5000, event.kind.in_(["view", "click"]))
    .order_by(event.id)
)  # fmt: skip

with (
    create_engine(sys.argv[1]).connect() as connection,
    open(1, "w", newline="", encoding="utf-8", buffering=1 << 17, closefd=False) as out,
):
    rows = connection.execution_options(yield_per=STEP).execute(wanted)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.keys())
    for block in rows.partitions():
        writer.writerows(block)
