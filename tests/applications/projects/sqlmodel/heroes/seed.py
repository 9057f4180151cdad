"""python -m heroes.seed: a team, and something to do."""

from sqlmodel import Session, SQLModel

from heroes.database import connect
from heroes.missions.models import Mission
from heroes.teams.models import Hero, Team

if __name__ == "__main__":
    engine = connect()
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        logic = Team(name="Logic", city="Vienna")
        kurt = Hero(name="Kurt", age=25, team=logic)
        alan = Hero(name="Alan", age=24)
        session.add_all([kurt, alan])
        session.add(Mission(goal="Find the limits", leader=kurt))
        session.add(Mission(goal="Break the cipher", leader=alan))
        session.commit()
