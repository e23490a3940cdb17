"""The enterprise's problems: raise one, follow it, judge the result, take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.cases import reads
from furong.apps.cases.actions import open_case
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.directory.access import Capacity
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_acts import hand_of
from furong.faces.web.case_spot import Spot
from furong.faces.web.cursor import page_of
from furong.faces.web.firms import CHOSEN, firms_of
from furong.faces.web.forms import Entered, Form
from furong.faces.web.posting import STALE
from furong.faces.web.presenters.asked import Asked, class_asked, own
from furong.faces.web.presenters.case_phone import (
    Card,
    card,
    my_case_url,
)
from furong.faces.web.presenters.parts import Option

SIZE = 30


@dataclass(frozen=True, slots=True)
class Raising:
    """The form of an opening. choices: the openings that the firm has, where there are several."""

    firm: Subject
    label: str
    items: Sequence[Asked]
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
        names = {str(one.pk): one.name for one in firms}
        which = own(CHOSEN, _("哪家企业的事"), "list", options=names, values=[str(firm.pk)])
        page = Raising(
            firm=firm,
            label=chosen.label,
            items=[
                *([which] if len(firms) > 1 else []),
                *form.ask(entered, wrong),
                *class_asked(chosen.classes, sent.get("class", "")),
            ],
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
    return _spot(request, pk).shown()


@require_POST
@needs("mine.view")
def act_on_mine(request: Request, pk: UUID, key: str) -> HttpResponse:
    """Judges, disputes, urges, reopens, takes back: whatever the procedure leaves to an enterprise."""
    return _spot(request, pk).acted(key)


@require_POST
@needs("mine.view")
def comment_on_mine(request: Request, pk: UUID) -> HttpResponse:
    return _spot(request, pk).commented()


@require_safe
@needs("mine.view")
def show_my_file(request: Request, pk: UUID, file: UUID) -> HttpResponse:
    return _spot(request, pk).file(file)


def _spot(request: Request, pk: UUID) -> Spot:
    case = get_object_or_404(_cases(request), pk=pk)
    return Spot(
        request,
        case,
        hand_of(person(request)),
        my_case_url(case),
        "web/phone_case.html",
        outside=True,
        among=("action",),
        told={"back": reverse("my_cases"), "place": _("我的诉求")},
    )


def _cases(request: Request) -> CaseQuerySet:
    """The cases of the person's firms in procedures that give an enterprise a part."""
    own = reads.procedures_of(Capacity.OWNER)
    rows = Case.objects.visible_to(request.user, request.at).with_all()
    return rows.filter(subject__in=firms_of(request).values("pk"), procedure__code__in=own)


def _key(request: Request) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise Refusal(_("请从“我要反映”重新打开这一页再提交")) from None
