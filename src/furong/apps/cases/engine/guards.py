"""The guards that the tables of cases answer. Each gives the reason for which it refuses, or None."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.base.compiled import Reading
from furong.apps.cases.engine import words
from furong.apps.cases.engine.answers import plain_facts, questions
from furong.apps.cases.engine.clocks import length_of
from furong.apps.cases.engine.doing import Bearer, Doing
from furong.apps.cases.engine.handlers import guard
from furong.apps.cases.models import Assignment, Case, Issued
from furong.apps.directory.access import held_by
from furong.apps.directory.models import Grant, Membership, User
from furong.apps.registry.models import Sequence
from furong.engines import worktime
from furong.packs.models.procedures import Limit

MERGING = "cases.merge"
"""A series of which no number is ever taken: its row is the lock on mergings."""


@guard("holds")
def holds(doing: Doing, given: Any) -> str | None:
    return None if doing.holds(given["when"]) else str(given["message"])


@guard("agrees_with")
def agrees_with(doing: Doing, given: Any) -> str | None:
    """Whether this form's answers are those of an act done before (双录)."""
    key = f"actions.{given['did']}"
    before = next((one for one in reversed(doing.events()) if one.act == key), None)
    if before is None:
        return _("还没有办理“%s”，无从比对") % _label_of(doing, given["did"])
    facts = plain_facts(doing.machine, doing.answers.facts)
    mine = questions(doing.machine, doing.act.form, facts, doing.answers.fields)
    other = questions(doing.machine, doing.act.form, before.facts, before.fields)
    if (mine == other) == given["is"]:
        return None
    return (
        _("与首次登记不一致，须由负责人裁定") if given["is"] else _("与首次登记一致，请按一致登记")
    )


@guard("assignments")
def assignments(doing: Doing, given: Any) -> str | None:
    states = set(given["all_in"])
    waiting = [
        one.organisation.short or one.organisation.name
        for kind in given["kinds"]
        for one in doing.holding(kind)
        if one.state not in states
    ]
    if not waiting:
        return None
    told = given.get("message") or _("还有单位没有办完")
    return _("%(told)s（%(units)s）") % {"told": told, "units": _("、").join(waiting)}


@guard("before_due")
def before_due(doing: Doing, given: Any) -> str | None:
    row = _clock_of(doing, given["clock"])
    if row is None or row.due_at is None or row.due_at > doing.at:
        return None
    return _("“%(label)s”已过，不能再提出；请说明原因后继续办理") % {
        "label": doing.machine.procedure.clocks[given["clock"]].label
    }


def _clock_of(doing: Doing, name: str) -> Any:
    """A running clock of the case, else of the assignment of the actor's unit."""
    if (row := doing.clocks.find(name)) is not None:
        return row
    for one in doing.parties.assignments:
        mine = doing.unit is not None and one.organisation_id == doing.unit.pk
        if mine and (row := doing.clocks.find(name, assignment=one)) is not None:
            return row
    return None


@guard("closed_as")
def closed_as(doing: Doing, given: Any) -> str | None:
    if doing.case.closure in given:
        return None
    known = doing.machine.procedure.closures
    return _("本件已按“%(closure)s”办结，不能再办此项") % {
        "closure": known.get(doing.case.closure, doing.case.closure)
    }


@guard("document_code")
def document_code(doing: Doing, given: Any) -> str | None:
    code = doing.value(given["code"])
    found = Issued.objects.filter(case=doing.case, name=given["document"], code=code or "-")
    return None if found.exists() else _("查验码与本文书不符，请核对后重新输入")


@guard("happened")
def happened(doing: Doing, given: Any) -> str | None:
    times = _times(doing, given)
    label = _label_of(doing, given["act"])
    if (most := given.get("at_most")) is not None and times > most:
        if given.get("per") == "unit":
            return _("本单位已经提过一次“%s”，不能再提；有异议的，请报指挥中心") % label
        return _("“%(label)s”已有 %(times)d 次，不能再办") % {"label": label, "times": times}
    if (least := given.get("at_least")) is not None and times < least:
        return _("“%(label)s”满 %(least)d 次以后才能这样办，现有 %(times)d 次") % {
            "label": label,
            "least": least,
            "times": times,
        }
    return None


def _times(doing: Doing, given: Any) -> int:
    name, answer, per = given["act"], given.get("answer"), given.get("per", "case")
    wanted = (
        f"answers.{name}.{answer}"
        if answer
        else next(
            (
                f"{section}.{name}"
                for section in ("openings", "actions", "requests")
                if name in getattr(doing.machine.procedure, section)
            ),
            "",
        )
    )
    return sum(
        one.act == wanted
        and (per != "cycle" or one.cycle == doing.case.cycle)
        and (per != "unit" or one.organisation_id == (doing.unit.pk if doing.unit else None))
        for one in doing.events()
    )


def _label_of(doing: Doing, name: str) -> str:
    one = doing.machine.procedure
    for section in (one.openings, one.actions, one.requests):
        if name in section:
            return section[name].label
    return name


@guard("no_circle")
def no_circle(doing: Doing, given: Any) -> str | None:
    """The case into which this one is merged is another, live, and does not follow this one.

    Mergings wait for each other, so that two cases cannot be merged into each other at once.
    """
    Sequence.take(MERGING, 0)
    main = Case.objects.filter(pk=doing.value(given["field"])).first()
    if main is None:
        return _("没有这件事项，请核对编号")
    seen = {doing.case.pk}
    one: Case | None = main
    while one is not None:
        if one.pk in seen:
            return _("%s 已并入本件，不能互相并案") % main.number
        seen.add(one.pk)
        one = one.merged_into
    if main.procedure.code != doing.case.procedure.code:
        return _("%s 是另一类事项，不能并案") % main.number
    if main.category == "closed":
        return _("%s 已经办结，不能并入；请另行办理或重新打开那一件") % main.number
    return None


@guard("no_interest")
def no_interest(doing: Doing, given: Any) -> str | None:
    user, subject = doing.user, doing.case.subject
    if user is None or subject is None:
        return None
    near = {(str(Grant.Scope.SUBJECT), str(subject.pk))}
    held = {grant.capacity for grant in held_by(user, doing.at) if grant.scope in near}
    if held.isdisjoint(given["capacities"]):
        return None
    return _("您是%s的办事人员或联络员，按回避规定不能办理；请交本单位其他人员") % subject.name


@guard("not_final")
def not_final(doing: Doing, given: Any) -> str | None:
    if any(one.final for one in doing.holding(given["assignment"])):
        return _("本件由终裁或区领导交办，不再退单、转办；有困难请报指挥中心")
    return None


@guard("not_of")
def not_of(doing: Doing, given: Any) -> str | None:
    """Nobody closes their own case: the actor belongs to no unit that holds it."""
    holding = {one.organisation_id for kind in given["assignments"] for one in doing.holding(kind)}
    mine = _units_of(doing)
    return _("承办、协办单位的人员不能评价、销号本单位办理的事项") if holding & mine else None


_MEMBER_OF = Reading(
    lambda user, at: (
        Membership.objects.in_force(at).filter(user=user).values_list("organisation_id")
    ),
    "user",
    "at",
)


def _units_of(doing: Doing) -> set[object]:
    if isinstance(doing.by, Bearer):
        return {doing.by.organisation.pk} if doing.by.organisation else set()
    people = [one for one in (doing.user, doing.by) if isinstance(one, User)]
    found: set[object] = set()
    for user in people:
        found |= {pk for (pk,) in _MEMBER_OF.all(user=user.pk, at=doing.at)}
        codes = {
            grant.scope_id
            for grant in held_by(user, doing.at)
            if grant.scope_kind == Grant.Scope.ORGANISATION
        }
        found |= {
            one.organisation_id
            for one in doing.parties.assignments
            if one.organisation.code in codes
        }
    return found


@guard("not_returned_by")
def not_returned_by(doing: Doing, given: Any) -> str | None:
    returned = _RETURNED.first(
        case=doing.case.pk, cycle=doing.case.cycle, unit=doing.value(given["field"]) or ""
    )
    if returned is None:
        return None
    return _("%s本轮已经退单，不能再交同一单位；请改派，或由终裁人裁定") % returned.organisation


_RETURNED = Reading(
    lambda case, cycle, unit: Assignment.objects.filter(
        case=case, cycle=cycle, state=Assignment.State.RETURNED, organisation__code=unit
    ).select_related("organisation"),
    "case",
    "cycle",
    "unit",
)


@guard("not_who")
def not_who(doing: Doing, given: Any) -> str | None:
    key = f"actions.{given['did']}"
    last = next((one for one in reversed(doing.events()) if one.act == key), None)
    if last is None or last.by_id is None or doing.user is None or last.by_id != doing.user.pk:
        return None
    return _("“%s”是您办的，这一步请由另一人办理") % _label_of(doing, given["did"])


@guard("sampled")
def sampled(doing: Doing, given: Any) -> str | None:
    """By a hash of the case's id, so that it is always the same."""
    place = int.from_bytes(hashlib.sha256(doing.case.pk.bytes).digest()[:4], "big") % 100
    if (place < given["percent"]) == given["is"]:
        return None
    return (
        _("本件没有抽中复核，请直接登记")
        if given["is"]
        else _("本件抽中复核，登记后还要由另一人再登记一次")
    )


@guard("suspended_at_most")
def suspended_at_most(doing: Doing, given: Any) -> str | None:
    """The time suspended so far and until the date that is now asked for, in natural time."""
    limit = Limit.model_validate(given["limit"])
    asked = doing.value(_resume_field(doing))
    if not isinstance(asked, str):
        return _("请填写恢复办理日期")
    until = datetime.fromisoformat(asked)
    if until <= doing.at:
        return _("恢复办理日期须晚于现在，请重填")
    length = length_of(limit, doing.case.kind, "natural") or length_of(
        limit, doing.case.kind, "working"
    )
    if length is None:
        return None
    start = doing.at - _suspended_so_far(doing)
    latest = worktime.add(start, length, doing.machine.calendar, "natural")
    if until <= latest:
        return None
    return _("挂账合计最多到 %(latest)s（含以前挂账的时间），请把恢复办理日期提前") % {
        "latest": words.shown_due(latest, doing.machine.calendar.zoneinfo)
    }


def _resume_field(doing: Doing) -> str:
    """The field that says until when: of the clock that runs in a suspended state."""
    one = doing.machine.procedure
    for clock in one.clocks.values():
        suspended = any(one.states[name].category == "suspended" for name in clock.runs_in)
        if suspended and clock.limit.until is not None:
            return clock.limit.until
    return ""


def _suspended_so_far(doing: Doing) -> timedelta:
    total, since = timedelta(), None
    for event in doing.events():
        inside = doing.history.machine(event).state(event.to_state).category == "suspended"
        if inside and since is None:
            since = event.recorded_at
        elif not inside and since is not None:
            total, since = total + (event.recorded_at - since), None
    return total


@guard("within")
def within(doing: Doing, given: Any) -> str | None:
    start = _start_of(doing, given["of"])
    if start is None:
        return None
    limit = Limit.model_validate(given["limit"])
    calendar = doing.machine.calendar
    natural = length_of(limit, doing.case.kind, "natural")
    working = length_of(limit, doing.case.kind, "working")
    chosen = worktime.Limit.under(calendar, start, natural=natural, working=working)
    latest = worktime.add(start, chosen.length, calendar, chosen.counting)
    if doing.at <= latest:
        return None
    return _("已超过 %(latest)s，不能再“%(act)s”") % {
        "latest": f"{latest.astimezone(calendar.zoneinfo):%m-%d %H:%M}",
        "act": doing.act.label,
    }


def _start_of(doing: Doing, of: str) -> datetime | None:
    if of == "opening":
        return doing.case.opened_at
    if of == "closing":
        return doing.case.closed_at
    mine = [
        one.assigned_at
        for one in doing.parties.assignments
        if doing.unit is not None and one.organisation_id == doing.unit.pk
    ]
    return max(mine, default=None)
