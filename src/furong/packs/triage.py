"""What a pack says for triage: the categories of its cases, and whose job what is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from furong.engines.text.duties import Duties, Duty
from furong.engines.text.taxonomy import Label, Taxonomy
from furong.packs.pack import Pack

PROCEDURE: Final = "appeal"
FACT: Final = "appeal_category"

_BOUND: Final = ("street", "community", "park")
"""Kinds of organisation whose duties hold in their own zone only."""


def taxonomy_of(pack: Pack, procedure: str = PROCEDURE, fact: str = FACT) -> Taxonomy:
    """The values of a choice of a procedure, with their words. Raises LookupError without it."""
    declared: Sequence[Mapping[str, Any]] = (
        pack.plain.get("procedures", {}).get(procedure, {}).get("facts", ())
    )
    for one in declared:
        if one["key"] == fact:
            words = one.get("words", {})
            return Taxonomy(
                tuple(
                    Label(str(value), str(name), tuple(map(str, words.get(value, ()))))
                    for value, name in one["values"].items()
                )
            )
    raise LookupError(
        f"内容包 {pack.manifest.id} 的流程 {procedure} 没有事实 {fact}。请先在流程里声明类别"
    )


def duties_of(pack: Pack) -> Duties:
    """The duty lists of all organisations, in the pack's order."""
    return Duties(
        tuple(
            Duty(
                one.id,
                one.short or one.name,
                duty.clause,
                duty.words,
                duty.categories,
                frozenset([one.zone] if one.zone and one.kind in _BOUND else ()),
                assumed=duty.basis == "assumed",
                group=f"@{one.kind}" if one.kind in _BOUND else "",
            )
            for one in pack.organisations.values()
            for duty in one.duties
        )
    )


def groups_of(duties: Duties) -> dict[str, str]:
    """Under which name hand-outs to an organisation are learned."""
    return {duty.organisation: duty.learned_as for duty in duties.listed}


def units_of(pack: Pack) -> Taxonomy | None:
    """Whose job a case can be, as categories with the words of their duties; None for fewer than two.

    Those whose duties hold in a place of their own are one category: `learned_as` of their duties.
    """
    names: dict[str, str] = {}
    words: dict[str, dict[str, None]] = {}
    for duty in duties_of(pack).listed:
        names.setdefault(duty.learned_as, duty.name)
        words.setdefault(duty.learned_as, {}).update(dict.fromkeys(duty.words))
    if len(names) < 2:
        return None
    return Taxonomy(tuple(Label(key, name, tuple(words[key])) for key, name in names.items()))


def zones_around(pack: Pack, zone: str) -> list[str]:
    """A zone and all that it lies in, the smallest first; the zone alone where it is unknown."""
    found: list[str] = []
    at: str | None = zone
    while at is not None and at not in found:
        found.append(at)
        known = pack.zones.get(at)
        at = known.parent if known else None
    return found
