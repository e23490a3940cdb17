"""Two opinions into one probability: the model's margins, and the words of the taxonomy.

`logits = log sigmoid(model × margins + offsets) + words × scores`, then softmax. The sigmoid makes
each category's margin a chance of its own (Platt), which on messages halves the calibration error
of a softmax over bare margins.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST = 25
"""Labels below which none are held back: the taxonomy's words weigh as on the first day."""

type Scores = NDArray[np.float64]
"""The last axis runs over categories."""


@dataclass(frozen=True, slots=True)
class Blend:
    """model: 0 where nothing was fitted. offsets: one a category, or one for all.

    words: 0 where the taxonomy has no say any more.
    """

    model: float
    offsets: tuple[float, ...]
    words: float

    def logits(self, margins: Scores, scores: Scores) -> Scores:
        own = self.model * margins + np.array(self.offsets)
        return np.asarray(self.words * scores - np.logaddexp(0, -own), np.float64)


COLD = Blend(0.0, (0.0,), 0.35)
"""Without labels. The scale at which the probabilities of the words were about right on messages."""

UNMEASURED = Blend(6.0, (1.0,), 0.35)
"""With too few labels to hold any back: the model's weights as they came out on messages."""


def softmax(logits: Scores) -> Scores:
    """Over the last axis; each row adds up to 1."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
