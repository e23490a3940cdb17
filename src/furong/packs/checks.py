"""What must hold between the objects of a chain: references, circles, worked cases, time and money.

Each check is one function over the catalogue; `CHECKS` is their order.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from furong.engines.worktime import Calendar as Layers
from furong.packs.catalogue import Catalogue, manifests
from furong.packs.deskwork import exclusions, replies
from furong.packs.folder import Item, earlier_name
from furong.packs.models.base import Entry
from furong.packs.models.calendars import Calendar
from furong.packs.models.facts import Fact
from furong.packs.models.kinds import IdentifierScheme, Kind
from furong.packs.models.organisations import Organisation
from furong.packs.models.policies import Policy
from furong.packs.models.procedures import OfOrganisation, Procedure
from furong.packs.models.sections import EARLIER, NOUN_OF
from furong.packs.models.zones import Zone
from furong.packs.problems import PathInFile, nearest
from furong.packs.procedures import Surroundings, View, check, map_faults
from furong.packs.rules import fact_for_rules
from furong.packs.worktime import chain, layer

LEAST_CASES: Final = 2


class Reference(NamedTuple):
    """A field that names objects of another section."""

    model: type[Entry]
    field: str
    target: type[Entry]


REFERENCES: Final = (
    Reference(Kind, "facts", Fact),
    Reference(Kind, "identifiers", IdentifierScheme),
    Reference(Zone, "parent", Zone),
    Reference(Zone, "overlaps", Zone),
    Reference(Organisation, "parent", Organisation),
    Reference(Organisation, "zone", Zone),
    Reference(Policy, "kinds", Kind),
    Reference(Policy, "refines", Policy),
    Reference(Policy, "supersedes", Policy),
    Reference(Calendar, "extends", Calendar),
)

PARENTS: Final = (
    Reference(Zone, "parent", Zone),
    Reference(Organisation, "parent", Organisation),
    Reference(Calendar, "extends", Calendar),
)


def references(catalogue: Catalogue) -> None:
    """Every name that an object uses is declared somewhere in the chain."""
    for model, field, target in REFERENCES:
        for item in catalogue.of(model).values():
            value = getattr(item.entry, field)
            listed = isinstance(value, tuple)
            for index, name in enumerate(value if listed else (value,)):
                if name is not None:
                    at = (field, index) if listed else (field,)
                    _named(catalogue, item, at, target, name)


def facts_at_dates(catalogue: Catalogue) -> None:
    """A fact at a date is of a declared fact, and of its type."""
    facts = catalogue.of(Fact)
    for item in facts.values():
        if item.entry.at is None:
            continue
        of = item.entry.at.fact
        if of not in catalogue.names["facts"]:
            item.complain(
                ("at", "fact"), f"没有事实 {of}", nearest(of, facts) or "请先声明这个事实"
            )
        elif of in facts and facts[of].entry.type != item.entry.type:
            there = facts[of].entry.type
            item.complain(("type",), f"类型与 {of} 不同（{there}）", f"请写 type: {there}")


def repeated_names(catalogue: Catalogue) -> None:
    """A list of names has each once."""
    for model, field, _ in REFERENCES:
        for item in catalogue.of(model).values():
            names = getattr(item.entry, field)
            if isinstance(names, tuple) and len(set(names)) < len(names):
                twice = next(i for i, name in enumerate(names) if name in names[:i])
                item.complain((field, twice), f"{names[twice]} 写了两次", "请删去一个")


def circles(catalogue: Catalogue) -> None:
    """No object is its own ancestor."""
    for model, field, _ in PARENTS:
        objects = catalogue.of(model)
        settled: set[str] = set()
        for start in objects:
            trail: list[str] = []
            name: str = start
            while name in objects and name not in settled and name not in trail:
                trail.append(name)
                name = getattr(objects[name].entry, field) or ""
            if name in trail:
                circle = " → ".join([*trail[trail.index(name) :], name])
                word = NOUN_OF[model].word
                objects[name].complain(
                    (field,), f"{word}的 {field} 成了圈：{circle}", "请改掉其中一个"
                )
            settled.update(trail)


def groups(catalogue: Catalogue) -> None:
    """One exclusive group has one label."""
    labels: dict[str, Item[Policy]] = {}
    for item in catalogue.of(Policy).values():
        if group := item.entry.group:
            first = labels.setdefault(group.id, item)
            assert first.entry.group is not None
            if first.entry.group.label != group.label:
                item.complain(
                    ("group", "label"),
                    f"同一组 {group.id} 有两个名称",
                    f"请写“{first.entry.group.label}”（{first.place}）",
                )


def worked_cases(catalogue: Catalogue) -> None:
    """A policy has two worked cases at least, one of them on a boundary if it has one."""
    for item in catalogue.of(Policy).values():
        cases = item.entry.cases
        if len(cases) < LEAST_CASES:
            item.complain(
                ("cases",) if cases else ("id",),
                f"政策 {item.entry.id} {f'只有 {len(cases)} 个' if cases else '没有'}算例",
                f"请在 cases 下写至少 {LEAST_CASES} 个",
            )
        elif has_threshold(item.entry) and not any(case.boundary for case in cases):
            item.complain(
                ("cases",),
                f"政策 {item.entry.id} 的条件有界值，没有一个算例在界上",
                "请补一个恰在界值上的算例，写 boundary: true",
            )


def has_threshold(policy: Policy) -> bool:
    """Whether some condition compares with a bound."""
    return any(
        re.search(
            r"[<>]=?|\bBETWEEN\b", re.sub(r"'[^']*'|<>", "", criterion.when or ""), re.IGNORECASE
        )
        for criterion in policy.criteria
    )


def time_and_money(catalogue: Catalogue) -> None:
    """The packs of a chain agree on time zone and currency, and one of them names each."""
    chain = [*manifests(catalogue.folders)]
    for name, example in (("timezone", "Asia/Shanghai"), ("currency", "CNY")):
        given = [item for item in chain if getattr(item.entry, name)]
        for item in given[1:]:
            mine, first = getattr(item.entry, name), getattr(given[0].entry, name)
            if mine != first:
                message = f"{name} 写的是 {mine}，所扩展的 {given[0].entry.id} 写的是 {first}"
                item.complain((name,), message, "请改成一样，或者删去这一行")
        if chain and not given and chain[-1].entry.id == catalogue.folders[-1].path.name:
            chain[-1].complain(
                (), f"没有写 {name}，所扩展的内容包也没有写", f"请写 {name}: {example}"
            )


def calendars(catalogue: Catalogue) -> None:
    """A calendar and what it extends say the hours, and know the year of every day off."""
    known = {name: item.entry for name, item in catalogue.of(Calendar).items()}
    for name, item in catalogue.of(Calendar).items():
        if not _stands(known, name):
            continue  # an unknown or circular `extends` was complained of
        written = chain(known, name)
        if not any(one.hours for one in written):
            remedy = '请写 hours: [["08:30", "12:00"], ["13:30", "17:30"]]'
            item.complain(("calendar",), f"日历 {name} 没有写上班时间", remedy)
            continue
        years = Layers.of([layer(one) for one in written], "UTC").years
        if not years:
            message = f"日历 {name} 没有写知道哪几年的放假安排"
            remedy = "请写 years: [2020]（当年的放假和调休都在 days 中），或者 national: cn"
            item.complain(("calendar",), message, remedy)
        for index, day in enumerate(item.entry.days if years else ()):
            if day.date.year not in years:
                message = f"{day.date} 所在的年份不在 years 中"
                remedy = f"{day.date.year} 年的放假安排写全之后，请在 years 中加上 {day.date.year}"
                item.complain(("days", index, "date"), message, remedy)


def _stands(known: Mapping[str, Calendar], name: str) -> bool:
    """Whether all that a calendar extends is declared, without a circle."""
    seen: set[str] = set()
    at: str | None = name
    while at is not None and at in known and at not in seen:
        seen.add(at)
        at = known[at].extends
    return at is None


def procedures(catalogue: Catalogue) -> None:
    """A procedure's calendar, kinds and organisations are declared, and its facts once in all."""
    first: dict[str, str] = {key: item.place for key, item in catalogue.of(Fact).items()}
    for item in (found for folder in catalogue.folders for found in folder.of(Procedure)):
        one = item.entry
        _named(catalogue, item, ("calendar",), Calendar, one.calendar)
        for index, kind in enumerate(one.subject.kinds):
            _named(catalogue, item, ("subject", "kinds", index), Kind, kind)
        for name, role in one.roles.items():
            if isinstance(role.scope, OfOrganisation):
                at = ("roles", name, "scope", "organisation")
                _named(catalogue, item, at, Organisation, role.scope.organisation)
        for index, fact in enumerate(one.facts):
            key = ("facts", index, "key")
            if fact.key in first:
                message = f"事实 {fact.key} 在 {first[fact.key]}已经声明"
                item.complain(key, message, "请直接使用，或者换一个名称")
            first.setdefault(fact.key, Item(fact, item.source, key).place)
    _procedures_as_a_whole(catalogue)


def _procedures_as_a_whole(catalogue: Catalogue) -> None:
    """Each procedure by itself and among the others, once all names are sound."""
    items = {
        item.entry.procedure: item for folder in catalogue.folders for item in folder.of(Procedure)
    }
    facts = {key: item.entry for key, item in catalogue.of(Fact).items()}
    for item in items.values():
        facts |= {fact.key: fact for fact in item.entry.facts if fact.key not in facts}
    among = Surroundings(
        facts=tuple(map(fact_for_rules, facts.values())),
        procedures={name: View(item.entry) for name, item in items.items()},
        zone_kinds=frozenset(item.entry.kind for item in catalogue.of(Zone).values()),
    )
    for name, item in items.items():
        for fault in check(among.procedures[name], among):
            item.complain(fault.at, fault.message, fault.remedy)
    _maps(catalogue, items)


def _maps(catalogue: Catalogue, items: Mapping[str, Item[Procedure]]) -> None:
    """Each state map against the earlier version that it leads from."""
    earlier = {key: one for folder in catalogue.folders for key, one in folder.earlier.items()}
    for name, item in items.items():
        for index, one in enumerate(item.entry.migrates):
            at = ("migrates", index)
            if (before := earlier.get((name, one.start))) is None:
                item.complain(
                    (*at, "from"),
                    f"没有第 {one.start} 版的文件，不知道有哪些状态要对应",
                    f"请把那一版的文件放到 {EARLIER}/{earlier_name(name, one.start)}.yaml",
                )
                continue
            for fault in map_faults(at, one, View(before), View(item.entry)):
                item.complain(fault.at, fault.message, fault.remedy)


def duties(catalogue: Catalogue) -> None:
    """The categories that duties are about are values of some fact of a procedure."""
    known = {
        value
        for folder in catalogue.folders
        for item in folder.of(Procedure)
        for fact in item.entry.facts
        for value in fact.values
    }
    for item in catalogue.of(Organisation).values():
        for index, duty in enumerate(item.entry.duties):
            for place, category in enumerate(duty.categories):
                if category not in known:
                    remedy = nearest(category, known) or "请先在流程里声明，或者删去"
                    at = ("duties", index, "categories", place)
                    item.complain(at, f"没有一个流程有类别 {category}", remedy)


def _named(
    catalogue: Catalogue, item: Item[Any], at: PathInFile, target: type[Entry], name: str
) -> None:
    """Note a name that no object of the class has."""
    noun = NOUN_OF[target]
    known = catalogue.names[noun.section]
    if name not in known:
        remedy = nearest(name, known) or f"请先声明这个{noun.word}，或者核对名称"
        item.complain(at, f"没有{noun.word} {name}", remedy)


CHECKS: Final[tuple[Callable[[Catalogue], None], ...]] = (
    references,
    repeated_names,
    facts_at_dates,
    circles,
    groups,
    worked_cases,
    time_and_money,
    calendars,
    procedures,
    duties,
    exclusions,
    replies,
)
