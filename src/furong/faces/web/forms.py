"""Forms that a procedure declares, as a page asks them and reads them back: one for all procedures.

Every control is named `a-` and the item's fact or field. Files are stored as soon as they arrive, so
that a form that is refused for another reason shows them as kept; they come back as signed ids, which
nobody else can use.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.journal import Actor
from furong.apps.base.models import StoredFile
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Case
from furong.apps.directory.access import Capacity
from furong.apps.directory.models import Grant, Organisation, User
from furong.apps.policies.reads import whole_texts
from furong.apps.registry.models import Subject
from furong.apps.registry.reads import encoded_facts
from furong.engines.rules import plain
from furong.faces.web.presenters.parts import Option, Text
from furong.packs.models.procedures import AsksFact, AsksField, AsksNamed, FormItem

PREFIX = "a-"
KEPT = "-kept"
_COMMAS = re.compile(r"[,\uff0c\u3001]")
LONG = 120
"""Characters from which on a text is asked in several lines."""

YES_NO = (("true", gettext_lazy("是")), ("false", gettext_lazy("否")))
MEMBERS = (Capacity.LEADER, Capacity.HEAD, Capacity.CLERK, Capacity.DISPATCHER, Capacity.LIAISON)
"""Whom a form may name as a person."""

SEVERAL = frozenset({"several", "organisations", "people", "facts"})
MANY = 12
"""Boxes from which on a list has a search field of its own."""

Given = Mapping[str, Sequence[str]]
"""What stands in a form: name of the fact or field → what was written or chosen."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken in with a form that has to be sent again. token: it, signed."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. kind: text long texts moment money files case cases choice list several number date.

    required: `always`, `sometimes` (the other answers decide), or "". outside: who raised the case
    will read the answer. values: what stands in it. now: of a moment, what the clock shows.
    """

    key: str
    label: Text
    kind: str
    required: str = ""
    limit: int | None = None
    unit: Text = ""
    options: Sequence[Option] = ()
    values: Sequence[str] = ()
    kept: Sequence[Kept] = ()
    error: str = ""
    outside: bool = False
    personal: bool = False
    prefix: str = PREFIX
    now: str = ""

    @property
    def name(self) -> str:
        return f"{self.prefix}{self.key}"

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def searched(self) -> bool:
        """Whether its boxes are too many to look through."""
        return len(self.options) > MANY


@dataclass(frozen=True, slots=True)
class Entered:
    """A form as it came. answers: as verbs take them. problems: what could not be taken in at all."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    given: Given = field(default_factory=dict)
    kept: Mapping[str, Sequence[Kept]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """The form of one act. owner: whose files come back with it, a person's id or a link's.

    prefix: of its controls, where a page has several forms in one.
    """

    machine: Machine
    items: Sequence[FormItem]
    owner: str
    case: Case | None = None
    subject: Subject | None = None
    prefix: str = PREFIX

    def ask(
        self, entered: Entered | None = None, problems: Mapping[str, str] | None = None
    ) -> list[Asked]:
        """The questions: with what is known, or again with what was entered and what is wrong with it."""
        wrong = {**(entered.problems if entered else {}), **(problems or {})}
        return [self._asked(item, entered, wrong) for item in self._items()]

    def read(
        self, post: QueryDict, files: MultiValueDict[str, Any], *, by: Actor, at: datetime
    ) -> Entered:
        """What was sent. Files are stored, in the name of `by`; those refused are problems."""
        answers: dict[str, Any] = {}
        given: dict[str, list[str]] = {}
        kept: dict[str, list[Kept]] = {}
        problems: dict[str, str] = {}
        for item in self._items():
            key = key_of(item)
            kind = self._kind(item)
            if kind == "files":
                held = [*self._returned(post.getlist(f"{self.prefix}{key}{KEPT}"))]
                taken, refused = _stored(files.getlist(f"{self.prefix}{key}"), by=by, at=at)
                held += taken
                if refused:
                    problems[key] = refused
                answers[key] = held
                kept[key] = [self.keep(one) for one in held]
                continue
            values = [one for one in post.getlist(f"{self.prefix}{key}") if one.strip()]
            given[key] = values
            if values:
                answers[key] = _answer(kind, values)
        return Entered({k: v for k, v in answers.items() if v}, given, kept, problems)

    def _items(self) -> Iterator[AsksFact | AsksField]:
        for item in self.items:
            if isinstance(item, AsksNamed):
                yield from self._named(item.asked)
            elif isinstance(item, AsksField) or (isinstance(item, AsksFact) and item.value is None):
                yield item

    def _named(self, name: str) -> Iterator[AsksFact]:
        """The facts that a field of the case lists."""
        listed = self.case.fields.get(name, []) if self.case else []
        for key in listed if isinstance(listed, list) else []:
            if key in self.machine.facts:
                yield AsksFact(fact=key)

    # --- files ----------------------------------------------------------------------------------

    def _signer(self) -> Signer:
        return Signer(salt=f"furong.form.{self.owner}")

    def keep(self, file: StoredFile) -> Kept:
        """A stored file as it comes back with the form."""
        return Kept(self._signer().sign(str(file.pk)), file.name)

    def _returned(self, tokens: Sequence[str]) -> Iterator[StoredFile]:
        for token in tokens:
            try:
                pk = self._signer().unsign(token)
            except BadSignature:
                continue
            if (file := StoredFile.objects.filter(pk=pk).first()) is not None:
                yield file

    # --- one question ---------------------------------------------------------------------------

    def _asked(
        self, item: AsksFact | AsksField, entered: Entered | None, problems: Mapping[str, str]
    ) -> Asked:
        key, kind = key_of(item), self._kind(item)
        values = entered.given.get(key, ()) if entered else self._known(item)
        own = isinstance(item, AsksField)
        fact = None if own else self.machine.facts[key]
        return Asked(
            key=key,
            label=item.label
            if isinstance(item, AsksField)
            else (fact.ask or fact.label if fact else ""),
            kind=kind,
            required={"": "", "TRUE": "always"}.get(str(item.required), "sometimes"),
            limit=item.max if isinstance(item, AsksField) else None,
            unit=fact.unit if fact else "",
            options=self._options(item, values),
            values=values,
            kept=entered.kept.get(key, ()) if entered else (),
            error=problems.get(key, ""),
            outside=isinstance(item, AsksField) and item.audience is not None,
            personal=isinstance(item, AsksField) and item.personal,
            prefix=self.prefix,
            now=_now() if kind == "moment" and key not in self._limits else "",
        )

    def _kind(self, item: AsksFact | AsksField) -> str:
        if isinstance(item, AsksFact):
            return _OF_FACTS.get(self.machine.facts[item.fact].type, "text")
        if item.type == "text" and (item.max or LONG) > LONG:
            return "long"
        return _OF_FIELDS.get(item.type, item.type)

    def _known(self, item: AsksFact | AsksField) -> list[str]:
        """What is known already, and only has to be looked over.

        Judgements are asked anew: yes and no, and what is asked of a person in so many words.
        """
        key, case = key_of(item), self.case
        if isinstance(item, AsksField):
            if item.type == "class":
                return [case.kind] if case else [next(iter(self.machine.procedure.classes))]
            return self._said_before(item)
        fact = self.machine.facts[key]
        carried = self.machine.known.kind(self.subject.kind).facts if self.subject else ()
        if key in carried and self.subject is not None:
            value = encoded_facts(self.subject).get(key)
            return _texts(plain(fact, value)) if value is not None else []
        if case is None or fact.type == "boolean" or fact.ask:
            return []
        held = case.facts.get(key)
        return [] if held is None or isinstance(held, dict) else _texts(held)

    def _said_before(self, item: AsksField) -> list[str]:
        """The words of the last act that the reporter will read: who checks them may mend them."""
        if self.case is None or item.audience is None or item.type != "text":
            return []
        last = self.case.events.exclude(act="comment").order_by("sequence").last()
        said = last.fields.get(item.field) if last else None
        return [said] if isinstance(said, str) and said else []

    def _options(self, item: AsksFact | AsksField, values: Sequence[str]) -> list[Option]:
        return [Option(str(v), text, str(v) in values) for v, text in self._choices(item)]

    def _choices(self, item: AsksFact | AsksField) -> Sequence[tuple[Any, Text]]:
        if isinstance(item, AsksFact):
            fact = self.machine.facts[item.fact]
            return YES_NO if fact.type == "boolean" else [*fact.values.items()]
        match item.type:
            case "class":
                return [*self.machine.procedure.classes.items()]
            case "organisation" | "organisations":
                return organisations()
            case "person" | "people":
                return people(clock.now())
            case "policy":
                return [(text.policy.id, text.policy.title) for text in whole_texts()]
            case "facts":
                return self._facts()
            case _:
                return ()

    @cached_property
    def _limits(self) -> frozenset[str]:
        """The moments until which something runs: they lie ahead, and are never now."""
        one = self.machine.procedure
        called = [call.args.get("until") for act in self.machine.view.acts for call in act.effects]
        return frozenset(
            map(str, [*called, *(clock_.limit.until for clock_ in one.clocks.values())])
        )

    def _facts(self) -> list[tuple[str, str]]:
        kinds = [self.subject.kind] if self.subject else self.machine.procedure.subject.kinds
        keys = dict.fromkeys(key for kind in kinds for key in self.machine.known.kind(kind).facts)
        return [(key, self.machine.facts[key].label) for key in keys]


_OF_FACTS = {
    "boolean": "choice", "choice": "choice", "set": "several", "integer": "number", "date": "date",
    "money": "money",
}  # fmt: skip
_OF_FIELDS = {
    "class": "choice", "organisation": "list", "organisations": "several", "person": "list",
    "people": "several", "policy": "list", "facts": "several", "criteria": "texts",
}  # fmt: skip


def _stored(uploads: Sequence[Any], *, by: Actor, at: datetime) -> tuple[list[StoredFile], str]:
    """Those that could be taken in, and why the others could not."""
    taken, refused = [], []
    for upload in uploads:
        try:
            taken.append(store(upload, name=upload.name or "", by=by, at=at))
        except Refusal as refusal:
            refused.append(str(refusal))
    return taken, _("；").join(refused)


def key_of(item: FormItem) -> str:
    """The fact or field that an item asks."""
    return item.fact if isinstance(item, AsksFact) else getattr(item, "field", "")


def organisations() -> list[tuple[str, str]]:
    """Code → name of those that work can be given to."""
    rows = Organisation.objects.filter(withdrawn=False).order_by("kind", "code")
    return [(one.code, one.short or one.name) for one in rows]


def people(at: datetime) -> list[tuple[str, str]]:
    """Id → name and capacity of those who can be put on a task force."""
    held = Grant.objects.in_force(at).filter(capacity__in=MEMBERS, user__is_active=True)
    found: dict[User, list[str]] = {}
    for one in held.select_related("user"):
        found.setdefault(one.user, []).append(one.capacity)
    ranked = sorted(
        ((min(map(_rank, held)), user.name, user) for user, held in found.items()),
        key=lambda one: one[:2],
    )
    return [
        (
            str(user.pk),
            _("%(name)s（%(capacity)s）") % {"name": name, "capacity": MEMBERS[rank].label},
        )
        for rank, name, user in ranked
    ]


def _rank(capacity: str) -> int:
    return MEMBERS.index(Capacity(capacity))


def _now() -> str:
    """District time, as a page's field for a moment takes it."""
    return f"{timezone.localtime(clock.now(), clock.zone()):%Y-%m-%dT%H:%M}"


def _texts(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _answer(kind: str, values: list[str]) -> Any:
    """As verbs take it: lists for what has several, the last one for what has one."""
    if kind == "several":
        return values
    if kind == "cases":
        return [one for value in values for one in _COMMAS.split(value)]
    return values[-1]
