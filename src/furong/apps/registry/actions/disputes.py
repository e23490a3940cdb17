"""Facts that people disagree about: objecting to what is known, and settling it (ADR 0021)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.personal import open_value
from furong.apps.directory.access import Capacity, grants_of, require
from furong.apps.directory.models import User
from furong.apps.registry import news
from furong.apps.registry.actions.entries import Entry, Statement, Telling
from furong.apps.registry.actions.locking import hold_current
from furong.apps.registry.actions.state import (
    Stated,
    read_facts,
    require_source,
    state_told,
    write,
)
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Dispute, Effect, FactEntry, Source, Subject
from furong.apps.registry.projection import About, Known
from furong.apps.registry.values import from_plain

SETTLE = "fact.settle"


@transaction.atomic
def contest(
    subject: Subject,
    fact: str,
    value: object,
    *,
    seen: int,
    source: str,
    note: str,
    evidence: StoredFile | None = None,
    by: User,
    at: datetime,
) -> Stated:
    """Objects to what is known of a fact, and states what is right, about the same period.

    seen: the sequence of the statement that the person objects to. Where somebody else has stated
    something meanwhile, both stay, in dispute. Raises Denied to a person who may not edit the
    subject; Refusal where nothing is known, nothing is different, no reason is given, or where it
    was verified and nothing new is shown.
    """
    require_source(subject, source, by=by, at=at)
    if not note.strip():
        raise Refusal(_("请写明哪里不对、依据是什么，便于核实"))
    read = read_facts({fact: value})[fact]
    if read is None:
        raise Refusal(_("请填写您认为正确的值"))
    known = catalogue()
    label = known.fact(fact).label
    held = hold_current({subject.pk}, by=by, at=at)[subject.pk].facts.get(fact)
    if held is None:
        raise Refusal(_("“%s”还没有人填报，不存在争议；请直接填写") % label)
    about = _about(held)
    shows = _require_new_evidence(subject, fact, about, held, evidence)
    told = Telling(
        source=Source(source),
        cited="",
        reporter_id=by.pk,
        occurred_at=at,
        recorded_at=at,
        note=note.strip(),
        evidence_id=evidence.pk if evidence else None,
        objects=True,
        unseen=_is_unseen(held, seen, by),
        shows=shows,
    )
    added = {"note": note.strip(), "evidence": evidence and evidence.sha256, "against": seen}
    stated = state_told([Statement(subject, fact, read, about)], told, added=added, by=by, at=at)
    if stated.same:
        raise Refusal(_("您填的与“%s”已有的记录相同，没有新的内容；请核对后再提交") % label)
    return stated


@transaction.atomic
def settle(
    dispute: Dispute,
    stands: int,
    *,
    reason: str,
    evidence: StoredFile | None = None,
    by: User,
    at: datetime,
) -> Dispute:
    """Finds which claim is right; it stands from now on, as verified.

    stands: the sequence of one of the claims. Raises Denied without `fact.settle` on the subject;
    Refusal to whoever took part or runs the subject's errands, without a reason, for what is no
    claim, and where somebody has settled it already.
    """
    require(by, SETTLE, at=at, on=dispute.subject)
    rows = hold_current({dispute.subject_id}, by=by, at=at)
    held = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    label = catalogue().fact(held.fact).label
    if not held.is_open:
        raise Refusal(_closed(held, label))
    if blocked := why_not_settle(held, by, at):
        raise Refusal(blocked)
    if not reason.strip():
        raise Refusal(_("请写明核实的经过和理由，双方都看得到"))
    if stands not in held.claims:
        raise Refusal(_("所选的说法已不在争议之中（刚有新的填报），请刷新后重新选择"))
    chosen = FactEntry.objects.select_related("sealed").get(pk=stands)
    entry = _found(held, chosen, reason.strip(), evidence, by=by, at=at)
    added = {
        "dispute": held.pk,
        "stands": stands,
        "reason": reason.strip(),
        "evidence": evidence and evidence.sha256,
    }
    write([entry], rows, catalogue(), verb=SETTLE, added=added, by=by, at=at)
    held.entries.add(entry.sequence)
    held.closed_at, held.closed_by, held.outcome = at, by, Dispute.Outcome.SETTLED
    held.stands, held.reason, held.evidence = chosen, reason.strip(), evidence
    held.save()
    news.closed([held], by=by, at=at)
    return held


def why_not_settle(dispute: Dispute, by: User, at: datetime) -> str:
    """Why the person may not settle it although they hold the permission; "" if they may."""
    if dispute.entries.filter(reporter=by).exists():
        return _("其中有您本人填报的说法，须由他人核实")
    scopes = dispute.subject.scopes()
    errands = grants_of(by, at).filter(capacity=Capacity.OWNER)
    if any(grant.scope in scopes for grant in errands):
        return _("您是%s的办事人员，须由他人核实") % dispute.subject
    return ""


def last_settled(subject: Subject, fact: str, about: About) -> Dispute | None:
    """How a person settled what was in dispute about a fact and period, if that was ever done."""
    known, period = catalogue().at_its_date(fact, about)
    start, end = period or (None, None)
    settled = Dispute.objects.filter(
        subject=subject,
        fact=known.key,
        about_from=start,
        about_to=end,
        outcome=Dispute.Outcome.SETTLED,
    )
    return settled.order_by("closed_at").last()


def _found(
    dispute: Dispute,
    chosen: FactEntry,
    reason: str,
    evidence: StoredFile | None,
    *,
    by: User,
    at: datetime,
) -> Entry:
    """The statement that says what was found."""
    known = catalogue()
    fact = known.fact(dispute.fact)
    value = open_value(chosen.sealed) if chosen.sealed else chosen.value
    told = Telling(
        source=Source.VERIFIED,
        cited="",
        reporter_id=by.pk,
        occurred_at=at,
        recorded_at=at,
        note=reason[:500],
        evidence_id=evidence.pk if evidence else None,
    )
    about = (chosen.about_from, chosen.about_to)
    statement = Statement(
        dispute.subject,
        fact.key,
        None if value is None else from_plain(fact, value),
        (about[0], about[1]) if about[0] and about[1] else None,
    )
    entry = Entry.of(statement, known, told)
    entry.effect = Effect.SETTLES
    return entry


def _about(held: Known) -> About:
    if held["about"] is None:
        return None
    start, end = held["about"]
    return date.fromisoformat(start), date.fromisoformat(end)


def _is_unseen(held: Known, seen: int, by: User) -> bool:
    """Whether what is known was stated by another person after the objector had looked."""
    if held["entry"] == seen:
        return False
    return not FactEntry.objects.filter(pk=held["entry"], reporter=by).exists()


def _require_new_evidence(
    subject: Subject, fact: str, about: About, held: Known, evidence: StoredFile | None
) -> bool:
    """Whether something is shown. What was verified is taken up again only for something new."""
    if held["source"] != Source.VERIFIED:
        return evidence is not None
    settled = last_settled(subject, fact, about)
    if settled is None:
        return evidence is not None
    shown: Iterable[str] = settled.entries.values_list("evidence__sha256", flat=True)
    if evidence is None or evidence.sha256 in shown:
        raise Refusal(_closed(settled, catalogue().fact(fact).label))
    return True


def _closed(dispute: Dispute, label: str) -> str:
    assert dispute.closed_at is not None
    day = timezone.localdate(dispute.closed_at, clock.zone())
    if dispute.outcome != Dispute.Outcome.SETTLED:
        told = {"fact": label, "day": day, "outcome": dispute.get_outcome_display()}
        return _("“%(fact)s”的争议已于 %(day)s 了结（%(outcome)s）") % told
    return _(
        "“%(fact)s”已由%(by)s于 %(day)s 核实认定（%(reason)s）；须有新的证据材料才能再次提出"
    ) % {
        "fact": label,
        "by": dispute.closed_by.name if dispute.closed_by else "",
        "day": day,
        "reason": dispute.reason,
    }
