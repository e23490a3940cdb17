"""Two entries of one call side by side (双录): where they differ, and how often they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from furong.apps.cases.calls import names
from furong.apps.cases.engine.answers import questions
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, Event
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.cases.reads.figures import Rate
from furong.apps.registry.values import from_plain
from furong.engines.rules import show_value

_FIRST = f"actions.{names.RECORD_SAMPLED}"
_SECOND = (f"actions.{names.SAME}", f"actions.{names.DIFFERS}")


@dataclass(frozen=True, slots=True)
class Question:
    """One question, both answers to it in words, "" where it was not answered."""

    key: str
    label: str
    first: str
    second: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Both:
    """Two entries of one check."""

    case: Case
    first: Event
    second: Event
    questions: tuple[Question, ...]

    @property
    def agrees(self) -> bool:
        return all(one.agrees for one in self.questions)


@dataclass(slots=True)
class Agreement:
    """How often two entries agree. whole: on every question; missing: the second one is not made yet.

    by_question: question → of those where either entry answers it.
    """

    whole: Rate = field(default_factory=Rate)
    by_question: dict[str, Rate] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def both_of(case: Case) -> Both | None:
    """The entries of a check that was entered twice; None as long as it was not."""
    rows = case.events.filter(act__in=(_FIRST, *_SECOND)).order_by("sequence")
    return pair_of(case, [*rows.select_related("by")])


def pair_of(case: Case, events: Sequence[Event]) -> Both | None:
    """The same from the check's events, in order."""
    firsts = [one for one in events if one.act == _FIRST]
    seconds = [one for one in events if one.act in _SECOND]
    if not firsts or not seconds:
        return None
    machine, first, second = machine_of(case.procedure), firsts[-1], seconds[-1]
    mine, other = _answers(machine, first), _answers(machine, second)
    keys = [key for key in _order(machine, case) if key in mine or key in other]
    return Both(
        case,
        first,
        second,
        tuple(
            Question(
                key,
                machine.facts[key].label,
                _words(machine, key, mine),
                _words(machine, key, other),
                mine.get(key) == other.get(key),
            )
            for key in keys
        ),
    )


def _answers(machine: Machine, event: Event) -> dict[str, Any]:
    return questions(machine, machine.act(event.act).form, event.facts, event.fields)


def _order(machine: Machine, case: Case) -> list[str]:
    """The questions in the order in which the form asks them."""
    form = machine.act(_FIRST).form
    asked = case.fields.get("facts")
    listed = [*asked] if isinstance(asked, list) else []
    found: list[str] = []
    for item in machine.view.items(form):
        if key := getattr(item, "fact", ""):
            found.append(key)
        elif getattr(item, "type", "") == "answers":
            found += [key for key in listed if key in machine.facts]
    return found


def _words(machine: Machine, key: str, answers: Mapping[str, Any]) -> str:
    value = answers.get(key)
    fact = machine.facts[key]
    return "" if value is None else show_value(fact, from_plain(fact, value))


def agreement(cases: CaseQuerySet, at: datetime | None = None) -> Agreement:
    """Agreement over the checks that were drawn for a second entry and entered once.

    at: as recorded up to then.
    """
    events = Event.objects.filter(act__in=(_FIRST, *_SECOND), case__in=cases.values("pk"))
    if at is not None:
        events = events.filter(recorded_at__lte=at)
    by_case: dict[object, list[Event]] = {}
    for event in events.order_by("case", "sequence").select_related("case__procedure"):
        by_case.setdefault(event.case_id, []).append(event)
    made = Agreement()
    for held in by_case.values():
        pair = pair_of(held[0].case, held)
        if pair is None:
            made.whole.missing += 1
            continue
        made.whole.of += 1
        made.whole.hit += pair.agrees
        for one in pair.questions:
            made.labels.setdefault(one.key, one.label)
            rate = made.by_question.setdefault(one.key, Rate())
            rate.of += 1
            rate.hit += one.agrees
    return made
