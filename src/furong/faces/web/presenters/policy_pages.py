"""What the policy list, the policy page, its lists of subjects and its public page show."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.industries import Industry
from furong.faces.web.presenters.parts import Badge, Bar, Chip, Kpi, Pages, Segment, Text
from furong.faces.web.presenters.verdicts import DECIDES, ELIGIBLE, INELIGIBLE, TONES, UNKNOWN

REASON_LABELS: dict[str, Text] = {
    ELIGIBLE: _("符合的理由"),
    UNKNOWN: _("缺什么"),
    DECIDES: _("待认定的事项"),
    INELIGIBLE: _("不符合的原因"),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """How many a policy reaches, beside its title."""

    eligible: int
    unknown: int
    decides: int
    bar: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class PolicyRow:
    id: str
    title: Text
    summary: Text
    door: Badge
    window: Text
    reach: Reached | None  # None: for those who are told no figures
    open_points: int = 0
    status: Badge | None = None


@dataclass(frozen=True, slots=True)
class DocumentGroup:
    """One document and the policies in it."""

    title: Text
    imprint: Text  # 文号 · 发文机关 · 日期, as far as known
    level: Badge
    rows: Sequence[PolicyRow]


@dataclass(frozen=True, slots=True)
class PolicyList:
    total: int
    documents: int
    query: str
    level: str
    levels: Sequence[Chip]
    doors: Sequence[Chip]
    groups: Sequence[DocumentGroup]
    as_of: str
    elsewhere: bool = False  # 外地参考: shown for reference, not applied here
    whose: Text = ""  # whose figures stand beside the policies; "": none do


@dataclass(frozen=True, slots=True)
class CriterionCard:
    label: Text
    expression: str = ""
    words: Text = ""  # the expression for people who do not read expressions
    kind: Text = ""  # 需证明, 部门认定, 原文未见; none: decided by facts
    tone: str = ""
    clause: Text = ""
    proof: Text = ""
    why: Text = ""
    met: int | None = None  # how many meet this one alone
    unknown: int | None = None


@dataclass(frozen=True, slots=True)
class WorkedCase:
    title: Text
    facts: Text
    verdict: Badge
    amount: Text = ""
    boundary: bool = False


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: int
    window: Text
    origin: str
    note: Text = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class PolicyPage:
    id: str
    title: Text
    summary: Text
    level: Badge
    door: Badge
    document: Text
    grounds: Text  # the document's number, or its title in 《》
    number: str
    issuer: Text
    issued: str
    window: Text
    department: Text
    group: Text
    criteria: Sequence[CriterionCard]
    benefit: Sequence[tuple[Text, Text]]
    benefit_expression: str
    guide: Sequence[tuple[Text, Text]]
    open_points: Sequence[tuple[Text, Text]]
    notes: Sequence[Text]
    versions: Sequence[VersionRow]
    worked: Sequence[WorkedCase]
    kpis: Sequence[Kpi]
    streets: Sequence[Bar]
    sizes: Sequence[Bar]
    as_of: str
    status: Badge | None = None
    whose: Text = ""  # whose figures stand beside it; "": none do
    measured: Text = ""  # 服务对象 12,000 家
    elsewhere: bool = False
    repealed: Text = ""  # who ended it, when, why; "": nobody
    may_edit: bool = False  # a revision or a repeal may be begun here
    draft: str = ""  # the draft under way, "" for none
    under_way: int = 0  # applications that are not decided


@dataclass(frozen=True, slots=True)
class ReachedRow:
    id: str
    name: str
    number: str
    street: Text
    industry: Industry
    reason: Text
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class ReachedList:
    id: str
    title: Text
    verdict: str
    verdicts: Sequence[Chip]
    rows: Sequence[ReachedRow]
    pages: Pages
    as_of: str
    whose: Text = ""
    may_export: bool = False
    note: Text = ""
    note_tone: str = ""

    @property
    def tone(self) -> str:
        return TONES[self.verdict]

    @property
    def reason_label(self) -> Text:
        return REASON_LABELS[self.verdict]


@dataclass(frozen=True, slots=True)
class GuideSection:
    """One of the seven headings; `lines` empty means that the source was not seen."""

    heading: Text
    lines: Sequence[Text]
    unseen: Sequence[Text] = ()
    ordered: bool = False
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PublicPolicy:
    id: str
    title: Text
    summary: Text
    level: Badge
    door: Badge
    amount_lead: Text
    amount_text: Text
    amount_note: Text
    amount_unknown: bool
    amount_long: bool  # a formula rather than a figure
    sections: Sequence[GuideSection]
    as_of: str
    status: Badge | None = None


@dataclass(frozen=True, slots=True)
class PublicRow:
    id: str
    title: Text
    summary: Text
    amount_text: Text
    level: Badge
    door: Badge
    status: Badge | None = None


@dataclass(frozen=True, slots=True)
class PublicList:
    query: str
    level: str
    levels: Sequence[Chip]
    rows: Sequence[PublicRow]
