"""The schemas that editors read are those of the models."""

import json
from pathlib import Path

import pytest

from furong.packs.schema import schemas

WRITTEN = Path(__file__).parents[2] / "packs/schema"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_written_schema_is_fresh(name: str) -> None:
    written = (WRITTEN / name).read_text(encoding="utf-8")

    assert written == schemas()[name], "run: furong pack schema"


def test_no_schema_is_left_over() -> None:
    assert {file.name for file in WRITTEN.iterdir()} == set(schemas())


def test_a_schema_says_what_an_editor_needs() -> None:
    zones = json.loads(schemas()["zones.schema.json"])
    zone = zones["$defs"]["Zone"]

    assert zone["additionalProperties"] is False
    assert zone["required"] == ["id", "kind", "name"]
    assert "street" in zone["properties"]["kind"]["enum"]
    assert zone["properties"]["parent"]["description"] == "上一级"


def test_from_and_to_are_the_words_of_the_file() -> None:
    policies = json.loads(schemas()["policies.schema.json"])

    assert set(policies["$defs"]["Period"]["properties"]) == {"from", "to"}
