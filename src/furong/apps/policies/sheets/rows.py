"""A policy as the cells of a row, and back; and what of it a row cannot say.

Contents are a draft's: document and definition in plain JSON (`furong.packs.content.plain`). Their
worked cases stand on a sheet of their own (`examples`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.policies import limits
from furong.apps.policies.sheets import examples
from furong.apps.policies.sheets.cells import Unfit
from furong.apps.policies.sheets.columns import (
    CODE,
    SheetColumn,
    condition_name,
)
from furong.apps.policies.sheets.conditions import read_condition, write_condition
from furong.engines.rules import Fact
from furong.packs.diff import values_that_differ

type Content = dict[str, Any]
type Cells = Mapping[str, str]
"""What stands in a row, by the column's name; empty cells are left out."""


@dataclass(frozen=True, slots=True, order=True)
class CellFault:
    """What is wrong with a cell. heading: of its column."""

    heading: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return _("%(heading)s：%(message)s；%(remedy)s") % {
            "heading": self.heading,
            "message": self.message,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Read:
    """What a row says. faults: the cells that could not be read, which are not in it."""

    document: Content
    definition: Content
    faults: tuple[CellFault, ...]


def write_row(
    code: str,
    document: Mapping[str, Any],
    definition: Mapping[str, Any],
    columns: Iterable[SheetColumn],
) -> dict[str, str]:
    """The cells of a policy that say something."""
    whole = {"document": document, "definition": definition}
    made = {CODE.name: code}
    for column in columns:
        value = _at(whole, column.at)
        if value not in (None, "", [], {}):
            made[column.name] = _written(column.cell.write, value)
    for place, criterion in enumerate(definition.get("criteria", ()), start=1):
        made[condition_name(place)] = _written(write_condition, criterion, place)
    return {name: text for name, text in made.items() if text}


def _written(write: Callable[..., str], *values: Any) -> str:
    """Nothing for what an unfinished draft holds in another shape; `lost` tells that it is missing."""
    try:
        return write(*values)
    except (TypeError, KeyError, AttributeError):
        return ""


def read_row(cells: Cells, columns: Iterable[SheetColumn], *, jurisdiction: str) -> Read:
    """The content of a row. jurisdiction: of the district, for a row that names none."""
    whole: Content = {"document": {}, "definition": {}}
    faults: list[CellFault] = []
    for column in columns:
        text = cells.get(column.name, "").strip()
        if column.needed and not text:
            faults.append(
                CellFault(column.name, _("没有填"), _("这一列必须填写；合并的单元格请拆开"))
            )
        if column.at and text:
            try:
                _put(whole, column.at, column.cell.read(_short(text)))
            except Unfit as unfit:
                faults.append(CellFault(column.name, unfit.message, unfit.remedy))
    whole["definition"]["criteria"] = [*_conditions(cells, faults)]
    document = whole["document"]
    document.setdefault("level", "district")
    if "jurisdiction" not in document and document["level"] == "district":
        document["jurisdiction"] = jurisdiction
    whole["definition"].setdefault("title", "")
    return Read(document, whole["definition"], tuple(faults))


def lost(
    code: str,
    document: Mapping[str, Any],
    definition: Mapping[str, Any],
    columns: tuple[SheetColumn, ...],
    *,
    jurisdiction: str,
    facts: Mapping[str, Fact],
) -> list[str]:
    """What a sheet cannot say of a policy: the paths that differ once it is read back."""
    read = read_row(
        write_row(code, document, definition, columns), columns, jurisdiction=jurisdiction
    )
    cases = _cases_back(code, definition, facts, _judged(read.definition, code))
    back = {**read.definition, **({"cases": cases} if cases else {})}
    kept = {key: value for key, value in definition.items() if key not in {"id", "version"}}
    pairs = (("document", document, read.document), ("definition", kept, back))
    return [
        value.path
        for part, before, after in pairs
        for value in values_that_differ(dict(before), after, part)
    ]


def _cases_back(
    code: str, definition: Mapping[str, Any], facts: Mapping[str, Fact], judged: list[str]
) -> list[Content]:
    """The worked cases that a sheet has of a policy; those that it cannot say are not among them."""
    found = []
    for row in examples.write_examples(code, definition.get("cases", ()), facts):
        try:
            found.append(examples.read_example(row, code, facts, judged))
        except Unfit:
            continue
    return found


def _judged(definition: Mapping[str, Any], code: str) -> list[str]:
    return [f"{code}.{one['id']}" for one in definition.get("criteria", ())]


def _conditions(cells: Cells, faults: list[CellFault]) -> Iterable[Content]:
    """The conditions in the order of their columns; an empty column is passed over."""
    found = {
        int(number[0]): text
        for name, text in cells.items()
        if (number := re.findall(r"\d+$", name)) and name == condition_name(int(number[0]))
    }
    for place, text in sorted(found.items()):
        try:
            yield read_condition(_short(text), place)
        except Unfit as unfit:
            faults.append(CellFault(condition_name(place), unfit.message, unfit.remedy))


def _short(text: str) -> str:
    """Raises Unfit for a text that nobody would read, before time is spent on it."""
    if len(text) > limits.TEXT:
        raise Unfit(
            _("“%(start)s…”有 %(n)d 字，最多 %(most)d 字")
            % {"start": text[:20], "n": len(text), "most": limits.TEXT},
            _("请缩短，或者分成几项"),
        )
    return text


def _at(whole: Mapping[str, Any], path: str) -> Any:
    """`definition.valid.from` of a content, None where there is none."""
    found: Any = whole
    for part in path.split(".") if path else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    return found if path else None


def _put(whole: Content, path: str, value: Any) -> None:
    *folders, name = path.split(".")
    place = whole
    for folder in folders:
        place = place.setdefault(folder, {})
    if value not in (None, "", []):
        place[name] = value
