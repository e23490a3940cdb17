"""The classifier's weights: a support vector machine on grams scaled by how telling each is.

NB-SVM (Wang and Manning, "Baselines and Bigrams", ACL 2012) for each category against the rest:
every gram is multiplied by the absolute log ratio of its share inside and outside the category
before the machine is fitted. Needs scikit-learn and SciPy; using the weights needs neither.
"""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from furong.engines.text.grams import Counted, Features, Floats

SMOOTHING = 0.05
COST = 1.0
"""Both by cross-validation on messages (docs/reference/benchmarks.md)."""


def matrix(features: Features, messages: Sequence[Counted]) -> sparse.csr_matrix:
    """One row a message."""
    rows = [features.vector(message) for message in messages]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    return sparse.csr_matrix(
        (
            np.concatenate([values for _, values in rows]),
            np.concatenate([places for places, _ in rows]),
            ends,
        ),
        shape=(len(rows), len(features)),
    )


def fit(
    rows: sparse.csr_matrix, labels: NDArray[np.intp], count: int, seed: int
) -> tuple[Floats, Floats]:
    """Weights (grams × categories) and biases; a category without an example is never preferred."""
    weights = np.zeros((rows.shape[1], count), np.float32)
    bias = np.full(count, -1.0, np.float32)
    sums = np.stack([np.asarray(rows[labels == one].sum(axis=0)).ravel() for one in range(count)])
    total = sums.sum(axis=0)
    for one in range(count):
        inside = labels == one
        if inside.all() or not inside.any():
            bias[one] = 1.0 if inside.all() else -1.0
            continue
        mine, others = sums[one] + SMOOTHING, total - sums[one] + SMOOTHING
        telling = np.abs(np.log(mine / mine.sum()) - np.log(others / others.sum()))
        machine = LinearSVC(C=COST, random_state=seed)
        with warnings.catch_warnings():
            # What the machine has after its thousand rounds is used; the figures tell how good.
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(rows @ sparse.diags(telling), inside)
        weights[:, one] = machine.coef_[0] * telling
        bias[one] = machine.intercept_[0]
    return weights, bias
