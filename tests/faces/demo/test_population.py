"""The synthetic district: always the same, evidently fictitious, plausible, only declared facts."""

import hashlib
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from stdnum.cn import uscc

from furong.engines.rules import read_value
from furong.engines.rules.columns import Columns
from furong.engines.rules.population import Population as Derived
from furong.engines.rules.values import plain
from furong.faces.demo.draws import BLOCK
from furong.faces.demo.population import Population, Row
from furong.packs import Pack, load
from furong.packs.rules import fact_for_rules

SIZE = 12_000


@pytest.fixture(scope="module")
def rows(population: Population) -> list[Row]:
    return [*population.rows(SIZE)]


@pytest.fixture(scope="module")
def columns(population: Population) -> Columns:
    return population.columns(SIZE)


def digest(columns: Columns) -> str:
    found = hashlib.sha256()
    for key, column in columns.items():
        found.update(f"{key}{column.values.dtype}{column.dictionary}".encode())
        found.update(column.values.tobytes())
    return found.hexdigest()


def test_the_same_seed_gives_the_same_district(furong: Pack, columns: Columns) -> None:
    assert digest(Population(furong).columns(SIZE)) == digest(columns)


def test_another_seed_gives_another(furong: Pack, columns: Columns) -> None:
    assert digest(Population(furong, seed=7).columns(SIZE)) != digest(columns)


def test_it_is_the_same_on_every_machine(folder: Path) -> None:
    """Raw bits, additions, multiplications: no machine's mathematics library has a say."""
    held = Population(load(folder), seed=1).columns(500)
    assert digest(held) == "c84748cca4560c281f0147cd76d92c616487a41d718b2b3c75ac253fafa80402"


def test_a_small_district_is_the_beginning_of_a_large_one(population: Population) -> None:
    size = BLOCK + 500
    large, small = population.columns(size), population.columns(BLOCK + 20)
    for place in (0, 1, BLOCK - 1, BLOCK, BLOCK + 19):
        assert large.row(place) == small.row(place)
        assert large.ids[place] == small.ids[place]
    assert [*islice(population.rows(size, BLOCK), 5)] == [*population.rows(BLOCK + 5, BLOCK)]


def test_rows_and_columns_agree(rows: list[Row], columns: Columns) -> None:
    for place, row in enumerate(rows):
        held = columns.row(place)
        assert held.pop("subject", row.kind) == row.kind
        assert held == row.facts
    assert [*columns.ids] == [next(iter(row.identifiers.values())) for row in rows]


def test_chunks_are_the_columns_in_pieces(population: Population) -> None:
    size = BLOCK + 7
    whole = population.columns(size)
    chunks = [*population.chunks(size)]
    assert [chunk.count for chunk in chunks] == [BLOCK, 7]
    assert chunks[1].row(6) == whole.row(BLOCK + 6)
    assert chunks[1].ids[6] == whole.ids[BLOCK + 6]


def test_only_facts_that_a_kind_carries_and_that_they_can_have(
    furong: Pack, rows: list[Row]
) -> None:
    facts = {key: fact_for_rules(fact) for key, fact in furong.facts.items()}
    for row in rows[:3000]:
        for key, value in row.facts.items():
            assert key in furong.kinds[row.kind].facts
            raw = plain(facts[key], value)
            assert read_value(facts[key], raw) == value


def test_a_fact_that_the_scenario_does_not_describe_stays_missing(folder: Path) -> None:
    held = Population(load(folder)).columns(200)
    assert "layoff_rate" not in held
    assert "phone" not in held


def test_everything_is_evidently_made_up(rows: list[Row]) -> None:
    for row in rows:
        assert row.name.startswith("示例")
        assert row.address.startswith("示例")
        for scheme, value in row.identifiers.items():
            assert "XN" in value
            assert scheme != "uscc" or uscc.is_valid(value)


def test_no_two_subjects_share_a_name_or_a_number(rows: list[Row]) -> None:
    assert len({row.name for row in rows}) == SIZE
    assert len({value for row in rows for value in row.identifiers.values()}) == SIZE


def test_the_covered_subjects_are_all_there(rows: list[Row]) -> None:
    covered = [row.kind for row in rows if row.facts.get("covered")]
    counts = {kind: covered.count(kind) for kind in set(covered)}
    assert counts == {"enterprise": 569, "building": 97, "site": 50, "hotel": 13}
    assert {row.number for row in rows if row.facts.get("covered")} == set(range(729))


def test_a_district_too_small_for_them_has_some_of_each(population: Population) -> None:
    kinds = [row.kind for row in population.rows(300)]
    assert {"enterprise", "building", "site", "hotel"} == set(kinds)


def test_units_above_the_scale_are_among_the_covered(furong: Pack, columns: Columns) -> None:
    derived = Derived(furong.rulebook(), columns).column("above_scale_any")
    covered = columns["covered"]
    assert derived is not None
    above, enterprises = derived.values == 1, covered.values == 1
    assert not (above & ~enterprises).any()
    assert 300 < above.sum() < 569


def test_most_are_micro_and_few_are_large(furong: Pack, columns: Columns) -> None:
    derived = Derived(furong.rulebook(), columns).column("size_class")
    assert derived is not None
    large, medium, small, micro = (int((derived.values == place).sum()) for place in range(4))
    assert micro > small > medium > large > 0


def test_numbers_of_one_subject_agree(rows: list[Row]) -> None:
    for row in rows:
        facts = row.facts
        if {"staff", "insured_end"} <= facts.keys():
            assert int(facts["insured_end"]) <= int(facts["staff"])  # type: ignore[arg-type]
        if {"insured_end", "insured_2019"} <= facts.keys():
            assert facts["insured_end"] == facts["insured_2019"]
        if "resumed_on" in facts:
            assert facts.get("resumed", True) is True
            day = date.fromordinal(int(facts["resumed_on"]))  # type: ignore[arg-type]
            assert date(2020, 2, 1) <= day <= date(2020, 3, 4)
        if facts.get("premises_owner") == "self" and "monthly_rent" in facts:
            assert facts["monthly_rent"] == 0


def test_more_have_resumed_week_by_week(columns: Columns) -> None:
    days = columns["resumed_on"]
    known = days.values[~days.missing()]
    weeks = [date(2020, 2, day).toordinal() for day in (3, 10, 17, 24)]
    counts = [int((known <= week).sum()) for week in weeks]
    assert counts == sorted(set(counts))
    assert counts[0] < 0.1 * known.size < 0.9 * known.size


def test_streets_and_industries_are_spread(rows: list[Row]) -> None:
    streets = [row.street for row in rows]
    assert len(set(streets)) == 13
    sections = {str(row.facts["industry"])[0] for row in rows if "industry" in row.facts}
    assert {"C", "E", "F", "G", "H", "I", "J", "K", "L", "M", "O", "R"} <= sections


def test_what_a_district_does_not_know_is_missing_at_its_rate(columns: Columns) -> None:
    enterprises = columns["subject"].values == 0
    small = enterprises & (columns["covered"].values == 0)
    for key, rate in (("reg_division", 0.05), ("staff", 0.12), ("revenue", 0.28)):
        missing = columns[key].missing()[small]
        assert np.mean(missing) == pytest.approx(rate, abs=0.02)


@pytest.mark.parametrize("size", [0, -1, 31**5 + 1])
def test_an_impossible_size_is_refused(population: Population, size: int) -> None:
    with pytest.raises(ValueError, match="户数"):
        population.columns(size)


def test_ids_are_a_sequence(population: Population) -> None:
    ids = population.columns(10).ids
    assert len(ids) == 10
    assert ids[-1] == [*ids][9] == ids[8:][1] == ids[::-1][0]
    with pytest.raises(IndexError):
        ids[10]
