"""Pages behind a signed link: a unit without an account acts, who raised a case follows, a party answers.

Whatever is wrong with a link, there is one page for it, so that nobody learns by trying which links
there are. What stands here is what an outsider may know.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import answered
from furong.apps.cases import reads
from furong.apps.cases.actions import answer_question, bearer_of, invitation_of, open_invitation
from furong.apps.cases.models import Case, Invitation
from furong.apps.directory.actions.throttling import Spent, minutes, refuse_spent, spend_try
from furong.faces.web.access import Request, public
from furong.faces.web.case_acts import Hand, Sent, send
from furong.faces.web.posting import act_once
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.case_phone import Comment, case_page
from furong.faces.web.presenters.links import PartyPage
from furong.faces.web.uploads import file_response, stored
from furong.faces.web.views.my_cases import STALE, said

LINK_TRIES = 20
"""Wrong links in a row from one address after which it opens none for a while."""


def behind_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view of an open invitation; nobody's, an expired and a revoked one all look the same."""

    @wraps(view)
    def opened(request: Request, token: str, **kwargs: Any) -> HttpResponseBase:
        real = clock.real()
        tries = f"link {request.META.get('REMOTE_ADDR', '')}"[:64]  # no username begins like this
        try:
            refuse_spent(tries, limit=LINK_TRIES, at=real)
            if (invitation := invitation_of(token, real)) is None:
                spend_try(tries, limit=LINK_TRIES, at=real)
                return _sealed(_lost(request))
        except Spent as spent:
            told = _("打不开的链接试得太多，请 %d 分钟后再打开您的链接") % minutes(spent.remaining)
            return _sealed(_lost(request, told, status=429))
        request.link = token
        return _sealed(view(request, invitation, **kwargs))

    return opened


@require_http_methods(["GET", "HEAD", "POST"])
@public
@behind_link
def open_link(request: Request, invitation: Invitation) -> HttpResponse:
    """What the link is for; a party's answer is sent here."""
    if request.method == "GET":  # a chat that fetches a preview by HEAD has not opened it
        open_invitation(invitation, at=request.at, real=clock.real())
    if invitation.kind == Invitation.Kind.PARTY:
        return _party(request, invitation)
    if request.method == "POST":
        raise Http404
    return _case_shown(request, invitation)


@require_POST
@public
@behind_link
def act_by_link(request: Request, invitation: Invitation, key: str) -> HttpResponse:
    """The acts of the unit, or of who raised the case."""
    case, hand = _case(invitation), _hand(invitation)
    sent = send(request, case, key, hand)
    if sent is not None:
        return _case_shown(request, invitation, sent=sent)
    messages.success(request, _("已提交"))
    return redirect("link", request.link)


@require_POST
@public
@behind_link
def comment_by_link(request: Request, invitation: Invitation) -> HttpResponse:
    """Words and photos: of a link always in public."""
    case = _case(invitation)
    if refusal := said(request, case, _hand(invitation)):
        return _case_shown(
            request, invitation, words=request.POST.get("words", ""), refusal=refusal
        )
    messages.success(request, _("已发送"))
    return redirect("link", request.link)


@require_safe
@public
@behind_link
def show_link_file(_request: Request, invitation: Invitation, file: UUID) -> HttpResponse:
    return file_response(reads.timeline(_case(invitation), outside=True), file)


def _party(request: Request, invitation: Invitation) -> HttpResponse:
    refusal, actor = "", _hand(invitation).actor

    def do() -> str:
        if request.POST.get("agrees") not in ("yes", "no"):
            raise Refusal(_("请选择同意或不同意"))
        event = answer_question(
            invitation,
            agrees=request.POST["agrees"] == "yes",
            words=request.POST.get("words", ""),
            files=stored(request.FILES.getlist("photos"), by=actor, at=request.at),
            at=request.at,
            real=clock.real(),
        )
        return str(event.pk)

    if request.method == "POST":
        try:
            if not answered(request.POST.get("key", ""), by=actor):
                act_once(request, do, by=actor)
        except Refusal as refused:
            refusal = str(refused)
        else:
            messages.success(request, _("已答复，谢谢您的支持"))
            return redirect("link", request.link)
    held = invitation.case.events.filter(act="party", fields__question=invitation.question)
    event = held.filter(bearer=invitation.label).order_by("sequence").last()
    page = PartyPage(
        label=invitation.label,
        question=invitation.question,
        number=invitation.case.number,
        until=figures.moment(invitation.expires_at),
        url=reverse("link", args=[request.link]),
        once=uuid4().hex,
        answered=figures.moment(event.recorded_at) if invitation.answered_at and event else "",
        agreed=bool(event and event.fields["agrees"]),
        words=event.fields["words"] if event else "",
        given=request.POST.get("agrees", ""),
        written=request.POST.get("words", ""),
        refusal=refusal,
    )
    status = STALE if refusal else 200
    return render(request, "web/link_party.html", {"page": page}, status=status)


def _case_shown(
    request: Request,
    invitation: Invitation,
    *,
    sent: Sent | None = None,
    words: str = "",
    refusal: str = "",
) -> HttpResponse:
    base = reverse("link", args=[request.link])
    page = case_page(
        _case(invitation),
        _hand(invitation),
        request.at,
        base=base,
        back="",
        outside=True,
        sent=sent,
        comment=Comment(f"{base}comment/", uuid4().hex, words, refusal),
    )
    context = {
        "page": page,
        "label": invitation.label,
        "until": figures.moment(invitation.expires_at),
    }
    status = STALE if sent or refusal else 200
    return render(request, "web/link_case.html", context, status=status)


def _hand(invitation: Invitation) -> Hand:
    return Hand(bearer_of(invitation), f"link.{invitation.pk}", f"link {invitation.pk}")


def _case(invitation: Invitation) -> Case:
    """The case as it is now; of a party's link, whose bearer is told only the question, there is none."""
    if invitation.kind == Invitation.Kind.PARTY:
        raise Http404
    return Case.objects.with_all().get(pk=invitation.case_id)


def _lost(request: Request, told: str = "", *, status: int = 404) -> HttpResponse:
    return render(request, "web/link_lost.html", {"told": told}, status=status)


def _sealed(answer: HttpResponse) -> HttpResponse:
    """Not kept, not found by a search engine, and its address told to no other site.

    Not `no-referrer`: browsers then send forms with `Origin: null`, which is no protection against
    forged requests any more.
    """
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Cache-Control"] = "private, no-store"
    return answer
