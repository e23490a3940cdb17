"""Whom a figure counts: the whole district, or those whom the person that it is told may see."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from furong.apps.directory.access import Capacity, coverage_of, grants_for
from furong.apps.directory.models import User
from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.models import Subject


@dataclass(frozen=True, slots=True)
class Counted:
    """The subjects that figures count.

    within: their ids as text, natural persons among them; None: the whole district, natural persons
    only where `personal`.
    """

    within: frozenset[str] | None = None
    personal: bool = False

    def kind(self, kind: str, known: Catalogue) -> bool:
        """Whether subjects of a kind are among them."""
        kinds = known.pack.kinds
        everyone = self.personal or self.within is not None
        return kind in kinds and (everyone or not kinds[kind].personal)


DISTRICT = Counted()
EVERYBODY = Counted(personal=True)


def counted_for(user: User | AnonymousUser, at: datetime) -> Counted | None:
    """Whom the figures count that a person is told: all whom they may see.

    None for whoever is told none: those who may see no subject, and owners, who ask about their own
    firms one by one.
    """
    if not grants_for(user, "subject.view", at=at).exclude(capacity=Capacity.OWNER).exists():
        return None
    if coverage_of(user, "subject.view", at=at).everything:
        personal = coverage_of(user, "subject.view_personal", at=at)
        return Counted(personal=personal.everything)
    visible = Subject.objects.current().visible_to(user, at)
    return Counted(frozenset(map(str, visible.values_list("pk", flat=True))))
