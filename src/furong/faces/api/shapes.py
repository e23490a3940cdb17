"""From what the apps answer to the shapes of the API."""

from collections.abc import Iterable
from uuid import UUID

from furong.apps.directory.models import Zone
from furong.apps.policies.reads import Share, Text, Verdict, label_of
from furong.apps.registry import models
from furong.apps.registry.catalogue import Catalogue, money_digits
from furong.apps.registry.reads import FactValue
from furong.engines.rules import Rulebook, plain
from furong.faces.api import schemas
from furong.packs.currency import major
from furong.packs.models.base import Period
from furong.packs.models.facts import Fact


def yuan(minor: int) -> str:
    """Minor units as an exact decimal, with the digits of the currency: 156273000 → 1562730.00."""
    return f"{major(minor, money_digits()):f}"


def amount(minor: int | None) -> str | None:
    return None if minor is None else yuan(minor)


def subject(row: models.Subject, known: Catalogue, *, into: UUID | None = None) -> schemas.Subject:
    """A subject. into: the one that it was merged into, where the reader may see that one."""
    return schemas.Subject(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        kind_label=known.kind(row.kind).label,
        name=row.name,
        personal=row.personal,
        street=named(row.street),
        zones=[one for zone in row.zones.all() if (one := named(zone))],
        address=row.address,
        opened_on=row.opened_on,
        status=row.status,
        identifiers=[_identifier(one) for one in row.identifiers.all()],
        merged_into=into,
        registered_at=row.registered_at,
        sequence=row.projection.sequence,
    )


def named(zone: Zone | None) -> schemas.Named | None:
    return schemas.Named(code=zone.code, name=zone.name) if zone else None


def _identifier(one: models.Identifier) -> schemas.Identifier:
    return schemas.Identifier(
        scheme=one.scheme,
        value=None if one.sealed_id else one.value,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
    )


def known_fact(one: FactValue) -> schemas.KnownFact:
    return schemas.KnownFact(
        label=one.fact.label or one.fact.key,
        value=None if one.personal or one.suspended else plain(one.fact, one.value),
        shown=one.shown,
        unit=one.fact.unit,
        source=one.source,
        source_label=str(one.source.label),
        about=schemas.Period(start=one.about[0], end=one.about[1]) if one.about else None,
        recorded_at=one.recorded_at,
        entry=one.entry,
        disputed=one.disputed,
        suspended=one.suspended,
        personal=one.personal,
    )


def declared_fact(fact: Fact, kinds: list[str]) -> schemas.DeclaredFact:
    return schemas.DeclaredFact(
        key=fact.key,
        label=fact.label,
        type=fact.type,
        unit=fact.unit,
        scale=fact.scale,
        min=None if fact.min is None else str(fact.min),
        max=None if fact.max is None else str(fact.max),
        values=fact.values,
        derived=fact.derived,
        sensitivity=fact.sensitivity,
        ask=fact.ask,
        proof=fact.proof,
        source=fact.source,
        note=fact.note,
        kinds=kinds,
    )


def verdict(one: Verdict, book: Rulebook) -> schemas.Verdict:
    judgement = one.judgement
    return schemas.Verdict(
        policy=judgement.policy,
        version=judgement.version,
        title=one.text.policy.title,
        standing=one.standing,
        amount=amount(judgement.amount),
        at_most=amount(judgement.at_most),
        missing=missing(judgement.missing, book),
        criteria=[
            schemas.Criterion(
                id=line.id,
                label=line.label,
                answer=line.answer,
                requirement=line.requirement,
                clause=line.clause,
                proof=line.proof,
                note=line.note,
                used=[
                    schemas.Used(
                        key=used.key,
                        label=used.label,
                        shown=used.shown,
                        known=used.known,
                        derived=used.derived,
                        possible=list(used.possible),
                    )
                    for used in line.used
                ],
                missing=missing(line.missing, book),
            )
            for line in one.explanation.lines
        ],
    )


def missing(keys: Iterable[str], book: Rulebook) -> list[schemas.Missing]:
    """Facts, and human judgements by the labels of their criteria."""
    return [schemas.Missing(key=key, label=label_of(key, book)) for key in keys]


def period(window: Period) -> schemas.Period:
    return schemas.Period(start=window.start, end=window.end)


def policy(text: Text, *, in_force: bool) -> schemas.Policy:
    written, document = text.policy, text.document
    return schemas.Policy(
        id=written.id,
        version=written.version,
        title=written.title,
        summary=written.summary,
        kinds=list(written.kinds),
        door=written.door,
        department=written.department,
        window=period(text.window),
        in_force=in_force,
        reference=text.reference,
        document=schemas.Document(
            id=document.id,
            title=document.title,
            number=document.number,
            issuer=document.issuer,
            issued=document.issued,
            level=document.level,
            jurisdiction=document.jurisdiction,
        ),
    )


def share(one: Share) -> schemas.Share:
    return schemas.Share(
        code=one.code,
        name=one.name,
        eligible=one.eligible,
        unknown=one.unknown,
        decides=one.decides,
        ineligible=one.ineligible,
    )
