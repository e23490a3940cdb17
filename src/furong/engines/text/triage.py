"""What a message is about: categories in order, with calibrated probabilities and telling words.

From a taxonomy's words alone on the first day; each correction counts from the next message on;
`training.train` refits on all of them and measures. Reading a message needs NumPy only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

import numpy as np
from numpy.typing import NDArray

from furong.engines.text import grams, online
from furong.engines.text.blend import COLD, Blend, softmax
from furong.engines.text.cleaning import BODY_LIMIT, TITLE_LIMIT, normalise
from furong.engines.text.evidence import Opinion, telling
from furong.engines.text.figures import Figures
from furong.engines.text.grams import Counted, Features, Floats, Hashes, Message, among
from furong.engines.text.online import Online
from furong.engines.text.taxonomy import Taxonomy

UNDECIDED = "待人工判定"
"""What stands where a category would, when no answer is sure enough."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A category and how likely it is (0 to 1)."""

    id: str
    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """All categories, the likeliest first.

    decided: the first one is sure enough to be filled in; otherwise a person chooses (待人工判定).
    evidence: up to five passages of the message that spoke for the first, as they were read.
    calibrated: the probabilities were fitted on held-back labels; without, they only give an order.
    """

    ranked: tuple[Ranked, ...]
    decided: bool
    evidence: tuple[str, ...]
    calibrated: bool

    @property
    def category(self) -> str:
        """The name to show: the first category's where it is sure enough."""
        return self.ranked[0].name if self.decided else UNDECIDED


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fit on labelled messages leaves behind.

    weights: grams × categories; the title's grams come first. counts: labels of each category.
    measured: on labels held back during the fit. sure_from: probability from which an answer is
    filled in, None where none was reliable enough.
    """

    features: Features
    weights: Floats
    bias: Floats
    counts: tuple[int, ...]
    measured: Figures | None
    sure_from: float | None

    def margins(self, message: Counted) -> NDArray[np.float64]:
        """One number a category."""
        places, values = self.features.vector(message)
        return np.asarray(values @ self.weights[places].astype(np.float32) + self.bias, np.float64)


@dataclass
class Triage:
    """A taxonomy, what was fitted to it, and what was learned since."""

    taxonomy: Taxonomy
    blend: Blend = COLD
    fitted: Fitted | None = None
    online: Online = field(init=False)

    def __post_init__(self) -> None:
        self.online = Online(len(self.taxonomy))

    @classmethod
    def cold(cls, taxonomy: Taxonomy) -> Self:
        """Before the first label: the taxonomy's words alone. Orders, but decides nothing."""
        return cls(taxonomy)

    @property
    def labels(self) -> int:
        """How many labelled messages the fit rests on."""
        return sum(self.fitted.counts) if self.fitted else 0

    def suggest(self, message: Message) -> Suggestion:
        """Any text is answered, the empty one with equal probabilities."""
        logits = self._logits(message)
        chances = softmax(logits)
        order = np.lexsort((np.arange(len(chances)), -chances))
        labels = self.taxonomy.labels
        ranked = tuple(
            Ranked(labels[place].id, labels[place].name, float(chances[place])) for place in order
        )
        sure_from = self.fitted.sure_from if self.fitted else None
        return Suggestion(
            ranked,
            decided=sure_from is not None and ranked[0].probability >= sure_from,
            evidence=self._evidence(message, order),
            calibrated=self.fitted is not None and self.fitted.measured is not None,
        )

    def probabilities(self, messages: Sequence[Message]) -> NDArray[np.float64]:
        """Rows are messages, columns the taxonomy's categories in its order."""
        if not messages:
            return np.zeros((0, len(self.taxonomy)))
        return softmax(np.stack([self._logits(message) for message in messages]))

    def learn(self, message: Message, label: str) -> None:
        """Take over one correction at once. Raises TaxonomyProblem for an unknown category."""
        self.online.learn(message, self._logits(message), self.taxonomy.place(label))

    def _logits(self, message: Message) -> NDArray[np.float64]:
        margins = (
            self.fitted.margins(Counted.of(message))
            if self.fitted
            else np.zeros(len(self.taxonomy))
        )
        scores = self.taxonomy.scores(message) if self.blend.words else np.zeros(len(self.taxonomy))
        return self.blend.logits(margins, scores) + self.online.scores(message)

    def _evidence(self, message: Message, order: NDArray[np.intp]) -> tuple[str, ...]:
        first, second = int(order[0]), int(order[1])
        both = [
            Opinion(online.SIZES, lambda asked: self.online.speaks(asked, first, second)),
            *(
                Opinion((size,), partial(self._words_speak, size, first, second))
                for size in (2, 3)  # a single character tells a reader nothing
            ),
        ]
        parts: list[tuple[str, list[Opinion]]] = []
        for text, of_title in (
            (normalise(message.title, TITLE_LIMIT), True),
            (normalise(message.body, BODY_LIMIT), False),
        ):
            opinions = list(both)
            if self.fitted:
                opinions.append(self._opinion(self.fitted, first, second, of_title=of_title))
            parts.append((text, opinions))
        return telling(parts)

    def _words_speak(
        self, size: int, first: int, second: int, asked: Hashes
    ) -> NDArray[np.float64]:
        return self.blend.words * self.taxonomy.speaks(asked, size, first, second)

    def _opinion(self, fitted: Fitted, first: int, second: int, *, of_title: bool) -> Opinion:
        features = fitted.features
        part = features.title if of_title else features.body
        start = 0 if of_title else len(features.title.known)

        def weigh(asked: Hashes) -> NDArray[np.float64]:
            here, places = among(part.known, asked)
            rows = fitted.weights[places + start].astype(np.float64)
            found = np.zeros(len(asked))
            found[here] = self.blend.model * part.idf[places] * (rows[:, first] - rows[:, second])
            return found

        return Opinion(grams.SIZES, weigh)
