"""Cases keep their promises whatever people do, in whatever order (Hypothesis, stateful).

    FURONG_MODEL=200 .venv/bin/python -m pytest tests/apps/cases/test_model.py     # 200 random examples

Without it a few examples run, the same each time.
"""

import os
from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from furong.apps.base.files import store
from furong.apps.directory.actions import grant
from furong.apps.directory.models import Grant, User
from furong.apps.registry.models import Subject
from tests.apps.cases.machine import CaseMachine, World
from tests.apps.cast import person

WANTED = int(os.environ.get("FURONG_MODEL", "0"))
SETTINGS = settings(
    max_examples=WANTED or 4,
    stateful_step_count=40 if WANTED else 30,
    derandomize=not WANTED,
    database=None,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate] if os.environ.get("NOSHRINK") else [*Phase],
    suppress_health_check=[*HealthCheck],
)


@pytest.fixture
def dispatcher_handling(everybody: None, at: datetime) -> User:
    """Two hats: dispatches the district and handles for urban management."""
    user = person("both", "双岗", "dispatcher", at=at)
    unit = (str(Grant.Scope.ORGANISATION), "urban")
    grant(user, "clerk", scope=unit, source="任命文件", by="test", at=at)
    return user


@pytest.mark.parametrize("procedure", ["appeal", "instruction", "phone-check"])
def test_cases_keep_their_promises(
    procedure: str,
    dispatcher_handling: User,
    stranger_zhou: User,
    east_firm: Subject,
    west_firm: Subject,
    at: datetime,
) -> None:
    person("liu", "刘书记", "leader", at=at)
    people = {user.username: user for user in User.objects.order_by("username")}
    files = {
        name: store(name.encode(), name="凭证.txt", by=user, at=at) for name, user in people.items()
    }
    world = World(procedure, at, people, [east_firm, west_firm], files)
    machine = type("Machine", (CaseMachine,), {"world": world})
    run_state_machine_as_test(machine, settings=SETTINGS)
    for name, times in sorted(CaseMachine.happened.items()):
        print(f"{times:6} {name}")  # noqa: T201 - asked for
