from typing import Optional

from sqlmodel import Field, Relationship, SQLModel


class Mission(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    goal: str = Field(max_length=100)
    leader_id: int | None = Field(default=None, foreign_key="hero.id")

    leader: Optional["Hero"] = Relationship(back_populates="missions")  # noqa: F821
