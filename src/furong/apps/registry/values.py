"""Values of facts between their plain JSON, as the tables hold it, and the engine's encoding."""

from datetime import date
from decimal import Decimal
from typing import Any

from furong.engines.rules import Fact
from furong.engines.rules.values import Encoded


def from_plain(fact: Fact, value: Any) -> Encoded:
    """The encoded value of plain JSON; the inverse of `furong.engines.rules.values.plain`.

    Kept values were checked when they were stated, so this only converts.
    """
    match fact.type:
        case "date":
            return date.fromisoformat(value).toordinal()
        case "set":
            return frozenset(value)
        case _ if fact.digits:
            return int(Decimal(value).scaleb(fact.digits))
        case _:
            return value  # type: ignore[no-any-return]  # a boolean, an integer, a code
