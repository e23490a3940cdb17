"""What a row of a table says about a subject, cell by cell, with what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from furong.apps.directory.models import Zone
from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.identifiers import read_identifier
from furong.apps.registry.mapping import (
    ADDRESS,
    FACT,
    IDENTIFIER,
    NAME,
    NUMBER,
    OPENED_ON,
    STREET,
    ZONES,
    ColumnMapping,
)
from furong.apps.registry.tables.heading import Cell, Column, Row, squeezed
from furong.apps.registry.words import one_line
from furong.engines.rules import Fact, ValueProblem
from furong.engines.rules.problems import nearest
from furong.engines.rules.values import Encoded, decimal_of, read_value

_DAY = Fact(key=OPENED_ON, type="date", label="成立日期")  # zh: never shown
LONGEST = {NAME: 200, ADDRESS: 500, NUMBER: 16}
"""Characters that the columns of text may hold."""

_SEPARATORS = str.maketrans(dict.fromkeys("、，,;；|", " "))  # zh: as lists are written


type Key = tuple[str, str]
"""What names a subject: (scheme, number), (NUMBER, public number) or (NAME, name)."""


@dataclass(slots=True)
class Reading:
    """What one row says. `problems`: column → why its cell cannot be taken; None: the whole row."""

    row: Row
    name: str = ""
    number: str = ""
    address: str = ""
    street: Zone | None = None
    zones: tuple[Zone, ...] = ()
    opened_on: date | None = None
    identifiers: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Encoded] = field(default_factory=dict)
    problems: dict[Column | None, str] = field(default_factory=dict)

    def refuse(self, problem: str) -> None:
        """Notes what is wrong with the row as a whole."""
        self.problems[None] = _("；").join(filter(None, [self.problems.get(None), problem]))

    def naming(self) -> list[Key]:
        """By what the row names its subject: its numbers, and only without any its name."""
        numbers = list(self.identifiers.items())
        if self.number:
            numbers.append((NUMBER, self.number))
        return numbers or ([(NAME, self.name)] if self.name else [])


class RowReader:
    """Reads rows by a mapping. One is made for a whole table: it knows the zones and the facts."""

    def __init__(
        self, columns: tuple[Column, ...], mapping: ColumnMapping, known: Catalogue
    ) -> None:
        self._known = known
        self._mapped = [
            (column, mapping[column.place]) for column in columns if column.place in mapping
        ]
        self._naming = [
            (column, target)
            for column, target in self._mapped
            if target in {NAME, NUMBER} or target.startswith(IDENTIFIER)
        ]
        zones = list(Zone.objects.filter(withdrawn=False))
        self._zones = _by_name(zones)
        self._streets = _by_name([zone for zone in zones if zone.kind == "street"])

    def read(self, row: Row) -> Reading:
        """All that a row says."""
        return self._read(row, self._mapped)

    def read_keys(self, row: Row) -> list[Key]:
        """By what a row names its subject; with its name among it even where it has a number."""
        reading = self._read(row, self._naming)
        return list(dict.fromkeys([*reading.naming(), (NAME, reading.name)]))

    def _read(self, row: Row, mapped: list[tuple[Column, str]]) -> Reading:
        reading = Reading(row)
        for column, target in mapped:
            cell = row.cell(column.place)
            if cell is None:
                continue
            try:
                self._take(reading, column, target, cell)
            except ValueProblem as problem:
                reading.problems[column] = str(problem)
        return reading

    def _take(self, reading: Reading, column: Column, target: str, cell: Cell) -> None:
        if target.startswith(FACT):
            fact = self._known.fact(target.removeprefix(FACT))
            value = read_value(fact, _clean(_in_unit(fact, cell, column.factor)))
            if value is not None:
                reading.facts[fact.key] = value
        elif target.startswith(IDENTIFIER):
            scheme = target.removeprefix(IDENTIFIER)
            reading.identifiers[scheme] = read_identifier(scheme, cell)
        elif target == STREET:
            reading.street = _zone(self._streets, str(cell))
        elif target == ZONES:
            words = str(cell).translate(_SEPARATORS).split()
            reading.zones = tuple(_zone(self._zones, word) for word in words)
        elif target == OPENED_ON:
            ordinal = read_value(_DAY, cell)
            reading.opened_on = date.fromordinal(ordinal) if isinstance(ordinal, int) else None
        else:
            setattr(reading, target, _text(str(cell), LONGEST[target]))


def _in_unit(fact: Fact, cell: Cell, factor: Decimal) -> object:
    """An amount in yuan, where the heading gives another unit and the cell none of its own."""
    if fact.type != "money" or factor == 1:
        return cell
    number = decimal_of(cell)
    own = ("万", "亿", "%")  # zh: as amounts are written
    if number is None or (isinstance(cell, str) and cell.strip().endswith(own)):
        return cell
    return number * factor


def _text(raw: str, longest: int) -> str:
    text = one_line(raw)
    if len(text) > longest:
        raise ValueProblem(_("超过 %d 字") % longest, _("请缩短后重填"))
    return text


def _clean(cell: object) -> object:
    return one_line(cell) if isinstance(cell, str) else cell


def _by_name(zones: list[Zone]) -> dict[str, Zone]:
    """Zones by code, by name, and by name without 街道 or 社区, as lists write them."""
    named: dict[str, Zone] = {}
    for zone in zones:
        short = zone.name.removesuffix("街道").removesuffix("社区")  # zh: as lists omit them
        for word in (short, zone.name, zone.code):
            named[squeezed(word)] = zone
    return named


def _zone(zones: Mapping[str, Zone], word: str) -> Zone:
    if (zone := zones.get(squeezed(word))) is None:
        raise ValueProblem(
            _("没有区域“%s”") % word, nearest(word, zones) or _("请填写内容包中的名称")
        )
    return zone
