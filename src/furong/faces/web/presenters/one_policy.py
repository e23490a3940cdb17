"""A policy as its page shows it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.policies import reads
from furong.apps.policies.models import Application, Draft, Repeal
from furong.apps.policies.reads import Reach, Share, Text
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.engines.rules.words import in_words
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.parts import Bar, Kpi
from furong.faces.web.presenters.policies import reach_bar, status
from furong.faces.web.presenters.policy_pages import (
    CriterionCard,
    PolicyPage,
    VersionRow,
    WorkedCase,
)
from furong.faces.web.presenters.verdicts import BADGES, DECIDES, ELIGIBLE, INELIGIBLE, UNKNOWN
from furong.faces.web.presenters.whose import Whose
from furong.packs.models.policies import Case, Criterion, Policy

SHARES_SHOWN = 16


def policy_page(
    text: Text, *, told: Whose | None, at: datetime, may_edit: bool = False
) -> PolicyPage:
    """A policy's page. told: whose figures stand beside it. may_edit: the reader writes policies."""
    known = catalogue()
    policy, document = text.policy, text.document
    reach = reads.reach(policy.id, at, told.counted) if told else Reach(policy.id)
    benefit = policy.benefit
    return PolicyPage(
        id=policy.id,
        title=policy.title,
        summary=policy.summary,
        level=wording.level_badge(document, elsewhere=text.reference),
        door=wording.door_badge(policy),
        document=document.title,
        grounds=wording.document_name(document),
        number=document.number,
        issuer=document.issuer,
        issued=wording.issued(document),
        window=wording.period(text.window),
        department=policy.department,
        group=policy.group.label if policy.group else "",
        criteria=[_card(criterion, reach, known) for criterion in policy.criteria],
        benefit=wording.benefit_lines(benefit, known.pack.facts),
        benefit_expression=""
        if wording.fixed(benefit.amount) is not None
        else benefit.amount or "",
        guide=guide_lines(policy),
        open_points=wording.open_points(policy, document),
        notes=policy.notes,
        versions=_versions(text),
        worked=[_worked(case, policy, known) for case in policy.cases],
        kpis=_kpis(policy.id, reach) if told else (),
        streets=_shares(policy.id, reach.streets, "street") if len(reach.streets) > 1 else (),
        sizes=_shares(policy.id, reach.sizes),
        as_of=figures.moment(at),
        status=status(text, timezone.localdate(at)),
        whose=told.name if told else "",
        measured=_("服务对象 %s 家") % figures.count(reach.count),
        elsewhere=text.reference,
        repealed=repealed(policy.id),
        may_edit=may_edit and not text.reference and not text.repealed,
        draft=_draft(policy.id) if may_edit else "",
        under_way=Application.objects.of_policy(policy.id).in_flight().count() if may_edit else 0,
    )


def repealed(code: str) -> str:
    """By what a policy was ended, and what becomes of applications; "" for one that was not."""
    repeal = Repeal.objects.filter(policy__code=code).first()
    if repeal is None:
        return ""
    told = _("已由%(number)s废止，最后施行之日%(day)s。理由：%(reason)s") % {
        "number": repeal.number,
        "day": figures.day(repeal.last_day),
        "reason": repeal.reason,
    }
    kept = (
        _("此前提交的申请按原条款办结") if repeal.keeps else _("这一天之后，没有办结的申请不再同意")
    )
    return _("%(told)s；%(kept)s") % {"told": told, "kept": kept}


def _draft(code: str) -> str:
    """The draft of its next version that is under way."""
    held = Draft.objects.open().filter(code=code).first()
    return str(held.pk) if held else ""


def _card(criterion: Criterion, reach: Reach, known: Catalogue) -> CriterionCard:
    met, unknown = reach.criteria.get(criterion.id, (None, None))
    card = CriterionCard(criterion.label, clause=criterion.clause, proof=criterion.proof)
    if criterion.attested:
        why = _("凭“%s”认定，出示之前为未知") % criterion.attested
        return replace(card, kind=_("需证明"), tone="violet", why=why)
    if criterion.open:
        return replace(card, kind=_("原文未见"), tone="violet", why=criterion.open)
    if criterion.decides:
        why = _("由%s一事一议") % criterion.decides
        return replace(card, kind=_("部门认定"), tone="amber", why=why)
    return replace(
        card,
        expression=criterion.when or "",
        words=_words(criterion, known),
        kind=_("表述待认定") if criterion.unclear else "",
        tone="amber" if criterion.unclear else "",
        why=criterion.why,
        met=met,
        unknown=unknown,
    )


def _words(criterion: Criterion, known: Catalogue) -> str:
    """The condition in words, where they say more than its label."""
    words = in_words(criterion.when or "", known.facts)
    return "" if words == criterion.label else words


def guide_lines(policy: Policy) -> list[tuple[str, str]]:
    guide = policy.guide
    if guide is None:
        return []
    lines = [
        (_("材料"), "\n".join(guide.materials)),
        (_("流程"), "\n".join(guide.steps)),
        (_("途径"), guide.channel),
        (_("时限"), wording.period(guide.deadline)),
        (_("受理单位"), guide.unit),
        (_("电话"), guide.phone),
    ]
    return [(label, value) for label, value in lines if value]


def _versions(text: Text) -> list[VersionRow]:
    return [
        VersionRow(
            version=one.policy.version,
            window=wording.period(one.window),
            origin=one.origin,
            current=one.policy.version == text.policy.version,
        )
        for one in reads.versions_of(text.policy.id)[::-1]
    ]


def _worked(case: Case, policy: Policy, known: Catalogue) -> WorkedCase:
    amount = case.amount
    return WorkedCase(
        title=case.title,
        facts=wording.case_facts(case, policy, known.facts),
        verdict=BADGES[case.verdict],
        amount=_("未知")
        if amount == "unknown"
        else wording.yuan(amount).text
        if amount is not None
        else "",
        boundary=case.boundary,
    )


def _kpis(policy: str, reach: Reach) -> list[Kpi]:
    lists = reverse("policy_subjects", args=[policy])

    def count(verdict: str, number: int) -> Kpi:
        badge = BADGES[verdict]
        return Kpi(
            badge.text,
            figures.count(number),
            _("家"),
            tone=badge.tone,
            url=f"{lists}?verdict={verdict}",
        )

    kpis = [count(ELIGIBLE, reach.eligible), count(UNKNOWN, reach.unknown)]
    if reach.decides:
        kpis.append(count(DECIDES, reach.decides))
    kpis.append(count(INELIGIBLE, reach.ineligible))
    if reach.total or reach.amount_unknown:
        shown = figures.amount(reach.total)
        note = _("另有 %s 家金额未知") % figures.count(reach.amount_unknown)
        kpis.append(
            Kpi(_("符合者合计"), shown.number, shown.unit, note if reach.amount_unknown else "")
        )
    return kpis


def _shares(policy: str, shares: Iterable[Share], name: str = "") -> list[Bar]:
    """The most first; every bar on the scale of the longest. name: what the address filters by."""
    lists = reverse("policy_subjects", args=[policy])
    held = [one for one in shares if one.eligible or one.unknown or one.decides]
    rows = sorted(held, key=lambda one: (-one.eligible, -one.unknown))[:SHARES_SHOWN]
    longest = max((one.eligible + one.decides + one.unknown for one in rows), default=0)
    return [
        Bar(
            one.name or _("未知"),
            reach_bar(one, whole=longest),
            figures.count(one.eligible),
            value_word=_("符合"),
            note=figures.count(one.unknown) if one.unknown else "",
            note_word=_("待补"),
            note_tone="violet",
            url=f"{lists}?verdict=eligible&{name}={one.code}" if name and one.code else "",
        )
        for one in rows
    ]
