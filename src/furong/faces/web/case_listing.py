"""The queue of cases as its address asks for it: whose, which, in what order, on what page.

A page costs the same however many cases there are: the rows of a page are found by their keys
first, and everything that they show is read once for all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone

from furong.apps.cases import reads
from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.cases.reads import Queue
from furong.apps.directory.models import User
from furong.faces.web.cursor import Page, ordered, page_of

MINE, LIVE, CLOSED = "mine", "live", "closed"
BOXES = (MINE, LIVE, CLOSED)
CATEGORY = "appeal_category"
"""The fact by which cases are parted into subjects of complaint; figures go by it too."""

FILTERS = ("box", "q", "procedure", "state", "kind", "unit", "street", "due", "category", "order")
KEYS: Mapping[str, tuple[str, ...]] = {
    "due": ("due_at", "id"),
    "opened": ("-opened_at", "-id"),
    "oldest": ("opened_at", "id"),
    "number": ("number",),
}
NULLABLE = ("due_at",)
SIZE = 30


def chosen_of(query: QueryDict, *, acts: bool) -> dict[str, str]:
    """What an address asks for; what it misspells, it does not ask. acts: who has an inbox."""
    chosen = {name: query.get(name, "").strip()[:100] for name in FILTERS}
    if chosen["box"] not in BOXES or (chosen["box"] == MINE and not acts):
        chosen["box"] = MINE if acts else LIVE
    if chosen["due"] not in ("overdue", "today"):
        chosen["due"] = ""
    if chosen["order"] not in KEYS:
        chosen["order"] = usual_order(chosen["box"])
    return chosen


def usual_order(box: str) -> str:
    """What is to be done comes by its limit, what is done by its beginning, the latest first."""
    return "opened" if box == CLOSED else "due"


@dataclass(frozen=True)
class CaseListing:
    """The cases of one queue, as far as its address asks for them."""

    user: User
    chosen: Mapping[str, str]
    at: datetime

    @cached_property
    def machines(self) -> Mapping[UUID, Machine]:
        """The installed procedures by version: labels, roles and states of every row."""
        return every_machine()

    @property
    def filtered(self) -> bool:
        """Whether anything but the box and the order is asked for."""
        return any(self.chosen[name] for name in FILTERS if name not in ("box", "order"))

    def ordered(self) -> CaseQuerySet:
        """All of what the address asks for, in its order."""
        keys = ordered(KEYS[self.chosen["order"]], NULLABLE)
        return self._within(self.chosen["state"]).order_by(*keys)

    def _within(self, state: str, category: str | None = None) -> CaseQuerySet:
        chosen = self.chosen
        of_box = "closed" if chosen["box"] == CLOSED else "live"
        fact = (CATEGORY, chosen["category"]) if chosen["category"] else ("", "")
        wanted = Queue(
            text=chosen["q"],
            procedure=chosen["procedure"],
            state=state,
            category=of_box if category is None else category,
            kind=chosen["kind"],
            unit=chosen["unit"],
            street=chosen["street"],
            due=chosen["due"],
            fact=fact,
        )
        return reads.filtered(self._box, wanted, self.at, day_ends=day_ends(self.at))

    @cached_property
    def _box(self) -> CaseQuerySet:
        """The cases of the box, which the page asks twice: for its rows and for its counts."""
        if self.chosen["box"] == MINE:
            return reads.inbox(self.user, self.at)
        return Case.objects.visible_to(self.user, self.at)

    @cached_property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """(procedure, state) → how many of the box there are, whatever state is asked for."""
        closed = self.chosen["box"] == CLOSED
        rows = self._within("", category="")
        return reads.counts(rows, self.machines, category="closed" if closed else "live")

    @property
    def total(self) -> int:
        wanted = self.chosen["state"]
        return sum(n for (_code, state), n in self.counts.items() if wanted in ("", state))

    def page(self, *, after: str, before: str) -> Page[Case]:
        """One page, with subject, street and procedure; the rest is read by who shows it."""
        keys = KEYS[self.chosen["order"]]
        bare = (
            self._within(self.chosen["state"])
            .select_related(None)
            .only("id", "due_at", "opened_at", "number")
        )
        place = page_of(
            bare,
            keys,
            after=after,
            before=before,
            size=SIZE,
            total=self.total,
            nullable=NULLABLE,
        )
        whole = whole_cases(Case.objects.filter(pk__in=[one.pk for one in place.rows]))
        by_id = {one.pk: one for one in whole}
        return Page([by_id[one.pk] for one in place.rows], place.pages)


def whole_cases(rows: CaseQuerySet) -> CaseQuerySet:
    """With what a row names, and without the procedure's whole text, which is long."""
    return rows.with_all().defer("procedure__content")


def day_ends(at: datetime) -> datetime:
    """When the district's day ends."""
    local = timezone.localtime(at)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
