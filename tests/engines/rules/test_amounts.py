"""Amounts: exact, strict, capped, rounded once; the same for one subject and for columns."""

import random
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest

from furong.engines.rules import Benefit, Criterion, Fact, Judge, Policy, Rulebook, RuleErrors
from furong.engines.rules.columns import Columns
from furong.engines.rules.population import Population
from furong.engines.rules.sweep import Sweep

FACTS = [
    Fact("n", "integer", minimum=0),
    Fact("m", "money"),
    Fact("area", "decimal", scale=2, minimum=0),
    Fact("start", "integer"),
    Fact("end", "integer"),
    Fact("rate", "decimal", scale=4, derive="ratio(start - end, start)"),
    Fact("net", "money", derive="m * 0.333"),
    Fact("on", "boolean"),
]


def paid(benefit: Benefit, facts: dict[str, int]) -> int | None:
    """The amount, computed both ways."""
    book = Rulebook(FACTS, [Policy("P", criteria=[Criterion("c", when="on")], benefit=benefit)])
    row = {**facts, "on": True}
    one = Judge(book).judge(row)[0].amount
    found = Sweep(book, Columns.from_rows(book.facts, [row])).payable["P"]
    bulk = int(found.amounts[0]) if found.amounts.size else None
    assert one == bulk
    return one


@pytest.mark.parametrize(
    ("benefit", "facts", "yuan"),
    [
        (Benefit(amount="n * 500", cap="100000"), {"n": 31}, "15500"),
        (Benefit(amount="n * 500", cap="100000"), {"n": 201}, "100000"),
        (Benefit(amount="min(n * 500, m)"), {"n": 3}, None),
        (Benefit(amount="max(0, m - 1000)"), {"m": 50_000}, "0"),
        (Benefit(amount="m * 0.005"), {"m": 100}, "0.01"),
        (Benefit(amount="m * 0.005", rounding="down"), {"m": 100}, "0"),
        (Benefit(amount="m * 0.005", rounding="half_even"), {"m": 100}, "0"),
        (Benefit(amount="m * 0.5", to="10"), {"m": 3_000}, "20"),
        (Benefit(amount="m * 0.5", to="10", rounding="down"), {"m": 3_000}, "10"),
        (Benefit(amount="area * 300", cap="2000000"), {"area": 800_000}, "2000000"),
        (Benefit(amount="tier(n, 5: 500, 20: 1000) * n"), {"n": 19}, "9500"),
        (Benefit(amount="tier(n, 5: 500, 20: 1000) * n"), {"n": 20}, "20000"),
        (Benefit(amount="tier(n, 5: 500, 20: 1000) * n"), {"n": 4}, "0"),
        (Benefit(amount="m", floor="5000"), {"m": 499_999}, "0"),
        (Benefit(amount="m", floor="5000"), {"m": 500_000}, "5000"),
        (Benefit(amount="100000"), {}, "100000"),
        (Benefit(amount="n * rate * 100"), {"n": 10, "start": 3, "end": 2}, "333.3"),
        (Benefit(amount="n * rate * 100"), {"n": 10, "start": 0, "end": 2}, None),
        (Benefit(amount="net"), {"m": 1}, "0"),
        (Benefit(amount="net"), {"m": 5}, "0.02"),
    ],
)
def test_amount(benefit: Benefit, facts: dict[str, int], yuan: str | None) -> None:
    assert paid(benefit, facts) == (None if yuan is None else int(Decimal(yuan) * 100))


def test_rounding_as_decimal_does_it() -> None:
    modes = {
        "half_up": ROUND_HALF_UP,
        "half_even": ROUND_HALF_EVEN,
        "up": ROUND_UP,
        "down": ROUND_DOWN,
    }
    seed = random.randrange(10**9)
    rng = random.Random(seed)
    for _ in range(60):
        mode, value = rng.choice([*modes]), rng.randrange(-2000, 2000)
        wanted = (Decimal(value) / 100 * Decimal("0.125")).quantize(Decimal("0.01"), modes[mode])
        benefit = Benefit(amount="m * 0.125", rounding=mode)  # type: ignore[arg-type]
        assert paid(benefit, {"m": value}) == int(wanted * 100), f"seed {seed}: {value} {mode}"


def test_products_beyond_64_bits_are_still_exact() -> None:
    facts = {"n": 9_000_000_000_000, "m": 900_000_000_000_000}
    assert paid(Benefit(amount="n * m * 0.000001", cap="1000000"), facts) == 100_000_000


def test_a_total_beyond_64_bits_is_exact() -> None:
    book = Rulebook(
        FACTS, [Policy("P", criteria=[Criterion("c", when="on")], benefit=Benefit(amount="m"))]
    )
    row = {"m": 9 * 10**15, "on": True}
    sweep = Sweep(book, Columns.from_rows(book.facts, [row] * 2000))
    assert sweep.reach("P").total == 2000 * 9 * 10**15


def test_what_an_undecided_subject_could_get_at_most() -> None:
    def most(benefit: Benefit, facts: dict[str, int]) -> int | None:
        policy = Policy("P", criteria=[Criterion("c", when="on")], benefit=benefit)
        return Judge(Rulebook(FACTS, [policy])).judge(facts)[0].at_most

    assert most(Benefit(amount="n * 500", cap="100000"), {}) == 10_000_000
    assert most(Benefit(amount="n * 500"), {"n": 3}) == 150_000
    assert most(Benefit(amount="n * 500"), {}) is None
    assert most(Benefit(at_most="area * 1800"), {"area": 100}) == 180_000


MOST = 10**16 - 1  # the largest number that a fact can have, encoded


@pytest.mark.parametrize(
    ("amount", "facts", "fen"),
    [
        ("n * m * 1000", {"n": MOST, "m": MOST}, None),  # leaves 64 bits
        ("0 - n * m * 1000", {"n": MOST, "m": MOST}, None),
        ("n * 100 + m", {"n": MOST, "m": MOST}, None),  # stays in them, and is no sum of money
        ("min(n * m, 500)", {"n": MOST, "m": MOST}, 50_000),  # what is capped may be as large
        ("m", {"m": MOST}, MOST),
    ],
)
def test_an_amount_beyond_all_measure_is_unknown(
    amount: str, facts: dict[str, int], fen: int | None
) -> None:
    assert paid(Benefit(amount=amount), facts) == fen


def test_one_immeasurable_amount_leaves_the_others_alone() -> None:
    policy = Policy("P", criteria=[Criterion("c", when="on")], benefit=Benefit(amount="n * m"))
    book = Rulebook(FACTS, [policy])
    rows = [{"on": True, "n": MOST, "m": MOST}, {"on": True, "n": 3, "m": 500}]
    reach = Sweep(book, Columns.from_rows(book.facts, rows)).reach("P")
    assert (reach.eligible, reach.total, reach.amount_unknown) == (2, 1_500, 1)


def test_a_derived_value_beyond_all_measure_is_unknown() -> None:
    square = Fact("square", "integer", derive="n * n")
    book = Rulebook([*FACTS, square], [Policy("P", criteria=[Criterion("c", when="square > 5")])])
    rows: list[dict[str, int]] = [{"n": MOST}, {"n": 3}]
    column = Population(book, Columns.from_rows(book.facts, rows)).column("square")
    assert column is not None
    assert [column.encoded(row) for row in range(2)] == [None, 9]
    assert [book.complete(row).known.get("square") for row in rows] == [None, 9]


def test_sixty_operations_can_be_computed_and_more_are_refused() -> None:
    assert paid(Benefit(amount=" + ".join(["n"] * 61)), {"n": 2}) == 12_200
    assert paid(Benefit(amount="tier(n, 1: " * 38 + "n" + ")" * 38), {"n": 2}) == 200
    with pytest.raises(RuleErrors, match="运算超过 60 次"):
        paid(Benefit(amount=" * ".join(["n"] * 62)), {"n": 2})


@pytest.mark.parametrize("to", ["0", "0.001", "0.015", "ten", "NaN"])
def test_a_multiple_that_no_money_has_is_refused(to: str) -> None:
    with pytest.raises(RuleErrors, match="不能取整到"):
        paid(Benefit(amount="m", to=to), {"m": 1})
