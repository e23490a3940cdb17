"""What is suggested for a case that is not handed out yet, and how that learns from what people do.

Each hand-out is a label: the category and the unit that a person chose, for the words of the case. A
process keeps a model of each and takes over what was recorded since it last looked; a timer refits
them at night and keeps them in files that all processes read. Without usable files the words of the
categories and of the duty lists answer, and say so. Nothing is ever assigned by this.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from furong.apps.base import clock, journal, timers
from furong.apps.base.models import Installation, Timer
from furong.apps.base.texts import Text
from furong.apps.base.timers import handles
from furong.apps.cases.lists import next_at
from furong.apps.cases.models import Case, Event
from furong.apps.directory.models import User
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.engines.text.blend import FEWEST
from furong.engines.text.duties import Department, Duties
from furong.engines.text.grams import Message
from furong.engines.text.modelfile import load_or_cold, save
from furong.engines.text.similar import Alike, Similar
from furong.engines.text.taxonomy import Taxonomy
from furong.engines.text.triage import Suggestion, Triage
from furong.packs.triage import (
    FACT,
    PROCEDURE,
    duties_of,
    groups_of,
    taxonomy_of,
    units_of,
    zones_around,
)

TIMER: Final = "cases.refit"
AT_NIGHT: Final = time(2, 30)
LATE_MS: Final = 60_000
"""No act takes longer than this, in milliseconds, from its beginning to its commit."""

FIRST: Final = UUID(int=0)
HANDED_OUT: Final = ("actions.dispatch", "answers.whistle.assigned", "answers.ruling.moved")
"""The acts by which a person says whose case it is."""


def message_of(case: Case) -> Message:
    """The words of a case as the engine reads them."""
    details = case.fields.get("details")
    return Message(case.title, details if isinstance(details, str) else "")


# --- one process's model --------------------------------------------------------------------------


@dataclass
class _Desk:
    """What a process knows: the models, where cases went, and the open ones, up to a moment.

    model: of the category. unit: of whose job it is, by `Duty.learned_as`; None without duty lists.
    problem: why no fitted model is in use. fitted_upto, unit_upto: up to which hand-out each was fitted.
    since, seen: events from that id on are looked at, those that were seen left out, because what is
    committed late may have an earlier id.
    """

    known: Catalogue
    model: Triage
    unit: Triage | None = None
    problem: Text | None = None
    fitted_upto: datetime | None = None
    unit_upto: datetime | None = None
    since: UUID = FIRST
    seen: set[UUID] = field(default_factory=set)
    similar: Similar = field(default_factory=Similar)
    duties: Duties = field(init=False)
    groups: Mapping[str, str] = field(init=False)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.duties = duties_of(self.known.pack)
        self.groups = groups_of(self.duties)

    def catch_up(self) -> None:
        """Takes over the hand-outs and the openings and closings since it last looked."""
        with self.lock:
            events = Event.objects.filter(case__procedure__code=PROCEDURE, pk__gte=self.since)
            touched: set[UUID] = set()
            for event in events.order_by("pk").select_related("case__subject__street"):
                if event.pk not in self.seen:
                    self.seen.add(event.pk)
                    touched.add(event.case_id)
                    self._learn(event)
            if self.seen:
                self.since = _before(max(self.seen))
                self.seen = {pk for pk in self.seen if pk >= self.since}
            self._list(touched)

    def words_of(self, category: str) -> tuple[str, ...]:
        labels = self.model.taxonomy.labels
        return next(one.words for one in labels if one.id == category)

    def units_for(self, message: Message) -> dict[str, float]:
        """How likely it is each unit's job, by where people sent cases in such words."""
        if self.unit is None:
            return {}
        return {one.id: one.probability for one in self.unit.suggest(message).ranked}

    def _learn(self, event: Event) -> None:
        category = event.facts.get(FACT)
        if event.act not in HANDED_OUT or category not in self.model.taxonomy.places:
            return
        message, lead = message_of(event.case), event.fields.get("lead")
        if _is_after(event, self.fitted_upto):
            self.model.learn(message, category)
        if isinstance(lead, str):
            self.duties.learn(category, lead, _zones(self.known, event.case))
            if self.unit and lead in self.groups and _is_after(event, self.unit_upto):
                self.unit.learn(message, self.groups[lead])

    def _list(self, touched: set[UUID]) -> None:
        for case in Case.objects.filter(pk__in=touched):
            if case.category == "closed":
                self.similar.remove(str(case.pk))
            else:
                message = message_of(case)
                self.similar.add(str(case.pk), message.title, message.body)


def _is_after(event: Event, upto: datetime | None) -> bool:
    return upto is None or event.recorded_at > upto


def _before(pk: UUID) -> UUID:
    """The smallest id that could have been made so long before another (RFC 9562: 48 bits of ms)."""
    return UUID(int=max((pk.int >> 80) - LATE_MS, 0) << 80)


_desks: dict[tuple[str, int], _Desk] = {}
_guard = Lock()


def _desk() -> _Desk:
    """This process's desk, for the installed pack and the newest model file."""
    key = (Installation.current().digest, _stamp())
    with _guard:
        if key not in _desks:
            _desks.clear()
            _desks[key] = _made()
        desk = _desks[key]
    desk.catch_up()
    return desk


def _made() -> _Desk:
    known = catalogue()
    taxonomy, units = taxonomy_of(known.pack), units_of(known.pack)
    if not _file().exists():
        return _Desk(known, Triage.cold(taxonomy), _cold(units))
    problem: Text | None
    model, problem = load_or_cold(_file(), taxonomy)
    upto = None if problem else _upto()
    unit, unit_upto = _cold(units), None
    if units and _unit_file().exists():
        unit, other = load_or_cold(_unit_file(), units)
        unit_upto = None if other else _upto()
        problem = problem or (
            other
            and _(
                "承办单位的模型与现在的职责清单对不上，或文件已损坏，暂按职责清单的词语判别，今晚重新学习"
            )
        )
    return _Desk(known, model, unit, problem, upto, unit_upto)


def _cold(units: Taxonomy | None) -> Triage | None:
    return Triage.cold(units) if units else None


def _file() -> Path:
    return Path(settings.FURONG_TRIAGE)


def _unit_file() -> Path:
    return _file().with_suffix(".units.npz")


def _upto() -> datetime:
    """Up to which hand-out the models were fitted."""
    return datetime.fromisoformat(_beside()["upto"])


def _beside() -> dict[str, Any]:
    """What stands beside the model: up to which hand-out it was fitted, on how many, how well."""
    found: dict[str, Any] = json.loads(_file().with_suffix(".json").read_text("utf-8"))
    return found


def _stamp() -> int:
    return _file().stat().st_mtime_ns if _file().exists() else 0


def forget() -> None:
    """Begins anew, as another process would."""
    with _guard:
        _desks.clear()


# --- what is suggested ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggested:
    """category: ranked, with telling passages. words: the first category's own words in the text.

    departments: each with the clause of its duty list.

    alike: open cases that the person may see, the likest first. learned: hand-outs that the model
    was fitted on. problem: why no fitted model answers, for people.
    """

    category: Suggestion
    words: tuple[str, ...]
    departments: tuple[Department, ...]
    alike: tuple[tuple[Case, Alike], ...]
    learned: int
    problem: Text | None


def suggest(
    title: str,
    details: str,
    *,
    category: str = "",
    case: Case | None = None,
    zone: str = "",
    user: User,
    at: datetime,
    most: int = 5,
) -> Suggested | None:
    """Suggestions for words, registered or still being typed; None where the pack has no categories.

    category: what a person has chosen already, which departments then go by. zone: the subject's
    street, where no case is given.
    """
    try:
        desk = _desk()
    except LookupError:
        return None
    message = Message(title, details)
    found = desk.model.suggest(message)
    chances = {category: 1.0} if category else {one.id: one.probability for one in found.ranked}
    around = _zones(desk.known, case) if case else zones_around(desk.known.pack, zone)
    departments = desk.duties.suggest(message, chances, around, learned=desk.units_for(message))
    near = desk.similar.nearest(title, details, most * 4)
    return Suggested(
        found,
        tuple(word for word in desk.words_of(found.ranked[0].id) if word in title + details),
        tuple(departments),
        tuple(_visible(near, case, user, at))[:most],
        desk.model.labels,
        desk.problem,
    )


def _visible(
    near: Sequence[Alike], case: Case | None, user: User, at: datetime
) -> Iterator[tuple[Case, Alike]]:
    ids = [one.id for one in near if case is None or one.id != str(case.pk)]
    rows = Case.objects.visible_to(user, at).live().with_all().filter(Q(pk__in=ids))
    seen = {str(row.pk): row for row in rows}
    for one in near:
        if one.id in seen:
            yield seen[one.id], one


def _zones(known: Catalogue, case: Case) -> list[str]:
    street = case.subject.street if case.subject else None
    return list(_around(known, street.code)) if street else []


@lru_cache(maxsize=256)
def _around(known: Catalogue, code: str) -> tuple[str, ...]:
    return tuple(zones_around(known.pack, code))


# --- the night ------------------------------------------------------------------------------------


def begin(at: datetime) -> None:
    """Appoints the next nightly refit."""
    timers.schedule(TIMER, "all", due_at=next_at(AT_NIGHT, at, clock.zone()))


@handles(TIMER)
def refit_by_timer(timer: Timer, at: datetime) -> None:
    begin(max(at, timer.due_at))
    # Fitting takes seconds, in which nobody could write to an SQLite file.
    transaction.on_commit(partial(refit, at=at), robust=True)


def refit(*, at: datetime) -> int:
    """Fits the models anew on every hand-out, calibrates them and keeps them; on how many.

    Nothing is done below the fewest labels with which anything can be held back.
    """
    pack = catalogue().pack
    try:
        taxonomy = taxonomy_of(pack)
    except LookupError:
        return 0
    last: dict[UUID, _HandedOut] = {}
    for event in _handed_out(at):
        label = event.facts.get(FACT)
        if label in taxonomy.places:
            lead = str(event.fields.get("lead", ""))
            message = message_of(event.case)
            last[event.case_id] = _HandedOut(event.recorded_at, message, label, lead)
    if len(last) < FEWEST:
        return 0
    from furong.engines.text.training import Example, train  # scikit-learn: only at night

    examples = [Example(one.message, one.category) for one in last.values()]
    model = train(taxonomy, examples, groups=[str(pk) for pk in last])
    _file().parent.mkdir(parents=True, exist_ok=True)
    if units := units_of(pack):
        groups = groups_of(duties_of(pack))
        sent = {pk: one for pk, one in last.items() if one.lead in groups}
        given = [Example(one.message, groups[one.lead]) for one in sent.values()]
        save(train(units, given, groups=[str(pk) for pk in sent]), _unit_file())
    measured = model.fitted.measured if model.fitted else None
    told: Mapping[str, Any] = {
        "upto": max(one.when for one in last.values()).isoformat(),
        "examples": len(examples),
        "labels": dict(Counter(example.label for example in examples)),
        "measured": None if measured is None else {k: str(v) for k, v in _figures(measured)},
    }
    _file().with_suffix(".json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    save(model, _file())  # the last of the three: by its date processes see that there is a new one
    with transaction.atomic():
        journal.record(
            "triage.refit",
            by="cases",
            at=at,
            about=("cases.triage", PROCEDURE),
            payload={"examples": len(examples)},
        )
    return len(examples)


class _HandedOut(NamedTuple):
    """What a case was taken for when it was last handed out, and to whom."""

    when: datetime
    message: Message
    category: str
    lead: str


def _handed_out(at: datetime) -> Iterator[Event]:
    rows = Event.objects.filter(
        case__procedure__code=PROCEDURE, act__in=HANDED_OUT, recorded_at__lte=at
    )
    yield from rows.order_by("recorded_at").select_related("case").iterator()


def _figures(measured: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(measured, name)) for name in measured.__dataclass_fields__]
