"""Who is entitled and does not receive; applications, and decisions on them."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field

from furong.apps.handlers.actions import apply_in_name
from furong.apps.policies import reads
from furong.apps.policies.actions import Ruling, decide_application
from furong.apps.policies.actions.applying import SUBMIT
from furong.apps.policies.actions.deciding import DECIDE
from furong.apps.policies.models import Application, Decision
from furong.apps.policies.models.applying import ApplicationQuerySet
from furong.apps.policies.reads import Counted, listed
from furong.apps.policies.reads.finding import Entitled, Entitlement, Wanted, entitled
from furong.apps.registry.catalogue import currency, money_digits
from furong.apps.registry.models import Subject
from furong.faces.api import shapes
from furong.faces.api.access import Needs, Request
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, page
from furong.faces.api.problems import Fault, faulty, not_found
from furong.faces.api.schemas import Day, Named
from furong.packs.currency import minor

router = Router(tags=["申请与决定"])  # zh: of the API's description


class EntitledSubject(Schema):
    """A subject that qualifies and has not taken the policy up. amount: yuan, null if not known.

    since: the day since which it has qualified, null where no snapshot tells it; at_least: it may
    have been longer.
    """

    subject: UUID
    number: str
    name: str
    street: Named | None
    amount: str | None
    since: date | None
    at_least: bool


class EntitledPage(Schema):
    items: list[EntitledSubject]
    next: str | None


class DecisionMade(Schema):
    """What was decided beside what the rule says. deviates: it is another than the rule's."""

    outcome: str
    amount: str | None
    verdict: str
    due: str | None
    deviates: bool
    decider: str
    reason: str
    document: str
    decided_on: date


class ApplicationShown(Schema):
    """criteria: the answers when it was handed in; sequence: the last statement that they rest on."""

    id: UUID
    number: str
    subject: UUID
    policy: str
    version: int
    state: str
    verdict: str
    criteria: dict[str, str]
    amount: str | None
    sequence: int
    note: str
    submitted_at: datetime
    settled_at: datetime | None
    decision: DecisionMade | None


class ApplicationPage(Schema):
    items: list[ApplicationShown]
    next: str | None


class ApplicationFilters(Paging):
    """state: submitted, granted, refused, withdrawn."""

    state: Line = ""
    policy: Line = ""
    subject: UUID | None = None


class NewApplication(Schema):
    """Takes a policy up for a subject."""

    model_config = {"extra": "forbid"}

    subject: UUID
    policy: str = Field(max_length=32)
    note: str = Field("", max_length=500)


def _minor(value: Any) -> int | None:
    """An amount in words of JSON as minor units of the district's currency."""
    if value is None:
        return None
    digits = money_digits()
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,15}(\.\d{1,6})?", value, re.ASCII):
        raise ValueError(_("金额应是文字写的数，如 %s") % shapes.yuan(10_000 * 10**digits))
    try:
        return minor(Decimal(value), digits)
    except ValueError as error:
        unit = currency()
        told = _("%(unit)s 没有小数，金额应是整数") if not digits else ""
        told = told or _("金额最多 %(digits)d 位小数（%(unit)s）")
        raise ValueError(told % {"unit": unit, "digits": digits}) from error


type Money = Annotated[int | None, BeforeValidator(_minor, json_schema_input_type=str | None)]


class NewDecision(Schema):
    """amount: in the district's currency, as text; null for a refusal and where there is none."""

    model_config = {"extra": "forbid"}

    granted: bool
    amount: Money = None
    decider: str = Field(max_length=200)
    decided_on: Day
    reason: str = Field("", max_length=1000)
    document: str = Field("", max_length=300)


@router.get("/policies/{policy_id}/entitled", auth=Needs("subject.view"), response=EntitledPage)
def list_entitled(request: Request, policy_id: str, paging: Query[Paging]) -> EntitledPage:
    """一项政策的应享未享：您有权查看的，按编号排列。"""
    try:
        reads.text_of(policy_id, request.at)
    except KeyError as error:
        raise not_found() from error
    found = entitled(request.at, _counted(request))
    held = _by_subject(found, policy_id, request.at)
    visible = Subject.objects.current().visible_to(request.auth, request.at)
    rows = visible.filter(pk__in=listed(held)).select_related("street")
    shown, following = page(request, rows, "number", paging)
    return EntitledPage(items=[_entitled(row, held[row.pk]) for row in shown], next=following)


@router.get("/applications", auth=Needs("subject.view"), response=ApplicationPage)
def list_applications(request: Request, filters: Query[ApplicationFilters]) -> ApplicationPage:
    """申请：您有权查看的，按受理号排列。"""
    rows = _visible(request)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.policy:
        rows = rows.of_policy(filters.policy)
    if filters.subject:
        rows = rows.filter(subject=filters.subject)
    shown, following = page(request, rows, "number", filters)
    return ApplicationPage(items=[_application(row) for row in shown], next=following)


@router.get("/applications/{application_id}", auth=Needs("subject.view"), response=ApplicationShown)
def show_application(request: Request, application_id: UUID) -> ApplicationShown:
    """一件申请，和对它的决定。"""
    return _application(_found(request, application_id))


@router.post("/applications", auth=Needs(SUBMIT), response={201: ApplicationShown})
def submit_application(
    request: Request, body: NewApplication, idempotency_key: IdempotencyKey = ""
) -> Any:
    """为服务对象申请一项政策；已有在办或已同意的，返回那一件。"""
    visible = Subject.objects.current().visible_to(request.auth, request.at)
    if (subject := visible.filter(pk=body.subject).first()) is None:
        raise not_found()
    try:
        reads.text_of(body.policy, request.at)
    except KeyError as error:
        raise faulty([Fault("policy", _("没有政策“%s”") % body.policy)]) from error

    def act() -> Answer:
        made = apply_in_name(subject, body.policy, note=body.note, by=request.auth, at=request.at)
        shown = _application(made.application).model_dump(mode="json")
        location = f"/api/v1/applications/{made.application.pk}"
        return Answer(shown, 201 if made.made else 200, {"Location": location})

    return answer_once(request, idempotency_key, act)


@router.post(
    "/applications/{application_id}/decision",
    auth=Needs(DECIDE),
    response={201: ApplicationShown},
)
def decide(
    request: Request,
    application_id: UUID,
    body: NewDecision,
    idempotency_key: IdempotencyKey = "",
) -> Any:
    """登记对一件申请的决定。偏离规则的（一事一议），须写明决定人、理由和依据文件。"""
    application = _found(request, application_id)

    def act() -> Answer:
        ruling = Ruling(
            granted=body.granted,
            amount=body.amount,
            decider=body.decider,
            decided_on=body.decided_on,
            reason=body.reason,
            document=body.document,
        )
        decide_application(application, ruling, by=request.auth, at=request.at)
        shown = _application(_found(request, application_id)).model_dump(mode="json")
        return Answer(shown, 201)

    return answer_once(request, idempotency_key, act)


def _counted(request: Request) -> Counted:
    """All whom the person may see, also an owner."""
    counted = reads.counted_for(request.auth, request.at)
    if counted is not None:
        return counted
    visible = Subject.objects.current().visible_to(request.auth, request.at)
    return Counted(frozenset(map(str, visible.values_list("pk", flat=True))))


def _by_subject(found: Entitled, policy: str, at: datetime) -> dict[UUID, Entitlement]:
    return {one.subject: one for one in found.listed(found.chosen(Wanted(policy=policy)), at)}


def _entitled(row: Subject, one: Entitlement) -> EntitledSubject:
    return EntitledSubject(
        subject=row.pk,
        number=row.number,
        name=row.name,
        street=shapes.named(row.street),
        amount=shapes.amount(one.amount),
        since=one.since.day if one.since else None,
        at_least=bool(one.since and not one.since.exact),
    )


def _visible(request: Request) -> ApplicationQuerySet:
    seen = Subject.objects.visible_to(request.auth, request.at)
    return Application.objects.filter(subject__in=seen).select_related(
        "version__policy", "decision"
    )


def _found(request: Request, application_id: UUID) -> Application:
    if (one := _visible(request).filter(pk=application_id).first()) is None:
        raise not_found()
    return one


def _application(one: Application) -> ApplicationShown:
    decision: Decision | None = getattr(one, "decision", None)
    return ApplicationShown(
        id=one.pk,
        number=one.number,
        subject=one.subject_id,
        policy=one.policy,
        version=one.version.version,
        state=one.state,
        verdict=one.verdict,
        criteria=one.criteria,
        amount=shapes.amount(one.amount),
        sequence=one.sequence,
        note=one.note,
        submitted_at=one.submitted_at,
        settled_at=one.settled_at,
        decision=_decision(decision) if decision else None,
    )


def _decision(one: Decision) -> DecisionMade:
    return DecisionMade(
        outcome=one.outcome,
        amount=shapes.amount(one.amount),
        verdict=one.verdict,
        due=shapes.amount(one.due),
        deviates=one.deviates,
        decider=one.decider,
        reason=one.reason,
        document=one.document,
        decided_on=one.decided_on,
    )
