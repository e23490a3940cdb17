"""Giving subjects the numbers by which others know them: what registering and completing share."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.models import PersonalValue
from furong.apps.directory.models import User
from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.identifiers import blinded, read_identifier
from furong.apps.registry.models import Identifier, Subject
from furong.engines.rules import ValueProblem


def identifiers_of(
    subject: Subject, numbers: Mapping[str, str], known: Catalogue
) -> list[Identifier]:
    """The identifiers, not yet saved, that numbers by scheme give a subject, as people write them.

    Raises Refusal for a scheme that its kind does not have and for a number that is none.
    """
    kind = known.kind(subject.kind)
    for scheme in numbers:
        if scheme not in kind.identifiers:
            raise Refusal(
                _("%(kind)s没有标识“%(scheme)s”；可用的标识：%(known)s")
                % {"kind": kind.label, "scheme": scheme, "known": "、".join(kind.identifiers)}
            )
    try:
        return [
            Identifier(subject=subject, scheme=scheme, value=read_identifier(scheme, raw))
            for scheme, raw in numbers.items()
        ]
    except ValueProblem as problem:
        raise Refusal(f"{subject.name}：{problem}") from problem


def refuse_taken(identifiers: Sequence[Identifier], *, by: Actor, at: datetime) -> None:
    """A live number names one subject: raises Refusal for one of another, and for two of the set.

    Who holds it is named only to those who may see them.
    """
    seen: dict[tuple[str, str], Identifier] = {}
    for one in identifiers:
        other = seen.setdefault((one.scheme, _stored(one)), one)
        if other is not one:
            raise Refusal(
                _("“%(one)s”和“%(other)s”的号码相同（%(value)s），请核对后只保留一个")
                % {"one": one.subject.name, "other": other.subject.name, "value": one.value}
            )
    taken = Identifier.objects.filter(
        valid_to=None,
        scheme__in={scheme for scheme, _value in seen},
        value__in=[value for _scheme, value in seen],
    )
    for held in taken.select_related("subject").order_by("value"):
        if (new := seen.get((held.scheme, held.value))) is None:
            continue
        if not _may_see(by, held.subject, at):
            raise Refusal(
                _("号码 %s 不能由您登记，请核对号码；如无误，请交有权限的单位办理") % new.value
            )
        raise Refusal(
            _("号码 %(value)s 已属于%(held)s，不能再登记给“%(new)s”；同一对象请在其名下更新")
            % {"value": new.value, "held": held.subject, "new": new.subject.name}
        )


def _may_see(by: Actor, subject: Subject, at: datetime) -> bool:
    """A part of the system sees everything."""
    return (
        not isinstance(by, User)
        or Subject.objects.visible_to(by, at).filter(pk=subject.pk).exists()
    )


def personal_numbers(identifiers: Sequence[Identifier]) -> dict[str, str]:
    """What of the numbers must be sealed, by the names under which `save_identifiers` finds it."""
    return {one.pk.hex: one.value for one in identifiers if one.subject.personal}


def save_identifiers(
    identifiers: Sequence[Identifier], sealed: Mapping[str, PersonalValue]
) -> None:
    """Saves them, of natural persons only the digest and the sealed value."""
    for one in identifiers:
        if one.subject.personal:
            one.value, one.sealed = _stored(one), sealed[one.pk.hex]
    try:
        with transaction.atomic():
            Identifier.objects.bulk_create(identifiers)
    except IntegrityError as error:
        raise Refusal(_("号码刚刚由他人登记，请刷新后在其名下更新")) from error


def _stored(identifier: Identifier) -> str:
    if identifier.subject.personal:
        return blinded(identifier.scheme, identifier.value)
    return identifier.value
