"""Bitmaps: one bit a subject, 64 to a word, little-endian."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

type Words = NDArray[np.uint64]


def words_for(count: int) -> int:
    return (count + 63) // 64


def pack(flags: NDArray[np.bool_]) -> Words:
    """One word for each 64 flags; the last one is filled up with zeros."""
    packed = np.packbits(flags, bitorder="little")
    if packed.size % 8:
        packed = np.concatenate([packed, np.zeros(-packed.size % 8, np.uint8)])
    return packed.view(np.uint64)


def flags(words: Words, count: int) -> NDArray[np.bool_]:
    """The first `count` bits as booleans."""
    return np.unpackbits(words.view(np.uint8), count=count, bitorder="little").view(np.bool_)


def places(words: Words, count: int) -> NDArray[np.intp]:
    """The positions of the ones. Bytes without any are skipped before bits are spread out."""
    packed = words.view(np.uint8)
    held = np.flatnonzero(packed != 0)
    if 4 * held.size > 3 * packed.size:
        return np.flatnonzero(flags(words, count))
    spread = np.flatnonzero(np.unpackbits(packed[held], bitorder="little").view(np.bool_))
    found: NDArray[np.intp] = held[spread >> 3]
    found <<= 3
    spread &= 7
    found += spread
    return found


def ones(words: Words) -> int:
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def full(count: int) -> Words:
    """`count` ones."""
    return pack(np.ones(count, np.bool_))


def scatter(rows: NDArray[Any], count: int) -> Words:
    """Ones at these positions."""
    marked = np.zeros(count, np.bool_)
    marked[rows] = True
    return pack(marked)
