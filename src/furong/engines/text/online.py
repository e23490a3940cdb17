"""What was learned since the last refit: each correction at once, cheaply.

A second, small linear model stands on top of the first. A correction moves it just as far as the
right category then leads by a margin (passive-aggressive learning, Crammer et al., JMLR 2006), so
the same message, and what is written like it, is answered otherwise from the next one on. It makes
probabilities bolder than they should be; the nightly refit puts that right and empties it.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from furong.engines.text.cleaning import BODY_LIMIT, TITLE_LIMIT, normalise
from furong.engines.text.grams import TITLE_WEIGHT, Floats, Hashes, Message, counted

SIZES = (2, 3)
WIDTH = 1 << 18
MARGIN = 3.0


@dataclass
class Online:
    """Weights of hashed grams, a column a category; nothing is held until something is learned."""

    categories: int
    corrections: int = 0
    _weights: Floats | None = field(default=None, repr=False)

    def scores(self, message: Message) -> NDArray[np.float64]:
        """What to add to the logits."""
        if self._weights is None:
            return np.zeros(self.categories)
        places, values = _vector(message)
        return np.asarray(values @ self._weights[places], np.float64)

    def speaks(self, asked: Hashes, first: int, second: int) -> NDArray[np.float64]:
        """How much each gram speaks for one category against another, by what was learned."""
        if self._weights is None:
            return np.zeros(len(asked))
        rows = self._weights[asked % np.uint32(WIDTH)]
        return np.asarray(rows[:, first] - rows[:, second], np.float64)

    def learn(self, message: Message, logits: NDArray[np.float64], right: int) -> None:
        """Move until `right` leads; `logits` is what was answered, these scores included."""
        self.corrections += 1
        rivals = logits.copy()
        rivals[right] = -np.inf
        rival = int(rivals.argmax())
        loss = MARGIN - float(logits[right] - logits[rival])
        places, values = _vector(message)
        if loss <= 0 or not len(places):
            return
        if self._weights is None:
            self._weights = np.zeros((WIDTH, self.categories), np.float32)
        step = np.float32(loss / (2 * float(values @ values)))
        self._weights[places, right] += step * values
        self._weights[places, rival] -= step * values

    def stored(self) -> tuple[NDArray[np.uint32], Floats]:
        """The places that hold anything, and their weights."""
        if self._weights is None:
            return np.zeros(0, np.uint32), np.zeros((0, self.categories), np.float32)
        used = np.flatnonzero(self._weights.any(axis=1))
        return used.astype(np.uint32), self._weights[used]

    @classmethod
    def restored(cls, corrections: int, places: NDArray[np.uint32], weights: Floats) -> Self:
        """The opposite of `stored`."""
        one = cls(weights.shape[1], corrections)
        if len(places):
            one._weights = np.zeros((WIDTH, one.categories), np.float32)
            one._weights[places] = weights
        return one


def _vector(message: Message) -> tuple[NDArray[np.intp], Floats]:
    """Distinct places and values; a vector of length 1, or none for an empty message."""
    places, values = [], []
    for text, weight in (
        (normalise(message.title, TITLE_LIMIT), TITLE_WEIGHT),
        (normalise(message.body, BODY_LIMIT), 1.0),
    ):
        grams, times = counted(text, SIZES)
        found = 1 + np.log(times)
        length = float(np.sqrt(found @ found))
        places.append(grams % np.uint32(WIDTH))
        values.append(found * (weight / length) if length else found)
    joined, inverse = np.unique(np.concatenate(places), return_inverse=True)
    summed = np.bincount(inverse, np.concatenate(values), len(joined))
    length = float(np.sqrt(summed @ summed))
    return joined.astype(np.intp), (summed / (length or 1.0)).astype(np.float32)
