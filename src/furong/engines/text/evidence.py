"""Which passages of a message spoke for a category."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.grams import Hashes, grams

SHOWN = 5
LENGTHS = (2, 3, 4, 5, 6)

_WORD = re.compile(r"\w+")


class Opinion(NamedTuple):
    """How much a gram of one of these sizes speaks for a category against its rival."""

    sizes: tuple[int, ...]
    weigh: Callable[[Hashes], NDArray[np.floating]]


def telling(parts: Sequence[tuple[str, Sequence[Opinion]]]) -> tuple[str, ...]:
    """Up to five passages of two to six characters, those that say most first.

    Each gram's weight is shared out to its characters. Passages do not overlap, keep within
    punctuation, and none stands in another.
    """
    found: list[tuple[float, int, str]] = []
    for text, opinions in parts:
        support = _support(text, opinions)
        for match in _WORD.finditer(text):
            found += _windows(match[0], support[match.start() : match.end()])
    passages: list[str] = []
    for _, _, passage in sorted(found, key=lambda one: (-one[0], one[1], one[2])):
        if not any(passage in other or other in passage for other in passages):
            passages.append(passage)
        if len(passages) == SHOWN:
            break
    return tuple(passages)


def _support(text: str, opinions: Sequence[Opinion]) -> NDArray[np.float64]:
    support = np.zeros(len(text))
    for sizes, weigh in opinions:
        for size, found in zip(sizes, grams(text, sizes), strict=True):
            if len(found):
                support += np.convolve(weigh(found), np.full(size, 1 / size))[: len(text)]
    return support


def _windows(word: str, support: NDArray[np.float64]) -> list[tuple[float, int, str]]:
    """Passages of one run of characters that do not overlap, each with what it says."""
    candidates = [
        (float(np.sum(support[start : start + size])) / size**0.5, start, size)
        for size in LENGTHS
        for start in range(len(word) - size + 1)
    ]
    taken = np.zeros(len(word), bool)
    kept = []
    for weight, start, size in sorted(candidates, key=lambda one: (-one[0], one[1], one[2])):
        if weight <= 0:
            break
        if not taken[start : start + size].any():
            taken[start : start + size] = True
            kept.append((weight, start, word[start : start + size]))
    return kept
