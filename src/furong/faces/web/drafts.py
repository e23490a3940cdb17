"""An import that a person is in the middle of: kept in their session until it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from furong.apps.base.models import StoredFile
from furong.apps.registry.importing import ImportPlan
from furong.apps.registry.models import ImportBatch
from furong.apps.registry.tables.reader import Table, read_table
from furong.faces.web.access import Request, person

KEY = "imports"
KEPT = 10  # drafts a session holds; the oldest gives way


@dataclass(slots=True)
class Draft:
    """A stored file and how it is to be read. mapping: place of a column, as text → target."""

    file: str
    kind: str
    source: str
    about: str = ""
    sheet: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    batch: str = ""

    def plan(self) -> ImportPlan:
        day = date.fromisoformat(self.about) if self.about else None
        return ImportPlan(
            kind=self.kind,
            mapping={int(place): target for place, target in self.mapping.items()},
            source=self.source,
            about=(day, day) if day else None,
        )


def save(request: Request, draft: Draft) -> None:
    held = {**request.session.get(KEY, {}), draft.file: asdict(draft)}
    request.session[KEY] = dict(list(held.items())[-KEPT:])


def load(request: Request, pk: UUID) -> tuple[StoredFile, Draft]:
    """The person's own file and draft; 404 for anyone else's, or for one of another session."""
    held = request.session.get(KEY, {}).get(str(pk))
    if held is None:
        raise Http404
    file = get_object_or_404(StoredFile, pk=pk, stored_by=person(request).pk)
    return file, Draft(**held)


def file_of_batch(request: Request, batch: UUID) -> StoredFile | None:
    """The file behind a batch, while the session that imported it lasts."""
    for held in request.session.get(KEY, {}).values():
        if held["batch"] == str(batch):
            return StoredFile.objects.filter(pk=held["file"]).first()
    return None


def of_batch(request: Request, batch: ImportBatch) -> Draft | None:
    """The draft that a batch is made from, while the session that began it lasts."""
    held = request.session.get(KEY, {}).get(str(batch.file_id))
    draft = Draft(**held) if held else None
    return draft if draft and draft.mapping == batch.mapping else None


@contextmanager
def table_of(file: StoredFile, draft: Draft) -> Iterator[Table]:
    with read_table(file.path, sheet=draft.sheet or None) as table:
        yield table
