"""The effects that the tables of cases carry out, inside the transaction of the act."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.compiled import insert, update
from furong.apps.base.errors import Refusal
from furong.apps.cases.engine import words
from furong.apps.cases.engine.doing import Doing
from furong.apps.cases.engine.handlers import effect
from furong.apps.cases.engine.numbers import next_number
from furong.apps.cases.engine.taskforces import found
from furong.apps.cases.models import Assignment, Case, Issued, Link, Request, Supervision
from furong.apps.directory.models import Organisation, User, Zone
from furong.apps.registry.actions import state_facts
from furong.apps.registry.sources import sources_open_to
from furong.engines import worktime
from furong.engines.worktime import read_duration
from furong.packs.models.procedures import AsksField

type State = Assignment.State

# --- who holds the case ---------------------------------------------------------------------------


@effect("assign")
def assign(doing: Doing, given: Any) -> None:
    """Gives the case to units: replaces the holder of a kind that has one, adds otherwise."""
    rest = dict(given)
    authority, final = rest.pop("authority", "dispatch"), bool(rest.pop("final", False))
    for kind, holder in rest.items():
        codes = _codes(doing, holder)
        _give(doing, kind, codes, authority=authority, final=final)
    doing.follow_clocks()


def _codes(doing: Doing, holder: Any) -> list[str]:
    if isinstance(holder, Mapping):
        return [str(holder["organisation"])]
    value = doing.value(holder)
    return [value] if isinstance(value, str) and value else [*(value or [])]


def _give(
    doing: Doing, kind: str, codes: Iterable[str], *, authority: str, final: bool
) -> list[Assignment]:
    found = {code: doing.parties.unit(code) for code in codes}
    units = {code: unit for code, unit in found.items() if unit is not None}
    declared = doing.machine.procedure.assignments[kind]
    single = declared.count in (1, "0..1")
    held = doing.holding(kind)
    if single and units:
        for one in held:
            _end(doing, one, Assignment.State.REPLACED)
    made = []
    for code in found:
        unit = units[code]
        again = [one for one in doing.holding(kind) if one.organisation_id == unit.pk]
        if again and again[0].cycle == doing.case.cycle and again[0].state in Assignment.OWED:
            continue
        for one in again:
            _end(doing, one, Assignment.State.REPLACED)
        row = Assignment(
            case=doing.case,
            kind=kind,
            organisation=unit,
            cycle=doing.case.cycle,
            authority=authority,
            final=final,
            assigned_at=doing.at,
        )
        insert([row])
        doing.parties.assignments = [*doing.parties.assignments, row]
        made.append(row)
    return made


def _end(doing: Doing, one: Assignment, state: State) -> None:
    """A unit no longer holds the case: its clock stops, and it is out of the parties."""
    one.state, one.ended_at = state, doing.at
    update([one], "state", "ended_at")
    doing.clocks.follow([one], [], doing.act.name)
    doing.parties.assignments = [a for a in doing.parties.assignments if a.pk != one.pk]


def _meant(doing: Doing, which: str) -> list[Assignment]:
    """own: of the actor's unit; all; or of one kind, of the actor's unit where it holds one."""
    rows = [*doing.parties.assignments]
    if which == "all":
        return rows
    if which == "own":
        return [one for one in rows if doing.unit and one.organisation_id == doing.unit.pk]
    of_kind = [one for one in rows if one.kind == which]
    mine = [one for one in of_kind if doing.unit and one.organisation_id == doing.unit.pk]
    return mine or of_kind


@effect("sign_assignment")
def sign_assignment(doing: Doing, given: Any) -> None:
    for one in _meant(doing, given["assignment"]):
        if one.state == Assignment.State.PENDING:
            one.state, one.signed_at = Assignment.State.SIGNED, doing.at
            one.deemed = doing.user is None
            update([one], "state", "signed_at", "deemed")
    doing.follow_clocks()


@effect("finish_assignment")
def finish_assignment(doing: Doing, given: Any) -> None:
    for one in _meant(doing, given["assignment"]):
        if one.state in Assignment.OWED:
            one.state, one.done_at = Assignment.State.DONE, doing.at
            one.signed_at = one.signed_at or doing.at
            update([one], "state", "done_at", "signed_at")
    doing.follow_clocks()


@effect("reopen_assignment")
def reopen_assignment(doing: Doing, given: Any) -> None:
    codes = doing.value(given["organisations"]) if "organisations" in given else None
    for one in _meant(doing, given["assignment"]):
        wanted = codes is None or one.organisation.code in codes
        if wanted and one.state == Assignment.State.DONE:
            one.state, one.done_at = Assignment.State.SIGNED, None
            update([one], "state", "done_at")
    doing.follow_clocks()


@effect("return_assignment")
def return_assignment(doing: Doing, given: Any) -> None:
    asking = doing.request.organisation_id if doing.request else None
    for one in doing.holding(given["assignment"]):
        if asking is None or one.organisation_id == asking:
            _end(doing, one, Assignment.State.RETURNED)


@effect("waive_assignment")
def waive_assignment(doing: Doing, given: Any) -> None:
    name = given["organisation"]
    asking = doing.request.organisation if doing.request else None
    code = (asking.code if asking else "") if name == "asking" else doing.value(name)
    meant = [one for one in doing.holding(given["assignment"]) if one.organisation.code == code]
    if not meant:
        raise Refusal(_("该单位不在承办、协办之列，或者已经办结，不用免除"))
    for one in meant:
        _end(doing, one, Assignment.State.WAIVED)


@effect("make_final")
def make_final(doing: Doing, given: Any) -> None:
    for one in doing.holding(given["assignment"]):
        one.final = True
        update([one], "final")


@effect("assign_by_zone")
def assign_by_zone(doing: Doing, given: Any) -> None:
    subject = doing.case.subject
    zones = subject.lies_in() if subject else []
    unit = next(
        (
            one
            for zone in zones
            for around in _around(zone)
            if around.kind == given["kind"]
            for one in Organisation.objects.filter(zone=around, withdrawn=False)
        ),
        None,
    )
    if unit is None:
        raise Refusal(_("服务对象没有登记所属街道，无法分派；请先补填街道"))
    _give(doing, given["as"], [unit.code], authority="dispatch", final=False)
    doing.follow_clocks()


def _around(zone: Zone | None) -> Iterable[Zone]:
    while zone is not None:
        yield zone
        zone = zone.parent


@effect("form_task_force")
def form_task_force(doing: Doing, given: Any) -> None:
    until = datetime.fromisoformat(doing.value(given["until"]))
    ids = [doing.value(given["convenor"]), *doing.value(given["members"])]
    people = {str(one.pk): one for one in User.objects.filter(pk__in=ids)}
    unit = found(
        name=doing.value(given["name"]),
        convenor=people[ids[0]],
        members=[people[one] for one in dict.fromkeys(ids[1:]) if one != ids[0]],
        until=until,
        source=doing.case.number,
        at=doing.at,
    )
    _give(doing, given["as"], [unit.code], authority="instruction", final=True)
    doing.follow_clocks()


# --- clocks and cycles ----------------------------------------------------------------------------


@effect("move_due")
def move_due(doing: Doing, given: Any) -> None:
    """Nothing where the field is empty. By an extension never earlier; by an instruction as named."""
    value = doing.value(given["until"])
    if not isinstance(value, str):
        return
    until = datetime.fromisoformat(value)
    rows = [row for row in doing.clocks.rows if row.running and row.name == given["clock"]]
    asking = doing.request.organisation_id if doing.request else None
    own = [row for row in rows if row.assignment and row.assignment.organisation_id == asking]
    for row in own or rows:
        if doing.request is not None and doing.request.fields.get(given["until"]) == value:
            doing.clocks.move(row, until, at_most_limits=given.get("at_most_limits"))
        else:
            doing.clocks.set_due(row, until)
    doing.clocks.refresh()


@effect("new_cycle")
def new_cycle(doing: Doing, _given: Any) -> None:
    doing.case.cycle += 1
    doing.follow_clocks()


# --- what was found out ---------------------------------------------------------------------------


@effect("state_answers")
def state_answers(doing: Doing, given: Any) -> None:
    """What a field of answers found is stated of the subject: in the actor's name where they may
    speak of it, else in that of cases, as whoever called is not always in charge of the firm.
    """
    found, subject = doing.value(given["field"]), doing.case.subject
    if not found or subject is None:
        return
    mine = sources_open_to(doing.by, subject, at=doing.at) if isinstance(doing.by, User) else []
    state_facts(
        subject,
        found,
        source=str(mine[0]) if mine else "liaison",
        cited=doing.case.number,
        occurred_at=doing.ask.occurred_at,
        by=doing.by if mine and isinstance(doing.by, User) else "cases",
        at=doing.at,
    )
    doing.known.forget()


# --- other cases ----------------------------------------------------------------------------------


@effect("link")
def link(doing: Doing, given: Any) -> None:
    other = Case.objects.get(pk=doing.value(given["case"]))
    Link.objects.get_or_create(
        case=doing.case, other=other, relation=given["relation"], defaults={"made_at": doing.at}
    )


@effect("merge_into")
def merge_into(doing: Doing, given: Any) -> None:
    doing.case.merged_into_id = doing.value(given["case"])


@effect("unmerge")
def unmerge(doing: Doing, _given: Any) -> None:
    doing.case.merged_into = None


@effect("open_case")
def open_case(doing: Doing, given: Any) -> None:
    """A linked case, or one for each line of a field, opened by the system."""
    from furong.apps.cases.actions.opening import open_by_system

    if (when := given.get("when")) is not None and not doing.holds(when):
        return
    texts = doing.value(given["each"]) if "each" in given else [None]
    fill = {new: doing.value(own) for new, own in given.get("fill", {}).items()}
    for line in texts:
        answers = {"title": line} if line is not None else {}
        answers |= {name: value for name, value in fill.items() if value}
        made = open_by_system(
            given["procedure"],
            given["opening"],
            subject=doing.case.subject,
            answers={"title": doing.case.title, **answers},
            at=doing.at,
        )
        Link.objects.create(
            case=made, other=doing.case, relation=given["relation"], made_at=doing.at
        )


# --- words, requests, papers ----------------------------------------------------------------------


@effect("tell")
def tell(doing: Doing, given: Any) -> None:
    doing.say(given["to"], given["text"], urgent=_urgent(doing))


def _urgent(doing: Doing) -> bool:
    """Of every class but the first, which is the ordinary one, people are told at night as well."""
    return doing.case.kind == "urgent"


@effect("ask")
def ask(doing: Doing, given: Any) -> None:
    """Puts a request as the system does; one that is pending already stays the only one."""
    name = given["request"]
    declared = doing.machine.procedure.requests[name]
    pending = any(one.name == name and one.settled_at is None for one in doing.requests)
    if pending or doing.case.state not in declared.during:
        return
    text = words.render(doing, doing.machine.procedure.texts[given["text"]])
    fields = {
        item.field: text[: item.max or 300]
        for item in doing.machine.view.items(declared.form)
        if isinstance(item, AsksField) and item.type == "text" and item.required
    }
    put_request(doing, name, fields=fields, asked_by=None)


def put_request(
    doing: Doing, name: str, *, fields: Mapping[str, Any], asked_by: User | None
) -> Request:
    """A request of this act: before who answers it at once, or with the list that delivers it."""
    declared = doing.machine.procedure.requests[name]
    waits = declared.delivered.get(doing.case.kind, "at_once")
    at_once = waits == "at_once"
    row = Request(
        case=doing.case,
        name=name,
        cycle=doing.case.cycle,
        asked_by=asked_by,
        organisation=doing.unit,
        asked_at=doing.at,
        waits_for="" if at_once else waits,
        delivered_at=doing.at if at_once else None,
        fields=dict(fields),
    )
    insert([row])
    doing.requests.append(row)
    doing.follow_clocks()
    return row


@effect("issue_document")
def issue_document(doing: Doing, given: Any) -> None:
    paper = doing.machine.procedure.documents[given["document"]]
    zone = doing.machine.calendar.zoneinfo
    number = next_number(paper.number, doing.at, zone) if paper.number else doing.case.number
    valid_to = None
    if paper.valid is not None:
        length = read_duration(paper.valid)
        valid_to = worktime.add(doing.at, length, doing.machine.calendar, "natural")
    made = Issued.objects.create(
        case=doing.case,
        name=given["document"],
        number=number,
        label=paper.label,
        shown=_shown(doing, paper.shows),
        code=secrets.token_urlsafe(18) if paper.verifiable else "",
        issued_at=doing.at,
        valid_to=valid_to,
    )
    _entry(doing, "document.issue", made, {"number": number})


def _shown(doing: Doing, names: Iterable[str]) -> dict[str, str]:
    """Label → words of what a paper shows; personal facts are not kept in it."""
    view, zone = doing.machine.view, doing.machine.calendar.zoneinfo
    fields = {**view.every_field, **view.fields(doing.act)}
    basic: Mapping[str, Callable[[], str]] = {
        "title": lambda: doing.case.title,
        "number": lambda: doing.case.number,
        "subject": lambda: words.named(doing.case.subject),
        "state": lambda: doing.machine.state(doing.case.state).label,
    }
    found = {}
    for name in names:
        if name in fields and (value := doing.value(name)) is not None:
            found[fields[name].label] = words.spoken(value, fields[name].type, zone)
        elif name in basic:
            found[name] = basic[name]()
    return found


@effect("revoke_document")
def revoke_document(doing: Doing, given: Any) -> None:
    held = Issued.objects.filter(case=doing.case, name=given["document"], revoked_at=None)
    for one in held:
        one.revoked_at = doing.at
        update([one], "revoked_at")
        _entry(doing, "document.revoke", one, {"number": one.number})


@effect("supervise")
def supervise(doing: Doing, _given: Any) -> None:
    """A numbered order to each unit that still owes something; once a cycle."""
    if Supervision.objects.filter(case=doing.case, cycle=doing.case.cycle).exists():
        return
    owing: list[Organisation | None] = [
        one.organisation for one in doing.parties.assignments if one.state in Assignment.OWED
    ]
    for unit in owing or [None]:
        made = Supervision.objects.create(
            case=doing.case,
            number=next_number("DB{year}{serial:04}", doing.at, doing.machine.calendar.zoneinfo),
            organisation=unit,
            cycle=doing.case.cycle,
            issued_at=doing.at,
        )
        _entry(doing, "case.supervise", made, {"number": made.number})


def _entry(doing: Doing, verb: str, about: Any, payload: Mapping[str, Any]) -> None:
    cause = doing.entry.pk if doing.entry else None
    journal.record(
        verb,
        by=doing.by if isinstance(doing.by, str | User) else "link",
        at=doing.at,
        about=about,
        payload={**payload, "case": doing.case.pk, "cause": cause},
    )
