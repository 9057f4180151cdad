"""Classes that were there before they were mapped, and dataclasses of every make."""

from __future__ import annotations

from dataclasses import dataclass, field

import attrs
from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    mapped_column,
    registry,
    relationship,
)

imperative = registry()
decorated = registry()


class Team:
    """Knows nothing of any database."""

    def __init__(self, id: int, name: str) -> None:  # noqa: A002
        self.id, self.name = id, name


class Player:
    def __init__(self, key: int, name: str, team: Team | None = None) -> None:
        self.key, self.name, self.team = key, name, team


@attrs.define(slots=False)
class Match:
    """Made by attrs."""

    id: int
    place: str
    home: Team | None = None
    goals: list[Goal] = attrs.field(factory=list)


@attrs.define(slots=False, eq=False)
class Goal:
    id: int
    minute: int
    scorer: Player | None = None


@dataclass(eq=False)
class Referee:
    """A plain dataclass, mapped from outside."""

    id: int
    name: str
    matches: list[Match] = field(default_factory=list)


teams = Table(
    "class_teams", imperative.metadata,
    Column("team_id", Integer, primary_key=True), Column("team_name", String(20)),
)  # fmt: skip
players = Table(
    "class_players", imperative.metadata,
    Column("id", Integer, primary_key=True), Column("name", String(20)),
    Column("team_id", ForeignKey("class_teams.team_id")),
)  # fmt: skip
matches = Table(
    "class_matches", imperative.metadata,
    Column("id", Integer, primary_key=True), Column("place", String(20)),
    Column("home_id", ForeignKey("class_teams.team_id")),
    Column("referee_id", ForeignKey("class_referees.id")),
)  # fmt: skip
goals = Table(
    "class_goals", imperative.metadata,
    Column("id", Integer, primary_key=True), Column("minute", Integer),
    Column("match_id", ForeignKey("class_matches.id")),
    Column("player_id", ForeignKey("class_players.id")),
)  # fmt: skip
referees = Table(
    "class_referees", imperative.metadata,
    Column("id", Integer, primary_key=True), Column("name", String(20)),
)  # fmt: skip

imperative.map_imperatively(
    Team, teams,
    properties={
        "id": teams.c.team_id, "name": teams.c.team_name,
        "players": relationship(Player, back_populates="team", order_by=players.c.name),
    },
)  # fmt: skip
imperative.map_imperatively(
    Player, players,
    properties={
        "key": players.c.id, "team_key": players.c.team_id,
        "team": relationship(Team, back_populates="players"),
    },
)  # fmt: skip
imperative.map_imperatively(
    Match, matches, properties={"home": relationship(Team), "goals": relationship(Goal)}
)
imperative.map_imperatively(Goal, goals, properties={"scorer": relationship(Player)})
imperative.map_imperatively(Referee, referees, properties={"matches": relationship(Match)})


class Base(MappedAsDataclass, DeclarativeBase):
    """Mapped classes that are dataclasses."""


class Box(Base):
    __tablename__ = "class_boxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    inside_id: Mapped[int | None] = mapped_column(
        ForeignKey("class_boxes.id"), default=None, init=False
    )
    inside: Mapped[Box | None] = relationship(
        remote_side="Box.id", default=None, back_populates="holds"
    )
    holds: Mapped[list[Box]] = relationship(default_factory=list, back_populates="inside")
    lid: Mapped[bool] = mapped_column(default=False, kw_only=True)


@decorated.mapped_as_dataclass
class Label:
    __tablename__ = "class_labels"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(20))


@decorated.mapped
class Sticker:
    """Declarative, with a table of its own making."""

    __table__ = Table(
        "class_stickers", decorated.metadata,
        Column("id", Integer, primary_key=True), Column("text", String(20)),
        Column("label_id", ForeignKey("class_labels.id")),
    )  # fmt: skip
    label = relationship(Label)


METADATA = (imperative.metadata, Base.metadata, decorated.metadata)


def objects() -> list[object]:
    reds, blues = Team(1, "Reds"), Team(2, "Blues")
    ann, ben = Player(1, "Ann", reds), Player(2, "Ben", reds)
    first = Match(1, "Park", reds, [Goal(1, 12, ann), Goal(2, 80, ben)])
    second = Match(2, "Hill", blues, [Goal(3, 5)])
    attic = Box(id=1, name="attic")
    trunk = Box(id=2, name="trunk", inside=attic, lid=True)
    sticker = Sticker()
    sticker.id, sticker.text, sticker.label = 1, "new", Label(id=1, text="one")
    return [
        reds, blues, Player(3, "Cho"), first, second, Referee(1, "Rey", [first]), Referee(2, "Sam"),
        attic, trunk, Box(id=3, name="tin", inside=trunk), Box(id=4, name="pin", inside=trunk),
        sticker,
    ]  # fmt: skip
