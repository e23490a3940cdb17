"""`python -m bench.worktime [--json]`: what the due time of a clock costs, on 50,000 of them.

Clocks of the first half of 2020 on the calendar of a district: one to three intervals, limits as
the procedures have them (30m to 15d, working and natural), each asked within a day of its last
start. What is due is compared with the share of its limit that has run. CPU time of one process;
the tables of the calendar are made before.
"""

import argparse
import json
import random
import sys
import time
from datetime import datetime, timedelta

from bench.rules.measure import machine
from furong.engines.worktime import Calendar, Counting, Interval, Limit, due, read_duration, used
from furong.packs import load

CLOCKS, REPEATS, SEED = 50_000, 5, 20200203
LIMITS = ("30m", "2h", "4h", "1d", "3d", "5d", "15d", "end_of_day")


def main() -> int:
    options = _options()
    calendar = load("furong-2020").working_calendars["furong-2020"]
    began = time.process_time()
    _ = calendar.working_days
    tables = time.process_time() - began
    clocks = _clocks(calendar, random.Random(SEED))
    seconds = []
    for _ in range(REPEATS):
        began = time.process_time()
        found = [due(intervals, limit, now) for intervals, limit, now in clocks]
        seconds.append(time.process_time() - began)
    for (intervals, limit, now), at in zip(clocks, found, strict=True):
        share = used(intervals, limit, now)
        assert share is not None
        if (share >= 1) != (at is not None and at <= now):
            sys.exit(f"{intervals} of {limit.length} has run {share} and is due {at}")
    line: dict[str, object] = {
        "task": "due",
        "clocks": CLOCKS,
        "ahead": sum(
            at is not None and at > now for at, (*_, now) in zip(found, clocks, strict=True)
        ),
        "us_a_clock": round(min(seconds) / CLOCKS * 1e6, 2),
        "tables_ms": round(tables * 1000, 1),
        **machine(),
    }
    print(json.dumps(line) if options.json else _shown(line))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.worktime", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser.parse_args()


def _clocks(calendar: Calendar, rng: random.Random) -> list[tuple[list[Interval], Limit, datetime]]:
    first = datetime(2020, 1, 2, tzinfo=calendar.zoneinfo)
    made = []
    for _ in range(CLOCKS):
        marks = sorted(rng.sample(range(180 * 24 * 60), 2 * rng.randint(1, 3)))
        moments = [first + timedelta(minutes=mark) for mark in marks]
        intervals = [Interval(a, b) for a, b in zip(moments[::2], moments[1::2], strict=True)]
        if rng.random() < 0.7:
            intervals[-1] = Interval(intervals[-1].start)
        length = read_duration(rng.choice(LIMITS))
        counting: Counting = "natural" if rng.random() < 0.3 else "working"
        now = intervals[-1].start + timedelta(minutes=rng.randrange(24 * 60))
        made.append((intervals, Limit(length, calendar, counting), now))
    return made


def _shown(line: dict[str, object]) -> str:
    return (
        f"{line['clocks']:,} clocks, {line['ahead']:,} due later   {line['us_a_clock']} µs each   "
        f"tables of the calendar {line['tables_ms']} ms   load {line['load']}"
    )


if __name__ == "__main__":
    sys.exit(main())
