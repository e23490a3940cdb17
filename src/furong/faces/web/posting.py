"""Forms that may arrive twice, bring a file, and are shown again where they are refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
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
        messages.error(request, _("未办理成功，请改正标出的各项"))
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
    principal = person(request) if by is None else by
    with once(request.POST.get("key", ""), by=principal, digest=digest_of_form(request)) as kept:
        if not kept.answered:
            kept.reply = act()
    return str(kept.reply)


def digest_of_form(request: Request) -> str:
    """Of everything that was sent, so that the same key with other content is told apart."""
    sent = {name: request.POST.getlist(name) for name in request.POST if name[:4] != "csrf"}
    files = [
        [name, file.name, file.size]
        for name, uploads in request.FILES.lists()
        for file in uploads
        if isinstance(file, UploadedFile)
    ]
    return digest_of({"path": request.get_full_path(), "form": sent, "files": files})


def following(request: Request, otherwise: str) -> str:
    """Where to go on: the page of this site that the form or the address names, else the other."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise


def _upload(request: Request) -> "UploadedFile[Any] | None":
    file = request.FILES.get("file")
    return file if isinstance(file, UploadedFile) else None


def stored(request: Request) -> StoredFile | None:
    """The file that the form brought, kept; None without one. Raises FileRefused."""
    file = _upload(request)
    return store(file, name=file.name or "", by=person(request), at=request.at) if file else None
