"""Policies, whom they reach, and the facts that they ask for."""

from django.views.decorators.http import conditional_page
from ninja import Query, Router
from ninja.decorators import decorate_view
from pydantic import Field

from furong.apps.policies import reads
from furong.apps.policies.definitions import plain
from furong.apps.policies.reads import Standing, Text
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Subject
from furong.engines.rules import Judgement, Rulebook
from furong.faces.api import schemas, shapes
from furong.faces.api.access import Needs, Request
from furong.faces.api.paging import Paging, page, slice_of
from furong.faces.api.problems import not_found

router = Router(tags=["政策"])  # zh: of the API's description


class PolicyFilters(Paging):
    """reference: only those of other places, or only those that apply here."""

    reference: bool | None = None


class ReachedFilters(Paging):
    verdict: Standing = Field("eligible", description="eligible unknown decides ineligible")


@router.get("/policies", auth=Needs("policy.view"), response=schemas.PolicyPage)
def list_policies(request: Request, filters: Query[PolicyFilters]) -> schemas.PolicyPage:
    """政策：每项取现行的一版。"""
    texts = [
        text for text in reads.library(request.at) if filters.reference in (None, text.reference)
    ]
    found, following = slice_of(request, texts, lambda text: text.policy.id, filters)
    return schemas.PolicyPage(items=[_policy(text, request) for text in found], next=following)


@router.get("/policies/{policy_id}", auth=Needs("policy.view"), response=schemas.PolicyDetail)
@decorate_view(conditional_page)
def show_policy(request: Request, policy_id: str) -> schemas.PolicyDetail:
    """一项政策：定义和各个版本。"""
    text = _text(request, policy_id)
    return schemas.PolicyDetail(
        **_policy(text, request).model_dump(),
        definition=plain(text.policy),
        versions=[
            schemas.Version(
                version=one.policy.version,
                window=shapes.period(one.window),
                origin=one.origin,
                installed_at=one.installed_at,
            )
            for one in reads.versions_of(policy_id)
        ],
    )


@router.get("/policies/{policy_id}/reach", auth=Needs("policy.view"), response=schemas.Reach)
@decorate_view(conditional_page)
def show_reach(request: Request, policy_id: str) -> schemas.Reach:
    """覆盖面：您有权查看的服务对象，有多少家符合、待补信息、待部门认定、不符合。"""
    text = _text(request, policy_id)
    counted = reads.counted_for(request.auth, request.at)
    if counted is None:
        raise not_found()
    reach = reads.reach(policy_id, request.at, counted)
    labels = {criterion.id: criterion.label for criterion in text.policy.criteria}
    return schemas.Reach(
        policy=policy_id,
        version=text.policy.version,
        on=reads.day_of(request.at, catalogue()),
        everywhere=counted.within is None,
        count=reach.count,
        eligible=reach.eligible,
        unknown=reach.unknown,
        decides=reach.decides,
        ineligible=reach.ineligible,
        total=shapes.yuan(reach.total),
        amount_unknown=reach.amount_unknown,
        criteria=[
            schemas.CriterionReach(id=key, label=labels[key], met=met, unknown=unknown)
            for key, (met, unknown) in reach.criteria.items()
        ],
        streets=[shapes.share(one) for one in reach.streets],
        sizes=[shapes.share(one) for one in reach.sizes],
    )


@router.get(
    "/policies/{policy_id}/subjects", auth=Needs("subject.view"), response=schemas.ReachedPage
)
def list_reached(
    request: Request, policy_id: str, filters: Query[ReachedFilters]
) -> schemas.ReachedPage:
    """一项政策之下某种判定的服务对象：您有权查看的，按编号排列。"""
    _text(request, policy_id)
    rows = (
        Subject.objects.current()
        .visible_to(request.auth, request.at)
        .filter(pk__in=reads.subjects_of(policy_id, filters.verdict, request.at))
        .select_related("street")
    )
    found, following = page(request, rows, "number", filters)
    book = reads.book(request.at)
    judged = reads.judgements_of(found, policy_id, request.at)
    return schemas.ReachedPage(
        items=[_reached(*pair, book) for pair in zip(found, judged, strict=True)], next=following
    )


@router.get("/facts", auth=Needs("policy.view"), response=schemas.DeclaredFacts)
@decorate_view(conditional_page)
def list_facts(request: Request) -> schemas.DeclaredFacts:  # noqa: ARG001 - ninja goes by the name
    """内容包声明的全部事实。"""
    pack = catalogue().pack
    carriers: dict[str, list[str]] = {key: [] for key in pack.facts}
    for kind in pack.kinds.values():
        for key in kind.facts:
            carriers[key].append(kind.id)
    return schemas.DeclaredFacts(
        items=[shapes.declared_fact(fact, carriers[key]) for key, fact in pack.facts.items()]
    )


def _text(request: Request, policy_id: str) -> Text:
    try:
        return reads.text_of(policy_id, request.at)
    except KeyError as error:
        raise not_found() from error


def _policy(text: Text, request: Request) -> schemas.Policy:
    day = reads.day_of(request.at, catalogue())
    return shapes.policy(text, in_force=text.applies_on(day))


def _reached(row: Subject, judgement: Judgement, book: Rulebook) -> schemas.Reached:
    return schemas.Reached(
        subject=row.pk,
        number=row.number,
        name=row.name,
        street=shapes.named(row.street),
        amount=shapes.amount(judgement.amount),
        at_most=shapes.amount(judgement.at_most),
        missing=shapes.missing(judgement.missing, book),
    )
