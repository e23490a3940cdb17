"""Files that come with a form, and files that stand on a page."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from furong.apps.base.files import store
from furong.apps.base.journal import Actor
from furong.apps.base.models import StoredFile
from furong.apps.cases.reads import Told


def stored(uploads: Iterable[Any], *, by: Actor, at: datetime) -> list[StoredFile]:
    """All of them, or FileRefused by the first that cannot be taken."""
    return [store(upload, name=upload.name or "", by=by, at=at) for upload in uploads]


def file_response(told: Iterable[Told], pk: UUID) -> HttpResponse:
    """A file of one of these moments; any other does not exist."""
    file = next((file for one in told for file in one.files if file.pk == pk), None)
    if file is None:
        raise Http404
    with file.open() as content:
        return HttpResponse(content.read(), headers=file.headers())
