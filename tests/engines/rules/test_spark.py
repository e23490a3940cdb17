"""Spark gives the engine's verdicts, cell by cell. It is no dependency: without it, nothing runs here."""

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from furong.engines.rules import Rulebook, sql
from furong.engines.rules.columns import Columns
from tests.engines.rules import databases
from tests.engines.rules.test_sql import Run, compare, compare_codes


@pytest.fixture(scope="module")
def run_spark() -> Iterator[Run]:
    if shutil.which("java") is None:
        pytest.skip("there is no java here, on which Spark runs")
    reason = "pyspark is not installed; `pip install 'furong[spark]'` brings it"
    pyspark_sql = pytest.importorskip("pyspark.sql", reason=reason)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        pyspark_sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.codegen.wholeStage", "false")  # compiling outlasts a hundred rows
        .getOrCreate()
    )

    def run(book: Rulebook, columns: Columns) -> list[tuple[Any, ...]]:
        types, rows = databases.relation(book, columns)
        schema = ", ".join(
            f"`{key}` {databases.SPARK_TYPES.get(kind, kind)}" for key, kind in types.items()
        )
        session.createDataFrame(rows, schema).createOrReplaceTempView("firms")
        text = sql.select(book, "firms", dialect="spark", columns=types)
        return [tuple(row) for row in session.sql(f"{text} ORDER BY subject").collect()]

    yield run
    session.stop()


def test_spark_agrees(run_spark: Run) -> None:
    compare(1, run_spark)


def test_spark_compares_codes_as_the_engine_does(run_spark: Run) -> None:
    compare_codes(run_spark)
