"""Between a draft's content (plain JSON of a pack's policy and document) and the form's fields."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from furong.engines.rules import Fact
from furong.engines.rules.form import (
    Line,
    alike,
    expression_of,
    lines_of,
    operators_for,
    product_of,
    split_values,
)
from furong.engines.rules.model import ORDERED
from furong.faces.web.studio.state import (
    DOCUMENT,
    BenefitFields,
    CaseFields,
    CriterionFields,
    GuideFields,
    LineFields,
    PolicyFields,
)

type Facts = Mapping[str, Fact]
type Content = dict[str, Any]

_INTEGER = re.compile(r"-?[0-9]{1,16}")
UNKNOWN = "unknown"
"""How a worked case says that the amount is not known."""

WAYS = ("attested", "open", "decides")
_SHOWN = frozenset(
    [
        "title",
        "summary",
        "kinds",
        "door",
        "department",
        "basis",
        "valid",
        "group",
        "budget",
        "refines",
        "supersedes",
        "notes",
        "criteria",
        "benefit",
        "guide",
        "cases",
    ]
)
_BENEFIT_SHOWN = frozenset(["kind", "amount", "cap", "floor", "at_most", "per", "open", "note"])


def fields_of(document: Mapping[str, Any], definition: Mapping[str, Any]) -> PolicyFields:
    """The form of a draft's content."""
    valid, group = definition.get("valid") or {}, definition.get("group") or {}
    budget = definition.get("budget") or {}
    return PolicyFields(
        title=definition.get("title", ""),
        summary=definition.get("summary", ""),
        kinds=tuple(definition.get("kinds", ())),
        door=definition.get("door") or "",
        department=definition.get("department", ""),
        basis=definition.get("basis", ""),
        begins=valid.get("from") or "",
        ends=valid.get("to") or "",
        group=group.get("id", ""),
        group_label=group.get("label", ""),
        budget=str(budget.get("amount", "")),
        budget_partial=bool(budget.get("partial")),
        refines=_("、").join(definition.get("refines", ())),
        supersedes=_("、").join(definition.get("supersedes", ())),
        notes="\n".join(definition.get("notes", ())),
        criteria=[_criterion(one) for one in definition.get("criteria", ())],
        benefit=_benefit(definition.get("benefit") or {}),
        guide=_guide(definition.get("guide") or {}),
        cases=[_case(one) for one in definition.get("cases", ())],
        document={name: document.get(name, "") for name in DOCUMENT},
        rest={key: value for key, value in definition.items() if key not in _SHOWN},
    )


def content_of(
    fields: PolicyFields, facts: Facts, *, document: Mapping[str, Any]
) -> tuple[Content, Content]:
    """Document and definition that the form says. document: as saved; what is not shown is kept."""
    definition: Content = {
        "title": fields.title,
        "summary": fields.summary,
        "kinds": [*fields.kinds],
        "door": fields.door,
        "department": fields.department,
        "basis": fields.basis,
        "valid": _filled({"from": fields.begins, "to": fields.ends}),
        "group": _filled({"id": fields.group, "label": fields.group_label}),
        "budget": _budget(fields),
        "refines": [*split_values(fields.refines)],
        "supersedes": [*split_values(fields.supersedes)],
        "notes": _lines(fields.notes),
        "benefit": _benefit_content(fields.benefit),
        "guide": _guide_content(fields.guide),
        "cases": [_case_content(one, facts) for one in fields.cases],
    }
    criteria = [_criterion_content(one, facts) for one in fields.criteria]
    rest = {key: value for key, value in document.items() if key not in DOCUMENT}
    return (
        {**rest, **_filled({name: fields.document.get(name, "") for name in DOCUMENT})},
        {**fields.rest, **_filled(definition), "title": fields.title, "criteria": criteria},
    )


def _filled(values: Mapping[str, Any]) -> Content:
    return {key: value for key, value in values.items() if value not in ("", None, [], {})}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


# Criteria.


def _criterion(held: Mapping[str, Any]) -> CriterionFields:
    way = next((name for name in WAYS if held.get(name) is not None), "when")
    read = CriterionFields(
        way=way,  # type: ignore[arg-type] # one of WAYS or "when"
        as_text=True,
    )
    for name in ("id", "label", "when", "unclear", "why", "clause", "proof", *WAYS):
        setattr(read, name, held.get(name) or "")
    written_as(read, {}, text=False)
    return read


def written_as(criterion: CriterionFields, facts: Facts, *, text: bool) -> None:
    """Turns a criterion's lines into text, or its text into lines as far as lines can say it."""
    if text:
        criterion.when, criterion.as_text = condition_of(criterion, facts), True
        return
    lines = lines_of(criterion.when) if criterion.when.strip() else ()
    if lines is not None:
        criterion.lines = [LineFields(one.fact, one.operator, one.values) for one in lines]
        criterion.as_text = False


def condition_of(criterion: CriterionFields, facts: Facts) -> str:
    """The expression of a criterion's lines, or the one that is edited as text.

    As long as the lines say what its text said, the text stays as its author wrote it.
    """
    text = criterion.when.strip()
    if criterion.as_text:
        return text
    made = expression_of([_line(one, facts.get(one.fact)) for one in criterion.lines], facts)
    return text if text and alike(text, made) else made


def _line(fields: LineFields, fact: Fact | None) -> Line:
    """The line that was filled in; of a code, several values stand in one field."""
    offered = operators_for(fact) if fact else ()
    operator = fields.operator if fields.operator in offered else next(iter(offered), "eq")
    values = fields.values
    if fact is not None and fact.type == "code":
        values = tuple(part for value in values for part in split_values(value))
    return Line(fields.fact, operator, values)  # type: ignore[arg-type] # one that is offered


def _criterion_content(criterion: CriterionFields, facts: Facts) -> Content:
    made = {"id": criterion.id, "label": criterion.label.strip()}
    if criterion.way == "when":
        made["when"] = condition_of(criterion, facts)
        made |= _filled({"unclear": criterion.unclear.strip(), "why": criterion.why.strip()})
    else:
        made[criterion.way] = getattr(criterion, criterion.way).strip()
    return made | _filled({"clause": criterion.clause.strip(), "proof": criterion.proof.strip()})


# The benefit.


def _benefit(held: Mapping[str, Any]) -> BenefitFields:
    amount = str(held.get("amount") or "")
    product = product_of(amount) if amount else None
    texts = ("cap", "floor", "at_most", "per", "open", "note")
    return BenefitFields(
        kind=held.get("kind", ""),
        mode="product" if product else "expression",
        fact=product.fact if product else "",
        rate=product.rate if product else "",
        amount=amount,
        **{name: str(held.get(name) or "") for name in texts},
        rest={key: value for key, value in held.items() if key not in _BENEFIT_SHOWN},
    )


def amount_of(benefit: BenefitFields) -> str:
    """The amount's expression."""
    if benefit.mode == "product":
        factors = [part.strip() for part in (benefit.fact, benefit.rate) if part.strip()]
        return " * ".join(factors)
    return benefit.amount.strip()


def _benefit_content(benefit: BenefitFields) -> Content:
    texts = ("kind", "cap", "floor", "at_most", "per", "open", "note")
    shown = {name: getattr(benefit, name).strip() for name in texts}
    return {**benefit.rest, **_filled({**shown, "amount": amount_of(benefit)})}


def _budget(fields: PolicyFields) -> Content:
    if not fields.budget.strip():
        return {}
    return {"amount": fields.budget.strip(), **({"partial": True} if fields.budget_partial else {})}


# The guide.


def _guide(held: Mapping[str, Any]) -> GuideFields:
    deadline = held.get("deadline") or {}
    return GuideFields(
        materials="\n".join(held.get("materials", ())),
        steps="\n".join(held.get("steps", ())),
        opens=deadline.get("from") or "",
        closes=deadline.get("to") or "",
        unit=held.get("unit", ""),
        phone=held.get("phone", ""),
        channel=held.get("channel", ""),
    )


def _guide_content(guide: GuideFields) -> Content:
    return _filled(
        {
            "materials": _lines(guide.materials),
            "steps": _lines(guide.steps),
            "deadline": _filled({"from": guide.opens, "to": guide.closes}),
            "unit": guide.unit.strip(),
            "phone": guide.phone.strip(),
            "channel": guide.channel.strip(),
        }
    )


# Worked cases.


def _case(held: Mapping[str, Any]) -> CaseFields:
    return CaseFields(
        title=held.get("title", ""),
        facts={key: _typed(value) for key, value in (held.get("facts") or {}).items()},
        verdict=held.get("verdict", ""),
        amount=_sum(held.get("amount")),
        boundary=bool(held.get("boundary")),
    )


def _sum(amount: Any) -> str:
    return _("未知") if amount == UNKNOWN else "" if amount is None else str(amount)


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _("、").join(value) if isinstance(value, list) else str(value)


def _case_content(case: CaseFields, facts: Facts) -> Content:
    made: Content = {
        "title": case.title.strip(),
        "facts": {
            key: _value(text.strip(), facts.get(key))
            for key, text in case.facts.items()
            if text.strip()
        },
        "verdict": case.verdict,
    }
    amount = case.amount.strip()
    amount = UNKNOWN if amount == _("未知") else amount
    return made | _filled({"amount": amount, "boundary": case.boundary or None})


def _value(text: str, fact: Fact | None) -> Any:
    """What was typed as plain JSON has it; what cannot be so stays as typed, to be refused."""
    if (fact is None or fact.type == "boolean") and text in {"true", "false"}:
        return text == "true"
    if fact is None:
        return text
    if fact.type == "set":
        return [*split_values(text)]
    if fact.type in ORDERED and _INTEGER.fullmatch(text):
        return int(text)
    return text
