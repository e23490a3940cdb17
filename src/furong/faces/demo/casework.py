"""Sample cases of a demonstration: `scenario/cases.yaml`, played by the verbs that people use.

Each step happens at its moment, and the timers before it: deadlines, lists and notices of a sample
district come about as those of a real one do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from pydantic import Field

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Timer
from furong.apps.base.timers import tick
from furong.apps.cases import lists
from furong.apps.cases.actions import act, answer, ask, comment, open_case
from furong.apps.cases.models import Case, Request
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Subject
from furong.packs import PackErrors
from furong.packs.models.base import Entry, Fault, Items, Moment, Word
from furong.packs.source import read
from furong.packs.validation import validate

FILE = "cases.yaml"


class Whose(Entry):
    """A subject that a person of the cast looks after or belongs to: the nth, from 0."""

    of: Word = Field(description="谁的")
    place: int = Field(0, ge=0, description="第几家，从 0 数")


class Step(Entry):
    """One act: an action (`do`), a request (`ask`), an answer (`answer` with `give`), words (`say`)."""

    at: Moment = Field(description="什么时候")
    by: Word = Field(description="谁")
    do: Word | None = Field(None, description="动作")
    ask: Word | None = Field(None, description="请示")
    answer: Word | None = Field(None, description="答复哪项请示")
    give: Word | None = Field(None, description="怎样答复")
    say: str = Field("", description="留言")
    closure: str = Field("", description="办结情形")
    answers: dict[Word, Any] = Field(default_factory=dict, description="填什么")

    def faults(self) -> Iterator[Fault]:
        kinds = [self.do, self.ask, self.answer, self.say or None]
        if sum(one is not None for one in kinds) != 1:
            yield Fault((), "一步只写一件事", "请写 do、ask、answer、say 之一")
        if (self.answer is None) != (self.give is None):
            yield Fault((), "answer 和 give 要一起写", "请写明答复哪项请示、怎样答复")


class SampleCase(Entry):
    """A case and what happens to it."""

    procedure: Word = Field(description="流程")
    opening: Word = Field(description="怎样发起")
    subject: Whose | None = Field(None, description="哪家的事")
    at: Moment = Field(description="什么时候")
    by: Word = Field(description="谁")
    kind: str = Field("", alias="class", description="分类")
    answers: dict[Word, Any] = Field(default_factory=dict, description="填什么")
    then: Items[Step] = Field((), description="以后的各步")


class SampleCases(Entry):
    """cases.yaml."""

    cases: Items[SampleCase] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class _Due:
    at: datetime
    number: int
    case: SampleCase
    step: Step | None


def play(folders: Iterable[Path], zone: ZoneInfo, *, until: datetime) -> int:
    """Plays the cases of a chain's scenario up to a moment; how many there are.

    Raises PackErrors for a faulty file, and Refusal naming the step that could not be done.
    """
    samples = _read(folders)
    if not samples or Case.objects.exists():
        return 0
    lists.begin(min(sample.at for sample in samples).replace(tzinfo=zone))
    held: dict[int, Case] = {}
    for due in _in_order(samples, zone):
        if due.at > until:
            break
        _let_pass(due.at)
        if due.step is None or due.number in held:
            _do(due, held)
    _let_pass(until)
    return len(held)


def _let_pass(until: datetime) -> None:
    """Fires what is due, each at its own time, as a worker that never sleeps would."""
    while (first := Timer.objects.due(until).first()) is not None:
        tick(first.try_at)


def _read(folders: Iterable[Path]) -> Sequence[SampleCase]:
    for folder in reversed([*folders]):
        file = folder / "scenario" / FILE
        if file.is_file():
            source = read(file)
            found = validate(SampleCases, source) if source.parsed else None
            if found is None:
                raise PackErrors(source.problems)
            return found.cases
    return ()


def _in_order(samples: Sequence[SampleCase], zone: ZoneInfo) -> list[_Due]:
    found = []
    for number, sample in enumerate(samples):
        found.append(_Due(sample.at.replace(tzinfo=zone), number, sample, None))
        found += [_Due(step.at.replace(tzinfo=zone), number, sample, step) for step in sample.then]
    return sorted(found, key=lambda due: due.at)


@transaction.atomic
def _do(due: _Due, held: dict[int, Case]) -> None:
    try:
        if due.step is not None:
            _step(due.step, held[due.number], due.at)
        elif (case := _open(due)) is not None:
            held[due.number] = case
    except (Refusal, KeyError) as error:
        what = due.step or due.case
        raise Refusal(
            f"示例 {FILE} 第 {due.number + 1} 件 {what.at:%m-%d %H:%M} 这一步没有办成：{error}。请改正这一步"
        ) from error


def _open(due: _Due) -> Case | None:
    """None in a district that is too small to have the subject."""
    sample = due.case
    subject = _subject(sample.subject, due.at) if sample.subject else None
    if sample.subject is not None and subject is None:
        return None
    return open_case(
        sample.procedure,
        sample.opening,
        subject=subject,
        answers=sample.answers,
        kind=sample.kind,
        by=_person(sample.by),
        at=due.at,
    )


def _step(step: Step, case: Case, at: datetime) -> None:
    by = _person(step.by)
    if step.do is not None:
        act(case, step.do, step.answers, closure=step.closure, by=by, at=at)
    elif step.ask is not None:
        ask(case, step.ask, step.answers, by=by, at=at)
    elif step.answer is not None and step.give is not None:
        pending = Request.objects.pending().get(case=case, name=step.answer)
        answer(pending, step.give, step.answers, by=by, at=at)
    else:
        comment(case, step.say, by=by, at=at)


def _person(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise Refusal(f"示例人员里没有 {username}")
    return found


def _subject(whose: Whose, at: datetime) -> Subject | None:
    own = Grant.objects.in_force(at).filter(user__username=whose.of, scope_kind=Grant.Scope.SUBJECT)
    ids = own.values_list("scope_id", flat=True)
    held = Subject.objects.filter(pk__in=[*ids]).order_by("number")
    return held[whose.place : whose.place + 1].first()
