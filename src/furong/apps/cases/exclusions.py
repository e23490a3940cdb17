"""What may be left out of a unit's rates and who settles it; telling those whom a request concerns.

Each request has one timer: at once where there is something to tell, then when its limit is reached.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base import timers
from furong.apps.base.models import Timer
from furong.apps.base.timers import Later, handles
from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Assignment, Case, Exclusion
from furong.apps.cases.units import belongs_to, people_of
from furong.apps.directory.models import Organisation, User
from furong.apps.notices.actions import NobodyToTell, notify
from furong.packs.models.exclusions import Exclusions

TIMER = "cases.exclusion"
OVERDUE = "overdue"
"""In place of a state: nobody settled it in time, and the deciding office was told so."""


def rules_of(machine: Machine) -> Exclusions | None:
    """What the pack says of leaving out cases of a procedure; None where it says nothing."""
    return machine.known.pack.exclusions.get(machine.procedure.procedure)


def may_read(case: Case, user: User, at: datetime) -> bool:
    """Whether somebody reads a case from within, and so knows of requests to leave it out."""
    return Case.objects.filter(pk=case.pk).inside_of(user, at).exists()


def counting_units(machine: Machine, case: Case) -> list[Organisation]:
    """The units that hold a case or held it, in a way by which it counts in their figures."""
    rows = Assignment.objects.filter(case=case, kind__in=machine.counting_kinds)
    held = {one.organisation_id: one.organisation for one in rows.select_related("organisation")}
    return [*held.values()]


def denied_before(case: Case, unit: Organisation, rate: str) -> Exclusion | None:
    """The last request for a case, a unit and a rate, if it was refused or revoked."""
    rows = Exclusion.objects.filter(case=case, unit=unit, rate=rate)
    last = rows.exclude(state=Exclusion.State.WITHDRAWN).order_by("asked_at", "pk").last()
    return last if last is not None and last.state in Exclusion.DENIED else None


def why_not_decide(exclusion: Exclusion, by: User, at: datetime) -> str:
    """Why somebody of the deciding office may not settle a request; "" where they may."""
    if exclusion.asked_by_id == by.pk or belongs_to(by, exclusion.unit, at):
        unit = words.unit_name(exclusion.unit)
        return _("您是申请单位（%s）的人员，按回避规定不能审定；请交本单位其他人员") % unit
    return ""


# --- telling --------------------------------------------------------------------------------------


@handles(TIMER)
def watch(timer: Timer, at: datetime) -> None:
    """Tells of what people were not told yet; appoints the moment when the limit is reached."""
    rows = Exclusion.objects.select_for_update(of=("self",), skip_locked=True)
    one = rows.select_related("case", "unit", "decides").filter(pk=timer.key).first()
    if one is None:
        raise Later
    news = OVERDUE if one.is_overdue(at) else one.state
    if news != one.told:
        _tell(one, news, at)
        one.told = news
        one.save(update_fields=["told"])
    if news == Exclusion.State.PENDING:
        timers.schedule(TIMER, str(one.pk), due_at=one.due_at)


def _tell(one: Exclusion, news: str, at: datetime) -> None:
    """The deciding office of what waits for it or is taken back, the unit of how it was settled."""
    told = {
        "number": one.case.number,
        "unit": words.unit_name(one.unit),
        "rate": one.rate_label,
        "office": words.unit_name(one.decides),
    }
    titles = {
        Exclusion.State.PENDING: _("%(number)s %(unit)s申请从“%(rate)s”中剔除，请审定"),
        OVERDUE: _("%(number)s 剔除申请超时未审定（%(unit)s，%(rate)s）"),
        Exclusion.State.GRANTED: _("%(number)s 已同意从“%(rate)s”中剔除"),
        Exclusion.State.REFUSED: _("%(number)s 未同意从“%(rate)s”中剔除"),
        Exclusion.State.WITHDRAWN: _("%(number)s %(unit)s已撤回剔除申请（%(rate)s）"),
        Exclusion.State.REVOKED: _("%(number)s 已撤销从“%(rate)s”中剔除"),
    }
    office = news in (Exclusion.State.PENDING, Exclusion.State.WITHDRAWN, OVERDUE)
    last = one.steps.order_by("recorded_at", "pk").last()
    body = one.words if news in (Exclusion.State.PENDING, OVERDUE) or last is None else last.reason
    try:
        notify(
            people_of(one.decides if office else one.unit, at),
            title=titles[news] % told,
            body=body,
            path=path_of(one),
            about=one,
            by="cases",
            at=at,
        )
    except NobodyToTell:
        return


def path_of(one: Exclusion) -> str:
    """Where a request is found on the platform."""
    return f"/cases/exclusions/{one.pk}/"
