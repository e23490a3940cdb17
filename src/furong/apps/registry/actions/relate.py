"""Relations between subjects."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.access import Denied, require_of
from furong.apps.registry.actions.locking import hold_current
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Relation, Subject
from furong.apps.registry.sight import may_see


@transaction.atomic
def relate(
    source: Subject,
    kind: str,
    target: Subject,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: journal.Actor,
    at: datetime,
) -> Relation:
    """States that `source` is `kind` (tenant of, site of, …) `target`; said twice, it stands once.

    Raises Denied to a person who may not edit the one or not see the other, Refusal for what cannot
    be and for a relation that the pack does not declare.
    """
    require_of(by, "subject.edit", at=at, on=source)
    if not may_see(by, target, at):
        raise Denied("subject.view")
    _require_declared(kind)
    if source == target:
        raise Refusal(_("%s不能与自身建立关系；请另选一个对象") % source)
    if valid_from and valid_to and valid_to < valid_from:
        raise Refusal(_ends_early())
    hold_current({source.pk, target.pk}, by=by, at=at)
    held = Relation.objects.filter(kind=kind, source=source, target=target, valid_to=None)
    if valid_to is None and (standing := held.first()):
        return standing
    relation = Relation.objects.create(
        kind=kind, source=source, target=target, valid_from=valid_from, valid_to=valid_to
    )
    journal.record(
        "subject.relate",
        by=by,
        at=at,
        about=source,
        payload={"kind": kind, "target": target.pk, "from": valid_from, "to": valid_to},
    )
    return relation


@transaction.atomic
def end_relation(relation: Relation, *, on: date, by: journal.Actor, at: datetime) -> Relation:
    """Ends a relation on a day, its last; one that has ended stays as it is.

    Raises Denied to a person who may not edit the subject that it is said of, Refusal for a day
    before the first.
    """
    held = (
        Relation.objects.select_for_update(of=("self",))
        .select_related("source")
        .get(pk=relation.pk)
    )
    require_of(by, "subject.edit", at=at, on=held.source)
    if held.valid_from and on < held.valid_from:
        raise Refusal(_ends_early())
    if held.valid_to is None:
        held.valid_to = on
        held.save(update_fields=["valid_to"])
        journal.record(
            "subject.unrelate",
            by=by,
            at=at,
            about=("registry.subject", held.source_id),
            payload={"kind": held.kind, "target": held.target_id, "on": on},
        )
    return held


def _require_declared(kind: str) -> None:
    pack = catalogue().pack
    if kind not in pack.relations:
        declared = _("、").join(
            _("%(id)s（%(label)s）") % {"id": key, "label": pack.relation_label(key)}
            for key in pack.relations
        )
        raise Refusal(
            _("内容包里没有关系“%(kind)s”；现有：%(declared)s")
            % {"kind": kind, "declared": declared or _("无")}
        )


def _ends_early() -> str:
    return _("关系的终止日期早于起始日期，请核对后重填")
