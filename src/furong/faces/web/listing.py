"""The list of subjects as its address asks for it: who is in it, in what order, on what page.

What the tables know (names, streets, words searched for) the database filters and sorts; what the
policies say is taken from the overview, which holds it for everyone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import CharField, Count, F, OrderBy
from django.db.models.functions import Cast
from django.http import QueryDict

from furong.apps.directory.models import Zone
from furong.apps.policies.reads import Overview, SortKey, Wanted
from furong.apps.registry.models import Subject
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.faces.web.cursor import Page, page_of, slice_of
from furong.faces.web.presenters.industries import SECTIONS

FILTERS = ("q", "kind", "street", "industry", "size", "met", "open")
"""What the address can filter by. `met` and `open`: at least so many policies that are met, or wait
for information; NONE: not one.
"""
LEAST = {"met": ("1", "3", "5"), "open": ("1", "5", "10")}
NONE = "0"
EVER_SO_MANY = 1_000_000

KEYED = {"": ("number",), "name": ("name", "number"), "-name": ("-name", "-number")}
"""Orders in which a page can begin after a row, however the list changes."""

BY_STREET: dict[str, OrderBy] = {
    "street": F("street__code").asc(nulls_last=True),
    "-street": F("street__code").desc(nulls_last=True),
}
COMPUTED: dict[str, SortKey] = {
    key: key for key in ("eligible", "unknown", "decides", "total", "size", "industry")
}


def chosen_of(query: QueryDict) -> dict[str, str]:
    """The filters and the order that an address asks for; what it misspells, it does not ask."""
    chosen = {name: query.get(name, "").strip() for name in FILTERS}
    if chosen["industry"] not in SECTIONS:
        chosen["industry"] = ""
    for name, least in LEAST.items():
        if chosen[name] not in {NONE, *least}:
            chosen[name] = ""
    sort = query.get("sort", "").strip()
    known = sort in KEYED or sort in BY_STREET or sort.removeprefix("-") in COMPUTED
    return chosen | {"sort": sort if known else ""}


@dataclass(frozen=True)
class Listing:
    """The subjects that a person may see, as far as the address asks for them."""

    visible: SubjectQuerySet
    chosen: Mapping[str, str]
    overview: Overview

    def page(self, *, after: str, before: str) -> Page[Subject]:
        """One page; a search's hits without an order asked for come by their rank."""
        keys = KEYED.get(self.chosen["sort"])
        if keys and self._wanted.everything and not self._by_rank:
            found = self._found(self.chosen["kind"])
            shown = _shown(found.order_by())
            return page_of(shown, keys, after=after, before=before, total=found.count())
        place = slice_of(self._rows, after=after, before=before, total=len(self._rows))
        ids = self.overview.ids(place.rows)
        held = _shown(self.visible.order_by()).in_bulk(ids)
        return Page([held[pk] for pk in ids if pk in held], place.pages)

    def ids(self) -> list[UUID]:
        """All of them, in the order of the list."""
        return self.overview.ids(self._rows)

    def kinds(self) -> dict[str, int]:
        """How many are found of each kind, whichever kind is chosen."""
        every = self._found()
        if self._wanted.everything:
            return dict(every.order_by().values_list("kind").annotate(Count("pk")))
        rows = self.overview.rows(_keys(every.order_by()))
        return self.overview.by_kind(self.overview.narrowed(rows, self._wanted))

    @cached_property
    def _wanted(self) -> Wanted:
        return Wanted(
            section=self.chosen["industry"],
            size=self.chosen["size"],
            eligible=_limits(self.chosen["met"]),
            unknown=_limits(self.chosen["open"]),
        )

    @property
    def _by_rank(self) -> bool:
        return bool(self.chosen["q"]) and not self.chosen["sort"]

    def _found(self, kind: str = "") -> SubjectQuerySet:
        """What the tables find, of one kind or of all."""
        found = self.visible
        if kind:
            found = found.filter(kind=kind)
        if street := self.chosen["street"]:
            found = found.filter(street__in=Zone.objects.within([street]))
        return found.search(self.chosen["q"]) if self.chosen["q"] else found

    @cached_property
    def _rows(self) -> list[int]:
        """The rows of the overview that are in the list, in its order."""
        sort = self.chosen["sort"]
        found = self._found(self.chosen["kind"])
        if sort in BY_STREET:
            found = found.order_by(BY_STREET[sort], "number")
        elif not self._by_rank:
            found = found.order_by(*KEYED.get(sort, KEYED[""]))
        rows = self.overview.narrowed(self.overview.rows(_keys(found)), self._wanted)
        if key := COMPUTED.get(sort.removeprefix("-")):
            rows = self.overview.sorted(rows, key, descending=sort.startswith("-"))
        return [*rows.tolist()]


def _shown(subjects: SubjectQuerySet) -> SubjectQuerySet:
    return subjects.select_related("street").prefetch_related("identifiers")


def _keys(subjects: SubjectQuerySet) -> Iterable[str]:
    """The ids as the database has them: a UUID made of each would take most of a page's time."""
    return subjects.values_list(Cast("pk", CharField()), flat=True)


def _limits(least: str) -> tuple[int, int] | None:
    if not least:
        return None
    return (0, 0) if least == NONE else (int(least), EVER_SO_MANY)
