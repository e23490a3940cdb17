"""That a state map can carry every open case of an earlier version over, and closes none on the way."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from furong.packs.models.base import Fault
from furong.packs.models.procedures import DROPPED, WITHDRAWN, Limit, Procedure, StateMap
from furong.packs.models.procedures.migrating import Section
from furong.packs.problems import PathInFile
from furong.packs.procedures.arguments import unknown
from furong.packs.procedures.view import View

_CATEGORIES: Final = {"open": "在办", "suspended": "挂账", "closed": "办结"}
_SINGLE: Final = (1, "0..1")


def map_faults(at: PathInFile, one: StateMap, old: View, new: View) -> Iterator[Fault]:
    """What is wrong with a map. at: where it stands in the new version's file."""
    yield from _ground(at, one, old.procedure, new.procedure)
    yield from _states(at, one, old.procedure, new.procedure)
    before, after = old.procedure, new.procedure
    yield from _names(
        at, one, "assignments", "承办", before.assignments, after.assignments, DROPPED
    )
    yield from _names(at, one, "requests", "请示", before.requests, after.requests, WITHDRAWN)
    yield from _names(at, one, "classes", "分类", before.classes, after.classes, "")
    acts = {**before.openings, **before.actions}, {**after.openings, **after.actions}
    yield from _known(at, one, "acts", "发起方式或动作", *acts, "")
    single = [name for name, kind in after.assignments.items() if kind.count in _SINGLE]
    yield from _twice(at, one, "assignments", before.assignments, among=single)
    yield from _twice(at, one, "requests", before.requests, among=[*after.requests])
    yield from _clocks(at, one, before, after)
    yield from _fields(at, one, old, new)


def _ground(at: PathInFile, one: StateMap, old: Procedure, new: Procedure) -> Iterator[Fault]:
    """What no map can change: how time is counted, what is encrypted, what a fact is."""
    if old.calendar != new.calendar:
        yield Fault(
            (*at, "from"),
            f"第 {one.start} 版按日历 {old.calendar} 计时，这一版按 {new.calendar}，已走的时间会变",
            f"请沿用 calendar: {old.calendar}；或者不迁移，让在办的件按原版办完",
        )
    if old.personal != new.personal:
        yield Fault(
            (*at, "from"),
            "整件是不是个人信息，两版不同，已登记的内容改不了加密与否",
            "请沿用原来的 personal；或者不迁移，让在办的件按原版办完",
        )
    types = {fact.key: (fact.type, fact.unit) for fact in old.facts}
    for index, fact in enumerate(new.facts):
        if types.get(fact.key, (fact.type, fact.unit)) != (fact.type, fact.unit):
            yield Fault(
                ("facts", index, "key"),
                f"事实 {fact.key} 的类型或单位与第 {one.start} 版不同",
                "请换一个名称，另立一项事实",
            )


def _states(at: PathInFile, one: StateMap, old: Procedure, new: Procedure) -> Iterator[Fault]:
    for name, state in old.states.items():
        if state.category != "closed" and name not in one.states:
            yield Fault(
                (*at, "states"),
                f"第 {one.start} 版的状态 {name}（{state.label}）没有写到哪里去",
                f"请加一行 {name}: 这一版的状态",
            )
    live = [name for name, state in old.states.items() if state.category != "closed"]
    for name, target in one.states.items():
        path = (*at, "states", name)
        if name not in old.states:
            yield Fault(path, *unknown(f"第 {one.start} 版的状态", name, live))
            continue
        before = old.states[name].category
        if before == "closed":
            yield Fault(path, f"状态 {name} 已经办结，办结的件不迁移", "请删去这一行")
        elif target not in new.states:
            yield Fault(path, *unknown("状态", target, new.states))
        elif (after := new.states[target].category) != before:
            fitting = [key for key, state in new.states.items() if state.category == before]
            yield Fault(
                path,
                f"{name} 是{_CATEGORIES[before]}，{target} 是{_CATEGORIES[after]}，"
                "迁移不能替人办结、挂账或恢复",
                f"请对应到{_CATEGORIES[before]}的状态：{'、'.join(fitting) or '这一版没有，请加一个'}",
            )


def _known(
    at: PathInFile,
    one: StateMap,
    section: Section,
    word: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ends: str,
) -> Iterator[Fault]:
    """Each line of a section goes from something of the old version to something of the new one."""
    for name, target in getattr(one, section).items():
        path = (*at, section, name)
        if name not in old:
            yield Fault(path, *unknown(f"第 {one.start} 版的{word}", name, old))
        elif target != ends and target not in new:
            yield Fault(path, *unknown(word, target, [*new, *([ends] if ends else [])]))


def _names(
    at: PathInFile,
    one: StateMap,
    section: Section,
    word: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ends: str,
) -> Iterator[Fault]:
    """As `_known`; and what the new version lacks is named."""
    yield from _known(at, one, section, word, old, new, ends)
    for name in old:
        if name not in new and name not in getattr(one, section):
            yield Fault(
                (*at, section),
                f"第 {one.start} 版的{word} {name} 在这一版没有了",
                f"请在 {section} 里写 {name}: 改为哪一个" + (f"，或者 {ends}" if ends else ""),
            )


def _twice(
    at: PathInFile,
    one: StateMap,
    section: Section,
    old: Mapping[str, Any],
    *,
    among: list[str],
) -> Iterator[Fault]:
    """Of these, each is the new name of one thing at most."""
    sources: dict[str, list[str]] = defaultdict(list)
    for name in old:
        if (target := one.named(section, name)) in among and target is not None:
            sources[target].append(name)
    for target, names in sources.items():
        if len(names) > 1:
            place = next((name for name in reversed(names) if name in getattr(one, section)), "")
            yield Fault(
                (*at, section, place),
                f"{'、'.join(names)} 都到了 {target}，一件里只能有一个",
                "请各写各的去处",
            )


# --- clocks ---------------------------------------------------------------------------------------


def _clocks(at: PathInFile, one: StateMap, old: Procedure, new: Procedure) -> Iterator[Fault]:
    """The case's own clocks by the map, those of assignments and requests with what they are of."""
    mine = {name: clock for name, clock in old.clocks.items() if clock.runs_in}
    there = {name: clock for name, clock in new.clocks.items() if clock.runs_in}
    elsewhere = [name for name in one.clocks if name in old.clocks and name not in mine]
    for name in elsewhere:
        yield Fault(
            (*at, "clocks", name), f"时限 {name} 随承办或请示走，不在这里对应", "请删去这一行"
        )
    rest = {name: to for name, to in one.clocks.items() if name not in elsewhere}
    own = one.model_copy(update={"clocks": rest})
    yield from _names(at, own, "clocks", "时限", mine, there, DROPPED)
    yield from _twice(at, one, "clocks", mine, among=[*there])
    for name, (before, after) in _goes_on(one, old, new).items():
        lost = _ways(before) - _ways(after)
        if after.until is None and lost:
            way = "、".join(sorted(lost))
            yield Fault(
                (*at, "from"),
                f"时限 {name} 在第 {one.start} 版可以按 {way} 计，这一版没有写，已走的时间接不上",
                f"请给这一版的 limit 写上 {way}；自成一项的时限也可以另起一个名称，原来的写 {DROPPED}",
            )


def _goes_on(one: StateMap, old: Procedure, new: Procedure) -> dict[str, tuple[Limit, Limit]]:
    """The limits, before and after, of the clocks that go on; by the old name."""
    found: dict[str, tuple[str, str | None]] = {}
    for name, clock in old.clocks.items():
        if clock.runs_in:
            found[name] = name, one.named("clocks", name)
    for name, kind in old.assignments.items():
        held = new.assignments.get(one.named("assignments", name) or "")
        if kind.clock and held:
            found[name] = kind.clock, held.clock
    for name, request in old.requests.items():
        asked = new.requests.get(one.named("requests", name) or "")
        if asked:
            found[name] = request.clock, asked.clock
    return {
        before: (old.clocks[before].limit, new.clocks[after].limit)
        for before, after in found.values()
        if after in new.clocks and before in old.clocks
    }


def _ways(limit: Limit) -> set[str]:
    """The ways of counting that a clock may have been begun in."""
    if limit.until is not None:
        return {"natural"}
    return {way for way in ("natural", "working") if getattr(limit, way) is not None}


# --- fields ---------------------------------------------------------------------------------------


def _fields(at: PathInFile, one: StateMap, old: View, new: View) -> Iterator[Fault]:
    """A field that goes on keeps its type, and stays as open or as encrypted as it is."""
    before, after = old.every_field, new.every_field
    yield from _known(at, one, "fields", "栏", before, after, DROPPED)
    yield from _twice(at, one, "fields", before, among=[*after])
    for name, field in before.items():
        target = after.get(one.named("fields", name) or "")
        if target is None:
            continue
        path = (*at, "fields", name) if name in one.fields else (*at, "from")
        if target.type != field.type:
            yield Fault(
                path,
                f"{name} 一栏在第 {one.start} 版是 {field.type}，{target.field} 是 {target.type}",
                f"请对应到类型相同的一栏，或者在 fields 里写 {name}: {DROPPED}",
            )
        elif target.personal != field.personal:
            yield Fault(
                path,
                f"{name} 一栏是不是个人信息，两版不同，已填的内容改不了加密与否",
                f"请在 fields 里写 {name}: {DROPPED}，新的一栏另起名称",
            )
