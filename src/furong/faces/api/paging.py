"""Pages of lists: a page begins after a row, not at a count, so that additions shift nothing.

A cursor is opaque and signed, and belongs to one list: its path, its filters, its reader.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.core import signing
from django.db import models
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BaseModel, Field, StringConstraints

from furong.faces.api.access import Request
from furong.faces.api.problems import Problem

DEFAULT, MOST = 50, 200

Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text of a query: no control characters, which no database takes."""


class Paging(Schema):
    """Which page of a list."""

    cursor: str = Field(
        "",
        max_length=500,
        description="上一页的 next；不写则从头读",  # zh: of the API's description
    )
    limit: int = Field(
        DEFAULT,
        ge=1,
        le=MOST,
        description="每页最多几条",  # zh: of the API's description
    )


def page[M: models.Model](
    request: Request, rows: models.QuerySet[M], key: str, paging: Paging
) -> tuple[list[M], str | None]:
    """Rows after the cursor in the order of a unique key, and the cursor of the next page.

    key: the name of a text field that tells rows apart and never changes. The keys of the page are
    found first: a database that must sort sorts these alone, and an index may hold all it needs.
    """
    after = _place(request, paging.cursor)
    bare = rows.filter(**{f"{key}__gt": after}).select_related(None).order_by(key)
    keys = [*bare.values_list(key, flat=True)[: paging.limit + 1]]
    found = [*rows.filter(**{f"{key}__in": keys}).order_by(key)]
    return found[: paging.limit], _next(request, found, lambda row: getattr(row, key), paging)


def written(body: BaseModel) -> HttpResponse:
    """An answer as it is: ninja would read and check the whole page a second time."""
    return HttpResponse(body.model_dump_json(), content_type="application/json; charset=utf-8")


def slice_of[T](
    request: Request, rows: Sequence[T], key: Callable[[T], str], paging: Paging
) -> tuple[list[T], str | None]:
    """`page` for rows in memory."""
    after = _place(request, paging.cursor)
    found = sorted((row for row in rows if key(row) > after), key=key)[: paging.limit + 1]
    return found[: paging.limit], _next(request, found, key, paging)


def _next(
    request: Request, found: list[Any], key: Callable[[Any], str], paging: Paging
) -> str | None:
    if len(found) <= paging.limit:
        return None
    return _signer(request).sign_object(key(found[paging.limit - 1]))


def _place(request: Request, cursor: str) -> str:
    if not cursor:
        return ""
    try:
        return str(_signer(request).unsign_object(cursor))
    except (signing.BadSignature, ValueError) as error:
        raise Problem(
            400,
            "bad_cursor",
            _("游标不是这份列表给出的"),
            _("请原样使用上一页的 next，筛选条件不变；或者去掉 cursor 从头读"),
        ) from error


def _signer(request: Request) -> signing.Signer:
    """Signs for this list as this person filters it; the page's size may change on the way."""
    filters = sorted(
        (name, value) for name, value in request.GET.items() if name not in {"cursor", "limit"}
    )
    return signing.Signer(salt=f"furong.faces.api {request.path} {request.auth.pk} {filters}")
