"""Exclusive groups, budgets, and what may still change."""

import random

import pytest

from furong.engines.rules.settle import Award, Claim, Limit, settle
from tests.seed import SEED


def claim(subject: str, policy: str, amount: int | None, **more: object) -> Claim:
    verdict = more.pop("verdict", "eligible")
    return Claim(subject, policy, verdict, amount, **more)  # type: ignore[arg-type]


def told(awards: list[Award]) -> list[tuple[str, str, int, str]]:
    return [(a.claim.subject, a.claim.policy, a.granted, a.outcome) for a in awards]


def test_of_a_group_the_highest_is_paid() -> None:
    claims = [
        claim("s", "A", 300, group="rent"),
        claim("s", "B", 500, group="rent"),
        claim("s", "C", 9),
    ]
    assert told(settle(claims)) == [
        ("s", "B", 500, "granted"),
        ("s", "A", 0, "group"),
        ("s", "C", 9, "granted"),
    ]


def test_where_the_budget_is_spent_the_next_of_the_group_is_paid() -> None:
    claims = [claim("s", "A", 300, group="rent"), claim("s", "B", 500, group="rent")]
    assert told(settle(claims, {"B": Limit(400)})) == [
        ("s", "B", 0, "budget"),
        ("s", "A", 300, "granted"),
    ]


def test_a_budget_goes_by_the_queue() -> None:
    claims = [
        claim(s, "A", 60, order=(day, s)) for day, s in [(3, "late"), (1, "first"), (2, "next")]
    ]
    assert told(settle(claims, {"A": Limit(100)})) == [
        ("first", "A", 60, "granted"),
        ("next", "A", 0, "budget"),
        ("late", "A", 0, "budget"),
    ]
    assert told(settle(claims, {"A": Limit(100, partial=True)}))[1] == ("next", "A", 40, "partial")


def test_an_undecided_rival_that_could_pay_more_makes_it_provisional() -> None:
    mine = claim("s", "A", 300, group="rent")
    for at_most, provisional in [(200, False), (400, True), (None, True)]:
        rival = claim("s", "B", None, verdict="unknown", at_most=at_most, group="rent")
        assert settle([mine, rival])[0].provisional is provisional


def test_an_undecided_claim_before_it_could_take_the_budget() -> None:
    before = claim("a", "A", None, verdict="unknown", at_most=50, order=(1, "a"))
    mine = claim("b", "A", 60, order=(2, "b"))
    assert settle([before, mine], {"A": Limit(100)})[0].provisional
    assert not settle([before, mine], {"A": Limit(110)})[0].provisional


def test_an_eligible_claim_of_unknown_amount_is_said_to_be_so() -> None:
    assert told(settle([claim("s", "A", None)])) == [("s", "A", 0, "amount_unknown")]


@pytest.mark.parametrize("seed", [1, 2, SEED])
def test_never_over_a_budget_and_one_of_a_group(seed: int) -> None:
    rng = random.Random(seed)
    claims = [
        claim(
            f"s{s}",
            p,
            rng.randrange(1, 100),
            group=rng.choice(["", "g"]),
            order=(rng.randrange(9), f"s{s}"),
        )
        for s in range(200)
        for p in "ABC"
    ]
    awards = settle(claims, {"A": Limit(500, partial=True), "B": Limit(900)})
    spent = {p: sum(a.granted for a in awards if a.claim.policy == p) for p in "ABC"}
    assert spent["A"] == 500, f"seed {seed}"
    assert spent["B"] <= 900, f"seed {seed}"
    for s in {a.claim.subject for a in awards}:
        paid = [a for a in awards if a.claim.subject == s and a.claim.group and a.granted]
        by_order = {a.claim.order for a in paid}
        assert len(paid) <= len(by_order), f"seed {seed}"
