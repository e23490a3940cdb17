"""What a form was answered: read, checked item by item, and parted by where it is kept.

Facts that the subject's kind carries belong to the subject, facts that procedures declare to the
case; everything else is a field. Personal answers are kept apart from the rest.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.compiled import Reading
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import clean
from furong.apps.cases.engine.known import Known
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Case
from furong.apps.directory.models import Organisation, User
from furong.engines.rules import ValueProblem, plain, read_value
from furong.engines.rules.values import Encoded, decimal_of
from furong.packs.models.procedures import AsksFact, AsksField, AsksNamed, FormItem

_LINES = 50
_TEXTS_LINE = 120
_FILES = 20
_PLAIN_LIMIT = 20_000


class InvalidAnswers(Refusal):
    """Answers that cannot be as they are. `problems`: fact or field → what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(_("；").join(self.problems.values()))


@dataclass(slots=True)
class Answers:
    """A form's answers. stated: of the subject, as people write them. facts: of the case, encoded.

    fields: plain JSON. personal: names of facts and fields that are kept encrypted.
    """

    stated: dict[str, object] = field(default_factory=dict)
    facts: dict[str, Encoded | None] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    personal: set[str] = field(default_factory=set)
    files: list[StoredFile] = field(default_factory=list)


def read_answers(
    machine: Machine,
    form: str | None,
    raw: Mapping[str, Any],
    *,
    case: Case,
    known: Known,
    by: User | None,
    at: datetime,
) -> Answers:
    """The answers to a form. Raises InvalidAnswers naming every bad or missing one.

    What the form does not ask is refused: it would be lost without a word. Texts come in with what
    no reader can see taken out; files are named by the ids of stored files of the actor's own.
    """
    reader = _Reader(machine, case, known, by, at)
    items = [*reader.items(form)]
    asked = {_name(item) for item in items}
    for name in raw:
        if name not in asked:
            reader.problems[str(name)[:64]] = _("本表没有“%s”这一项，未保存") % str(name)[:64]
    for item in items:
        reader.read(item, raw.get(_name(item)))
    reader.require(items)
    if reader.problems:
        raise InvalidAnswers(reader.problems)
    return reader.made


def _name(item: FormItem) -> str:
    return item.fact if isinstance(item, AsksFact) else getattr(item, "field", "")


class _Reader:
    def __init__(
        self, machine: Machine, case: Case, known: Known, by: User | None, at: datetime
    ) -> None:
        self.machine, self.case, self.known, self.by, self.at = machine, case, known, by, at
        self.made = Answers()
        self.problems: dict[str, str] = {}
        subject = case.subject
        carried = machine.known.kind(subject.kind).facts if subject else ()
        self.carried = set(carried)

    def items(self, form: str | None) -> Iterator[FormItem]:
        for item in self.machine.view.items(form):
            if isinstance(item, AsksNamed):
                yield from self._named(item.asked)
            else:
                yield item

    def _named(self, name: str) -> Iterator[AsksFact]:
        """The facts that a field of the case lists."""
        listed = self.case.fields.get(name, [])
        for key in listed if isinstance(listed, list) else []:
            if key in self.machine.facts:
                yield AsksFact(fact=key)

    def read(self, item: FormItem, raw: Any) -> None:
        match item:
            case AsksFact():
                self._fact(item, raw)
            case AsksField(type="answers"):
                self._answers(item, raw)
            case AsksField():
                self._field(item, raw)

    # --- facts --------------------------------------------------------------------------------

    def _fact(self, item: AsksFact, raw: Any) -> None:
        value = item.value if item.value is not None else raw
        if value is None or value == "":
            return
        key = item.fact
        try:
            read = read_value(self.machine.facts[key], value)
        except ValueProblem as problem:
            self.problems[key] = str(problem)
            return
        if key in self.carried:
            self.made.stated[key] = value
        else:
            self.made.facts[key] = read
            if key in self.machine.own_facts and self.machine.is_personal(key):
                self.made.personal.add(key)

    # --- fields -------------------------------------------------------------------------------

    def _answers(self, item: AsksField, raw: Any) -> None:
        """What was found of the facts that a field lists: kept with the act as plain JSON."""
        if raw is None or raw in ("", {}):
            return
        if not isinstance(raw, Mapping):
            self.problems[item.field] = _("%s：应逐项写明") % item.label
            return
        listed = [one.fact for one in self._named(item.of or "")]
        found: dict[str, Any] = {}
        for key, value in raw.items():
            if key not in listed:
                self.problems[str(key)[:64]] = _("本表没有“%s”这一项，未保存") % str(key)[:64]
                continue
            try:
                read = None if value in (None, "") else read_value(self.machine.facts[key], value)
            except ValueProblem as problem:
                self.problems[key] = str(problem)
                continue
            if read is not None:
                found[key] = plain(self.machine.facts[key], read)
        if found:
            self.made.fields[item.field] = found

    def _field(self, item: AsksField, raw: Any) -> None:
        if raw is None or raw in ("", []):
            return
        try:
            value = _READERS[item.type](self, item, raw)
        except _Bad as bad:
            self.problems[item.field] = _("%(label)s：%(why)s") % {
                "label": item.label,
                "why": bad,
            }
            return
        if value in ("", []):
            return
        self.made.fields[item.field] = value
        if item.personal or (self.machine.procedure.personal and item.type in ("text", "texts")):
            self.made.personal.add(item.field)

    # --- what must be there -------------------------------------------------------------------

    def require(self, items: Sequence[FormItem]) -> None:
        """Notes what is missing: always needed, or needed because of another answer."""
        after = self.known.with_answers(self.made)
        for item in items:
            if not isinstance(item, AsksFact | AsksField) or not item.required:
                continue
            name = _name(item)
            there = name in self.made.fields or name in self.made.facts or name in self.made.stated
            if there or name in self.problems:
                continue
            if self.machine.conditions.holds(item.required, after):
                label = (
                    item.label if isinstance(item, AsksField) else self.machine.facts[name].label
                )
                self.problems[name] = _("请填写“%s”") % label


class _Bad(Exception):
    """Why a field's answer cannot be as it is."""


def _text(_reader: _Reader, item: AsksField, raw: Any) -> str:
    if not isinstance(raw, str):
        raise _Bad(_("应是文字"))
    limit = item.max or _PLAIN_LIMIT
    text = clean(raw, lines=limit > 120)
    if len(text) > limit:
        raise _Bad(
            _("有 %(n)d 字，最多 %(max)d 字；请精简，详情可另附文件")
            % {"n": len(text), "max": limit}
        )
    return text


def _texts(_reader: _Reader, _item: AsksField, raw: Any) -> list[str]:
    lines = raw.split("\n") if isinstance(raw, str) else raw
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise _Bad(_("应是几行文字"))
    found = [text for line in lines if (text := clean(line, lines=False))]
    if len(found) > _LINES:
        raise _Bad(_("有 %(n)d 行，最多 %(max)d 行") % {"n": len(found), "max": _LINES})
    if any(len(line) > _TEXTS_LINE for line in found):
        raise _Bad(_("每行最多 %d 字") % _TEXTS_LINE)
    return found


def _moment(_reader: _Reader, _item: AsksField, raw: Any) -> str:
    moment = raw
    if isinstance(raw, str):
        try:
            moment = datetime.fromisoformat(raw.strip())
        except ValueError:
            raise _Bad(_("“%s”不是日期时间，请写成 2020-02-24 09:30 的样子") % raw[:40]) from None
    if not isinstance(moment, datetime):
        raise _Bad(_("应是日期时间"))
    aware = moment if moment.tzinfo else moment.replace(tzinfo=clock.zone())
    return aware.isoformat()


def _money(reader: _Reader, _item: AsksField, raw: Any) -> int:
    number, digits = decimal_of(raw), reader.machine.known.pack.minor_units
    if number is None or number < 0:
        raise _Bad(_("不是金额"))
    minor = number.scaleb(digits)
    if minor != minor.to_integral_value() or minor >= 10**15:
        raise _Bad(_("金额最多写到小数点后 %d 位") % digits)
    return int(minor)


def _files(reader: _Reader, _item: AsksField, raw: Any) -> list[str]:
    given = raw if isinstance(raw, list) else [raw]
    ids = [str(one.pk) if isinstance(one, StoredFile) else str(one) for one in given]
    if len(ids) > _FILES:
        raise _Bad(_("一次最多 %d 个文件") % _FILES)
    try:
        rows = {str(row.pk): row for row in StoredFile.objects.filter(pk__in=map(UUID, ids))}
    except ValueError:
        raise _Bad(_("没有这个文件，请重新上传")) from None
    own = reader.by.pk if reader.by else None
    for name in ids:
        row = rows.get(name)
        if row is None or (own is not None and row.stored_by != own):
            raise _Bad(_("没有这个文件，请重新上传"))
        reader.made.files.append(row)
    return ids


def _organisation(_reader: _Reader, _item: AsksField, raw: Any) -> str:
    return _organisations(_reader, _item, [raw])[0]


_AT_WORK = Reading(
    lambda code: Organisation.objects.filter(code=code, withdrawn=False).values_list("pk"), "code"
)


def _organisations(_reader: _Reader, _item: AsksField, raw: Any) -> list[str]:
    given = raw if isinstance(raw, list) else [raw]
    codes = [*dict.fromkeys(clean(str(one), lines=False) for one in given if one)]
    if unknown := [code for code in codes if not _AT_WORK.all(code=code)]:
        raise _Bad(_("没有这个单位：%s；请从列表中选择") % _("、").join(unknown)[:100])
    return codes


def _person(reader: _Reader, item: AsksField, raw: Any) -> str:
    return _people(reader, item, [raw])[0]


def _people(_reader: _Reader, _item: AsksField, raw: Any) -> list[str]:
    given = raw if isinstance(raw, list) else [raw]
    try:
        ids = [UUID(str(one)) for one in given if one]
    except ValueError:
        raise _Bad(_("没有这个人，请从列表中选择")) from None
    found = set(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", flat=True))
    if any(one not in found for one in ids):
        raise _Bad(_("没有这个人，或者账号已停用；请从列表中选择"))
    return [str(one) for one in dict.fromkeys(ids)]


def _case(reader: _Reader, item: AsksField, raw: Any) -> str:
    return _cases(reader, item, [str(raw)])[0]


def _cases(reader: _Reader, _item: AsksField, raw: Any) -> list[str]:
    """By id or by number; of those that the person may see."""
    raws = raw if isinstance(raw, list) else [raw]
    given = [clean(str(one), lines=False) for one in raws if one]  # PostgreSQL takes no NUL
    rows = (
        Case.objects.all() if reader.by is None else Case.objects.visible_to(reader.by, reader.at)
    )
    found = []
    for name in given:
        row = rows.filter(number=name).first()
        if row is None and re.fullmatch(r"[0-9a-fA-F-]{32,36}", name):
            row = rows.filter(pk=name).first()
        if row is None:
            raise _Bad(_("没有编号为 %s 的事项，请核对编号") % name[:40])
        found.append(str(row.pk))
    return found


def _class(reader: _Reader, _item: AsksField, raw: Any) -> str:
    classes = reader.machine.procedure.classes
    if not isinstance(raw, str) or raw not in classes:
        raise _Bad(_("请选择：%s") % _("、").join(classes.values()))
    return raw


def _listed_facts(reader: _Reader, _item: AsksField, raw: Any) -> list[str]:
    keys = [str(one) for one in (raw if isinstance(raw, list) else [raw])]
    if unknown := [key for key in keys if key not in reader.machine.facts]:
        raise _Bad(_("没有这些事实：%s") % _("、").join(unknown)[:100])
    return keys


def _policy(_reader: _Reader, _item: AsksField, raw: Any) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r"[A-Z][A-Za-z0-9]{0,31}", raw):
        raise _Bad(_("没有这条政策，请从列表中选择"))
    return raw


def _criteria(_reader: _Reader, _item: AsksField, raw: Any) -> dict[str, bool]:
    if not isinstance(raw, dict) or not all(
        isinstance(key, str) and isinstance(value, bool) for key, value in raw.items()
    ):
        raise _Bad(_("请逐条写明是否属实"))
    return dict(raw)


_READERS: Mapping[str, Callable[[_Reader, AsksField, Any], Any]] = {
    "text": _text, "texts": _texts, "moment": _moment, "money": _money, "files": _files,
    "organisation": _organisation, "organisations": _organisations, "person": _person,
    "people": _people, "case": _case, "cases": _cases, "class": _class, "policy": _policy,
    "criteria": _criteria, "facts": _listed_facts,
}  # fmt: skip


def plain_facts(machine: Machine, facts: Mapping[str, Encoded | None]) -> dict[str, Any]:
    """The values as JSON keeps them."""
    return {
        key: None if value is None else plain(machine.facts[key], value)
        for key, value in facts.items()
    }


def questions(
    machine: Machine, form: str | None, facts: Mapping[str, Any], fields: Mapping[str, Any]
) -> dict[str, Any]:
    """What an act answered to a form, question by question, in plain JSON: what two entries compare.

    Words are left out: no two people write the same ones.
    """
    found: dict[str, Any] = {}
    for item in machine.view.items(form):
        if isinstance(item, AsksFact):
            if facts.get(item.fact) is not None:
                found[item.fact] = facts[item.fact]
        elif isinstance(item, AsksField) and item.type == "answers":
            found |= fields.get(item.field) or {}
    return found
