"""算一算: what a policy would say of the facts that a visitor enters. Nothing of it is kept."""

from collections.abc import Iterator
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.policies import reads
from furong.apps.policies.reads import Text, Verdict
from furong.apps.registry.catalogue import KIND_FACT, catalogue
from furong.engines.rules import Fact, Judge, read_value
from furong.engines.rules.explain import explain
from furong.engines.rules.formula import atoms_of
from furong.engines.rules.problems import ValueProblem
from furong.engines.rules.values import Encoded
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.finding_pages import Tried, TryField, TryPage
from furong.faces.web.presenters.questions import PREFIX, YES_NO, field_of
from furong.faces.web.presenters.reasons import Case, asked, verdict_row
from furong.faces.web.presenters.verdicts import BADGES, UNKNOWN, Field

DIVISIONS = "GB/T 2260"
KEYPADS = {"integer": "numeric", "decimal": "decimal", "money": "decimal"}
"""What a phone's keyboard shows for a type of fact."""


def try_page(text: Text, form: QueryDict | None, *, at: datetime) -> TryPage:
    """The calculator of a policy. form: what was entered, None at first."""
    closed = _closed(text, at)
    page = _Trial(text, form or QueryDict(), at) if not closed else None
    entered = page is not None and form is not None
    return TryPage(
        id=text.policy.id,
        title=text.policy.title,
        level=wording.level_badge(text.document, elsewhere=text.reference),
        door=wording.door_badge(text.policy),
        result=page.result() if page and entered and not page.faults else None,
        fields=[*page.fields()] if page else (),
        faults=len(page.faults) if page else 0,
        closed=closed,
        as_of=figures.moment(at),
    )


def _closed(text: Text, at: datetime) -> str:
    if text.reference:
        return _("这是外地政策，只供参考，不能据此测算")
    if not text.applies_on(timezone.localdate(at)):
        return _("这项政策现在不在施行期内，不能测算")
    return ""


class _Trial:
    """The questions of one policy and what was answered to them."""

    def __init__(self, text: Text, form: QueryDict, at: datetime) -> None:
        self.text, self.form = text, form
        self.judge: Judge = reads.judge(at)
        self.book = self.judge.book
        self.policy = self.book.policy(text.policy.id)
        self.faults: dict[str, str] = {}
        allowed = {*self.book.only([text.policy.id]).used, *self.policy.judgements}
        posted = [name.removeprefix(PREFIX) for name in form if name.startswith(PREFIX)]
        self.asked = dict.fromkeys([*self._first(), *(key for key in posted if key in allowed)])
        self.facts = self._read()
        if form and not self.faults:
            self.asked |= dict.fromkeys(self._further())

    def _first(self) -> Iterator[str]:
        """What the policy asks first: its own facts, and what stands behind those nobody knows."""
        names = [atom.leaf.fact for rule in self.policy.rules for atom in atoms_of(rule.formula)]
        for name in dict.fromkeys([*names, *self.policy.operands]):
            yield from self._askable(name)

    def _askable(self, name: str) -> Iterator[str]:
        fact = self.book.facts.get(name)
        if fact is None:
            if self.policy.judgements.get(name) == "attested":
                yield name
        elif name == KIND_FACT:
            if len(self.text.policy.kinds) > 1:
                yield name
        elif fact.ask or fact.type == "choice" or name not in self.book.derivations.steps:
            yield name
        else:
            for behind in self.book.derivations.reads(name):
                yield from self._askable(behind)

    def _read(self) -> dict[str, Encoded]:
        """The answers; what is wrong with one is a fault, and it counts as not given."""
        facts: dict[str, Encoded] = {}
        kinds = self.text.policy.kinds
        if KIND_FACT in self.book.facts and len(kinds) == 1:
            facts[KIND_FACT] = kinds[0]
        for key in self.asked:
            fact, given = self._fact(key), self._given(key)
            try:
                value = read_value(fact, given if fact.type == "set" else "".join(given[-1:]))
            except ValueProblem as problem:
                told = str(problem).replace(_("（%s）") % key, "")  # an owner knows no keys
                self.faults[key] = _help(key) or told
                continue
            if value is not None and given:
                facts[key] = value
        return facts

    def _given(self, key: str) -> list[str]:
        return [one.strip() for one in self.form.getlist(PREFIX + key) if one.strip()]

    def _further(self) -> Iterator[str]:
        """What would settle it besides; what a department must say is not asked of the visitor."""
        for name in self._explained().judgement.missing:
            if name in self.book.facts or self.policy.judgements.get(name) == "attested":
                yield name

    def _explained(self) -> Verdict:
        return Verdict(self.text, explain(self.judge, self.text.policy.id, self.facts))

    def result(self) -> Tried:
        verdict = self._explained()
        row = verdict_row(verdict, Case(self.judge, {}))
        open_ = [key for key in self._further() if not self._given(key)]
        return Tried(
            badge=BADGES[verdict.standing],
            lead=_lead(verdict.standing, len(open_)),
            amount=row.amount,
            amount_note=row.amount_note,
            criteria=row.criteria,
            more=verdict.standing == UNKNOWN and bool(open_),
        )

    def fields(self) -> Iterator[TryField]:
        for key in self.asked:
            given = self._given(key)
            yield TryField(
                self._field(key),
                "".join(given[-1:]),
                given,
                KEYPADS.get(self._fact(key).type, ""),
                _help(key),
                self.faults.get(key, ""),
            )

    def _fact(self, key: str) -> Fact:
        """A fact, or what a document shows, which is asked like one."""
        return self.book.facts.get(key) or self.book.judgements[key]

    def _field(self, key: str) -> Field:
        fact = self.book.facts.get(key)
        if fact is None:
            proof = {
                f"{self.text.policy.id}.{one.id}": one.attested for one in self.text.policy.criteria
            }
            return Field(key, _("能否出示：%s？") % proof[key], "choice", options=YES_NO)
        if key == KIND_FACT:
            kinds = catalogue().pack.kinds
            options = [(kind, kinds[kind].label) for kind in self.text.policy.kinds]
            return Field(key, _("属于哪一类？"), "choice", options=options)
        field = field_of(fact)
        if fact.ask:
            return field
        text = _("%s是哪一类？") % fact.label if fact.type == "choice" else asked(fact)
        return Field(key, text, field.kind, field.unit, field.options)


def _help(key: str) -> str:
    """How the code of a place is written, which few know by heart."""
    pack = catalogue().pack
    declared = pack.facts.get(key)
    if declared is None or declared.scheme != DIVISIONS or pack.manifest.district is None:
        return ""
    return _("填六位行政区划代码，%(district)s为 %(code)s") % {
        "district": pack.manifest.district.short,
        "code": pack.manifest.jurisdiction,
    }


def _lead(standing: str, open_: int) -> str:
    match standing:
        case "eligible":
            return _("按所填信息，符合条件")
        case "ineligible":
            return _("按所填信息，不符合条件")
        case "decides":
            return _("所填条件都符合，还须主管部门认定")
        case _:
            if open_:
                return _("再答 %d 题即可判定，题目已列在下面") % open_
            return _("还不能判定，原因见下面各项条件")
