"""DuckDB and PostgreSQL give the engine's verdicts, cell by cell."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import psycopg
import pytest

from furong.engines.rules import Criterion, Fact, Judge, Policy, Rulebook, sql
from furong.engines.rules.columns import Columns
from furong.engines.rules.sweep import Sweep
from tests.engines.rules import databases, worlds
from tests.engines.rules.test_agreement import SEEDS, usable

type Run = Callable[[Rulebook, Columns], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def run_duckdb() -> Run:
    connection = duckdb.connect(config={"enable_external_access": "false"})
    connection.execute("SET disabled_optimizers = 'in_clause'")

    def run(book: Rulebook, columns: Columns) -> list[tuple[Any, ...]]:
        types, rows = databases.relation(book, columns)
        listed = ", ".join(f'"{key}" {kind}' for key, kind in types.items())
        connection.execute(f"CREATE OR REPLACE TABLE firms ({listed})")
        marks = ", ".join("?" for _ in types)
        connection.executemany(f"INSERT INTO firms VALUES ({marks})", rows)
        text = sql.select(book, "firms", dialect="duckdb", columns=types)
        return connection.execute(f"{text} ORDER BY subject").fetchall()

    return run


@pytest.fixture(scope="module")
def run_postgres() -> Iterator[Run]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL server")
    with psycopg.connect(url, autocommit=True) as connection:

        def run(book: Rulebook, columns: Columns) -> list[tuple[Any, ...]]:
            types, rows = databases.relation(book, columns)
            listed = ", ".join(f'"{key}" {kind}' for key, kind in types.items())
            connection.execute("DROP TABLE IF EXISTS pg_temp.firms")
            connection.execute(f"CREATE TEMP TABLE firms ({listed})")
            marks = ", ".join("%s" for _ in types)
            with connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO firms VALUES ({marks})", rows)
            text = sql.select(book, "firms", dialect="postgres", columns=types)
            return connection.execute(f"{text} ORDER BY subject").fetchall()

        yield run


def compare(seed: int, run: Run) -> None:
    rng = random.Random(seed)
    made = usable(worlds.policies(rng, 30))
    book = Rulebook(worlds.BASE + worlds.TABLES, [policy for policy, _, _ in made])
    rows = [worlds.subject(rng, rng.choice([0.0, 0.2, 0.5])) for _ in range(100)]
    columns = Columns.from_rows(book.facts, rows)
    sweep, cautious = Sweep(book, columns), sql.cautious(book)
    engine = {
        (policy.id, int(row)): verdict
        for policy, _, _ in made
        for verdict in ("eligible", "unknown", "ineligible")
        for row in sweep.rows(policy.id, verdict)
    }
    assert len(cautious) < len(made)
    for row, *codes in run(book, columns):
        for (policy, nodes, _), code in zip(made, codes, strict=True):
            found, wanted = sql.CODES[code], engine[policy.id, row]
            if found != wanted:
                story = f"FURONG_SEED={seed}: {rows[row]} × {[node.text for node in nodes]}"
                assert (found, policy.id in cautious) == ("unknown", True), story


@pytest.mark.parametrize("seed", SEEDS)
def test_duckdb_agrees(seed: int, run_duckdb: Run) -> None:
    compare(seed, run_duckdb)


@pytest.mark.parametrize("seed", SEEDS[7:])
def test_postgresql_agrees(seed: int, run_postgres: Run) -> None:
    compare(seed, run_postgres)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_text_from_a_literal_cannot_leave_its_quotes(dialect: sql.Dialect) -> None:
    nasty = "x'; DROP TABLE firms; --"
    quoted = nasty.replace("'", "''")
    book = Rulebook(
        worlds.BASE,
        [Policy("P", criteria=[Criterion("c", when=f"industry = '{quoted}'")])],
    )
    text = sql.select(book, "firms", dialect=dialect, columns=["subject", "industry"])
    literal = f"'{quoted}'" if dialect != "spark" else "'x\\'; DROP TABLE firms; --'"
    assert literal in text


CODES = [
    "a_",
    "ab",
    "a%",
    "a^",
    "a`",
    "a\\b",
    "a'b",
    'a"b',
    "a",
    "b",
    "甲",
    "\ud7ff",
    "\U0010ffff",
    "𠀀",
]
CODE_CONDITIONS = [
    "industry = 'a\\b'",
    "industry IN ('a%', 'a_', 'a''b')",
    "industry LIKE ANY ('a^%', 'b%')",
    "industry LIKE 'a%' AND industry NOT LIKE ANY ('a^%', 'a`%', 'aa%', 'ab%', 'a''%')",
    "NOT (industry LIKE ANY ('a^%', 'a`%'))",
    "industry NOT LIKE ANY ('\ud7ff%', 'a%')",
    "industry LIKE '\U0010ffff%'",
    "industry LIKE ANY ('甲%', '𠀀%') OR industry = '\"'",
    "industry <> 'a' AND industry LIKE 'a%'",
]


def compare_codes(run: Run) -> None:
    """Codes that LIKE, quoting or collation could take for something else."""
    policies = [
        Policy(f"P{place}", title=when, criteria=[Criterion("c", when=when)])
        for place, when in enumerate(CODE_CONDITIONS)
    ]
    book = Rulebook([Fact("industry", "code")], policies)
    columns = Columns.from_rows(book.facts, [{"industry": code} for code in (*CODES, None)])
    judge = Judge(book)
    for row, *codes in run(book, columns):
        judged = judge.judge(columns.row(row))
        for policy, code, wanted in zip(policies, codes, judged, strict=True):
            assert sql.CODES[code] == wanted.verdict, f"{columns.row(row)} × {policy.title}"


def test_duckdb_compares_codes_as_the_engine_does(run_duckdb: Run) -> None:
    compare_codes(run_duckdb)


def test_postgresql_compares_codes_as_the_engine_does(run_postgres: Run) -> None:
    compare_codes(run_postgres)


def test_the_last_day_of_the_calendar_can_be_asked(run_duckdb: Run) -> None:
    whens = ["resumed_on > DATE '9999-12-30'", "resumed_on <= DATE '9999-12-30'"]
    policies = [Policy(f"P{i}", criteria=[Criterion("c", when=w)]) for i, w in enumerate(whens)]
    book = Rulebook(worlds.BASE, policies)
    rows = [{"resumed_on": date(9999, 12, day).toordinal()} for day in (30, 31)]
    assert run_duckdb(book, Columns.from_rows(book.facts, rows)) == [(0, 0, 1), (1, 1, 0)]


def test_a_fact_without_a_column_is_unknown_for_all(run_duckdb: Run) -> None:
    book = Rulebook(
        worlds.BASE,
        [
            Policy("P", criteria=[Criterion("c", when="insured")]),
            Policy("Q", criteria=[Criterion("c", when="staff > 5 AND insured")]),
        ],
    )
    columns = Columns.from_rows(book.facts, [{"staff": 9}, {"staff": 3}])
    assert run_duckdb(book, columns) == [(0, 2, 2), (1, 2, 0)]
