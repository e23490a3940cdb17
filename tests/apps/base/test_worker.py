"""What goes on without anyone asking."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import transaction

from furong.apps.base import clock, journal, timers, worker
from furong.apps.base.clock import set_clock
from furong.apps.base.models import Entry, Timer
from furong.faces.cli import main

rung: list[str] = []


@timers.handles("test.bell")
def ring(timer: Timer, at: datetime) -> None:
    rung.append(timer.key)
    journal.record("bell.ring", by="test", at=at, about=("bell", timer.key))


@pytest.fixture
def due(db: None, at: datetime) -> None:
    """A bell that is due, and an entry that is not sealed."""
    rung.clear()
    timers.schedule("test.bell", "morning", due_at=at)
    with transaction.atomic():
        journal.record("test.begin", by="test", at=at, about=("test", "1"))


def test_a_turn_fires_what_is_due_and_seals_what_was_committed(due: None, at: datetime) -> None:
    done = worker.turn(at)
    assert (done.fired, rung) == (1, ["morning"])
    assert done.sealed == Entry.objects.count()
    assert not Entry.objects.unsealed().exists()
    assert worker.turn(at) == worker.Turn(fired=0, sealed=0)


def test_what_is_not_due_waits(due: None, at: datetime) -> None:
    assert worker.turn(at - timedelta(seconds=1)).fired == 0
    assert rung == []


def test_it_works_until_it_is_told_to_stop(due: None, at: datetime) -> None:
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    asked = count()
    worker.work(lambda: next(asked) > 3, every=0)
    assert rung == ["morning"]


def test_one_turn_from_the_command_line(
    due: None, at: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    assert main(["worker", "--once"]) == 0
    assert "办了 1 件到时的事" in capsys.readouterr().out
    assert clock.now() == at
