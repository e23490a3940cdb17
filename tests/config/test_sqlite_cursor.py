"""Statements reach SQLite with its own placeholders, however they were written and how often."""

import os

import pytest
from django.db import connection

pytestmark = [
    pytest.mark.skipif(
        "postgresql" in os.environ.get("DATABASE_URL", ""), reason="is about SQLite's placeholders"
    ),
    pytest.mark.django_db,
]


@pytest.mark.parametrize("values", [("停车", 1), ("100%", 2), ("%s", 3)])
def test_values_in_order(values: tuple[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s, %s, '30%%'", values)
        assert cursor.fetchone() == (*values, "30%")


def test_values_by_name() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %(name)s, %(name)s, %(other)s", {"name": "甲", "other": 2})
        assert cursor.fetchone() == ("甲", "甲", 2)


def test_many_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE rows_of (name text, n integer)")
        cursor.executemany("INSERT INTO rows_of VALUES (%s, %s)", [("甲", 1), ("乙", 2)])
        cursor.execute("SELECT name, n FROM rows_of ORDER BY n")
        assert cursor.fetchall() == [("甲", 1), ("乙", 2)]
