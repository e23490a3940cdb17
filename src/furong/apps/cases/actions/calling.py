"""What came of a call: which act of the procedure that is, so that a caller only says what they heard."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions.acting import act
from furong.apps.cases.calls import names
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.permitting import NotNow
from furong.apps.cases.models import Case, Event
from furong.apps.directory.models import User
from furong.engines import worktime

AFTER = timedelta(hours=2)
"""How long after an unanswered call the next one is proposed."""

FROM, UNTIL = 9, 20
"""The district's hours in which firms are called while natural hours count."""


def proposed_again(machine: Machine, at: datetime) -> datetime:
    """When to call again: in two hours, if that is a time at which people are called; else then."""
    calendar, wanted = machine.calendar, at + AFTER
    limit = worktime.Limit.under(
        calendar, at, natural=worktime.read_duration("2h"), working=worktime.read_duration("2h")
    )
    if limit.counting == "working":
        return worktime.next_working_moment(wanted, calendar)
    local = wanted.astimezone(calendar.zoneinfo)
    if local.hour < FROM:
        return local.replace(hour=FROM, minute=0, second=0, microsecond=0)
    if local.hour >= UNTIL:
        next_day = local + timedelta(days=1)
        return next_day.replace(hour=FROM, minute=0, second=0, microsecond=0)
    return local.replace(second=0, microsecond=0)


def act_of_call(case: Case, result: str) -> str:
    """The act that a result is, where the check stands; of a second entry, the one that agrees.

    Raises Refusal for a result that is none, and where nobody is to call now.
    """
    machine = machine_of(case.procedure)
    known = machine.facts[names.RESULT].values
    if result not in known:
        told = _("、").join(known.values())
        raise InvalidAnswers({names.RESULT: _("请选择通话结果：%s") % told})
    if case.state == names.RECHECK:
        if result in names.REACHED:
            return names.SAME
        return (
            names.MISSED_AGAIN if _times(case, names.MISSED_AGAIN) < names.TRIES else names.GIVEN_UP
        )
    if case.state not in names.TO_CALL:
        state = machine.state(case.state).label
        raise NotNow(
            _("%(number)s 是“%(state)s”，不用拨打") % {"number": case.number, "state": state}
        )
    if result in names.REACHED:
        sampled = case.facts.get(names.IN_SAMPLE) is True
        return names.RECORD_SAMPLED if sampled else names.RECORD
    if result == names.LATER:
        return names.AGREED_AGAIN
    if result in names.UNANSWERED and _times(case, names.MISSED) < names.TRIES:
        return names.MISSED
    return names.TO_LIAISON


def _times(case: Case, name: str) -> int:
    return Event.objects.filter(case=case, act=f"actions.{name}").count()


@transaction.atomic
def record_call(
    case: Case,
    answers: Mapping[str, Any],
    *,
    revision: int | None = None,
    by: User,
    at: datetime,
) -> Case:
    """Records what came of a call, whichever act of the procedure that is.

    answers: `call_result`, and what goes with it: `record_agrees`, `found` (by fact), `needs_help`
    and `problem` of who was reached, `again_at` and `words` of who was not. A second entry that
    agrees with the first one closes the check, one that does not waits for a ruling.

    Raises as `act`; without a time for the next call the proposed one is taken.
    """
    held = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    name = act_of_call(held, str(answers.get(names.RESULT, "")))
    given = _given(machine_of(held.procedure), name, answers, at)
    try:
        with transaction.atomic():
            return act(held, name, given, revision=revision, by=by, at=at)
    except (InvalidAnswers, NotNow):
        raise
    except Refusal:
        if name != names.SAME:
            raise
    return act(held, names.DIFFERS, given, revision=revision, by=by, at=at)


def _given(machine: Machine, name: str, answers: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The answers as the act's form asks them."""
    given = {key: value for key, value in answers.items() if value not in (None, "", {}, [])}
    if name == names.AGREED_AGAIN or name == names.MISSED:
        _refuse_past(given.get(names.AGAIN), at)
    if name == names.MISSED:
        given.setdefault(names.AGAIN, proposed_again(machine, at).isoformat())
    if name in (names.MISSED_AGAIN, names.GIVEN_UP):
        label = machine.facts[names.RESULT].values[given.pop(names.RESULT)]
        if isinstance(said := given.get("words", ""), str):  # else the form says what is wrong
            given["words"] = _("。").join(filter(None, [label, said]))
    if name in (names.TO_LIAISON, names.MISSED_AGAIN, names.GIVEN_UP):
        given.pop(names.AGAIN, None)
    return given


def _refuse_past(again: Any, at: datetime) -> None:
    from furong.apps.base import clock

    if not isinstance(again, str):
        return
    try:
        read = datetime.fromisoformat(again.strip())
    except ValueError:
        return  # the form says what is wrong with it
    moment = read if read.tzinfo else read.replace(tzinfo=clock.zone())
    if moment <= at:
        raise InvalidAnswers({names.AGAIN: _("约定重拨时间已过，请填晚于现在的时间")})
