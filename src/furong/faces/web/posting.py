"""Forms that may arrive twice, bring a file, and are shown again where they are refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.idempotency import digest_of, once
from furong.apps.base.journal import Actor
from furong.apps.base.models import StoredFile
from furong.faces.web.access import Request, person

STALE = 409


class Faulty(Refusal):
    """Fields are to be mended; the form says which."""


def done_once(
    request: Request, act: Callable[[], str], told: str, *, again: Callable[[], HttpResponse]
) -> HttpResponse:
    """Acts once for the form's key and goes on; where it is refused, the form is shown again."""
    try:
        target = act_once(request, act)
    except Faulty:
        messages.error(request, _("没有办成，请改正标出的各项"))
        return again()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        answer = again()
        answer.status_code = STALE
        return answer
    messages.success(request, told)
    return redirect(target)


def act_once(request: Request, act: Callable[[], str], *, by: Actor | None = None) -> str:
    """Where to go on, after acting once for the form's key. by: where nobody is signed in, who sends."""
    sent = {name: request.POST.getlist(name) for name in request.POST if name[:4] != "csrf"}
    files = [
        [name, file.name, file.size]
        for name, uploads in request.FILES.lists()
        for file in uploads
        if isinstance(file, UploadedFile)
    ]
    digest = digest_of({"path": request.path, "form": sent, "files": files})
    principal = person(request) if by is None else by
    with once(request.POST.get("key", ""), by=principal, digest=digest) as kept:
        if not kept.answered:
            kept.reply = act()
    return str(kept.reply)


def _upload(request: Request) -> "UploadedFile[Any] | None":
    file = request.FILES.get("file")
    return file if isinstance(file, UploadedFile) else None


def stored(request: Request) -> StoredFile | None:
    """The file that the form brought, kept; None without one. Raises FileRefused."""
    file = _upload(request)
    return store(file, name=file.name or "", by=person(request), at=request.at) if file else None
