"""The first page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from furong.faces.web.access import Request, person, signed_in
from furong.faces.web.presenters.home import home_page


@require_safe
@signed_in
def home(request: Request) -> HttpResponse:
    page = home_page(person(request), request.actions, at=request.at)
    return render(request, "web/home.html", {"page": page})
