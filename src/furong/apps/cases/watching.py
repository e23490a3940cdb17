"""What a case does by itself: words are told, rungs fall, requests lapse. Driven by timers.

Each case has one timer. A turn of it is one transaction on the locked case: a rung that fell is done
once (`Step`), late rather than never, and never while its clock stands.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base.compiled import Reading, insert, update
from furong.apps.base.models import Timer
from furong.apps.base.timers import handles
from furong.apps.cases.engine import words
from furong.apps.cases.engine.doing import Ask, Doing
from furong.apps.cases.engine.performing import (
    TIMER,
    done_steps,
    go_on,
    perform,
    run_effects,
    step_of,
    write,
)
from furong.apps.cases.engine.roles import Parties, Standing
from furong.apps.cases.engine.taking import begin_watch, lock_unless_held
from furong.apps.cases.models import Case, Clock, Step, Telling
from furong.apps.notices.actions import NobodyToTell, notify
from furong.engines.worktime import Fall
from furong.packs.models.procedures import Rung

_SENTENCES = re.compile(r"\u3002")  # of the packs' texts, which are in their own language


@handles(TIMER)
def watch(timer: Timer, at: datetime) -> None:
    """A turn of one case."""
    doing = begin_watch(lock_unless_held(timer.key), at=at)
    for clock, fall in doing.clocks.fallen(done_steps(doing.case)):
        _fall(doing, clock, fall)
    _tell_waiting(doing)
    write(doing)


def _fall(doing: Doing, clock: Clock, fall: Fall) -> None:
    """What a rung says, in the transaction that notes that it fell."""
    index = int(fall.rung.name.partition(":")[0])
    rung = doing.clocks.rungs(clock)[index]
    Step.objects.create(clock=clock, rung=fall.rung.name, fell_at=fall.at, done_at=doing.at)
    due = clock.due_at
    if rung.tell and rung.text:
        text = doing.machine.procedure.texts[rung.text]
        doing.said.append(
            Telling(
                case=doing.case,
                roles=[*rung.tell],
                words=words.render(doing, text, due=due)[:1000],
                urgent=doing.case.kind == "urgent",
                said_at=doing.at,
            )
        )
    if rung.effects:
        run_effects(doing, rung.effects)
    if rung.do is not None:
        _do(doing, rung, fall.at)
    if clock.request_id is not None and rung.at == "100%":
        _silence(doing, clock, fall.at)


def _do(doing: Doing, rung: Rung, fell_at: datetime) -> None:
    """The action of a rung, if the case is still where it can be done."""
    step = step_of(doing, f"actions.{rung.do}", occurred_at=fell_at)
    if doing.case.state in step.act.start:
        step.standing = Standing("system")
        perform(step)
        go_on(step)
        doing.said += step.said


def _silence(doing: Doing, clock: Clock, fell_at: datetime) -> None:
    """A request that nobody answered in time has the answer that the procedure says, if any."""
    held = next((one for one in doing.requests if one.pk == clock.request_id), None)
    if held is None or held.settled_at is not None:
        return
    code = doing.machine.procedure.requests[held.name].silence
    if code is None:
        return
    step = step_of(doing, f"answers.{held.name}.{code}", occurred_at=fell_at)
    step.ask = Ask(step.ask.key, request=held, occurred_at=fell_at, silent=True)
    step.standing = Standing("system")
    perform(step)
    doing.said += step.said


_UNTOLD = Reading(lambda case: Telling.objects.filter(case=case, told_at=None), "case")


def _tell_waiting(doing: Doing) -> None:
    """Words that acts have said are told to who holds the roles now."""
    waiting = [*_UNTOLD.all(case=doing.case.pk), *doing.said]
    saved = {id(one) for one in doing.said}
    doing.said = []
    parties = Parties(doing.machine, doing.case, doing.at)
    for telling in waiting:
        people = parties.holders(telling.roles)
        telling.told_at, telling.reached = doing.at, _notify(doing.case, telling, people, doing.at)
        _tell_fallback(doing, parties, telling)
        if id(telling) in saved:
            insert([telling])
        else:
            update([telling], "told_at", "reached")


def _tell_fallback(doing: Doing, parties: Parties, telling: Telling) -> None:
    """Where nobody works for a unit that is told to do something, the dispatchers hear of it."""
    owner = doing.machine.state(doing.case.state).owner
    absent = parties.empty(role for role in telling.roles if role == owner)
    for role in absent:
        said = _("“%(role)s”没有在岗人员，请改派或补设账号。%(words)s")
        told = Telling(
            case=doing.case,
            roles=telling.roles,
            words=(said % {"role": role.label, "words": telling.words})[:1000],
            urgent=telling.urgent,
        )
        telling.reached += _notify(doing.case, told, parties.fallback(), doing.at)


def _notify(case: Case, telling: Telling, people: Iterable[object], at: datetime) -> int:
    recipients = [*people]
    if not recipients:
        return 0
    first, *rest = _SENTENCES.split(telling.words, maxsplit=1)
    try:
        notice = notify(
            recipients,  # type: ignore[arg-type]  # users
            title=(first if case.number in first else f"{case.number} {first}")[:120],
            body=telling.words if any(rest) else "",
            path=words.path_of(case.pk),
            about=case,
            urgent=telling.urgent,
            by="cases",
            at=at,
        )
    except NobodyToTell:
        return 0
    return len(recipients) - notice.left_out
