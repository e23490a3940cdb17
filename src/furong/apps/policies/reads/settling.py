"""What to ask whom: for each subject the facts whose answers would settle the most policies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from furong.apps.policies.reads.asking import questions
from furong.apps.policies.reads.counted import Counted
from furong.apps.policies.reads.library import Edition, day_of, edition
from furong.apps.policies.reads.reaching import listed
from furong.apps.policies.reads.verdicts import concerning
from furong.apps.registry.models import Subject, SubjectFacts
from furong.apps.registry.reads import encoded, with_kind
from furong.engines.rules import Judge
from furong.engines.rules.questions import Question, next_questions

MOST = 1500
"""Subjects that are asked about one by one; of more, only the questions about all can be told."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The questions about one subject, the most telling first."""

    subject: UUID
    questions: tuple[Question, ...]

    @property
    def settles(self) -> int:
        """How many policies all answers together would settle."""
        return len({policy for one in self.questions for policy in one.settles})


@dataclass(frozen=True, slots=True)
class Asking:
    """One question and whom to ask it. settles: how many verdicts any answers would decide.

    policies: those that they are on. most: what the subjects could get by it at most (fen), None
    where nothing bounds it.
    """

    facts: tuple[str, ...]
    subjects: tuple[UUID, ...]
    policies: tuple[str, ...]
    settles: int
    most: int | None


def sheets(subjects: Iterable[Subject], at: datetime) -> list[Sheet]:
    """The questions about each subject, those first whose answers settle the most.

    Subjects about whom nothing is to be asked are left out. What was found of a subject is kept as
    long as neither the policies nor what is known of it change.
    """
    current = edition(at)
    day = day_of(at, current.known)
    kinds = {row.pk: row.kind for row in subjects}
    judges = {kind: _judge(current, kind, day) for kind in {*kinds.values()}}
    facts = SubjectFacts.objects.filter(pk__in=listed(kinds))
    states = {pk: (judges[kinds[pk]], one) for pk, one in facts.values_list("pk", "sequence")}
    stale = [pk for pk, state in states.items() if pk not in _kept or _kept[pk].state != state]
    for pk, known in facts.filter(pk__in=listed(stale)).values_list("pk", "facts"):
        values = with_kind(current.known, kinds[pk], encoded(current.known, known))
        _kept[pk] = _Kept(states[pk], tuple(next_questions(judges[kinds[pk]], values)))
    made = [Sheet(pk, _kept[pk].questions) for pk in kinds if pk in states and _kept[pk].questions]
    return sorted(made, key=lambda one: -one.settles)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The questions about a subject as of a judge and a statement."""

    state: tuple[Judge, int]
    questions: tuple[Question, ...]


_kept: dict[UUID, _Kept] = {}


def by_question(found: Sequence[Sheet]) -> list[Asking]:
    """The same turned round: each question with the subjects to ask it of, the most first."""
    asked: dict[tuple[str, ...], list[tuple[UUID, Question]]] = {}
    for sheet in found:
        for question in sheet.questions:
            asked.setdefault(question.facts, []).append((sheet.subject, question))
    made = [
        Asking(
            facts,
            tuple(subject for subject, _question in pairs),
            tuple(dict.fromkeys(code for _subject, one in pairs for code in one.settles)),
            sum(len(question.settles) for _subject, question in pairs),
            _sum(question.most for _subject, question in pairs),
        )
        for facts, pairs in asked.items()
    ]
    return sorted(made, key=lambda one: (-one.settles / len(one.facts), one.facts))


def about_all(at: datetime, counted: Counted, *, limit: int = 30) -> list[Asking]:
    """The most telling questions about all subjects counted, without whom to ask them of."""
    return [
        Asking(tuple(fact.key for fact in one.facts), (), (), one.settles, 0)
        for one in questions(at, counted, limit=limit)
    ]


def _sum(bounds: Iterable[int | None]) -> int | None:
    total = 0
    for bound in bounds:
        if bound is None:
            return None
        total += bound
    return total


@lru_cache(maxsize=32)
def _judge(current: Edition, kind: str, day: date) -> Judge:
    """A judge of the policies in force for a kind of subject."""
    codes = [text.policy.id for text in concerning(kind, current, day)]
    return Judge(current.book.only(codes))
