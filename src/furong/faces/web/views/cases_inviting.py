"""Links for who has no account: made from a case's page, shown once, taken back."""

from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import once
from furong.apps.cases import actions
from furong.apps.cases.models import Invitation
from furong.apps.directory.models import Organisation
from furong.faces.web.access import Request, needs, person
from furong.faces.web.posting import digest_of_form
from furong.faces.web.presenters.cases_around import invite_form
from furong.faces.web.presenters.cases_one import case_page, head_of
from furong.faces.web.views.cases import ACT, viewer_of

"""Where a link leads: the page by which somebody without an account takes part in one case."""

FIELDS = ("kind", "label", "organisation", "contact", "question", "days")


@require_POST
@needs(ACT)
def invite(request: Request, pk: UUID) -> HttpResponse:
    """Makes a link and shows it this once: its token is kept nowhere."""
    viewer = viewer_of(request, pk)
    sent = {name: request.POST.get(name, "").strip() for name in FIELDS}
    days = int(sent["days"]) if sent["days"].isdecimal() and len(sent["days"]) < 5 else 0
    unit = Organisation.objects.filter(code=sent["organisation"]).first()
    try:
        with once(
            request.POST.get("key", ""), by=person(request), digest=digest_of_form(request)
        ) as kept:
            if kept.answered:
                messages.warning(
                    request, _("这个链接已经生成过，只显示一次；没有记下的，请另生成一个")
                )
                return redirect("case", pk)
            made = actions.invite(
                viewer.case,
                sent["kind"] if sent["kind"] in Invitation.Kind else Invitation.Kind.PARTY,
                label=sent["label"],
                organisation=unit,
                contact=sent["contact"],
                question=sent["question"],
                days=days,
                by=person(request),
                at=request.at,
                real=clock.real(),
            )
            kept.reply = str(made.invitation.pk)
    except Refusal as refusal:
        form = invite_form(viewer.case, sent, str(refusal))
        page = case_page(viewer, real=clock.real(), invite=form)
        return render(request, "web/case.html", {"page": page}, status=409)
    link = _link(request, made.token)
    told = {
        "head": head_of(viewer),
        "invitation": made.invitation,
        "kind": Invitation.Kind(made.invitation.kind).label,
        "link": link,
        "code": drawn(link),
    }
    answer = render(request, "web/case_invited.html", told)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@needs(ACT)
def revoke(request: Request, pk: UUID, invitation: UUID) -> HttpResponse:
    viewer = viewer_of(request, pk)
    held = get_object_or_404(Invitation, pk=invitation, case=viewer.case)
    actions.revoke_invitation(held, by=person(request), at=request.at)
    messages.success(request, _("链接已收回，再打开会提示失效"))
    return redirect("case", pk)


def _link(request: Request, token: str) -> str:
    path = reverse("link", args=[token])
    if settings.FURONG_URL:
        return f"{settings.FURONG_URL.rstrip('/')}{path}"
    return request.build_absolute_uri(path)


def drawn(link: str) -> SafeString:
    """A QR code as inline SVG without styles, which the content policy would drop."""
    rows = [*segno.make(link, error="m", micro=False).matrix_iter(border=2)]
    squares = (
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><path d="{2}"/></svg>',
        len(rows),
        _("链接的二维码"),
        "".join(squares),
    )
