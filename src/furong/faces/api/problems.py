"""What the API answers when it cannot do as asked: one shape of JSON, in words for people.

`status` and `code` are for programs; `message` names the thing and the cause, `remedy` the mend;
`errors` lists every faulty field of a request (`where`: its path). RFC 9457 gives the media type.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import BadKey, Conflict
from furong.apps.base.models import NotInstalled
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.registry.actions import InvalidFacts

MEDIA_TYPE = "application/problem+json"

type Text = str | Promise


@dataclass(frozen=True, slots=True)
class Fault:
    """One faulty field."""

    where: str
    message: Text
    remedy: Text = ""


class Problem(Exception):
    """The request is answered with this."""

    def __init__(
        self,
        status: int,
        code: str,
        message: Text,
        remedy: Text = "",
        *,
        faults: Iterable[Fault] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.status, self.code, self.more = status, code, dict(more or {})
        self.message, self.remedy, self.faults = message, remedy, tuple(faults)
        super().__init__(str(message))

    def response(self) -> HttpResponse:
        """The answer. Nobody keeps it: the next try may go well."""
        body: dict[str, Any] = {
            "status": self.status,
            "code": self.code,
            "message": str(self.message),
            "remedy": str(self.remedy),
            **self.more,
        }
        if self.faults:
            body["errors"] = [
                {"where": one.where, "message": str(one.message), "remedy": str(one.remedy)}
                for one in self.faults
            ]
        content = json.dumps(body, ensure_ascii=False)
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(content, MEDIA_TYPE, self.status, headers=headers)


def not_found() -> Problem:
    """Also for what is there but not for this person: the answer tells nothing."""
    return Problem(
        404,
        "not_found",
        _("没有这个地址，或者您无权查看"),
        _("请核对编号；如确需查看，请联系安全管理员"),
    )


def faulty(faults: Iterable[Fault]) -> Problem:
    """The request was understood, but fields of it cannot be as they are."""
    return Problem(
        422,
        "invalid",
        _("请求中有内容不符合要求，未保存任何内容"),
        _("请逐项改正后重发"),
        faults=faults,
    )


def install(api: NinjaAPI) -> None:
    """Makes every error that a request can cause a problem."""
    for kind, answer in _ANSWERS.items():
        api.add_exception_handler(kind, _handler(answer))


def _handler(answer: Any) -> Any:
    def handle(_request: HttpRequest, error: Any) -> HttpResponse:
        problem: Problem = answer(error)
        return problem.response()

    return handle


def _of_http_error(error: HttpError) -> Problem:
    """Ninja wraps what the parser raised."""
    if isinstance(error.__cause__, Problem):
        return error.__cause__
    return Problem(error.status_code, "bad_request", _("请求读不出来"), _("请对照接口文档改正"))


def _of_validation(error: ValidationError) -> Problem:
    """A path that cannot be read names nothing."""
    if any(one["loc"][0] == "path" for one in error.errors):
        return not_found()
    return faulty(_fault(one) for one in error.errors)


_WORDS: Mapping[str, Text] = {
    "missing": gettext_lazy("没有填"),
    "extra_forbidden": gettext_lazy("没有这一项"),
    "string_too_long": gettext_lazy("太长"),
    "string_too_short": gettext_lazy("不能为空"),
    "string_type": gettext_lazy("应是文字"),
    "int_parsing": gettext_lazy("应是整数"),
    "int_type": gettext_lazy("应是整数"),
    "greater_than_equal": gettext_lazy("太小"),
    "less_than_equal": gettext_lazy("太大"),
    "literal_error": gettext_lazy("不在可选的值里"),
    "bool_parsing": gettext_lazy("应是 true 或 false"),
    "uuid_parsing": gettext_lazy("不是编号"),
    "dict_type": gettext_lazy("应是一组名称和值"),
    "list_type": gettext_lazy("应是一列值"),
    "timezone_aware": gettext_lazy("时刻没有写时区，请写成 2020-03-02T08:00:00Z 的样子"),
}


def _fault(error: Mapping[str, Any]) -> Fault:
    where = ".".join(str(part) for part in error["loc"] if part != "body")
    wanted = error.get("ctx", {}).get("expected", "")
    remedy = _("可用的值：%s") % wanted if wanted else ""
    message = _WORDS.get(error["type"]) or error.get("ctx", {}).get("error") or _("格式不对")
    return Fault(where or "body", message, remedy)


def _of_answers(error: InvalidAnswers) -> Problem:
    return faulty(Fault(f"answers.{name}", why) for name, why in error.problems.items())


def _of_facts(error: InvalidFacts) -> Problem:
    return faulty(
        Fault(f"values.{key}", problem.message, problem.remedy)
        for key, problem in error.problems.items()
    )


_ANSWERS: Mapping[type[Exception], Any] = {
    Problem: lambda problem: problem,
    Http404: lambda _error: not_found(),
    PermissionDenied: lambda _error: not_found(),
    AuthenticationError: lambda _error: Problem(
        401, "not_signed_in", _("尚未登录，或者登录已过期"), _("请先登录，并随请求送上会话 Cookie")
    ),
    HttpError: _of_http_error,
    ValidationError: _of_validation,
    RequestDataTooBig: lambda _error: too_large(),
    InvalidFacts: _of_facts,
    InvalidAnswers: _of_answers,
    BadKey: lambda error: Problem(400, "bad_idempotency_key", str(error)),
    Conflict: lambda error: Problem(409, "idempotency_conflict", str(error)),
    NotInstalled: lambda error: Problem(503, "not_installed", str(error)),
    Refusal: lambda error: Problem(409, "refused", str(error)),
}


def too_large() -> Problem:
    """More than one request may hold."""
    return Problem(413, "too_large", _("请求太大"), _("请分几次发送；大批数据请用导入"))
