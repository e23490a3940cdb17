"""Call lists as they are worked: whose turn it is to be called, how far a list has come."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from furong.apps.cases.calls import names
from furong.apps.cases.models import CallLine, CallList, Case, Event
from furong.apps.cases.models.case import CaseQuerySet
from furong.apps.directory.models import User

State = CallLine.State


def next_call(
    made: CallList,
    user: User,
    at: datetime,
    *,
    second: bool = False,
    skip: Sequence[str] = (),
) -> Case | None:
    """Whom the person calls now: appointments that have come first, then the list in its order.

    second: of the checks that are to be entered twice, one that somebody else entered. skip: ids of
    checks that the person puts off; all of them come again once nobody else is left.
    """
    due = _due(made, user, at, second=second)
    return next((one for one in due if str(one.pk) not in skip), next(iter(due), None))


def _due(made: CallList, user: User, at: datetime, *, second: bool) -> list[Case]:
    rows = Case.objects.filter(call_line__list=made).with_all().select_related("call_line")
    if second:
        mine = Event.objects.filter(act=f"actions.{names.RECORD_SAMPLED}", by=user)
        waiting = rows.filter(state=names.RECHECK).exclude(pk__in=mine.values("case"))
        held = Event.objects.filter(act=f"actions.{names.MISSED_AGAIN}", case__in=waiting)
        missed = Counter(held.values_list("case", flat=True))
        found = [*waiting.order_by("call_line__place")]
        return sorted(found, key=lambda case: missed[case.pk])
    mine_first = rows.filter(state__in=names.TO_CALL, call_line__caller=user)
    found = [one for one in mine_first if (_appointed(one) or at) <= at]
    return sorted(found, key=_order)


def _order(case: Case) -> tuple[int, str, int]:
    appointed = case.fields.get(names.AGAIN, "") if case.state == names.REDIAL else ""
    place = case.call_line.place
    return (0, str(appointed), place) if case.state == names.REDIAL else (1, "", place)


def _appointed(case: Case) -> datetime | None:
    """When somebody is to be called again."""
    again = case.fields.get(names.AGAIN)
    if case.state != names.REDIAL or not isinstance(again, str):
        return None
    return datetime.fromisoformat(again)


@dataclass(frozen=True, slots=True)
class Desk:
    """A caller's share of a list: what is left, what is appointed for later, what was done today."""

    left: int
    later: int
    next_at: datetime | None
    second: int
    today: Mapping[str, int]

    @property
    def calls_today(self) -> int:
        return sum(self.today.values())


def sizes_of(lists: Collection[CallList]) -> Mapping[UUID, int]:
    """How many lines of each list are called, or were to be."""
    lines = CallLine.objects.filter(list__in=lists).exclude(state=State.LEFT_OUT)
    return dict(lines.order_by().values_list("list").annotate(n=Count("*")))


def left_of(lists: Collection[CallList], user: User, at: datetime) -> Mapping[UUID, int]:
    """How many calls each list has left for a caller by now."""
    mine = Case.objects.filter(
        call_line__list__in=lists, call_line__caller=user, state__in=names.TO_CALL
    )
    left = Counter[UUID]()
    for case in mine.select_related("call_line"):
        left[case.call_line.list_id] += (_appointed(case) or at) <= at
    return left


def desk_of(made: CallList, user: User, at: datetime, *, day_began: datetime) -> Desk:
    """day_began: of the district's day. today: result of a call → how many the person made."""
    mine = Case.objects.filter(
        call_line__list=made, call_line__caller=user, state__in=names.TO_CALL
    )
    appointed = [when for one in mine if (when := _appointed(one)) is not None and when > at]
    events = Event.objects.filter(
        case__call_line__list=made, by=user, act__in=names.CALLS, recorded_at__gte=day_began
    )
    return Desk(
        left=mine.count() - len(appointed),
        later=len(appointed),
        next_at=min(appointed, default=None),
        second=len(_due(made, user, at, second=True)),
        today=Counter(
            facts.get(names.RESULT, "") for facts in events.values_list("facts", flat=True)
        ),
    )


def calls_of(case: Case) -> list[Event]:
    """The calls that were made about a check, in order."""
    return [*case.events.filter(act__in=names.CALLS).order_by("sequence").select_related("by")]


@dataclass(slots=True)
class CallFigures:
    """Of the checks of some lists: opened, called at all, by outcome; calls: made in all.

    reached: spoken with; refused: would not answer; redial: to be called again; visit: handed to the
    liaison officer. second, differing: waiting for the second entry, for a ruling.
    """

    opened: int = 0
    called: int = 0
    calls: int = 0
    reached: int = 0
    refused: int = 0
    redial: int = 0
    visit: int = 0
    second: int = 0
    differing: int = 0
    closed: int = 0
    cancelled: int = 0
    by_state: dict[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """Nobody has called them yet."""
        return self.by_state.get(names.WAITING, 0)


def call_figures(cases: CaseQuerySet, at: datetime) -> CallFigures:
    """Figures of the phone checks among some cases, as recorded up to `at`."""
    rows = cases.filter(procedure__code=names.PROCEDURE, opened_at__lte=at)
    made = CallFigures()
    reached: dict[object, str] = {}
    state: dict[object, tuple[str, str]] = {}
    called: set[object] = set()
    events = Event.objects.filter(case__in=rows.values("pk"), recorded_at__lte=at)
    columns = ("case", "act", "facts", "to_state", "closure")
    for case, act, facts, to_state, closure in (
        events.order_by("case", "sequence").values_list(*columns).iterator()
    ):
        state[case] = (to_state, closure)
        if act in names.CALLS:
            made.calls += 1
            called.add(case)
            if (result := facts.get(names.RESULT)) in names.REACHED:
                reached[case] = result
    made.opened, made.called = len(state), len(called)
    made.by_state = Counter(name for name, _closure in state.values())
    made.closed = made.by_state.get("closed", 0)
    made.cancelled = sum(closure == "cancelled" for _name, closure in state.values())
    made.reached = sum(one == "answered" for one in reached.values())
    made.refused = sum(one == "refused" for one in reached.values())
    made.redial, made.visit = made.by_state.get(names.REDIAL, 0), made.by_state.get("visit", 0)
    made.second = made.by_state.get(names.RECHECK, 0)
    made.differing = made.by_state.get(names.DIFFERING, 0)
    return made


@dataclass(frozen=True, slots=True)
class Share:
    """A caller of a list: how many they were given, how many of these are still to be called."""

    caller: User
    given: int
    left: int
    calls: int


def shares_of(made: CallList) -> list[Share]:
    given = dict(
        made.lines.filter(caller__isnull=False)
        .values_list("caller")
        .annotate(n=Count("pk"))
        .order_by()
    )
    to_call = made.lines.filter(names.LEFT)
    left = dict(to_call.values_list("caller").annotate(n=Count("pk")).order_by())
    calls = Event.objects.filter(case__call_line__list=made, act__in=names.CALLS)
    done = dict(calls.values_list("by").annotate(n=Count("pk")).order_by())
    people = User.objects.filter(pk__in={*given, *done}).order_by("name")
    return [
        Share(one, given.get(one.pk, 0), left.get(one.pk, 0), done.get(one.pk, 0)) for one in people
    ]


def line_counts(made: CallList) -> dict[str, int]:
    """State of a line → how many."""
    return dict(made.lines.values_list("state").annotate(n=Count("pk")).order_by())


def left_out_counts(made: CallList) -> dict[str, int]:
    """Reason for which lines are not called → how many, the most frequent first."""
    rows = made.lines.filter(state__in=(State.LEFT_OUT, State.REFUSED))
    return dict(rows.values_list("why").annotate(n=Count("pk")).order_by("-n", "why"))
