"""Sums of days: how many rows of a kind a past day has, so that figures of months need not count them again.

The rows are the truth. A day that is not listed here, or that is marked, is counted from its rows. Triggers
of the database write the marks, in the transaction of whatever changes a row of a day that is listed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id
from app.core.seen import Unscoped


class FigureDay(Base):
    """A day of the office's, by a moment that rows have, whose sums are kept."""

    __tablename__ = "figure_days"
    __seen__ = Unscoped("says which days are summed, and nothing of what is in them")

    moment: Mapped[str] = mapped_column(String(20), primary_key=True)
    """What says which day a row belongs to: `opened`, `resolved`, `judged`, `ended`."""
    day: Mapped[datetime] = mapped_column(primary_key=True)
    """When it began."""
    listed_at: Mapped[datetime]
    """Since when changes mark it."""
    counted_at: Mapped[datetime | None]
    """Empty until it has been counted: what had begun before it was listed marks nothing."""
    checked_at: Mapped[datetime | None]
    """When its sums were last held against its rows."""


class FigureMark(Base):
    """A row of a listed day was changed since the day was counted."""

    __tablename__ = "figure_marks"
    __seen__ = Unscoped("says which days are to be summed anew, and nothing of what is in them")

    moment: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[datetime] = mapped_column(primary_key=True)
    maker: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    """The transaction that made the change: each writes a row of its own, so that none waits for another, and
    a count takes away only marks whose changes it sees."""


class FigureSum(Base):
    """How many rows of a day have all of this in common."""

    __tablename__ = "figure_sums"
    __seen__ = Unscoped("sums of rows: each is read under the reach of what it sums (app/figures/sums.py)")

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[datetime] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    team_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    """0 where it has none, or where this kind is not told apart by teams."""
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    """A request's type, a reply's state, a verdict's outcome; empty where sums are not told apart by it."""
    flag: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1: answered late, or rescued."""
    n: Mapped[int]
    """So many rows."""
    lengths: Mapped[bytes | None] = mapped_column(LargeBinary)
    """How many of them took how long, packed (`app/figures/lengths.py`); empty where no length is ranked."""
