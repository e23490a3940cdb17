"""Reads of what is known of a subject, now or as it was known at a past moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import dateformat
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from furong.apps.base.compiled import Reading
from furong.apps.registry.actions.entries import Statement
from furong.apps.registry.catalogue import KIND_FACT, Catalogue, catalogue
from furong.apps.registry.models import Dispute, Effect, FactEntry, Source, Subject, SubjectFacts
from furong.apps.registry.projection import About, Known
from furong.apps.registry.values import from_plain
from furong.engines.rules import Fact
from furong.engines.rules.values import Encoded, show_value


@dataclass(frozen=True, slots=True)
class FactValue:
    """What is known of one fact, and whence.

    value: encoded; None where it is personal and so kept sealed, and where it is suspended. disputed:
    another statement about the same date contradicts it. suspended: one of equal standing, so that
    the fact is unknown until it is settled. entry: the sequence of the statement.
    """

    fact: Fact
    value: Encoded | None
    about: About
    source: Source
    recorded_at: datetime
    entry: int
    disputed: bool
    suspended: bool
    personal: bool

    @property
    def shown(self) -> str:
        """The value as a page shows it."""
        if self.suspended:
            return _("待核实")
        return "******" if self.personal else shown(self.fact, self.value)


def shown(fact: Fact, value: Encoded | None) -> str:
    """A value as a page shows it in its language; a code in words where the pack has them."""
    told = show_value(fact, value)
    if fact.type == "code" and value is not None:
        return catalogue().pack.code_label(fact.key, told)
    if (get_language() or "zh-hans").startswith("zh-hans"):
        return told
    match value:
        case None:
            return _("未知")
        case bool():
            return _("是") if value else _("否")
        case int() if fact.type == "date":
            return dateformat.format(date.fromordinal(value), _("Y年n月j日"))
        case int() if fact.type == "money":
            number = f"{Decimal(value).scaleb(-fact.digits):,f}"
            return _("%s 元") % (number.rstrip("0").rstrip(".") if "." in number else number)
        case _:
            return told


def facts_of(subject: Subject, at: datetime | None = None) -> dict[str, FactValue]:
    """What is known of a subject, by fact key: now, or what had been recorded by a moment."""
    known = catalogue()
    return {
        key: _fact_value(known, key, one)
        for key, one in _known(known, subject, at).items()
        if key in known.facts
    }


def encoded_facts(
    subject: Subject, at: datetime | None = None, *, known: Catalogue | None = None
) -> dict[str, Encoded]:
    """The values alone, as the rules engine takes them, with the subject's kind among them.

    known: the catalogue, for who has it at hand.
    """
    known = known or catalogue()
    return with_kind(known, subject.kind, encoded(known, _known(known, subject, at)))


def encoded(known: Catalogue, facts: Mapping[str, Known]) -> dict[str, Encoded]:
    """The values of a projection that are not personal and that the pack still declares.

    What is suspended is unknown. Every evaluator reads facts through here.
    """
    return {
        key: from_plain(known.facts[key], one["v"])
        for key, one in facts.items()
        if key in known.facts and "sealed" not in one and "suspended" not in one
    }


def with_kind(known: Catalogue, kind: str, values: dict[str, Encoded]) -> dict[str, Encoded]:
    """The values and the kind, where the pack declares a fact for it."""
    if KIND_FACT in known.facts and kind in known.facts[KIND_FACT].values:
        return {KIND_FACT: kind, **values}
    return values


def contradiction(statement: Statement, facts: Mapping[str, Known]) -> str:
    """期末从业人员：已记录 40（部门数据），本表为 41，登记为有争议，不直接改写."""
    known = catalogue()
    fact = known.fact(statement.fact)
    held = facts.get(fact.key)
    told = "******" if known.is_personal(fact.key) else shown(fact, statement.value)
    if held is None:
        return _("%(fact)s：%(told)s与已有记录不一致，登记为有争议，不直接改写") % {
            "fact": fact.label,
            "told": told,
        }
    value = _fact_value(known, fact.key, held)
    return _(
        "%(fact)s：已记录 %(held)s（%(source)s），本表为 %(told)s，登记为有争议，不直接改写"
    ) % {
        "fact": fact.label,
        "held": value.shown,
        "source": value.source.label,
        "told": told,
    }


def dispute_of(subject: Subject, fact: str) -> Dispute | None:
    """The open dispute about what is known of a fact now; None where there is none."""
    row = SubjectFacts.objects.get(subject=subject)
    against = row.facts.get(fact, {}).get("disputed")
    return Dispute.objects.open().filter(entries=against).first() if against else None


def history(subject: Subject, fact: str) -> list[FactEntry]:
    """Every statement of a fact, the oldest first, also of the subjects that were merged into it."""
    key = catalogue().at_its_date(fact, None)[0].key
    return list(
        FactEntry.objects.filter(subject__in=_lineage(subject), fact=key)
        .select_related("reporter", "batch", "evidence")
        .order_by("sequence")
    )


def fact_on(subject: Subject, fact: str, day: date) -> Encoded | None:
    """The value of a fact in the period that holds a day; None where nothing is known of it."""
    known = catalogue()
    entry = (
        FactEntry.objects.filter(subject=subject, fact=fact, about_from__lte=day, about_to__gte=day)
        .exclude(effect__in=(Effect.DISPUTES, Effect.ASIDE))
        .order_by("about_to", "sequence")
        .last()
    )
    if entry is None or entry.value is None or entry.effect == Effect.SUSPENDS:
        return None
    return from_plain(known.fact(fact), entry.value)


def _lineage(subject: Subject) -> list[Subject]:
    lineage = [subject]
    for one in lineage:  # grows while it is walked
        lineage += one.merged.all()
    return lineage


_FACTS = Reading(lambda subject: SubjectFacts.objects.filter(subject=subject), "subject")


def _known(known: Catalogue, subject: Subject, at: datetime | None) -> Mapping[str, Known]:
    if at is None:
        row = _FACTS.first(subject=subject.pk)
        return row.facts if row else {}
    entries = FactEntry.objects.filter(subject=subject, recorded_at__lte=at).order_by("sequence")
    return known.projector.fold(entries)


def _fact_value(known: Catalogue, key: str, one: Known) -> FactValue:
    fact = known.facts[key]
    value: Any = one["v"]
    about = one["about"]
    return FactValue(
        fact=fact,
        value=None if value is None else from_plain(fact, value),
        about=(date.fromisoformat(about[0]), date.fromisoformat(about[1])) if about else None,
        source=Source(one["source"]),
        recorded_at=datetime.fromisoformat(one["at"]),
        entry=one["entry"],
        disputed="disputed" in one,
        suspended="suspended" in one,
        personal="sealed" in one,
    )
