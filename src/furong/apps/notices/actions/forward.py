"""Passing a thing on by a code of one's own, and its being opened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from furong.apps.base import clock, journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models.journal import reference
from furong.apps.directory.models import User
from furong.apps.notices import codes
from furong.apps.notices.models import Forwarding, Opening
from furong.apps.notices.readers import is_program, reader_of

A_MINUTE = 60  # seconds
OF_A_READER, OF_A_FORWARDING = 12, 600
"""Openings counted in a minute. What comes beyond is answered as well, and not counted."""

_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_-]*")


class BadCode(Refusal):
    """A code that was altered, cut off or made up, or whose forwarding does not exist."""

    def __init__(self) -> None:
        super().__init__(
            _("这个链接不完整，或已被改动，没有对应的内容。请向转发人重新索取，或直接查阅惠企政策")
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request tells of its sender. Nothing of it is stored as it is.

    is_glance: whether only the head of the page was asked for (HTTP HEAD).
    """

    address: str = ""
    agent: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_glance: bool = False


@transaction.atomic
def forward(
    about: models.Model | tuple[str, UUID | str],
    *,
    path: str,
    came_by: str = "",
    by: User,
    at: datetime,
) -> Forwarding:
    """The person's own forwarding of a thing; made at the first time, the same one ever after.

    path: the public page of the thing; ValueError if it leads elsewhere. came_by: the code by which
    the thing came to this person: a code of another thing, or their own, is passed over.
    Whether the thing may be forwarded at all is for the caller to say.
    """
    if not _PATH.fullmatch(path):
        raise ValueError(f"{path!r} is no path of this platform, such as /p/T01/.")
    about_type, about_id = reference(about)
    own = Forwarding.objects.about(about).filter(forwarder=by)
    if found := own.first():
        return found
    made = Forwarding(
        code=codes.new_part(),
        about_type=about_type,
        about_id=about_id,
        path=path,
        forwarder=by,
        parent=_parent(came_by, about, by),
        made_at=at,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # another click was first
        return own.get()
    journal.record(
        "notice.forward",
        by=by,
        at=at,
        about=(about_type, about_id),
        payload={"forwarding": made.pk, "parent": made.parent_id},
    )
    return made


def forwarding_of(code: str) -> Forwarding:
    """The forwarding of a whole code. Raises BadCode."""
    part = codes.part_of(code)
    found = Forwarding.objects.filter(code=part).first() if part else None
    if found is None:
        raise BadCode
    return found


@transaction.atomic
def record_opening(forwarding: Forwarding, visit: Visit, *, at: datetime) -> Opening | None:
    """Counts a visit; None where so many came within a minute that it is not counted.

    An opening is a reading, not an act: it stands in its table, and not in the journal.
    """
    reader = reader_of(visit.address, visit.agent, day=at.astimezone(clock.zone()).date())
    if _flooded(f"opening:{forwarding.pk}:{reader}", OF_A_READER) or _flooded(
        f"opening:{forwarding.pk}", OF_A_FORWARDING
    ):
        return None
    opening = Opening(
        forwarding=forwarding,
        at=at,
        reader=reader,
        first=not forwarding.openings.filter(reader=reader).exists(),
        preview=visit.is_glance or is_program(visit.agent, visit.headers),
    )
    try:
        with transaction.atomic():
            opening.save(force_insert=True)
    except IntegrityError:  # the same reader twice at the same moment
        opening.first = False
        opening.save(force_insert=True)
    return opening


def _parent(
    came_by: str, about: models.Model | tuple[str, UUID | str], by: User
) -> Forwarding | None:
    part = codes.part_of(came_by)
    if part is None:
        return None
    return Forwarding.objects.about(about).filter(code=part).exclude(forwarder=by).first()


def _flooded(key: str, most: int) -> bool:
    """Whether this is more than the minute's share. Real time: it guards the real system."""
    cache.add(key, 0, timeout=A_MINUTE)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two lines
        return False
