"""The column store: the same as the projections, at any time, in any process."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from furong.apps.registry import columns as store
from furong.apps.registry.actions import (
    NewSubject,
    merge,
    register_subject,
    register_subjects,
    state_facts,
)
from furong.apps.registry.columns import columns
from furong.apps.registry.models import Sequence, Subject
from furong.apps.registry.reads import encoded_facts
from furong.packs import Pack
from tests.apps.cast import SAMPLE, install_pack

CODES = ["H6220", "A01", "I6513", "C2780", "T99"]


@pytest.fixture
def folder(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.STATE_DIR = tmp_path
    settings.FURONG_PACK = str(SAMPLE)
    store._states.clear()
    yield tmp_path / "columns" / "enterprise"
    store._states.clear()


@pytest.fixture
def installed(folder: Path, at: datetime) -> Pack:
    return install_pack(SAMPLE, at=at)


@pytest.fixture
def firms(installed: Pack, at: datetime) -> list[Subject]:
    news = [NewSubject(kind="enterprise", name=f"企业{n}") for n in range(50)]
    subjects = register_subjects(news, by="test", at=at)
    for subject in subjects[:40]:
        state_facts(subject, values(Random(subject.number)), source="owner", by="test", at=at)
    return subjects


def values(random: Random) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "staff": random.randrange(1000),
        "revenue": random.randrange(10**13),
        "resumed": random.random() < 0.5,
        "resumed_on": f"2020-02-{random.randrange(1, 30):02}",
        "size_class": random.choice(["large", "medium", "small", "micro"]),
        "listed": random.sample(["key_goods", "big_industry"], random.randrange(3)),
        "industry": random.choice(CODES[:3]),
        "layoff_rate": "0.0550",
    }
    return {key: value for key, value in chosen.items() if random.random() < 0.7}


def assert_true() -> None:
    """The columns say of every subject what its projection says."""
    held = columns("enterprise")
    rows = {one: held.row(place) for place, one in enumerate(held.ids)}
    current = Subject.objects.current().filter(kind="enterprise")
    assert rows == {str(one.pk): encoded_facts(one) for one in current}


def generations(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.glob("g*"))


def test_there_may_be_nobody(installed: Pack) -> None:
    assert columns("building").count == 0


def test_all_subjects_are_in_it_also_those_of_whom_nothing_is_known(firms: list[Subject]) -> None:
    assert columns("enterprise").count == 50
    assert_true()


def test_a_few_changes_are_joined_without_a_new_generation(
    firms: list[Subject], folder: Path, at: datetime
) -> None:
    columns("enterprise")
    before = generations(folder)
    state_facts(firms[3], {"industry": "C2780", "staff": 999_999}, source="register", by="t", at=at)
    assert_true()
    state_facts(firms[45], {"industry": "A01", "listed": []}, source="register", by="t", at=at)
    assert_true()
    assert generations(folder) == before


def test_many_changes_make_a_new_generation_and_the_old_one_goes(
    firms: list[Subject], folder: Path, at: datetime
) -> None:
    columns("enterprise")
    before = generations(folder)
    for subject in firms[:10]:
        state_facts(subject, {"revenue": "999999999999"}, source="register", by="t", at=at)
    assert_true()
    after = generations(folder)
    assert len(after) == 1
    assert after != before


def test_new_and_merged_subjects_come_and_go(firms: list[Subject], at: datetime) -> None:
    columns("enterprise")
    merge(firms[1], into=firms[2], reason="同一企业", by="test", at=at)
    assert columns("enterprise").count == 49
    assert_true()
    register_subject(NewSubject(kind="enterprise", name="新企业"), by="test", at=at)
    assert columns("enterprise").count == 50
    assert_true()


def test_another_process_maps_the_same_generation(firms: list[Subject], folder: Path) -> None:
    columns("enterprise")
    before = generations(folder)
    store._states.clear()
    assert columns("enterprise")["staff"].values.base is not None
    assert_true()
    assert generations(folder) == before


def test_a_store_of_another_database_is_not_believed(
    firms: list[Subject], folder: Path, at: datetime
) -> None:
    columns("enterprise")
    store._states.clear()
    Sequence.objects.filter(name="fact").update(epoch="00000000-0000-0000-0000-000000000000")
    Subject.objects.filter(pk=firms[0].pk).update(kind="building")
    assert columns("enterprise").count == 49


def test_a_lost_generation_is_made_again(firms: list[Subject], folder: Path) -> None:
    columns("enterprise")
    store._states.clear()
    for one in next(folder.glob("g*")).iterdir():
        one.unlink()
    assert_true()


def test_what_is_rolled_back_never_was(firms: list[Subject], at: datetime) -> None:
    columns("enterprise")
    with transaction.atomic():
        state_facts(firms[0], {"staff": 77_777}, source="register", by="test", at=at)
        assert_true()
        transaction.set_rollback(True)
    assert_true()


def test_personal_facts_are_not_in_it(firms: list[Subject], at: datetime) -> None:
    state_facts(firms[0], {"phone": "13000000000"}, source="owner", by="test", at=at)
    assert "phone" not in columns("enterprise")


@pytest.mark.parametrize("seed", range(5))
def test_after_any_changes_it_is_true(firms: list[Subject], seed: int, at: datetime) -> None:
    random = Random(seed)
    for _step in range(6):
        for subject in random.sample(firms, random.choice([0, 1, 2, 8])):
            facts = values(random) | {"industry": random.choice(CODES)}
            state_facts(subject, facts, source="owner", by="test", at=at)
        assert_true()
