"""A subject as its page shows it, and the history of a fact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from furong.apps.directory.models import User, Zone
from furong.apps.policies import reads as policies
from furong.apps.policies.reads import INDUSTRY
from furong.apps.registry import reads as registry
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.apps.registry.models import Dispute, Effect, FactEntry, Relation, Subject
from furong.engines.rules import Fact, Judgement, Rulebook, show_value
from furong.engines.rules.derivation import Complete
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.industries import industry
from furong.faces.web.presenters.parts import Badge, Kpi
from furong.faces.web.presenters.questions import question
from furong.faces.web.presenters.reasons import Case, source_line, verdict_row
from furong.faces.web.presenters.statements import period_of, value_of
from furong.faces.web.presenters.subject_pages import (
    FactGroup,
    FactHistory,
    FactRow,
    HistoryRow,
    Link,
    SubjectPage,
)
from furong.faces.web.presenters.verdicts import NOTES, VerdictGroup


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows for a fact that nobody stated: a value, some possible ones, or ("") nothing."""

    text: str
    certain: bool


def _derived(book: Rulebook, key: str, complete: Complete) -> Follows:
    fact = book.facts[key]
    if (value := complete.known.get(key)) is not None:
        return Follows(show_value(fact, value), certain=True)
    if not (mask := complete.possible.get(key)):
        return Follows("", certain=False)
    table = book.derivations.scopes[key].table
    keys = [*table.keys_in(mask)]
    if len(keys) == len(table.keys):
        return Follows("", certain=False)
    told = _("或").join(show_value(fact, table.encoded(key)) for key in keys)
    return Follows(told, certain=False)


def _total(judgements: Iterable[Judgement]) -> Amount | None:
    """What a subject is certain to get; of exclusive policies (就高不重复) the highest alone."""
    sums = policies.settled(judgements)
    return figures.amount(sum(sums)) if sums else None


def subject_page(subject: Subject, *, user: User, may_edit: bool, at: datetime) -> SubjectPage:
    known = catalogue()
    case = Case(policies.judge(at), registry.facts_of(subject))
    grouped = policies.explained(subject, at)
    groups = _groups(grouped, case)
    return SubjectPage(
        id=str(subject.pk),
        name=subject.name,
        number=subject.number,
        kind=known.kind(subject.kind).label,
        status=_status(subject),
        identity=_identity(subject, case.facts),
        zones=[zone.name for zone in _zones(subject)],
        kpis=_kpis(groups),
        groups=[group for group in groups if group.rows],
        fact_groups=_fact_groups(subject, known, case),
        as_of=figures.moment(at),
        question=question(subject, grouped["unknown"], user=user, at=at),
        relations=_relations(subject, user, at),
        may_edit=may_edit,
    )


def _groups(
    grouped: Mapping[policies.Standing, list[policies.Verdict]], case: Case
) -> list[VerdictGroup]:
    return [
        VerdictGroup(
            standing,
            [verdict_row(verdict, case) for verdict in sorted(verdicts, key=nearness)],
            _total(verdict.judgement for verdict in verdicts),
        )
        for standing, verdicts in grouped.items()
    ]


def nearness(verdict: policies.Verdict) -> tuple[bool, int, int]:
    """What the subject can settle itself first, the fewest missing facts, the largest sums."""
    judgement = verdict.judgement
    waits_for_others = bool(judgement.waits) and not {"facts", "document"} & set(judgement.waits)
    largest = judgement.amount or judgement.at_most or 0
    return waits_for_others, len(judgement.missing), -largest


def _kpis(groups: Iterable[VerdictGroup]) -> list[Kpi]:
    return [
        Kpi(
            group.badge.text,
            str(len(group.rows)),
            ngettext("项", "项", len(group.rows)),
            note=_("合计%(sum)s") % {"sum": group.total.text}
            if group.total
            else NOTES[group.verdict],
            tone=group.badge.tone if group.rows else "",
            url=f"#{group.verdict}" if group.rows else "",
        )
        for group in groups
    ]


def _status(subject: Subject) -> Badge:
    if subject.merged_into_id:
        return Badge(_("已合并"), "amber")
    closed = subject.status == Subject.Status.CLOSED
    return Badge(Subject.Status(subject.status).label, "" if closed else "jade")


def _identity(subject: Subject, facts: Mapping[str, registry.FactValue]) -> list[tuple[str, str]]:
    label = catalogue().pack.identifier_label
    lines = [
        (label(one.scheme), _("已加密") if one.sealed_id else one.value)
        for one in subject.identifiers.filter(valid_to=None).order_by("scheme", "value")
    ]
    if INDUSTRY in facts:
        lines.append((_("行业"), industry(facts[INDUSTRY].shown)))
    lines.append((_("成立日期"), figures.day(subject.opened_on)))
    lines.append((_("地址"), subject.address))
    return [(label, value) for label, value in lines if value]


def _zones(subject: Subject) -> list[Zone]:
    street = [subject.street] if subject.street else []
    return [*dict.fromkeys([*street, *subject.zones.order_by("code")])]


def _relations(subject: Subject, user: User, at: datetime) -> list[Link]:
    """The subjects that this one hangs together with, as far as the person may see them."""
    visible = Subject.objects.visible_to(user, at)
    held = Relation.objects.filter(valid_to=None)
    label = catalogue().pack.relation_label
    pairs = [
        *(
            (label(one.kind), one.target)
            for one in held.filter(source=subject, target__in=visible).select_related("target")
        ),
        *(
            (label(one.kind, inverse=True), one.source)
            for one in held.filter(target=subject, source__in=visible).select_related("source")
        ),
    ]
    return [Link(other.name, reverse("subject", args=[other.pk]), word) for word, other in pairs]


def _fact_groups(subject: Subject, known: Catalogue, case: Case) -> list[FactGroup]:
    """What is stated, by source; what follows from it; and what nobody has said yet."""
    kinds_facts = [fact.key for fact in known.facts_of(subject.kind)]
    keys = [*dict.fromkeys([*kinds_facts, *case.facts])]
    stated: dict[str, list[FactRow]] = {}
    for key in keys:
        if key in case.facts:
            row = _stated_row(case.facts[key])
            stated.setdefault(source_line(case.facts[key]), []).append(row)
    book = case.judge.book
    complete = book.derivations.complete(registry.encoded_facts(subject))
    unstated = [
        (known.facts[key], _derived(book, key, complete)) for key in keys if key not in case.facts
    ]
    derived = [_derived_row(fact, follows) for fact, follows in unstated if follows.text]
    unknown = [
        FactRow(fact.key, fact.label, _("未知"), state="unknown")
        for fact, follows in unstated
        if not (follows.text or fact.derive or fact.table)
    ]
    groups = [
        *(FactGroup(line, rows) for line, rows in stated.items()),
        FactGroup(_("按规则推算"), derived),
        FactGroup(_("未知"), unknown, open=len(unknown) <= SHORT),
    ]
    return [group for group in groups if group.facts]


SHORT = 8  # a longer group of unknown facts begins folded


def _stated_row(value: registry.FactValue) -> FactRow:
    shown = industry(value.shown) if value.fact.key == INDUSTRY else value.shown
    state = "masked" if value.personal else "unknown" if value.suspended else "known"
    return FactRow(
        value.fact.key,
        value.fact.label,
        shown,
        state=state,
        history=True,
        disputed=value.disputed,
    )


def _derived_row(fact: Fact, follows: Follows) -> FactRow:
    if follows.certain:
        return FactRow(fact.key, fact.label, follows.text, state="derived")
    return FactRow(fact.key, fact.label, _("可能为%s") % follows.text, state="unknown")


def fact_history(subject: Subject, key: str, *, may_edit: bool) -> FactHistory:
    """Every statement of one fact about a subject, the newest first; and what is in dispute of it."""
    known = catalogue()
    fact = known.fact(key)
    entries = registry.history(subject, key)[::-1]
    current = registry.facts_of(subject).get(key)
    base = known.at_its_date(key, None)[0].key
    disputes = Dispute.objects.open().filter(subject=subject, fact=base)
    return FactHistory(
        subject_id=str(subject.pk),
        subject_name=subject.name,
        label=fact.label,
        key=key,
        note=known.pack.facts[key].note,
        rows=[
            _history_row(entry, fact, is_current=_is_current(current, entry)) for entry in entries
        ],
        disputes=[str(one.pk) for one in disputes],
        may_contest=may_edit and current is not None,
    )


def _is_current(current: registry.FactValue | None, entry: FactEntry) -> bool:
    return current is not None and not current.suspended and current.entry == entry.sequence


def _history_row(entry: FactEntry, fact: Fact, *, is_current: bool) -> HistoryRow:
    effect = str(entry.get_effect_display()) if entry.effect != Effect.STANDS else ""
    return HistoryRow(
        value=value_of(entry, fact),
        about=period_of(entry),
        source=" · ".join(filter(None, [str(entry.get_source_display()), entry.cited, effect])),
        reporter=entry.reporter.name if entry.reporter else "",
        occurred=figures.moment(entry.occurred_at),
        recorded=figures.moment(entry.recorded_at),
        current=is_current,
        note=entry.note,
    )
