from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import get_session
from app.models.booking import Booking
from app.models.guest import Guest
from app.models.room import Room
from app.settings import settings

app = FastAPI(title=settings.title)


@app.get("/guests/{name}/rooms")
def rooms(name: str, session: Annotated[Session, Depends(get_session)]) -> list[int]:
    asked = select(Room.number).join(Booking).join(Guest).where(Guest.name == name)
    return list(session.scalars(asked))
