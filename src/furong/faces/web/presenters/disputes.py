"""Facts in dispute as their list, their page and their form show them; the facts of one's own firm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.directory.models import User, Zone
from furong.apps.policies.reads import INDUSTRY
from furong.apps.registry import reads as registry
from furong.apps.registry.actions.disputes import why_not_settle
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import ExportCell, write_table
from furong.apps.registry.models import Dispute, FactEntry, Source, Subject
from furong.apps.registry.models.disputes import DisputeQuerySet
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.industries import industry
from furong.faces.web.presenters.parts import (
    Badge,
    Chip,
    Option,
    Pages,
    Select,
    Text,
    chip,
    select,
)
from furong.faces.web.presenters.questions import field_of
from furong.faces.web.presenters.statements import offices, period_of, value_of, whence
from furong.faces.web.presenters.verdicts import Field

FILTERS = ("state", "street", "fact", "sort")
CLOSED = "closed"
NEWEST = "-opened"
SUSPENDED = Badge(gettext_lazy("未定，按未知处理"), "violet")
OUTCOMES: Mapping[str, str] = {
    Dispute.Outcome.SETTLED: "jade",
    Dispute.Outcome.AGREED: "jade",
    Dispute.Outcome.SUPERSEDED: "blue",
    Dispute.Outcome.MERGED: "",
}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One statement of a dispute. upheld: its author still holds to it, so that it can be chosen."""

    sequence: int
    value: Text
    whence: str
    note: Text
    evidence: str  # the name of what is shown for it
    evidence_url: str
    upheld: bool
    stands: bool = False


@dataclass(frozen=True, slots=True)
class DisputeRow:
    id: str
    subject: str
    name: str
    street: Text
    label: Text
    about: Text
    claims: Sequence[ClaimRow]
    meanwhile: Badge
    opened: str


@dataclass(frozen=True, slots=True)
class DisputeList:
    total: int
    chips: Sequence[Chip]
    selects: Sequence[Select]
    kept: Sequence[tuple[str, str]]
    rows: Sequence[DisputeRow]
    pages: Pages
    filtered: bool
    may_export: bool


@dataclass(frozen=True, slots=True)
class DisputePage:
    """key: of the form to settle it, "" for who does not. blocked: why the person may not."""

    row: DisputeRow
    fact: str
    state: Badge
    closed: str
    closed_by: str
    reason: Text
    key: str
    blocked: Text
    chosen: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class ContestPage:
    subject: str
    name: str
    label: Text
    fact: str
    value: Text
    about: Text
    whence: str
    seen: int
    field: Field
    sources: Sequence[Option]
    key: str
    verified: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class OwnFact:
    key: str
    label: Text
    value: Text
    about: Text
    whence: str
    badge: Badge | None
    dispute: str = ""  # its id, where it is open


@dataclass(frozen=True, slots=True)
class OwnFacts:
    id: str
    name: str
    disputed: Sequence[OwnFact]
    others: Sequence[OwnFact]


def dispute_list(
    page: Page[Dispute],
    *,
    across: DisputeQuerySet,
    chosen: Mapping[str, str],
    may_export: bool,
) -> DisputeList:
    """A page of disputes; `across` are those of either state that the other filters leave."""
    counts = {"": across.open().count(), CLOSED: across.closed().count()}
    return DisputeList(
        total=page.pages.total or 0,
        chips=[
            chip("state", "", _("待核实"), now=chosen["state"], count=counts[""]),
            chip("state", CLOSED, _("已了结"), now=chosen["state"], count=counts[CLOSED]),
        ],
        selects=_selects(across, chosen),
        kept=[("state", chosen["state"])] if chosen["state"] else (),
        rows=dispute_rows(page.rows),
        pages=page.pages,
        filtered=any(chosen[name] for name in FILTERS),
        may_export=may_export,
    )


def _selects(across: DisputeQuerySet, chosen: Mapping[str, str]) -> list[Select]:
    facts = catalogue().facts
    keys = across.order_by("fact").values_list("fact", flat=True).distinct()
    streets = Zone.objects.filter(kind="street", withdrawn=False).order_by("code")
    named = [(zone.code, zone.name) for zone in streets]
    labels = [(key, facts[key].label) for key in keys if key in facts]
    orders = [(NEWEST, _("最近提出的在前"))]
    return [
        select("street", _("街道"), _("全部街道"), named, now=chosen["street"]),
        select("fact", _("事实"), _("全部事实"), labels, now=chosen["fact"]),
        select("sort", _("排序"), _("最早提出的在前"), orders, now=chosen["sort"]),
    ]


def dispute_rows(disputes: Iterable[Dispute]) -> list[DisputeRow]:
    """Disputes with all that was stated in them."""
    found = [(one, one.statements()) for one in disputes]
    named = offices(entry for _one, entries in found for entry in entries)
    return [_row(one, entries, named) for one, entries in found]


def _row(one: Dispute, entries: Sequence[FactEntry], named: Mapping[UUID, str]) -> DisputeRow:
    fact = catalogue().fact(one.fact)
    stands = one.stands_id
    return DisputeRow(
        id=str(one.pk),
        subject=str(one.subject.pk),
        name=one.subject.name,
        street=one.subject.street.name if one.subject.street else "",
        label=fact.label,
        about=period_of(entries[0]) if entries else "",
        claims=[
            ClaimRow(
                sequence=entry.sequence,
                value=value_of(entry, fact),
                whence=whence(entry, named),
                note=entry.note,
                evidence=entry.evidence.name if entry.evidence else "",
                evidence_url=reverse("dispute_evidence", args=[one.pk, entry.sequence])
                if entry.evidence_id
                else "",
                upheld=entry.sequence in one.claims,
                stands=entry.sequence == stands,
            )
            for entry in entries
        ],
        meanwhile=_meanwhile(one, entries),
        opened=figures.moment(one.opened_at),
    )


def _meanwhile(one: Dispute, entries: Sequence[FactEntry]) -> Badge:
    """What stands now: the claim of the strongest source, or nothing."""
    if not one.is_open:
        return Badge(one.get_outcome_display(), OUTCOMES[one.outcome])
    claims = [entry for entry in entries if entry.sequence in one.claims]
    top = max((Source(entry.source).strength for entry in claims), default=0)
    strongest = [entry for entry in claims if Source(entry.source).strength == top]
    said = {str(entry.value) if not entry.sealed_id else str(entry.pk) for entry in strongest}
    if len(said) != 1:
        return SUSPENDED
    return Badge(_("暂以%s为准") % strongest[0].get_source_display(), "amber")


def dispute_page(
    one: Dispute, *, user: User, may_settle: bool, at: datetime, chosen: str = "", said: str = ""
) -> DisputePage:
    """A dispute's page, with the form for who may settle it."""
    (row,) = dispute_rows([one])
    asked = may_settle and one.is_open
    blocked = why_not_settle(one, user, at) if asked else ""
    return DisputePage(
        row=row,
        fact=one.fact,
        state=Badge(_("待核实"), "violet") if one.is_open else row.meanwhile,
        closed=figures.moment(one.closed_at),
        closed_by=one.closed_by.name if one.closed_by else "",
        reason=one.reason,
        key=uuid4().hex if asked and not blocked else "",
        blocked=blocked,
        chosen=chosen,
        said=said,
    )


def contest_page(
    subject: Subject, key: str, sources: Sequence[Source], *, note: str = ""
) -> ContestPage | None:
    """The form to object to what is known of a fact; None where nothing is."""
    value = registry.facts_of(subject).get(key)
    if value is None:
        return None
    entry = FactEntry.objects.select_related("reporter").get(pk=value.entry)
    return ContestPage(
        subject=str(subject.pk),
        name=subject.name,
        label=value.fact.label,
        fact=key,
        value=_shown(value),
        about=period_of(entry),
        whence=_("各方说法不一") if value.suspended else whence(entry, offices([entry])),
        seen=value.entry,
        field=field_of(value.fact),
        sources=[Option(one.value, one.label, one == sources[0]) for one in sources],
        key=uuid4().hex,
        verified=value.source == Source.VERIFIED,
        note=note,
    )


def own_facts(subject: Subject) -> OwnFacts:
    """What is known of a firm, as its own people read it: whence, and whether it is in dispute."""
    known = catalogue()
    values = registry.facts_of(subject)
    held = FactEntry.objects.select_related("reporter").in_bulk(
        [one.entry for one in values.values()]
    )
    named = offices(held.values())
    opened = {
        (one.fact, one.about_to): str(one.pk)
        for one in Dispute.objects.open().filter(subject=subject)
    }
    order = [fact.key for fact in known.facts_of(subject.kind)]
    keys = [*(key for key in order if key in values), *(key for key in values if key not in order)]
    facts = []
    for key in keys:
        value, entry = values[key], held[values[key].entry]
        dispute = opened.get((entry.fact, entry.about_to), "") if value.disputed else ""
        facts.append(
            OwnFact(
                key=key,
                label=value.fact.label,
                value=_shown(value),
                about=period_of(entry),
                whence="" if value.suspended else whence(entry, named),
                badge=_badge(value),
                dispute=dispute,
            )
        )
    return OwnFacts(
        id=str(subject.pk),
        name=subject.name,
        disputed=[one for one in facts if one.badge],
        others=[one for one in facts if not one.badge],
    )


def _badge(value: registry.FactValue) -> Badge | None:
    if not value.disputed:
        return None
    return Badge(_("待核实") if value.suspended else _("有争议"), "violet")


def _shown(value: registry.FactValue) -> Text:
    if value.fact.key == INDUSTRY and not value.suspended:
        return industry(value.shown)
    return value.shown


def disputes_sheet(found: Sequence[Dispute], title: str) -> bytes:
    """The list as a file: a line for every statement of every dispute."""
    headings = [
        *(_("编号"), _("名称"), _("街道"), _("事实"), _("所属期"), _("状态"), _("提出时间")),
        *(_("说法"), _("来源"), _("说明"), _("证据材料"), _("采用"), _("核实人"), _("理由")),
    ]
    numbers = {str(one.pk): one for one in found}

    def lines() -> Iterable[list[ExportCell]]:
        for row in dispute_rows(found):
            one = numbers[row.id]
            for claim in row.claims:
                yield [
                    one.subject.number,
                    row.name,
                    str(row.street) or None,
                    str(row.label),
                    str(row.about) or None,
                    str(row.meanwhile.text),
                    row.opened,
                    str(claim.value),
                    claim.whence,
                    str(claim.note) or None,
                    claim.evidence or None,
                    _("是") if claim.stands else None,
                    one.closed_by.name if one.closed_by else None,
                    one.reason or None,
                ]

    return write_table(headings, lines(), "xlsx", title=title)
