"""The next question keeps its promise; a population's questions count what they settle."""

import random

from furong.engines.rules import Criterion, Fact, Judge, Policy, Rulebook, TableRow
from furong.engines.rules.columns import Columns
from furong.engines.rules.questions import next_questions, questions_for_all
from furong.engines.rules.sweep import Sweep

FACTS = [
    Fact("staff", "integer", minimum=0, maximum=500, ask="?"),
    Fact("revenue", "integer", minimum=0, maximum=500, ask="?"),
    Fact("start", "integer", minimum=0, maximum=100, ask="?"),
    Fact("end", "integer", minimum=0, maximum=100, ask="?"),
    Fact("secret", "boolean"),
    Fact("rate", "decimal", scale=2, derive="ratio(start - end, start)"),
    Fact(
        "size",
        "choice",
        values={"big": "大", "small": "小"},
        table=(TableRow("staff >= 100 AND revenue >= 100", ("big",)), TableRow("", ("small",))),
    ),
]
POLICIES = [
    Policy("A", criteria=[Criterion("c", when="rate <= 0.05")]),
    Policy("B", criteria=[Criterion("c", when="rate <= 0.20"), Criterion("d", when="staff < 50")]),
    Policy("C", criteria=[Criterion("c", when="size = 'small'")]),
    Policy("D", criteria=[Criterion("c", when="secret")]),
    Policy("E", criteria=[Criterion("c", when="staff > 20 OR revenue > 20")]),
]
BOOK = Rulebook(FACTS, POLICIES)
JUDGE = Judge(BOOK)


def test_behind_a_rate_stand_the_facts_that_an_owner_knows() -> None:
    questions = next_questions(JUDGE, {"staff": 10, "revenue": 50})
    assert questions[0].facts == ("end", "start")
    assert questions[0].settles == ("A", "B")


def test_what_no_owner_can_answer_is_not_asked() -> None:
    asked = {name for q in next_questions(JUDGE, {}) for name in q.facts}
    assert "secret" not in asked


def test_every_answer_settles_what_the_question_promises() -> None:
    seed = random.randrange(10**9)
    rng = random.Random(seed)
    probes = 0
    for _ in range(60):
        names = ["staff", "revenue", "start", "end"]
        row = {name: rng.randrange(1, 100) for name in names if rng.random() < 0.5}
        for question in next_questions(JUDGE, row):
            for _ in range(5):
                answers = {name: rng.randrange(1, 100) for name in question.facts}
                for found in JUDGE.judge({**row, **answers}):
                    if found.policy in question.settles:
                        probes += 1
                        assert found.verdict != "unknown", f"seed {seed}: {row} {answers}"
    assert probes > 200


def test_a_population_is_asked_what_settles_most() -> None:
    rows = [{"staff": 200, "start": 10, "end": 10}] * 5 + [{"staff": 10, "revenue": 1}] * 3
    sweep = Sweep(BOOK, Columns.from_rows(BOOK.facts, rows))
    found = {asked.facts: asked.settles for asked in questions_for_all(sweep, "ABCDE")}
    assert ("secret",) not in found
    assert found["revenue",] == 5  # C of the first five; E is settled by their staff
    assert found["end", "start"] == 6  # A and B of the last three


def test_the_population_count_is_the_sum_over_its_subjects() -> None:
    seed = random.randrange(10**9)
    rng = random.Random(seed)
    rows = [
        {
            n: rng.randrange(1, 150)
            for n in ("staff", "revenue", "start", "end")
            if rng.random() < 0.6
        }
        for _ in range(300)
    ]
    sweep = Sweep(BOOK, Columns.from_rows(BOOK.facts, rows))
    bulk = {asked.facts: asked.settles for asked in questions_for_all(sweep, "ABCDE")}
    by_hand: dict[tuple[str, ...], int] = {}
    for row in rows:
        for found in JUDGE.judge(row):
            if found.verdict == "unknown" and found.policy in {"A", "C"}:
                key = tuple(sorted(found.missing))
                by_hand[key] = by_hand.get(key, 0) + 1
    for key, count in by_hand.items():
        assert bulk[key] >= count, f"seed {seed}: {key}"
