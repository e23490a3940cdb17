"""Look-alike open cases: cosine of TF-IDF vectors of character n-grams, kept up to date.

A case is its title and the beginning of its body. Weights of grams are those of the cases at the
last rebuild; what was added since is compared with the same weights, so an addition costs a
fraction of a millisecond, and a rebuild comes when the additions are a tenth of the whole.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.cleaning import normalise
from furong.engines.text.grams import Floats, Hashes, among, counted

SIZES = (2, 3, 4)
TITLE, BODY = 200, 300
"""Characters of a case that are compared."""

FRESH = 64
"""Additions that are always held apart before a rebuild."""

SHARED = 5
LEAST_SHARED = 3
"""Phrases told of two cases, and the characters that one has at least."""


class Alike(NamedTuple):
    """An open case like the one that was asked about.

    score: cosine, 0 to 1. same: word for word, but for spaces, widths, capitals and numbers.
    phrases: what stands in both, the longest first.
    """

    id: str
    score: float
    same: bool
    phrases: tuple[str, ...]


@dataclass(slots=True)
class _Case:
    id: str
    text: str
    grams: Hashes
    times: Floats


@dataclass
class Similar:
    """The open cases. Slots are places in `_cases`; a removed case leaves None behind."""

    _cases: list[_Case | None] = field(default_factory=list)
    _slots: dict[str, int] = field(default_factory=dict)
    _texts: dict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))
    _built: int = 0
    _known: Hashes = field(default_factory=lambda: np.zeros(0, np.uint32))
    _idf: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    _starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    _owners: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    _values: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    _fresh: dict[int, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, id: str, title: str, text: str) -> None:  # noqa: A002
        """Add a case, or put another text in the place of the one it had."""
        self.remove(id)
        case = _Case(id, *_read(title, text))
        slot = len(self._cases)
        self._cases.append(case)
        self._slots[id] = slot
        self._texts[_mark(case.text)].add(id)
        if slot + 1 - self._built <= max(FRESH, self._built // 10):
            self._append(slot, case)
        else:
            self._rebuild()

    def remove(self, id: str) -> None:  # noqa: A002
        """Take a case out; one that is not there is none the less gone."""
        slot = self._slots.pop(id, None)
        if slot is None:
            return
        case = self._cases[slot]
        assert case is not None, "a slot that has an id has its case"
        self._cases[slot] = None
        mark = _mark(case.text)
        self._texts[mark].discard(id)
        if not self._texts[mark]:
            del self._texts[mark]

    def nearest(self, title: str, text: str, k: int = 5) -> list[Alike]:
        """At most `k` cases that share a phrase, the likest first; equals by age."""
        read, grams, times = _read(title, text)
        scores = self._scores(grams, times)
        same = self._texts.get(_mark(read), set()) if read else set()
        for one in same:
            scores[self._slots[one]] = 1.0
        alive = np.array([case is not None for case in self._cases], bool)
        scores[~alive] = 0.0
        best = np.argsort(-scores, kind="stable")[:k]
        found = []
        for slot in best[scores[best] > 0]:
            case = self._cases[slot]
            assert case is not None, "removed cases score 0"
            score = min(float(scores[slot]), 1.0)
            found.append(Alike(case.id, score, case.id in same, _shared(read, case.text)))
        return found

    def _scores(self, grams: Hashes, times: Floats) -> Floats:
        values = self._weighed(grams, times)
        here, places = among(self._known, grams)
        total = np.zeros(len(self._cases), np.float32)
        starts, ends = self._starts[places], self._starts[places + 1]
        if len(places):
            spread = ends - starts
            every = np.repeat(starts - np.concatenate([[0], np.cumsum(spread)[:-1]]), spread)
            every += np.arange(len(every))
            weights = np.repeat(values[here], spread) * self._values[every]
            total[: self._built] = np.bincount(self._owners[every], weights, self._built)
        for gram, value in zip(grams.tolist(), values.tolist(), strict=True):
            for slot, other in self._fresh.get(gram, ()):
                total[slot] += value * other
        return total

    def _weighed(self, grams: Hashes, times: Floats) -> Floats:
        """A vector of length 1; a gram that the last rebuild did not see is as rare as can be."""
        idf = np.full(len(grams), np.log(1 + self._built) + 1, np.float32)
        here, places = among(self._known, grams)
        idf[here] = self._idf[places]
        values = (1 + np.log(times)) * idf
        length = float(np.sqrt(values @ values))
        return (values / (length or 1.0)).astype(np.float32)

    def _append(self, slot: int, case: _Case) -> None:
        values = self._weighed(case.grams, case.times)
        for gram, value in zip(case.grams.tolist(), values.tolist(), strict=True):
            self._fresh[gram].append((slot, value))

    def _rebuild(self) -> None:
        """Weigh all grams anew, and give up the slots of cases that are gone."""
        kept = [case for case in self._cases if case is not None]
        self._cases = list(kept)
        self._slots = {case.id: slot for slot, case in enumerate(kept)}
        self._built = len(kept)
        self._fresh.clear()
        lengths = [len(case.grams) for case in kept]
        every = np.concatenate([case.grams for case in kept])
        self._known, inverse, spread = np.unique(every, return_inverse=True, return_counts=True)
        self._idf = (np.log((1 + len(kept)) / (1 + spread)) + 1).astype(np.float32)
        values = (1 + np.log(np.concatenate([case.times for case in kept]))) * self._idf[inverse]
        owners = np.repeat(np.arange(len(kept), dtype=np.int32), lengths)
        norms = np.sqrt(np.bincount(owners, values * values, len(kept)))
        values = (values / np.maximum(norms, 1e-12)[owners]).astype(np.float32)
        order = np.argsort(inverse, kind="stable")
        self._owners, self._values = owners[order], values[order]
        self._starts = np.concatenate([[0], np.cumsum(spread)]).astype(np.int64)


def _read(title: str, text: str) -> tuple[str, Hashes, Floats]:
    read = f"{normalise(title, TITLE)}\n{normalise(text, BODY)}".strip("\n")
    return read, *counted(read, SIZES)


def _mark(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _shared(one: str, other: str) -> tuple[str, ...]:
    """Longest passages of the first that stand in the second, none within another."""
    found: list[str] = []
    start = 0
    while start < len(one):
        end = start
        while end < len(one) and one[end].isalnum() and one[start : end + 1] in other:
            end += 1
        if end - start >= LEAST_SHARED:
            found.append(one[start:end])
        start = max(end, start + 1)
    longest = sorted(dict.fromkeys(found), key=lambda passage: (-len(passage), one.index(passage)))
    kept: list[str] = []
    for passage in longest:
        if not any(passage in other for other in kept):
            kept.append(passage)
    return tuple(kept[:SHARED])
