"""Judging columns gives every judgement that judging one by one gives."""

import random

import pytest

from furong.engines.rules import Judge, Rulebook
from furong.engines.rules.columns import Columns
from furong.engines.rules.many import JudgeMany
from tests.engines.rules import worlds
from tests.engines.rules.test_agreement import SEEDS, usable


@pytest.mark.parametrize("seed", SEEDS[6:])
def test_many_are_judged_as_one_is(seed: int) -> None:
    rng = random.Random(seed)
    made = usable(worlds.policies(rng, 20))
    book = Rulebook(worlds.BASE + worlds.TABLES, [policy for policy, _, _ in made])
    judge = Judge(book)
    many = JudgeMany(judge)
    for _ in range(2):
        rows = [worlds.subject(rng, rng.choice([0.0, 0.3, 0.8])) for _ in range(150)]
        one_by_one = [judge.judge(row) for row in rows]
        for place, judged in enumerate(many(Columns.from_rows(book.facts, rows))):
            paid = dict(zip(judged.paid.rows.tolist(), judged.paid.amounts.tolist(), strict=True))
            for row in range(len(rows)):
                found = judged.judgements[judged.pattern[row]]
                wanted = one_by_one[row][place]
                story = f"FURONG_SEED={seed}: {rows[row]} × {wanted}"
                assert found._replace(amount=None, at_most=None) == wanted._replace(
                    amount=None, at_most=None
                ), story
                assert paid.get(row) == wanted.amount, story
