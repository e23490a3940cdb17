"""Applications and decisions as their pages and files show them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.base.models import Entry
from furong.apps.directory.models import Zone
from furong.apps.handlers.models import Errand
from furong.apps.policies import reads
from furong.apps.policies.definitions import read_policy
from furong.apps.policies.models import Application, Decision
from furong.apps.policies.models.applying import ApplicationQuerySet
from furong.apps.registry.exporting import ExportCell, write_table
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.applications_pages import (
    ApplicationPage,
    ApplicationRow,
    DecideForm,
    DecisionRow,
    ListPage,
    Step,
)
from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.finding import select
from furong.faces.web.presenters.finding_pages import Tab
from furong.faces.web.presenters.my_handlers import behalf
from furong.faces.web.presenters.parts import Badge, Chip, Select, Text, chip
from furong.faces.web.presenters.sheets import yuan
from furong.faces.web.presenters.verdicts import BADGES, CriterionRow

FILTERS = ("state", "policy", "street")
STATES: Mapping[str, Badge] = {
    Application.State.SUBMITTED: Badge(gettext_lazy("办理中"), "blue"),
    Application.State.GRANTED: Badge(gettext_lazy("已同意"), "jade"),
    Application.State.REFUSED: Badge(gettext_lazy("不予同意"), ""),
    Application.State.WITHDRAWN: Badge(gettext_lazy("已撤回"), ""),
}
OUTCOMES: Mapping[str, Badge] = {
    Decision.Outcome.GRANTED: Badge(gettext_lazy("同意"), "jade"),
    Decision.Outcome.REFUSED: Badge(gettext_lazy("不予同意"), ""),
}
DEVIATING = "1"
TABS: tuple[tuple[Text, str], ...] = (
    (gettext_lazy("申请"), "applications"),
    (gettext_lazy("决定"), "decisions"),
)


def tabs(now: str) -> list[Tab]:
    return [Tab(label, reverse(name), current=name == now) for label, name in TABS]


def application_list(
    page: Page[Application],
    *,
    across: ApplicationQuerySet,
    chosen: Mapping[str, str],
    whose: Text,
    may_export: bool,
) -> ListPage[ApplicationRow]:
    """A page of applications; `across` are those of every state that the other filters leave."""
    return ListPage(
        whose=whose,
        tabs=tabs("applications"),
        chips=_state_chips(across, chosen["state"]),
        selects=_selects(across, chosen),
        kept=[("state", chosen["state"])] if chosen["state"] else (),
        rows=[_row(one) for one in page.rows],
        pages=page.pages,
        filtered=any(chosen[name] for name in FILTERS),
        may_export=may_export,
    )


def _state_chips(across: ApplicationQuerySet, now: str) -> list[Chip]:
    counts = dict(across.order_by().values_list("state").annotate(Count("pk")))
    chips = [chip("state", "", _("全部"), now=now, count=sum(counts.values()))]
    return chips + [
        chip("state", state, badge.text, now=now, count=counts.get(state, 0))
        for state, badge in STATES.items()
    ]


def _selects(across: ApplicationQuerySet, chosen: Mapping[str, str]) -> list[Select]:
    codes = across.order_by().values_list("version__policy__code", flat=True).distinct()
    titles = [(code, _("%s（已选）") % code) for code in {chosen["policy"]} - {*codes, ""}]
    titles += [(code, title_of(code)) for code in sorted(codes)]
    streets = Zone.objects.filter(kind="street", withdrawn=False).order_by("code")
    return [
        select("policy", _("政策"), _("全部政策"), titles, chosen),
        select("street", _("街道"), _("全部街道"), [(z.code, z.name) for z in streets], chosen),
    ]


def title_of(code: str) -> str:
    """A policy's title by its latest version."""
    return reads.versions_of(code)[-1].policy.title


def _row(one: Application) -> ApplicationRow:
    subject = one.subject
    return ApplicationRow(
        id=str(one.pk),
        number=one.number,
        subject=str(subject.pk),
        name=subject.name,
        street=subject.street.name if subject.street else "",
        policy=one.policy,
        title=_title(one),
        amount=_amount(one.amount),
        verdict=BADGES[one.verdict],
        state=STATES[one.state],
        deviates=(decision := decision_of(one)) is not None and decision.deviates,
        submitted=figures.moment(one.submitted_at),
    )


def _title(one: Application | Decision) -> str:
    return str(one.version.definition["title"])


def _amount(minor: int | None) -> Amount | None:
    return None if minor is None else figures.amount(minor)


def decision_of(one: Application) -> Decision | None:
    return getattr(one, "decision", None)


def decision_list(
    page: Page[Decision], *, counts: tuple[int, int], now: str, whose: Text, may_export: bool
) -> ListPage[DecisionRow]:
    """A page of decisions. counts: of all, and of those that deviate from the rule."""
    every, deviating = counts
    return ListPage(
        whose=whose,
        tabs=tabs("decisions"),
        chips=[
            chip("deviates", "", _("全部"), now=now, count=every),
            chip("deviates", DEVIATING, _("一事一议 · 偏离规则"), now=now, count=deviating),
        ],
        selects=(),
        kept=(),
        rows=[decision_row(one) for one in page.rows],
        pages=page.pages,
        filtered=bool(now),
        may_export=may_export,
    )


def decision_row(one: Decision) -> DecisionRow:
    subject = one.subject
    return DecisionRow(
        subject=str(subject.pk),
        name=subject.name,
        street=subject.street.name if subject.street else "",
        policy=one.version.policy.code,
        title=_title(one),
        outcome=OUTCOMES[one.outcome],
        amount=_amount(one.amount),
        verdict=BADGES[one.verdict],
        due=_amount(one.due),
        deviates=one.deviates,
        decider=one.decider,
        reason=one.reason,
        document=one.document,
        file_url=reverse("decision_file", args=[one.pk]) if one.file_id else "",
        decided=figures.day(one.decided_on),
        application=str(one.application_id or ""),
        number=one.application.number if one.application else "",
    )


def application_page(
    one: Application,
    *,
    changed: Text,
    form: DecideForm | None,
    blocked: Text,
    withdraw_key: str,
) -> ApplicationPage:
    decision = decision_of(one)
    policy = read_policy(one.version.definition)
    return ApplicationPage(
        id=str(one.pk),
        number=one.number,
        state=STATES[one.state],
        subject=str(one.subject.pk),
        name=one.subject.name,
        subject_number=one.subject.number,
        street=one.subject.street.name if one.subject.street else "",
        policy=one.policy,
        title=policy.title,
        version=one.version.version,
        verdict=BADGES[one.verdict],
        amount=_amount(decision.due if decision else one.amount),
        amount_note=str(wording.KINDS[policy.benefit.kind]),
        criteria=[
            CriterionRow(
                one.criteria.get(criterion.id, "unknown"),
                criterion.label,
                clause=criterion.clause,
                proof=criterion.proof,
            )
            for criterion in policy.criteria
        ],
        facts=_("依据第 %s 号事实记录以前的信息") % figures.count(one.sequence),
        steps=[*_steps(one, decision)],
        files=[(str(file.pk), file.name) for file in one.files.all()],
        decision=decision_row(decision) if decision else None,
        changed=changed,
        form=form,
        blocked=blocked,
        withdraw_key=withdraw_key,
    )


def _steps(one: Application, decision: Decision | None) -> Iterable[Step]:
    yield Step(
        figures.moment(one.submitted_at),
        _("提交"),
        one.submitted_by.name,
        [*_behalf(one), *([one.note] if one.note else [])],
        "now",
    )
    if decision:
        yield Step(
            figures.moment(decision.recorded_at),
            _("决定：%s") % OUTCOMES[decision.outcome].text,
            decision.entered_by.name,
            tone="now",
        )
    elif one.state == Application.State.WITHDRAWN:
        yield Step(figures.moment(one.settled_at), _("撤回"), lines=_withdrawn(one), tone="now")
    else:
        yield Step("", _("待决定"))


def _behalf(one: Application) -> list[Text]:
    """In whose name somebody else handed it in."""
    errand: Errand | None = getattr(one, "errand", None)
    return [behalf(errand)] if errand else []


def _withdrawn(one: Application) -> list[str]:
    """Why it was taken back, as the journal has it."""
    entry = Entry.objects.about(one).filter(verb="application.withdraw").last()
    reason = entry.payload.get("reason", "") if entry else ""
    return [reason] if reason else []


def applications_sheet(found: Iterable[Application], title: str) -> bytes:
    headings = [
        *(_("受理号"), _("编号"), _("名称"), _("街道"), _("政策编号"), _("政策"), _("提交时间")),
        *(_("当时判定"), _("金额（元）"), _("状态"), _("偏离规则"), _("决定人"), _("理由")),
        _("依据文件"),
    ]

    def cells(one: Application) -> list[ExportCell]:
        decision, subject = decision_of(one), one.subject
        return [
            one.number,
            subject.number,
            subject.name,
            subject.street.name if subject.street else None,
            one.policy,
            _title(one),
            figures.moment(one.submitted_at),
            str(BADGES[one.verdict].text),
            yuan(one.amount),
            str(STATES[one.state].text),
            _("是") if decision and decision.deviates else None,
            decision.decider if decision else None,
            (decision.reason or None) if decision else None,
            (decision.document or None) if decision else None,
        ]

    return write_table(headings, map(cells, found), "xlsx", title=title)


def decisions_sheet(found: Iterable[Decision], title: str) -> bytes:
    headings = [
        *(_("编号"), _("名称"), _("街道"), _("政策编号"), _("政策"), _("受理号"), _("决定")),
        *(_("金额（元）"), _("规则判定"), _("规则金额（元）"), _("偏离规则"), _("决定人")),
        *(_("决定日期"), _("理由"), _("依据文件")),
    ]

    def cells(one: Decision) -> list[ExportCell]:
        subject = one.subject
        return [
            subject.number,
            subject.name,
            subject.street.name if subject.street else None,
            one.version.policy.code,
            _title(one),
            one.application.number if one.application else None,
            str(OUTCOMES[one.outcome].text),
            yuan(one.amount),
            str(BADGES[one.verdict].text),
            yuan(one.due),
            _("是") if one.deviates else None,
            one.decider,
            figures.day(one.decided_on),
            one.reason or None,
            one.document or None,
        ]

    return write_table(headings, map(cells, found), "xlsx", title=title)


def exported_title(title: str, whose: Text, at: datetime) -> str:
    """The line above a list: 申请 · 全区 · 截至 2020年3月2日 09:42."""
    return " · ".join(filter(None, [title, str(whose), _("截至 %s") % figures.moment(at)]))
