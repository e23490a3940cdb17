"""Applications and decisions: lists, an application's page, deciding, withdrawing, applying."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.directory.access import may, require
from furong.apps.handlers.actions import apply_in_name
from furong.apps.policies import reads
from furong.apps.policies.actions import (
    decide_application,
    decide_without_application,
    withdraw_application,
)
from furong.apps.policies.actions.applying import SUBMIT
from furong.apps.policies.actions.deciding import DECIDE, Ruled
from furong.apps.policies.actions.releasing import release
from furong.apps.policies.models import Application, Decision
from furong.apps.policies.models.applying import ApplicationQuerySet, DecisionQuerySet
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.cursor import page_of
from furong.faces.web.downloads import workbook
from furong.faces.web.posting import STALE, Faulty, act_once, done_once, stored
from furong.faces.web.presenters import applications as words
from furong.faces.web.presenters.applications_deciding import (
    Entered,
    decide_form,
    matter_page,
    seen,
)
from furong.faces.web.presenters.applications_pages import DecideForm
from furong.faces.web.presenters.one_policy import repealed
from furong.faces.web.presenters.whose import whose
from furong.faces.web.views.policies import text_or_404

SIZE = 50
NUMBER = ("-number",)
RECORDED = ("-recorded_at", "-id")


@require_safe
@needs("subject.view")
def list_applications(request: Request) -> HttpResponse:
    chosen = _chosen(request, words.FILTERS)
    across = _filtered(_visible(request), chosen | {"state": ""})
    found = _filtered(_visible(request), chosen)
    shown = words.application_list(
        page_of(found, NUMBER, **_turned(request), size=SIZE, total=found.count()),
        across=across,
        chosen=chosen,
        whose=_whose(request),
        may_export="subject.export" in request.actions,
    )
    template = "web/applications.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


@require_safe
@needs("subject.export")
def export_applications(request: Request) -> HttpResponse:
    """The filtered list as a file; natural persons are not in it."""
    found = _filtered(_visible(request), _chosen(request, words.FILTERS)).order_by(*NUMBER)
    released = _released(request, found.values_list("subject_id", flat=True), "applications")
    title = words.exported_title(_("申请"), _whose(request), request.at)
    rows = [one for one in found if one.subject_id in released]
    return workbook(words.applications_sheet(rows, title), _("申请"))


@require_safe
@needs("subject.view")
def show_application(request: Request, pk: UUID) -> HttpResponse:
    """An application's story; htmx asks how the decision being entered stands to the rule."""
    one = _application(request, pk)
    if request.htmx:
        entered = _entered(request.GET, _ruled(one), request)
        return render(request, "web/parts/deviation.html", {"weighed": entered.weighed()})
    return _shown(request, one)


@require_POST
@needs(DECIDE)
def decide(request: Request, pk: UUID) -> HttpResponse:
    """Decides an application; what is missing is told at its field, and nothing is lost."""
    one = _application(request, pk)
    require(person(request), DECIDE, at=request.at, on=one.subject)
    entered = _entered(request.POST, _ruled(one), request)

    def act() -> str:
        if entered.errors:
            raise Faulty
        ruling = entered.ruling(stored(request))
        decide_application(one, ruling, by=person(request), at=request.at)
        return reverse("application", args=[pk])

    return done_once(request, act, _("决定已登记"), again=lambda: _shown(request, one, entered))


@require_POST
@needs(SUBMIT)
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    one = _application(request, pk)
    require(person(request), SUBMIT, at=request.at, on=one.subject)

    def act() -> str:
        reason = request.POST.get("reason", "").strip()
        withdraw_application(one, reason=reason, by=person(request), at=request.at)
        return reverse("application", args=[pk])

    return done_once(request, act, _("申请已撤回"), again=lambda: _shown(request, one))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SUBMIT)
def apply(request: Request, pk: UUID, policy: str) -> HttpResponse:
    """Takes a policy up for a subject (代办), after a look at what the rule says."""
    subject, text = _subject(request, pk, SUBMIT), text_or_404(policy, request)

    def shown(refusal: str = "") -> HttpResponse:
        page = matter_page(
            subject, text, at=request.at, note=request.POST.get("note", ""), refusal=refusal
        )
        status = STALE if refusal else 200
        return render(request, "web/apply.html", {"page": page}, status=status)

    def act() -> str:
        note = request.POST.get("note", "")
        made = apply_in_name(subject, policy, note=note, by=person(request), at=request.at)
        return reverse("application", args=[made.application.pk])

    if request.method != "POST":
        return shown()
    try:
        target = act_once(request, act)
    except Refusal as refusal:
        return shown(str(refusal))
    messages.success(request, _("申请已受理"))
    return redirect(target)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DECIDE)
def decide_alone(request: Request, pk: UUID, policy: str) -> HttpResponse:
    """Enters a decision on a subject that applied for nothing."""
    subject, text = _subject(request, pk, DECIDE), text_or_404(policy, request)
    judgement = reads.judgement_of(subject, policy, request.at)
    ruled = Ruled(judgement.verdict, judgement.amount)
    url = reverse("subject_decide", args=[pk, policy])

    def shown(entered: Entered | None = None) -> HttpResponse:
        form = decide_form(url, ruled, user=person(request), at=request.at, entered=entered)
        page = matter_page(subject, text, at=request.at, form=form)
        return render(request, "web/decide.html", {"page": page})

    if request.htmx:
        weighed = _entered(request.GET, ruled, request).weighed()
        return render(request, "web/parts/deviation.html", {"weighed": weighed})
    if request.method != "POST":
        return shown()
    entered = _entered(request.POST, ruled, request)

    def act() -> str:
        if request.POST.get("seen") != seen(ruled):
            raise Refusal(_("您打开页面之后，判定有了变化，决定没有登记；请按新的判定核对后再提交"))
        if entered.errors:
            raise Faulty
        ruling = entered.ruling(stored(request))
        decide_without_application(subject, policy, ruling, by=person(request), at=request.at)
        return reverse("decisions")

    return done_once(request, act, _("决定已登记"), again=lambda: shown(entered))


@require_safe
@needs("subject.view")
def list_decisions(request: Request) -> HttpResponse:
    """All decisions, or those alone that deviate from the rule."""
    every, now = _decisions(request), _chosen(request, ("deviates",))["deviates"]
    found = every.deviating() if now == words.DEVIATING else every
    counts = every.count(), every.deviating().count()
    page = page_of(found, RECORDED, **_turned(request), size=SIZE, total=found.count())
    shown = words.decision_list(
        page,
        counts=counts,
        now=now,
        whose=_whose(request),
        may_export="subject.export" in request.actions,
    )
    return render(request, "web/decisions.html", {"page": shown})


@require_safe
@needs("subject.export")
def export_decisions(request: Request) -> HttpResponse:
    found = _decisions(request)
    if request.GET.get("deviates") == words.DEVIATING:
        found = found.deviating()
    released = _released(request, found.values_list("subject_id", flat=True), "decisions")
    title = words.exported_title(_("决定"), _whose(request), request.at)
    rows = [one for one in found.order_by(*RECORDED) if one.subject_id in released]
    return workbook(words.decisions_sheet(rows, title), _("决定"))


@require_safe
@needs("subject.view")
def show_decision_file(request: Request, pk: UUID) -> HttpResponse:
    """The document that a decision rests on."""
    one = get_object_or_404(_decisions(request), pk=pk)
    if one.file is None:
        raise Http404
    with one.file.open() as file:
        return HttpResponse(file.read(), headers=one.file.headers())


def _shown(request: Request, one: Application, entered: Entered | None = None) -> HttpResponse:
    one.refresh_from_db()
    user, live = person(request), one.state == Application.State.SUBMITTED
    decides = live and may(user, DECIDE, at=request.at, on=one.subject)
    own = one.submitted_by_id == user.pk
    withdraws = live and may(user, SUBMIT, at=request.at, on=one.subject)
    page = words.application_page(
        one,
        changed=_("；").join(filter(None, (_changed(one, request), repealed(one.policy))))
        if live
        else "",
        form=_form(one, request, entered) if decides and not own else None,
        blocked=_("这件申请由您提交，须由他人决定") if decides and own else "",
        withdraw_key=uuid4().hex if withdraws else "",
    )
    return render(request, "web/application.html", {"page": page})


def _form(one: Application, request: Request, entered: Entered | None) -> DecideForm:
    return decide_form(
        reverse("application_decide", args=[one.pk]),
        _ruled(one),
        check=reverse("application", args=[one.pk]),
        user=person(request),
        at=request.at,
        entered=entered,
    )


def _ruled(one: Application) -> Ruled:
    return Ruled(one.verdict, one.amount)


def _changed(one: Application, request: Request) -> str:
    """That the rule says otherwise by now, where it does."""
    now = reads.judgement_of(one.subject, one.policy, request.at)
    if (now.verdict, now.amount) == (one.verdict, one.amount):
        return ""
    return _(
        "提交之后事实或条款有变化，现在的判定与提交时不同；本件仍按提交时的判定办理，请核对后决定"
    )


def _entered(form: QueryDict, ruled: Ruled, request: Request) -> Entered:
    return Entered(form, ruled, today=timezone.localdate(request.at))


def _visible(request: Request) -> ApplicationQuerySet:
    seen_ = Subject.objects.visible_to(request.user, request.at)
    return Application.objects.filter(subject__in=seen_).select_related(
        "subject__street", "version__policy", "submitted_by", "decision__version__policy"
    )


def _application(request: Request, pk: UUID) -> Application:
    return get_object_or_404(_visible(request), pk=pk)


def _decisions(request: Request) -> DecisionQuerySet:
    seen_ = Subject.objects.visible_to(request.user, request.at)
    return Decision.objects.filter(subject__in=seen_).select_related(
        "subject__street", "version__policy", "application", "file"
    )


def _subject(request: Request, pk: UUID, action: str) -> Subject:
    """A subject that the person may see and act on so."""
    seen_ = Subject.objects.current().visible_to(request.user, request.at)
    subject = get_object_or_404(seen_.select_related("street"), pk=pk)
    require(person(request), action, at=request.at, on=subject)
    return subject


def _filtered(found: ApplicationQuerySet, chosen: Mapping[str, str]) -> ApplicationQuerySet:
    names = {"state": "state", "policy": "version__policy__code", "street": "subject__street__code"}
    wanted = {name: chosen[key] for key, name in names.items() if chosen[key]}
    return found.filter(**wanted)


def _released(request: Request, subjects: Iterable[UUID], what: str) -> frozenset[UUID]:
    return release(subjects, what=what, by=person(request), at=request.at)


def _whose(request: Request) -> str:
    told = whose(person(request), request.at)
    return str(told.name) if told else _("本人经办企业")


def _chosen(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in names}


def _turned(request: Request) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("after", "before")}
