"""Signing in and out, and the reader's own preferences."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from furong.apps.base import clock
from furong.apps.base.models import Installation
from furong.apps.directory.actions.signing_in import SignInRefused, authenticate_person
from furong.apps.directory.models import User
from furong.faces.web.access import Request, public
from furong.faces.web.frame import LARGE
from furong.faces.web.posting import following
from furong.faces.web.presenters.desk_pages import LoginPage
from furong.faces.web.presenters.roles import role_cards

YEAR = 365 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
@public
def sign_in(request: Request) -> HttpResponse:
    """The form; in a demonstration also one button for each role."""
    if request.method != "POST":
        return _form(request)
    username, password = request.POST.get("username", ""), request.POST.get("password", "")
    try:
        user = authenticate_person(username, password, at=clock.real())
    except SignInRefused as refusal:
        return _form(request, error=str(refusal))
    login(request, user)
    return redirect(following(request, "/"))


@require_POST
@public
def sign_in_as(request: Request) -> HttpResponse:
    """One click into a role of the demonstration; anywhere else there is no such page."""
    cards = role_cards(request.at) if _is_demo() else []
    wanted = request.POST.get("username", "")
    user = get_object_or_404(
        User, username=wanted, is_active=True, username__in=[card.username for card in cards]
    )
    login(request, user)
    return redirect(following(request, "/"))


@require_POST
@public
def sign_out(request: Request) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


@require_POST
@public
def large_text(request: Request) -> HttpResponse:
    """Large text on or off, for this device."""
    response = redirect(following(request, "/"))
    if request.POST.get("large") == "1":
        response.set_cookie(LARGE, "1", max_age=YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(LARGE, samesite="Lax")
    return response


@require_POST
@public
def language(request: Request) -> HttpResponse:
    """The language of the interface, for this device; one that there is not changes nothing."""
    response = redirect(following(request, "/"))
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        name = settings.LANGUAGE_COOKIE_NAME
        response.set_cookie(name, wanted, max_age=YEAR, samesite="Lax", httponly=True)
    return response


def here(request: Request, otherwise: str, *, sign_in: bool = False) -> str:
    """Where the reader was going, on this site, or elsewhere; `sign_in`: by way of signing in."""
    target = following(request, otherwise)
    query = urlencode({"next": target})
    return f"{reverse('sign_in')}?{query}" if sign_in else target


def _form(request: Request, error: str = "") -> HttpResponse:
    page = LoginPage(
        roles=role_cards(request.at) if _is_demo() else (),
        error=error,
        username=request.POST.get("username", ""),
        next=request.POST.get("next") or request.GET.get("next", ""),
    )
    return render(request, "web/login.html", {"page": page}, status=422 if error else 200)


def _is_demo() -> bool:
    return Installation.objects.filter(demo=True).exists()
