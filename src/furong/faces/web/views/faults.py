"""When a request cannot be read, or the platform itself fails: pages that say so and what to do."""

import logging
import sys
from secrets import token_hex

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import timezone

log = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - the handler's form
    """The page for a request that cannot be taken; of one that is too large it says so."""
    too_large = isinstance(exception, TooManyFieldsSent | TooManyFilesSent | RequestDataTooBig)
    page = get_template("400.html").render({"too_large": too_large})
    return HttpResponse(page, status=413 if too_large else 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an error that nobody foresaw; made without the database, which may be what failed."""
    number = token_hex(4).upper()
    log.error("Error %s: %s %s: %r", number, request.method, request.path, sys.exception())
    page = get_template("500.html").render({"number": number, "at": timezone.now()})
    return HttpResponse(page, status=500, headers={"X-Error-Number": number})
