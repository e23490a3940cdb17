"""Putting a population into DuckDB, PostgreSQL or Spark as `sql.select` expects it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from furong.engines.rules import Fact, Rulebook
from furong.engines.rules.columns import Columns
from furong.engines.rules.population import Population
from furong.engines.rules.values import Encoded

SQL_TYPES = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18, 2)",
    "money": "DECIMAL(18, 2)",
    "date": "DATE",
    "choice": "TEXT",
    "code": "TEXT",
    "set": "TEXT[]",
}
SPARK_TYPES = {"TEXT": "STRING", "TEXT[]": "ARRAY<STRING>"}  # the others are named alike


def native(fact: Fact, value: Encoded | None) -> object:
    if value is None:
        return None
    if isinstance(value, frozenset):
        return sorted(value)
    if fact.type == "date":
        return date.fromordinal(int(value))
    if fact.digits:
        return Decimal(int(value)).scaleb(-fact.digits)
    return value


def relation(book: Rulebook, columns: Columns) -> tuple[dict[str, str], list[list[object]]]:
    """Column names with their types, and the rows."""
    population = Population(book, columns)
    types = {"subject": "BIGINT"}
    filled: list[Iterable[object]] = [range(columns.count)]
    for key, fact in book.facts.items():
        column = population.column(key)
        if column is None:
            continue
        types[key] = SQL_TYPES[fact.type]
        filled.append([native(fact, column.encoded(row)) for row in range(columns.count)])
        mask = population.mask(key)
        if mask is not None:
            types[f"{key}__possible"] = "BIGINT"
            filled.append([int(item) for item in mask])
    return types, [list(row) for row in zip(*filled, strict=True)]
