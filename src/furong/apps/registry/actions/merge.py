"""Finding that two subjects are one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.personal import open_value
from furong.apps.directory.access import Capacity, require_of
from furong.apps.directory.actions import end_grant, write_grant
from furong.apps.directory.models import Grant
from furong.apps.registry.actions.entries import Statement
from furong.apps.registry.actions.locking import hold
from furong.apps.registry.actions.state import state_many
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.indexing import reindex
from furong.apps.registry.models import Dispute, FactEntry, Relation, Subject, SubjectFacts
from furong.apps.registry.models import Sequence as Numbers
from furong.apps.registry.models.sequences import FACTS
from furong.apps.registry.sight import merged_away
from furong.apps.registry.values import from_plain


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge under way. grants: the id of each grant that ended → the one that stands in for it."""

    subject: Subject
    into: Subject
    grants: dict[UUID, Grant]
    reason: str
    by: journal.Actor
    at: datetime


type Effect = Callable[[Merged], None]

_effects: list[Effect] = []


def follows_merge(effect: Effect) -> Effect:
    """Registers what an app above does with its rows when subjects merge, in the same transaction."""
    _effects.append(effect)
    return effect


@transaction.atomic
def merge(
    subject: Subject, *, into: Subject, reason: str, by: journal.Actor, at: datetime
) -> Subject:
    """Makes one subject part of another, for good; returns the one that remains.

    Its identifiers, relations and the grants over it follow, and what apps above have registered
    (`follows_merge`). What is known of it is stated of the other, by the same
    sources, so that the usual rules settle contradictions. Its own history stays and is shown with
    the other's (`reads.history`). Said twice, it is done once. Raises Denied to a person who may
    not merge, or not see, one of the two.
    """
    held = hold({subject.pk, into.pk})
    both = Subject.objects.select_related("merged_into").in_bulk([*held])
    leaving, staying = both[subject.pk], both[into.pk]
    _require_mandate(leaving, staying, by=by, at=at)
    if leaving.merged_into_id == staying.pk:
        return staying
    _refuse_unlike(leaving, staying, by=by, at=at)
    moved = [str(pk) for pk in leaving.identifiers.values_list("pk", flat=True)]
    leaving.identifiers.update(subject=staying)
    relations = _move_relations(leaving, staying)
    _restate(held[leaving.pk], staying, by=by, at=at)
    grants = _move_grants(leaving, staying, reason=reason, by=by, at=at)
    for effect in _effects:
        effect(Merged(leaving, staying, grants, reason, by, at))
    leaving.merged_into = staying
    leaving.save(update_fields=["merged_into"])
    reindex([leaving, staying])
    SubjectFacts.objects.filter(subject=leaving).update(sequence=Numbers.take(FACTS, 1)[0])
    journal.record(
        "subject.merge",
        by=by,
        at=at,
        about=leaving,
        payload={
            "into": staying.pk,
            "identifiers": moved,
            "relations": relations,
            "grants": {str(old): str(new.pk) for old, new in grants.items()},
            "reason": reason,
        },
    )
    return staying


def _require_mandate(
    leaving: Subject, staying: Subject, *, by: journal.Actor, at: datetime
) -> None:
    for one in (leaving, staying):
        require_of(by, "subject.merge", at=at, on=one)
        if one.personal:
            require_of(by, "subject.view_personal", at=at, on=one)


def _refuse_unlike(leaving: Subject, staying: Subject, *, by: journal.Actor, at: datetime) -> None:
    if leaving == staying:
        raise Refusal(_("%s不能并入自身；请选择另一个对象") % leaving)
    if leaving.kind != staying.kind:
        raise Refusal(
            _("%(one)s与%(other)s不是同一类对象，不能合并；请核对类别")
            % {"one": leaving, "other": staying}
        )
    for one in (leaving, staying):
        if one.merged_into is not None:
            raise Refusal(merged_away(one, to=by, at=at))


def _move_relations(leaving: Subject, staying: Subject) -> list[UUID]:
    """Relations follow; the ids of those that did.

    Those between the two stay behind, and those that the other has already.
    """
    moved = []
    standing = set(
        Relation.objects.filter(Q(source=staying) | Q(target=staying), valid_to=None).values_list(
            "kind", "source_id", "target_id"
        )
    )
    for relation in Relation.objects.filter(Q(source=leaving) | Q(target=leaving)).select_related(
        "source", "target"
    ):
        source = staying if relation.source_id == leaving.pk else relation.source
        target = staying if relation.target_id == leaving.pk else relation.target
        if source == target or (relation.kind, source.pk, target.pk) in standing:
            continue
        relation.source, relation.target = source, target
        relation.save(update_fields=["source", "target"])
        moved.append(relation.pk)
    return moved


def _move_grants(
    leaving: Subject, staying: Subject, *, reason: str, by: journal.Actor, at: datetime
) -> dict[UUID, Grant]:
    """Ends the grants over one subject and gives them over the other, with the same bounds.

    What a person holds there already, for at least as long, stands in for the one that ended; not
    an owner's, which a letter of authorisation may end by itself.
    """
    rows = Grant.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at)).exclude(
        valid_to=F("valid_from")
    )
    mine = {"scope_kind": Grant.Scope.SUBJECT, "scope_id": str(leaving.pk)}
    theirs = {**mine, "scope_id": str(staying.pk)}
    moved = {}
    for old in rows.filter(**mine).select_related("user").order_by("user_id", "pk"):
        if old.user == by:
            raise Refusal(
                _("%s也在您本人名下，合并会改变您自己的授权；请由另一位有权限的人员合并") % leaving
            )
        end_grant(old, reason=reason, by=by, at=at)
        moved[old.pk] = _standing_in(rows.filter(**theirs), old, at) or write_grant(
            old.user,
            old.capacity,
            scope=(Grant.Scope.SUBJECT, str(staying.pk)),
            valid_from=max(at, old.valid_from),
            valid_to=old.valid_to,
            source=old.source,
            by=by,
            at=at,
        )
    return moved


def _standing_in(there: QuerySet[Grant], old: Grant, at: datetime) -> Grant | None:
    if old.capacity == Capacity.OWNER:
        return None
    begun = max(at, old.valid_from)
    same = there.filter(user=old.user, capacity=old.capacity, valid_from__lte=begun)
    longer = Q(valid_to=None) | Q(valid_to__gte=old.valid_to) if old.valid_to else Q(valid_to=None)
    return same.filter(longer).first()


def _restate(row: SubjectFacts, staying: Subject, *, by: journal.Actor, at: datetime) -> None:
    """States what is known of one subject of another, each fact as it was told at its time.

    What is in dispute is so of the other as well. What was erased, or what the pack no longer
    declares, stays in the history of the one that left.
    """
    known = catalogue()
    disputes = Dispute.objects.open().filter(subject=row.subject_id)
    claims = {number for one in disputes for number in one.claims}
    entries = FactEntry.objects.filter(
        sequence__in=claims | {one["entry"] for one in row.facts.values()},
        fact__in=known.facts,
        sealed__erased_at=None,
    )
    told: dict[tuple[str, str, datetime, bool], list[Statement]] = {}
    for entry in entries.select_related("sealed").order_by("sequence"):
        value = open_value(entry.sealed) if entry.sealed else entry.value
        about = (entry.about_from, entry.about_to) if entry.about_from and entry.about_to else None
        in_dispute = entry.sequence in claims
        told.setdefault((entry.source, entry.cited, entry.occurred_at, in_dispute), []).append(
            Statement(staying, entry.fact, from_plain(known.fact(entry.fact), value), about)
        )
    for (source, cited, occurred_at, objects), statements in told.items():
        state_many(
            statements,
            source=source,
            cited=cited,
            occurred_at=occurred_at,
            objects=objects,
            by=by,
            at=at,
        )
    disputes.update(closed_at=at, outcome=Dispute.Outcome.MERGED)
