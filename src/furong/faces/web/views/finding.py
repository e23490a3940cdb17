"""Finding: who is entitled and does not receive, what to ask whom, what changed; and the calculator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from furong.apps.directory.access import Capacity, grants_for
from furong.apps.directory.models import Grant, User
from furong.apps.policies.actions.releasing import release
from furong.apps.policies.reads import Counted, listed
from furong.apps.policies.reads.changes import Changed, Changes, changes
from furong.apps.policies.reads.covering import covered_by
from furong.apps.policies.reads.finding import Entitled, Places, Wanted, entitled
from furong.apps.policies.reads.settling import MOST, Sheet, about_all, by_question, sheets
from furong.apps.policies.reads.snapshots import days
from furong.apps.registry.models import Subject
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.faces.web.access import Request, needs, person, public
from furong.faces.web.cursor import Page, slice_of
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters import figures
from furong.faces.web.presenters import finding as entitled_words
from furong.faces.web.presenters import finding_questions as question_words
from furong.faces.web.presenters.finding import entitled_page, entitled_sheet, kpis_of
from furong.faces.web.presenters.finding_changes import changes_page, changes_sheet
from furong.faces.web.presenters.finding_questions import (
    questions_page,
    questions_sheet,
    visit_cards,
)
from furong.faces.web.presenters.finding_try import try_page
from furong.faces.web.presenters.parts import Text
from furong.faces.web.presenters.whose import whose
from furong.faces.web.views.policies import text_or_404

SIZE = 50
SHEETS = 20  # subjects on a page of the question list
SORTS = ("", "amount", "-amount", "days", "-days")
WAYS = {"gained": True, "lost": False}


@dataclass(frozen=True, slots=True)
class _Sight:
    """Whom the lists are of. own: those whom the person looks after as a liaison officer, alone."""

    counted: Counted
    name: Text
    own: bool


def _sight(request: Request) -> _Sight:
    user = person(request)
    grants = grants_for(user, "subject.view", at=request.at)
    own = {(one.capacity, one.scope_kind) for one in grants} == {
        (Capacity.LIAISON, Grant.Scope.SUBJECT)
    }
    told = whose(user, request.at)
    if told:
        return _Sight(told.counted, told.name, own)
    visible = Subject.objects.current().visible_to(user, request.at)
    ids = frozenset(map(str, visible.values_list("pk", flat=True)))
    return _Sight(Counted(ids), _("本人经办企业"), own=False)


@require_safe
@needs("subject.view")
def list_entitled(request: Request) -> HttpResponse:
    """应享未享: those whom the person may see, filtered and sorted, in pages."""
    sight, chosen = _sight(request), _chosen(request, (*entitled_words.FILTERS, "sort"))
    found = entitled(request.at, sight.counted)
    places = _places(found, chosen, request)
    page = slice_of(places.tolist(), **_turned(request), size=SIZE, total=len(places))
    shown = entitled_page(
        found,
        Page(found.listed(page.rows, request.at), page.pages),
        chosen=chosen,
        kpis=kpis_of(found, places),
        whose=sight.name,
        own=sight.own,
        may_export="subject.export" in request.actions,
        may_apply="application.submit" in request.actions,
        at=request.at,
    )
    template = "web/finding.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


@require_safe
@needs("subject.export")
def export_entitled(request: Request) -> HttpResponse:
    """The filtered list as a file, in its order."""
    sight, chosen = _sight(request), _chosen(request, (*entitled_words.FILTERS, "sort"))
    found = entitled(request.at, sight.counted)
    rows = found.listed(_places(found, chosen, request), request.at)
    released = release(
        (one.subject for one in rows), what="entitled", by=person(request), at=request.at
    )
    rows = [one for one in rows if one.subject in released]
    return workbook(entitled_sheet(rows, sight.name, request.at), _("应享未享"))


def _places(found: Entitled, chosen: Mapping[str, str], request: Request) -> Places:
    wanted = Wanted(
        policy=chosen["policy"],
        door=chosen["door"],
        street=chosen["street"],
        size=chosen["size"],
        subjects=_of_officer(chosen["officer"], request),
    )
    places, sort = found.chosen(wanted), chosen["sort"]
    if sort == "amount":
        return found.by_amount(places)
    if sort.endswith("days"):
        return found.by_age(places, request.at, latest_first=sort == "days")
    return places


def _of_officer(username: str, request: Request) -> frozenset[str] | None:
    """The subjects that an officer looks after; None where none is chosen, nobody's for a stranger."""
    if not username:
        return None
    officer = User.objects.filter(username=username).first()
    return covered_by(officer, request.at) if officer else frozenset()


@require_safe
@needs("subject.view")
def list_questions(request: Request) -> HttpResponse:
    """What to ask whom, by subject or (`by=question`) by question."""
    sight, chosen = _sight(request), _chosen(request, (*question_words.FILTERS, "by"))
    found, too_many = _asked_of(request, chosen)
    at, cards, askings = _turned(request), None, None
    if chosen["by"] == "question":
        rows = about_all(request.at, sight.counted) if too_many else by_question(found)
        askings = slice_of(rows, **at, size=SIZE, total=len(rows))
    elif not too_many:
        cards = slice_of(found, **at, size=SHEETS, total=len(found))
    shown = questions_page(
        cards=cards,
        askings=askings,
        chosen=chosen,
        whose=sight.name,
        own=sight.own,
        too_many=too_many,
        may_export="subject.export" in request.actions,
        at=request.at,
    )
    template = "web/finding_questions.html"
    return render(request, f"{template}#results" if request.htmx else template, {"page": shown})


@require_safe
@needs("subject.view")
def show_visit_sheet(request: Request) -> HttpResponse:
    """The first page of the list on paper, with room for the answers."""
    sight, chosen = _sight(request), _chosen(request, question_words.FILTERS)
    found, too_many = _asked_of(request, chosen)
    page = slice_of(found, **_turned(request), size=SHEETS, total=len(found))
    shown = {
        "cards": visit_cards(page.rows, request.at, shown=5),
        "whose": sight.name,
        "too_many": too_many,
        "as_of": figures.moment(request.at),
    }
    return render(request, "web/visit_sheet.html", shown)


@require_safe
@needs("subject.export")
def export_questions(request: Request) -> HttpResponse:
    sight, chosen = _sight(request), _chosen(request, question_words.FILTERS)
    found, _too_many = _asked_of(request, chosen)
    released = release(
        (one.subject for one in found), what="questions", by=person(request), at=request.at
    )
    content = questions_sheet(found, released, sight.name, request.at)
    return workbook(content, _("走访问题清单"))


def _asked_of(request: Request, chosen: Mapping[str, str]) -> tuple[list[Sheet], str]:
    """The questions about the subjects chosen, or why there are none."""
    rows = _seen(request)
    if chosen["street"]:
        rows = rows.filter(street__code=chosen["street"])
    covered = _of_officer(chosen["officer"], request)
    if covered is not None:
        rows = rows.filter(pk__in=listed(covered))
    found = [*rows.only("kind")[: MOST + 1]]
    if len(found) > MOST:
        told = _("范围内的服务对象超过 %d 家，逐家列问题太长。请选一个街道或一名联络员") % MOST
        return [], told
    return sheets(found, request.at), ""


def _seen(request: Request) -> SubjectQuerySet:
    """Those whom the person may see and who can be asked: no persons, none that are closed."""
    visible = Subject.objects.current().visible_to(request.user, request.at)
    return visible.filter(personal=False, status=Subject.Status.ACTIVE).order_by("number")


@require_safe
@needs("subject.view")
def list_changes(request: Request) -> HttpResponse:
    """Who came to qualify and who ceased to, since yesterday or another day."""
    sight, chosen = _sight(request), _chosen(request, ("way", "policy"))
    on = _since(request)
    found = changes(on, request.at, sight.counted)
    rows = _changed(found, chosen)
    shown = changes_page(
        found,
        slice_of(rows, **_turned(request), size=SIZE, total=len(rows)) if found else None,
        on=on,
        days=days(request.at),
        chosen=chosen,
        whose=sight.name,
        may_export="subject.export" in request.actions,
        at=request.at,
    )
    return render(request, "web/finding_changes.html", {"page": shown})


@require_safe
@needs("subject.export")
def export_changes(request: Request) -> HttpResponse:
    """All changes as a file; of a day that nothing is known of there is none."""
    sight, chosen = _sight(request), _chosen(request, ("way", "policy"))
    found = changes(_since(request), request.at, sight.counted)
    if found is None:
        raise Http404
    rows = _changed(found, chosen)
    released = release(
        (row.subject for row in rows), what="changes", by=person(request), at=request.at
    )
    rows = [row for row in rows if row.subject in released]
    return workbook(changes_sheet(found, rows, sight.name, request.at), _("资格变化"))


def _since(request: Request) -> date:
    """The day asked for; without one, or with one that cannot be read, yesterday."""
    try:
        return date.fromisoformat(request.GET.get("since", ""))
    except ValueError:
        return timezone.localdate(request.at) - timedelta(days=1)


def _changed(found: Changes | None, chosen: Mapping[str, str]) -> list[Changed]:
    way = WAYS.get(chosen["way"])
    return [
        row
        for row in (found.rows if found else ())
        if way in {None, row.gained} and chosen["policy"] in {"", row.policy}
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@public
def try_policy(request: Request, policy: str) -> HttpResponse:
    """算一算: a policy's verdict on what the visitor enters; nothing is kept."""
    text = text_or_404(policy, request)
    form = request.POST if request.method == "POST" else None
    return render(request, "web/public_try.html", {"page": try_page(text, form, at=request.at)})


def _chosen(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    chosen = {name: request.GET.get(name, "").strip() for name in names}
    if chosen.get("sort", "") not in SORTS:
        chosen["sort"] = ""
    return chosen


def _turned(request: Request) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in ("after", "before")}
