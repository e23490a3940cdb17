"""Files that come with a form, and files that stand on a page.

They are stored as soon as they arrive, so that a form that is refused for another reason shows them as
kept; they come back as signed ids, which nobody else can use.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.journal import Actor
from furong.apps.base.models import StoredFile
from furong.apps.cases.reads import Told

KEPT = "-kept"
"""After the name of a control: the files that it brought before."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken in with a form that has to be sent again. token: it, signed."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class Uploads:
    """The files of whoever fills a form in. owner: whose files come back, a person's id or a link's."""

    owner: str

    def keep(self, file: StoredFile) -> Kept:
        """A stored file as it comes back with the form."""
        return Kept(self._signer().sign(str(file.pk)), file.name)

    def taken(
        self,
        name: str,
        post: QueryDict,
        files: MultiValueDict[str, Any],
        *,
        by: Actor,
        at: datetime,
    ) -> tuple[list[StoredFile], str]:
        """Those of a control, from before and from now; and why others could not be taken in."""
        held, refused = [*self._returned(post.getlist(f"{name}{KEPT}"))], []
        for upload in files.getlist(name):
            try:
                held.append(store(upload, name=upload.name or "", by=by, at=at))
            except Refusal as refusal:
                refused.append(str(refusal))
        return held, _("；").join(refused)

    def _signer(self) -> Signer:
        return Signer(salt=f"furong.form.{self.owner}")

    def _returned(self, tokens: Sequence[str]) -> Iterator[StoredFile]:
        for token in tokens:
            try:
                pk = self._signer().unsign(token)
            except BadSignature:
                continue
            if (file := StoredFile.objects.filter(pk=pk).first()) is not None:
                yield file


def stored(uploads: Iterable[Any], *, by: Actor, at: datetime) -> list[StoredFile]:
    """All of them, or FileRefused by the first that cannot be taken."""
    return [store(upload, name=upload.name or "", by=by, at=at) for upload in uploads]


def file_response(told: Iterable[Told], pk: UUID) -> HttpResponse:
    """A file of one of these moments; any other does not exist."""
    return sent(next((file for one in told for file in one.files if file.pk == pk), None))


def sent(file: StoredFile | None) -> HttpResponse:
    """The file; 404 for none, and for one whose content lies on the disk no longer."""
    if file is not None:
        with suppress(FileNotFoundError), file.open() as content:
            return HttpResponse(content.read(), headers=file.headers())
    raise Http404
