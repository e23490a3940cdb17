"""Fitting to labelled messages: out-of-fold answers, calibration, threshold, figures, final fit.

Needs scikit-learn and SciPy. The same examples in the same order and the same seed give the same
model, bit for bit, on the same machine and versions.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.blend import FEWEST, UNMEASURED, softmax
from furong.engines.text.calibration import fitted
from furong.engines.text.duplicates import near_duplicates
from furong.engines.text.figures import Figures, reliable_from
from furong.engines.text.grams import Counted, Message, learned
from furong.engines.text.linear import fit, matrix
from furong.engines.text.taxonomy import Taxonomy
from furong.engines.text.triage import Fitted, Triage

MOST_GRAMS = 300_000
FOLDS = 5

type Progress = Callable[[str], None]


class Example(NamedTuple):
    """A message and the category that a person gave it."""

    message: Message
    label: str


def train(
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    *,
    groups: Sequence[str] | None = None,
    seed: int = 0,
    tell: Progress = lambda _: None,
) -> Triage:
    """A model of all examples, calibrated on answers about examples that were held back.

    groups: one name an example; examples of a group are held back together. Near-duplicates are
    found where no groups are given: an answer about a message whose copy was learned says nothing.
    Raises TaxonomyProblem for a label that the taxonomy does not have.
    """
    truth = np.array([taxonomy.place(example.label) for example in examples], np.intp)
    model = Triage.cold(taxonomy)
    if not len(truth):
        return model
    messages = [example.message for example in examples]
    tell(f"切分 {len(messages):,} 条")
    cut = [Counted.of(message) for message in messages]
    scores = np.stack([taxonomy.scores(message) for message in messages])
    measured, sure_from, blend = None, None, UNMEASURED
    if len(truth) >= FEWEST:
        kept_together = near_duplicates(cut) if groups is None else _numbered(groups)
        folds = _folds(kept_together, seed)
        margins = _out_of_fold(cut, truth, len(taxonomy), folds, seed, tell)
        blend = fitted(margins, scores, truth)
        chances = softmax(blend.logits(margins, scores))
        measured = Figures.of(chances, truth)
        sure_from = reliable_from(chances.max(axis=1), chances.argmax(axis=1) == truth)
    tell("用全部数据拟合")
    features = learned(cut, most=MOST_GRAMS)
    weights, bias = fit(matrix(features, cut), truth, len(taxonomy), seed)
    counts = np.bincount(truth, minlength=len(taxonomy))
    model.blend = blend
    model.fitted = Fitted(
        features,
        weights.astype(np.float16),
        bias,
        tuple(int(count) for count in counts),
        measured,
        sure_from,
    )
    return model


def _out_of_fold(
    cut: Sequence[Counted],
    truth: NDArray[np.intp],
    count: int,
    folds: NDArray[np.intp],
    seed: int,
    tell: Progress,
) -> NDArray[np.float64]:
    """Margins of each message from a fit that had not seen it."""
    margins = np.zeros((len(cut), count))
    for fold in range(FOLDS):
        tell(f"留出检验 {fold + 1}/{FOLDS}")
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not (len(held) and len(rest)):
            continue
        known = [cut[index] for index in rest.tolist()]
        features = learned(known, most=MOST_GRAMS)
        weights, bias = fit(matrix(features, known), truth[rest], count, seed)
        margins[held] = matrix(features, [cut[index] for index in held.tolist()]) @ weights + bias
    return margins


def _folds(groups: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    """A fold for each example, the same for all of a group; folds differ little in size."""
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1)
    sizes = np.bincount(groups, minlength=len(order))
    folds = np.zeros(len(order), np.intp)
    filled = np.zeros(FOLDS)
    for group in order:
        folds[group] = filled.argmin()
        filled[folds[group]] += sizes[group]
    return folds[groups]


def _numbered(names: Sequence[str]) -> NDArray[np.intp]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.intp)
