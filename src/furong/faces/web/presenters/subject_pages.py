"""What the subject list and the subject page show."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.industries import Industry
from furong.faces.web.presenters.parts import Badge, Chip, Column, Kpi, Pages, Select, Text
from furong.faces.web.presenters.verdicts import Question, VerdictGroup


@dataclass(frozen=True, slots=True)
class SubjectRow:
    id: str
    name: str
    number: str
    code: str
    industry: Industry
    street: Text
    size: Badge | None  # None: a kind that is not sorted by size
    eligible: int
    unknown: int
    decides: int
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class SubjectList:
    total: int
    query: str
    kinds: Sequence[Chip]
    selects: Sequence[Select]
    columns: Sequence[Column]
    rows: Sequence[SubjectRow]
    pages: Pages
    as_of: str
    may_export: bool = False
    may_call: bool = False
    filtered: bool = False
    kept: Sequence[
        tuple[str, str]
    ] = ()  # what the drop-down form carries on: the search, the kind, the order


@dataclass(frozen=True, slots=True)
class FactRow:
    key: str
    label: Text
    value: Text
    state: str = "known"  # known derived unknown masked
    history: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class FactGroup:
    title: Text
    facts: Sequence[FactRow]
    open: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    label: Text
    url: str
    note: Text = ""


@dataclass(frozen=True, slots=True)
class SubjectPage:
    id: str
    name: str
    number: str
    kind: Text
    status: Badge
    identity: Sequence[tuple[Text, Text]]
    zones: Sequence[Text]
    kpis: Sequence[Kpi]
    groups: Sequence[VerdictGroup]
    fact_groups: Sequence[FactGroup]
    as_of: str
    question: Question | None = None
    relations: Sequence[Link] = field(default_factory=tuple)
    may_edit: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRow:
    value: Text
    about: Text
    source: Text
    reporter: Text
    occurred: str
    recorded: str
    current: bool
    note: Text = ""


@dataclass(frozen=True, slots=True)
class FactHistory:
    subject_id: str
    subject_name: str
    label: Text
    key: str
    note: Text
    rows: Sequence[HistoryRow]
    disputes: Sequence[str] = ()  # the ids of those that are open
    may_contest: bool = False
