from alembic import context
from app.db import Base, engine
from app.models import booking, guest, room  # noqa: F401  what they map is in the metadata

target_metadata = Base.metadata

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
