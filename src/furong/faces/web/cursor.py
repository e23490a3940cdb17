"""Cursor pages: a page begins after a row, not at a count, so that it stays where the reader left it."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from furong.faces.web.presenters.parts import Pages

SIZE = 30


@dataclass(frozen=True, slots=True)
class Page[T]:
    rows: Sequence[T]
    pages: Pages


def page_of[M: models.Model](
    queryset: models.QuerySet[M],
    keys: Sequence[str],
    *,
    after: str = "",
    before: str = "",
    size: int = SIZE,
    total: int | None = None,
) -> Page[M]:
    """One page of a queryset ordered by `keys`: field names, `-` before a descending one.

    The keys together must tell rows apart and never be null. A cursor that cannot be read begins
    the list from its start.
    """
    if before and (place := _read(before, keys)):
        found = list(
            queryset.filter(_beyond(keys, place, back=True)).order_by(*_turned(keys))[: size + 1]
        )
        rows = found[:size][::-1]
        earlier, later = len(found) > size, True
    else:
        place = _read(after, keys) if after else None
        beyond = _beyond(keys, place) if place else Q()
        found = list(queryset.filter(beyond).order_by(*keys)[: size + 1])
        rows = found[:size]
        earlier, later = place is not None, len(found) > size
    return Page(
        rows,
        Pages(
            shown=len(rows),
            total=total,
            earlier=_cursor(rows[0], keys) if rows and earlier else None,
            later=_cursor(rows[-1], keys) if rows and later else None,
        ),
    )


def slice_of[T](
    rows: Sequence[T] | models.QuerySet[Any, T],
    *,
    after: str = "",
    before: str = "",
    size: int = SIZE,
    total: int,
) -> Page[T]:
    """One page of what has no keys of its own: a search's best hits, a computed list."""
    start = _place(after) if after else max(_place(before) - size, 0) if before else 0
    shown = list(rows[start : start + size])
    return Page(
        shown,
        Pages(
            shown=len(shown),
            total=total,
            earlier=str(start) if start else None,
            later=str(start + size) if start + size < total else None,
        ),
    )


def _place(cursor: str) -> int:
    return int(cursor) if cursor.isdecimal() and len(cursor) < 10 else 0


def _beyond(keys: Sequence[str], place: Sequence[object], *, back: bool = False) -> Q:
    """Rows past a place: a later first key, or the same and a later second, and so on."""
    past, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, place, strict=True):
        name = key.removeprefix("-")
        descending = key.startswith("-") != back
        past |= same & Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        same &= Q(**{name: value})
    return past


def _turned(keys: Sequence[str]) -> list[str]:
    return [key[1:] if key.startswith("-") else f"-{key}" for key in keys]


def _cursor(row: models.Model, keys: Sequence[str]) -> str:
    values = [str(getattr(row, key.removeprefix("-"))) for key in keys]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read(cursor: str, keys: Sequence[str]) -> list[str] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        return None
    fits = isinstance(values, list) and len(values) == len(keys)
    return values if fits and all(isinstance(value, str) for value in values) else None
