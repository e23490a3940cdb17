"""Leaving cases out of a unit's rates (剔除): asked with evidence, decided by another office.

How a case is handled does not change by it: no clock, no state, no role. Only figures do, from the
moment on when it was granted, and beside the figures that leave nothing out.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal, timers
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import clean, within
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.taking import lock
from furong.apps.cases.engine.words import unit_name
from furong.apps.cases.exclusions import (
    TIMER,
    counting_units,
    denied_before,
    may_read,
    rules_of,
    why_not_decide,
)
from furong.apps.cases.models import Case, Event, Exclusion, ExclusionStep
from furong.apps.cases.units import speaks_for
from furong.apps.directory.access import Denied
from furong.apps.directory.models import Organisation, User
from furong.engines import worktime
from furong.engines.worktime import read_duration
from furong.packs.models.exclusions import Exclusions, Ground

WORDS, REASON, FILES = 1000, 500, 20
"""Characters of what is said for it and of a decision's reason; pieces of evidence."""


class InvalidExclusion(InvalidAnswers):
    """What was asked cannot be as it is. `problems`: rate, ground, words, files → what is wrong."""


@transaction.atomic
def exclude(
    case: Case,
    unit: Organisation,
    *,
    rate: str,
    ground: str,
    words: str,
    files: Sequence[StoredFile] = (),
    renews: Exclusion | None = None,
    by: User,
    at: datetime,
) -> Exclusion:
    """A unit asks that a case it holds or held be left out of one of its rates.

    files: the evidence, one at least, of the actor's own. renews: the refused request that this one
    asks again, once, with evidence that the first did not have.

    Raises Denied to who does not speak for the unit or does not read the case from within,
    InvalidExclusion naming everything that is wrong, and Refusal where it was asked already.
    """
    held = lock(case.pk)
    if not speaks_for(by, unit, at) or not may_read(held, by, at):
        raise Denied("case.act")
    machine = machine_of(held.procedure)
    rules = rules_of(machine)
    if rules is None:
        raise Refusal(_("“%s”没有规定剔除情形，不能申请剔除") % machine.procedure.title)
    _require_counted(machine, held, unit)
    said = clean(words)
    chosen = _checked(rules, rate, ground, said, files, by)
    _require_free(held, unit, rate, rules.rates[rate], renews, files)
    made = Exclusion.objects.create(
        case=held,
        unit=unit,
        rate=rate,
        rate_label=rules.rates[rate],
        ground=ground,
        ground_label=chosen.label,
        words=said,
        renews=renews,
        asked_by=by,
        asked_at=at,
        decides=_office(rules, unit),
        due_at=_due(machine, rules, at),
    )
    made.files.set(files)
    _note(made, "exclusion.ask", {"words": said}, files, unit=unit, by=by, at=at)
    return made


@transaction.atomic
def decide_exclusion(
    exclusion: Exclusion, *, granted: bool, reason: str, by: User, at: datetime
) -> Exclusion:
    """The deciding office grants or refuses a request, with a reason.

    Raises Denied to who does not speak for that office; Refusal to who also belongs to the unit that
    asks, without a reason, and where it is settled already.
    """
    held = _locked(exclusion)
    _require_office(held, by, at)
    _require_state(held, Exclusion.State.PENDING, _("这项剔除申请已经审定或者撤回，请刷新页面"))
    state = Exclusion.State.GRANTED if granted else Exclusion.State.REFUSED
    return _settle(held, state, reason, unit=held.decides, by=by, at=at)


@transaction.atomic
def withdraw_exclusion(
    exclusion: Exclusion, *, reason: str = "", by: User, at: datetime
) -> Exclusion:
    """The unit takes its request back before it is decided; it may ask again."""
    held = _locked(exclusion)
    if not speaks_for(by, held.unit, at) or not may_read(held.case, by, at):
        raise Denied("case.act")
    _require_state(held, Exclusion.State.PENDING, _("这项剔除申请已经审定或者撤回，请刷新页面"))
    said = reason.strip() or _("申请单位撤回")
    return _settle(held, Exclusion.State.WITHDRAWN, said, unit=held.unit, by=by, at=at)


@transaction.atomic
def revoke_exclusion(exclusion: Exclusion, *, reason: str, by: User, at: datetime) -> Exclusion:
    """The deciding office takes a granted exclusion back: it counts no longer from now on.

    Figures as of a time before go on leaving the case out. Raises as `decide_exclusion`.
    """
    held = _locked(exclusion)
    _require_office(held, by, at)
    _require_state(held, Exclusion.State.GRANTED, _("只有已经剔除的才能撤销，请刷新页面"))
    return _settle(held, Exclusion.State.REVOKED, reason, unit=held.decides, by=by, at=at)


# --- what is asked --------------------------------------------------------------------------------


def _require_counted(machine: Machine, case: Case, unit: Organisation) -> None:
    if unit.pk not in {one.pk for one in counting_units(machine, case)}:
        raise Refusal(_("本件没有由%s承办过，不计入它的统计，不用申请剔除") % unit_name(unit))


def _checked(
    rules: Exclusions,
    rate: str,
    ground: str,
    words: str,
    files: Sequence[StoredFile],
    by: User,
) -> Ground:
    problems: dict[str, str] = {}
    chosen = rules.grounds.get(ground)
    if rate not in rules.rates:
        told = _("、").join(rules.rates.values())
        problems["rate"] = _("请选择剔除指标：%s") % told
    if chosen is None or (rate in rules.rates and ground not in rules.grounds_for(rate)):
        allowed = rules.grounds_for(rate) if rate in rules.rates else rules.grounds
        told = _("、").join(one.label for one in allowed.values())
        problems["ground"] = _("请选择剔除情形：%s") % told
    if not words:
        problems["words"] = _("请说明为什么应当剔除")
    elif len(words) > WORDS:
        problems["words"] = _("说明有 %(n)d 字，最多 %(max)d 字") % {"n": len(words), "max": WORDS}
    if not files:
        shows = chosen.shows if chosen else ""
        problems["files"] = _("请上传佐证材料：%s") % shows if shows else _("请上传佐证材料")
    elif len(files) > FILES:
        problems["files"] = _("有 %(n)d 个文件，最多 %(max)d 个") % {"n": len(files), "max": FILES}
    elif any(file.stored_by != by.pk for file in files):
        problems["files"] = _("佐证材料须由本人上传，请重新上传")
    if problems:
        raise InvalidExclusion(problems)
    assert chosen is not None
    return chosen


def _require_free(
    case: Case,
    unit: Organisation,
    rate: str,
    label: str,
    renews: Exclusion | None,
    files: Sequence[StoredFile],
) -> None:
    """Nothing stands for this case, unit and rate; what was refused is asked again only once."""
    told = {"unit": unit_name(unit), "rate": label}
    rows = Exclusion.objects.filter(case=case, unit=unit, rate=rate)
    standing = rows.filter(state__in=Exclusion.STANDING).first()
    if standing is not None and standing.state == Exclusion.State.PENDING:
        raise Refusal(_("%(unit)s已申请从“%(rate)s”中剔除，正在等待审定，不用重复申请") % told)
    if standing is not None:
        raise Refusal(_("本件已从%(unit)s的“%(rate)s”中剔除，不用再申请") % told)
    before = denied_before(case, unit, rate)
    if before is None:
        if renews is not None:
            raise Refusal(_("没有可以再次申请的剔除申请，请按新申请提出"))
        return
    if before.renews_id is not None:
        raise Refusal(_("从“%(rate)s”中剔除已两次未获同意，不再受理") % told)
    if renews is None or renews.pk != before.pk:
        raise Refusal(_("从“%(rate)s”中剔除未获同意；有新的证据，可以就原申请再申请一次") % told)
    shown = set(before.files.values_list("sha256", flat=True))
    if not any(file.sha256 not in shown for file in files):
        raise InvalidExclusion({"files": _("再次申请须有新的佐证材料，所传的文件原申请已经附过")})


def _office(rules: Exclusions, unit: Organisation) -> Organisation:
    """The first deciding office that is not the unit that asks."""
    code = next((one for one in rules.decided_by if one != unit.code), None)
    if code is None:
        raise Refusal(
            _("内容包没有写明%s申请时由哪个单位审定，请系统管理员在 decided_by 里补上")
            % unit_name(unit)
        )
    return Organisation.objects.get(code=code)


def _due(machine: Machine, rules: Exclusions, at: datetime) -> datetime:
    natural, working = rules.limit.natural, rules.limit.working
    limit = worktime.Limit.under(
        machine.calendar,
        at,
        natural=read_duration(natural) if isinstance(natural, str) else None,
        working=read_duration(working) if isinstance(working, str) else None,
    )
    return worktime.add(at, limit.length, machine.calendar, limit.counting)


# --- settling -------------------------------------------------------------------------------------


def _locked(exclusion: Exclusion) -> Exclusion:
    """The request, held until the transaction ends, after its case."""
    case = lock(exclusion.case_id)
    held = Exclusion.objects.select_for_update(of=("self",)).select_related("unit", "decides")
    found = held.get(pk=exclusion.pk)
    found.case = case
    return found


def _require_office(held: Exclusion, by: User, at: datetime) -> None:
    if not speaks_for(by, held.decides, at) or not may_read(held.case, by, at):
        raise Denied("case.act")
    if why := why_not_decide(held, by, at):
        raise Refusal(why)


def _require_state(held: Exclusion, state: str, told: str) -> None:
    if held.state != state:
        raise Refusal(told)


def _settle(
    held: Exclusion,
    state: Exclusion.State,
    reason: str,
    *,
    unit: Organisation,
    by: User,
    at: datetime,
) -> Exclusion:
    said = within(_("理由"), reason, REASON, lines=True)
    if not said:
        raise Refusal(_("请写明理由"))
    held.state = state
    held.save(update_fields=["state"])
    event = _note(held, f"exclusion.{state}", {"reason": said}, (), unit=unit, by=by, at=at)
    ExclusionStep.objects.create(
        exclusion=held, state=state, reason=said, by=by, recorded_at=at, entry=event.entry
    )
    return held


def _note(
    exclusion: Exclusion,
    act: str,
    said: dict[str, str],
    files: Sequence[StoredFile],
    *,
    unit: Organisation,
    by: User,
    at: datetime,
) -> Event:
    """The journal's entry, the event on the case's timeline, and the appointment to tell people."""
    case = exclusion.case
    case.revision += 1
    entry = journal.record(
        act,
        by=by,
        at=at,
        about=exclusion,
        payload={
            "number": case.number,
            "sequence": case.revision,
            "unit": exclusion.unit.code,
            "rate": exclusion.rate,
            "ground": exclusion.ground,
            "renews": exclusion.renews_id,
            "files": [file.sha256 for file in files],
        },
    )
    event = Event.objects.create(
        case=case,
        sequence=case.revision,
        act=act,
        cycle=case.cycle,
        from_state=case.state,
        to_state=case.state,
        by=by,
        organisation=unit,
        fields={
            "exclusion": str(exclusion.pk),
            "unit": unit_name(exclusion.unit),
            "rate": exclusion.rate_label,
            "ground": exclusion.ground_label,
            **said,
        },
        occurred_at=at,
        recorded_at=at,
        entry=entry,
    )
    if files:
        event.files.set(files)
    case.save(update_fields=["revision"])
    timers.schedule(TIMER, str(exclusion.pk), due_at=at)
    return event
