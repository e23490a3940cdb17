"""Subjects grouped by codes: those alike in several respects are one pattern."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

type Codes = NDArray[np.int64]
"""One small integer a subject, not negative."""

DENSE = 8
"""Codes up to this many times the subjects are counted in a table rather than sorted."""


def grouped(codes: Iterable[Codes], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each subject's pattern (0, 1, …), and the first subject of each pattern.

    Two subjects have one pattern if all their codes are equal.
    """
    joint, size = np.zeros(count, np.int64), 1
    for code in codes:
        width = int(code.max(initial=0)) + 1
        if size * width > 2**62:
            joint, first = _dense(joint, size)
            size = first.size
        joint, size = joint * width + code, size * width
    return _dense(joint, size)


def _dense(code: Codes, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The codes below `size` numbered without gaps, in their order."""
    if size > DENSE * code.size:
        _, first, pattern = np.unique(code, return_index=True, return_inverse=True)
        return pattern, first
    first_of = np.full(size, code.size)
    first_of[code[::-1]] = np.arange(code.size - 1, -1, -1)
    used = np.flatnonzero(first_of < code.size)
    place = np.empty(size, np.intp)
    place[used] = np.arange(used.size)
    return place[code], first_of[used]


class Numbering[K]:
    """Numbers for keys, 0, 1, …, that stay the same from one population to the next."""

    def __init__(self) -> None:
        self._numbers: dict[K, int] = {}

    def of(self, keys: Sequence[K]) -> Codes:
        numbers = self._numbers
        return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
