"""Who passed a thing on, by a code of their own, and how often it was opened."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base.models import Record
from furong.apps.base.models.journal import reference
from furong.apps.directory.models import User

_BY_PEOPLE = Q(openings__preview=False)


class ForwardingQuerySet(models.QuerySet["Forwarding"]):
    def about(self, thing: models.Model | tuple[str, UUID | str]) -> Self:
        """The forwardings of one thing, the earliest first."""
        about_type, about_id = reference(thing)
        return self.filter(about_type=about_type, about_id=about_id).order_by("made_at", "id")

    def counted(self) -> Self:
        """With `opened` and `readers`: openings by people, and by how many devices (a day each).

        Programs that fetch a preview are `previews`.
        """
        return self.annotate(
            opened=Count("openings", filter=_BY_PEOPLE),
            readers=Count("openings", filter=_BY_PEOPLE & Q(openings__first=True)),
            previews=Count("openings", filter=Q(openings__preview=True)),
        )


class Forwarding(Record):
    """One person's code for one thing; parent: the forwarding by which it came to them.

    code: its random part (`codes.make` adds the tag). path: the public page that it leads to.
    """

    code = models.CharField(max_length=16, unique=True)
    about_type = models.CharField(max_length=100)
    about_id = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    forwarder = models.ForeignKey(User, models.PROTECT, related_name="forwardings")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    made_at = models.DateTimeField()

    opened: int  # these three only from `counted`
    readers: int
    previews: int

    objects = ForwardingQuerySet.as_manager()

    class Meta:
        verbose_name = _("转发")
        constraints = [
            models.UniqueConstraint(
                fields=["about_type", "about_id", "forwarder"], name="forwarding_is_ones_own"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")), name="forwarding_has_another_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Opening(Record):
    """One visit by a code. reader: a hash that tells devices apart for one day, and no longer.

    first: whether it is the reader's first of the day by this code. preview: fetched by a program,
    to show a picture of the link; not a reader.
    """

    forwarding = models.ForeignKey(Forwarding, models.CASCADE, related_name="openings")
    at = models.DateTimeField()
    reader = models.CharField(max_length=16)
    first = models.BooleanField()
    preview = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("打开")
        indexes = [models.Index(fields=["forwarding", "reader"], name="opening_by_reader")]
        constraints = [
            models.UniqueConstraint(
                fields=["forwarding", "reader"],
                condition=Q(first=True),
                name="opening_is_first_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forwarding_id} {self.at:%Y-%m-%d}"


class ReaderSalt(models.Model):
    """The secret of a day under which readers are hashed. Destroyed when another day begins."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField()

    class Meta:
        verbose_name = _("读者识别盐")

    def __str__(self) -> str:
        return f"{self.day}"
