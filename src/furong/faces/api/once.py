"""Requests that may arrive twice: one effect, one answer."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja import Header

from furong.apps.base.idempotency import digest_of, once
from furong.faces.api.access import Request
from furong.faces.api.problems import Problem

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="重发时原样再送，只生效一次；建议用 UUID",  # zh: of the API's description
    ),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done, as it is kept and sent again. body: JSON."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def answer_once(
    request: Request, key: str, act: Callable[[], Answer], *, digest: str = ""
) -> JsonResponse:
    """Does `act` once for a key, in one transaction, and answers every repetition alike.

    digest: of the request, where its body was read as a stream (an upload).
    Raises Problem without a key, `idempotency.Conflict` for a key of another request.
    """
    if not key:
        raise Problem(
            400,
            "idempotency_key_missing",
            _("没有写 Idempotency-Key 标头"),
            _("请为每个新请求生成一个 UUID，重发时原样再送"),
        )
    with once(key, by=request.auth, digest=digest or _digest(request)) as kept:
        replayed = kept.answered
        if not replayed:
            kept.reply = asdict(act())
    answer = Answer(**kept.reply)
    headers = answer.headers | ({"Idempotent-Replayed": "true"} if replayed else {})
    return JsonResponse(answer.body, status=answer.status, headers=headers)


def _digest(request: HttpRequest) -> str:
    return digest_of(f"{request.method} {request.path}\n".encode() + request.body)
