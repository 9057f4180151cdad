from configparser import ConfigParser

from sqlmodel import create_engine


def connect():
    settings = ConfigParser()
    settings.read("alembic.ini")
    return create_engine(settings["alembic"]["sqlalchemy.url"])
