"""Fitting the blend on answers that the model gave about messages it had not seen."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from furong.engines.text.blend import UNMEASURED, Blend, Scores, softmax

FADED = 1_000
"""Labels from which on the words of the taxonomy have no say."""

HELD = 1.0
"""How strongly a weight is held at its start, in labels: few of them move it little."""

type Weights = NDArray[np.float64]


def fitted(margins: Scores, scores: Scores, truth: NDArray[np.intp]) -> Blend:
    """The blend that makes the truth likeliest, its words then weakened by the number of labels."""
    count = margins.shape[1]
    rows = np.arange(len(truth))

    def loss(weights: Weights, words: float) -> float:
        chance = softmax(_blend(weights, words).logits(margins, scores))[rows, truth]
        offsets = weights[1:] - UNMEASURED.offsets[0]
        held = (weights[0] - np.log(UNMEASURED.model)) ** 2 + float(np.sum(offsets**2))
        return float(HELD * held - np.log(np.maximum(chance, 1e-12)).sum())

    start = np.array([np.log(UNMEASURED.model), *(UNMEASURED.offsets * count)])
    words = 0.0
    share = max(0.0, 1 - len(truth) / FADED)
    if share:
        origin = np.log(UNMEASURED.words)
        free = _least(
            lambda w: loss(w[:-1], float(np.exp(w[-1]))) + HELD * (w[-1] - origin) ** 2,
            np.array([*start, origin]),
        )
        words = share * float(np.exp(free[-1]))
    return _blend(_least(lambda w: loss(w, words), start), words)


def _blend(weights: Weights, words: float) -> Blend:
    return Blend(float(np.exp(weights[0])), tuple(float(one) for one in weights[1:]), words)


def _least(loss: Callable[[Weights], float], start: Weights) -> Weights:
    bounds = [(one - 4, one + 4) for one in start]
    return np.asarray(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)
