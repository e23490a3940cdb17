"""Policies and documents between the plain JSON that the tables keep and the pack's models."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from furong.packs.content import plain
from furong.packs.models.policies import Document, Policy

__all__ = ["plain", "read_document", "read_policy", "with_numbers"]

_NUMBERS = {"benefit": {"floor", "to"}, "budget": {"amount"}, "cases": {"amount"}}
"""The parts of a policy that hold numbers, which plain JSON has as text."""
_DIGITS = 18  # before or behind the point: beyond, it is no number that anybody means


def read_document(definition: Mapping[str, Any]) -> Document:
    """The document that `plain` wrote."""
    return Document.model_validate(definition)


def read_policy(definition: Mapping[str, Any]) -> Policy:
    """The policy that `plain` wrote.

    Values of facts in its worked cases stay as they were written there: decimals as text.
    """
    return Policy.model_validate(with_numbers(definition))


def with_numbers(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A policy in plain JSON with its numbers as such; what is no number stays, to be refused."""
    read = dict(definition)
    for part, names in _NUMBERS.items():
        match read.get(part):
            case dict() as one:
                read[part] = _with_numbers(one, names)
            case list() as several:
                read[part] = [_with_numbers(one, names) for one in several]
    return read


def _with_numbers(data: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: _number(value) if key in names else value for key, value in data.items()}


def _number(value: Any) -> Any:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return value
    return number if number.is_finite() and abs(number.adjusted()) <= _DIGITS else value
