"""What the studio's pages show."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from furong.faces.web.presenters.parts import Badge, Bar, Chip, Kpi, Option, Text
from furong.faces.web.studio.state import PolicyFields


@dataclass(frozen=True, slots=True)
class DraftRow:
    id: str
    code: str
    title: Text
    version: int
    stage: Badge
    changed: Text  # 孙专员 3月2日 09:42
    mine: bool


@dataclass(frozen=True, slots=True)
class DraftList:
    rows: Sequence[DraftRow]
    stages: Sequence[Chip]
    may_write: bool
    revisable: Sequence[Option]  # issued policies that a revision may be begun of


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault or a gap at a place of the form. anchor: the field's id, to jump to."""

    text: Text
    remedy: Text
    anchor: str
    unfinished: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    label: Text
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a criterion: name is the prefix of its fields, control how values are entered.

    control: none, text, date, picks (several of `options`), range.
    """

    name: str
    place: int
    facts: Sequence[OptionGroup]
    operators: Sequence[Option]
    control: str
    values: Sequence[str]
    unit: Text = ""
    options: Sequence[Option] = ()

    @property
    def picked(self) -> Sequence[Text]:
        return [option.label for option in self.options if option.selected]


@dataclass(frozen=True, slots=True)
class CriterionView:
    """One condition on the form; `words` says its expression to those who do not read expressions."""

    name: str
    place: int
    id: str
    label: str
    way: str
    ways: Sequence[Option]
    as_text: bool
    can_be_lines: bool
    lines: Sequence[LineView]
    expression: str
    told: str  # what is attested, open or left to decide
    told_label: Text
    unclear: str
    why: str
    clause: str
    proof: str
    first: bool


@dataclass(frozen=True, slots=True)
class CriterionFeedback:
    """What is told of a condition while it is being written."""

    name: str
    expression: str = ""
    words: Text = ""
    met: int | None = None
    unknown: int = 0
    was: Text = ""  # how the version in force says it, where it says otherwise
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True, slots=True)
class CellView:
    """One fact of one worked case."""

    name: str
    label: Text
    control: str  # text, date, choice
    value: str
    options: Sequence[Option] = ()


@dataclass(frozen=True, slots=True)
class CaseView:
    name: str
    place: int
    title: str
    cells: Sequence[CellView]
    verdicts: Sequence[Option]
    amount: str
    boundary: bool


@dataclass(frozen=True, slots=True)
class CaseFeedback:
    """What a worked case comes to."""

    name: str
    outcome: Badge | None
    told: Text = ""
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """All that is counted and checked of the form as it stands, saved or not."""

    remarks: Sequence[Remark]
    criteria: Sequence[CriterionFeedback]
    cases: Sequence[CaseFeedback]
    amount: Text = ""
    kpis: Sequence[Kpi] = ()
    compared: Text = ""
    counted: Text = ""
    streets: Sequence[Bar] = ()
    sizes: Sequence[Bar] = ()
    ask: Text = ""
    settles: Text = ""

    @property
    def errors(self) -> int:
        return sum(not remark.unfinished for remark in self.remarks)

    @property
    def unfinished(self) -> int:
        return sum(remark.unfinished for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class RevisionRow:
    revision: int
    saved: Text
    current: bool


@dataclass(frozen=True, slots=True)
class OpinionRow:
    stage: Text
    outcome: Badge
    unit: Text
    text: Text
    given: Text
    number: Text
    file: str  # its address, "" where there is none


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that a version changes."""

    place: Text
    before: Text
    after: Text


@dataclass(frozen=True, slots=True)
class StepView:
    label: Text
    state: str  # done, now, later


@dataclass(frozen=True, slots=True)
class StudioHead:
    """What stands above a draft on all its pages."""

    id: str
    code: str
    title: Text
    version: int
    stage: Badge
    steps: Sequence[StepView]
    revision: int
    saved: Text
    next: Text  # 合法性审核: where it is sent first
    own: bool  # the district issues it; else it is a superior's, entered here
    revises: Text  # 修订第 1 版
    policy: str  # the issued policy's id, "" for a new one


@dataclass(frozen=True, slots=True)
class StudioPage:
    """The editor."""

    head: StudioHead
    form: PolicyFields
    criteria: Sequence[CriterionView]
    cases: Sequence[CaseView]
    kinds: Sequence[Option]
    doors: Sequence[Option]
    levels: Sequence[Option]
    benefits: Sequence[Option]
    pers: Sequence[Option]
    amount_facts: Sequence[OptionGroup]
    feedback: Feedback
    revisions: Sequence[RevisionRow]
    opinions: Sequence[OpinionRow]
    notice: Text = ""  # what was put into the form and is not saved
    stale: Text = ""
    differences: Sequence[Difference] = field(default=())


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition to be reviewed: what it says, and how it is settled where no fact settles it."""

    label: Text
    told_label: Text
    told: Text
    feedback: CriterionFeedback


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A draft as those see it who do not write on it, with what they may do."""

    head: StudioHead
    particulars: Sequence[tuple[Text, Text]]
    criteria: Sequence[Judged]
    benefit: Sequence[tuple[Text, Text]]
    guide: Sequence[tuple[Text, Text]]
    cases: Sequence[tuple[Text, CaseFeedback]]
    feedback: Feedback
    differences: Sequence[Difference]
    opinions: Sequence[OpinionRow]
    stage: str
    may_review: bool
    own: bool  # a reviewer who wrote on it
    may_issue: bool
    may_recall: bool
    today: str
    issued: str = ""  # the policy's page
    number: str = ""  # of its document, where the draft has one
