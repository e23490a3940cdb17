"""The queue of cases as its address asks for it: whose, which, in what order, on what page.

A page costs the same however many cases there are: the rows of a page are found by their keys
first, and everything that they show is read once for all of them.
"""

from collections import Counter
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
from furong.faces.web.cursor import Page, in_order, ordered, page_of

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
    """The cases of one queue, as far as its address asks for them. inbox: where that is the queue.

    An inbox goes by the limits of the person's own part: a leader's 报到, an answer, a co-handler's.
    """

    user: User
    chosen: Mapping[str, str]
    at: datetime
    inbox: CaseQuerySet | None = None

    @cached_property
    def machines(self) -> Mapping[UUID, Machine]:
        """The installed procedures by version: labels, roles and states of every row."""
        return every_machine()

    @property
    def filtered(self) -> bool:
        """Whether anything but the box and the order is asked for."""
        return any(self.chosen[name] for name in FILTERS if name not in ("box", "order"))

    @cached_property
    def dues(self) -> Mapping[UUID, datetime]:
        """Of an inbox, until when the person's own part is to be done, where that is no case's limit."""
        return reads.own_dues(self.user, self.at) if self.inbox is not None else {}

    def first(self, most: int) -> list[Case]:
        """The first of what the address asks for, in its order."""
        keys = KEYS[self.chosen["order"]]
        beside, rest = self._parted(self.chosen["state"])
        rows = rest.with_all().order_by(*ordered(keys, NULLABLE))[:most]
        return in_order([*rows, *beside], keys)[:most]

    def _parted(self, state: str, category: str | None = None) -> tuple[list[Case], CaseQuerySet]:
        """Cases with a limit of the person's own, which then is the case's; and the others."""
        rest = self._within(state, category)
        if not self.dues:
            return [], rest
        beside = [case for case in self._beside if state in ("", case.state)]
        return beside, rest.exclude(pk__in=[*self.dues])

    @cached_property
    def _beside(self) -> list[Case]:
        """Of every state, those that have a limit of the person's own; the page asks for them twice."""
        meant = {"overdue": (None, self.at), "today": (self.at, day_ends(self.at))}
        after, upto = meant.get(self.chosen["due"], (None, None))
        found = []
        for case in self._within("", due="").filter(pk__in=[*self.dues]).with_all():
            case.due_at = self.dues[case.pk]
            if (after is None or case.due_at > after) and (upto is None or case.due_at <= upto):
                found.append(case)
        return found

    def _within(
        self, state: str, category: str | None = None, due: str | None = None
    ) -> CaseQuerySet:
        chosen = self.chosen
        fact = (CATEGORY, chosen["category"]) if chosen["category"] else ("", "")
        wanted = Queue(
            text=chosen["q"],
            procedure=chosen["procedure"],
            state=state,
            category=self._category if category is None else category,
            kind=chosen["kind"],
            unit=chosen["unit"],
            street=chosen["street"],
            due=chosen["due"] if due is None else due,
            fact=fact,
        )
        return reads.filtered(self._box, wanted, self.at, day_ends=day_ends(self.at))

    @property
    def _category(self) -> str:
        """Which cases the box has to be narrowed to: an inbox is live by itself."""
        return {CLOSED: "closed", MINE: ""}.get(self.chosen["box"], "live")

    @cached_property
    def _box(self) -> CaseQuerySet:
        """The cases of the box, which the page asks twice: for its rows and for its counts."""
        if self.inbox is not None:
            return self.inbox
        return Case.objects.visible_to(self.user, self.at)

    @cached_property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """(procedure, state) → how many of the box there are, whatever state is asked for."""
        beside, rest = self._parted("", category="")
        found = Counter(reads.counts(rest, self.machines, category=self._category))
        procedures = {pk: machine.procedure.procedure for pk, machine in self.machines.items()}
        found.update((procedures[case.procedure_id], case.state) for case in beside)
        return found

    @property
    def total(self) -> int:
        wanted = self.chosen["state"]
        return sum(n for (_code, state), n in self.counts.items() if wanted in ("", state))

    def page(self, *, after: str, before: str) -> Page[Case]:
        """One page, with subject, street and procedure; the rest is read by who shows it.

        due_at of these rows is until when they wait for the person, and not to be saved.
        """
        keys = KEYS[self.chosen["order"]]
        beside, rest = self._parted(self.chosen["state"])
        place = page_of(
            rest.select_related(None).only("id", "due_at", "opened_at", "number"),
            keys,
            beside,
            after=after,
            before=before,
            size=SIZE,
            total=self.total,
            nullable=NULLABLE,
        )
        whole = Case.objects.filter(pk__in=[one.pk for one in place.rows]).with_all()
        by_id = {one.pk: one for one in whole}
        for own in by_id.keys() & self.dues.keys():
            by_id[own].due_at = self.dues[own]
        return Page([by_id[one.pk] for one in place.rows], place.pages)


def day_ends(at: datetime) -> datetime:
    """When the district's day ends."""
    local = timezone.localtime(at)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
