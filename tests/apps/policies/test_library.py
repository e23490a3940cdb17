"""The policies as of a day."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from furong.apps.base.models import NotInstalled
from furong.apps.policies.actions import apply_pack
from furong.apps.policies.reads import book, is_reference, judge, library, text_of, versions_of
from furong.packs import Pack
from tests.apps.policies.sample import edit
from tests.apps.policies.test_apply import RELIEF, SECOND


def test_the_library_has_one_text_of_every_policy(district: Pack, at: datetime) -> None:
    texts = {text.policy.id: text for text in library(at)}
    assert [*texts] == ["N01", "T01", "T02", "T03", "T04", "T05", "X01"]
    assert not texts["T05"].applies_on(date(2020, 2, 3))
    assert texts["T03"].applies_on(date(2020, 2, 3))
    assert not texts["T03"].applies_on(date(2020, 2, 2))


def test_policies_of_another_place_are_for_reference(district: Pack, at: datetime) -> None:
    assert [text.policy.id for text in library(at) if text.reference] == ["X01"]


@pytest.mark.parametrize(
    ("jurisdiction", "reference"),
    [
        ("", False),
        ("99", False),
        ("9901", False),
        ("990101", False),
        ("990102", True),
        ("98", True),
    ],
)
def test_a_document_applies_here_if_its_jurisdiction_holds_the_district(
    jurisdiction: str, reference: bool
) -> None:
    assert is_reference(jurisdiction, "990101") is reference


def test_each_day_has_its_version(district: Pack, folder: Path, at: datetime) -> None:
    edit(
        folder,
        RELIEF,
        (
            "  department: 区发改局",
            "  department: 区发改局\n  valid: {from: 2020-02-01, to: 2020-02-29}",
        ),
    )
    with (folder / RELIEF).open("a", encoding="utf-8") as file:
        file.write(SECOND)
    apply_pack(folder, by="test", at=at)
    midnight = datetime.fromisoformat("2020-03-01T00:00:00+08:00")
    before = midnight - timedelta(seconds=1)
    assert [text_of("T01", moment).policy.version for moment in (before, midnight)] == [1, 2]
    assert book(before).policy("T01").policy.version == 1
    assert book(midnight).policy("T01").policy.version == 2
    assert [text.policy.version for text in versions_of("T01")] == [1, 2]


def test_book_and_judge_stay_the_same_until_something_changes(
    district: Pack, folder: Path, at: datetime
) -> None:
    first, judged = book(at), judge(at)
    assert book(at + timedelta(hours=1)) is first
    assert judge(at) is judged
    edit(folder, "policies/t-resume.yaml", ("- id: T03", "- id: T33"))
    apply_pack(folder, by="test", at=at)
    assert book(at) is not first
    assert book(at).policy("T33")


def test_no_policy_has_another_name(district: Pack, at: datetime) -> None:
    with pytest.raises(KeyError, match="是否想写 T0"):
        text_of("T0l", at)


def test_without_a_pack_there_is_no_library(db: None, at: datetime) -> None:
    with pytest.raises(NotInstalled, match="furong pack apply"):
        library(at)
