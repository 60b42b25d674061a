"""Write app/worktime/china.csv: the public holidays and make-up days of mainland China, as published.

    pip install --no-deps holidays    # not locked: it asks for an older python-dateutil than ours
    python scripts/holidays_table.py 2024 2026

The years are those that the State Council has published; the package `holidays` guesses the others, and
nothing here can tell, so whoever runs this has read the notice (its list of sources is in the package's
`countries/china.py`). It names the days that differ from an ordinary week. A notice also counts the weekend
that a holiday touches, and so do we: somebody who works on Saturdays is free on that one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from holidays.countries.china import China

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app.worktime.holidays import PublicDay, Turn, named  # noqa: E402

TABLE = ROOT / "app" / "worktime" / "china.csv"
_IN_RETURN = re.compile(r"由 (\d{4}-\d{2}-\d{2}) 调休")
_A_DAY = timedelta(days=1)


def days_of(years: Iterable[int]) -> list[PublicDay]:
    """What the package knows of these years, with the weekends that the holidays touch."""
    known = China(years=sorted(years), language="zh_CN")
    made_up = {day for day in known.weekend_workdays if day.year in set(years)}
    off = {day: name for day, name in known.items() if day.year in set(years)}
    in_return = {date.fromisoformat(m[1]): d for d, name in off.items() if (m := _IN_RETURN.search(name))}
    names = {day: named(name) for day, name in off.items() if not _IN_RETURN.search(name)}
    free = set(off)
    for day in sorted(off):
        for step in (-_A_DAY, _A_DAY):
            near = day + step
            while near.weekday() >= 5 and near not in made_up and near not in free and near.year == day.year:
                free.add(near)
                near += step
    found = [PublicDay(day, Turn.OFF, names.get(day) or _nearest(day, names, free)) for day in free]
    found += [PublicDay(day, Turn.WORK, _nearest(in_return[day], names, free)) for day in made_up]
    return sorted(found, key=lambda about: about.day)


def _nearest(day: date, names: dict[date, str], free: set[date]) -> str:
    """The festival of the same unbroken stretch of free days."""
    for step in (-_A_DAY, _A_DAY):
        near = day
        while near in free:
            if near in names:
                return names[near]
            near += step
    raise LookupError(f"{day} belongs to no festival")


def main(first: int, last: int) -> None:
    rows = [f"{about.day},{about.turn},{about.name}" for about in days_of(range(first, last + 1))]
    TABLE.write_text("\n".join(["day,turn,name", *rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main(*(int(year) for year in sys.argv[1:3]))
