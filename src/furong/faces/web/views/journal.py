"""The auditor's page: the latest root, and whether the journal still agrees with itself and with it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from furong.apps.base import journal
from furong.faces.web.access import Request, needs, person
from furong.faces.web.presenters.journal import journal_page, misread, verified


@require_http_methods(["GET", "HEAD", "POST"])
@needs("journal.verify")
def verify(request: Request) -> HttpResponse:
    """GET: what there is to verify. POST: verify all of it, against a kept root where one is given."""
    outcome = None
    kept = request.POST.get("root", "").strip()
    if request.method == "POST":
        try:
            outcome = verified(journal.verify(kept or None), kept)
        except ValueError as error:
            outcome = misread(str(error))
    page = journal_page(outcome, kept, reader=person(request), at=request.at)
    return render(request, "web/journal.html", {"page": page})
