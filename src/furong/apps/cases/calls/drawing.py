"""Who calls whom, and which calls are made twice: drawn so that anybody can draw it again."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal


def sample(numbers: Iterable[str], *, seed: str, percent: int) -> set[str]:
    """So many per cent of some public numbers, rounded up: those with the least hashes.

    >>> sample(["1", "2", "3"], seed="x", percent=34) == sample(["3", "1", "2"], seed="x", percent=34)
    True
    >>> len(sample(map(str, range(60)), seed="x", percent=5))
    3
    """
    ranked = sorted(set(numbers), key=lambda number: _rank(seed, number))
    return set(ranked[: -(-len(ranked) * percent // 100)])


def _rank(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


def share[C](
    streets: Sequence[str], callers: Sequence[C], way: Literal["even", "street"]
) -> list[C]:
    """The caller of each line, whose street is given: in turn, or street by street.

    A street goes to one caller alone; the largest first, to whoever has the fewest lines so far.

    >>> share(["a", "a", "a", "b", "c"], ["X", "Y"], "street")
    ['X', 'X', 'X', 'Y', 'Y']
    """
    if way == "even":
        return [callers[place % len(callers)] for place in range(len(streets))]
    load = [0] * len(callers)
    given: dict[str, int] = {}
    for street, lines in sorted(Counter(streets).items(), key=lambda one: (-one[1], one[0])):
        least = min(range(len(callers)), key=lambda place: (load[place], place))
        given[street] = least
        load[least] += lines
    return [callers[given[street]] for street in streets]
