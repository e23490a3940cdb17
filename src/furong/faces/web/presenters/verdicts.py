"""Verdicts as words and colours: 符合, 待补信息, 待部门认定, 不符合."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.parts import Badge, Text

ELIGIBLE, UNKNOWN, DECIDES, INELIGIBLE = "eligible", "unknown", "decides", "ineligible"

BADGES = {
    ELIGIBLE: Badge(_("符合"), "jade", "check"),
    UNKNOWN: Badge(_("待补信息"), "violet", "question"),
    DECIDES: Badge(_("待部门认定"), "amber", "scale"),
    INELIGIBLE: Badge(_("不符合"), "", "close"),
}
TONES = {ELIGIBLE: "jade", UNKNOWN: "violet", DECIDES: "amber", INELIGIBLE: ""}
NOTES = {
    ELIGIBLE: _("条件逐项成立"),
    UNKNOWN: _("补齐事实即可判定"),
    DECIDES: _("须主管部门出具意见"),
    INELIGIBLE: _("至少一项条件不成立"),
}
MARKS = {"true": "check", "false": "close", "unknown": "question", "decides": "scale"}


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion on one subject: how it stands, what is known, where the source says it."""

    state: str  # true false unknown decides
    label: Text
    have: Text = ""  # what is known and how it compares, or what is missing
    source: Text = ""  # who said so, of when
    clause: Text = ""
    proof: Text = ""

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def word(self) -> str:
        """What the mark, which is a drawing, says."""
        words = {
            "true": _("满足"),
            "false": _("不满足"),
            "unknown": _("未知"),
            "decides": _("待认定"),
        }
        return str(words[self.state])


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One policy's verdict on one subject."""

    policy: str
    title: Text
    meta: Text  # 国家 · 人社部发〔2020〕11号 · 免申即享
    reason: Text  # one sentence
    verdict: str
    criteria: Sequence[CriterionRow]
    amount: Amount | None = None
    amount_note: Text = ""  # shown where no sum is: 金额待定, 服务事项
    version: int = 1

    @property
    def tone(self) -> str:
        return TONES[self.verdict]


@dataclass(frozen=True, slots=True)
class VerdictGroup:
    verdict: str
    rows: Sequence[VerdictRow]
    total: Amount | None = None

    @property
    def folded(self) -> bool:
        """What a subject does not get is one click away, not in its way."""
        return self.verdict == INELIGIBLE

    @property
    def badge(self) -> Badge:
        return BADGES[self.verdict]

    @property
    def note(self) -> Text:
        return NOTES[self.verdict]


@dataclass(frozen=True, slots=True)
class Field:
    """One fact that is asked for, and how its answer is given."""

    fact: str
    text: Text
    kind: str  # number text date choice several
    unit: Text = ""
    options: Sequence[tuple[str, Text]] = ()

    @property
    def name(self) -> str:
        return f"fact-{self.fact}"


@dataclass(frozen=True, slots=True)
class Question:
    """The facts that, asked together, settle most for the least trouble."""

    lead: Text  # 再答 1 题，可判定另外 9 项政策
    fields: Sequence[Field]
    settles: Sequence[Text] = ()  # the policies that any answer decides
    hint: Text = ""  # who answers, where the reader cannot or need not
