"""Character n-grams as numbers, and a message as a weighted vector of them.

A gram is kept as a hash of 32 bits, so a stored model holds no passage of anybody's message, and
cutting a text into grams is a handful of array operations. Two grams that share a hash share a
weight: with 300,000 of them, about ten pairs do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.cleaning import BODY_LIMIT, TITLE_LIMIT, normalise

type Hashes = NDArray[np.uint32]
type Floats = NDArray[np.float32]

_PRIME = np.uint64(0x100000001B3)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(33)
_SALTS = np.arange(8, dtype=np.uint64) * _MIX


class Message(NamedTuple):
    """What somebody wrote; `body` may be empty."""

    title: str
    body: str


def grams(text: str, sizes: Sequence[int]) -> list[Hashes]:
    """For each size, the hash of the gram that begins at each character.

    The i-th number of a size belongs to `text[i : i + size]`.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    found = []
    rolled = np.zeros(len(codes), np.uint64)
    for size in range(1, max(sizes) + 1):
        length = max(len(codes) - size + 1, 0)
        rolled = rolled[:length] * _PRIME + codes[size - 1 : size - 1 + length]
        if size in sizes:
            found.append(_mixed(rolled + _SALTS[size]))
    return found


def _mixed(values: NDArray[np.uint64]) -> Hashes:
    values = (values ^ (values >> _SHIFT)) * _MIX
    values = (values ^ (values >> _SHIFT)) * _MIX
    return (values >> np.uint64(32)).astype(np.uint32)


def counted(text: str, sizes: Sequence[int]) -> tuple[Hashes, Floats]:
    """Distinct grams in ascending order, and how often each occurs."""
    distinct, counts = np.unique(np.concatenate(grams(text, sizes)), return_counts=True)
    return distinct, counts.astype(np.float32)


def among(known: Hashes, asked: Hashes) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which of the asked grams are known, and the places of those. `known` is ascending."""
    places = np.searchsorted(known, asked)
    inside = places < len(known)
    here = inside.copy()
    here[inside] = known[places[inside]] == asked[inside]
    return here, places[here]


@dataclass(frozen=True, slots=True)
class Field:
    """A part of the message with the grams that are known of it: a vector space of its own.

    known: ascending. idf: a weight for each. weight: the length of this part's vector.
    """

    known: Hashes
    idf: Floats
    weight: float

    def vector(self, distinct: Hashes, counts: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Places in `known` and values: sublinear TF-IDF of length `weight`; empty if none is known."""
        here, places = among(self.known, distinct)
        values = (1 + np.log(counts[here])) * self.idf[places]
        length = float(np.sqrt(np.sum(values * values)))
        return places, (values * (self.weight / length) if length else values).astype(np.float32)


SIZES = (1, 2, 3, 4)
TITLE_WEIGHT = 0.6
"""Length of the title's vector beside the body's 1; of .3 to 1.2, the best on messages (bench)."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A message cut into grams, once for all models that read it."""

    title: tuple[Hashes, Floats]
    body: tuple[Hashes, Floats]

    @classmethod
    def of(cls, message: Message) -> "Counted":
        title = normalise(message.title, TITLE_LIMIT)
        body = normalise(message.body, BODY_LIMIT)
        return cls(counted(title, SIZES), counted(body, SIZES))


@dataclass(frozen=True, slots=True)
class Features:
    """Both parts of a message as one vector: the title's grams, then the body's."""

    title: Field
    body: Field

    def __len__(self) -> int:
        return len(self.title.known) + len(self.body.known)

    def vector(self, message: Counted) -> tuple[NDArray[np.intp], Floats]:
        """Ascending places of what the message has of the known grams, and its values."""
        first, title = self.title.vector(*message.title)
        second, body = self.body.vector(*message.body)
        return (
            np.concatenate([first, second + len(self.title.known)]),
            np.concatenate([title, body]),
        )


def learned(messages: Iterable[Counted], *, most: int) -> Features:
    """The features of a set of messages: grams that occur in two titles, or in three bodies.

    most: of each part, the most widespread grams are kept; ties by hash.
    """
    messages = list(messages)
    few = 2 if len(messages) >= 500 else 1
    title = _field([one.title[0] for one in messages], few, most, TITLE_WEIGHT)
    body = _field([one.body[0] for one in messages], few + (few > 1), most, 1.0)
    return Features(title, body)


def _field(documents: list[Hashes], at_least: int, most: int, weight: float) -> Field:
    every = np.concatenate(documents) if documents else np.zeros(0, np.uint32)
    distinct, spread = np.unique(every, return_counts=True)
    kept = spread >= at_least
    distinct, spread = distinct[kept], spread[kept]
    if len(distinct) > most:
        order = np.lexsort((distinct, -spread))[:most]
        order.sort()
        distinct, spread = distinct[order], spread[order]
    idf = np.log((1 + len(documents)) / (1 + spread)) + 1
    return Field(distinct, idf.astype(np.float32), weight)
