"""Policy sheets as xlsx files: the list, its worked cases, what no cell could say, how to fill it in.

No cell is a formula; text that a spreadsheet would read as one is protected as in every export.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from furong.apps.policies.definitions import plain
from furong.apps.policies.models import Draft
from furong.apps.policies.reads import Text
from furong.apps.policies.sheets import columns, examples, words
from furong.apps.policies.sheets.columns import COLUMNS, SheetColumn, columns_for, with_unit
from furong.apps.policies.sheets.leaves import Leaf, write_book
from furong.apps.policies.sheets.planning import Planned, code_of
from furong.apps.policies.sheets.reading import PolicySheet
from furong.apps.policies.sheets.rows import lost, write_row
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.engines.rules import Fact

type Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """A policy as it goes out. document, definition: as a draft keeps them."""

    code: str
    document: Content
    definition: Content


def item_of_text(text: Text) -> Item:
    return Item(text.policy.id, plain(text.document), plain(text.policy))


def item_of_draft(draft: Draft) -> Item:
    return Item(draft.code, draft.document, draft.definition)


def policies_book(items: Sequence[Item], *, title: str, before: Sequence[Leaf] = ()) -> bytes:
    """The list of policies, which can be read back. title: the line above, with the moment it shows.

    before: worksheets that stand before it.
    """
    known = catalogue()
    layout = _columns(known)
    longest = max((len(one.definition.get("criteria", ())) for one in items), default=0)
    names = columns.headings(layout, max(longest, columns.LEAST_CONDITIONS))
    rows = [write_row(one.code, one.document, one.definition, layout) for one in items]
    cases = [
        [case.get(name, "") for name in examples.HEADINGS]
        for one in items
        for case in examples.write_examples(one.code, one.definition.get("cases", ()), known.facts)
    ]
    unsaid = [*_unsaid(items, layout, known)]
    leaves = [
        *before,
        Leaf(
            words.LIST,
            [with_unit(name) for name in names],
            [[row.get(name, "") for name in names] for row in rows],
            title,
            columns.WIDE,
        ),
        Leaf(words.CASES, examples.HEADINGS, cases),
        *([_lost_leaf(unsaid)] if items else []),
        *_help(known),
    ]
    return write_book(leaves)


def _lost_leaf(unsaid: Sequence[Sequence[str]]) -> Leaf:
    nothing = [["", _("没有：以上各项政策都完整写进了表格"), ""]]
    headings = [columns.CODE.name, columns.TITLE.name, _("哪一处")]
    return Leaf(words.LOST, headings, unsaid or nothing)


def template(*, title: str) -> bytes:
    """An empty list, with what each column takes and what the words are beside it."""
    return policies_book([], title=title)


def invalid_book(sheet: PolicySheet, planned: Iterable[Planned]) -> bytes:
    """The rows that cannot be taken over and their worked cases, the reason in the last column."""
    faulty = [one for one in planned if one.faults]
    used = {name for one in faulty for name in one.row.cells}
    conditions = sum(name.startswith(words.CONDITION) for name in used)
    layout = [
        name
        for name in columns.headings(COLUMNS, columns.MOST_CONDITIONS if conditions else 0)
        if name in used or name in {columns.CODE.name, columns.TITLE.name}
    ]
    codes = {one.code for one in faulty}
    held = [row for row in sheet.examples or () if code_of(row) in codes]
    leaves = [
        Leaf(
            words.LIST,
            [*map(with_unit, layout), words.REASON],
            [[*(one.row.cells.get(name, "") for name in layout), one.reason] for one in faulty],
            wide=columns.WIDE,
        )
    ]
    if sheet.examples is not None:
        rows = [[row.cells.get(name, "") for name in examples.HEADINGS] for row in held]
        leaves.append(Leaf(words.CASES, examples.HEADINGS, rows))
    return write_book(leaves)


def _columns(known: Catalogue) -> tuple[SheetColumn, ...]:
    return columns_for({kind.id: kind.label for kind in known.pack.kinds.values()})


def _unsaid(
    items: Iterable[Item], layout: tuple[SheetColumn, ...], known: Catalogue
) -> Iterator[list[str]]:
    here = known.pack.manifest.jurisdiction
    for one in items:
        for path in lost(
            one.code, one.document, one.definition, layout, jurisdiction=here, facts=known.facts
        ):
            yield [one.code, str(one.definition.get("title", "")), path]


def _help(known: Catalogue) -> Iterator[Leaf]:
    """What each column takes, and the words that cells and expressions may use."""
    kinds = words.EVERY.join(kind.label for kind in known.pack.kinds.values())
    told = [[one.name, kinds if one.at == columns.KINDS_AT else one.help] for one in COLUMNS]
    place = next(n for n, one in enumerate(COLUMNS) if one.name == columns.AFTER) + 1
    told.insert(place, [columns.condition_name(1), columns.CONDITION_HELP])
    yield Leaf(words.HELP, [_("列"), _("怎样填")], told)
    yield Leaf(
        _("可用的事实"),
        [_("名称"), _("表达式里的写法"), _("单位"), _("类型"), _("可选的值")],
        [_fact(fact) for fact in known.facts.values()],
    )


def _fact(fact: Fact) -> list[str]:
    types = {
        "boolean": _("是否"), "integer": _("整数"), "decimal": _("小数"), "money": _("金额"),
        "date": _("日期"), "choice": _("单选"), "set": _("多选"), "code": _("代码"),
    }  # fmt: skip
    values = words.EVERY.join(f"{label}={code}" for code, label in fact.values.items())
    return [fact.label, fact.key, fact.unit, types[fact.type], values]
