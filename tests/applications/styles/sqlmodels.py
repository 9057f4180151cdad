"""SQLModel: one class for the table and for validation."""

# No postponed annotations: SQLModel reads those of its relationships as they are.
# ruff: noqa: UP006, UP035, UP045
from datetime import date
from decimal import Decimal
from typing import List, Optional

from sqlmodel import Field, Relationship, SQLModel


class Membership(SQLModel, table=True):
    __tablename__ = "sqlmodel_memberships"
    club_id: Optional[int] = Field(default=None, foreign_key="sqlmodel_clubs.id", primary_key=True)
    hero_id: Optional[int] = Field(default=None, foreign_key="sqlmodel_heroes.id", primary_key=True)


class HeroBase(SQLModel):
    """What a hero has, with a table or without."""

    name: str = Field(index=True, max_length=40)
    secret: str = Field(max_length=40)


class Club(SQLModel, table=True):
    __tablename__ = "sqlmodel_clubs"
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(max_length=40)
    founded: Optional[date] = None
    heroes: List["Hero"] = Relationship(back_populates="clubs", link_model=Membership)


class Hero(HeroBase, table=True):
    __tablename__ = "sqlmodel_heroes"
    id: Optional[int] = Field(default=None, primary_key=True)
    wage: Optional[Decimal] = Field(default=None, max_digits=8, decimal_places=2)
    friend_id: Optional[int] = Field(default=None, foreign_key="sqlmodel_heroes.id")
    clubs: List[Club] = Relationship(back_populates="heroes", link_model=Membership)
    friend: Optional["Hero"] = Relationship(sa_relationship_kwargs={"remote_side": "Hero.id"})


METADATA = (SQLModel.metadata,)


def objects() -> list[object]:
    owls = Club(id=1, name="Owls", founded=date(1999, 12, 31))
    foxes = Club(id=2, name="Foxes")
    ada = Hero(id=1, name="Night", secret="Ada", wage=Decimal("10.50"), clubs=[owls, foxes])
    bob = Hero(id=2, name="Day", secret="Bob", clubs=[foxes], friend=ada)
    return [owls, foxes, Club(id=3, name="None"), ada, bob]
