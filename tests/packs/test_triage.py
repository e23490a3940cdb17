"""What packs say for triage."""

from pathlib import Path

import pytest

from furong.engines.text.duties import unlisted
from furong.packs import Pack, load
from furong.packs.chain import carried_packs
from furong.packs.triage import duties_of, taxonomy_of, zones_around

TOP = "furong-2020"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(carried_packs() / TOP)


def test_the_categories_are_those_of_the_procedure_with_their_words(pack: Pack) -> None:
    labels = {label.id: label for label in taxonomy_of(pack).labels}
    assert labels["loan"].name == "贷款融资"
    assert "续贷" in labels["loan"].words
    assert labels["other"].words == ()


def test_every_category_is_somebodys_duty_but_the_rest(pack: Pack) -> None:
    ids = [label.id for label in taxonomy_of(pack).labels]
    assert unlisted(duties_of(pack).listed, ids) == ["other"]


def test_every_duty_that_the_report_does_not_state_is_marked(pack: Pack) -> None:
    assert all(duty.assumed for duty in duties_of(pack).listed)


def test_streets_answer_for_their_own_zone(pack: Pack) -> None:
    street = next(one for one in duties_of(pack).listed if one.name == "五里牌街道")
    assert street.zones == {"430102008"}
    assert zones_around(pack, "430102008") == ["430102008", "430102"]
    assert zones_around(pack, "nowhere") == ["nowhere"]


def test_a_pack_without_the_procedure_says_so() -> None:
    with pytest.raises(LookupError, match="没有事实 appeal_category"):
        taxonomy_of(load(Path(__file__).parent / "examples" / "strelsau"))
