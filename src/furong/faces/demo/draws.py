"""Random numbers that are the same on every machine and in every release, and tables to read them by.

Only the raw bits of PCG64 are used, which NumPy promises never to change, never its distributions,
which it may; and only additions, multiplications and divisions follow, which IEEE 754 fixes.
A value is an entry of a table of equally likely values, chosen by 16 random bits.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from statistics import NormalDist
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 16
"""Subjects are drawn in blocks of this many, each from its own streams: the first ones of a large
population are those of a small one."""

SIZE = 1 << 16  # entries of a table of words or days
QUANTILES = 1 << 12  # entries of a table of factors

type Bits = NDArray[np.uint16]


class Stream:
    """The random bits of one name in one block, 16 for each subject at a time."""

    def __init__(self, seed: int, name: str, block: int) -> None:
        self._raw = np.random.PCG64(np.random.SeedSequence([seed, crc32(name.encode()), block]))

    def bits(self, count: int = BLOCK) -> Bits:
        raw: NDArray[np.uint64] = self._raw.random_raw(-(-count // 4))
        return raw.astype("<u8").view("<u2")[:count]


def happens(bits: Bits, chance: float) -> NDArray[np.bool_]:
    """True for this share of all."""
    return bits < round(chance * SIZE)


def places(weights: Sequence[float]) -> NDArray[np.uint16]:
    """A table of places in a list, each as often as its weight says."""
    bounds = np.rint(np.cumsum(weights) / math.fsum(weights) * SIZE).astype(np.int64)
    return np.repeat(np.arange(len(weights), dtype=np.uint16), np.diff(bounds, prepend=0))


@cache
def factors(spread: float, zero: float = 0.0) -> NDArray[np.float64]:
    """A table of log-normal factors with median 1, the least first; this share of them is 0."""
    normal = NormalDist()
    drawn = [
        # Rounded, so that no machine's last digit of exp shows.
        round(math.exp(spread * normal.inv_cdf((place + 0.5) / QUANTILES)), 6)
        for place in range(QUANTILES)
    ]
    nothing = round(zero * QUANTILES)
    table = np.array(drawn)
    if nothing:
        kept = np.linspace(0, QUANTILES - 1, QUANTILES - nothing).astype(np.int64)
        table = np.concatenate([np.zeros(nothing), table[kept]])
    return table


def days(curve: Mapping[int, float]) -> NDArray[np.int32]:
    """A table of day ordinals: by each day of the curve its share has come; -1 for the rest.

    Between two days of the curve the days are equally likely; the first day has its whole share.
    """
    table = np.full(SIZE, -1, np.int32)
    reached = round(next(iter(curve.values())) * SIZE)
    table[:reached] = next(iter(curve))
    for (before, _), (day, share) in pairwise(curve.items()):
        end = round(share * SIZE)
        span = np.arange(end - reached, dtype=np.int64)
        table[reached:end] = before + 1 + span * (day - before) // max(end - reached, 1)
        reached = end
    return table


def take(table: NDArray[Any], bits: Bits) -> NDArray[Any]:
    """One entry of a table for each."""
    shift = 0 if len(table) == SIZE else 4
    return table[bits >> shift] if shift else table[bits]
