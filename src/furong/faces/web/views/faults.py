"""When the platform itself fails: a page that says so, with a number that finds it in the log."""

import logging
import sys
from secrets import token_hex

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import timezone

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an error that nobody foresaw; made without the database, which may be what failed."""
    number = token_hex(4).upper()
    log.error("Error %s: %s %s: %r", number, request.method, request.path, sys.exception())
    page = get_template("500.html").render({"number": number, "at": timezone.now()})
    return HttpResponse(page, status=500, headers={"X-Error-Number": number})
