"""How good answers are, and from which probability on one can rely on them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Probabilities = NDArray[np.float64]
"""Rows are messages, columns categories; each row adds up to 1."""

BINS = 15
COVERED = 0.8
WANTED = 0.97
"""Accuracy that a category filled in by itself must have."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Measured on messages that the model had not seen; shares of 1.

    ece: expected calibration error of the first answer, 15 bins of equal width. at_80: accuracy on
    the 80 % of messages that it is surest of.
    """

    messages: int
    macro_f1: float
    accuracy: float
    top_3: float
    ece: float
    at_80: float

    @classmethod
    def of(cls, given: Probabilities, truth: NDArray[np.intp]) -> Self:
        """`truth` has the column of each row's category. Raises ValueError without rows."""
        if not len(truth):
            raise ValueError("no messages to measure")
        first = given.argmax(axis=1)
        right = first == truth
        sure = given.max(axis=1)
        ranks = (given > given[np.arange(len(truth)), truth][:, None]).sum(axis=1)
        surest = np.argsort(-sure, kind="stable")[: max(1, round(COVERED * len(truth)))]
        return cls(
            len(truth),
            macro_f1(first, truth),
            float(right.mean()),
            float((ranks < 3).mean()),
            calibration_error(sure, right),
            float(right[surest].mean()),
        )


def macro_f1(answers: NDArray[np.intp], truth: NDArray[np.intp]) -> float:
    """Mean F1 of the categories that occur in either."""
    scores = []
    for one in np.unique(np.concatenate([answers, truth])):
        both = np.sum((answers == one) & (truth == one))
        scores.append(2 * both / (np.sum(answers == one) + np.sum(truth == one)))
    return float(np.mean(scores))


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean distance, over bins of probability, between what was said and what came true."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    said = np.bincount(bins, sure, BINS)
    came = np.bincount(bins, right.astype(float), BINS)
    return float(np.abs(said - came).sum() / len(sure))


def reliable_from(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float | None:
    """The least probability such that answers at least as sure were right in 97 of 100.

    None where no group of twenty or more of the surest reaches that.
    """
    order = np.argsort(-sure, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= WANTED)
    if not len(good) or good[-1] < 19:
        return None
    return float(sure[order[good[-1]]])
