"""One case as its page shows it: who holds it until when, what can be done, what happened."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.base.models import PersonalValue, StoredFile
from furong.apps.base.personal import open_value
from furong.apps.cases.engine import words
from furong.apps.cases.engine.clocks import Clocks
from furong.apps.cases.engine.doing import Bearer
from furong.apps.cases.engine.history import MIGRATION, History
from furong.apps.cases.engine.machine import Machine, key_of, machine_of
from furong.apps.cases.engine.permitting import standing_for
from furong.apps.cases.engine.roles import Parties
from furong.apps.cases.models import EXCLUSION_ACTS, Assignment, Case, Event, Request
from furong.apps.cases.reads.migrated import migration_words
from furong.apps.directory.models import User
from furong.apps.registry.values import from_plain
from furong.engines import worktime
from furong.engines.rules import show_value
from furong.packs.models.procedures import AsksField, FormItem
from furong.packs.procedures import Act

_HINT = re.compile(r"\uff08[^\uff08\uff09]*\uff09$")
"""What stands in brackets behind the label of a field."""

# --- whose turn it is -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has the case in hand now, and until when. units: the organisations, by their short names."""

    role: str
    units: tuple[str, ...]
    due_at: datetime | None
    overdue: bool


def whose_turn(case: Case, at: datetime) -> Turn | None:
    """None once a case is closed."""
    held = case.assignments.held().select_related("organisation")
    return turn_among(machine_of(case.procedure), case, held, at)


def turn_among(
    machine: Machine, case: Case, held: Iterable[Assignment], at: datetime
) -> Turn | None:
    """As `whose_turn`, of a case whose assignments (with their organisations) are read already."""
    owner = machine.state(case.state).owner
    if owner is None:
        return None
    role = machine.procedure.roles[owner]
    kind = getattr(role.scope, "assignment", None)
    units = [words.unit_name(one.organisation) for one in held if one.kind == kind]
    overdue = case.due_at is not None and case.due_at <= at
    return Turn(role.label, tuple(units), case.due_at, overdue)


# --- what can be done -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Possible:
    """An act that somebody may do now. key: as verbs take it. kind: action, request or answer.

    items: what its form asks. closures: code → label, where a choice is left. proxy: it is another's
    decision, which is entered from paper.
    """

    key: str
    name: str
    label: str
    kind: str
    items: tuple[FormItem, ...]
    closures: Mapping[str, str]
    request: Request | None = None
    proxy: bool = False


def possible(case: Case, by: User | Bearer, at: datetime) -> list[Possible]:
    """The actions, requests and answers that somebody's roles allow where the case stands.

    Guards are asked when it is done: they can say why not.
    """
    machine = machine_of(case.procedure)
    parties = Parties(machine, case, at)
    pending = [*case.requests.pending()]
    mine = {one.role for one in parties.standings(by)} if isinstance(by, User) else set()
    found = []
    for _key, act in machine.acts_in(case.state):
        if act.path[0] == "requests" and any(one.name == act.name for one in pending):
            continue
        if "public" in act.by:
            continue
        action = machine.procedure.actions.get(act.name) if act.path[0] == "actions" else None
        if standing_for(machine, act, parties, by, None) is not None:
            found.append(_possible(machine, act))
        elif action is not None and action.proxy is not None and action.proxy.role in mine:
            found.append(replace(_possible(machine, act), proxy=True))
    for request in pending:
        if request.delivered_at is not None:
            found += _answers(machine, parties, request, by)
    return found


def may_ever(case: Case, key: str, by: User | Bearer, at: datetime) -> bool:
    """Whether somebody's roles let them do an act, wherever the case stands now."""
    machine = machine_of(case.procedure)
    act, parties = machine.act(key), Parties(machine, case, at)
    if standing_for(machine, act, parties, by, None) is not None:
        return True
    one = machine.procedure
    holder = one.requests.get(act.request) if act.request else one.actions.get(act.name)
    proxy = getattr(holder, "proxy", None)
    mine = {one.role for one in parties.standings(by)} if isinstance(by, User) else set()
    return proxy is not None and proxy.role in mine


def _possible(machine: Machine, act: Act, request: Request | None = None) -> Possible:
    one = machine.procedure
    action = one.actions.get(act.name) if act.path[0] == "actions" else None
    choices = action.closure.choices if action and action.closure else ()
    return Possible(
        key=key_of(act),
        name=act.name,
        label=act.label,
        kind="answer" if request else act.path[0].__str__().removesuffix("s"),
        items=tuple(machine.view.items(act.form)),
        closures={code: one.closures[code] for code in choices},
        request=request,
    )


def _answers(
    machine: Machine, parties: Parties, request: Request, by: User | Bearer
) -> list[Possible]:
    declared = machine.procedure.requests[request.name]
    found = []
    mine = {one.role for one in parties.standings(by)} if isinstance(by, User) else set()
    for code in declared.answers:
        act = machine.act(f"answers.{request.name}.{code}")
        if standing_for(machine, act, parties, by, None) is not None:
            found.append(_possible(machine, act, request))
        elif declared.proxy is not None and declared.proxy.role in mine:
            shown = _possible(machine, act, request)
            found.append(replace(shown, proxy=True))
    return found


def deciders(case: Case, key: str, at: datetime) -> list[User]:
    """Whose decision on paper may be entered by proxy: who holds a role that does the act."""
    machine = machine_of(case.procedure)
    return Parties(machine, case, at).holders(machine.act(key).by)


# --- clocks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Running:
    """A clock of the present cycle. raw: since it first started; counted: without what stood still.

    unit: whose it is, where it is of an assignment.
    """

    name: str
    label: str
    unit: str
    raw: timedelta
    counted: timedelta
    due_at: datetime | None
    running: bool
    overdue: bool
    counting: str
    limit: worktime.Length


def running(case: Case, at: datetime) -> list[Running]:
    """The clocks of the present cycle, in the procedure's order, as of a moment."""
    machine = machine_of(case.procedure)
    clocks = Clocks.of(machine, case, at)
    order = [*machine.procedure.clocks]
    units = {one.pk: words.unit_name(one.organisation) for one in _assignments(case)}
    found = []
    for row in sorted(clocks.rows, key=lambda one: order.index(one.name)):
        intervals, limit = clocks.intervals(row), clocks.limit(row)
        end = at if row.running or not intervals else intervals[-1].stop or at
        due = worktime.due(intervals, limit, at)
        found.append(
            Running(
                name=row.name,
                label=machine.procedure.clocks[row.name].label,
                unit=units.get(row.assignment_id, "") if row.assignment_id else "",
                raw=worktime.raw(intervals, end),
                counted=worktime.counted(intervals, end, limit.calendar, limit.counting),
                due_at=due,
                running=row.running,
                overdue=due is not None and due <= end,
                counting=limit.counting,
                limit=limit.length,
            )
        )
    return found


def _assignments(case: Case) -> Sequence[Assignment]:
    return [*case.assignments.select_related("organisation")]


# --- what happened --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a page tells it. said: label → words, in the order of the form; who: name and unit.

    act: its name in the version that the case is under. outside: somebody who raised the case, or came by a link.
    """

    event: Event
    act: str
    label: str
    who: str
    said: tuple[tuple[str, str], ...]
    files: tuple[StoredFile, ...]
    to_label: str
    deemed: bool
    public: bool


def timeline(case: Case, *, outside: bool = False) -> list[Told]:
    """What happened, the oldest first. outside: only what who raised it may know, leaders unnamed."""
    rows = case.events.select_related("by", "organisation", "proxy", "request").prefetch_related(
        "files"
    )
    return told(case, [*rows.order_by("sequence")], outside=outside)


def told(case: Case, events: Sequence[Event], *, outside: bool = False) -> list[Told]:
    """Some events of a case as its timeline tells them."""
    history = History.of(case)
    return [
        _told(history, event, outside=outside)
        for event in events
        if not outside or _shown_outside(history.machine(event), event)
    ]


def told_outside(history: History, event: Event) -> Told | None:
    """An event as who raised the case is told it; None where they are not."""
    shown = _shown_outside(history.machine(event), event)
    return _told(history, event, outside=True) if shown else None


def _shown_outside(machine: Machine, event: Event) -> bool:
    """Whether who raised the case may know of an event: they did it, or were told of it."""
    if event.act == "comment":
        return event.public
    if event.act in ("party", MIGRATION) or event.act in EXCLUSION_ACTS:
        return False
    if event.bearer or event.role in _outside_roles(machine):
        return True
    act = machine.act(event.act)
    told = {role for call in act.effects if call.name == "tell" for role in call.args.get("to", ())}
    return act.opens or bool(told & _outside_roles(machine))


def _outside_roles(machine: Machine) -> set[str]:
    owners = {n for n, role in machine.procedure.roles.items() if role.capacity == "owner"}
    return {"reporter", *owners}


def _told(history: History, event: Event, *, outside: bool) -> Told:
    machine = history.machine(event)
    label, to_label = _label(machine, event), ""
    if event.to_state and event.to_state != event.from_state:
        to_label = machine.state(event.to_state).label
    leader = _is_leaders(machine, event)
    if outside and leader:
        label = _("区领导已阅办")
    return Told(
        event=event,
        act=history.key(event),
        label=label,
        who=_who(machine, event, outside=outside),
        said=tuple(_said(machine, event, outside=outside)),
        files=tuple(_files(machine, event, outside=outside)),
        to_label=to_label,
        deemed=event.by_id is None and not event.bearer,
        public=event.public,
    )


def _files(machine: Machine, event: Event, *, outside: bool) -> Iterator[StoredFile]:
    """Its files; outside, those of one's own acts, of public words, and of answers meant to be read."""
    if not outside or event.act == "comment" or _own(machine, event):
        yield from event.files.all()
        return
    items = () if event.act == "party" else machine.view.items(machine.act(event.act).form)
    meant = {item.field for item in items if isinstance(item, AsksField) and item.audience}
    shown = {pk for name in meant for pk in _ids(event.fields.get(name))}
    yield from (file for file in event.files.all() if str(file.pk) in shown)


def _ids(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _own(machine: Machine, event: Event) -> bool:
    return bool(event.bearer) or event.role in _outside_roles(machine)


def _is_leaders(machine: Machine, event: Event) -> bool:
    role = machine.procedure.roles.get(event.role)
    return event.act != "comment" and role is not None and role.capacity == "leader"


def _label(machine: Machine, event: Event) -> str:
    if event.act == "comment":
        return _("留言")
    if event.act == "party":
        return _("相关方答复")
    if event.act == MIGRATION:
        return _("办理流程换版")
    if event.act in EXCLUSION_ACTS:
        return str(EXCLUSION_ACTS[event.act])
    act = machine.act(event.act)
    if act.request:
        request = machine.procedure.requests[act.request].label
        return _("%(request)s：%(answer)s") % {"request": request, "answer": act.label}
    return act.label


def _who(machine: Machine, event: Event, *, outside: bool) -> str:
    if event.bearer:
        return event.bearer
    if event.by is None:
        return _("系统")
    unit = words.unit_name(event.organisation) if event.organisation else ""
    if outside and not _own(machine, event):
        role = machine.procedure.roles.get(event.role)
        return unit or (role.label if role else "")
    name = f"{unit} {event.by.name}".strip()
    if event.proxy is not None:
        return _("%(who)s（%(proxy)s代录）") % {"who": name, "proxy": event.proxy.name}
    return name


def _said(machine: Machine, event: Event, *, outside: bool) -> list[tuple[str, str]]:
    if event.act == "comment":
        return [("", str(event.fields["words"]))]
    if event.act == "party":
        agreed = _("同意") if event.fields["agrees"] else _("不同意")
        return [
            (_("请其答复"), event.fields["question"]),
            (_("答复"), _("。").join(filter(None, [agreed, event.fields["words"]]))),
        ]
    if event.act == MIGRATION:
        return migration_words(machine, event)
    if event.act in EXCLUSION_ACTS:
        return [*_excluding(event)]
    act = machine.act(event.act)
    found = []
    answers = {**event.answers, **_opened(event)}
    for item in machine.view.items(act.form):
        name = getattr(item, "field", "") or getattr(item, "fact", "")
        if name not in answers or answers[name] is None:
            continue
        audience = getattr(item, "audience", None)
        if outside and audience is None and not _own(machine, event):
            continue
        found.append((_label_of(machine, item, name), _spoken(machine, item, name, answers[name])))
    if found and is_blind(machine, event):
        return [("", _("双录：复核办完以前不显示"))]
    return [(label, said) for label, said in found if said]


def _excluding(event: Event) -> Iterator[tuple[str, str]]:
    """A request to leave the case out of a rate: from which, on what ground, and what was said."""
    fields = event.fields
    yield _("剔除申请"), _("%(unit)s · %(rate)s") % fields
    yield _("剔除情形"), str(fields["ground"])
    if "words" in fields:
        yield _("说明"), str(fields["words"])
    if "reason" in fields:
        yield _("理由"), str(fields["reason"])


def is_blind(machine: Machine, event: Event) -> bool:
    """Whether what an event says is shown to nobody as long as its case stands where it does (双录)."""
    state = machine.procedure.states.get(event.case.state)
    return state is not None and event.act in {f"actions.{name}" for name in state.blind}


def _opened(event: Event) -> dict[str, Any]:
    """Personal answers, masked: they are opened by an act of its own."""
    return dict.fromkeys(event.personal, _("******"))


def _label_of(machine: Machine, item: FormItem, name: str) -> str:
    """Of a field without what stands in brackets behind it: that tells its writer how to fill it in."""
    asked = str(getattr(item, "label", ""))
    return _HINT.sub("", asked) or asked or machine.facts[name].label


def _spoken(machine: Machine, item: FormItem, name: str, value: Any) -> str:
    if value == _("******"):
        return str(value)
    kind = getattr(item, "type", None)
    if kind is None:
        fact = machine.facts[name]
        return show_value(fact, from_plain(fact, value))
    if kind == "class":
        return machine.procedure.classes.get(value, str(value))
    if kind in ("case", "cases"):
        ids = value if isinstance(value, list) else [value]
        return _("、").join(Case.objects.filter(pk__in=ids).values_list("number", flat=True))
    if kind == "files":
        return ""
    if kind == "answers":
        return spoken_answers(machine, value)
    return words.spoken(value, kind, machine.calendar.zoneinfo)


def spoken_answers(machine: Machine, value: Mapping[str, Any]) -> str:
    """The answers of a field to the facts that another lists, in words."""
    told = [
        _("%(label)s：%(value)s")
        % {"label": fact.label, "value": show_value(fact, from_plain(fact, one))}
        for key, one in value.items()
        if (fact := machine.facts.get(key)) is not None and one is not None
    ]
    return _("；").join(told)


def personal_answers(event: Event) -> dict[str, Any]:
    """The personal answers of an event that are not erased. Whoever opens them journals that."""
    rows = PersonalValue.objects.held().filter(entry=event.entry, name__in=event.personal)
    return {row.name: open_value(row) for row in rows}
