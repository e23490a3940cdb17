"""Within which bounds a person imports: judged for many rows at once, from few queries.

What lies outside is told in one sentence, whether it is known to the registry or not, so that nobody
learns from an import which firms there are elsewhere. A public number or a name finds nothing there.
A number of a scheme names one subject in the whole district: one that is held elsewhere cannot be
entered again, and a row that would do so is referred to the office that can see both.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.directory.access import Coverage, coverage_of
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry.models import Source, Subject
from furong.apps.registry.rowreading import Reading
from furong.apps.registry.sources import importers_of, sources_of_tables
from furong.packs.models.kinds import Kind

ACTION = "subject.import"


def coverage_for(user: User, source: str, *, at: datetime) -> Coverage:
    """What the person's grants cover for importing tables of a source."""
    return coverage_of(user, ACTION, at=at, among=importers_of(source))


class Mandate:
    """What a person's grants let them import of a kind, from tables of a source, at a moment.

    subjects: the known ones that they may change. Raises Refusal for a source that is not theirs.
    """

    def __init__(self, user: User, kind: Kind, source: str, *, at: datetime) -> None:
        _require_source(user, source, at)
        coverage = coverage_for(user, source, at=at)
        self._grants = _grants(user, source)
        self._user, self._source = user, source
        self._zones = coverage.zones
        self._any_place = coverage.everything or kind.id in coverage.ids(Grant.Scope.KIND)
        self.subjects = Subject.objects.covered(coverage)
        streets = Zone.objects.filter(pk__in=coverage.zones, kind="street", withdrawn=False)[:2]
        self._own_street = streets[0] if len(streets) == 1 else None

    def hold(self) -> None:
        """Keeps the grants as they are until the transaction ends.

        Raises Refusal where one of them was changed, or the account disabled, since the beginning.
        """
        held = _grants(self._user, self._source, locked=True)
        active = User.objects.filter(pk=self._user.pk, is_active=True).exists()
        if not active or not self._grants <= held:
            raise Refusal(
                _(
                    "导入期间您的授权有变动，已停止导入，此前导入的仍然有效；请重新预览后再导入其余各行"
                )
            )

    def open_among(self, subjects: Iterable[Subject]) -> set[UUID]:
        """The ids of those of some subjects that they may change."""
        found = self.subjects.filter(pk__in={subject.pk for subject in subjects})
        return set(found.values_list("pk", flat=True))

    def refuse_held_elsewhere(self, reading: Reading, why: str) -> None:
        """Refuses a row with a number of a subject outside: as outside, if it says so itself."""
        self.place(reading)
        if None not in reading.problems:
            reading.refuse(why)

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


def _require_source(user: User, source: str, at: datetime) -> None:
    mine = sources_of_tables(user, at=at)
    if mine and source not in mine:
        raise Refusal(
            _("您不能以“%(source)s”的名义导入；您可用的来源：%(mine)s")
            % {"source": Source(source).label, "mine": _("、").join(str(m.label) for m in mine)}
        )


def _grants(user: User, source: str, *, locked: bool = False) -> set[tuple[UUID, datetime | None]]:
    """The grants that a mandate may rest on, in force or not, with their ends."""
    grants = Grant.objects.filter(user=user, capacity__in=importers_of(source)).order_by("pk")
    rows = grants.select_for_update(of=("self",)) if locked else grants
    return set(rows.values_list("pk", "valid_to"))
