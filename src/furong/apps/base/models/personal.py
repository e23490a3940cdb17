"""Personal values of journal entries: encrypted, and erasable without touching the entry."""

from typing import Self
from uuid import UUID

from django.db import models

from furong.apps.base.models.journal import Entry, reference
from furong.apps.base.models.record import Record


class PersonalValueQuerySet(models.QuerySet["PersonalValue"]):
    def about(self, thing: models.Model | tuple[str, UUID | str]) -> Self:
        """The values in entries about one thing."""
        about_type, about_id = reference(thing)
        return self.filter(entry__about_type=about_type, entry__about_id=about_id)

    def held(self) -> Self:
        """Those not erased."""
        return self.filter(erased_at__isnull=True)


class PersonalValue(Record):
    """What a commitment in an entry commits to. Erased: salt and ciphertext are empty."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="personal_values")
    name = models.CharField(max_length=100)
    salt = models.BinaryField()
    ciphertext = models.BinaryField()
    erased_at = models.DateTimeField(null=True)

    objects = PersonalValueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "name"], name="personal_value_named_once"),
        ]

    def __str__(self) -> str:
        return self.name  # the value itself is never shown by accident
