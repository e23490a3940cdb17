"""Cursor pages: a page begins after a row, not at a count, so that it stays where the reader left it."""

import base64
import json
from collections.abc import Collection, Sequence
from copy import copy
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
    beside: Sequence[M] = (),
    /,
    *,
    after: str = "",
    before: str = "",
    size: int = SIZE,
    total: int | None = None,
    nullable: Collection[str] = (),
) -> Page[M]:
    """One page of a queryset ordered by `keys`: field names, `-` before a descending one.

    beside: rows in memory, none of the queryset's, that take their places among these. The keys
    together must tell rows apart; none is null but for ascending ones that `nullable`
    names, whose nulls come last. A cursor that cannot be read begins the list from its start.
    """
    back = _past(queryset, before, keys, nullable, back=True)
    if back is not None:
        found = _first(back, _turned(keys), nullable, size + 1)
        found = _among(found, beside, _turned(keys), before)[: size + 1]
        rows = found[:size][::-1]
        earlier, later = len(found) > size, True
    else:
        on = _past(queryset, after, keys, nullable)
        place, wanted = on is not None, queryset if on is None else on
        found = _first(wanted, keys, nullable, size + 1)
        found = _among(found, beside, keys, after if place else "")[: size + 1]
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


def _first[M: models.Model](
    queryset: models.QuerySet[M], keys: Sequence[str], nullable: Collection[str], most: int
) -> list[M]:
    """The first rows in the order of the keys.

    Those without a first key are asked for apart, and only where the others do not fill the page:
    in an order by "nulls last" SQLite would sort them all.
    """
    first = keys[0].removeprefix("-")
    if first not in nullable:
        return [*queryset.order_by(*ordered(keys, nullable))[:most]]
    valued = queryset.filter(**{f"{first}__isnull": False}).order_by(
        keys[0], *ordered(keys[1:], nullable)
    )
    empty = queryset.filter(**{f"{first}__isnull": True}).order_by(*ordered(keys[1:], nullable))
    found: list[M] = []
    for rows in (empty, valued) if keys[0].startswith("-") else (valued, empty):
        if len(found) < most:
            found += rows[: most - len(found)]
    return found


def _among[M: models.Model](
    found: list[M], beside: Sequence[M], keys: Sequence[str], cursor: str
) -> list[M]:
    """Rows of the database and those in memory that lie past a cursor, in one order."""
    if not beside:
        return found
    place = _read(cursor, keys) if cursor else None
    if place is None:
        return in_order([*found, *beside], keys)
    seen = copy(beside[0])
    for key, value in zip(keys, place, strict=True):
        field: Any = seen._meta.get_field(key.removeprefix("-"))  # noqa: SLF001 - public in all but name
        setattr(seen, field.attname, field.to_python(value))
    rows = in_order([*beside, seen], keys)  # what lies on the place was seen: it stands before
    past = rows[next(n for n, row in enumerate(rows) if row is seen) + 1 :]
    return in_order([*found, *past], keys)


def in_order[M: models.Model](rows: Sequence[M], keys: Sequence[str]) -> list[M]:
    """Rows in memory as `ordered` would have them: nulls last going on, and first going back."""
    found = [*rows]
    for key in reversed(keys):
        name = key.removeprefix("-")
        found.sort(
            key=lambda row, name=name: (getattr(row, name) is None, getattr(row, name) or 0),  # type: ignore[misc]
            reverse=key.startswith("-"),
        )
    return found


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
