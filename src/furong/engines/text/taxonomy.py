"""A district's own categories, and what can be said of a message from their words alone."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.cleaning import BODY_LIMIT, TITLE_LIMIT, normalise
from furong.engines.text.grams import Hashes, Message, among, counted

SIZES = (1, 2)
SMOOTHING = 0.5
TITLE = 2.0
"""A gram of the title counts as so many of the body."""

_PARTS = re.compile(r"[、，,;；/与及和（）()\s]+")
_EMPTY = {"其他", "其它"}
"""Words that are in every category and say nothing."""


class TaxonomyProblem(ValueError):
    """Categories that cannot be used; the message names the thing, the cause and the remedy."""


@dataclass(frozen=True, slots=True)
class Label:
    """A category. words: terms that people use for what belongs to it, beside its name."""

    id: str
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taxonomy:
    """All categories, in the order in which they are shown."""

    labels: tuple[Label, ...]

    def __post_init__(self) -> None:
        ids = [label.id for label in self.labels]
        if len(ids) < 2:
            raise TaxonomyProblem("类别少于两个，无从判别。请至少写两个类别")
        twice = [one for one, count in Counter(ids).items() if count > 1]
        if twice:
            raise TaxonomyProblem(f"类别 {twice[0]} 写了两次。请合并或改名")

    @classmethod
    def named(cls, ids: Iterable[str]) -> "Taxonomy":
        """Categories that are nothing but their names, in the order of the names."""
        return cls(tuple(Label(one, one) for one in sorted(set(ids))))

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def places(self) -> dict[str, int]:
        """Id → place in `labels`."""
        return {label.id: place for place, label in enumerate(self.labels)}

    @cached_property
    def digest(self) -> str:
        """Changes with any id, name, word or order (SHA-256, hexadecimal)."""
        told = [[label.id, label.name, *label.words] for label in self.labels]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def place(self, label: str) -> int:
        """Raises TaxonomyProblem for a category that is not declared."""
        if label not in self.places:
            known = "、".join(list(self.places)[:20])
            raise TaxonomyProblem(
                f"没有类别 {label}。已声明的类别：{known}。请改正，或先补进类别表"
            )
        return self.places[label]

    @cached_property
    def _grams(self) -> tuple[Hashes, NDArray[np.float32]]:
        """Grams of the words, ascending, and how much each speaks for each category (log ratio)."""
        cut = [_counted(label) for label in self.labels]
        known = np.unique(np.concatenate([grams for grams, _ in cut]))
        counts = np.full((len(known), len(cut)), SMOOTHING)
        for place, (grams, times) in enumerate(cut):
            counts[np.searchsorted(known, grams), place] += times
        worded = np.array([len(grams) > 0 for grams, _ in cut])
        shares = counts / counts.sum(axis=0)
        ratio = np.zeros_like(counts)  # nothing speaks for or against what has no words (其他)
        if worded.any():
            mean = shares[:, worded].mean(axis=1, keepdims=True)
            ratio[:, worded] = np.log(shares[:, worded]) - np.log(mean)
        return known, ratio.astype(np.float32)

    def scores(self, message: Message) -> NDArray[np.float64]:
        """One number a category, higher for likelier: naive Bayes on the words' grams.

        A repeated gram counts by its logarithm. All are 0 where the message has none of the grams.
        """
        known, ratio = self._grams
        total = np.zeros(len(self))
        for text, weight in (
            (normalise(message.title, TITLE_LIMIT), TITLE),
            (normalise(message.body, BODY_LIMIT), 1.0),
        ):
            grams, times = counted(text, SIZES)
            here, places = among(known, grams)
            total += weight * ((1 + np.log(times[here])) @ ratio[places])
        return total

    def speaks(self, asked: Hashes, first: int, second: int) -> NDArray[np.float64]:
        """How much each gram's words speak for one category against another."""
        known, ratio = self._grams
        here, places = among(known, asked)
        found = np.zeros(len(asked))
        found[here] = ratio[places, first] - ratio[places, second]
        return found


def _counted(label: Label) -> tuple[Hashes, NDArray[np.float32]]:
    words = [word for word in dict.fromkeys([label.name, *label.words]) if word not in _EMPTY]
    parts: Sequence[str] = [part for word in words for part in _PARTS.split(word) if part]
    cut = [counted(normalise(part, TITLE_LIMIT), SIZES) for part in parts]
    if not cut:
        return np.zeros(0, np.uint32), np.zeros(0, np.float32)
    grams, inverse = np.unique(np.concatenate([one for one, _ in cut]), return_inverse=True)
    times = np.bincount(inverse, np.concatenate([count for _, count in cut]), len(grams))
    return grams, times.astype(np.float32)
