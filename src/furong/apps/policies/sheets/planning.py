"""The verdict on every row of a policy sheet: what importing it would do. Nothing is written."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from furong.apps.policies import limits
from furong.apps.policies.drafting import PARTICULARS, examine
from furong.apps.policies.models import Draft, Repeal
from furong.apps.policies.reads.library import Text, whole_library
from furong.apps.policies.sheets import columns, examples
from furong.apps.policies.sheets.cells import Unfit
from furong.apps.policies.sheets.columns import COLUMNS, SheetColumn, condition_name
from furong.apps.policies.sheets.conditions import place_in_cell
from furong.apps.policies.sheets.reading import PolicySheet, SheetRow
from furong.apps.policies.sheets.rows import CellFault, Content, Read, read_row
from furong.apps.policies.sheets.words import CASES
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.packs.content import plain
from furong.packs.models.base import is_policy_id
from furong.packs.writing import Remark


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    REVISION = "revision"
    SAME = "same"
    HELD = "held"
    INVALID = "invalid"


TAKEN = (Verdict.NEW, Verdict.REVISION)
"""The verdicts on rows that become drafts."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A row and what becomes of it. draft: the open one that the policy has already.

    notes: what is still to be written before the draft can be sent on.
    """

    row: SheetRow
    code: str
    verdict: Verdict
    document: Content
    definition: Content
    faults: tuple[CellFault, ...] = ()
    notes: tuple[str, ...] = ()
    draft: Draft | None = None

    @property
    def title(self) -> str:
        return str(self.definition.get("title", ""))

    @property
    def reason(self) -> str:
        return _("。").join(str(one) for one in self.faults)


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows are judged against."""

    known: Catalogue
    columns: tuple[SheetColumn, ...]
    texts: Mapping[str, list[Text]]
    repealed: frozenset[str]
    twice: Mapping[str, list[int]]
    cases: Mapping[str, list[SheetRow]] | None
    day: date


@dataclass(frozen=True)
class _Job:
    """A sheet to be judged. key: what the outcome hangs on, but for the drafts under way."""

    key: tuple[object, ...]
    sheet: PolicySheet = field(compare=False)
    day: date


def plan(sheet: PolicySheet, *, day: date, digest: str = "") -> list[Planned]:
    """What importing the sheet would do, row by row. day: stands for the day of issue if none is given.

    digest: of the file; its rows are then judged once, and not again for every page of them.
    """
    state = (whole_library(), Repeal.objects.count(), get_language())
    job = _Job((digest, *state), sheet, day)
    judged = _judged(job) if digest else _judged.__wrapped__(job)
    codes = Counter(one.code for one in judged)
    drafts = Draft.objects.open().filter(code__in=codes).select_related("changed_by")
    held = {draft.code: draft for draft in drafts if codes[draft.code] == 1}
    return [
        replace(one, verdict=Verdict.HELD, draft=draft, faults=(), notes=())
        if (draft := held.get(one.code))
        else one
        for one in judged
    ]


@lru_cache(maxsize=4)
def _judged(job: _Job) -> tuple[Planned, ...]:
    """The verdicts on the rows, as though there were no drafts."""
    sheet, known = job.sheet, catalogue()
    places: dict[str, list[int]] = defaultdict(list)
    for row in sheet.rows:
        places[code_of(row)].append(row.number)
    held = _Known(
        known=known,
        columns=columns.columns_for({one.id: one.label for one in known.pack.kinds.values()}),
        texts=whole_library().texts,
        repealed=frozenset(Repeal.objects.values_list("policy__code", flat=True)),
        twice={code: lines for code, lines in places.items() if len(lines) > 1},
        cases=_by_code(sheet.examples) if sheet.examples is not None else None,
        day=job.day,
    )
    return tuple(_planned(row, held) for row in sheet.rows)


def orphans(sheet: PolicySheet) -> dict[str, int]:
    """Codes of worked cases that no row of the list has, and how many cases each has."""
    listed = {code_of(row) for row in sheet.rows}
    return dict(
        Counter(code for row in sheet.examples or () if (code := code_of(row)) not in listed)
    )


def code_of(row: SheetRow) -> str:
    """The policy's id: full-width and small letters as people type them."""
    typed = unicodedata.normalize("NFKC", row.cells.get(columns.CODE.name, "")).strip()
    return typed if is_policy_id(typed) else typed.upper()


def _by_code(rows: Iterable[SheetRow]) -> dict[str, list[SheetRow]]:
    found: dict[str, list[SheetRow]] = defaultdict(list)
    for row in rows:
        found[code_of(row)].append(row)
    return found


def _planned(row: SheetRow, held: _Known) -> Planned:
    code = code_of(row)
    read = read_row(row.cells, held.columns, jurisdiction=held.known.pack.manifest.jurisdiction)
    read = _with_cases(read, code, held)
    versions = held.texts.get(code, [])
    latest = versions[-1] if versions else None
    made = Planned(row, code, Verdict.INVALID, read.document, read.definition)
    if fault := _code_fault(code, row, held):
        return replace(made, faults=(fault, *read.faults))
    if latest is not None and not read.faults and _says_the_same(read, latest):
        return replace(made, verdict=Verdict.SAME)
    if code in held.repealed:
        gone = CellFault(
            columns.CODE.name, _("%s 已经废止，不能再修订") % code, _("如需恢复，请另立新政策")
        )
        return replace(made, faults=(gone,))
    document = _of_its_own(read.document, latest) if latest else read.document
    version = latest.policy.version + 1 if latest else 1
    definition = {**read.definition, "id": code, "version": version}
    examined = examine(document, definition, code=code, day=held.day)
    unread = {one.heading for one in read.faults}
    told = [_fault(one, row) for one in examined.errors if not unread or _heading(one.path)]
    faults = [*read.faults, *(one for one in told if one.heading not in unread)]
    notes = [str(one) for one in examined.remarks if one.unfinished]
    verdict = Verdict.INVALID if faults else Verdict.REVISION if latest else Verdict.NEW
    return replace(
        made,
        verdict=verdict,
        document=document,
        definition=definition,
        faults=tuple(dict.fromkeys(faults)),
        notes=tuple(notes),
    )


def _code_fault(code: str, row: SheetRow, held: _Known) -> CellFault | None:
    name = columns.CODE.name
    if not code:
        return CellFault(name, _("没有填"), _("请用大写字母和数字，以字母开头，如 FR08"))
    if not is_policy_id(code):
        return CellFault(
            name,
            _("“%s”不合规则") % code[:40],
            _("请用大写字母和数字，以字母开头，如 FR08"),
        )
    if others := [line for line in held.twice.get(code, ()) if line != row.number]:
        lines = _("、").join(map(str, others))
        return CellFault(
            name,
            _("%(code)s 在第 %(lines)s 行也写了") % {"code": code, "lines": lines},
            _("一项政策只写一行，请留下一行或换一个编号"),
        )
    return None


def _with_cases(read: Read, code: str, held: _Known) -> Read:
    """With the worked cases of the sheet of cases; without such a sheet, those of the version in force."""
    if held.cases is None:
        versions = held.texts.get(code)
        cases = plain(versions[-1].policy).get("cases", []) if versions else []
        return replace(read, definition={**read.definition, **({"cases": cases} if cases else {})})
    judged = [f"{code}.{one['id']}" for one in read.definition["criteria"]]
    cases, faults = [], [*read.faults]
    for row in held.cases.get(code, ()):
        try:
            cases.append(examples.read_example(row.cells, code, held.known.facts, judged))
        except Unfit as unfit:
            heading = _("%(sheet)s第 %(line)d 行") % {"sheet": CASES, "line": row.number}
            faults.append(CellFault(heading, unfit.message, unfit.remedy))
    if len(cases) > limits.CASES:
        faults.append(
            CellFault(
                CASES,
                _("有 %(n)d 个，最多 %(most)d 个") % {"n": len(cases), "most": limits.CASES},
                _("请只留有代表性的情形"),
            )
        )
    definition = {**read.definition, **({"cases": cases} if cases else {})}
    return Read(read.document, definition, tuple(faults))


def _of_its_own(document: Content, latest: Text) -> Content:
    """What a revision's document says for itself: number, day and source of the old one are not its."""
    before = plain(latest.document)
    return {
        key: value
        for key, value in document.items()
        if key in PARTICULARS or value != before.get(key)
    }


def _says_the_same(read: Read, latest: Text) -> bool:
    own = {
        key: value for key, value in plain(latest.policy).items() if key not in {"id", "version"}
    }
    return read.definition == own and read.document == plain(latest.document)


_HEADINGS = {one.at.removeprefix("definition."): one.name for one in COLUMNS if one.at}


def _fault(remark: Remark, row: SheetRow) -> CellFault:
    """A remark at the cell that it is about."""
    heading = _heading(remark.path) or remark.path
    message = remark.message
    if remark.column is not None:
        cell = row.cells.get(heading, "")
        column = place_in_cell(cell, remark.column)
        message = _("%(message)s（第 %(n)d 字）") % {"message": message, "n": column}
    return CellFault(heading, message, remark.remedy)


def _heading(path: str) -> str:
    """`criteria[1].when` → 条件2; `valid.from` → 施行之日; `cases[0].facts.staff` → 样例第 1 个.

    "" for what is no cell's, such as a part of the policy that is missing whole.
    """
    if found := re.match(r"criteria\[(\d+)\]", path):
        return condition_name(int(found[1]) + 1)
    if found := re.match(r"cases\[(\d+)\]", path):
        return _("%(sheet)s第 %(n)d 个") % {"sheet": CASES, "n": int(found[1]) + 1}
    bare = re.sub(r"\[\d+\]", "", path)
    for name in (bare, f"{bare}.from", bare.rpartition(".")[0]):
        if name in _HEADINGS:
            return _HEADINGS[name]
    return {"criteria": condition_name(1), "cases": CASES}.get(bare, "")
