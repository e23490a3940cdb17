"""Subjects, what is known of them, and what the policies say of them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from ninja import Header, Query, Router
from ninja.decorators import decorate_view
from pydantic import AfterValidator, AwareDatetime

from furong.apps.directory.access import require
from furong.apps.directory.models import Zone
from furong.apps.policies import reads as policies
from furong.apps.registry import reads
from furong.apps.registry.actions import NewSubject, register_subject, state_facts
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import FactEntry, Subject, SubjectFacts
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.apps.registry.sight import may_see
from furong.apps.registry.sources import sources_open_to
from furong.engines.rules.problems import nearest
from furong.faces.api import schemas, shapes
from furong.faces.api.access import Needs, Request
from furong.faces.api.once import Answer, IdempotencyKey, answer_once
from furong.faces.api.paging import Line, Paging, page
from furong.faces.api.problems import Fault, Problem, faulty, not_found
from furong.faces.api.values import check_shapes

router = Router(tags=["服务对象"])  # zh: of the API's description

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        description="读取事实时得到的 ETag",  # zh: of the API's description
    ),
]

INDUSTRY = "industry"
"""The fact that the filter of the same name reads, where the pack declares it."""


def _within_reason(moment: datetime) -> datetime:
    """Far from the ends of the calendar, which moments in other zones would leave."""
    if not 1900 <= moment.year <= 2200:
        raise ValueError("out of range")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]


class SubjectFilters(Paging):
    """q: name, pinyin, code, number or address. updated_since: entered or stated about since."""

    q: Line = ""
    kind: Line = ""
    street: Line = ""
    industry: Line = ""
    updated_since: Moment | None = None


@router.get("/subjects", auth=Needs("subject.view"), response=schemas.SubjectPage)
def list_subjects(request: Request, filters: Query[SubjectFilters]) -> schemas.SubjectPage:
    """服务对象：您有权查看的，按编号排列。"""
    known = catalogue()
    rows, following = page(request, _filtered(_visible(request), filters), "number", filters)
    return schemas.SubjectPage(items=[shapes.subject(row, known) for row in rows], next=following)


@router.get("/subjects/{subject_id}", auth=Needs("subject.view"), response=schemas.Subject)
@decorate_view(conditional_page)
def show_subject(request: Request, subject_id: UUID) -> schemas.Subject:
    """一个服务对象。"""
    row = _subject(request, subject_id)
    into = row.merged_into
    known = into is not None and may_see(request.auth, into, request.at)
    return shapes.subject(row, catalogue(), into=into.pk if into and known else None)


@router.post("/subjects", auth=Needs("subject.import"), response={201: schemas.Subject})
def register(
    request: Request, body: schemas.NewSubject, idempotency_key: IdempotencyKey = ""
) -> HttpResponse:
    """登记一个服务对象。"""
    new = _new(body)

    def act() -> Answer:
        made = register_subject(new, by=request.auth, at=request.at)
        require(request.auth, "subject.import", at=request.at, on=made)
        shown = shapes.subject(_with_parts(Subject.objects.all()).get(pk=made.pk), catalogue())
        location = f"{request.path}/{made.pk}"
        return Answer(shown.model_dump(mode="json"), 201, {"Location": location})

    return answer_once(request, idempotency_key, act)


@router.get("/subjects/{subject_id}/facts", auth=Needs("subject.view"), response=schemas.Facts)
@decorate_view(conditional_page)
def show_facts(
    request: Request, response: HttpResponse, subject_id: UUID, at: Moment | None = None
) -> schemas.Facts:
    """已知事实：当前的，或者截至 at 所记录的。"""
    subject = _subject(request, subject_id)
    sequence = subject.projection.sequence
    if at is None:
        response["ETag"] = _etag(sequence)
    known = reads.facts_of(subject, at)
    return schemas.Facts(
        subject=subject.pk,
        sequence=sequence,
        as_of=at,
        facts={key: shapes.known_fact(one) for key, one in known.items()},
    )


@router.put("/subjects/{subject_id}/facts", auth=Needs("subject.edit"), response=schemas.Stated)
def put_facts(
    request: Request,
    subject_id: UUID,
    body: schemas.Statement,
    idempotency_key: IdempotencyKey = "",
    if_match: IfMatch = "",
) -> HttpResponse:
    """填报事实：只写所列各项，其余不动；值为 null 即撤回。"""
    subject = editable(request, subject_id)
    source = source_of(request, subject, body.source)
    check_shapes(body.values, catalogue())

    def act() -> Answer:
        _require_match(subject, if_match)
        stated = state_facts(
            subject,
            body.values,
            source=source,
            cited=body.cited,
            about=(body.about.start, body.about.end) if body.about else None,
            by=request.auth,
            at=request.at,
        )
        sequence = SubjectFacts.objects.get(subject=subject).sequence
        shown = schemas.Stated(
            subject=subject.pk,
            sequence=sequence,
            written=stated.written,
            same=stated.same,
            disputed=stated.disputed,
        )
        return Answer(shown.model_dump(mode="json"), headers={"ETag": _etag(sequence)})

    return answer_once(request, idempotency_key, act)


@router.get(
    "/subjects/{subject_id}/verdicts", auth=Needs("subject.view"), response=schemas.Verdicts
)
@decorate_view(conditional_page)
def show_verdicts(request: Request, subject_id: UUID) -> schemas.Verdicts:
    """各项政策的判定，逐条说明理由。"""
    subject = _subject(request, subject_id)
    book = policies.book(request.at)
    grouped = policies.explained(subject, request.at)
    certain = policies.settled(one.judgement for one in grouped["eligible"])
    return schemas.Verdicts(
        subject=subject.pk,
        sequence=subject.projection.sequence,
        on=policies.day_of(request.at, catalogue()),
        total=shapes.yuan(sum(certain)),
        **{
            standing: [shapes.verdict(one, book) for one in verdicts]
            for standing, verdicts in grouped.items()
        },
    )


def _with_parts(rows: SubjectQuerySet) -> SubjectQuerySet:
    return rows.select_related("street", "projection").prefetch_related("identifiers", "zones")


def _visible(request: Request) -> SubjectQuerySet:
    return _with_parts(Subject.objects.current().visible_to(request.auth, request.at))


def _subject(request: Request, subject_id: UUID) -> Subject:
    """One that the person may see, also if it was merged into another."""
    rows = _with_parts(Subject.objects.visible_to(request.auth, request.at))
    if (subject := rows.filter(pk=subject_id).first()) is None:
        raise not_found()
    return subject


def editable(request: Request, subject_id: UUID) -> Subject:
    """One that the person may see and edit."""
    subject = _subject(request, subject_id)
    require(request.auth, "subject.edit", at=request.at, on=subject)
    return subject


def _filtered(rows: SubjectQuerySet, filters: SubjectFilters) -> SubjectQuerySet:
    known = catalogue()
    if filters.kind:
        if filters.kind not in known.pack.kinds:
            raise _no_such("kind", filters.kind, known.pack.kinds)
        rows = rows.filter(kind=filters.kind)
    if filters.street:
        zones = Zone.objects.within([filters.street])
        if not zones:
            raise _no_such("street", filters.street, known.pack.zones)
        rows = rows.filter(street__in=zones)
    if filters.industry:
        if INDUSTRY not in known.facts:
            raise _no_such("industry", filters.industry, ())
        rows = rows.filter(**{f"projection__facts__{INDUSTRY}__v__startswith": filters.industry})
    if filters.updated_since:
        stated = FactEntry.objects.filter(recorded_at__gte=filters.updated_since)
        rows = rows.filter(
            Q(registered_at__gte=filters.updated_since) | Q(pk__in=stated.values("subject"))
        )
    return rows.search(filters.q) if filters.q else rows


def _no_such(name: str, value: str, known: Iterable[str]) -> Problem:
    return faulty([Fault(f"query.{name}", _("没有“%s”") % value, nearest(value, known))])


def _new(body: schemas.NewSubject) -> NewSubject:
    held = {zone.code: zone for zone in Zone.objects.filter(withdrawn=False)}
    wanted = [("street", body.street)] if body.street else []
    wanted += [(f"zones.{place}", code) for place, code in enumerate(body.zones)]
    faults = [
        Fault(where, _("没有区域“%s”") % code, _("请用内容包里的区域代码"))
        for where, code in wanted
        if code not in held
    ]
    if faults:
        raise faulty(faults)
    return NewSubject(
        kind=body.kind,
        name=body.name,
        street=held.get(body.street),
        zones=tuple(held[code] for code in body.zones),
        address=body.address,
        opened_on=body.opened_on,
        identifiers=body.identifiers,
    )


def source_of(request: Request, subject: Subject, wanted: str) -> str:
    """In whose name the person states facts: as asked, if it is open to them, else the first that is."""
    open_to = [str(one) for one in sources_open_to(request.auth, subject, at=request.at)]
    if wanted and wanted not in open_to:
        remedy = _("可用的来源：%s") % _("、").join(open_to)
        raise faulty([Fault("source", _("您不能以“%s”的名义填报") % wanted, remedy)])
    return wanted or open_to[0]


def _etag(sequence: int) -> str:
    return f'"{sequence}"'


def _require_match(subject: Subject, if_match: str) -> None:
    """Holds the facts until the transaction ends, if they are as the client last read them."""
    if not if_match:
        raise Problem(
            428,
            "if_match_missing",
            _("没有写 If-Match 标头"),
            _("请先读取事实，把得到的 ETag 写进 If-Match，以免覆盖他人刚填的内容"),
        )
    held = SubjectFacts.objects.select_for_update().get(subject=subject)
    if not {"*", _etag(held.sequence)}.intersection(parse_etags(if_match)):
        raise Problem(
            412,
            "stale",
            _("%s的事实在您读取之后又有更新") % subject,
            _("请重新读取，核对后再填报"),
        )
