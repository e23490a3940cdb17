"""What is due happens once: after crashes, under several workers, beside failing neighbours."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection, transaction

from furong.apps.base import journal, timers
from furong.apps.base.models import Entry, Timer
from tests.apps.base.together import together

type Handles = Callable[[str], Callable[[timers.Handler], timers.Handler]]

MINUTE = timedelta(minutes=1)
CASE = ("cases.case", "1")


@pytest.fixture
def handles() -> Iterator[Handles]:
    """`timers.handles`, forgotten after the test."""
    before = dict(timers._handlers)
    yield timers.handles
    timers._handlers.clear()
    timers._handlers.update(before)


@pytest.fixture
def remind(handles: Handles) -> None:
    """A handler whose effect is a journal entry."""

    @handles("case.remind")
    def _remind(timer: Timer, at: datetime) -> None:
        journal.record("case.remind", by="worker", at=at, about=CASE, payload={"key": timer.key})


def reminded() -> list[str]:
    return [
        entry.payload["key"] for entry in Entry.objects.filter(verb="case.remind").order_by("id")
    ]


@pytest.mark.django_db
class TestTicking:
    def test_fires_what_is_due_in_order_and_nothing_else(self, at: datetime, remind: None) -> None:
        timers.schedule("case.remind", "third", due_at=at + MINUTE)
        timers.schedule("case.remind", "second", due_at=at)
        timers.schedule("case.remind", "first", due_at=at - MINUTE)
        assert timers.tick(at) == 2
        assert reminded() == ["first", "second"]
        assert timers.tick(at) == 0
        assert timers.tick(at + MINUTE) == 1
        assert reminded() == ["first", "second", "third"]

    def test_what_somebody_has_in_hand_is_tried_soon_and_is_no_failure(
        self, at: datetime, handles: Handles
    ) -> None:
        tries: list[datetime] = []

        @handles("case.held")
        def _held(timer: Timer, now: datetime) -> None:
            tries.append(now)
            if len(tries) == 1:
                raise timers.Later

        timers.schedule("case.held", "1", due_at=at)
        assert timers.tick(at) == 0
        assert not Timer.objects.failing().exists()
        assert timers.tick(at + timers.SOON) == 1
        assert tries == [at, at + timers.SOON]

    def test_gives_the_handler_what_was_left_for_it(self, at: datetime, handles: Handles) -> None:
        seen = []

        @handles("case.remind")
        def _see(timer: Timer, at: datetime) -> None:
            seen.append((timer.payload, timer.due_at, at))

        timers.schedule("case.remind", "1", due_at=at, payload={"level": 2})
        timers.tick(at + MINUTE)
        assert seen == [({"level": 2}, at, at + MINUTE)]

    def test_an_appointment_made_again_is_moved_not_doubled(
        self, at: datetime, remind: None
    ) -> None:
        timers.schedule("case.remind", "1", due_at=at)
        timers.schedule("case.remind", "1", due_at=at + MINUTE)
        assert timers.tick(at) == 0
        assert timers.tick(at + MINUTE) == 1
        assert reminded() == ["1"]

    def test_a_cancelled_one_never_fires(self, at: datetime, remind: None) -> None:
        timers.schedule("case.remind", "1", due_at=at)
        assert timers.cancel("case.remind", "1")
        assert not timers.cancel("case.remind", "1")
        assert timers.tick(at) == 0
        assert reminded() == []

    def test_a_recurring_one_sets_itself_anew_and_catches_up(
        self, at: datetime, handles: Handles
    ) -> None:
        days = []

        @handles("board.morning")
        def _morning(timer: Timer, at: datetime) -> None:
            days.append(timer.due_at)
            timers.schedule(timer.name, timer.key, due_at=timer.due_at + timedelta(days=1))

        timers.schedule("board.morning", "", due_at=at)
        assert timers.tick(at + timedelta(days=2, hours=5)) == 3
        assert days == [at + timedelta(days=day) for day in range(3)]
        assert Timer.objects.waiting().get().due_at == at + timedelta(days=3)

    def test_one_that_sets_itself_for_the_same_time_is_stopped(
        self, at: datetime, handles: Handles
    ) -> None:
        @handles("board.morning")
        def _morning(timer: Timer, at: datetime) -> None:
            timers.schedule(timer.name, timer.key, due_at=timer.due_at)

        timers.schedule("board.morning", "", due_at=at)
        assert timers.tick(at) == 0
        assert "for a time that is not after" in Timer.objects.failing().get().error


@pytest.mark.django_db
class TestFailing:
    def test_holds_up_nobody_is_seen_and_is_tried_again(
        self,
        at: datetime,
        remind: None,
        handles: Handles,
    ) -> None:
        healthy = False

        @handles("case.escalate")
        def _escalate(timer: Timer, at: datetime) -> None:
            journal.record("case.escalate", by="worker", at=at, about=CASE)
            if not healthy:
                raise LookupError("该案没有分管领导")

        timers.schedule("case.escalate", "1", due_at=at - MINUTE)
        timers.schedule("case.remind", "2", due_at=at)
        assert timers.tick(at) == 1
        assert reminded() == ["2"]
        failing = Timer.objects.failing().get()
        assert (failing.attempts, failing.error) == (1, "LookupError: 该案没有分管领导")
        assert not Entry.objects.filter(verb="case.escalate").exists()  # its half was undone

        assert timers.tick(at) == 0  # not before a minute has gone
        healthy = True
        assert timers.tick(at + MINUTE) == 1
        assert Entry.objects.filter(verb="case.escalate").count() == 1
        assert not Timer.objects.failing().exists()

    def test_waits_longer_each_time_but_never_gives_up(
        self, at: datetime, handles: Handles
    ) -> None:
        @handles("case.escalate")
        def _escalate(timer: Timer, at: datetime) -> None:
            raise LookupError

        timers.schedule("case.escalate", "1", due_at=at)
        waits = []
        for _ in range(12):
            timers.tick(at)
            timer = Timer.objects.get()
            waits.append((timer.try_at - at) // MINUTE)
            at = timer.try_at
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]

    def test_without_a_handler_says_so(self, at: datetime) -> None:
        timers.schedule("removed.long_ago", "1", due_at=at)
        assert timers.tick(at) == 0
        assert "removed.long_ago" in Timer.objects.failing().get().error

    def test_a_database_error_in_a_handler_is_a_failure_like_others(
        self, at: datetime, handles: Handles
    ) -> None:
        @handles("case.escalate")
        def _escalate(timer: Timer, at: datetime) -> None:
            Timer.objects.create(id=timer.id, name="x", key="x", due_at=at, try_at=at)

        timers.schedule("case.escalate", "1", due_at=at)
        assert timers.tick(at) == 0
        assert "IntegrityError" in Timer.objects.failing().get().error


def test_two_handlers_of_one_name_are_refused(
    handles: Handles,
) -> None:
    handles("case.remind")(lambda timer, at: None)
    with pytest.raises(ValueError, match=r"case\.remind"):
        handles("case.remind")(lambda timer, at: None)


@pytest.mark.django_db(transaction=True)
def test_tickers_at_once_fire_each_timer_once(at: datetime, remind: None) -> None:
    keys = [f"{number:02}" for number in range(30)]
    for key in keys:
        timers.schedule("case.remind", key, due_at=at)
    fired = together(4, lambda _number: timers.tick(at))
    assert sum(count for count in fired if isinstance(count, int)) + timers.tick(at) == len(keys)
    assert sorted(reminded()) == keys


@pytest.mark.django_db(transaction=True)
def test_appointments_made_at_once_are_one(at: datetime) -> None:
    outcomes = together(4, lambda _number: timers.schedule("case.remind", "1", due_at=at))
    assert outcomes == [None] * 4
    assert Timer.objects.waiting().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_kill_between_effect_and_mark_undoes_both_and_the_next_tick_does_both(
    at: datetime, remind: None
) -> None:
    timers.schedule("case.remind", "1", due_at=at)
    killed = _run(
        """
        import os, signal
        from datetime import datetime
        from furong.apps.base import journal, timers
        from furong.apps.base.models import Entry

        @timers.handles("case.remind")
        def remind(timer, at):
            journal.record("case.remind", by="worker", at=at, about=("cases.case", "1"))
            assert Entry.objects.filter(verb="case.remind").exists()
            os.kill(os.getpid(), signal.SIGKILL)

        timers.tick(datetime.fromisoformat(sys.argv[1]))
        """,
        at.isoformat(),
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with transaction.atomic():  # waits until the server has noticed that the process is gone
        assert Timer.objects.select_for_update().get().state == Timer.State.WAITING
    assert reminded() == []
    assert timers.tick(at) == 1
    assert reminded() == ["1"]
    assert timers.tick(at) == 0


def _run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Another process on the same database."""
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        account = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
        host = quote(database["HOST"], safe="")
        url = f"postgresql://{account}@:{database['PORT']}/{database['NAME']}?host={host}"
    start = "import sys, django\ndjango.setup()\n"
    return subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(script), *arguments],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "furong.config.settings_test",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
