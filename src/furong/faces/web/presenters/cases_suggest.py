"""What the desk suggests for a case that is not handed out yet. The one place for suggestions.

Look-alikes come from the tokens that two cases share, among open cases of the same subject or the
same category. Categories and departments, with the clause of the duty list that each rests on, come
from `engines/text` and are put in here (`categories`, `departments`) once there is a model to ask.
Nothing here is a percentage: what is shown is why it is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.models import Assignment, Case
from furong.apps.cases.reads import turn_among
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from furong.engines.text import index_tokens
from furong.faces.web.case_listing import CATEGORY, whole_cases
from furong.faces.web.presenters.cases_list import holder_of
from furong.faces.web.presenters.cases_pages import Suggested
from furong.faces.web.presenters.cases_words import state_badge

LOOKED_AT = 300  # open cases, the latest first
SHOWN = 5
ALIKE = 0.18
"""The share of its rarer tokens (of two signs and more) that a look-alike has in common."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case is about, registered or still being typed."""

    text: str
    subject: Subject | None
    category: str = ""
    case: Case | None = None


def of_case(case: Case) -> Matter:
    details = case.fields.get("details", "")
    words = f"{case.title} {details if isinstance(details, str) else ''}"
    return Matter(words, case.subject, str(case.facts.get(CATEGORY) or ""), case)


def look_alikes(matter: Matter, *, user: User, at: datetime, merge: str = "") -> list[Suggested]:
    """Open cases like it that the person may see, the most alike first.

    merge: the address by which the case is merged, to which the other's number is added.
    """
    asked = set(_telling(matter.text))
    if not asked:
        return []
    near = Q(subject=matter.subject) if matter.subject else Q(pk__in=[])
    if matter.category:
        near |= Q(**{f"facts__{CATEGORY}": matter.category})
    rows = Case.objects.visible_to(user, at).inside_of(user, at).live().filter(near)
    if matter.case is not None:
        rows = rows.exclude(pk=matter.case.pk)
    cases = [*whole_cases(rows).order_by("-opened_at")[:LOOKED_AT]]
    scored = sorted(
        ((_likeness(asked, one, matter), one) for one in cases), key=lambda pair: -pair[0]
    )
    found = [one for score, one in scored if score >= ALIKE][:SHOWN]
    return _shown(found, matter, every_machine(), at, merge) if found else []


def _telling(text: str) -> Iterable[str]:
    return (token for token in index_tokens(text) if len(token) > 1)


def _likeness(asked: set[str], case: Case, matter: Matter) -> float:
    """Tokens in common by those of the shorter text; of the same subject somewhat more."""
    own = set(_telling(of_case(case).text))
    shared = len(asked & own) / min(len(asked), len(own)) if own else 0.0
    same = matter.subject is not None and case.subject_id == matter.subject.pk
    return shared + (0.1 if same and shared else 0.0)


def _shown(
    cases: Sequence[Case],
    matter: Matter,
    machines: Mapping[UUID, Machine],
    at: datetime,
    merge: str,
) -> list[Suggested]:
    held: dict[object, list[Assignment]] = {}
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
            why=_why(one, matter),
            merge=f"{merge}{one.number}" if merge else "",
        )
        for one in cases
    ]


def _why(case: Case, matter: Matter) -> str:
    """What the two have in common, in words."""
    same = matter.subject is not None and case.subject_id == matter.subject.pk
    own = set(_telling(of_case(case).text))
    shared = [token for token in _telling(matter.text) if token in own][:4]
    told = _("共有：%s") % _("、").join(shared)
    return _("同一服务对象 · %s") % told if same else told
