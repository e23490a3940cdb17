"""Policies as the library, their page and their lists of subjects show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.policies import reads
from furong.apps.policies.reads import Reach, Share, Text
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.engines.rules.words import in_words
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.parts import Badge, Bar, Chip, Kpi, Segment, chip, segments
from furong.faces.web.presenters.policy_pages import (
    CriterionCard,
    DocumentGroup,
    PolicyList,
    PolicyPage,
    PolicyRow,
    VersionRow,
    WorkedCase,
)
from furong.faces.web.presenters.verdicts import BADGES, DECIDES, ELIGIBLE, INELIGIBLE, UNKNOWN
from furong.packs.models.policies import Case, Criterion, Policy

ELSEWHERE = "elsewhere"
LEVELS = ("national", "provincial", "city", "district")
SHARES_SHOWN = 16


def policy_list(chosen: Mapping[str, str], *, personal: bool, at: datetime) -> PolicyList:
    """The library, by level and document."""
    level, door, query = chosen["level"], chosen["door"], chosen["q"].strip().lower()
    here: dict[str, list[Text]] = defaultdict(list)
    for text in reads.library(at):
        here[ELSEWHERE if text.reference else text.document.level].append(text)
    at_level = here[level] if level else [text for name in LEVELS for text in here[name]]
    found = [text for text in at_level if matches(text, query)]
    shown = [text for text in found if not door or text.policy.door == door]
    return PolicyList(
        total=len(shown),
        documents=len({text.document.id for text in shown}),
        query=chosen["q"],
        level=level,
        levels=_levels(here, level),
        doors=_doors(found, door),
        groups=_groups(shown, reads.reaches(at, personal=personal), at),
        as_of=figures.moment(at),
        elsewhere=level == ELSEWHERE,
    )


def matches(text: Text, query: str) -> bool:
    """Whether a search (in lower case) stands in a policy's id, title, summary or document."""
    policy, document = text.policy, text.document
    told = (policy.id, policy.title, policy.summary, document.title, document.number)
    return not query or any(query in part.lower() for part in told)


def _levels(here: Mapping[str, Sequence[Text]], now: str) -> list[Chip]:
    counts = {level: len(here[level]) for level in (*LEVELS, ELSEWHERE)}
    labels = {**wording.LEVELS, ELSEWHERE: wording.ELSEWHERE}
    total = sum(counts[level] for level in LEVELS)
    every = chip("level", "", _("全部"), now=now, count=total)
    return [
        every,
        *(
            chip("level", level, labels[level], now=now, count=n)
            for level, n in counts.items()
            if n
        ),
    ]


def _doors(found: Sequence[Text], now: str) -> list[Chip]:
    chips = [chip("door", "", _("全部"), now=now, count=len(found))]
    for door, badge in wording.DOORS.items():
        n = sum(text.policy.door == door for text in found)
        if door and (n or door == now):
            chips.append(chip("door", door, badge.text, now=now, count=n))
    return chips


def _groups(
    shown: Iterable[Text], reaches: Mapping[str, Reach], at: datetime
) -> list[DocumentGroup]:
    by_document: dict[str, list[Text]] = defaultdict(list)
    for text in shown:
        by_document[text.document.id].append(text)
    return [_group(texts, reaches, at) for texts in by_document.values()]


def _group(texts: Sequence[Text], reaches: Mapping[str, Reach], at: datetime) -> DocumentGroup:
    text = texts[0]
    document = text.document
    return DocumentGroup(
        title=document.title,
        imprint=" · ".join(
            filter(None, [document.number, document.issuer, wording.issued(document)])
        ),
        level=wording.level_badge(document, elsewhere=text.reference),
        rows=[_policy_row(text, reaches[text.policy.id], at) for text in texts],
    )


def _policy_row(text: Text, reach: Reach, at: datetime) -> PolicyRow:
    policy = text.policy
    return PolicyRow(
        id=policy.id,
        title=policy.title,
        summary=policy.summary,
        door=wording.door_badge(policy),
        window=wording.period(text.window),
        status=status(text, timezone.localdate(at)),
        eligible=reach.eligible,
        unknown=reach.unknown,
        decides=reach.decides,
        reach=reach_bar(reach, whole=reach.count),
        open_points=len(wording.open_points(policy, text.document)),
    )


def status(text: Text, day: date) -> Badge | None:
    """Whether a policy applies on a day; nothing where it does."""
    if text.window.start and day < text.window.start:
        return Badge(_("尚未施行"), "amber")
    if text.window.end and day > text.window.end:
        return Badge(_("已到期"), "")
    return None


def reach_bar(reach: Reach | Share, *, whole: int) -> list[Segment]:
    """Who is reached, for whom a department decides, of whom something is missing."""
    parts = [("jade", reach.eligible), ("amber", reach.decides), ("violet", reach.unknown)]
    return segments(parts, whole=whole)


def policy_page(text: Text, *, personal: bool, at: datetime) -> PolicyPage:
    known = catalogue()
    policy, document = text.policy, text.document
    reach = reads.reach(policy.id, at, personal=personal)
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
        guide=_guide(policy),
        open_points=wording.open_points(policy, document),
        notes=policy.notes,
        versions=_versions(text),
        worked=[_worked(case, policy, known) for case in policy.cases],
        kpis=_kpis(policy.id, reach),
        streets=_shares(policy.id, reach.streets, "street"),
        sizes=_shares(policy.id, reach.sizes),
        as_of=figures.moment(at),
        status=status(text, timezone.localdate(at)),
        measured=_("服务对象 %s 家") % figures.count(reach.count),
        elsewhere=text.reference,
    )


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


def _guide(policy: Policy) -> list[tuple[str, str]]:
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
