"""Two small packs of an invented country, in English and in euro: any language, any country."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from furong.packs import Pack, check, load

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture(scope="module")
def strelsau() -> Pack:
    return load(EXAMPLES / "strelsau")


@pytest.mark.parametrize("name", ["ruritania", "strelsau"])
def test_an_example_has_no_problem_and_its_worked_cases_come_out(name: str) -> None:
    report = check(EXAMPLES / name)

    assert report.problems == ()
    assert report.outcomes
    assert all(outcome.ok for outcome in report.outcomes)


def test_a_pack_has_what_its_chain_says_base_first(strelsau: Pack) -> None:
    assert [manifest.id for manifest in strelsau.chain] == ["ruritania", "strelsau"]
    assert [*strelsau.policies] == [("RU01", 1), ("RU01", 2), ("ST01", 1)]
    assert next(iter(strelsau.facts)) == "trade"
    assert [*strelsau.facts][-1] == "rent"
    assert strelsau.plain["procedures"]["appeal"]["title"] == "Appeal"


def test_time_zone_and_currency_come_from_the_extended_pack(strelsau: Pack) -> None:
    assert strelsau.manifest.timezone == "Europe/Vienna"
    assert strelsau.manifest.currency == "EUR"


def test_a_pack_adds_to_facts_and_kinds_that_it_extends(strelsau: Pack) -> None:
    assert [*strelsau.facts["registers"].values] == ["exporter", "heritage", "old-town"]
    assert strelsau.kinds["company"].facts[-1] == "rent"
    assert strelsau.kinds["company"].identifiers == ("register-number", "trade-licence")


def test_the_base_stays_as_it_is() -> None:
    assert [*load(EXAMPLES / "ruritania").facts["registers"].values] == ["exporter", "heritage"]


def test_every_object_knows_its_origin(strelsau: Pack) -> None:
    origin = strelsau.origins["policies"]["RU01", 2]

    assert str(origin) == "ruritania@2.1.0"
    assert origin.file == EXAMPLES / "ruritania/policies/recovery-act.yaml"
    assert origin.file.read_text().splitlines()[origin.line - 1] == "- id: RU01"
    assert str(strelsau.origins["zones"]["old-town"]) == "strelsau@0.3.1"


def test_a_policy_applies_as_written_or_as_its_document_does(strelsau: Pack) -> None:
    written = strelsau.window(strelsau.policies["RU01", 1])
    by_document = strelsau.window(strelsau.policies["ST01", 1])

    assert (written.start, written.end) == (date(2031, 2, 1), date(2031, 4, 30))
    assert (by_document.start, by_document.end) == (date(2031, 3, 1), date(2031, 12, 31))
    assert strelsau.document_of(strelsau.policies["ST01", 1]).id == "old-town-rents"


def test_a_case_says_what_it_expected_and_what_it_got() -> None:
    outcomes = {outcome.title: outcome for outcome in check(EXAMPLES / "strelsau").outcomes}

    shown = outcomes["Statement shown"]
    assert (shown.policy, shown.version, shown.got, shown.amount) == (
        "ST01",
        1,
        "eligible",
        Decimal(450),
    )
    unshown = outcomes["Statement not shown yet"]
    assert unshown.explanation == "listed 满足、losses 未知；缺 ST01.losses"


def test_an_earlier_version_is_judged_by_itself() -> None:
    titles = {(o.policy, o.version, o.title) for o in check(EXAMPLES / "ruritania").outcomes}

    assert ("RU01", 1, "A small firm, 49 people, meets the cap") in titles
    assert ("RU01", 2, "Exactly a tenth fewer") in titles


def test_the_digest_is_of_what_is_said_not_of_how(strelsau: Pack, tmp_path: Path) -> None:
    copy = copied(tmp_path)
    zones = copy / "strelsau/zones/zones.yaml"
    zones.write_text(f"# a comment\n{zones.read_text()}\n")
    assert load(copy / "strelsau").digest == strelsau.digest

    zones.write_text(zones.read_text().replace("Old Town", "New Town"))
    assert load(copy / "strelsau").digest != strelsau.digest


def copied(folder: Path) -> Path:
    for file in EXAMPLES.rglob("*.yaml"):
        copy = folder / file.relative_to(EXAMPLES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text())
    return folder
