"""The studio's form fields as the page draws them: options, controls, rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.registry.catalogue import Catalogue
from furong.engines.rules import Fact
from furong.engines.rules.form import lines_of, operators_for
from furong.engines.rules.model import ORDERED
from furong.faces.web.presenters.parts import Option, Text
from furong.faces.web.presenters.studio_pages import (
    CaseView,
    CellView,
    CriterionView,
    LineView,
    OptionGroup,
)
from furong.faces.web.presenters.verdicts import BADGES, ELIGIBLE, INELIGIBLE, UNKNOWN
from furong.faces.web.studio.content import condition_of
from furong.faces.web.studio.state import CaseFields, CriterionFields, LineFields, PolicyFields

OPERATORS: dict[str, Text] = {
    "yes": gettext_lazy("是"),
    "no": gettext_lazy("否"),
    "le": gettext_lazy("不超过"),
    "lt": gettext_lazy("低于"),
    "ge": gettext_lazy("不低于"),
    "gt": gettext_lazy("高于"),
    "between": gettext_lazy("介于"),
    "eq": gettext_lazy("等于"),
    "ne": gettext_lazy("不等于"),
    "in": gettext_lazy("属于"),
    "not_in": gettext_lazy("不属于"),
    "starts": gettext_lazy("开头是"),
    "starts_not": gettext_lazy("开头不是"),
}
DATES: dict[str, Text] = {
    "le": gettext_lazy("不晚于"),
    "lt": gettext_lazy("早于"),
    "ge": gettext_lazy("不早于"),
    "gt": gettext_lazy("晚于"),
    "eq": gettext_lazy("为"),
    "ne": gettext_lazy("不为"),
}
LISTS: dict[str, Text] = {"in": gettext_lazy("列入"), "not_in": gettext_lazy("未列入")}
WAYS: dict[str, Text] = {
    "when": gettext_lazy("按事实判定"),
    "attested": gettext_lazy("凭材料认定"),
    "decides": gettext_lazy("部门一事一议"),
    "open": gettext_lazy("原文未见"),
}
TOLD: dict[str, Text] = {
    "attested": gettext_lazy("凭哪份材料认定"),
    "decides": gettext_lazy("由哪个单位决定"),
    "open": gettext_lazy("缺什么"),
}
YES_NO = (("true", gettext_lazy("是")), ("false", gettext_lazy("否")))


@dataclass(frozen=True)
class Drawing:
    """Draws the rows of one form, with the facts of the kinds of subject that it is for."""

    form: PolicyFields
    known: Catalogue

    def criteria(self) -> list[CriterionView]:
        return [self._criterion(n, one) for n, one in enumerate(self.form.criteria)]

    def cases(self, facts: Sequence[str]) -> list[CaseView]:
        """The worked cases, with a field for each of these facts and for any other they state."""
        return [self._case(n, one, facts) for n, one in enumerate(self.form.cases)]

    def facts(self, now: str, types: frozenset[str] | None = None) -> list[OptionGroup]:
        """The facts to choose from: those that the kinds carry, then those that follow from them."""
        pack = self.known.pack
        kinds = [pack.kinds[kind] for kind in self.form.kinds if kind in pack.kinds]
        stated = dict.fromkeys(key for kind in kinds for key in kind.facts)
        derived = [key for key, fact in pack.facts.items() if fact.derived and key not in stated]
        groups = [
            OptionGroup(label, [*self._options(keys, now, types)])
            for label, keys in ((_("登记的事实"), stated), (_("推算的事实"), derived))
        ]
        shown = {option.value for group in groups for option in group.options}
        if now and now not in shown:
            groups.append(OptionGroup(_("其他"), [Option(now, self._label(now), selected=True)]))
        return groups

    def _options(
        self, keys: Iterable[str], now: str, types: frozenset[str] | None
    ) -> Iterator[Option]:
        for key in keys:
            fact = self.known.facts.get(key)
            if fact is not None and (types is None or fact.type in types):
                yield Option(key, fact.label or key, key == now)

    def _label(self, key: str) -> str:
        fact = self.known.facts.get(key)
        return fact.label or key if fact else key

    def _criterion(self, place: int, one: CriterionFields) -> CriterionView:
        name = f"c{place}"
        expression = condition_of(one, self.known.facts)
        return CriterionView(
            name=name,
            place=place,
            id=one.id,
            label=one.label,
            way=one.way,
            ways=[Option(way, label, way == one.way) for way, label in WAYS.items()],
            as_text=one.as_text,
            can_be_lines=not expression or lines_of(expression) is not None,
            lines=[
                self._line(f"{name}-l{n}", n, line)
                for n, line in enumerate(one.lines or [LineFields()])
            ],
            expression=expression,
            told=getattr(one, one.way) if one.way in TOLD else "",
            told_label=TOLD.get(one.way, ""),
            unclear=one.unclear,
            why=one.why,
            clause=one.clause,
            proof=one.proof,
            first=place == 0,
        )

    def _line(self, name: str, place: int, line: LineFields) -> LineView:
        fact = self.known.facts.get(line.fact)
        offered = operators_for(fact) if fact else ()
        operator = line.operator if line.operator in offered else (offered or ("",))[0]
        labels = OPERATORS
        if fact is not None:
            labels = {**OPERATORS, **(DATES if fact.type == "date" else {})}
            labels |= LISTS if fact.type == "set" else {}
        return LineView(
            name=name,
            place=place,
            facts=self.facts(line.fact),
            operators=[Option(one, labels[one], one == operator) for one in offered],
            control=_control(fact, operator),
            values=_two(line.values) if operator == "between" else _one(line.values, fact),
            unit=fact.unit if fact else "",
            options=_picks(fact, line.values),
        )

    def _case(self, place: int, case: CaseFields, facts: Sequence[str]) -> CaseView:
        keys = dict.fromkeys([*facts, *case.facts])
        name = f"k{place}"
        verdicts = (ELIGIBLE, INELIGIBLE, UNKNOWN)
        return CaseView(
            name=name,
            place=place,
            title=case.title,
            cells=[self._cell(name, key, case.facts.get(key, "")) for key in keys],
            verdicts=[Option(one, BADGES[one].text, one == case.verdict) for one in verdicts],
            amount=case.amount,
            boundary=case.boundary,
        )

    def _cell(self, case: str, key: str, value: str) -> CellView:
        name, fact = f"{case}-fact-{key}", self.known.facts.get(key)
        if fact is None:  # a human judgement: POLICY.criterion
            labels = {one.id: one.label for one in self.form.criteria}
            label = labels.get(key.partition(".")[2], key)
            return CellView(name, label, "choice", value, _choices(YES_NO, value))
        if fact.type == "boolean":
            return CellView(name, fact.label, "choice", value, _choices(YES_NO, value))
        if fact.type == "choice":
            return CellView(name, fact.label, "choice", value, _choices(fact.values.items(), value))
        return CellView(name, _with_unit(fact), "date" if fact.type == "date" else "text", value)


def options(labels: Mapping[str, Text], now: str | Sequence[str]) -> list[Option]:
    """A list to choose from, with what is chosen now."""
    chosen = (now,) if isinstance(now, str) else now
    return [Option(value, label, value in chosen) for value, label in labels.items()]


def numeric() -> frozenset[str]:
    """The types that an amount may be reckoned from."""
    return frozenset(ORDERED - {"date"})


def _control(fact: Fact | None, operator: str) -> str:
    if fact is None or operator in {"yes", "no"}:
        return "none"
    if operator == "between":
        return "range"
    if fact.type in {"choice", "set"}:
        return "picks"
    return "date" if fact.type == "date" else "text"


def _two(values: Sequence[str]) -> tuple[str, str]:
    first, second, *_rest = (*values, "", "")
    return first, second


def _one(values: Sequence[str], fact: Fact | None) -> tuple[str]:
    if fact is not None and fact.type == "code":
        return (_("、").join(values),)
    return (values[0] if values else "",)


def _picks(fact: Fact | None, values: Sequence[str]) -> list[Option]:
    if fact is None or fact.type not in {"choice", "set"}:
        return []
    return [Option(code, label, code in values) for code, label in fact.values.items()]


def _choices(pairs: Iterable[tuple[str, Text]], now: str) -> list[Option]:
    return [Option("", _("未知"), not now), *(Option(v, label, v == now) for v, label in pairs)]


def _with_unit(fact: Fact) -> str:
    unit = _("元") if fact.type == "money" else fact.unit
    return _("%(label)s（%(unit)s）") % {"label": fact.label, "unit": unit} if unit else fact.label
