"""Several at once: one effect each, and no change that a reader of the series can miss."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from furong.apps.base.errors import Refusal
from furong.apps.registry.actions import (
    NewSubject,
    register_subject,
    register_subjects,
    state_facts,
)
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import FactEntry, Subject, SubjectFacts
from tests.apps.cast import EAST_CODE, SAMPLE, install_pack

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "sqlite" in connection.settings_dict["ENGINE"],
        reason="the test database of SQLite lives in one connection",
    ),
]


def at_once(verb: Callable[[int], Any], count: int = 8) -> list[Any]:
    """What each of several simultaneous calls gave: a value or a Refusal."""

    def call(number: int) -> Any:
        try:
            return verb(number)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


@pytest.fixture(autouse=True)
def installed(settings: Settings, at: datetime) -> None:
    settings.FURONG_PACK = str(SAMPLE)
    install_pack(SAMPLE, at=at)


def test_one_code_is_given_once(at: datetime) -> None:
    new = NewSubject(kind="enterprise", name="甲", identifiers={"uscc": EAST_CODE})
    outcomes = at_once(lambda _n: register_subject(new, by="test", at=at))
    assert sum(isinstance(one, Subject) for one in outcomes) == 1
    assert all(isinstance(one, Subject | Refusal) for one in outcomes)
    assert Subject.objects.count() == 1


def test_public_numbers_have_no_gaps_and_no_doubles(at: datetime) -> None:
    at_once(lambda n: register_subject(NewSubject(kind="enterprise", name=f"{n}"), by="t", at=at))
    numbers = sorted(map(int, Subject.objects.values_list("number", flat=True)))
    assert numbers == list(range(10_000_001, 10_000_009))


def test_nothing_stated_of_one_subject_is_lost(at: datetime) -> None:
    news = [NewSubject(kind="enterprise", name=name) for name in ("甲", "乙")]
    subjects = register_subjects(news, by="test", at=at)

    def state(number: int) -> None:
        for subject in subjects if number % 2 else reversed(subjects):
            state_facts(subject, {"staff": number}, source="owner", by="test", at=at)

    at_once(state)
    for subject in subjects:
        entries = FactEntry.objects.filter(subject=subject).order_by("sequence")
        assert entries.count() == 8
        known = SubjectFacts.objects.get(subject=subject).facts
        assert known == catalogue().projector.fold(entries)
