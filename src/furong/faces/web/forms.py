"""Forms that a procedure declares, as a page asks them and reads them back: one for all procedures.

Every control is named `a-` and the item's fact or field, so that a form's own keys (key, revision,
closure) cannot meet them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.journal import Actor
from furong.apps.cases.engine.history import MIGRATION
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Case
from furong.apps.registry.models import Subject
from furong.apps.registry.reads import encoded_facts
from furong.engines.rules import plain
from furong.engines.rules.words import in_words
from furong.faces.web.form_choices import organisations, people, policies
from furong.faces.web.presenters.asked import PREFIX, Asked, options_of
from furong.faces.web.presenters.parts import Text
from furong.faces.web.uploads import Kept, Uploads
from furong.packs.models.procedures import AskedWithin, AsksFact, AsksField, AsksNamed, FormItem

_COMMAS = re.compile(r"[\s,;\uff0c\u3001\uff1b]+")
LONG = 120
"""Characters from which on a text is asked in several lines."""

YES_NO: Mapping[str, Text] = {"true": gettext_lazy("是"), "false": gettext_lazy("否")}

SAID_ASIDE = ("comment", "party", MIGRATION)
"""Entries that bring a case on in no way."""

Given = Mapping[str, Sequence[str]]
"""What stands in a form: name of the fact or field → what was written or chosen."""


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

    prefix: of its controls, where a page has several forms in one. sees: whether the reader may be
    shown what the registry knows of the subject. proof: the field that shows the paper by which
    another's decision is entered, "" where it is the reader's own.
    """

    machine: Machine
    items: Sequence[FormItem]
    owner: str
    case: Case | None = None
    subject: Subject | None = None
    prefix: str = PREFIX
    sees: bool = True
    proof: str = ""

    def ask(
        self,
        entered: Entered | None = None,
        problems: Mapping[str, str] | None = None,
        *,
        first: QueryDict | None = None,
    ) -> list[Asked]:
        """The questions: with what is known, or again with what was entered and what is wrong with it.

        first: the query of the address, by which another page filled something in: `?a-main=SQ…`.
        """
        wrong = {**(entered.problems if entered else {}), **(problems or {})}
        return [self._asked(item, entered, wrong, first) for item in self._items()]

    def left(self, entered: Entered) -> list[Asked]:
        """What was entered, for its writer to take along where the form stands open no longer."""
        return [one for one in self.ask(entered) if one.said.strip() or one.kept]

    def read(
        self, post: QueryDict, files: MultiValueDict[str, Any], *, by: Actor, at: datetime
    ) -> Entered:
        """What was sent. Files are stored, in the name of `by`; those refused are problems."""
        answers: dict[str, Any] = {}
        given: dict[str, list[str]] = {}
        kept: dict[str, list[Kept]] = {}
        problems: dict[str, str] = {}
        uploads = Uploads(self.owner)
        for item in self._items():
            key = key_of(item)
            kind, name = self._kind(item), f"{self.prefix}{key}"
            if kind == "files":
                held, refused = uploads.taken(name, post, files, by=by, at=at)
                if refused:
                    problems[key] = refused
                answers[key] = held
                kept[key] = [uploads.keep(one) for one in held]
                continue
            given[key] = [one for one in post.getlist(name) if one.strip()]
            if given[key] and isinstance(item, AskedWithin):
                answers.setdefault(item.within, {})[key] = _answer(kind, given[key])
            elif given[key]:
                answers[key] = _answer(kind, given[key])
        return Entered({k: v for k, v in answers.items() if v}, given, kept, problems)

    def _items(self) -> Iterator[AsksFact | AsksField]:
        for item in self.items:
            if isinstance(item, AsksNamed):
                yield from self._named(item.asked)
            elif isinstance(item, AsksField) and item.type == "answers":
                for one in self._named(item.of or ""):
                    yield AskedWithin(fact=one.fact, within=item.field)
            elif isinstance(item, AsksField) or (isinstance(item, AsksFact) and item.value is None):
                yield item

    def _named(self, name: str) -> Iterator[AsksFact]:
        """The facts that a field of the case lists."""
        listed = self.case.fields.get(name, []) if self.case else []
        for key in listed if isinstance(listed, list) else []:
            if key in self.machine.facts:
                yield AsksFact(fact=key)

    # --- one question ---------------------------------------------------------------------------

    def _asked(
        self,
        item: AsksFact | AsksField,
        entered: Entered | None,
        problems: Mapping[str, str],
        first: QueryDict | None,
    ) -> Asked:
        key, kind = key_of(item), self._kind(item)
        if entered:
            values = entered.given.get(key, ())
        else:
            filled = first.getlist(f"{self.prefix}{key}") if first else []
            values = filled or self._known(item)
        always = item.required == "TRUE" or (bool(self.proof) and key == self.proof)
        asked = Asked(
            key=key,
            label="",
            kind=kind,
            required="always" if always else "sometimes" if item.required else "",
            needed=self._needed(item.required) if item.required and not always else "",
            options=options_of(self._choices(item), values),
            values=values,
            kept=entered.kept.get(key, ()) if entered else (),
            error=problems.get(key, ""),
            prefix=self.prefix,
            now=_now() if kind == "moment" and key not in self._limits else "",
        )
        if isinstance(item, AsksField):
            return replace(
                asked, label=item.label, limit=item.max, audience=item.audience or "",
                personal=item.personal,
            )  # fmt: skip
        fact = self.machine.facts[key]
        return replace(asked, label=fact.ask or fact.label, unit=fact.unit)

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
        if isinstance(item, AskedWithin):
            return []  # asked of somebody, to be held against what is known
        if isinstance(item, AsksField):
            if item.type == "class":
                return [case.kind] if case else [next(iter(self.machine.procedure.classes))]
            return self._said_before(item)
        fact = self.machine.facts[key]
        carried = self.machine.known.kind(self.subject.kind).facts if self.subject else ()
        if key in carried and self.subject is not None:
            value = encoded_facts(self.subject).get(key) if self.sees else None
            return _texts(plain(fact, value)) if value is not None else []
        if case is None or fact.type == "boolean" or fact.ask or self._blind:
            return []
        held = case.facts.get(key)
        return [] if held is None or isinstance(held, dict) else _texts(held)

    @property
    def _blind(self) -> bool:
        """Whether the case waits for somebody who must not know what was said before."""
        case = self.case
        return case is not None and bool(self.machine.procedure.states[case.state].blind)

    def _said_before(self, item: AsksField) -> list[str]:
        """The words of the act that led here, where the reporter will read them: who checks may mend."""
        if self.case is None or item.audience is None or item.type != "text" or self._blind:
            return []
        moved = self.case.events.exclude(from_state=F("to_state")).exclude(act__in=SAID_ASIDE)
        last = moved.order_by("sequence").last()
        said = last.fields.get(item.field) if last else None
        return [said] if isinstance(said, str) and said else []

    def _choices(self, item: AsksFact | AsksField) -> Mapping[str, Text]:
        if isinstance(item, AsksFact):
            fact = self.machine.facts[item.fact]
            return YES_NO if fact.type == "boolean" else fact.values
        match item.type:
            case "class":
                return self.machine.procedure.classes
            case "organisation" | "organisations":
                return self._organisations
            case "person" | "people":
                return self._people
            case "policy":
                return policies()
            case "facts":
                return self._facts()
            case _:
                return {}

    @cached_property
    def _organisations(self) -> Mapping[str, Text]:
        subject = self.subject or (self.case.subject if self.case else None)
        return organisations(subject.street_id if subject else None)

    @cached_property
    def _people(self) -> Mapping[str, Text]:
        return people(clock.now())

    @cached_property
    def _limits(self) -> frozenset[str]:
        """The moments until which something runs: they lie ahead, and are never now."""
        one = self.machine.procedure
        called = [call.args.get("until") for act in self.machine.view.acts for call in act.effects]
        return frozenset(
            map(str, [*called, *(clock_.limit.until for clock_ in one.clocks.values())])
        )

    def _facts(self) -> dict[str, Text]:
        kinds = [self.subject.kind] if self.subject else self.machine.procedure.subject.kinds
        keys = dict.fromkeys(key for kind in kinds for key in self.machine.known.kind(kind).facts)
        return {key: self.machine.facts[key].label for key in keys}

    def _needed(self, condition: str) -> Text:
        """When an answer must be there, in words; the server decides."""
        facts = self.machine.facts
        if found := re.fullmatch(r"(NOT )?(\w+)", condition):
            told = {"label": facts[found[2]].label, "value": _("否") if found[1] else _("是")}
            return _("“%(label)s”为“%(value)s”时必填") % told
        if found := re.fullmatch(r"(\w+) = '(\w+)'", condition):
            fact = facts[found[1]]
            told = {"label": fact.label, "value": fact.values.get(found[2], found[2])}
            return _("“%(label)s”为“%(value)s”时必填") % told
        english = (get_language() or "").startswith("en")
        return _("%s时必填") % in_words(condition, facts, "en" if english else "zh-Hans")


_OF_FACTS = {
    "boolean": "choice", "choice": "choice", "set": "several", "integer": "number", "date": "date",
    "money": "money",
}  # fmt: skip
_OF_FIELDS = {
    "class": "choice", "organisation": "list", "organisations": "several", "person": "list",
    "people": "several", "policy": "list", "facts": "several", "criteria": "texts",
}  # fmt: skip


def key_of(item: FormItem) -> str:
    """The fact or field that an item asks."""
    return item.fact if isinstance(item, AsksFact) else getattr(item, "field", "")


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
        return [one for one in _COMMAS.split(" ".join(values)) if one]
    return values[-1]
