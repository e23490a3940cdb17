"""What the pages of finding show: 应享未享, the question list, changes of eligibility, the calculator."""

from collections.abc import Sequence
from dataclasses import dataclass

from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.parts import Badge, Chip, Column, Kpi, Pages, Select, Text
from furong.faces.web.presenters.verdicts import CriterionRow, Field


@dataclass(frozen=True, slots=True)
class Tab:
    label: Text
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class EntitledRow:
    """A subject and a policy that it has not taken up. apply_url: "" for whoever may not apply."""

    id: str
    name: str
    number: str
    street: Text
    policy: str
    title: Text
    reason: Text
    amount: Amount | None
    amount_note: Text
    door: Badge
    days: Text
    days_known: bool
    officers: Text
    apply_url: str = ""


@dataclass(frozen=True, slots=True)
class EntitledPage:
    heading: Text
    whose: Text
    as_of: str
    tabs: Sequence[Tab]
    kpis: Sequence[Kpi]
    selects: Sequence[Select]
    columns: Sequence[Column]
    rows: Sequence[EntitledRow]
    pages: Pages
    filtered: bool
    may_export: bool
    kept: Sequence[tuple[str, str]] = ()
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put: its facts, but those that another one asked for already.

    same: where all of them were asked. settles: the policies that any answer decides.
    """

    fields: Sequence[Field]
    same: Text
    settles: Text
    count: int
    most: Text


@dataclass(frozen=True, slots=True)
class VisitCard:
    """What to ask one subject."""

    id: str
    name: str
    number: str
    street: Text
    address: Text
    officers: Text
    questions: Sequence[Asked]
    count: Text  # 答完可判定 9 项


@dataclass(frozen=True, slots=True)
class AskingRow:
    """One question and the subjects to ask it of, the first of them named; "" for too many."""

    texts: Sequence[Text]
    subjects: str
    settles: str
    most: Text
    named: Sequence[tuple[str, str]]
    more: int


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """by_question: the list turned round. too_many: only the questions, without whom to ask."""

    whose: Text
    as_of: str
    tabs: Sequence[Tab]
    views: Sequence[Chip]
    selects: Sequence[Select]
    cards: Sequence[VisitCard]
    askings: Sequence[AskingRow]
    pages: Pages | None
    by_question: bool
    too_many: Text
    may_export: bool
    filtered: bool
    kept: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that accounts for a change: 期末从业人员：55 人 → 30 人 · 统计报表 · 3月2日."""

    text: Text
    source: Text
    url: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    id: str
    name: str
    number: str
    street: Text
    policy: str
    title: Text
    gained: bool
    before: Badge
    now: Badge
    statements: Sequence[Statement]
    cause: Text  # where no statement accounts for it
    cause_known: bool


@dataclass(frozen=True, slots=True)
class ChangedPolicy:
    id: str
    title: Text
    gained: int
    lost: int
    cause: Badge | None
    chip: Chip


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """missing: the day asked for has no snapshot, so nothing is known of it."""

    whose: Text
    as_of: str
    since: str
    tabs: Sequence[Tab]
    days: Sequence[Chip]
    ways: Sequence[Chip]
    policies: Sequence[ChangedPolicy]
    rows: Sequence[ChangeRow]
    pages: Pages | None
    kpis: Sequence[Kpi]
    missing: Text
    may_export: bool


@dataclass(frozen=True, slots=True)
class TryField:
    """One question of the calculator with what was answered and what is wrong with that.

    numeric: the keypad that a phone shows for it, as `inputmode` names it. help: how a code is
    written.
    """

    field: Field
    value: str
    chosen: Sequence[str]
    numeric: str = ""
    help: Text = ""
    error: Text = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """The calculator's answer."""

    badge: Badge
    lead: Text
    amount: Amount | None
    amount_note: Text
    criteria: Sequence[CriterionRow]
    more: bool  # further questions would settle it


@dataclass(frozen=True, slots=True)
class TryPage:
    """closed: why the policy cannot be tried, "" where it can."""

    id: str
    title: Text
    level: Badge
    door: Badge
    fields: Sequence[TryField]
    result: Tried | None
    faults: int
    closed: Text
    as_of: str
