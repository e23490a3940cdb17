"""The end of an authorisation: a word some days before, and its state afterwards.

Access ends by the grant, to the moment, whether or not a timer has run.
"""

from datetime import datetime, timedelta

from furong.apps.base import journal
from furong.apps.base.models import Timer
from furong.apps.base.timers import cancel as call_off
from furong.apps.base.timers import handles, schedule
from furong.apps.handlers.actions import telling
from furong.apps.handlers.actions.holding import held, saved
from furong.apps.handlers.models import Authorisation

WARNING, END = "handlers.warn", "handlers.expire"
WARNED_BEFORE = timedelta(days=7)
BY = "handlers"


def appoint(one: Authorisation, *, at: datetime) -> None:
    """Sets the timers of an authorisation that has an end; one that ends sooner gets no warning."""
    if one.valid_to is None:
        return
    warned_at = one.valid_to - WARNED_BEFORE
    if warned_at > at:
        schedule(WARNING, str(one.pk), due_at=warned_at)
    schedule(END, str(one.pk), due_at=one.valid_to)


def cancel(one: Authorisation) -> None:
    for name in (WARNING, END):
        call_off(name, str(one.pk))


@handles(WARNING)
def warn(timer: Timer, at: datetime) -> None:
    """Tells the handler and the firm's main handlers that it ends soon."""
    one = Authorisation.objects.select_related("user", "subject").get(pk=timer.key)
    if one.holds(at):
        telling.ends_soon(one, by=BY, at=at)


@handles(END)
def end(timer: Timer, at: datetime) -> None:
    one = held(Authorisation(pk=timer.key))
    if one.state_at(at) == Authorisation.State.EXPIRED != one.state:
        expire(one, at=at)
        telling.expired(one, by=BY, at=at)


def expire(one: Authorisation, *, at: datetime) -> None:
    """Gives an authorisation past its end the state that it has; the grant has ended by itself."""
    one.state = Authorisation.State.EXPIRED
    saved(one, "state")
    cancel(one)
    journal.record(
        "authorisation.expire",
        by=BY,
        at=at,
        about=one,
        payload={"subject": one.subject_id, "until": one.valid_to},
    )
