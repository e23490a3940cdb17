"""Files by content: taken in under a cap, told by their bytes, kept once."""

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.file_types import FileRefused, FileType, recognise
from furong.apps.base.journal import Actor
from furong.apps.base.models import StoredFile

type Source = bytes | Path | BinaryIO | File[Any]

NAME_LENGTH = 120  # characters, as in StoredFile.name
_CHUNK = 64 * 1024
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')  # Windows refuses them


def store(source: Source, *, name: str, by: Actor, at: datetime) -> StoredFile:
    """Keep a file: an upload, a path, an open file or bytes. `FileRefused` says why not.

    The content reaches the disk before the row does: a crash in between leaves a file that nobody
    refers to, never a row without its file.
    """
    label = clean_name(name)
    with _spooled(source, label) as (spool, sha256, size):
        kind = recognise(spool, PurePosixPath(label).suffix)
        spool.flush()
        os.fsync(spool.fileno())
        file = StoredFile(
            sha256=sha256,
            size=size,
            media_type=kind.media_type,
            name=_with_extension(label, kind),
            stored_at=at,
        )
        file.path.parent.mkdir(exist_ok=True)
        Path(spool.name).replace(file.path)  # the same bytes, if they were there before
        _sync(file.path.parent)
        _sync(file.path.parent.parent)
    with transaction.atomic():
        entry = journal.record(
            "file.store",
            by=by,
            at=at,
            about=file,
            payload={"sha256": sha256, "size": size, "media_type": kind.media_type},
            personal={"name": file.name},
        )
        file.stored_by = entry.actor_id
        file.save(force_insert=True)
    return file


@contextmanager
def passing(source: Source, *, name: str) -> Iterator[Path]:
    """A file that is read and not kept: its path, gone afterwards. `FileRefused` says why not."""
    label = clean_name(name)
    with _spooled(source, label) as (spool, _sha256, _size):
        recognise(spool, PurePosixPath(label).suffix)
        spool.flush()
        yield Path(spool.name)


def clean_name(name: str) -> str:
    """The last part of a path as clients send it, without what deceives or breaks; maybe empty."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/")).rpartition("/")[2]
    visible = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    text = " ".join(_NOT_IN_NAMES.sub("", visible).split()).strip(". ")
    stem, dot, suffix = text.rpartition(".")
    if not dot:
        return text[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(suffix) - 1]}.{suffix}"[:NAME_LENGTH]


def _with_extension(label: str, kind: FileType) -> str:
    if PurePosixPath(label).suffix:
        return label
    extension = kind.extensions[0]
    return (label or _("未命名"))[: NAME_LENGTH - len(extension)] + extension


@contextmanager
def _spooled(source: Source, label: str) -> Iterator[tuple[Any, str, int]]:
    """A copy of `source` on the disk of the store, its SHA-256 (hex) and size; gone afterwards."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    cap = settings.FURONG_UPLOAD_MB * 1024 * 1024
    sha256, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile("w+b", dir=root, prefix="incoming-", delete=False) as spool:
        try:
            for chunk in _chunks(source):
                size += len(chunk)
                if size > cap:
                    raise FileRefused(
                        _("文件 %(name)s 超过 %(cap)d MB。请压缩图片，或拆成几个文件")
                        % {"name": label, "cap": settings.FURONG_UPLOAD_MB}
                    )
                sha256.update(chunk)
                spool.write(chunk)
            if size == 0:
                raise FileRefused(_("文件 %s 是空的，请检查后重新选择") % label)
            yield spool, sha256.hexdigest(), size
        finally:
            Path(spool.name).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Brings the names in a folder to the disk: a file without its name is lost at a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _chunks(source: Source) -> Iterable[bytes]:
    match source:
        case bytes():
            return [source]
        case Path():
            return _chunks_of_path(source)
        case File():
            return source.chunks(_CHUNK)
        case _:
            return iter(lambda: source.read(_CHUNK), b"")


def _chunks_of_path(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(_CHUNK), b"")
