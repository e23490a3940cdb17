"""What the desk suggests for a case that is not handed out yet. The one place for suggestions.

Categories in order with the words that told, units with the clause of their duty list, open cases
like it with what they share. Nothing here is a percentage: what is shown is why it is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.models import Assignment, Case
from furong.apps.cases.reads import turn_among
from furong.apps.cases.suggesting import Suggested as Found
from furong.apps.cases.suggesting import suggest
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.engines.text.duties import Department
from furong.engines.text.similar import Alike
from furong.faces.web.case_listing import CATEGORY
from furong.faces.web.presenters.asked import PREFIX
from furong.faces.web.presenters.cases_list import holder_of
from furong.faces.web.presenters.cases_pages import Advice, Suggested, UnitAdvice
from furong.faces.web.presenters.cases_words import state_badge

SHOWN = 5
ALIKE = 0.12
"""The likeness (a cosine) from which an open case is worth a look."""

RANKED = 3
WHOLE = 3
"""Signs of a passage that reads as words; shorter ones are often cut out of the middle of one."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case is about, registered or still being typed."""

    title: str
    details: str
    subject: Subject | None
    category: str = ""
    case: Case | None = None


def of_case(case: Case) -> Matter:
    details = case.fields.get("details", "")
    return Matter(
        case.title,
        details if isinstance(details, str) else "",
        case.subject,
        str(case.facts.get(CATEGORY) or ""),
        case,
    )


def _found(matter: Matter, user: User, at: datetime) -> Found | None:
    if not (matter.title + matter.details).strip():
        return None
    street = matter.subject.street if matter.subject else None
    return suggest(
        matter.title,
        matter.details,
        category=matter.category,
        case=matter.case,
        zone=street.code if street else "",
        user=user,
        at=at,
    )


def advice(matter: Matter, *, user: User, at: datetime, dispatch: str = "") -> Advice | None:
    """What it may be about and whose job; None where nothing can be said.

    dispatch: the address of the form by which it is handed out, which a suggestion fills in.
    """
    found = _found(matter, user, at)
    if found is None:
        return None
    ranked = found.category.ranked[:RANKED]
    category = matter.category or ranked[0].id
    return Advice(
        category=ranked[0].name if found.category.decided else _("待人工判定"),
        others=[one.name for one in ranked],
        told=found.words or [one for one in found.category.evidence if len(one) >= WHOLE],
        units=[_unit(one, category, dispatch) for one in found.departments],
        learned=found.learned,
        problem=str(found.problem or ""),
    )


def _unit(one: Department, category: str, dispatch: str) -> UnitAdvice:
    filled = {
        f"{PREFIX}{CATEGORY}": category,
        f"{PREFIX}lead": one.organisation,
        f"{PREFIX}duty": one.clause,
    }
    reasons = [_("文中提到：%s") % _("、").join(one.words)] if one.words else []
    if one.alike:
        reasons.append(_("说法与该单位以往承办的相近"))
    if one.before:
        reasons.append(_("同类以往交办 %d 件") % one.before)
    if one.assumed:
        reasons.append(_("职责清单为假设"))
    return UnitAdvice(
        name=one.name,
        clause=one.clause,
        why=_(" · ").join(reasons),
        url=f"{dispatch}?{urlencode(filled)}" if dispatch else "",
    )


def look_alikes(matter: Matter, *, user: User, at: datetime, merge: str = "") -> list[Suggested]:
    """Open cases like it that the person may see, the most alike first.

    merge: the address by which the case is merged, to which the other's number is added.
    """
    found = _found(matter, user, at)
    near = {case.pk: (case, why) for case, why in found.alike} if found else {}
    inside = Case.objects.filter(pk__in=near).inside_of(user, at).values_list("pk", flat=True)
    kept = set(inside)
    pairs = [(case, why) for pk, (case, why) in near.items() if pk in kept and why.score >= ALIKE][
        :SHOWN
    ]
    return _shown(pairs, matter, every_machine(), at, merge) if pairs else []


def _shown(
    pairs: Sequence[tuple[Case, Alike]],
    matter: Matter,
    machines: Mapping[UUID, Machine],
    at: datetime,
    merge: str,
) -> list[Suggested]:
    held: dict[object, list[Assignment]] = {}
    cases = [case for case, _why in pairs]
    for row in Assignment.objects.held().filter(case__in=cases).select_related("organisation"):
        held.setdefault(row.case_id, []).append(row)
    return [
        Suggested(
            id=str(one.pk),
            number=one.number,
            title=one.title,
            subject=one.subject.name if one.subject else "",
            state=state_badge(machines[one.procedure_id], one),
            holder=holder_of(
                turn_among(machines[one.procedure_id], one, held.get(one.pk, ()), at),
                held.get(one.pk, ()),
            ),
            why=_why(one, why, matter),
            merge=f"{merge}{one.number}" if merge else "",
        )
        for one, why in pairs
    ]


def _why(case: Case, alike: Alike, matter: Matter) -> str:
    """What the two have in common, in words."""
    same = matter.subject is not None and case.subject_id == matter.subject.pk
    shared = _("、").join(alike.phrases[:4])
    told = _("内容相同") if alike.same else _("共有：%s") % shared
    return _("同一服务对象 · %s") % told if same else told
