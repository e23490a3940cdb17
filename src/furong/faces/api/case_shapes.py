"""The shapes of cases: what is sent and answered. Words are as a page shows them, personal ones masked."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, Request
from furong.apps.cases.reads import Possible, Running, Told, whose_turn
from furong.apps.cases.reads.one import Turn as Whose
from furong.faces.api.subjects import Moment
from furong.packs.models.procedures import AsksFact, AsksField, FormItem

FORBID: Any = {"extra": "forbid"}


class Turn(BaseModel):
    """Who has it in hand now and until when. units: the organisations' short names."""

    role: str
    units: list[str]
    due_at: datetime | None
    overdue: bool


class CaseLine(BaseModel):
    """A case in a list. category: open, suspended, closed. revision: what an ETag holds."""

    id: UUID
    number: str
    procedure: str
    version: int
    title: str
    subject: UUID | None
    subject_name: str
    kind: str
    state: str
    state_label: str
    category: str
    closure: str
    closure_label: str
    sensitive: bool
    cycle: int
    revision: int
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    external_system: str
    external_number: str


class CasePage(BaseModel):
    items: list[CaseLine]
    next: str | None


class Said(BaseModel):
    """What an item of a form was answered, in words."""

    label: str
    words: str


class FileShown(BaseModel):
    id: UUID
    name: str
    media_type: str
    size: int


class EventShown(BaseModel):
    """One line of the timeline. deemed: done by the system because the time had passed."""

    sequence: int
    act: str
    label: str
    who: str
    to: str
    said: list[Said]
    files: list[FileShown]
    deemed: bool
    occurred_at: datetime
    recorded_at: datetime


class ClockShown(BaseModel):
    """raw: seconds since it first started; counted: without what stood still. limit: in words."""

    name: str
    label: str
    unit: str
    raw: int
    counted: int
    counting: str
    limit: str
    due_at: datetime | None
    running: bool
    overdue: bool


class Item(BaseModel):
    """One item of a form. type: of a fact (boolean, choice, number …) or of a field (text, texts, moment,
    money, files, organisation, organisations, person, people, case, cases, class, policy, criteria,
    facts, answers: an object of fact → value). required: true, false, or a condition over facts, which the server decides. values: what
    may be chosen, code → label. max: characters.
    """

    name: str
    kind: str
    type: str
    label: str
    required: bool | str
    personal: bool = False
    max: int | None = None
    values: dict[str, str] | None = None


class Offer(BaseModel):
    """An act that you may do now. kind: action, request, answer. path: where to POST it.

    closures: of which one must be chosen, code → label. proxy: another's decision, entered from paper.
    """

    kind: str
    name: str
    label: str
    path: str
    closures: dict[str, str]
    proxy: bool
    form: list[Item]


class RequestShown(BaseModel):
    """delivered_at: null while it waits for the list that delivers it."""

    id: UUID
    name: str
    label: str
    unit: str
    asked_at: datetime
    delivered_at: datetime | None


class CaseShown(CaseLine):
    """A whole case. turn: null once it is closed."""

    turn: Turn | None
    timeline: list[EventShown]
    clocks: list[ClockShown]
    pending: list[RequestShown]
    possible: list[Offer]


class NewCase(BaseModel):
    """answers: fact or field → value, as the opening's form asks. id: of the client's making, so that
    the same case sent again, offline perhaps, is not opened twice.
    """

    model_config = FORBID

    procedure: str = Field(max_length=64)
    opening: str = Field(max_length=64)
    subject: UUID | None = None
    answers: dict[str, Any] = {}
    kind: str = Field("", max_length=64)
    sensitive: bool = False
    id: UUID | None = None
    occurred_at: Moment | None = None


class Acting(BaseModel):
    """closure: where the act leaves a choice. decided_by: whose decision on paper is entered."""

    model_config = FORBID

    answers: dict[str, Any] = {}
    closure: str = Field("", max_length=64)
    decided_by: UUID | None = None
    occurred_at: Moment | None = None


class Asking(BaseModel):
    model_config = FORBID

    answers: dict[str, Any] = {}


class Commenting(BaseModel):
    """public: also for who raised the case."""

    model_config = FORBID

    text: str = Field(max_length=4000)
    public: bool = False
    files: list[UUID] = Field([], max_length=20)


class RateShown(BaseModel):
    """hit of `of`; missing: belong to it, and it is not known yet. percent: null without any.

    taken_out: how many of all these were taken out (剔除); after: the rate without them.
    """

    of: int
    hit: int
    missing: int
    percent: float | None
    taken_out: int
    after: "RateAfter"


class RateAfter(BaseModel):
    """A rate without what was taken out of it."""

    of: int
    hit: int
    missing: int
    percent: float | None


class FiguresShown(BaseModel):
    """Of one group of cases, as recorded up to `at`."""

    group: str
    opened: int
    closed: int
    live: int
    overdue: int
    suspended: int
    no_answer: int
    returned: int
    reopened: int
    solved: RateShown
    satisfied: RateShown
    on_time: dict[str, RateShown]


class FiguresList(BaseModel):
    procedure: str
    by: str
    at: datetime
    items: list[FiguresShown]


def line(case: Case, machine: Machine) -> CaseLine:
    return CaseLine(**_line(case, machine))


def whole(
    case: Case,
    at: datetime,
    *,
    timeline: Sequence[Told],
    clocks: Iterable[Running],
    pending: Iterable[Request],
    possible: Iterable[Possible],
) -> CaseShown:
    machine = machine_of(case.procedure)
    turn = whose_turn(case, at)
    return CaseShown(
        **_line(case, machine),
        turn=_turn(turn) if turn else None,
        timeline=[event(one) for one in timeline],
        clocks=[_clock(one) for one in clocks],
        pending=[_request(machine, one) for one in pending],
        possible=[_offer(case, machine, one) for one in possible],
    )


def _turn(one: Whose) -> Turn:
    return Turn(role=one.role, units=[*one.units], due_at=one.due_at, overdue=one.overdue)


def _line(case: Case, machine: Machine) -> dict[str, Any]:
    return {
        "id": case.pk,
        "number": case.number,
        "procedure": machine.procedure.procedure,
        "version": machine.procedure.version,
        "title": case.title,
        "subject": case.subject_id,
        "subject_name": case.subject.name if case.subject else "",
        "kind": case.kind,
        "state": case.state,
        "state_label": machine.state(case.state).label,
        "category": case.category,
        "closure": case.closure,
        "closure_label": machine.procedure.closures.get(case.closure, ""),
        "sensitive": case.sensitive,
        "cycle": case.cycle,
        "revision": case.revision,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "due_at": case.due_at,
        "external_system": case.external_system,
        "external_number": case.external_number,
    }


def event(told: Told) -> EventShown:
    return EventShown(
        sequence=told.event.sequence,
        act=told.event.act,
        label=told.label,
        who=told.who,
        to=told.to_label,
        said=[Said(label=label, words=words) for label, words in told.said],
        files=[
            FileShown(id=one.pk, name=one.name, media_type=one.media_type, size=one.size)
            for one in told.files
        ],
        deemed=told.deemed,
        occurred_at=told.event.occurred_at,
        recorded_at=told.event.recorded_at,
    )


def _clock(one: Running) -> ClockShown:
    return ClockShown(
        name=one.name,
        label=one.label,
        unit=one.unit,
        raw=int(one.raw.total_seconds()),
        counted=int(one.counted.total_seconds()),
        counting=one.counting,
        limit=one.limit.words,
        due_at=one.due_at,
        running=one.running,
        overdue=one.overdue,
    )


def _request(machine: Machine, one: Request) -> RequestShown:
    return RequestShown(
        id=one.pk,
        name=one.name,
        label=machine.procedure.requests[one.name].label,
        unit=str(one.organisation) if one.organisation else "",
        asked_at=one.asked_at,
        delivered_at=one.delivered_at,
    )


def _offer(case: Case, machine: Machine, one: Possible) -> Offer:
    place = {
        "action": f"actions/{one.name}",
        "request": f"requests/{one.name}",
        "answer": f"requests/{one.request.pk if one.request else ''}/answers/{one.name}",
    }[one.kind]
    return Offer(
        kind=one.kind,
        name=one.name,
        label=one.label,
        path=f"/api/v1/cases/{case.pk}/{place}",
        closures=dict(one.closures),
        proxy=one.proxy,
        form=form(machine, one.items),
    )


def form(machine: Machine, items: Iterable[FormItem]) -> list[Item]:
    """What a form asks; facts that are recorded without being asked are left out."""
    found = (_item(machine, one) for one in items)
    return [one for one in found if one is not None]


def _item(machine: Machine, item: FormItem) -> Item | None:
    if isinstance(item, AsksFact) and item.value is None:
        fact = machine.facts[item.fact]
        own = item.fact in machine.own_facts and machine.is_personal(item.fact)
        return Item(
            name=item.fact,
            kind="fact",
            type=str(fact.type),
            label=fact.label,
            required=_needed(item.required),
            personal=own,
            values=dict(fact.values) or None,
        )
    if isinstance(item, AsksField):
        classes = machine.procedure.classes if item.type == "class" else None
        return Item(
            name=item.field,
            kind="field",
            type=item.type,
            label=item.label,
            required=_needed(item.required),
            personal=item.personal,
            max=item.max,
            values=dict(classes) if classes else None,
        )
    return None


def _needed(written: Any) -> bool | str:
    """A condition that always holds is `true`."""
    if written in (True, "TRUE"):
        return True
    return str(written) if written else False
