from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base


class Booking(Base):
    __tablename__ = "bookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("guests.id"))
    room_number: Mapped[int] = mapped_column(ForeignKey("rooms.number"))
    arrival: Mapped[date]

    guest: Mapped["Guest"] = relationship(back_populates="bookings")  # noqa: F821
    room: Mapped["Room"] = relationship(back_populates="bookings")  # noqa: F821
