"""What offices use at their desks: exclusions and reply templates name only what is declared."""

from collections.abc import Iterable
from typing import Any

from furong.packs.catalogue import Catalogue
from furong.packs.folder import Item
from furong.packs.models.exclusions import RATES, Exclusions
from furong.packs.models.procedures import OfOrganisation, Procedure
from furong.packs.models.replies import Reply
from furong.packs.problems import PathInFile, nearest


def exclusions(catalogue: Catalogue) -> None:
    """A rate is one that the procedure has, and who decides has a part in it, so as to see its cases."""
    procedures = _procedures(catalogue)
    for item in _every(catalogue, Exclusions):
        one: Exclusions = item.entry
        procedure = procedures.get(one.procedure)
        _known(item, ("procedure",), "流程", one.procedure, procedures)
        if procedure is None:
            continue
        facts = {fact.key for fact in procedure.facts}
        rates = [name for name, fact in RATES.items() if fact in facts]
        rates += [name for name, clock in procedure.clocks.items() if clock.runs_in]
        for name in one.rates:
            _known(item, ("rates", name), "率", name, rates)
        mine = {
            role.scope.organisation
            for role in procedure.roles.values()
            if isinstance(role.scope, OfOrganisation)
        }
        for place, unit in enumerate(one.decided_by):
            if unit not in mine:
                remedy = nearest(unit, mine) or "请写流程中有自己角色的单位，否则它看不到要审的件"
                message = f"单位 {unit} 在流程 {one.procedure} 里没有角色"
                item.complain(("decided_by", place), message, remedy)


def replies(catalogue: Catalogue) -> None:
    """Each template once; its unit, procedure, act and category are declared."""
    procedures = _procedures(catalogue)
    first: dict[str, Item[Any]] = {}
    for item in _every(catalogue, Reply):
        one: Reply = item.entry
        if one.id in first:
            message = f"答复模板 {one.id} 在 {first[one.id].place}已经写过"
            item.complain(("id",), message, "请删去一个，或者换一个编号")
        first.setdefault(one.id, item)
        if one.unit is not None:
            _known(item, ("unit",), "单位", one.unit, catalogue.names["organisations"])
        if one.procedure is not None:
            _known(item, ("procedure",), "流程", one.procedure, procedures)
        procedure = procedures.get(one.procedure or "")
        if procedure is not None and one.act is not None:
            acts = [*procedure.actions, *procedure.requests]
            _known(item, ("act",), "动作或请示", one.act, acts)
        if one.category is not None:
            values = [
                value
                for held in procedures.values()
                for fact in held.facts
                for value in fact.values
            ]
            _known(item, ("category",), "类别", one.category, values)


def _procedures(catalogue: Catalogue) -> dict[str, Procedure]:
    return {item.entry.procedure: item.entry for item in _every(catalogue, Procedure)}


def _every(catalogue: Catalogue, model: type[Any]) -> Iterable[Item[Any]]:
    return (item for folder in catalogue.folders for item in folder.of(model))


def _known(item: Item[Any], at: PathInFile, noun: str, name: str, known: Iterable[str]) -> None:
    declared = [*known]
    if name not in declared:
        item.complain(at, f"没有{noun} {name}", nearest(name, declared) or "请先声明，或者核对名称")
