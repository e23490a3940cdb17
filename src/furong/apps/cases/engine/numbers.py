"""Public numbers of cases and documents: a pattern of the pack, and one series for each."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from furong.apps.registry.models import Sequence

_SERIAL = re.compile(r"\{serial(?::(\d{1,2}))?\}")


def next_number(pattern: str, at: datetime, zone: ZoneInfo) -> str:
    """`SQ{year}{serial:05}` → SQ202000001. Equal patterns share a series, which the date parts begin.

    Takes a lock until the transaction ends: call it as late as possible.
    """
    local = at.astimezone(zone)
    filled = (
        pattern.replace("{year}", f"{local.year:04}")
        .replace("{month}", f"{local.month:02}")
        .replace("{day}", f"{local.day:02}")
    )
    (serial,) = Sequence.take(f"no:{_SERIAL.sub('#', filled)}"[:32], 1)
    return _SERIAL.sub(lambda found: str(serial).zfill(int(found[1] or 1)), filled)
