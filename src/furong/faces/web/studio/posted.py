"""The studio's form as posted, and the changes of its shape: another row, one less, moved."""

import re
from dataclasses import fields
from typing import Any, get_args

from django.http import QueryDict

from furong.apps.base.texts import clean
from furong.apps.policies import limits
from furong.faces.web.studio.content import Facts, written_as
from furong.faces.web.studio.state import (
    DOCUMENT,
    AmountMode,
    BenefitFields,
    CaseFields,
    CriterionFields,
    GuideFields,
    LineFields,
    PolicyFields,
    Way,
)

MOST = {"criterion": limits.CONDITIONS, "line": limits.LINES, "case": limits.CASES}
"""Rows to which a button adds another. What was posted is read whole: the verb refuses too much."""

_TEXTS = frozenset(
    [
        "title",
        "summary",
        "door",
        "department",
        "basis",
        "begins",
        "ends",
        "group",
        "group_label",
        "budget",
        "refines",
        "supersedes",
        "notes",
    ]
)


def fields_from(post: QueryDict, *, saved: PolicyFields) -> PolicyFields:
    """The form as posted. saved: the form as kept, for what is not among its fields."""
    post = _visible(post)
    read = PolicyFields(
        kinds=tuple(post.getlist("kinds")),
        budget_partial="budget_partial" in post,
        criteria=[_criterion(post, f"c{n}") for n in _places(post, "c")],
        benefit=_benefit(post, saved.benefit),
        guide=_filled(GuideFields(), post, "g"),
        cases=[_case(post, f"k{n}") for n in _places(post, "k")],
        document={name: _text(post, f"d-{name}") for name in DOCUMENT},
        rest=saved.rest,
    )
    written = {one.id: one.when for one in saved.criteria}
    for one in read.criteria:
        if not one.as_text:
            one.when = one.when or written.get(one.id, "")
    for name in _TEXTS:
        setattr(read, name, _text(post, name))
    return read


def revision_of(post: QueryDict) -> int:
    """The revision that the page was made from; 0, which no draft is at, for nonsense."""
    told = post.get("revision", "")
    return int(told) if _REVISION.fullmatch(told) else 0


def rearranged(form: PolicyFields, change: str, facts: Facts) -> PolicyFields:
    """The form after a button: `add:criterion`, `add:line:2`, `drop:case:0`, `text:criterion:3` …

    A button that names a row which is not there changes nothing: the page was an old one.
    """
    verb, _, rest = change.partition(":")
    noun, _, place = rest.partition(":")
    numbers = [int(part) for part in place.split(":") if _PLACE.fullmatch(part)]
    rows = _rows(form, noun, numbers)
    if rows is None:
        return form
    at = numbers[-1] if numbers else -1
    if verb == "add" and len(rows) < MOST[noun]:
        rows.append(_new(form, noun))
    elif verb == "copy" and 0 <= at < len(rows) < MOST["case"]:
        rows.insert(at + 1, _copied(rows[at]))
    elif verb == "drop" and 0 <= at < len(rows):
        del rows[at]
    elif verb == "up" and 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    elif verb in {"text", "lines"} and noun == "criterion" and 0 <= at < len(rows):
        written_as(rows[at], facts, text=verb == "text")
    return form


_PLACE = re.compile(r"[0-9]{1,3}")
_REVISION = re.compile(r"[0-9]{1,8}")


def _rows(form: PolicyFields, noun: str, numbers: list[int]) -> list[Any] | None:
    if noun == "criterion":
        return form.criteria
    if noun == "case":
        return form.cases
    if noun == "line" and numbers and numbers[0] < len(form.criteria):
        return form.criteria[numbers[0]].lines
    return None


def _new(form: PolicyFields, noun: str) -> Any:
    if noun == "criterion":
        return CriterionFields(id=_free_id(form), lines=[LineFields()])
    return LineFields() if noun == "line" else CaseFields()


def _copied(case: CaseFields) -> CaseFields:
    return CaseFields(case.title, dict(case.facts), case.verdict, case.amount, case.boundary)


def _free_id(form: PolicyFields) -> str:
    taken = {one.id for one in form.criteria}
    return next(name for n in range(1, 100) if (name := f"c{n}") not in taken)


def _criterion(post: QueryDict, at: str) -> CriterionFields:
    read = _filled(CriterionFields(), post, at)
    way = _text(post, f"{at}-way")
    read.way = way if way in get_args(Way.__value__) else "when"  # type: ignore[assignment]
    read.as_text = _text(post, f"{at}-as_text") == "1"
    read.lines = [_line(post, f"{at}-l{n}") for n in _places(post, f"{at}-l")]
    return read


def _line(post: QueryDict, at: str) -> LineFields:
    values = [value.strip() for value in post.getlist(f"{at}-value")]
    return LineFields(_text(post, f"{at}-fact"), _text(post, f"{at}-operator"), tuple(values))


def _benefit(post: QueryDict, saved: BenefitFields) -> BenefitFields:
    read = _filled(BenefitFields(rest=saved.rest), post, "b")
    mode = _text(post, "b-mode")
    read.mode = mode if mode in get_args(AmountMode.__value__) else "expression"  # type: ignore[assignment]
    return read


def _case(post: QueryDict, at: str) -> CaseFields:
    read = _filled(CaseFields(), post, at)
    read.boundary = f"{at}-boundary" in post
    start = f"{at}-fact-"
    read.facts = {
        name.removeprefix(start): _text(post, name) for name in post if name.startswith(start)
    }
    return read


def _filled[F](read: F, post: QueryDict, at: str) -> F:
    """Fills the text fields of a part of the form from the posted `at-name`."""
    for one in fields(read):  # type: ignore[arg-type] # a dataclass of `state`
        if one.type is str and (name := f"{at}-{one.name}") in post:
            setattr(read, one.name, _text(post, name))
    return read


def _visible(post: QueryDict) -> QueryDict:
    """What was posted without signs that nobody sees, in the names of fields as in their values."""
    read = QueryDict(mutable=True)
    for name, values in post.lists():
        read.setlist(clean(name, lines=False), [clean(value) for value in values])
    return read


def _text(post: QueryDict, name: str) -> str:
    return post.get(name, "").strip()


def _places(post: QueryDict, start: str) -> list[int]:
    """The numbers of the rows that were posted: `c0-…`, `c1-…` → [0, 1]."""
    pattern = re.compile(rf"{re.escape(start)}(\d{{1,3}})-")
    found = {int(one[1]) for name in post if (one := pattern.match(name))}
    return sorted(found)
