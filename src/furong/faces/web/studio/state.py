"""A policy as the fields of the studio's form. Everything is text, as typed; nothing is checked.

What the form does not show (`rest`) is carried along, so that saving a policy loses none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

type Way = Literal["when", "attested", "open", "decides"]
type AmountMode = Literal["none", "product", "expression"]


@dataclass(slots=True)
class LineFields:
    """One line of a criterion; `values` are one, two (between) or several (in)."""

    fact: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class CriterionFields:
    """One condition. `as_text`: its expression is edited as text, `when`, instead of `lines`."""

    id: str = ""
    label: str = ""
    way: Way = "when"
    as_text: bool = False
    when: str = ""
    lines: list[LineFields] = field(default_factory=list)
    attested: str = ""
    open: str = ""
    decides: str = ""
    unclear: str = ""
    why: str = ""
    clause: str = ""
    proof: str = ""


@dataclass(slots=True)
class BenefitFields:
    """What is given. mode: how the amount is written: a fact times a rate, or an expression."""

    kind: str = "subsidy"
    mode: AmountMode = "expression"
    fact: str = ""
    rate: str = ""
    amount: str = ""
    cap: str = ""
    floor: str = ""
    at_most: str = ""
    per: str = ""
    open: str = ""
    note: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class CaseFields:
    """One worked case. facts: what was typed for each fact; an empty one is unknown."""

    title: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    verdict: str = "eligible"
    amount: str = ""
    boundary: bool = False


@dataclass(slots=True)
class GuideFields:
    """How to apply; materials and steps one a line."""

    materials: str = ""
    steps: str = ""
    opens: str = ""
    closes: str = ""
    unit: str = ""
    phone: str = ""
    channel: str = ""


@dataclass(slots=True)
class PolicyFields:
    """The whole form."""

    title: str = ""
    summary: str = ""
    kinds: Sequence[str] = ()
    door: str = ""
    department: str = ""
    basis: str = ""
    begins: str = ""
    ends: str = ""
    group: str = ""
    group_label: str = ""
    budget: str = ""
    budget_partial: bool = False
    refines: str = ""
    supersedes: str = ""
    notes: str = ""
    criteria: list[CriterionFields] = field(default_factory=list)
    benefit: BenefitFields = field(default_factory=BenefitFields)
    guide: GuideFields = field(default_factory=GuideFields)
    cases: list[CaseFields] = field(default_factory=list)
    document: dict[str, str] = field(default_factory=dict)
    rest: Mapping[str, Any] = field(default_factory=dict)


DOCUMENT = ("title", "issuer", "level", "jurisdiction", "note")
"""Particulars of the document that the form shows."""
