"""A stored file as an answer."""

from django.http import HttpResponse

from furong.apps.base.models import StoredFile
from furong.faces.api.problems import not_found


def sent(file: StoredFile | None) -> HttpResponse:
    """The file; 404 for none, and for one whose content lies on the disk no longer."""
    if file is None:
        raise not_found()
    try:
        content = file.path.read_bytes()
    except FileNotFoundError as gone:
        raise not_found() from gone
    return HttpResponse(content, headers=file.headers())
