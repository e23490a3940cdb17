"""Finding that two subjects are one."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.personal import open_value
from furong.apps.registry.actions.entries import Statement
from furong.apps.registry.actions.state import state_many
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.indexing import reindex
from furong.apps.registry.models import FactEntry, Relation, Subject, SubjectFacts
from furong.apps.registry.models import Sequence as Numbers
from furong.apps.registry.models.sequences import FACTS
from furong.apps.registry.values import from_plain


@transaction.atomic
def merge(
    subject: Subject, *, into: Subject, reason: str, by: journal.Actor, at: datetime
) -> Subject:
    """Makes one subject part of another, for good; returns the one that remains.

    Its identifiers and relations follow. What is known of it is stated of the other, by the same
    sources, so that the usual rules settle contradictions. Its own history stays and is shown with
    the other's (`reads.history`). Said twice, it is done once.
    """
    locked = {
        one.pk: one
        for one in Subject.objects.select_for_update()
        .filter(pk__in=[subject.pk, into.pk])
        .order_by("pk")
    }
    leaving, staying = locked[subject.pk], locked[into.pk]
    if leaving.merged_into_id == staying.pk:
        return staying
    _refuse_unlike(leaving, staying)
    moved = [str(pk) for pk in leaving.identifiers.values_list("pk", flat=True)]
    leaving.identifiers.update(subject=staying)
    _move_relations(leaving, staying)
    _restate(leaving, staying, by=by, at=at)
    leaving.merged_into = staying
    leaving.save(update_fields=["merged_into"])
    reindex([leaving, staying])
    SubjectFacts.objects.filter(subject=leaving).update(sequence=Numbers.take(FACTS, 1)[0])
    journal.record(
        "subject.merge",
        by=by,
        at=at,
        about=leaving,
        payload={"into": staying.pk, "identifiers": moved, "reason": reason},
    )
    return staying


def _refuse_unlike(leaving: Subject, staying: Subject) -> None:
    if leaving == staying:
        raise Refusal(_("%s不能并入自身") % leaving)
    if leaving.kind != staying.kind:
        raise Refusal(
            _("%(one)s与%(other)s类别不同，不能合并") % {"one": leaving, "other": staying}
        )
    for one in (leaving, staying):
        if one.merged_into is not None:
            raise Refusal(
                _("%(one)s已并入%(into)s，请对后者操作") % {"one": one, "into": one.merged_into}
            )


def _move_relations(leaving: Subject, staying: Subject) -> None:
    """Relations follow, except between the two and those that the other has already: these stay behind."""
    standing = set(
        Relation.objects.filter(Q(source=staying) | Q(target=staying), valid_to=None).values_list(
            "kind", "source_id", "target_id"
        )
    )
    for relation in Relation.objects.filter(Q(source=leaving) | Q(target=leaving)):
        source = staying if relation.source_id == leaving.pk else relation.source
        target = staying if relation.target_id == leaving.pk else relation.target
        if source == target or (relation.kind, source.pk, target.pk) in standing:
            continue
        relation.source, relation.target = source, target
        relation.save(update_fields=["source", "target"])


def _restate(leaving: Subject, staying: Subject, *, by: journal.Actor, at: datetime) -> None:
    """States what is known of the one of the other, each fact as it was told at its time."""
    known = catalogue()
    row = SubjectFacts.objects.select_for_update().get(subject=leaving)
    entries = FactEntry.objects.filter(sequence__in={one["entry"] for one in row.facts.values()})
    told: dict[tuple[str, str, datetime], list[Statement]] = {}
    for entry in entries.select_related("sealed").order_by("sequence"):
        value = open_value(entry.sealed) if entry.sealed else entry.value
        about = (entry.about_from, entry.about_to) if entry.about_from and entry.about_to else None
        told.setdefault((entry.source, entry.cited, entry.occurred_at), []).append(
            Statement(staying, entry.fact, from_plain(known.fact(entry.fact), value), about)
        )
    for (source, cited, occurred_at), statements in told.items():
        state_many(statements, source=source, cited=cited, occurred_at=occurred_at, by=by, at=at)
