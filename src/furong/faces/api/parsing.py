"""Reading request bodies: strict JSON, so that nothing reaches a database that it cannot keep."""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser
from ninja.types import DictStrAny

from furong.apps.policies import limits
from furong.faces.api.problems import Problem, too_large

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 16
MAX_TEXT = limits.TEXT
MAX_INTEGER = 2**63 - 1
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class StrictParser(Parser):
    """Numbers are exact. Refused: repeated keys, NaN, control characters, marks that turn the direction
    of what follows, halves of surrogates.
    """

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        media_type = request.content_type or ""
        if media_type != "application/json":
            raise Problem(
                415,
                "unsupported_media_type",
                _("不认识的内容类型 %s") % (media_type or _("（未写）")),
                _("请写 Content-Type: application/json"),
            )
        read = read_json(request.body)
        if not isinstance(read, dict):
            raise _malformed(_("最外层应是 {…}"))
        return read


def read_json(body: bytes) -> Any:
    """The value that UTF-8 JSON spells, numbers with a point as `Decimal`. Raises Problem."""
    if len(body) > MAX_BYTES:
        raise too_large()
    try:
        read = json.loads(
            body.decode(),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise _malformed(_("第 %d 字节起不是 UTF-8") % (error.start + 1)) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise _malformed(_("第 %(line)d 行第 %(column)d 列有误") % place) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise _malformed(_("有一个数太长")) from error
    _check(read, 0)
    return read


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _too_deep()
    match value:
        case dict():
            for key, inner in value.items():
                _check(key, depth)
                _check(inner, depth + 1)
        case list():
            for inner in value:
                _check(inner, depth + 1)
        case str() if len(value) > MAX_TEXT:
            raise _malformed(_("有一段文字超过 %d 字") % MAX_TEXT)
        case str() if _UNWRITABLE.search(value):
            raise _malformed(_("文字里有控制字符、改变阅读方向的符号或残缺的代理字符"))
        case bool():
            return
        case int() if abs(value) > MAX_INTEGER:
            raise _malformed(_("有一个整数超出 64 位"))
        case Decimal() if not -30 <= value.adjusted() <= 30:
            raise _malformed(_("有一个数太大或太小"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise _malformed(_("同一层里有一个名称写了两次"))
    return read


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(_("%s 不是 JSON 的数") % name)


def _malformed(why: str) -> Problem:
    return Problem(400, "malformed_json", _("请求正文不是合格的 JSON：%s") % why, _("请改正后重发"))


def _too_deep() -> Problem:
    return _malformed(_("嵌套超过 %d 层") % MAX_DEPTH)
