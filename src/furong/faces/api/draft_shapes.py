"""The shapes of drafts. A draft may be unfinished or faulty, but what it holds has its shape.

Everything that a draft's definition may say is in `docs/reference/pack.md`, policies; the schemas
name what a form shows, and let the rest through.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field

from furong.apps.policies.drafting import Examined
from furong.apps.policies.models import Draft, Opinion
from furong.apps.policies.reads import Reach
from furong.apps.policies.reads.trying import Change, Trial
from furong.faces.api import shapes
from furong.faces.api.schemas import Day
from furong.packs.cases import Outcome
from furong.packs.models.base import plain_number
from furong.packs.writing import Remark

type Amount = str | int | Decimal
"""An expression, or a sum in yuan."""

CLOSED: Any = {"extra": "forbid"}


# What is sent.


class Written(BaseModel):
    """A part of a draft: an object of the named fields, and of others that pass through.

    Not a `Schema`, which would take anything for an object and its fields for left out.
    """

    model_config = ConfigDict(extra="allow")


class Span(Written):
    """Days from and to, both included, as text; null where there is no end."""

    start: str | None = Field(None, alias="from")
    end: str | None = Field(None, alias="to")


class CriterionWritten(Written):
    """One condition: exactly one of when, attested, open, decides says how it is settled."""

    id: str = Field(max_length=64)
    label: str = ""
    when: str | None = None
    attested: str | None = None
    open: str | None = None
    decides: str | None = None
    unclear: str | None = None
    why: str = ""
    clause: str = ""
    proof: str = ""


class BenefitWritten(Written):
    """kind: exempt reduce defer deduction refund subsidy reward interest relief service finance decision."""

    kind: str = ""
    amount: Amount | None = None
    cap: Amount | None = None
    floor: Amount | None = None
    at_most: Amount | None = None
    per: str | None = None
    open: str = ""
    note: str = ""


class GroupWritten(Written):
    """Policies of which only the highest is paid."""

    id: str = ""
    label: str = ""


class BudgetWritten(Written):
    """partial: whether the last one may get what is left."""

    amount: Amount = ""
    partial: bool = False


class GuideWritten(Written):
    """How to apply."""

    materials: list[str] = []
    steps: list[str] = []
    deadline: Span | None = None
    unit: str = ""
    phone: str = ""
    channel: str = ""


class CaseWritten(Written):
    """A worked case. facts: fact → value; a missing one is unknown. amount: yuan, or `unknown`."""

    title: str = ""
    facts: dict[str, str | bool | int | Decimal | list[str] | None] = {}
    verdict: str = ""
    amount: Amount | None = None
    boundary: bool = False


class DefinitionWritten(Written):
    """A policy as a pack has it; id and version are the draft's own."""

    title: str = ""
    summary: str = ""
    kinds: list[str] = []
    door: str | None = None
    department: str = ""
    basis: str = ""
    valid: Span | None = None
    refines: list[str] = []
    supersedes: list[str] = []
    criteria: list[CriterionWritten] = []
    benefit: BenefitWritten | None = None
    group: GroupWritten | None = None
    budget: BudgetWritten | None = None
    guide: GuideWritten | None = None
    notes: list[str] = []
    cases: list[CaseWritten] = []


class DocumentWritten(Written):
    """The document's particulars. number, issued: proposed when the draft is issued."""

    title: str = ""
    number: str = ""
    issuer: str = ""
    issued: str | None = None
    level: str = ""
    jurisdiction: str = ""
    note: str = ""


class NewDraft(Schema):
    """code: of a new policy, or of an issued one, whose next version is then drafted."""

    model_config = CLOSED

    code: str = Field(max_length=32)


class DraftWritten(Schema):
    """The whole content: what is left out is no longer in the draft."""

    model_config = CLOSED

    document: DocumentWritten
    definition: DefinitionWritten


class Tried(Schema):
    """What is to be tried; without it, the draft as it is saved."""

    model_config = CLOSED

    document: DocumentWritten | None = None
    definition: DefinitionWritten | None = None


class Reason(Schema):
    model_config = CLOSED

    reason: str = Field("", max_length=200)


class NewOpinion(Schema):
    """What was seen: stage, the review (合法性审核 legality, 公平竞争审查 competition …); revision, the content."""  # zh: of the description

    model_config = CLOSED

    stage: str = Field(max_length=16)
    revision: int = Field(ge=1, le=10**8)
    passed: bool
    unit: str = Field(max_length=200)
    text: str = Field("", max_length=2000)
    number: str = Field("", max_length=100)


class Issue(Schema):
    """number, issued: of the document that issues it."""

    model_config = CLOSED

    number: str = Field(max_length=100)
    issued: Day


# What is answered.


class DraftLine(Schema):
    """base: the version that it revises, as T01@1. version: what it will be once issued."""

    id: UUID
    code: str
    version: int
    base: str | None
    stage: str
    title: str
    revision: int
    opened_by: str
    opened_at: datetime
    changed_by: str
    changed_at: datetime
    issued: str | None


class DraftShown(DraftLine):
    """way: the stages from the author's desk to the public. revision is the ETag."""

    way: list[str]
    document: dict[str, Any]
    definition: dict[str, Any]


class DraftPage(Schema):
    items: list[DraftLine]
    next: str | None


class RemarkShown(Schema):
    """path: where, as `criteria[0].when`; column: in an expression, from 1.

    unfinished: still to be written before the draft can be sent on, not an error.
    """

    path: str
    message: str
    remedy: str
    column: int | None
    unfinished: bool


class CaseOutcome(Schema):
    """A worked case, run. amounts: yuan; index: its place among the cases, from 0."""

    index: int
    title: str
    expected: str
    got: str
    amount: str | None
    ok: bool
    explanation: str


class Figures(Schema):
    """Whom a text reaches. total: yuan, before exclusive groups."""

    count: int
    eligible: int
    unknown: int
    decides: int
    ineligible: int
    total: str
    amount_unknown: int


class Group(Schema):
    """How many of one street or size qualify, by the version in force and by the draft."""

    code: str
    name: str
    before: int
    after: int


class Asked(Schema):
    """Facts that would settle so many of the undecided."""

    facts: list[str]
    settles: int


class TrialShown(Schema):
    """What a draft would do. reach: null while its rules cannot be read; before: the version in force."""

    sound: bool
    remarks: list[RemarkShown]
    cases: list[CaseOutcome]
    reach: Figures | None
    before: Figures | None
    streets: list[Group]
    sizes: list[Group]
    asked: list[Asked]
    milliseconds: int


class OpinionShown(Schema):
    """outcome: passed, returned. revision: of the draft that was reviewed."""

    stage: str
    outcome: str
    revision: int
    unit: str
    text: str
    number: str
    given_by: str
    given_at: datetime


class OpinionList(Schema):
    items: list[OpinionShown]


class Issued(Schema):
    """The version that a draft became."""

    policy: str
    version: int
    number: str
    valid_from: date | None
    valid_to: date | None


# From what the apps hold.


def written(one: Written) -> dict[str, Any]:
    """What was sent, without what was left out."""
    return one.model_dump(exclude_unset=True, by_alias=True)


def draft_line(draft: Draft) -> DraftLine:
    return DraftLine(**_line(draft))


def draft(draft: Draft) -> DraftShown:
    return DraftShown(
        **_line(draft),
        way=[str(stage) for stage in draft.way],
        document=draft.document,
        definition=draft.definition,
    )


def _line(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.pk,
        "code": draft.code,
        "version": draft.version,
        "base": str(draft.base) if draft.base else None,
        "stage": draft.stage,
        "title": draft.title,
        "revision": draft.revision,
        "opened_by": str(draft.opened_by),
        "opened_at": draft.opened_at,
        "changed_by": str(draft.changed_by),
        "changed_at": draft.changed_at,
        "issued": str(draft.issued) if draft.issued else None,
    }


def trial(examined: Examined, tried: Trial | None) -> TrialShown:
    return TrialShown(
        sound=not examined.remarks,
        remarks=[remark(one) for one in examined.remarks],
        cases=[_outcome(one) for one in examined.checked.outcomes],
        reach=_figures(tried.reach) if tried else None,
        before=_figures(tried.before) if tried and tried.before else None,
        streets=_groups(tried.streets) if tried else [],
        sizes=_groups(tried.sizes) if tried else [],
        asked=[
            Asked(facts=[fact.key for fact in one.facts], settles=one.settles)
            for one in (tried.asked if tried else ())
        ],
        milliseconds=round(tried.seconds * 1000) if tried else 0,
    )


def remark(one: Remark) -> RemarkShown:
    return RemarkShown(
        path=one.path,
        message=one.message,
        remedy=one.remedy,
        column=one.column,
        unfinished=one.unfinished,
    )


def _outcome(one: Outcome) -> CaseOutcome:
    return CaseOutcome(
        index=one.index,
        title=one.title,
        expected=one.expected,
        got=one.got,
        amount=None if one.amount is None else plain_number(one.amount),
        ok=one.ok,
        explanation=one.explanation,
    )


def _figures(reach: Reach) -> Figures:
    return Figures(
        count=reach.count,
        eligible=reach.eligible,
        unknown=reach.unknown,
        decides=reach.decides,
        ineligible=reach.ineligible,
        total=shapes.yuan(reach.total),
        amount_unknown=reach.amount_unknown,
    )


def _groups(changes: Iterable[Change]) -> list[Group]:
    return [
        Group(code=one.code, name=one.name, before=one.before, after=one.after) for one in changes
    ]


def opinion(one: Opinion) -> OpinionShown:
    return OpinionShown(
        stage=one.stage,
        outcome=one.outcome,
        revision=one.revision,
        unit=one.unit,
        text=one.text,
        number=one.number,
        given_by=str(one.given_by),
        given_at=one.given_at,
    )
