"""A liaison officer on the way: what is due, collecting a problem with or without a whistle."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.models import DistrictClock
from furong.apps.cases import reads
from furong.apps.cases.actions import open_asking, open_case
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.models import Case
from furong.apps.cases.reads import Openable
from furong.apps.directory.access import Capacity
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_acts import hand_of
from furong.faces.web.case_spot import Spot
from furong.faces.web.forms import Entered, Form
from furong.faces.web.posting import STALE, act_once
from furong.faces.web.presenters.asked import Asked, class_asked, own
from furong.faces.web.presenters.field import (
    Visit,
    case_url,
    cases_of,
    field_page,
    recent_first,
)
from furong.faces.web.uploads import Uploads, stored

WHISTLE = "w-"
"""Before the names of the controls that belong to the request."""


@require_safe
@needs("field.view")
def show_field(request: Request) -> HttpResponse:
    """Today: what is due, my subjects, what still lies on this phone."""
    page = field_page(
        hand_of(person(request)),
        person(request),
        request.at,
        day_ends=_day_ends(request.at),
        query=request.GET.get("q", ""),
    )
    return render(request, "web/field.html", {"page": page, "owner": person(request).pk})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("field.view")
def collect(request: Request) -> HttpResponse:
    """A problem found on a visit: a page without scripts sends it, and so does the phone's store.

    To a program it answers in JSON: 201 with number and address, 409 with what is wrong, 403 where
    the draft is another person's who was signed in on this phone before.
    """
    if not _is_owner(request):
        return HttpResponse(status=403)
    visit = _Visiting(request)
    if request.method != "POST":
        return _form(request, visit, None, None, {})
    entered = visit.form.read(request.POST, request.FILES, by=person(request), at=request.at)
    asked = visit.asks.read(request.POST, request.FILES, by=person(request), at=request.at)
    try:
        if wrong := {**entered.problems, **asked.problems}:
            raise InvalidAnswers(wrong)
        made = visit.register(entered.answers, asked.answers)
    except Refusal as refusal:
        problems = refusal.problems if isinstance(refusal, InvalidAnswers) else {}
        if _wants_json(request):
            told = {"message": str(refusal), "problems": problems}
            return JsonResponse(told, status=STALE)
        return _form(request, visit, entered, asked, problems, refusal=str(refusal))
    if _wants_json(request):
        told = {"number": made.number, "url": case_url(made), "title": made.title}
        return JsonResponse(told, status=201)
    return redirect(f"{case_url(made)}?new=1")


@require_POST
@needs("field.view")
def store_photo(request: Request) -> HttpResponse:
    """Takes a photo in, once for its key; what is given back goes with the form that it belongs to.

    403 where the draft is another person's who was signed in on this phone before.
    """
    if not _is_owner(request):
        return HttpResponse(status=403)
    visit = _Visiting(request)
    uploads = request.FILES.getlist("photo")

    def do() -> str:
        if len(uploads) != 1:
            raise Refusal(_("没有收到照片，请重新选择"))
        (file,) = stored(uploads, by=person(request), at=request.at)
        return Uploads(visit.form.owner).keep(file).token

    try:
        return JsonResponse({"token": act_once(request, do, by=person(request))}, status=201)
    except Refusal as refusal:
        return JsonResponse({"message": str(refusal)}, status=STALE)


@require_safe
@needs("field.view")
def show_field_case(request: Request, pk: UUID) -> HttpResponse:
    return _spot(request, pk).shown()


@require_POST
@needs("field.view")
def act_on_field_case(request: Request, pk: UUID, key: str) -> HttpResponse:
    """Blows the whistle later, urges, judges for the firm: whatever the procedure leaves to a liaison."""
    return _spot(request, pk).acted(key)


@require_POST
@needs("field.view")
def comment_on_field_case(request: Request, pk: UUID) -> HttpResponse:
    return _spot(request, pk).commented()


@require_safe
@needs("field.view")
def show_field_file(request: Request, pk: UUID, file: UUID) -> HttpResponse:
    return _spot(request, pk).file(file)


@dataclass(frozen=True, slots=True)
class _Visiting:
    """What is collected, for whom it may be, and the forms for it."""

    request: Request

    @property
    def opening(self) -> Openable:
        return opening()

    @property
    def form(self) -> Form:
        return Form(self.opening.machine, self.opening.items, str(person(self.request).pk))

    @property
    def whistle(self) -> str:
        """The request that can go with it, "" for none."""
        return next(iter(self.opening.requests), "")

    @property
    def asks(self) -> Form:
        one = self.opening.machine
        declared = one.procedure.requests.get(self.whistle)
        items = one.view.items(declared.form) if declared and self.blown else ()
        return Form(one, items, str(person(self.request).pk), prefix=WHISTLE)

    @property
    def blown(self) -> bool:
        return self.request.method != "POST" or "whistle" in self.request.POST

    def register(self, answers: Any, asked: Any) -> Case:
        request, one = self.request, self.opening
        common: dict[str, Any] = {
            "subject": subject_of(request, one, request.POST.get("subject", "")),
            "answers": answers,
            "kind": request.POST.get("class", ""),
            "client_id": key_of(request.POST.get("key", "")),
            "occurred_at": _claimed(request),
            "by": person(request),
            "at": request.at,
        }
        if "whistle" in request.POST and self.whistle:
            return open_asking(one.procedure, one.name, self.whistle, asked=asked, **common)
        return open_case(one.procedure, one.name, **common)


def opening() -> Openable:
    """The one by which a liaison officer collects problems: with a whistle, where there is one."""
    found = reads.openable(Capacity.LIAISON)
    if not found:
        raise Http404
    return max(found, key=lambda one: len(one.requests))


def subject_of(request: Request, one: Openable, pk: str) -> Subject:
    """One of the person's own. Raises InvalidAnswers."""
    mine = {str(own.pk): own for own in recent_first(person(request), request.at, _kinds(one))}
    if (found := mine.get(pk)) is None:
        raise InvalidAnswers({"subject": _("请选择服务对象（只能选您联点的）")})
    return found


def subject_asked(request: Request, one: Openable, *, chosen: str, error: str = "") -> Asked:
    """The choice of a subject, the one of the last visit first."""
    mine = recent_first(person(request), request.at, _kinds(one))
    if len(mine) == 1:
        chosen = str(mine[0].pk)
    names = {str(one.pk): one.name for one in mine}
    asked = own("subject", _("服务对象"), "choice", options=names, values=[chosen])
    return replace(asked, required="always", error=error)


def key_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(_("页面不完整，请重新打开再提交")) from None


def _kinds(one: Openable) -> tuple[str, ...]:
    return tuple(one.machine.procedure.subject.kinds)


def _form(
    request: Request,
    visit: _Visiting,
    entered: Entered | None,
    asked: Entered | None,
    problems: dict[str, str],
    *,
    refusal: str = "",
) -> HttpResponse:
    one, sent = visit.opening, request.POST if request.method == "POST" else request.GET
    items = visit.form.ask(entered, problems)
    first = [item for item in items if item.required == "always" or item.kind == "files"]
    declared = one.machine.procedure.requests.get(visit.whistle)
    asks = Form(
        one.machine, one.machine.view.items(declared.form) if declared else (),
        str(person(request).pk), prefix=WHISTLE,
    )  # fmt: skip
    page = Visit(
        owner=str(person(request).pk),
        label=one.label,
        subject=subject_asked(
            request, one, chosen=sent.get("subject", ""), error=problems.get("subject", "")
        ),
        first=first,
        more=[item for item in items if item not in first],
        classes=class_asked(one.classes, sent.get("class", "")),
        whistle=declared.label if declared else "",
        asked=asks.ask(asked, problems),
        once=request.POST.get("key", "") or str(uuid4()),
        now=request.at.isoformat(),
        rate=_rate(),
        blown="whistle" in sent,
        refusal=refusal if refusal and not problems else "",
    )
    status = STALE if refusal else 200
    return render(request, "web/field_new.html", {"page": page}, status=status)


def _rate() -> int:
    """District seconds to a real second."""
    held = DistrictClock.objects.filter(pk=1).first()
    if held is None or held.mode == DistrictClock.Mode.REAL:
        return 1
    return held.rate if held.mode == DistrictClock.Mode.RUNNING else 0


def _is_owner(request: Request) -> bool:
    """Whether what a phone sends was written by who is signed in; a form without scripts says nothing.

    A page that stands open outlives its session: its store sends with the cookie of whoever came after.
    """
    own = str(person(request).pk)
    return request.POST.get("owner", own) == own


def _claimed(request: Request) -> datetime | None:
    """When it was found, as the phone says; the server refuses what lies ahead of it."""
    given = request.POST.get("occurred_at", "")
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refusal(_("发生时间“%s”看不懂，应带时区，如 2020-02-18T15:00:00+08:00") % given[:40])
    return moment


def _day_ends(at: datetime) -> datetime:
    local = timezone.localtime(at)
    return datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)


def _spot(request: Request, pk: UUID) -> Spot:
    case = get_object_or_404(cases_of(person(request), request.at), pk=pk)
    return Spot(
        request,
        case,
        hand_of(person(request)),
        case_url(case),
        "web/phone_case.html",
        outside=False,
        told={"back": reverse("field"), "place": _("走访")},
    )


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("Accept", "")
