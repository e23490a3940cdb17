"""What changed between two packs."""

from pathlib import Path

import pytest

from furong.packs import load
from furong.packs.diff import ABSENT, Change, Value, diff
from tests.packs.test_examples import EXAMPLES, copied


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    return copied(tmp_path) / "strelsau"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def changes(after: Path) -> list[Change]:
    return diff(load(EXAMPLES / "strelsau"), load(after))


def test_a_pack_does_not_differ_from_its_copy(changed: Path) -> None:
    assert changes(changed) == []


def test_added_removed_and_changed_objects_are_told_apart(changed: Path) -> None:
    edit(changed / "zones/zones.yaml", "id: castle-hill", "id: castle")
    edit(changed / "policies/old-town-rents.yaml", "rent * 0.5, cap: 2000", "rent * 0.6")

    assert changes(changed) == [
        Change("removed", "zones", "castle-hill"),
        Change("added", "zones", "castle"),
        Change(
            "changed",
            "policies",
            "ST01@1",
            (
                Value("benefit.amount", "rent * 0.5", "rent * 0.6"),
                Value("benefit.cap", "2000", ABSENT),
            ),
        ),
    ]


def test_criteria_are_compared_by_id_and_plain_lists_by_item(changed: Path) -> None:
    edit(changed / "policies/old-town-rents.yaml", "Losses since January", "Losses since March")
    edit(changed / "zones/zones.yaml", "overlaps: [old-town]", "overlaps: [strelsau]")

    assert [change.values for change in changes(changed)] == [
        (
            Value("overlaps", "old-town", ABSENT),
            Value("overlaps", ABSENT, "strelsau"),
        ),
        (Value("criteria.losses.label", "Losses since January", "Losses since March"),),
    ]


def test_another_order_is_a_change(changed: Path) -> None:
    file = changed / "policies/old-town-rents.yaml"
    text = file.read_text()
    first = next(line for line in text.splitlines(keepends=True) if "id: listed" in line)
    second = next(line for line in text.splitlines(keepends=True) if "id: losses" in line)
    file.write_text(text.replace(first + second, second + first))

    (change,) = changes(changed)

    assert change.values == (Value("criteria", ["listed", "losses"], ["losses", "listed"]),)


def test_a_new_version_and_a_changed_procedure(changed: Path) -> None:
    edit(changed / "pack.yaml", "0.3.1", "0.4.0")
    edit(changed / "procedures/appeal.yaml", "Appeal", "Complaint")

    assert changes(changed) == [
        Change(
            "changed",
            "pack",
            "pack.yaml",
            (
                Value("version", "0.3.1", "0.4.0"),
                Value("chain", "strelsau@0.3.1", ABSENT),
                Value("chain", ABSENT, "strelsau@0.4.0"),
            ),
        ),
        Change("changed", "procedures", "appeal", (Value("title", "Appeal", "Complaint"),)),
    ]
