"""Whose job a case is, by the duty lists (职责清单): each suggestion cites its clause.

Never a percentage: on real messages departments are far less certain than categories, and a
department argues about clauses, not about numbers. Order comes from the category, from the duty's
own words in the message, from the place, from where people sent such cases before, and from what a
model of their hand-outs makes of the words.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import log1p
from typing import Final

from furong.engines.text.cleaning import BODY_LIMIT, TITLE_LIMIT, normalise
from furong.engines.text.grams import Message

SUGGESTED = 3
CATEGORY, WORD, BEFORE, LEARNED = 2.0, 1.0, 1.5, 8.0
MOST_WORDS = 3
"""Words of a duty that count; a long list of words is no better claim."""

SPEAKS = 1.5
"""How much likelier than chance a category is before it alone brings in a department."""

ALIKE = 0.5
"""From which probability on the words are said to be like those of a department's cases."""

_REMEMBERED = 5
"""Cases sent somewhere that weigh half of what ever so many do."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One clause of an organisation's duty list.

    words: terms of cases that fall under it. categories: ids of what it is about. zones: where it
    holds; empty for everywhere. assumed: the clause is a draft that nobody has confirmed. group: of
    organisations with the same duties, each in a place of its own, whose cases are learned as one.
    """

    organisation: str
    name: str
    clause: str
    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    zones: frozenset[str] = frozenset()
    assumed: bool = False
    group: str = ""

    @property
    def learned_as(self) -> str:
        return self.group or self.organisation


@dataclass(frozen=True, slots=True)
class Department:
    """A suggestion, with its reason.

    words: those of the duty that stand in the message. before: how many cases of the category and
    place people gave to it. alike: it was given cases, and a model takes the words for one of them.
    """

    organisation: str
    name: str
    clause: str
    words: tuple[str, ...]
    before: int
    assumed: bool
    alike: bool = False


_NOTHING: Final[Mapping[str, float]] = {}


@dataclass
class Duties:
    """The duty lists of a district, and where people sent cases.

    `sent` counts by category, place ("" for none) and organisation; hand it in to go on from it.
    """

    listed: tuple[Duty, ...]
    sent: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def suggest(
        self,
        message: Message,
        categories: Mapping[str, float],
        zones: Collection[str] = (),
        k: int = SUGGESTED,
        *,
        learned: Mapping[str, float] = _NOTHING,
    ) -> list[Department]:
        """At most `k` organisations, the likeliest first, each with the clause that speaks most.

        categories: id → probability, or 1 for one that a person chose. zones: every place that the
        case lies in, the smallest first. learned: `learned_as` → probability, by a model of where
        people sent cases. One whose duties neither the category nor a word touches, and which such
        cases are not sent to, is left out; so may all be.
        """
        text = normalise(message.title, TITLE_LIMIT) + "\n" + normalise(message.body, BODY_LIMIT)
        likeliest = max(categories, key=lambda one: categories[one], default="")
        place = next(iter(zones), "")
        best: dict[str, tuple[float, Department]] = {}
        taught = self._taught()
        for duty in self.listed:
            if duty.zones and duty.zones.isdisjoint(zones):
                continue
            words = tuple(word for word in duty.words if normalise(word, TITLE_LIMIT) in text)
            fits = max((categories.get(one, 0.0) for one in duty.categories), default=0.0)
            before = self.sent[likeliest, place, duty.organisation]
            anywhere = self._anywhere(likeliest, duty.organisation)
            claim = CATEGORY * fits + WORD * log1p(min(len(words), MOST_WORDS))
            claim += BEFORE * (_share(before) + _share(anywhere))
            chance = learned.get(duty.learned_as, 0.0)
            claim += LEARNED * chance
            given = duty.learned_as in taught
            likely = given and chance > SPEAKS / (len(learned) + 1)
            if not (words or anywhere or likely or fits >= SPEAKS / (len(categories) + 1)):
                continue
            suggested = Department(
                duty.organisation,
                duty.name,
                duty.clause,
                words,
                before or anywhere,
                duty.assumed,
                given and chance >= ALIKE and not duty.group,
            )
            if claim > best.get(duty.organisation, (0.0, suggested))[0]:
                best[duty.organisation] = claim, suggested
        # sorted() keeps the order of the lists among equals
        ranked = sorted(best.values(), key=lambda one: -one[0])
        return [department for _, department in ranked[:k]]

    def learn(self, category: str, organisation: str, zones: Collection[str] = ()) -> None:
        """A person gave a case of this category and place to an organisation."""
        self.sent[category, next(iter(zones), ""), organisation] += 1

    def _taught(self) -> set[str]:
        """What people gave cases to, as it is learned."""
        sent = {organisation for _category, _place, organisation in self.sent}
        return {duty.learned_as for duty in self.listed if duty.organisation in sent}

    def _anywhere(self, category: str, organisation: str) -> int:
        return sum(
            count
            for (one, _, unit), count in self.sent.items()
            if one == category and unit == organisation
        )


def _share(count: int) -> float:
    return count / (count + _REMEMBERED)


def unlisted(duties: Iterable[Duty], categories: Iterable[str]) -> list[str]:
    """Categories that no duty is about, for the author of the lists."""
    covered = {one for duty in duties for one in duty.categories}
    return [one for one in categories if one not in covered]
