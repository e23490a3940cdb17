"""Pages behind a signed link: a unit without an account acts, who raised a case follows, a party answers.

Whatever is wrong with a link, there is one page for it, so that nobody learns by trying which links
there are. What stands here is what an outsider may know.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

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
from furong.apps.cases.actions import answer_question, bearer_of, invitation_of, open_invitation
from furong.apps.cases.models import Case, Invitation
from furong.apps.directory.actions.throttling import Spent, minutes, refuse_spent, spend_try
from furong.faces.web.access import Request, public
from furong.faces.web.case_acts import Hand
from furong.faces.web.case_spot import Spot
from furong.faces.web.posting import STALE, act_once
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.links import PartyPage, party_form
from furong.faces.web.uploads import Uploads

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
    return _spot(request, invitation).shown()


@require_POST
@public
@behind_link
def act_by_link(request: Request, invitation: Invitation, key: str) -> HttpResponse:
    """The acts of the unit, or of who raised the case."""
    return _spot(request, invitation).acted(key)


@require_POST
@public
@behind_link
def comment_by_link(request: Request, invitation: Invitation) -> HttpResponse:
    return _spot(request, invitation).commented()


@require_safe
@public
@behind_link
def show_link_file(request: Request, invitation: Invitation, file: UUID) -> HttpResponse:
    return _spot(request, invitation).file(file)


def _party(request: Request, invitation: Invitation) -> HttpResponse:
    hand, sent = _hand(invitation), request.POST
    uploads, refusal = Uploads(hand.owner), ""
    files, refused = uploads.taken("files", sent, request.FILES, by=hand.actor, at=request.at)

    def do() -> str:
        if sent.get("agrees") not in ("yes", "no"):
            raise Refusal(_("请选择同意或不同意"))
        if refused:
            raise Refusal(refused)
        event = answer_question(
            invitation,
            agrees=sent["agrees"] == "yes",
            words=sent.get("words", ""),
            files=files,
            at=request.at,
            real=clock.real(),
        )
        return str(event.pk)

    if request.method == "POST":
        try:
            if not answered(sent.get("key", ""), by=hand.actor):
                act_once(request, do, by=hand.actor)
        except Refusal as refusal_:
            refusal = str(refusal_)
        else:
            messages.success(request, _("已答复，谢谢您的支持"))
            return redirect("link", request.link)
    held = invitation.case.events.filter(act="party", fields__question=invitation.question)
    event = held.filter(bearer=invitation.label).order_by("sequence").last()
    kept = [uploads.keep(one) for one in files]
    page = PartyPage(
        label=invitation.label,
        question=invitation.question,
        number=invitation.case.number,
        until=figures.moment(invitation.expires_at),
        form=party_form(reverse("link", args=[request.link]), sent.dict(), kept, refusal),
        answered=figures.moment(event.recorded_at) if invitation.answered_at and event else "",
        agreed=bool(event and event.fields["agrees"]),
        words=event.fields["words"] if event else "",
    )
    status = STALE if refusal else 200
    return render(request, "web/link_party.html", {"page": page, "refusal": refusal}, status=status)


def _spot(request: Request, invitation: Invitation) -> Spot:
    return Spot(
        request,
        _case(invitation),
        _hand(invitation),
        reverse("link", args=[request.link]),
        "web/link_case.html",
        outside=True,
        told={"label": invitation.label, "until": figures.moment(invitation.expires_at)},
    )


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
