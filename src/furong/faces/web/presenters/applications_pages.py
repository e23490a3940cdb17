"""What the pages of applications and decisions show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.finding_pages import Tab
from furong.faces.web.presenters.parts import Badge, Chip, Pages, Select, Text
from furong.faces.web.presenters.verdicts import CriterionRow


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    id: str
    number: str
    subject: str
    name: str
    street: Text
    policy: str
    title: Text
    amount: Amount | None
    verdict: Badge
    state: Badge
    deviates: bool
    submitted: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """application: "" for a decision on nobody's application. due: what the rule gives."""

    subject: str
    name: str
    street: Text
    policy: str
    title: Text
    outcome: Badge
    amount: Amount | None
    verdict: Badge
    due: Amount | None
    deviates: bool
    decider: Text
    reason: Text
    document: Text
    file_url: str
    decided: str
    application: str
    number: Text


@dataclass(frozen=True, slots=True)
class ListPage[R]:
    """A list of applications, or of decisions."""

    whose: Text
    tabs: Sequence[Tab]
    chips: Sequence[Chip]
    selects: Sequence[Select]
    kept: Sequence[tuple[str, str]]
    rows: Sequence[R]
    pages: Pages
    filtered: bool
    may_export: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an application's story."""

    at: str
    heading: Text
    by: Text = ""
    lines: Sequence[Text] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the rule says of a matter that is decided on."""

    badge: Badge
    due: Amount | None
    due_note: Text
    consequence: Text  # which decision would deviate


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a decision that is being entered stands to the rule."""

    deviates: bool
    told: Text
    tone: str


@dataclass(frozen=True, slots=True)
class DecideForm:
    """values, errors: by field. key: sent along, so that sending twice decides once.

    check: where to ask how the decision stands to the rule. seen: what the rule said when the form
    was made.
    """

    url: str
    check: str
    key: str
    seen: str
    rule: Rule
    weighed: Weighed | None
    values: Mapping[str, str]
    unit: Text  # what amounts are typed in
    errors: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    id: str
    number: str
    state: Badge
    subject: str
    name: str
    subject_number: str
    street: Text
    policy: str
    title: Text
    version: int
    verdict: Badge
    amount: Amount | None
    amount_note: Text
    criteria: Sequence[CriterionRow]
    facts: Text  # the statement up to which the facts were known
    steps: Sequence[Step]
    files: Sequence[tuple[str, str]]
    decision: DecisionRow | None
    changed: Text  # that the rule says otherwise by now
    form: DecideForm | None
    blocked: Text  # why the person, who otherwise decides, does not decide this
    withdraw_key: str  # "" for whoever may not take it back


@dataclass(frozen=True, slots=True)
class MatterPage:
    """A subject and a policy before it is applied for, or decided without an application."""

    subject: str
    name: str
    subject_number: str
    street: Text
    policy: str
    title: Text
    door: Badge
    verdict: Badge
    reason: Text
    amount: Amount | None
    amount_note: Text
    criteria: Sequence[CriterionRow]
    button: Text = ""
    key: str = ""
    note: str = ""
    refusal: Text = ""
    form: DecideForm | None = None
