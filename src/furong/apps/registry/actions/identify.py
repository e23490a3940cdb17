"""Giving subjects the numbers by which others know them: what registering and completing share."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.models import PersonalValue
from furong.apps.registry.bulk import insert_all
from furong.apps.registry.catalogue import Catalogue
from furong.apps.registry.identifiers import blinded, must_be_verified, read_identifier, shown
from furong.apps.registry.models import Identifier, Subject
from furong.apps.registry.sight import may_see
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
                % {"kind": kind.label, "scheme": scheme, "known": _("、").join(kind.identifiers)}
            )
    try:
        return [
            Identifier(subject=subject, scheme=scheme, value=read_identifier(scheme, raw))
            for scheme, raw in numbers.items()
        ]
    except ValueProblem as problem:
        raise Refusal(
            _("%(subject)s：%(problem)s") % {"subject": subject.name, "problem": problem}
        ) from problem


def refuse_taken(identifiers: Sequence[Identifier], *, by: Actor, at: datetime) -> None:
    """A live number names one subject: raises Refusal for one of another, and for two of the set.

    Who holds it is named only to those who may see them.
    """
    seen: dict[tuple[str, str], Identifier] = {}
    for one in identifiers:
        other = seen.setdefault((one.scheme, _stored(one)), one)
        if other is not one:
            raise Refusal(
                _("“%(one)s”和“%(other)s”填了同一个号码（%(value)s），请核对证照，改正其中一个")
                % {"one": one.subject.name, "other": other.subject.name, "value": _shown(one)}
            )
    taken = Identifier.objects.filter(
        valid_to=None,
        scheme__in={scheme for scheme, _value in seen},
        value__in=[value for _scheme, value in seen],
    )
    for held in taken.select_related("subject").order_by("value"):
        if (new := seen.get((held.scheme, held.value))) is None:
            continue
        if not may_see(by, held.subject, at):
            raise Refusal(must_be_verified(_shown(new)))
        raise Refusal(
            _(
                "号码 %(value)s 已属于%(held)s，不能再登记给“%(new)s”；"
                "如是同一对象，请在其名下更新，如不是，请核对证照"
            )
            % {"value": _shown(new), "held": held.subject, "new": new.subject.name}
        )


def _shown(identifier: Identifier) -> str:
    return shown(identifier.value, personal=identifier.subject.personal)


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
            insert_all(identifiers)
    except IntegrityError as error:
        raise Refusal(_("其中有号码刚刚登记在册，请刷新页面，核对后再提交")) from error


def _stored(identifier: Identifier) -> str:
    if identifier.subject.personal:
        return blinded(identifier.scheme, identifier.value)
    return identifier.value
