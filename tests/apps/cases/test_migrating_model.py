"""Whatever people did before: a migration keeps what elapsed, loses nobody's case, and is done once.

FURONG_MODEL=200 .venv/bin/python -m pytest tests/apps/cases/test_migrating_model.py
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from furong.apps.base.files import store
from furong.apps.cases.actions import install_procedures, migrate, preview, version_of
from furong.apps.cases.engine.clocks import limit_of
from furong.apps.cases.engine.machine import machine_of
from furong.apps.cases.models import Case, Clock, Step
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.engines import worktime
from furong.packs import Pack, load
from tests.apps.cases.machine import CaseMachine, World, everything
from tests.apps.cases.test_model import SETTINGS
from tests.apps.cases.versions import second_version


class MigratingMachine(CaseMachine):
    """Cases begin under the first version; one day there is a second, and whoever is open goes over."""

    pack: ClassVar[Pack]

    def __init__(self) -> None:
        super().__init__()
        self.is_there = False

    @precondition(lambda self: self.at > self.world.at + timedelta(hours=2))
    @rule(minutes=st.sampled_from([1, 20, 90]))
    def the_clock_is_set_back(self, minutes: int) -> None:
        self.at -= timedelta(minutes=minutes)  # not before anybody had a grant

    @precondition(lambda self: len(self.opened) >= 2)
    @rule()
    def goes_over(self) -> None:
        if not self.is_there:
            install_procedures(self.pack, by="test", at=self.at)
            self.is_there = True
        second = version_of("appeal", 2)
        foreseen = preview(second, by="test", at=self.at)
        elapsed, fell = dict(ran(self.at)), Step.objects.count()
        result = migrate(second, by="test", at=self.at)
        assert (result.moved, len(result.stays)) == (foreseen.movable, len(foreseen.stays))
        assert result.stays == (), "the second version has a place for every case"
        now = dict(ran(self.at))
        assert {pk: now[pk] for pk in elapsed} == elapsed, "what ran stays run"
        assert Step.objects.count() == fell
        assert not Case.objects.live().filter(procedure__version=1).exists()
        before = everything()
        assert migrate(second, by="test", at=self.at).moved == 0
        assert everything() == before, "twice is once"


def ran(at: datetime) -> Iterator[tuple[UUID, timedelta]]:
    """How much of its limit each clock has used, by its own way of counting."""
    rows = Clock.objects.select_related("case__procedure").prefetch_related("intervals")
    for row in rows:
        limit = limit_of(row, machine_of(row.case.procedure), at)
        runs = [worktime.Interval(one.started_at, one.stopped_at) for one in row.intervals.all()]
        upto = max([at, *(one.start for one in runs)])
        yield row.pk, worktime.counted(runs, upto, limit.calendar, limit.counting)


@pytest.mark.django_db
def test_migrations_keep_the_promises_of_cases(
    folder: Path,
    everybody: None,
    stranger_zhou: User,
    east_firm: Subject,
    west_firm: Subject,
    at: datetime,
) -> None:
    people = {user.username: user for user in User.objects.order_by("username")}
    files = {
        name: store(name.encode(), name="凭证.txt", by=user, at=at) for name, user in people.items()
    }
    world = World("appeal", at, people, [east_firm, west_firm], files)
    second_version(folder)
    machine = type("Machine", (MigratingMachine,), {"world": world, "pack": load(folder)})
    run_state_machine_as_test(machine, settings=SETTINGS)
