"""One renderer for the forms of all procedures: what an item asks becomes a field, what was typed stays.

The names of fields begin with `f-`, so that a form's own keys (revision, once) cannot meet them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from furong.apps.base.models import StoredFile
from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Case, Event
from furong.apps.directory.models import Membership, Organisation, User
from furong.apps.registry.values import from_plain
from furong.engines.rules import Fact
from furong.engines.rules.words import in_words
from furong.faces.web.presenters.cases_pages import CaseForm, FormField, KeptFile
from furong.faces.web.presenters.parts import Option, Text
from furong.packs.models.procedures import AsksFact, AsksField, AsksNamed, FormItem

PREFIX = "f-"
FEW = 6  # as many choices as stand in a row of buttons
SEVERAL = frozenset({"organisations", "people", "facts"})
"""Types of fields of which a form sends each value by itself."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form: by the name of the question, the words as they were sent.

    files: those that were taken in. errors: what is wrong, by question. empty: nothing was sent yet,
    so that what is known may be filled in.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[StoredFile]] = field(default_factory=dict)
    errors: Mapping[str, Text] = field(default_factory=dict)
    empty: bool = True

    def answers(self, items: Iterable[FormItem], machine: Machine) -> dict[str, Any]:
        """As the verbs of cases take them."""
        found: dict[str, Any] = {}
        for item in items:
            name = name_of(item)
            if isinstance(item, AsksField) and item.type == "files":
                if self.files.get(name):
                    found[name] = [str(one.pk) for one in self.files[name]]
                continue
            given = [one for one in self.values.get(name, ()) if one.strip()]
            if given:
                found[name] = _answer(item, given, machine)
        return found


def _answer(item: FormItem, given: Sequence[str], machine: Machine) -> object:
    if isinstance(item, AsksFact):
        return [*given] if machine.facts[item.fact].type == "set" else given[-1]
    assert isinstance(item, AsksField)
    if item.type == "cases":
        return [one for one in re.split(r"[\s,;\uff0c\u3001\uff1b]+", " ".join(given)) if one]
    return [*given] if item.type in SEVERAL else given[-1]


def name_of(item: FormItem) -> str:
    return item.fact if isinstance(item, AsksFact) else getattr(item, "field", "")


def asked_items(items: Iterable[FormItem], case: Case, machine: Machine) -> list[FormItem]:
    """The items that a person answers, with the facts that a field of the case lists."""
    found: list[FormItem] = []
    for item in items:
        if isinstance(item, AsksNamed):
            listed = case.fields.get(item.asked, [])
            named = listed if isinstance(listed, list) else []
            found += [AsksFact(fact=key) for key in named if key in machine.facts]
        elif not (isinstance(item, AsksFact) and item.value is not None):
            found.append(item)
    return found


@dataclass
class Fields:
    """Makes the fields of one form of a case; what it needs of the tables it reads once."""

    machine: Machine
    case: Case
    typed: Typed
    known: Mapping[str, Any] = field(default_factory=dict)  # subject's facts, encoded
    original: str = ""  # the field that shows the paper of a proxy

    def of(self, items: Sequence[FormItem]) -> list[FormField]:
        prefilled = self._prefilled() if self.typed.empty else {}
        return [self._field(item, prefilled) for item in items]

    def _prefilled(self) -> dict[str, list[str]]:
        """What is known: answers of the act that led here, facts of this cycle and of the subject."""
        found: dict[str, list[str]] = {}
        for name, value in self.known.items():
            found[name] = _shown_fact(self.machine.facts[name], value)
        if self.case.pk is None or not self.case.revision:
            return found
        events = Event.objects.filter(case=self.case).order_by("sequence")
        latest: Mapping[str, Any] = {}
        for act, cycle, facts, fields, moved in (
            (e.act, e.cycle, e.facts, e.fields, e.from_state != e.to_state) for e in events
        ):
            if cycle == self.case.cycle or act.startswith("openings."):
                for key, value in facts.items():
                    if value is not None and key in self.machine.facts:
                        fact = self.machine.facts[key]
                        found[key] = _shown_fact(fact, from_plain(fact, value))
            if moved and act not in ("comment", "party"):
                latest = fields
        return found | {name: _shown_value(value) for name, value in latest.items()}

    def _field(self, item: FormItem, prefilled: Mapping[str, Sequence[str]]) -> FormField:
        name = name_of(item)
        values = [*self.typed.values.get(name, prefilled.get(name, ()))]
        if isinstance(item, AsksFact):
            return self._of_fact(item, self.machine.facts[item.fact], values)
        assert isinstance(item, AsksField)
        return self._of_field(item, values)

    # --- facts --------------------------------------------------------------------------------

    def _of_fact(self, item: AsksFact, fact: Fact, values: Sequence[str]) -> FormField:
        required, needed = self._needed(item.required)
        options: list[Option] = []
        control = {"integer": "number", "date": "date"}.get(fact.type, "text")
        if fact.type == "boolean":
            control = "choice"
            options = options_of({"true": _("是"), "false": _("否")}, values)
        elif fact.type in ("choice", "set"):
            options = options_of(fact.values, values)
            few = len(options) <= FEW
            control = {"choice": "choice" if few else "pick"}.get(fact.type, "checks")
        return FormField(
            name=f"{PREFIX}{item.fact}",
            label=fact.label,
            control=control,
            value=values[-1] if values else "",
            options=options,
            required=required,
            needed=needed,
            unit=_("元") if fact.type == "money" else fact.unit,
            error=self.typed.errors.get(item.fact, ""),
        )

    # --- fields -------------------------------------------------------------------------------

    def _of_field(self, item: AsksField, values: Sequence[str]) -> FormField:
        required, needed = self._needed(item.required)
        if item.field == self.original:
            required, needed = True, ""
        control, options = self._control(item, values)
        picked = [str(one.label) for one in options if one.selected] if control == "picks" else []
        return FormField(
            name=f"{PREFIX}{item.field}",
            label=item.label,
            control=control,
            value=values[-1] if values else "",
            options=options,
            picked=_("、").join(picked),
            kept=[KeptFile(str(one.pk), one.name) for one in self.typed.files.get(item.field, ())],
            required=required,
            needed=needed,
            notes=[*self._notes(item)],
            rows=_rows(item),
            max=item.max,
            unit=_("元") if item.type == "money" else "",
            error=self.typed.errors.get(item.field, ""),
        )

    def _control(self, item: AsksField, values: Sequence[str]) -> tuple[str, list[Option]]:
        match item.type:
            case "text":
                return ("text" if (item.max or 0) <= 120 else "lines"), []
            case "texts":
                return "lines", []
            case "moment":
                return "moment", []
            case "files":
                return "file", []
            case "class":
                now = values if values or not self.typed.empty else [self.case.kind]
                return "choice", options_of(self.machine.procedure.classes, now)
            case "organisation" | "organisations":
                every = self._organisations()
                return ("pick" if item.type == "organisation" else "picks"), options_of(
                    every, values
                )
            case "person" | "people":
                return ("pick" if item.type == "person" else "picks"), options_of(people(), values)
            case "facts":
                labels = {key: fact.label for key, fact in self.machine.known.facts.items()}
                return "picks", options_of(labels, values)
            case _:
                return "text", []

    def _organisations(self) -> dict[str, Text]:
        """Every unit in use; the office of the subject's street first."""
        street = self.case.subject.street_id if self.case.subject else None
        rows = Organisation.objects.filter(withdrawn=False).order_by("kind", "code")
        units = sorted(rows, key=lambda one: street is None or one.zone_id != street)
        return {one.code: words.unit_name(one) for one in units}

    def _notes(self, item: AsksField) -> Iterator[Text]:
        if item.audience == "reporter":
            yield _("反映人看得到")
        elif item.audience == "public":
            yield _("公开")
        if item.personal:
            yield _("个人信息，加密保存")
        if item.type == "texts":
            yield _("一行一件")
        if item.type in ("case", "cases"):
            yield _("填编号，如 %s") % self.case.number if self.case.number else _("填编号")
        if item.max and item.max > 120:
            yield _("最多 %d 字") % item.max

    def _needed(self, condition: str) -> tuple[bool, Text]:
        """Whether an answer must be there, or when; the server decides."""
        if not condition or condition == "TRUE":
            return condition == "TRUE", ""
        facts = self.machine.facts
        if found := re.fullmatch(r"(NOT )?(\w+)", condition):
            told = {"label": facts[found[2]].label, "value": _("否") if found[1] else _("是")}
            return False, _("“%(label)s”为“%(value)s”时必填") % told
        if found := re.fullmatch(r"(\w+) = '(\w+)'", condition):
            fact = facts[found[1]]
            told = {"label": fact.label, "value": fact.values.get(found[2], found[2])}
            return False, _("“%(label)s”为“%(value)s”时必填") % told
        english = (get_language() or "").startswith("en")
        condition_told = in_words(condition, facts, "en" if english else "zh-Hans")
        return False, _("%s时必填") % condition_told


def _rows(item: AsksField) -> int:
    if item.type == "texts":
        return 5
    return 1 if (item.max or 0) <= 120 else 3 if (item.max or 0) <= 500 else 6


def options_of(labels: Mapping[str, Text], values: Sequence[str]) -> list[Option]:
    return [Option(code, label, code in values) for code, label in labels.items()]


def people() -> dict[str, Text]:
    """Everybody with an account: name and where they work."""
    posts = Membership.objects.select_related("organisation").order_by("organisation__code")
    places: dict[object, str] = {}
    for post in posts:
        places.setdefault(post.user_id, words.unit_name(post.organisation))
    rows = User.objects.filter(is_active=True).order_by("name")
    return {
        str(one.pk): _("%(who)s（%(where)s）") % {"who": one.name, "where": places[one.pk]}
        if one.pk in places
        else one.name
        for one in rows
    }


def _shown_fact(fact: Fact, value: Any) -> list[str]:
    """An encoded value as a form's field holds it."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, frozenset):
        return sorted(value)
    if fact.type == "date":
        return [datetime.fromordinal(int(value)).date().isoformat()]
    if fact.digits and isinstance(value, int):
        return [f"{value / 10**fact.digits:.{fact.digits}f}"]
    return [str(value)]


def _shown_value(value: Any) -> list[str]:
    """A kept answer as a form's field holds it; a moment in the district's time."""
    if isinstance(value, list):
        return [str(one) for one in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        local = timezone.localtime(datetime.fromisoformat(value))
        return [f"{local:%Y-%m-%dT%H:%M}"]
    return [] if value is None else [str(value)]


def case_form(
    url: str,
    label: Text,
    fields: Sequence[FormField],
    *,
    revision: int | str = "",
    closures: Mapping[str, Text] | None = None,
    deciders: Sequence[User] | None = None,
    chosen: Mapping[str, str] | None = None,
    errors: Mapping[str, Text] | None = None,
    refusal: Text = "",
    following: str = "",
    request: str = "",
) -> CaseForm:
    """A form around its fields. chosen: closure and decided_by, as they were sent."""
    now, wrong = chosen or {}, errors or {}
    offered = [(str(one.pk), one.name) for one in deciders or ()]
    only = offered[0][0] if len(offered) == 1 else ""
    return CaseForm(
        url=url,
        label=label,
        key=uuid4().hex,
        revision=str(revision),
        fields=fields,
        closures=options_of(closures or {}, [now.get("closure", "")]),
        closure_error=wrong.get("closure", ""),
        deciders=options_of(dict(offered), [now.get("decided_by", "") or only]),
        proxy=deciders is not None,
        decider_error=wrong.get("decided_by", ""),
        refusal=refusal,
        next=following,
        request=request,
    )
