"""What a case's form sent: words as they were typed, files taken in before anything can refuse.

A form that cannot be done is shown again with all of it; files need not be chosen twice, because
they are stored at once and the form sends their ids the next time.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.http import url_has_allowed_host_and_scheme

from furong.apps.base.file_types import FileRefused
from furong.apps.base.files import store
from furong.apps.base.idempotency import digest_of
from furong.apps.base.models import StoredFile
from furong.faces.web.access import Request, person
from furong.faces.web.presenters.cases_forms import PREFIX, Typed, name_of
from furong.faces.web.presenters.parts import Text
from furong.packs.models.procedures import AsksField, FormItem

KEPT = "kept-"
MOST_FILES = 20


def typed_of(request: Request, items: Iterable[FormItem]) -> Typed:
    """What was sent for these items."""
    values: dict[str, Sequence[str]] = {}
    files: dict[str, Sequence[StoredFile]] = {}
    errors: dict[str, Text] = {}
    for item in items:
        name = name_of(item)
        if isinstance(item, AsksField) and item.type == "files":
            files[name], error = taken(request, f"{PREFIX}{name}")
            if error:
                errors[name] = error
        else:
            values[name] = request.POST.getlist(f"{PREFIX}{name}")
    return Typed(values, files, errors, empty=False)


def taken(request: Request, field: str) -> tuple[list[StoredFile], str]:
    """The files of a field: those kept from before and those that came now; and why one was not."""
    ids = [one for one in request.POST.getlist(f"{KEPT}{field}") if _is_id(one)][:MOST_FILES]
    kept = StoredFile.objects.filter(pk__in=ids, stored_by=person(request).pk)
    files, refused = [*kept], []
    for file in request.FILES.getlist(field)[:MOST_FILES]:
        if not isinstance(file, UploadedFile):
            continue
        try:
            files.append(store(file, name=file.name or "", by=person(request), at=request.at))
        except FileRefused as refusal:
            refused.append(str(refusal))
    return files, " ".join(refused)


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F-]{32,36}", text) is not None and _parses(text)


def _parses(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def first_typed(request: Request, items: Iterable[FormItem]) -> Typed | None:
    """What the address fills in of a form that is opened: `?f-main=SQ202000001`; None without any."""
    given: Mapping[str, Sequence[str]] = {
        name_of(item): request.GET.getlist(f"{PREFIX}{name_of(item)}") for item in items
    }
    given = {name: values for name, values in given.items() if values}
    return Typed(given) if given else None


def digest_of_form(request: Request) -> str:
    """Of everything that was sent, so that the same key with other content is told apart."""
    sent = {name: request.POST.getlist(name) for name in request.POST if name[:4] != "csrf"}
    named = [
        [field, file.name, file.size]
        for field in request.FILES
        for file in request.FILES.getlist(field)
        if isinstance(file, UploadedFile)
    ]
    return digest_of({"path": request.get_full_path(), "form": sent, "file": named})


def following(request: Request, otherwise: str) -> str:
    """Where to go on: the page of this site that the form names, else the other."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if own else otherwise
