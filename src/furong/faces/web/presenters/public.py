"""Policies as an enterprise reads them on its phone, without signing in: the seven headings."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.policies import reads
from furong.apps.policies.reads import Text
from furong.apps.registry.catalogue import catalogue
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.parts import chip
from furong.faces.web.presenters.policies import LEVELS, matches, status
from furong.faces.web.presenters.policy_pages import (
    GuideSection,
    PublicList,
    PublicPolicy,
    PublicRow,
)
from furong.packs.models.policies import Criterion

HEADLINE = 12  # characters that the large figure's line holds on a narrow phone


def public_list(chosen: Mapping[str, str], *, at: datetime) -> PublicList:
    """The policies of this place, not those of others."""
    known = catalogue()
    day = timezone.localdate(at)
    texts = [
        text
        for text in reads.library(at)
        if not text.reference and matches(text, chosen["q"].lower())
    ]
    counts = {level: sum(text.document.level == level for text in texts) for level in LEVELS}
    now = chosen["level"]
    chips = [chip("level", "", _("全部"), now=now, count=len(texts))]
    chips += [
        chip("level", key, wording.LEVELS[key], now=now, count=n) for key, n in counts.items()
    ]
    return PublicList(
        query=chosen["q"],
        level=now,
        levels=chips,
        rows=[
            PublicRow(
                id=text.policy.id,
                title=text.policy.title,
                summary=text.policy.summary,
                amount_text=wording.headline(text.policy.benefit, known.pack.facts),
                level=wording.level_badge(text.document, elsewhere=False),
                door=wording.door_badge(text.policy),
                status=status(text, day),
            )
            for level in LEVELS[::-1]
            for text in texts
            if text.document.level == level and now in {"", level}
        ],
    )


def public_policy(text: Text, *, at: datetime) -> PublicPolicy:
    known = catalogue()
    policy, document = text.policy, text.document
    benefit = policy.benefit
    lead, figure = wording.sum_of(benefit)
    told = benefit.note or benefit.open
    headline = figure or wording.headline(benefit, known.pack.facts)
    if benefit.amount and wording.fixed(benefit.amount) is None:
        told = _("按“%s”计") % wording.formula(benefit.amount, known.pack.facts)
    return PublicPolicy(
        id=policy.id,
        title=policy.title,
        summary=policy.summary,
        level=wording.level_badge(document, elsewhere=text.reference),
        door=wording.door_badge(policy),
        status=status(text, timezone.localdate(at)),
        amount_lead=lead if figure else wording.KINDS[benefit.kind],
        amount_text=headline,
        amount_note=told if told != headline else "",
        amount_long=len(headline) > HEADLINE,
        amount_unknown=not figure and wording.sum_unknown(benefit),
        sections=_sections(text),
        as_of=figures.day(timezone.localdate(at)),
    )


def _sections(text: Text) -> list[GuideSection]:
    policy, guide = text.policy, text.policy.guide
    conditions, unseen = _conditions(policy.criteria, is_automatic=policy.door == "automatic")
    materials = guide.materials if guide else ()
    steps = guide.steps if guide else ()
    channel = guide.channel if guide else ""
    deadline = wording.period(guide.deadline) if guide else ""
    unit = guide.unit if guide else ""
    phone = guide.phone if guide else ""
    valid = wording.period(text.window)
    return [
        GuideSection(_("条件"), conditions, unseen),
        _section(_("材料"), materials, _none_needed(policy.door) or _("申报材料原文未见，待核")),
        GuideSection(
            _("流程"),
            steps or ([channel] if channel else []),
            () if steps or channel else [_("办理流程原文未见，待核")],
            ordered=len(steps) > 1,
        ),
        _section(_("时限"), _dates(deadline, valid), _("办理时限原文未见，待核")),
        _section(
            _("受理单位"),
            [unit] if unit else [],
            _("受理单位原文未见；主管部门为%s") % policy.department
            if policy.department
            else _("受理单位原文未见，待核"),
        ),
        GuideSection(_("电话"), [], [] if phone else [_("咨询电话原文未见，待核")], phone=phone),
        _grounds(text),
    ]


def _section(heading: str, lines: Iterable[str], otherwise: str) -> GuideSection:
    told = [*lines]
    return GuideSection(heading, told, [] if told else [otherwise])


def _none_needed(door: str | None) -> str:
    return _("免申即享，一般无需提交材料；原文未逐项列明，待核") if door == "automatic" else ""


def _dates(deadline: str, valid: str) -> list[str]:
    lines = []
    if deadline:
        lines.append(_("申报：%s") % deadline)
    if valid:
        lines.append(_("施行：%s") % valid)
    return lines


def _conditions(
    criteria: Iterable[Criterion], *, is_automatic: bool
) -> tuple[list[str], list[str]]:
    """What must hold, and what the source did not settle."""
    lines, unseen = [], []
    for criterion in criteria:
        if criterion.open:
            unseen.append(
                _("%(label)s：%(open)s") % {"label": criterion.label, "open": criterion.open}
            )
            continue
        if criterion.decides:
            lines.append(
                _("%(label)s（由%(by)s认定）") % {"label": criterion.label, "by": criterion.decides}
            )
        elif criterion.attested and not is_automatic:
            lines.append(
                _("%(label)s（凭%(proof)s）")
                % {"label": criterion.label, "proof": criterion.attested}
            )
        else:
            lines.append(criterion.label)
        if criterion.unclear:
            unseen.append(
                _("%(label)s：%(why)s") % {"label": criterion.label, "why": criterion.why}
            )
    return lines, unseen


def _grounds(text: Text) -> GuideSection:
    document = text.document
    clauses = dict.fromkeys(c.clause for c in text.policy.criteria if c.clause)
    lines = [
        _("《%s》") % document.title,
        " ".join(filter(None, [document.number, _("、").join(clauses)])),
        " · ".join(filter(None, [document.issuer, wording.issued(document)])),
    ]
    unseen = [
        _("%(about)s：%(text)s") % {"about": about, "text": told}
        for about, told in wording.open_points(text.policy, document)
        if told not in {criterion.open for criterion in text.policy.criteria}
    ]
    if text.reference:
        unseen.insert(0, _("外地政策，仅供参考，本区不据此兑付"))
    return GuideSection(_("依据"), [line for line in lines if line], unseen)
