"""Files that users handed in or that the platform made."""

from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import models
from django.utils.http import content_disposition_header

from furong.apps.base.models.record import Record


class StoredFile(Record):
    """One handing-in of a file. Equal contents lie on the disk once, whatever their names."""

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()  # bytes
    media_type = models.CharField(max_length=100)  # found in the content, never what a client said
    name = models.CharField(max_length=120)  # sanitised; may be personal
    stored_by = models.UUIDField(null=True)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256[2:]

    def open(self) -> BinaryIO:
        return self.path.open("rb")

    def headers(self) -> dict[str, str]:
        """The HTTP headers under which alone this content may leave.

        Pictures may be shown in a page; everything else is a download, and nothing runs.
        """
        disposition = content_disposition_header(
            as_attachment=self.media_type not in PASSIVE, filename=self.name
        )
        return {
            "Content-Type": self.media_type,
            "Content-Disposition": disposition or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }


PASSIVE = frozenset({"image/png", "image/jpeg"})
