"""A case on a phone: its page, its acts, words added to it, its files; for whoever has it there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from furong.apps.cases import reads
from furong.apps.cases.models import Case
from furong.faces.web.access import Request
from furong.faces.web.case_acts import Hand, Sent, send
from furong.faces.web.comments import Comment, comment_form, say
from furong.faces.web.posting import STALE
from furong.faces.web.presenters.case_phone import case_page
from furong.faces.web.uploads import file_response


@dataclass(frozen=True, slots=True)
class Spot:
    """base: the address of the page. outside: whether it tells what may be known outside, and no more.

    among: the kinds of acts that it offers. told: what else its template says.
    """

    request: Request
    case: Case
    hand: Hand
    base: str
    template: str
    outside: bool
    among: tuple[str, ...] = ("action", "request")
    told: Mapping[str, object] = field(default_factory=dict)

    def shown(self, *, sent: Sent | None = None, said: Comment | None = None) -> HttpResponse:
        """sent, said: what has to be sent again."""
        self.case.refresh_from_db()
        page = case_page(
            self.case,
            self.hand,
            self.request.at,
            base=self.base,
            outside=self.outside,
            among=self.among,
            sent=sent,
            comment=comment_form(f"{self.base}comment/", _("补充说明、照片"), sent=said),
            receipt="new" in self.request.GET,
        )
        status = STALE if sent or said else 200
        return render(self.request, self.template, {"page": page, **self.told}, status=status)

    def acted(self, key: str) -> HttpResponse:
        if sent := send(self.request, self.case, key, self.hand):
            return self.shown(sent=sent)
        messages.success(self.request, _("已提交"))
        return redirect(self.base)

    def commented(self) -> HttpResponse:
        """Words and photos for those who work on it: in public."""
        if said := say(self.request, self.case, self.hand):
            return self.shown(said=said)
        messages.success(self.request, _("已补充"))
        return redirect(self.base)

    def file(self, pk: UUID) -> HttpResponse:
        """A photo or a paper that stands on the page."""
        return file_response(reads.timeline(self.case, outside=self.outside), pk)
