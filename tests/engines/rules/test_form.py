"""A form line and an expression say the same, both ways."""

import pytest

from furong.engines.rules import Criterion, Fact, Policy, Rulebook, RuleErrors
from furong.engines.rules.form import (
    Line,
    Product,
    expression_of,
    lines_of,
    operators_for,
    product_of,
    split_values,
)

FACTS = {
    fact.key: fact
    for fact in (
        Fact("staff", "integer"),
        Fact("revenue", "money"),
        Fact("insured", "boolean"),
        Fact("resumed_on", "date"),
        Fact("size", "choice", values={"small": "小型", "micro": "微型", "large": "大型"}),
        Fact("industry", "code"),
        Fact("listed", "set", values={"white": "白名单", "black": "失信名单"}),
    )
}

SHOWN = {
    "insured": [Line("insured", "yes")],
    "NOT insured": [Line("insured", "no")],
    "staff <= 50": [Line("staff", "le", ("50",))],
    "revenue > 3000000": [Line("revenue", "gt", ("3000000",))],
    "staff BETWEEN 20 AND 50": [Line("staff", "between", ("20", "50"))],
    "resumed_on <= DATE '2020-02-24'": [Line("resumed_on", "le", ("2020-02-24",))],
    "size IN ('small', 'micro')": [Line("size", "in", ("small", "micro"))],
    "size NOT IN ('large')": [Line("size", "not_in", ("large",))],
    "listed IN ('white')": [Line("listed", "in", ("white",))],
    "industry LIKE 'I65%'": [Line("industry", "starts", ("I65",))],
    "industry NOT LIKE ANY ('I65%', 'I64%')": [Line("industry", "starts_not", ("I65", "I64"))],
    "staff <= 50 OR size IN ('micro')": [
        Line("staff", "le", ("50",)),
        Line("size", "in", ("micro",)),
    ],
}


def meaning(source: str) -> object:
    """The formula, equal for all spellings of one condition."""
    policy = Policy("P1", criteria=[Criterion("c", when=source)])
    return Rulebook(FACTS.values(), [policy]).policies[0].formula


@pytest.mark.parametrize("source", SHOWN)
def test_a_condition_is_shown_as_lines_and_written_back_as_it_was(source: str) -> None:
    lines = lines_of(source)
    assert lines == tuple(SHOWN[source])
    assert expression_of(lines, FACTS) == source


@pytest.mark.parametrize(
    "source",
    [
        "revenue >= 300万",
        "insured = TRUE",
        "insured <> TRUE",
        "size = 'small'",
        "size <> 'small'",
        "industry = 'I6510'",
        "NOT (size IN ('small'))",
        "staff = 50",
    ],
)
def test_another_spelling_is_written_back_with_the_same_meaning(source: str) -> None:
    lines = lines_of(source)
    assert lines is not None
    assert meaning(expression_of(lines, FACTS)) == meaning(source)


@pytest.mark.parametrize(
    "source",
    [
        "staff <= 50 AND insured",
        "NOT (staff <= 50 OR insured)",
        "staff IN (10, 20)",
        "(staff <= 50 AND insured) OR listed IN ('white')",
        "staff <=",
        "",
    ],
)
def test_what_a_form_cannot_show_stays_an_expression(source: str) -> None:
    assert lines_of(source) is None


def test_lines_without_a_fact_are_left_out() -> None:
    lines = [Line("", "le", ("5",)), Line("insured", "yes")]
    assert expression_of(lines, FACTS) == "insured"


@pytest.mark.parametrize(
    "line",
    [Line("staff", "le", ("",)), Line("size", "in"), Line("staff", "between", ("20",))],
)
def test_a_line_without_its_value_is_not_lost_but_refused(line: Line) -> None:
    written = expression_of([line], FACTS)
    assert written.startswith(line.fact)
    with pytest.raises(RuleErrors):
        meaning(written)


def test_a_quote_in_a_value_cannot_end_the_text() -> None:
    written = expression_of([Line("industry", "in", ("x') OR insured OR ('",))], FACTS)
    assert lines_of(written) == (Line("industry", "in", ("x') OR insured OR ('",)),)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("1,000,000", "revenue >= 1000000"),
        ("300万", "revenue >= 300万"),
        ("-5.5", "revenue >= -5.5"),
        ("很多", "revenue >= '很多'"),
        ("5 OR insured", "revenue >= '5 OR insured'"),
    ],
)
def test_numbers_as_people_type_them_and_everything_else_quoted(typed: str, written: str) -> None:
    assert expression_of([Line("revenue", "ge", (typed,))], FACTS) == written


@pytest.mark.parametrize("typed", ["2020-2-4", "2020/02/04", "2020年2月4日", "2020.2.4"])
def test_days_as_people_type_them(typed: str) -> None:
    line = Line("resumed_on", "le", (typed,))
    assert expression_of([line], FACTS) == "resumed_on <= DATE '2020-02-04'"


def test_a_day_that_does_not_exist_is_kept_to_be_refused() -> None:
    line = Line("resumed_on", "le", ("2020年2月31日",))
    assert expression_of([line], FACTS) == "resumed_on <= DATE '2020-02-31'"


def test_the_operators_offered_are_ones_that_the_language_allows() -> None:
    for fact in FACTS.values():
        value = {"date": "2020-02-24", "choice": "small", "set": "white"}.get(fact.type, "5")
        for operator in operators_for(fact):
            values = () if operator in {"yes", "no"} else (value, value)
            line = Line(fact.key, operator, values[: 2 if operator == "between" else 1])
            assert meaning(expression_of([line], FACTS))


def test_an_amount_for_each_is_shown_as_fact_and_rate() -> None:
    assert product_of("insured_heads * 500") == Product("insured_heads", "500")
    assert product_of("0.5 * loan") == Product("loan", "0.5")
    assert product_of("min(loan, 500)") is None
    assert product_of("loan *") is None


def test_values_in_one_field_stand_between_commas_of_either_width() -> None:
    assert split_values(" I65， I64、 I63 ,I62") == ("I65", "I64", "I63", "I62")
