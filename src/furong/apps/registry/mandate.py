"""Within which bounds a person imports: judged for many rows at once, from few queries.

What lies outside is told in one sentence, whether it is known to the registry or not, so that nobody
learns from an import which firms there are elsewhere. A public number or a name finds nothing there.
A number of a scheme names one subject in the whole district: one that is held elsewhere cannot be
entered again, and its row is refused without a word about who holds it.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.directory.access import coverage_of
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.models import Subject
from furong.apps.registry.rowreading import Reading
from furong.packs.models.kinds import Kind

ACTION = "subject.import"


class Mandate:
    """What a person's grants let them import of a kind at a moment.

    subjects: the known ones that they may change.
    """

    def __init__(self, user: User, kind: Kind, *, at: datetime) -> None:
        coverage = coverage_of(user, ACTION, at=at)
        self._zones = coverage.zones
        self._any_place = coverage.everything or kind.id in coverage.ids(Grant.Scope.KIND)
        self.subjects = Subject.objects.open_to(user, ACTION, at)
        streets = Zone.objects.filter(pk__in=coverage.zones, kind="street", withdrawn=False)[:2]
        self._own_street = streets[0] if len(streets) == 1 else None

    def open_among(self, subjects: Iterable[Subject]) -> set[UUID]:
        """The ids of those of some subjects that they may change."""
        found = self.subjects.filter(pk__in={subject.pk for subject in subjects})
        return set(found.values_list("pk", flat=True))

    def place(self, reading: Reading) -> str:
        """Holds a row about a new subject to the bounds; what was settled for it, in words.

        Without a street it lies in the person's own, if they have one. What lies outside, or may,
        is refused.
        """
        if self._any_place or self._zones.intersection(zone.pk for zone in _places(reading)):
            return ""
        if reading.street or not self._zones:
            reading.refuse(outside())
        elif self._own_street is None:
            reading.refuse(_("没有写明所属街道，无法确认在您的授权范围内；请补填后重新导入"))
        else:
            reading.street = self._own_street
            return _("未写街道，按您负责的%s登记") % self._own_street
        return ""


def outside() -> str:
    """Why a row is refused: the same for what is known and for what is not."""
    return _("本行不在您的授权范围内，未导入；请交有权限的单位办理")


def _places(reading: Reading) -> list[Zone]:
    return [*([reading.street] if reading.street else []), *reading.zones]
