"""The arguments of guards and effects: each kind's check, as the message and remedy of a fault."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, get_args

from pydantic import ValidationError

from furong.packs.models.procedures import Capacity, Limit
from furong.packs.problems import nearest, shown
from furong.packs.procedures.signatures import ASSIGNMENT_STATES, RELATIONS, Kind
from furong.packs.procedures.view import Act, View

type Told = tuple[str, str]
"""What is wrong and what to do about it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands. others: the procedures of the pack, by id."""

    view: View
    act: Act | None
    others: Mapping[str, View]
    zone_kinds: frozenset[str] = frozenset()


def unknown(word: str, name: Any, known: Iterable[str]) -> Told:
    """That there is no such thing, with the nearest name or all of them."""
    every = [*known]
    remedy = nearest(str(name), every) or (
        f"可用的：{'、'.join(every)}" if every else f"请先声明{word}，或者删去"
    )
    return f"没有{word} {shown(name)}", remedy


def _named(word: str, names: Callable[[Place], Iterable[str]]) -> "Check":
    def check(value: Any, at: Place) -> Iterator[Told]:
        known = [*names(at)]
        if not isinstance(value, str) or value not in known:
            yield unknown(word, value, known)

    return check


def _listed(word: str, names: Callable[[Place], Iterable[str]]) -> "Check":
    one = _named(word, names)

    def check(value: Any, at: Place) -> Iterator[Told]:
        if not isinstance(value, list) or not value:
            yield f"这里应列出{word}", "请写成 [一个, 另一个]"
            return
        for name in value:
            yield from one(name, at)

    return check


def _field(*types: str) -> "Check":
    """A field that some form of the procedure asks, of one of these types; any where none is given."""

    def check(value: Any, at: Place) -> Iterator[Told]:
        fields = at.view.every_field
        fitting = [name for name, one in fields.items() if not types or one.type in types]
        if not isinstance(value, str) or value not in fields:
            yield unknown("栏", value, fitting)
        elif value not in fitting:
            yield f"{value} 一栏的类型是 {fields[value].type}", f"这里要用 {'、'.join(types)}"

    return check


def _plain(fits: Callable[[Any], bool], message: str, remedy: str) -> "Check":
    def check(value: Any, _at: Place) -> Iterator[Told]:
        if not fits(value):
            yield f"{shown(value)} {message}", remedy

    return check


def _limit(value: Any, at: Place) -> Iterator[Told]:
    try:
        limit = Limit.model_validate(value)
    except ValidationError:
        yield f"{shown(value)} 不是时限", "请写 {natural: 2h, working: 1d} 的样子"
        return
    for way in (limit.natural, limit.working):
        if isinstance(way, dict) and way.keys() != at.view.procedure.classes.keys():
            yield "各分类的时限与 classes 不一致", "请每一类写一个"


def _holders(value: Any, at: Place) -> Iterator[Told]:
    """assign: an assignment kind each, and authority and final beside them."""
    given = dict(value) if isinstance(value, dict) else {}
    authority, final = given.pop("authority", "dispatch"), given.pop("final", False)
    if not given:
        yield "没有写交给谁", "请写“承办的编号: 填单位的那一栏”"
    if authority not in ("dispatch", "ruling", "instruction"):
        yield unknown("依据", authority, ("dispatch", "ruling", "instruction"))
    if not isinstance(final, bool):
        yield f"{shown(final)} 不是 true 或 false", "请写 true 或 false"
    for kind, holder in given.items():
        yield from CHECKS["assignment"](kind, at)
        if isinstance(holder, dict):
            if set(holder) != {"organisation"}:
                yield "看不出交给哪个单位", "请写 {organisation: 单位编号}，或者写一栏的编号"
        else:
            yield from _field("organisation", "organisations")(holder, at)


def _organisation(value: Any, at: Place) -> Iterator[Told]:
    if value != "asking":
        yield from _field("organisation")(value, at)


def _answer(value: Any, at: Place) -> Iterator[Told]:
    known = {code for one in at.view.procedure.requests.values() for code in one.answers}
    if value not in known:
        yield unknown("答复", value, sorted(known))


def _fill(value: Any, at: Place) -> Iterator[Told]:
    if not isinstance(value, dict) or not value:
        yield "fill 要写成“新件的栏: 本件的栏”", "请核对"
        return
    for own in value.values():
        yield from _field()(own, at)


def _acts(at: Place) -> Iterable[str]:
    one = at.view.procedure
    return [*one.openings, *one.actions, *one.requests]


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _times(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value > 0


def _openings(at: Place) -> Iterable[str]:
    return {name for view in at.others.values() for name in view.procedure.openings}


def _words(value: Any, _at: Place) -> Iterator[Told]:
    if not (isinstance(value, str) and value.strip()):
        yield "这里应写一句话", "请写上文字"


type Check = Callable[[Any, Place], Iterator[Told]]

_FLAG: Final = _plain(
    lambda value: isinstance(value, bool), "不是 true 或 false", "请写 true 或 false"
)


CHECKS: Final[Mapping[Kind, Check]] = {
    "act": _named("动作", _acts),
    "action": _named("动作", lambda at: at.view.procedure.actions),
    "answer": _answer,
    "answers": _field("answers"),
    "assignment": _named("承办", lambda at: at.view.procedure.assignments),
    "assignments": _listed("承办", lambda at: at.view.procedure.assignments),
    "assignment states": _listed("承办状态", lambda _at: ASSIGNMENT_STATES),
    "capacities": _listed("身份", lambda _at: get_args(Capacity)),
    "case": _field("case"),
    "clock": _named("时限", lambda at: at.view.procedure.clocks),
    "closures": _listed("办结情形", lambda at: at.view.procedure.closures),
    "code": _field("text"),
    "condition": _words,
    "count": _plain(_count, "不是次数", "请写 0、1、2……"),
    "document": _named("文书", lambda at: at.view.procedure.documents),
    "door": _named("入口", lambda _at: ("automatic", "instant", "application")),
    "each": _field("texts"),
    "fact": _words,
    "field": _field(),
    "fill": _fill,
    "findings": _field("criteria"),
    "flag": _FLAG,
    "held": _named("承办", lambda at: ["own", "all", *at.view.procedure.assignments]),
    "holders": _holders,
    "limit": _limit,
    "limits": _plain(_times, "不是倍数", "请写 1、0.5……"),
    "list": _plain(
        lambda value: isinstance(value, str) and bool(re.fullmatch(r"[a-z0-9_-]+", value)),
        "不是名单的编号", "请写名单的编号",
    ),
    "moment": _field("moment"),
    "opening": _named("发起方式", _openings),
    "organisation": _organisation,
    "organisations": _field("organisations"),
    "people": _field("people"),
    "per": _named("计数范围", lambda _at: ("case", "cycle", "unit")),
    "percent": _plain(lambda value: _count(value) and value <= 100, "不是百分数", "请写 0 到 100"),
    "person": _field("person"),
    "policy": _field("policy"),
    "procedure": _named("办理流程", lambda at: at.others),
    "relation": _named("关联", lambda _at: RELATIONS),
    "request": _named("请示", lambda at: at.view.procedure.requests),
    "roles": _listed(
        "角色", lambda at: [*at.view.procedure.roles, "reporter"],
    ),
    "since": _named("起点", lambda _at: ("assignment", "opening", "closing")),
    "text": _named("用语", lambda at: at.view.procedure.texts),
    "verdicts": _listed(
        "结论", lambda _at: ("eligible", "ineligible", "unknown", "decision"),
    ),
    "words": _words,
    "zone kind": _named("地方的类别", lambda at: sorted(at.zone_kinds)),
}  # fmt: skip
