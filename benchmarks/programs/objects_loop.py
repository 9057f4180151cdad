"""Users with their visits as JSON lines, as one first writes it, or with selectinload.

python objects_loop.py lazy|selectin URL
"""

import json
import sys

from models import Users
from sqlalchemy import create_engine, select
from sqlalchemy.orm import selectinload, sessionmaker

how, url = sys.argv[1:]
statement = select(Users).order_by(Users.id)
if how == "selectin":
    statement = statement.options(selectinload(Users.visits))
with (
    sessionmaker(create_engine(url)).begin() as session,
    open(1, "w", encoding="utf-8", buffering=1 << 17, closefd=False) as out,
):
    for user in session.scalars(statement):
        visits = [
            {"user_id": visit.user_id, "number": visit.number, "page": visit.page,
             "began": visit.began.isoformat()}
            for visit in user.visits
        ]  # fmt: skip
        found = {"id": user.id, "name": user.name, "visits": visits}
        out.write(json.dumps(found, ensure_ascii=False) + "\n")
