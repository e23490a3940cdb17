"""A caller's page: whom to call now, what to say, what may come of it; and two entries side by side."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.cases.actions import proposed_again
from furong.apps.cases.calls import names
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import CallList, Case, Event
from furong.apps.cases.reads import Both, Desk, calls_of
from furong.apps.directory.models import User
from furong.faces.web.forms import Entered, Form
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.asked import Asked
from furong.faces.web.presenters.parts import Kpi, Text
from furong.packs.models.procedures import AsksField, FormItem


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result of a call, and the key that chooses it. asks: which questions go with it."""

    key: str
    value: str
    label: str
    asks: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Before:
    """A call that was made before."""

    at: str
    who: str
    result: str
    words: str


@dataclass(frozen=True, slots=True)
class ToCall:
    """Whom to call. phone: shown once it was revealed, None as long as it is masked."""

    case: Case
    name: str
    number: str
    address: str
    state: Text
    due: str
    overdue: bool
    phone: str | None
    before: Sequence[Before]
    outcomes: Sequence[Outcome]
    answers: Sequence[Asked]
    again: Asked | None
    words: Asked | None
    key: str
    problem: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class WorkPage:
    id: str
    title: str
    script: str
    second: bool
    desk: Desk
    kpis: Sequence[Kpi]
    next_at: str
    reason: str
    call: ToCall | None


def work_page(made: CallList, desk: Desk, call: ToCall | None, *, second: bool) -> WorkPage:
    return WorkPage(
        id=str(made.pk),
        title=made.title,
        script=made.script,
        second=second,
        desk=desk,
        kpis=_kpis(desk),
        next_at=figures.brief(desk.next_at),
        reason=_("电话核对：%s") % made.title,
        call=call,
    )


def _kpis(desk: Desk) -> list[Kpi]:
    firm, today = _("户"), desk.today
    missed = sum(today.get(name, 0) for name in names.UNANSWERED)
    return [
        Kpi(_("今日拨打"), figures.count(desk.calls_today), _("次")),
        Kpi(_("接通"), figures.count(today.get("answered", 0)), _("次"), tone="jade"),
        Kpi(_("未接通"), figures.count(missed), _("次")),
        Kpi(
            _("待拨打"),
            figures.count(desk.left),
            firm,
            _("另有 %d 户已约时间") % desk.later if desk.later else "",
        ),
    ]


def items_of(machine: Machine) -> list[FormItem]:
    """Everything that a call may be answered with: what was heard, or when to call again."""
    one = machine.procedure
    heard = machine.view.items(one.actions[names.RECORD].form)
    missed = machine.view.items(one.actions[names.MISSED].form)
    return [*heard, *(item for item in missed if isinstance(item, AsksField))]


def form_of(case: Case, machine: Machine, user: User) -> Form:
    return Form(machine, items_of(machine), str(user.pk), case=case, subject=case.subject)


def to_call(
    case: Case,
    machine: Machine,
    user: User,
    at: datetime,
    *,
    phone: str | None = None,
    entered: Entered | None = None,
    problems: Mapping[str, str] | None = None,
    refusal: str = "",
) -> ToCall:
    """The check, with the form as it was sent where it comes back."""
    asked = {one.key: one for one in form_of(case, machine, user).ask(entered, problems)}
    result = asked.pop(names.RESULT)
    again, words = asked.pop(names.AGAIN, None), asked.pop("words", None)
    if again is not None and not again.values:
        again = replace(again, values=[_field(proposed_again(machine, at))])
    if entered is None:
        result = replace(result, values=[])
    second = case.state == names.RECHECK
    needed = {
        str(getattr(item, "fact", ""))
        for item in items_of(machine)
        if names.RESULT in str(getattr(item, "required", ""))
    }
    subject = case.subject
    assert subject is not None
    return ToCall(
        case=case,
        name=subject.name,
        number=case.number,
        address=" ".join(
            filter(None, [subject.street.name if subject.street else "", subject.address])
        ),
        state=machine.state(case.state).label,
        due=figures.brief(case.due_at),
        overdue=case.due_at is not None and case.due_at <= at,
        phone=phone,
        before=[] if second else [_before(machine, one) for one in calls_of(case)],
        outcomes=[
            Outcome(str(number), value, label, _asks(value), value == result.value)
            for number, (value, label) in enumerate(
                machine.facts[names.RESULT].values.items(), start=1
            )
        ],
        answers=[_asked(one, needed) for one in asked.values()],
        again=None if second else again,
        words=words,
        key=uuid4().hex,
        problem=result.error,
        refusal=refusal,
    )


def _asked(one: Asked, needed: Collection[str]) -> Asked:
    """A question stands there only with the result that needs it: then it is simply needed."""
    return replace(one, required="always", needed="") if one.key in needed else one


def _asks(result: str) -> str:
    """Which part of the form goes with a result."""
    if result == "answered":
        return "heard"
    if result in (*names.UNANSWERED, names.LATER):
        return "again"
    return "words" if result not in names.REACHED else ""


def _before(machine: Machine, event: Event) -> Before:
    result = event.facts.get(names.RESULT, "")
    return Before(
        at=figures.brief(event.recorded_at),
        who=event.by.name if event.by else "",
        result=machine.facts[names.RESULT].values.get(result, ""),
        words=str(event.fields.get("words", "")),
    )


def _field(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """Two entries that do not agree, and the form that settles them."""

    id: str
    title: str
    both: Both
    name: str
    first: Text
    second: Text
    items: Sequence[Asked]
    key: str
    refusal: str = ""


def settle_form(case: Case, machine: Machine, user: User) -> Form:
    items = machine.view.items(machine.procedure.actions[names.SETTLE].form)
    return Form(machine, items, str(user.pk), case=case, subject=case.subject)


def difference_page(
    made: CallList,
    both: Both,
    machine: Machine,
    user: User,
    *,
    entered: Entered | None = None,
    problems: Mapping[str, str] | None = None,
    refusal: str = "",
) -> DifferencePage:
    """Where both say the same, that is filled in; where they differ, the one who settles chooses."""
    asked = settle_form(both.case, machine, user).ask(entered, problems)
    if entered is None:
        same = {one.key for one in both.questions if one.agrees}
        held = {**both.first.facts, **(both.first.fields.get(names.FOUND) or {})}
        asked = [_filled(one, held.get(one.key) if one.key in same else None) for one in asked]
    subject = both.case.subject
    return DifferencePage(
        id=str(made.pk),
        title=made.title,
        both=both,
        name=subject.name if subject else "",
        first=_entry(both.first),
        second=_entry(both.second),
        items=asked,
        key=uuid4().hex,
        refusal=refusal,
    )


def _filled(one: Asked, value: object) -> Asked:
    if value is None:
        texts: list[str] = []
    elif isinstance(value, bool):
        texts = ["true" if value else "false"]
    elif isinstance(value, list):
        texts = [str(part) for part in value]
    else:
        texts = [str(value)]
    options = [replace(option, selected=option.value in texts) for option in one.options]
    return replace(one, values=texts, options=options)


def _entry(event: Event) -> Text:
    who = event.by.name if event.by else ""
    return f"{who} · {figures.brief(event.recorded_at)}"
