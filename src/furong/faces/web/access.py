"""Who may open which page. Every view carries one of these decorators, and a test holds it to that.

A page whose permission the visitor lacks does not exist for them: 404, as for an address that was
never there. Whoever has not signed in is asked to do so first.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.models import NotInstalled
from furong.apps.directory.access import ACTIONS, EVERY_ACTION, held_by
from furong.apps.directory.models import User

PUBLIC, SIGNED_IN = "public", "signed in"


class Request(HttpRequest):
    """A request as a view gets it.

    at: district time, one moment for the whole request. actions: what the visitor's grants allow
    somewhere; where exactly, the reads and verbs decide. link: the token of a page behind a signed
    link.
    """

    htmx: HtmxDetails
    at: datetime
    actions: frozenset[str]
    link: str


type View[**P] = Callable[Concatenate[Request, P], HttpResponseBase]
type Opened[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def public[**P](view: View[P]) -> Opened[P]:
    """For everyone, without signing in."""
    return _guarded(view, PUBLIC)


def signed_in[**P](view: View[P]) -> Opened[P]:
    """For everyone with an account, whatever their grants."""
    return _guarded(view, SIGNED_IN)


def needs[**P](action: str) -> Callable[[View[P]], Opened[P]]:
    """For those who hold a grant that allows the action (`furong.apps.directory.access.ACTIONS`)."""
    if action not in EVERY_ACTION:
        raise KeyError(f"{action!r} is no action of furong.apps.directory.access.ACTIONS")
    return lambda view: _guarded(view, action)


def person(request: Request) -> User:
    """The one who signed in; only behind `signed_in` or `needs`."""
    assert isinstance(request.user, User)
    return request.user


def actions_of(user: User | AnonymousUser, at: datetime) -> frozenset[str]:
    """Every action that some grant of the person allows at a moment."""
    capacities = {one.capacity for one in held_by(user, at)}
    return frozenset().union(*(ACTIONS[capacity] for capacity in capacities))


def _guarded[**P](view: View[P], permission: str) -> Opened[P]:
    @wraps(view)
    def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        _drop_nul(request)
        request.at = clock.now()
        request.user = get_user(request)  # not the lazy one: its attributes go through a proxy
        request.actions = actions_of(request.user, request.at)
        if permission != PUBLIC and not isinstance(request.user, User):
            return _to_sign_in(request)
        if permission not in {PUBLIC, SIGNED_IN} and permission not in request.actions:
            raise Http404
        with timezone.override(clock.zone()):
            return _answer(view, request, *args, **kwargs)

    guarded.__dict__["permission"] = permission
    return guarded  # type: ignore[return-value] # HtmxMiddleware and the lines above make the Request


def _drop_nul(request: HttpRequest) -> None:
    """The address is read without what nobody types and PostgreSQL does not take."""
    if "%00" not in request.META.get("QUERY_STRING", ""):
        return
    made = QueryDict(mutable=True)
    for key, values in request.GET.lists():
        made.setlist(key.replace("\0", ""), [one.replace("\0", "") for one in values])
    made._mutable = False  # noqa: SLF001 - as Django's own are
    request.GET = made  # type: ignore[assignment] # its stubs know two classes of them


def _answer[**P](
    view: View[P], request: Request, *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except PermissionDenied as denied:
        raise Http404 from denied
    except NotInstalled as refusal:
        return render(request, "web/refused.html", {"refusal": refusal}, status=503)
    except Refusal as refusal:
        return render(request, "web/refused.html", {"refusal": refusal}, status=409)


def _to_sign_in(request: Request) -> HttpResponse:
    if request.htmx:
        here = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{settings.LOGIN_URL}?next={here}")
    return redirect_to_login(request.get_full_path())
