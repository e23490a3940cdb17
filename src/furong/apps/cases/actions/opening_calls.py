"""Opening a call list as one act: its checks are opened by the worker, a chunk in a transaction.

After a crash it goes on where it stopped. Chunks of all lists take turns, so that a subject that
stands on two lists is called by the one that came first.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal, timers
from furong.apps.base.actions import erase
from furong.apps.base.errors import Refusal
from furong.apps.base.models import PersonalValue, Timer
from furong.apps.base.personal import open_value
from furong.apps.base.texts import clean
from furong.apps.base.timers import Later, handles
from furong.apps.cases.actions.acting import act
from furong.apps.cases.actions.opening import open_case
from furong.apps.cases.actions.planning_calls import PLAN
from furong.apps.cases.calls.names import CANCEL, IN_SAMPLE, OPENING, PROCEDURE, WAITING
from furong.apps.cases.engine.taking import lock
from furong.apps.cases.models import CallLine, CallList, Case
from furong.apps.directory.access import Denied, require
from furong.apps.directory.models import User
from furong.apps.notices.actions import NobodyToTell, notify
from furong.apps.registry.models import Sequence

TIMER = "cases.calls"
CHUNK = 100
"""Checks of one transaction: few enough for others to write in between."""

REASON = 200
State, Stage = CallLine.State, CallList.Stage


@transaction.atomic
def open_calls(planned: CallList, *, by: User, at: datetime) -> CallList:
    """Opens all checks of a planned list. A second time changes nothing.

    Raises Denied to who does not run it, Refusal where it was withdrawn or has nobody to call.
    """
    held = held_for_running(planned, by, at)
    if held.stage in (Stage.OPENING, Stage.OPEN):
        return held
    if held.stage != Stage.PLANNED:
        raise Refusal(_("“%s”已经撤回，不能再发起；请重新拟一份名单") % held.title)
    count = held.lines.filter(state=State.WAITING).count()
    if not count:
        raise Refusal(_("“%s”没有可以拨打的，请查看各行不外呼的原因") % held.title)
    held.stage, held.opened_at = Stage.OPENING, at
    held.save(update_fields=["stage", "opened_at"])
    journal.record(
        "calls.open",
        by=by,
        at=at,
        about=held,
        payload={"title": held.title, "calls": count, "team": held.team.code},
    )
    timers.schedule(TIMER, str(held.pk), due_at=at)
    return held


@transaction.atomic
def withdraw_calls(planned: CallList, *, reason: str, by: User, at: datetime) -> CallList:
    """Takes a list back: what is not opened stays so, and checks that nobody has called are cancelled.

    What was called already is brought to its end. A second time changes nothing.
    Raises Denied to who does not run it, Refusal without a reason.
    """
    held = held_for_running(planned, by, at)
    if held.stage in (Stage.WITHDRAWING, Stage.WITHDRAWN):
        return held
    why = clean(reason, lines=False)
    if not why:
        raise Refusal(_("请写明撤回理由"))
    if len(why) > REASON:
        raise Refusal(_("有 %(n)d 字，最多 %(max)d 字") % {"n": len(why), "max": REASON})
    rest = held.lines.filter(state=State.WAITING).update(state=State.WITHDRAWN)
    uncalled = Case.objects.filter(state=WAITING)
    cancelled = held.lines.filter(state=State.OPENED, case__in=uncalled).update(
        state=State.CANCELLING
    )
    held.stage, held.reason, held.withdrawn_by, held.withdrawn_at = (
        Stage.WITHDRAWING, why, by, at,
    )  # fmt: skip
    held.save(update_fields=["stage", "reason", "withdrawn_by", "withdrawn_at"])
    journal.record(
        "calls.withdraw",
        by=by,
        at=at,
        about=held,
        payload={"rest": rest, "cancelled": cancelled, "reason": why},
    )
    timers.schedule(TIMER, str(held.pk), due_at=at)
    return held


def held_for_running(planned: CallList, by: User, at: datetime) -> CallList:
    """The list, held until the transaction ends. Raises Denied to who does not run it."""
    require(by, "case.dispatch", at=at)
    rows = CallList.objects.select_for_update(of=("self",)).select_related("team", "planned_by")
    if not CallList.objects.run_by(by, at).filter(pk=planned.pk).exists():
        raise Denied("case.dispatch")
    return rows.get(pk=planned.pk)


@handles(TIMER)
def go_on_by_timer(timer: Timer, at: datetime) -> None:
    """One chunk; the next one in the worker's next turn, so that others have theirs."""
    if go_on(UUID(timer.key), at=at):
        timers.schedule(TIMER, timer.key, due_at=max(at, timer.due_at) + timedelta(microseconds=1))


@transaction.atomic
def go_on(pk: UUID, *, at: datetime) -> bool:
    """Opens or cancels the next few checks of a list; whether there are more."""
    rows = CallList.objects.select_for_update(of=("self",), skip_locked=True)
    held = rows.select_related("team__zone", "planned_by", "withdrawn_by").filter(pk=pk).first()
    if held is None:
        raise Later
    match held.stage:
        case Stage.OPENING:
            done = _chunk(held, State.WAITING, _open, at)
            finished = Stage.OPEN
        case Stage.WITHDRAWING:
            done = _chunk(held, State.CANCELLING, _cancel, at)
            finished = Stage.WITHDRAWN
        case _:
            return False
    if done == CHUNK:
        return True
    held.stage, held.finished_at = finished, at
    held.save(update_fields=["stage", "finished_at"])
    _finish(held, at)
    return False


type Deal = Callable[[CallLine, CallList, datetime], None]


def _chunk(held: CallList, state: str, deal: Deal, at: datetime) -> int:
    Sequence.take(TIMER, 0)  # chunks take turns
    lines = held.lines.filter(state=state).order_by("place")
    chunk = [*lines.select_related("subject__street", "phone", "case")[:CHUNK]]
    for line in chunk:
        deal(line, held, at)
    CallLine.objects.bulk_update(chunk, ["state", "why", "case"])
    return len(chunk)


def _open(line: CallLine, held: CallList, at: datetime) -> None:
    """Opens the check of a line, in the name of who planned the list; or says why it could not be."""
    if Case.objects.live().filter(procedure__code=PROCEDURE, subject=line.subject_id).exists():
        line.state, line.why = State.REFUSED, CallLine.Why.OPEN
        return
    if line.phone is None or line.phone.erased_at is not None:
        line.state, line.why = State.REFUSED, CallLine.Why.NO_PHONE
        return
    answers = {
        "campaign": held.title,
        "class": held.kind,
        "team": held.team.code,
        "script": held.script,
        "facts": held.facts,
        "phone": str(open_value(line.phone)),
        IN_SAMPLE: line.sampled,
    }
    try:
        with transaction.atomic():
            line.case = open_case(
                PROCEDURE,
                OPENING,
                subject=line.subject,
                answers=answers,
                client_id=uuid5(held.pk, str(line.place)),
                by=held.planned_by,
                at=at,
            )
        line.state = State.OPENED
    except (Refusal, Denied) as refused:
        line.state, line.why = State.REFUSED, str(refused)[:200]


def _cancel(line: CallLine, held: CallList, at: datetime) -> None:
    """Cancels the check of a line, unless somebody has called meanwhile."""
    assert line.case is not None
    assert held.withdrawn_by is not None
    if lock(line.case.pk).state != WAITING:
        line.state = State.OPENED
        return
    try:
        with transaction.atomic():
            act(line.case, CANCEL, {"reason": held.reason}, by=held.withdrawn_by, at=at)
        line.state = State.CANCELLED
    except (Refusal, Denied) as refused:
        line.state, line.why = State.OPENED, str(refused)[:200]


def _finish(held: CallList, at: datetime) -> None:
    """The numbers that the file brought now lie with the checks alone; the callers are told."""
    of_plan = PersonalValue.objects.filter(entry__verb=PLAN, entry__about_id=str(held.pk))
    erase(of_plan, about=held, reason="calls", by="cases", at=at)
    if held.stage != Stage.OPEN:
        return
    opened = held.lines.filter(state=State.OPENED)
    journal.record(
        "calls.opened",
        by="cases",
        at=at,
        about=held,
        payload={
            "opened": opened.count(),
            "refused": held.lines.filter(state=State.REFUSED).count(),
        },
    )
    users = {one.pk: one for one in User.objects.filter(pk__in=opened.values("caller"))}
    for pk, count in Counter(opened.values_list("caller", flat=True)).items():
        with suppress(NobodyToTell):  # the list is there all the same
            notify(
                [users[pk]] if pk else [],
                title=_("%(title)s：%(count)d 户待拨打") % {"title": held.title, "count": count},
                path=f"/calls/{held.pk}/work/",
                about=held,
                by="cases",
                at=at,
            )
