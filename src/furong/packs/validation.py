"""From a file's data to a section's models; pydantic's complaints become problems with places."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from furong.packs.models.base import Entry
from furong.packs.problems import PathInFile, nearest, shown
from furong.packs.source import Source

WORDS_FOR_TRUE = frozenset({"yes", "y", "on"})
WORDS_FOR_FALSE = frozenset({"no", "n", "off"})


def validate[M: Entry](model: type[M], source: Source) -> M | None:
    """The file as `model`, or None; every fault stands in `source.problems`."""
    try:
        return model.model_validate(source.data)
    except ValidationError as failure:
        reported: set[PathInFile] = set()
        for error in failure.errors(include_url=False):
            path = _known_part(error["loc"], source.data)
            if not _echo(error, path in reported):
                _report(error, path, model, source)
                reported.add(path)
        return None


def _echo(error: ErrorDetails, again: bool) -> bool:
    """Whether a fault only follows from others: a list is "too short" because its items are faulty,
    or a value that may be of several shapes does not have the next one either (`again`).
    """
    if error["type"] == "too_short":
        return bool(error["input"])
    shapeless = error["type"] == "literal_error" and isinstance(error["input"], dict)
    return shapeless or (again and error["type"] in ("dict_type", "model_type"))


def _report(error: ErrorDetails, path: PathInFile, model: type[Entry], source: Source) -> None:
    if error["type"] == "pack":
        for fault in error["ctx"]["faults"]:
            source.add((*path, *fault.at), fault.message, fault.remedy)
        return
    if error["type"] == "extra_forbidden":
        message, remedy = _unknown_key(
            str(path[-1]), _model_at(model, path[:-1]), source, path[:-1]
        )
        source.add(path, message, remedy, at_key=True, kind=error["type"])
        return
    message, remedy = _explain(error)
    source.add(path, message, remedy, kind="empty" if _is_null(error) else error["type"])


def _known_part(loc: tuple[int | str, ...], data: Any) -> PathInFile:
    """Pydantic's path as far as the file has it: a missing key's ends at its mapping, and names of
    the shapes that a value may have are no step.
    """
    path: list[str | int] = []
    for part in loc:
        try:
            data = data[part]
        except (LookupError, TypeError):
            continue
        path.append(part)
    return tuple(path)


def _model_at(model: type[Entry], path: PathInFile) -> type[Entry]:
    """The model of the mapping at `path`; the ids of a mapping of models are steps of it too."""
    is_id = False
    for part in path:
        if isinstance(part, str) and not is_id:
            field = next(f for n, f in model.model_fields.items() if (f.alias or n) == part)
            model = next(models_in(field.annotation))
            is_id = get_origin(field.annotation) is dict
        else:
            is_id = False
    return model


def models_in(annotation: Any) -> Iterator[type[Entry]]:
    """The models that a field's annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def _unknown_key(key: str, model: type[Entry], source: Source, path: PathInFile) -> tuple[str, str]:
    """Message and remedy; a key that must stand there and does not is the likeliest meant."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    wanted = [
        name
        for name, field in fields.items()
        if field.is_required() and (*path, name) not in source.key_places
    ]
    remedy = nearest(key, wanted) or nearest(key, fields) or f"可用的键：{'、'.join(fields)}"
    return f"不认识的键 {key}", remedy


def _is_null(error: ErrorDetails) -> bool:
    return error["input"] is None and error["type"] != "missing"


def _explain(error: ErrorDetails) -> tuple[str, str]:
    value = error["input"]
    if error["type"] == "missing":
        name = error["loc"][-1]
        return (
            ("这一列的项数不够", "请补齐")
            if isinstance(name, int)
            else (f"缺少 {name}", f"请补上 {name}")
        )
    if value is None:
        return "这里是空的", "请写上值，或者删去这一行"
    if explain := _BY_TYPE.get(error["type"]):
        return explain(value, error.get("ctx", {}))
    return f"这里的值不合规则（{error['msg']}）", "请对照 docs/reference/pack.md 改正"


def _want_text(value: Any, _: dict[str, Any]) -> tuple[str, str]:
    if isinstance(value, list | dict):
        return "这里应是文字", "请写一行文字，不写列表或键值"
    kind = "布尔值" if isinstance(value, bool) else "数"
    return f"{shown(value)} 被读作{kind}，这里应是文字", f'请加引号："{shown(value)}"'


def want_boolean(value: Any, _: dict[str, Any] | None = None) -> tuple[str, str]:
    """Why `value` is no boolean (YAML 1.1 knew `yes` and `no`) and what to write."""
    word = str(value).lower()
    if word in WORDS_FOR_TRUE | WORDS_FOR_FALSE:
        return (
            f"{value} 是一个词，不是布尔值",
            f"请写 {'true' if word in WORDS_FOR_TRUE else 'false'}",
        )
    return "这里应是 true 或 false", "请写 true 或 false，不加引号"


def _want_choice(value: Any, ctx: dict[str, Any]) -> tuple[str, str]:
    choices = re.findall(r"'([^']*)'", str(ctx.get("expected", "")))
    return f"没有 {shown(value)} 这一项", nearest(
        str(value), choices
    ) or f"可选：{'、'.join(choices)}"


def _at_least(_: Any, ctx: dict[str, Any]) -> tuple[str, str]:
    limit = ctx.get("ge", ctx.get("gt"))
    return f"这里的数{'不能小于' if 'ge' in ctx else '要大于'} {limit}", "请核对这个数"


def _said(message: str, remedy: str) -> Callable[[Any, dict[str, Any]], tuple[str, str]]:
    return lambda _value, _ctx: (message, remedy)


_LIST = _said("这里应是一列", "请每项一行，以“- ”开头；或者写在 [ ] 里")
_MAPPING = _said("这里应是键和值", "请写“键: 值”；或者写在 { } 里")
_EMPTY = _said("这里是空的", "请至少写一项，或者删去这一行")

_BY_TYPE: Final[Mapping[str, Callable[[Any, dict[str, Any]], tuple[str, str]]]] = {
    "string_type": _want_text,
    "string_too_short": _said("这里是空的", "请写上文字，或者删去这一行"),
    "string_pattern_mismatch": _said("网址不合规则", "请写完整的网址，以 https:// 开头"),
    "bool_type": want_boolean,
    "int_type": _said("这里应是整数", "请写整数，不加引号和单位"),
    "literal_error": _want_choice,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "too_short": _EMPTY,
    "too_long": _said("这里的项数太多", "请删去多余的项"),
    "greater_than_equal": _at_least,
    "less_than_equal": lambda _value, ctx: (f"这里的数不能大于 {ctx['le']}", "请核对这个数"),
    "greater_than": _at_least,
}
