"""A district's own categories, and what can be said of a message from their words alone."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.cleaning import BODY_LIMIT, TITLE_LIMIT, normalise
from furong.engines.text.grams import Hashes, Message, among, counted, grams

WEIGHTS = {1: 0.25, 2: 1.0, 3: 1.0}
"""Sizes of grams: a single character says little. Chosen on messages, as are the next two (bench)."""

SMOOTHING = 1.0
TITLE = 2.0
"""A gram of the title counts as so many of the body."""

_PARTS = re.compile(r"[、，,;；/与及和（）()\s]+")
_NONE = np.zeros(0, np.uint32)
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
    def _ratios(self) -> dict[int, tuple[Hashes, NDArray[np.float32]]]:
        """For each size: grams of the words, ascending, and how much each speaks for a category.

        That is a log ratio of shares. Nothing speaks for or against what has no words (其他).
        """
        parts = [_parts(label) for label in self.labels]
        worded = np.array([bool(one) for one in parts])
        found = {}
        for size in WEIGHTS:
            cut = [
                np.concatenate([_NONE, *(grams(part, (size,))[0] for part in one)]) for one in parts
            ]
            known = np.unique(np.concatenate(cut))
            counts = np.full((len(known), len(cut)), SMOOTHING)
            for place, one in enumerate(cut):
                np.add.at(counts[:, place], np.searchsorted(known, one), 1)
            ratio = np.zeros_like(counts)
            if len(known):
                shares = counts[:, worded] / counts[:, worded].sum(axis=0)
                ratio[:, worded] = np.log(shares) - np.log(shares.mean(axis=1, keepdims=True))
            found[size] = known, ratio.astype(np.float32)
        return found

    def scores(self, message: Message) -> NDArray[np.float64]:
        """One number a category, higher for likelier: naive Bayes on the words' grams.

        A repeated gram counts by its logarithm. All are 0 where the message has none of the grams.
        """
        total = np.zeros(len(self))
        for text, weight in (
            (normalise(message.title, TITLE_LIMIT), TITLE),
            (normalise(message.body, BODY_LIMIT), 1.0),
        ):
            for size, (known, ratio) in self._ratios.items():
                asked, times = counted(text, (size,))
                here, places = among(known, asked)
                total += weight * WEIGHTS[size] * ((1 + np.log(times[here])) @ ratio[places])
        return total

    def speaks(self, asked: Hashes, size: int, first: int, second: int) -> NDArray[np.float64]:
        """How much each gram of this size speaks for one category against another."""
        known, ratio = self._ratios[size]
        here, places = among(known, asked)
        found = np.zeros(len(asked))
        found[here] = WEIGHTS[size] * (ratio[places, first] - ratio[places, second])
        return found


def _parts(label: Label) -> list[str]:
    words = [word for word in dict.fromkeys([label.name, *label.words]) if word not in _EMPTY]
    return [normalise(part, TITLE_LIMIT) for word in words for part in _PARTS.split(word) if part]
