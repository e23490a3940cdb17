"""What every kept record has."""

from django.db import models

from furong.apps.base.ids import uuid7


class Record(models.Model):
    """A row with a time-ordered key that is safe to show, to send and to make on the client."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
