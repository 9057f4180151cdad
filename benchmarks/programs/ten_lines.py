"""What is written where there is no console: a session, the mapped class, and print."""

import sys

from models import Students
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

Session = sessionmaker(create_engine(sys.argv[1]))
with Session.begin() as session:
    for student in session.scalars(select(Students)):
        print(student.first_name, student.last_name, student.course, student.score, sep="\t")
