"""Tables of the journal. Rows are added and never changed; `furong.apps.base.journal` adds them."""

from typing import Any, NoReturn, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from furong.apps.base.models.record import Record


class AppendOnly(RuntimeError):
    """Code tried to change or delete what may only be added to."""


def refuse_change(*_args: object, **_kwargs: object) -> NoReturn:
    raise AppendOnly(
        "Rows of this table are only ever added. To correct something, do it by a verb, which adds "
        "a row; to remove personal data, use furong.apps.base.actions.erase."
    )


class AppendOnlyQuerySet[M: models.Model](models.QuerySet[M]):
    """Reads, and adds one by one. Sealing, which fills in a position once, goes round it on purpose."""

    update = refuse_change
    delete = refuse_change
    bulk_create = refuse_change  # which can be told to overwrite
    bulk_update = refuse_change
    update_or_create = refuse_change
    _raw_delete = refuse_change


class AppendOnlyModel(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            refuse_change()
        super().save(*args, **kwargs)

    delete = refuse_change


class EntryQuerySet(AppendOnlyQuerySet["Entry"]):
    def about(self, thing: models.Model | tuple[str, UUID | str]) -> Self:
        """The entries about one thing, the oldest first."""
        about_type, about_id = reference(thing)
        return self.filter(about_type=about_type, about_id=about_id).order_by("recorded_at", "id")

    def unsealed(self) -> Self:
        return self.filter(position__isnull=True)


class Entry(AppendOnlyModel, Record):
    """One act: who did what to which thing, when; personal values only as commitments."""

    verb = models.CharField(max_length=100)
    schema = models.PositiveSmallIntegerField(default=1)  # shape of the payload of this verb
    actor_id = models.UUIDField(null=True)  # null: the system itself, named by actor_label
    actor_label = models.CharField(max_length=100, blank=True)  # never a person's name
    occurred_at = models.DateTimeField()  # may be claimed by a client
    recorded_at = models.DateTimeField()  # by the server
    about_type = models.CharField(max_length=100)
    about_id = models.CharField(max_length=100)
    payload = models.JSONField(default=dict)
    commitments = models.JSONField(default=dict)
    position = models.BigIntegerField(null=True, unique=True)  # given when sealed, from 1
    leaf = models.CharField(max_length=64, blank=True)  # hex, given when sealed

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["recorded_at", "id"],
                condition=Q(position__isnull=True),
                name="entry_unsealed",
            ),
            models.Index(fields=["about_type", "about_id", "recorded_at"], name="entry_about"),
            models.Index(fields=["verb", "recorded_at"], name="entry_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.about_type} {self.about_id}"


class Batch(AppendOnlyModel):
    """A run of sealed entries; its root depends on every entry up to `last`."""

    number = models.PositiveIntegerField(primary_key=True)  # from 1, without gaps
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    algorithm = models.CharField(max_length=10)
    merkle_root = models.CharField(max_length=64)
    previous_root = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["Batch"].as_manager()

    def __str__(self) -> str:
        return f"{self.number}: {self.first}-{self.last}"


def reference(thing: models.Model | tuple[str, UUID | str]) -> tuple[str, str]:
    """How the journal names a thing: `("registry.subject", "0190…")`."""
    if isinstance(thing, models.Model):
        return thing._meta.label_lower, str(thing.pk)  # noqa: SLF001 - public in all but name
    about_type, about_id = thing
    return about_type, str(about_id)
