"""Who may use which operation. Each operation states its permission as its `auth`.

Signed in by the session of the web pages; unsafe methods also need its CSRF token. A person without
any grant for the action gets 404, as for an address that is not there; which things a grant covers,
the reads and verbs decide.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie
from ninja.utils import check_csrf

from furong.apps.base import clock
from furong.apps.directory.access import EVERY_ACTION, may
from furong.apps.directory.models import User
from furong.faces.api.problems import Problem, not_found

SIGNED_IN = "signed in"
"""In place of an action: for everyone with an account, whose reads and verbs decide the rest."""


class Request(HttpRequest):
    """A request as an operation gets it. at: district time, one moment for the whole request."""

    auth: User
    at: datetime


class Needs(APIKeyCookie):
    """For those who hold a grant that allows the action (`furong.apps.directory.access.ACTIONS`)."""

    def __init__(self, action: str) -> None:
        if action not in {SIGNED_IN, *EVERY_ACTION}:
            raise KeyError(f"{action!r} is no action of furong.apps.directory.access.ACTIONS")
        self.action = action
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__()

    def __call__(self, request: HttpRequest) -> User | None:
        """The person who signed in; None for nobody, which is answered with 401."""
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, _key: str | None) -> User | None:
        user = get_user(request)  # not the lazy one, whose every attribute goes through a proxy
        if not isinstance(user, User):
            return None
        if check_csrf(request):
            raise Problem(
                403,
                "csrf",
                _("请求没有带上有效的 CSRF 令牌"),
                _("请把 Cookie csrftoken 的值写进 X-CSRFToken 标头"),
            )
        at = clock.now()
        if self.action != SIGNED_IN and not may(user, self.action, at=at):
            raise not_found()
        request.__dict__["at"] = at
        return user
