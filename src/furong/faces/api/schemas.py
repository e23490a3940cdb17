"""The shapes of answers. Money is in yuan as text, so that no program rounds it; times carry their zone."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BeforeValidator, Field, model_validator

type Value = str | int | bool | list[str] | None
"""A fact's value: decimals and money as text, dates as ISO 8601, sets as sorted lists."""


class Named(Schema):
    code: str
    name: str


class Period(Schema):
    """Days from and to, both included; null where there is no bound."""

    start: date | None
    end: date | None


class Identifier(Schema):
    """value: null where it is of a natural person, and so kept encrypted."""

    scheme: str
    value: str | None
    valid_from: date | None
    valid_to: date | None


class Subject(Schema):
    """sequence: the last statement about it, which If-Match of its facts compares."""

    id: UUID
    number: str
    kind: str
    kind_label: str
    name: str
    personal: bool
    street: Named | None
    zones: list[Named]
    address: str
    opened_on: date | None
    status: str
    identifiers: list[Identifier]
    merged_into: UUID | None
    registered_at: datetime
    sequence: int


class SubjectPage(Schema):
    items: list[Subject]
    next: str | None


class KnownFact(Schema):
    """value: null where it is personal, and so kept encrypted, and where it is suspended.

    disputed: another statement contradicts it. suspended: one of equal standing, so that the fact is
    unknown until it is settled. entry: the statement, for whoever objects to it.
    """

    label: str
    value: Value
    shown: str
    unit: str
    source: str
    source_label: str
    about: Period | None
    recorded_at: datetime
    entry: int
    disputed: bool
    suspended: bool
    personal: bool


class Facts(Schema):
    """What is known of a subject. as_of: null for now."""

    subject: UUID
    sequence: int
    as_of: datetime | None
    facts: dict[str, KnownFact]


class Stated(Schema):
    """What became of a set of statements: written, known already, written as disputed."""

    subject: UUID
    sequence: int
    written: int
    same: int
    disputed: int


class Used(Schema):
    """A fact that a criterion reads. possible: the values that a table leaves open."""

    key: str
    label: str
    shown: str
    known: bool
    derived: bool
    possible: list[str]


class Missing(Schema):
    """What would settle it: a fact by its key, or a judgement as POLICY.criterion."""

    key: str
    label: str


class Criterion(Schema):
    """answer: true, false or unknown."""

    id: str
    label: str
    answer: str
    requirement: str
    clause: str
    proof: str
    note: str
    used: list[Used]
    missing: list[Missing]


class Verdict(Schema):
    """standing: eligible, unknown, decides (only a department can settle it), ineligible."""

    policy: str
    version: int
    title: str
    standing: str
    amount: str | None
    at_most: str | None
    missing: list[Missing]
    criteria: list[Criterion]


class Verdicts(Schema):
    """total: what the subject is certain to get, of exclusive policies the highest alone."""

    subject: UUID
    sequence: int
    on: date
    total: str
    eligible: list[Verdict]
    unknown: list[Verdict]
    decides: list[Verdict]
    ineligible: list[Verdict]


class Document(Schema):
    id: str
    title: str
    number: str
    issuer: str
    issued: str
    level: str
    jurisdiction: str


class Policy(Schema):
    """reference: of another place, and only here to compare with."""

    id: str
    version: int
    title: str
    summary: str
    kinds: list[str]
    door: str | None
    department: str
    window: Period
    in_force: bool
    reference: bool
    document: Document


class PolicyPage(Schema):
    items: list[Policy]
    next: str | None


class Version(Schema):
    version: int
    window: Period
    origin: str
    installed_at: datetime


class PolicyDetail(Policy):
    """definition: the policy as a pack writes it (docs/reference/pack.md)."""

    definition: dict[str, Any]
    versions: list[Version]


class Share(Schema):
    """How the subjects of one street or size stand."""

    code: str
    name: str
    eligible: int
    unknown: int
    decides: int
    ineligible: int


class CriterionReach(Schema):
    """How many meet one criterion alone (单独符合), and of how many it is unknown."""

    id: str
    label: str
    met: int
    unknown: int


class Reach(Schema):
    """How many subjects a policy reaches, and for how much (yuan, before exclusive groups).

    everywhere: counted over the whole district; else over those whom the person may see.
    """

    policy: str
    version: int
    on: date
    everywhere: bool
    count: int
    eligible: int
    unknown: int
    decides: int
    ineligible: int
    total: str
    amount_unknown: int
    criteria: list[CriterionReach]
    streets: list[Share]
    sizes: list[Share]


class Reached(Schema):
    """One subject that has a verdict: its amount in yuan, or what it lacks."""

    subject: UUID
    number: str
    name: str
    street: Named | None
    amount: str | None
    at_most: str | None
    missing: list[Missing]


class ReachedPage(Schema):
    items: list[Reached]
    next: str | None


class DeclaredFact(Schema):
    """A fact as the pack declares it. kinds: the kinds of subject that carry it."""

    key: str
    label: str
    type: str
    unit: str
    scale: int
    min: str | None
    max: str | None
    values: dict[str, str]
    derived: bool
    sensitivity: str
    ask: str
    proof: str
    source: str
    note: str
    kinds: list[str]


class DeclaredFacts(Schema):
    items: list[DeclaredFact]


def _day(value: Any) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(_("不是日期，请写成 2020-02-24 的样子")) from None


type Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]


class NewSubject(Schema):
    """A subject to be entered. street, zones: codes; identifiers: scheme → number, as written."""

    model_config = {"extra": "forbid"}

    kind: str
    name: str = Field(max_length=200)
    street: str = ""
    zones: list[str] = []
    address: str = Field("", max_length=500)
    opened_on: Day | None = None
    identifiers: dict[str, str] = {}


class About(Schema):
    """The days, both included, that a statement is about."""

    model_config = {"extra": "forbid"}

    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start > self.end:
            raise ValueError(_("终止日早于起始日，请对调"))
        return self


class Statement(Schema):
    """Facts that are stated together; a null takes one back.

    source: in whose name (`docs/reference/api.md`), by default the first that is open to the person.
    about: the days that they are about; null for how things are.
    """

    model_config = {"extra": "forbid"}

    values: dict[str, Any]
    source: str = ""
    cited: str = Field("", max_length=200)
    about: About | None = None
