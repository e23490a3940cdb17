"""Entering a decision: what the rule says beside it, before it is sent; and applying for a subject."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import uuid4

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import fitted
from furong.apps.directory.models import Membership, User
from furong.apps.policies import reads
from furong.apps.policies.actions import Ruling
from furong.apps.policies.actions.deciding import Ruled
from furong.apps.policies.models import Decision
from furong.apps.policies.reads import Text as PolicyText
from furong.apps.policies.reads import Verdict
from furong.apps.registry import reads as registry
from furong.apps.registry.catalogue import money_digits
from furong.apps.registry.models import Subject
from furong.engines.rules import Fact, read_value
from furong.engines.rules.explain import explain
from furong.engines.rules.problems import ValueProblem
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.applications_pages import DecideForm, MatterPage, Rule, Weighed
from furong.faces.web.presenters.parts import Text
from furong.faces.web.presenters.reasons import Case, verdict_row
from furong.faces.web.presenters.verdicts import BADGES

GRANT, REFUSE = "grant", "refuse"
FIELDS = ("outcome", "amount", "decider", "decided_on", "reason", "document")


def rule_of(ruled: Ruled) -> Rule:
    """What the rule says, and which decision would be another than its."""
    due = None if ruled.due is None else figures.amount(ruled.due)
    if ruled.verdict == "eligible":
        consequence = (
            _("不予同意，或者金额不是 %s，即为偏离规则") % due.exact
            if due
            else _("不予同意，即为偏离规则")
        )
    elif ruled.verdict == "ineligible":
        consequence = _("同意，即为偏离规则")
    else:
        consequence = _("规则还不能判定，是否同意由主管部门认定")
        if due:
            consequence = _("%(told)s；同意而金额不是 %(due)s，即为偏离规则") % {
                "told": consequence,
                "due": due.exact,
            }
    return Rule(BADGES[ruled.verdict], due, "" if due else _("规则没有给出金额"), consequence)


def seen(ruled: Ruled) -> str:
    """What the rule says, as a form sends it back."""
    return f"{ruled.verdict}:{'' if ruled.due is None else ruled.due}"


class Entered:
    """A decision as it was entered, with what is wrong with its fields."""

    def __init__(self, form: QueryDict, ruled: Ruled, *, today: date) -> None:
        self.values = {name: form.get(name, "").strip() for name in FIELDS}
        self.ruled = ruled
        self.errors: dict[str, Text] = {}
        self.granted = self.values["outcome"] == GRANT
        self.amount = self._amount()
        self.day = self._day(today)
        if self.values["outcome"] not in {GRANT, REFUSE}:
            self.errors["outcome"] = _("请选择同意或不予同意")
        if not self.values["decider"]:
            self.errors["decider"] = _("请写明由谁决定（单位或姓名）")
        for name in ("decider", "reason", "document"):
            try:
                fitted(Decision, name, self.values[name])
            except Refusal as refusal:
                self.errors[name] = str(refusal)
        self.errors |= dict(self._unsaid())

    def _amount(self) -> int | None:
        if not self.granted:
            return None
        fact = Fact("amount", "money", _("金额"), minimum=0, scale=money_digits())
        try:
            value = read_value(fact, self.values["amount"])
        except ValueProblem as problem:
            self.errors["amount"] = str(problem)
            return None
        if value is None and self.ruled.due is not None:
            due = figures.amount(self.ruled.due).exact
            self.errors["amount"] = _("按规则应为 %s，请写明同意的金额") % due
        return value if isinstance(value, int) else None

    def _day(self, today: date) -> date:
        try:
            day = date.fromisoformat(self.values["decided_on"])
        except ValueError:
            self.errors["decided_on"] = _("请写明决定日期，如 2020-03-02")
            return today
        if day > today:
            self.errors["decided_on"] = _("决定日期还没有到，请核对")
        return day

    def _unsaid(self) -> Iterator[tuple[str, Text]]:
        """What is still to be said of a refusal, and of a decision that deviates."""
        if "outcome" in self.errors or "amount" in self.errors:
            return
        deviates = self.ruled.deviates(self.ruling())
        if not self.values["reason"] and deviates:
            yield "reason", _("偏离规则的决定须写明理由")
        elif not self.values["reason"] and not self.granted:
            yield "reason", _("不予同意须写明理由，企业看得到")
        if deviates and not self.values["document"]:
            yield "document", _("偏离规则的决定须写明依据文件，如会议纪要文号")

    def ruling(self, file: StoredFile | None = None) -> Ruling:
        return Ruling(
            granted=self.granted,
            amount=self.amount,
            decider=self.values["decider"],
            decided_on=self.day,
            reason=self.values["reason"],
            document=self.values["document"],
            file=file,
        )

    def weighed(self) -> Weighed | None:
        """How it stands to the rule; nothing while it is not yet said what is decided."""
        if "outcome" in self.errors or "amount" in self.errors:
            return None
        if self.ruled.deviates(self.ruling()):
            told = _(
                "偏离规则（一事一议）：须写明决定人、理由和依据文件，三项缺一不可；决定会如实标注为偏离规则"
            )
            return Weighed(deviates=True, told=told, tone="due")
        return Weighed(
            deviates=False, told=_("与规则判定一致，或属规则留给主管部门认定的事项"), tone="done"
        )


def decide_form(
    url: str,
    ruled: Ruled,
    *,
    check: str = "",
    user: User,
    at: datetime,
    entered: Entered | None = None,
    key: str = "",
) -> DecideForm:
    """An empty form, or one that was entered with errors."""
    return DecideForm(
        url=url,
        check=check or url,
        key=key or uuid4().hex,
        seen=seen(ruled),
        rule=rule_of(ruled),
        weighed=entered.weighed() if entered else None,
        values=entered.values if entered else _defaults(ruled, user, at),
        unit=figures.money_unit(),
        errors=entered.errors if entered else {},
    )


def _defaults(ruled: Ruled, user: User, at: datetime) -> dict[str, str]:
    place = Membership.objects.in_force(at).filter(user=user).select_related("organisation").first()
    return {
        "amount": "" if ruled.due is None else figures.typed(ruled.due),
        "decider": place.organisation.name if place else "",
        "decided_on": timezone.localdate(at).isoformat(),
    }


def button_of(text: PolicyText) -> str:
    """What taking the policy up is called, by its door."""
    match text.policy.door:
        case "automatic":
            return _("代为确认享受")
        case "instant":
            return _("代为一键申请")
        case _:
            return _("代为申报")


def matter_page(
    subject: Subject,
    text: PolicyText,
    *,
    at: datetime,
    note: str = "",
    key: str = "",
    refusal: Text = "",
    form: DecideForm | None = None,
) -> MatterPage:
    """What the rule says of a subject under a policy, before anything is done about it."""
    judge = reads.judge(at)
    told = explain(judge, text.policy.id, registry.encoded_facts(subject))
    verdict = Verdict(text, told)
    row = verdict_row(verdict, Case(judge, registry.facts_of(subject)))
    return MatterPage(
        subject=str(subject.pk),
        name=subject.name,
        subject_number=subject.number,
        street=subject.street.name if subject.street else "",
        policy=text.policy.id,
        title=text.policy.title,
        door=wording.door_badge(text.policy),
        verdict=BADGES[verdict.standing],
        reason=row.reason,
        amount=row.amount,
        amount_note=row.amount_note,
        criteria=row.criteria,
        button=button_of(text),
        key=key or uuid4().hex,
        note=note,
        refusal=refusal,
        form=form,
    )
