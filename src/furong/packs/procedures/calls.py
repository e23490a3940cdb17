"""That guards and effects are called as their signatures say."""

from collections.abc import Iterator, Mapping
from typing import Any

from furong.packs.models.base import Fault
from furong.packs.models.procedures import Call
from furong.packs.problems import PathInFile, nearest
from furong.packs.procedures.arguments import CHECKS, Place
from furong.packs.procedures.signatures import EFFECTS, GUARDS, Signature
from furong.packs.procedures.view import View


def calls(view: View, others: Mapping[str, View], zone_kinds: frozenset[str]) -> Iterator[Fault]:
    for act in view.acts:
        at = Place(view, act, others, zone_kinds)
        for index, call in enumerate(act.guards):
            yield from _guard((*act.path, "guards", index), call, at)
        for index, call in enumerate(act.effects):
            yield from _effect((*act.path, "effects", index), call, at)
    for name, rungs in view.procedure.ladders.items():
        for index, rung in enumerate(rungs):
            for step, call in enumerate(rung.effects):
                path = ("ladders", name, index, "effects", step)
                yield from _effect(path, call, Place(view, None, others, zone_kinds))


def _guard(path: PathInFile, call: Call, at: Place) -> Iterator[Fault]:
    if call.name == "any_of" and isinstance(call.given, list) and call.given:
        for step, one in enumerate(call.given):
            inner = (*path, "any_of", step)
            if isinstance(one, dict) and len(one) == 1:
                ((name, given),) = one.items()
                yield from _guard(inner, Call(str(name), given), at)
            else:
                yield Fault(inner, "这里应是一项条件", "请写“名称: {参数}”")
        return
    yield from _called(path, "条件", call, GUARDS, at)


def _effect(path: PathInFile, call: Call, at: Place) -> Iterator[Fault]:
    yield from _called(path, "效果", call, EFFECTS, at)
    if call.name == "open_case":
        yield from _opening(path, call, at)


def _opening(path: PathInFile, call: Call, at: Place) -> Iterator[Fault]:
    """The case that is opened has that opening, and the system may use it."""
    target = at.others.get(str(call.args.get("procedure")))
    opening = target.procedure.openings.get(str(call.args.get("opening"))) if target else None
    if target and opening is None:
        name = str(call.args.get("opening"))
        remedy = nearest(name, target.procedure.openings) or "请核对"
        yield Fault((*path, "open_case", "opening"), f"那个流程没有发起方式 {name}", remedy)
    elif opening is not None and "system" not in opening.by:
        yield Fault(
            (*path, "open_case", "opening"), "系统不能这样发起", "请在那个发起方式的 by 里加 system"
        )


def _called(
    path: PathInFile, word: str, call: Call, known: Mapping[str, Signature], at: Place
) -> Iterator[Fault]:
    signature = known.get(call.name)
    if signature is None:
        remedy = nearest(call.name, known) or f"可用的：{'、'.join(known)}"
        yield Fault(path, f"没有{word} {call.name}", remedy)
        return
    inside = (*path, call.name) if call.given is not None else path
    if signature.whole is not None:
        if signature.whole != "calls":
            yield from _told(inside, CHECKS[signature.whole](call.given, at))
        elif not call.given:
            yield Fault(inside, "这里应列出几项条件", "请每项一行")
        return
    if call.given is not None and not isinstance(call.given, Mapping):
        yield Fault(inside, f"{word} {call.name} 的参数要写名称", _how(call.name, signature))
        return
    yield from _arguments(inside, word, call, signature, at)


def _arguments(
    inside: PathInFile, word: str, call: Call, signature: Signature, at: Place
) -> Iterator[Fault]:
    every = {**signature.needs, **signature.takes}
    for name in signature.needs:
        if name not in call.args:
            yield Fault(inside, f"{word} {call.name} 缺少参数 {name}", _how(call.name, signature))
    for name, value in call.args.items():
        if name not in every:
            yield Fault(
                (*inside, name), f"{word} {call.name} 没有参数 {name}", _how(call.name, signature)
            )
        else:
            yield from _told((*inside, name), CHECKS[every[name]](value, at))


def _told(path: PathInFile, found: Iterator[tuple[str, str]]) -> Iterator[Fault]:
    for message, remedy in found:
        yield Fault(path, message, remedy)


def _how(name: str, signature: Signature) -> str:
    args: list[Any] = [*signature.needs, *(f"{one}（可不写）" for one in signature.takes)]
    return f"请写 {name}: {{{'、'.join(args)}}}" if args else f"请只写 {name}"
