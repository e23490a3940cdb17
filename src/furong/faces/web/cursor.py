"""Cursor pages: a page begins after a row, not at a count, so that it stays where the reader left it."""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OrderBy, Q

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
    nullable: Collection[str] = (),
) -> Page[M]:
    """One page of a queryset ordered by `keys`: field names, `-` before a descending one.

    The keys together must tell rows apart; none is null but for ascending ones that `nullable`
    names, whose nulls come last. A cursor that cannot be read begins the list from its start.
    """
    back = _past(queryset, before, keys, nullable, back=True)
    if back is not None:
        found = list(back.order_by(*ordered(_turned(keys), nullable))[: size + 1])
        rows = found[:size][::-1]
        earlier, later = len(found) > size, True
    else:
        on = _past(queryset, after, keys, nullable)
        place, wanted = on is not None, queryset if on is None else on
        found = list(wanted.order_by(*ordered(keys, nullable))[: size + 1])
        rows = found[:size]
        earlier, later = place, len(found) > size
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


def _past[M: models.Model](
    queryset: models.QuerySet[M],
    cursor: str,
    keys: Sequence[str],
    nullable: Collection[str],
    *,
    back: bool = False,
) -> models.QuerySet[M] | None:
    """The rows past a cursor; None where there is none, or where it cannot be read."""
    place = _read(cursor, keys) if cursor else None
    if place is None:
        return None
    try:
        return queryset.filter(_beyond(keys, place, nullable, back=back))
    except (ValidationError, ValueError):  # not what the fields hold
        return None


def _beyond(
    keys: Sequence[str], place: Sequence[object], nullable: Collection[str], *, back: bool
) -> Q:
    """Rows past a place: a later first key, or the same and a later second, and so on."""
    past, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, place, strict=True):
        name = key.removeprefix("-")
        descending = key.startswith("-") != back
        if value is None:  # the last of all: before it stand those that have a value
            past |= same & Q(**{f"{name}__isnull": False}) if back else Q(pk__in=[])
        else:
            later = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
            if name in nullable and not back:
                later |= Q(**{f"{name}__isnull": True})
            past |= same & later
        same &= Q(**{name: value})
    return past


def ordered(keys: Sequence[str], nullable: Collection[str]) -> list[str | OrderBy]:
    """What `order_by` is given: nulls last going on, and so first going back."""
    return [
        key
        if key.removeprefix("-") not in nullable
        else F(key[1:]).desc(nulls_first=True)
        if key.startswith("-")
        else F(key).asc(nulls_last=True)
        for key in keys
    ]


def _turned(keys: Sequence[str]) -> list[str]:
    return [key[1:] if key.startswith("-") else f"-{key}" for key in keys]


def _cursor(row: models.Model, keys: Sequence[str]) -> str:
    held = [getattr(row, key.removeprefix("-")) for key in keys]
    values = [None if value is None else str(value) for value in held]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read(cursor: str, keys: Sequence[str]) -> list[str | None] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        return None
    fits = isinstance(values, list) and len(values) == len(keys)
    return values if fits and all(isinstance(one, str | None) for one in values) else None
