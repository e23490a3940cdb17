"""Numbers, ties and division codes have words for the people who read them."""

from pathlib import Path

import pytest

from furong.packs import Pack, load

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture(scope="module")
def strelsau() -> Pack:
    return load(EXAMPLES / "strelsau")


def test_an_identifier_is_called_by_its_label(strelsau: Pack) -> None:
    assert strelsau.identifier_label("register-number") == "Register number"
    assert strelsau.identifier_label("trade-licence") == "Trade licence"
    assert strelsau.identifier_label("unheard-of") == "unheard-of"


def test_a_relation_reads_from_both_sides(strelsau: Pack) -> None:
    assert strelsau.relation_label("tenant-of") == "Tenant of"
    assert strelsau.relation_label("tenant-of", inverse=True) == "Tenants"
    assert strelsau.relation_label("unheard-of", inverse=True) == "unheard-of"


def test_a_division_is_named_with_what_it_lies_in(strelsau: Pack) -> None:
    assert strelsau.division_name("770102") == "Ruritania Strelsau"
    assert strelsau.division_name("77") == "Ruritania"


def test_a_division_without_a_name_keeps_its_code(strelsau: Pack) -> None:
    assert strelsau.division_name("770103") == "Ruritania（770103）"
    assert strelsau.division_name("990101") == "990101"
    assert strelsau.division_name("") == ""


def test_only_codes_of_divisions_are_read_as_such(strelsau: Pack) -> None:
    assert strelsau.code_label("trade", "77") == "77"
    assert strelsau.code_label("unheard-of", "77") == "77"


def test_every_division_that_a_shipped_policy_applies_to_has_a_name() -> None:
    pack = load("furong-2020")
    codes = {document.jurisdiction for document in pack.documents.values()} - {""}

    assert {code for code in codes if code not in pack.divisions} == set()
    assert pack.code_label("reg_division", "430102") == "湖南省长沙市芙蓉区"


def test_a_place_is_understood_by_code_or_by_name(strelsau: Pack) -> None:
    code = next(code for code in strelsau.divisions if len(code) == 6)
    name = strelsau.divisions[code].name
    assert strelsau.division_code(f"{name}（{code}）") == code
    assert strelsau.division_code(f" {strelsau.division_name(code)} ") == code
    assert strelsau.division_code(name) == code
    assert strelsau.division_code("不知道哪里") == "不知道哪里"
