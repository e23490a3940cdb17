"""January to April 2020, day by day and sum by sum, against a text file that people checked."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from furong.engines.worktime import Calendar, Counting, add, elapsed, read_duration
from furong.packs import load

LINES = [
    line.split()
    for line in Path(__file__).with_name("calendar-2020.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
OFF = "休"


@cache
def calendar(name: str) -> Calendar:
    return load("furong-2020").working_calendars[name]


def at(text: str, name: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar(name).zoneinfo)


def lines(word: str) -> list[list[str]]:
    return [rest for first, *rest in LINES if first == word]


def hours(name: str, on: date) -> str:
    spans = calendar(name).day(on).hours
    return ",".join(f"{begin:%H:%M}-{end:%H:%M}" for begin, end in spans) or OFF


def test_every_day() -> None:
    given = [" ".join(line) for line in lines("day")]
    days = [date.fromisoformat(line.split()[0]) for line in given]
    assert days == [date(2020, 1, 1) + timedelta(n) for n in range(121)]

    made = [
        f"{day} {'一二三四五六日'[day.weekday()]} "
        f"{hours('furong-2020', day)} {hours('hunan-enterprises-2020', day)}"
        for day in days
    ]

    assert made == given


@pytest.mark.parametrize("line", lines("add"), ids=" ".join)
def test_add(line: list[str]) -> None:
    name, start, length, counting, _, end = line
    found = add(at(start, name), read_duration(length), calendar(name), cast("Counting", counting))
    assert found == at(end, name)
    assert found.isoformat() == f"{end}:00+08:00"


@pytest.mark.parametrize("line", lines("elapsed"), ids=" ".join)
def test_elapsed(line: list[str]) -> None:
    name, start, end, counting, _, length = line
    found = elapsed(at(start, name), at(end, name), calendar(name), cast("Counting", counting))
    assert found == timedelta(hours=float(length.removesuffix("h")))
