"""The enterprise's problems: raise one, follow it, judge the result, take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.cases import reads
from furong.apps.cases.actions import comment, open_case
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.directory.access import Capacity
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_acts import Hand, Sent, hand_of, send
from furong.faces.web.cursor import page_of
from furong.faces.web.firms import CHOSEN, firms_of
from furong.faces.web.forms import Asked, Entered, Form
from furong.faces.web.posting import act_once
from furong.faces.web.presenters.case_phone import (
    Card,
    Comment,
    card,
    case_page,
    my_case_url,
)
from furong.faces.web.presenters.parts import Option
from furong.faces.web.uploads import file_response, stored

STALE = 409
SIZE = 30


@dataclass(frozen=True, slots=True)
class Raising:
    """The form of an opening. choices: the openings that the firm has, where there are several."""

    firm: Subject
    firms: Sequence[Option]
    label: str
    items: Sequence[Asked]
    classes: Sequence[Option]
    once: str
    choices: Sequence[Option] = ()
    refusal: str = ""


@require_safe
@needs("mine.view")
def list_mine(request: Request) -> HttpResponse:
    """What the person's firms have raised, the newest first."""
    hand = hand_of(person(request))
    turned = {name: request.GET.get(name, "") for name in ("after", "before")}
    found = _cases(request)
    page = page_of(found, ("-opened_at", "-pk"), **turned, size=SIZE, total=found.count())
    cards: list[Card] = [card(one, request.at, my_case_url(one), hand) for one in page.rows]
    context = {"cards": cards, "pages": page.pages, "may": firms_of(request).exists()}
    return render(request, "web/my_cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("mine.view")
def raise_case(request: Request) -> HttpResponse:
    """我要反映: a title, if wanted more, photos; sent twice it is one case."""
    firms = list(firms_of(request).order_by("name"))
    if not firms:
        return redirect("claims")
    sent = request.POST if request.method == "POST" else request.GET
    wanted = sent.get(CHOSEN) or request.session.get(CHOSEN)
    firm = next((one for one in firms if str(one.pk) == wanted), firms[0])
    openings = [one for one in reads.openable(Capacity.OWNER) if one.takes(firm.kind)]
    if not openings:
        raise Http404
    chosen = next((one for one in openings if one.procedure == sent.get("procedure")), openings[0])
    form = Form(chosen.machine, chosen.items, str(person(request).pk), subject=firm)

    def shown(entered: Entered | None = None, refusal: str = "", **wrong: str) -> HttpResponse:
        kind = sent.get("class", "") or next(iter(chosen.classes), "")
        page = Raising(
            firm=firm,
            firms=[Option(str(one.pk), one.name, one == firm) for one in firms],
            label=chosen.label,
            items=form.ask(entered, wrong),
            classes=[Option(k, label, k == kind) for k, label in chosen.classes.items()],
            once=request.POST.get("key", "") or str(uuid4()),
            choices=[
                Option(one.procedure, one.machine.procedure.title, one is chosen)
                for one in openings
            ],
            refusal=refusal,
        )
        status = STALE if refusal or wrong else 200
        return render(request, "web/my_case_new.html", {"page": page}, status=status)

    if request.method != "POST":
        return shown()
    entered = form.read(request.POST, request.FILES, by=person(request), at=request.at)
    if entered.problems:
        return shown(entered, **entered.problems)
    try:
        made = open_case(
            chosen.procedure,
            chosen.name,
            subject=firm,
            answers=entered.answers,
            kind=request.POST.get("class", ""),
            client_id=_key(request),
            by=person(request),
            at=request.at,
        )
    except InvalidAnswers as invalid:
        return shown(entered, **invalid.problems)
    except Refusal as refusal:
        return shown(entered, str(refusal))
    return redirect(f"{my_case_url(made)}?new=1")


@require_safe
@needs("mine.view")
def show_mine(request: Request, pk: UUID) -> HttpResponse:
    return _shown(request, _case(request, pk))


@require_POST
@needs("mine.view")
def act_on_mine(request: Request, pk: UUID, key: str) -> HttpResponse:
    """Judges, disputes, urges, reopens, takes back: whatever the procedure leaves to an enterprise."""
    case = _case(request, pk)
    sent = send(request, case, key, hand_of(person(request)))
    if sent is not None:
        return _shown(request, case, sent=sent)
    messages.success(request, _("已提交"))
    return redirect("my_case", pk)


@require_POST
@needs("mine.view")
def comment_on_mine(request: Request, pk: UUID) -> HttpResponse:
    """Words and photos for those who work on it."""
    case = _case(request, pk)
    hand = hand_of(person(request))
    if refusal := said(request, case, hand):
        return _shown(request, case, words=request.POST.get("words", ""), refusal=refusal)
    messages.success(request, _("已补充"))
    return redirect("my_case", pk)


@require_safe
@needs("mine.view")
def show_my_file(request: Request, pk: UUID, file: UUID) -> HttpResponse:
    """A photo or a paper that stands on the page."""
    case = _case(request, pk)
    return file_response(reads.timeline(case, outside=True), file)


def said(request: Request, case: Case, hand: Hand) -> str:
    """Puts a public comment with its files; why not, where it was refused."""

    def do() -> str:
        files = stored(request.FILES.getlist("photos"), by=hand.actor, at=request.at)
        event = comment(
            case,
            request.POST.get("words", ""),
            public=True,
            files=files,
            by=hand.by,
            at=request.at,
        )
        return str(event.pk)

    try:
        act_once(request, do, by=hand.actor)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _shown(
    request: Request, case: Case, *, sent: Sent | None = None, words: str = "", refusal: str = ""
) -> HttpResponse:
    case.refresh_from_db()
    base = my_case_url(case)
    page = case_page(
        case,
        hand_of(person(request)),
        request.at,
        base=base,
        back=reverse("my_cases"),
        outside=True,
        among=("action",),
        sent=sent,
        comment=Comment(f"{base}comment/", uuid4().hex, words, refusal),
        receipt="new" in request.GET,
    )
    status = STALE if sent or refusal else 200
    return render(request, "web/my_case.html", {"page": page}, status=status)


def _cases(request: Request) -> CaseQuerySet:
    """The cases of the person's firms in procedures that give an enterprise a part."""
    own = reads.procedures_of(Capacity.OWNER)
    rows = Case.objects.visible_to(request.user, request.at).with_all()
    return rows.filter(subject__in=firms_of(request).values("pk"), procedure__code__in=own)


def _case(request: Request, pk: UUID) -> Case:
    return get_object_or_404(_cases(request), pk=pk)


def _key(request: Request) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refusal(_("请从“我要反映”重新打开这一页再提交")) from None
