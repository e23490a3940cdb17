"""What a page sends: done once for the form's key, however often it arrives."""

from collections.abc import Callable

from furong.apps.base.idempotency import digest_of, once
from furong.apps.base.journal import Actor
from furong.faces.web.access import Request


def once_sent(request: Request, act: Callable[[], str], *, by: Actor) -> str:
    """What `act` says, after acting once for the key that stands in the form as `key`."""
    sent = {name: request.POST.getlist(name) for name in request.POST if name[:4] != "csrf"}
    files = [
        [name, file.name, file.size]
        for name, uploads in request.FILES.lists()
        for file in uploads
        if not isinstance(file, str)
    ]
    digest = digest_of({"path": request.path, "form": sent, "file": files})
    with once(request.POST.get("key", ""), by=by, digest=digest) as kept:
        if not kept.answered:
            kept.reply = act()
    return str(kept.reply)
