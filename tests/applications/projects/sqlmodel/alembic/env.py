from alembic import context
from heroes.database import connect
from heroes.missions import models as missions  # noqa: F401
from heroes.teams import models as teams  # noqa: F401
from sqlmodel import SQLModel

target_metadata = SQLModel.metadata

with connect().connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
