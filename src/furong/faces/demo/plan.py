"""A pack's scenario, checked against the pack and made ready for drawing."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from furong.engines.rules import Fact
from furong.faces.demo.scenario import Condition, Draw, Drawing, Group, Range, Scenario, Sort
from furong.packs import Pack, PackErrors, Problem
from furong.packs.problems import PathInFile, nearest
from furong.packs.rules import fact_for_rules
from furong.packs.source import Source, read
from furong.packs.validation import validate

FILE = "population.yaml"
_SORT_OF: Mapping[str, Sort] = {
    "boolean": "boolean",
    "choice": "word",
    "code": "word",
    "set": "set",
    "date": "day",
    "integer": "number",
    "decimal": "number",
    "money": "number",
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that draws may refer to.

    words: those that it can have, in the order of their places. prefixes: whether a condition on it
    names beginnings of words, as it does of codes.
    """

    name: str
    sort: Sort
    words: tuple[str, ...] = ()
    prefixes: bool = False

    def accepted(self, condition: Condition) -> list[bool]:
        """For each word whether the condition holds of it."""
        assert not isinstance(condition, Range)
        if self.prefixes:
            return [word.startswith(tuple(map(str, condition))) for word in self.words]
        return [word in condition for word in self.words]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn, in order. facts: those drawn, as the engine knows them."""

    pack: Pack
    scenario: Scenario
    variables: Mapping[str, Variable]
    facts: Mapping[str, Fact]

    def carried_by(self, fact: str) -> list[bool]:
        """For each group whether its kind carries a fact."""
        kinds = (self.pack.kinds[group.kind] for group in self.scenario.groups)
        return [fact in kind.facts for kind in kinds]


def plan_of(pack: Pack) -> Plan:
    """The plan of the pack's scenario. Raises PackErrors by file and line, also where there is none."""
    for folder in reversed(pack.folders):
        file = folder / "scenario" / FILE
        if file.is_file():
            return _read(read(file), pack)
    file = pack.folder / "scenario" / FILE
    remedy = "请照 docs/reference/population.md 写一个"
    raise PackErrors([Problem(file, 1, 1, "", "内容包没有说明合成的主体是什么样", remedy)])


def _read(source: Source, pack: Pack) -> Plan:
    scenario = validate(Scenario, source) if source.parsed else None
    if scenario is None:
        raise PackErrors(source.problems)
    _check_references(scenario, pack, source)
    facts = {
        key: fact_for_rules(pack.facts[key])
        for draw in scenario.draws
        if (key := draw.fact) is not None and key in pack.facts
    }
    variables = {one.name: one for one in _given(scenario)}
    for index, drawing in enumerate(scenario.draws):
        fact = facts.get(drawing.fact or "")
        _check(drawing, fact, variables, ("draws", index), source, pack)
        variables[drawing.name] = _variable(drawing, fact, variables)
    _check_uses(scenario, variables, source)
    if source.problems:
        raise PackErrors(source.problems)
    return Plan(pack, scenario, variables, facts)


def _given(scenario: Scenario) -> Iterable[Variable]:
    """What is drawn before all else, by the sections `groups`, `streets` and `industries`."""
    yield Variable("group", "word", tuple(group.id for group in scenario.groups))
    yield Variable("kind", "word", tuple(group.kind for group in scenario.groups))
    yield Variable("street", "word", tuple(scenario.streets))
    codes = tuple(sorted(industry.code for industry in scenario.industries))
    yield Variable("industry", "word", codes, prefixes=True)
    for industry in scenario.industries[:1]:
        for name in industry.per:
            yield Variable(f"industry.{name}", "number")


def _variable(drawing: Drawing, fact: Fact | None, variables: Mapping[str, Variable]) -> Variable:
    others = [
        variables[case.same] for case in drawing.cases if case.same and case.same in variables
    ]
    sorts = [case.sort for case in drawing.cases if case.sort] + [one.sort for one in others]
    words = {word for case in drawing.cases for word in case.words}
    words.update(word for other in others for word in other.words)
    if fact and fact.values:
        return Variable(drawing.name, sorts[0], tuple(fact.values))
    is_code = fact is not None and fact.type == "code"
    sort: Sort = sorts[0] if sorts else "boolean"
    return Variable(drawing.name, sort, tuple(sorted(words)), prefixes=is_code)


def _check_references(scenario: Scenario, pack: Pack, source: Source) -> None:
    groups = {group.id for group in scenario.groups}
    for index, group in enumerate(scenario.groups):
        _check_group(group, pack, ("groups", index, "kind"), source)
    for name in ("streets", "zones"):
        for zone in getattr(scenario, name):
            _require(zone, pack.zones, "地方", (name, zone), source)
    for index, industry in enumerate(scenario.industries):
        for group_id in industry.weights:
            _require(group_id, groups, "组", ("industries", index, "in", group_id), source)


def _check_group(group: Group, pack: Pack, at: PathInFile, source: Source) -> None:
    _require(group.kind, pack.kinds, "主体类别", at, source)
    if group.kind in pack.kinds and pack.kinds[group.kind].personal:
        source.add(at, f"{group.kind} 是自然人，不作合成", "请换一类主体")


def _check(
    drawing: Drawing,
    fact: Fact | None,
    variables: Mapping[str, Variable],
    at: PathInFile,
    source: Source,
    pack: Pack,
) -> None:
    """Facts are declared and stated; what a case reads was drawn before; words exist."""
    if drawing.fact:
        _require(drawing.fact, pack.facts, "事实", (*at, "fact"), source)
    if fact is not None and pack.facts[fact.key].sensitivity == "personal":
        source.add((*at, "fact"), f"{fact.key} 是个人信息，不作合成", "请删去")
    if drawing.name in variables and {case.same for case in drawing.cases} != {drawing.name}:
        source.add(at, f"{drawing.name} 前面已经取过值", "请并成一处，用 cases 分情形")
    for index, case in enumerate(drawing.cases):
        place = (*at, "cases", index)
        for field, name in case.operands():
            _require(name, variables, "前面的取值", (*place, field), source)
        _check_conditions(case, variables, place, source)
        if fact is not None:
            _check_result(case, fact, variables, place, source)


def _check_conditions(
    case: Draw, variables: Mapping[str, Variable], at: PathInFile, source: Source
) -> None:
    for name, condition in case.where.items():
        if (variable := variables.get(name)) is None:
            continue
        place = (*at, "where", name)
        if isinstance(condition, Range):
            fits = variable.sort == "number"
        else:
            fits = variable.sort in ("word", "set", "boolean")
            fits = fits and all(
                isinstance(w, bool) == (variable.sort == "boolean") for w in condition
            )
        if not fits:
            source.add(place, f"{name} 不能这样比", _COMPARED.get(variable.sort, "请换一个名称"))
        elif not isinstance(condition, Range) and variable.sort != "boolean":
            _check_words(variable, condition, place, source)


_COMPARED: Mapping[Sort, str] = {
    "boolean": "请写 true 或 false",
    "word": "请写一个值，或者 [值, 值]",
    "set": "请写一项，或者 [项, 项]",
    "number": "请写 {from: 8, below: 50}",
}


def _check_words(
    variable: Variable, condition: Iterable[str | bool], at: PathInFile, source: Source
) -> None:
    for word in condition:
        if not any(variable.accepted((word,))):
            remedy = nearest(str(word), variable.words) or f"可用的：{'、'.join(variable.words)}"
            source.add(at, f"{variable.name} 没有 {word}", remedy)


def _check_result(
    case: Draw, fact: Fact, variables: Mapping[str, Variable], at: PathInFile, source: Source
) -> None:
    other = variables.get(case.same or "")
    sort = other.sort if other else case.sort
    if sort is not None and sort != _SORT_OF[fact.type]:
        source.add(at, f"{fact.key} 是 {fact.type}，这样取不出它的值", "请换一种取法")
    for word in case.words:
        if fact.values:
            _require(word, fact.values, "值", at, source)


def _check_uses(scenario: Scenario, variables: Mapping[str, Variable], source: Source) -> None:
    wanted: list[tuple[PathInFile, str, Sort]] = [
        (("zones", zone), name, "boolean") for zone, name in scenario.zones.items()
    ]
    if scenario.opened_on:
        wanted.append((("opened_on",), scenario.opened_on, "day"))
    for path, name, sort in wanted:
        names = [one.name for one in variables.values() if one.sort == sort]
        _require(name, names, "这样的取值", path, source)


def _require(
    name: str, names: Container[str] | Iterable[str], noun: str, path: PathInFile, source: Source
) -> None:
    assert isinstance(names, Iterable)
    if name not in [*names]:
        source.add(path, f"没有{noun} {name}", nearest(name, [*names]) or "请核对名称和先后")
