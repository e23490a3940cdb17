"""Which passages of a message spoke for a category."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.grams import Hashes, grams

SHOWN = 5
LENGTHS = (2, 3, 4, 5, 6)
CONSIDERED = 40
"""Passages of each length: enough that five of them neither overlap nor repeat one another."""


class Opinion(NamedTuple):
    """How much a gram of one of these sizes speaks for a category against its rival."""

    sizes: tuple[int, ...]
    weigh: Callable[[Hashes], NDArray[np.floating]]


def telling(parts: Sequence[tuple[str, Sequence[Opinion]]]) -> tuple[str, ...]:
    """Up to five passages of two to six characters, those that say most first.

    Each gram's weight is shared out to its characters. Passages do not overlap, keep within
    punctuation, and none stands in another.
    """
    found = [
        (weight, part, start, text[start : start + size])
        for part, (text, opinions) in enumerate(parts)
        for weight, start, size in _windows(text, _support(text, opinions))
    ]
    taken = [np.zeros(len(text), bool) for text, _ in parts]
    passages: list[str] = []
    for _, part, start, passage in sorted(found, key=lambda one: (-one[0], *one[1:])):
        place = taken[part][start : start + len(passage)]
        if not place.any() and not any(passage in one or one in passage for one in passages):
            place[:] = True
            passages.append(passage)
        if len(passages) == SHOWN:
            break
    return tuple(passages)


def _support(text: str, opinions: Sequence[Opinion]) -> NDArray[np.float64]:
    """How much each character speaks for the category."""
    support = np.zeros(len(text))
    for sizes, weigh in opinions:
        for size, found in zip(sizes, grams(text, sizes), strict=True):
            if len(found):
                support += np.convolve(weigh(found), np.full(size, 1 / size))[: len(text)]
    return support


def _windows(text: str, support: NDArray[np.float64]) -> list[tuple[float, int, int]]:
    """The passages that say most: what each says, where it starts, its length."""
    broken = np.array([not (character.isalnum() or character == "_") for character in text], bool)
    sums, breaks = np.append(0, support.cumsum()), np.append(0, broken.cumsum())
    found = []
    for size in LENGTHS:
        weights = (sums[size:] - sums[:-size]) / size**0.5
        weights[breaks[size:] > breaks[:-size]] = 0
        best = np.argsort(-weights, kind="stable")[:CONSIDERED]
        found += [(float(weights[at]), int(at), size) for at in best if weights[at] > 0]
    return found
