"""Requests that only read remember what they have read (`furong.apps.base.remembering`)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from furong.apps.base.remembering import remembering

READING = ("GET", "HEAD")


def remember(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware; before all that reads."""

    def answered(request: HttpRequest) -> HttpResponse:
        if request.method not in READING:
            return answer(request)
        with remembering():
            return answer(request)

    return answered
