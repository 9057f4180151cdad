"""Guests come first."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import declarative_base

revision = "0001"
down_revision = None

Base = declarative_base()


class GuestThen(Base):
    __tablename__ = "guests"
    id = sa.Column(sa.Integer, primary_key=True)


def upgrade() -> None:
    op.create_table("guests", sa.Column("id", sa.Integer, primary_key=True))
