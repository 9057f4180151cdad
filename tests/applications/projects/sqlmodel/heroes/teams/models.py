from typing import Optional

from sqlmodel import Field, Relationship, SQLModel


class TeamBase(SQLModel):
    name: str = Field(max_length=50, unique=True)
    city: str = Field(max_length=50)


class Team(TeamBase, table=True):
    id: int | None = Field(default=None, primary_key=True)

    heroes: list["Hero"] = Relationship(back_populates="team")


class TeamRead(TeamBase):
    id: int


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=50)
    age: int | None = None
    team_id: int | None = Field(default=None, foreign_key="team.id")

    team: Optional["Team"] = Relationship(back_populates="heroes")
    missions: list["Mission"] = Relationship(back_populates="leader")  # noqa: F821
