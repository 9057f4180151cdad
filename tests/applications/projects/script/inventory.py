"""What is in the workshop, and where: python inventory.py init."""

import os
import sys

from sqlalchemy import Column, ForeignKey, Integer, String, create_engine, select
from sqlalchemy.orm import declarative_base, relationship, sessionmaker

engine = create_engine(os.environ.get("INVENTORY", "sqlite:///inventory.db"))
Session = sessionmaker(engine)
Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    place = Column(String(40))


class Tool(Base):
    __tablename__ = "tools"
    id = Column(Integer, primary_key=True)
    name = Column(String(40))
    pieces = Column(Integer)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship(Shelf, backref="tools")


def main(verb):
    if verb == "init":
        Base.metadata.create_all(engine)
        with Session.begin() as session:
            door, wall = Shelf(place="by the door"), Shelf(place="back wall")
            session.add(Tool(name="hammer", pieces=2, shelf=door))
            session.add(Tool(name="saw", pieces=1, shelf=wall))
            session.add(Tool(name="clamp", pieces=8, shelf=wall))
    with Session() as session:
        for tool in session.scalars(select(Tool).order_by(Tool.id)):
            print(f"{tool.pieces} x {tool.name}: {tool.shelf.place}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
