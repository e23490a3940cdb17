"""Letters that were sent in: what will become of each row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from furong.apps.base.models import StoredFile
from furong.apps.cases.engine.words import path_of
from furong.apps.cases.relay import Letters, Planned, Verdict
from furong.faces.web.cursor import slice_of
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Badge, Chip, Kpi, Pages, Text, chip

BADGES = {
    Verdict.NEW: Badge(gettext_lazy("新来件"), "jade", "plus"),
    Verdict.HERE: Badge(gettext_lazy("已登记，跳过")),
    Verdict.FAULTY: Badge(gettext_lazy("有误，不登记"), "hibiscus", "close"),
}
ALIKE = Badge(gettext_lazy("疑似重复"), "amber", "alert")
PARTS: Mapping[str, Text] = {
    "external_number": gettext_lazy("来件编号"),
    "title": gettext_lazy("问题概述"),
    "details": gettext_lazy("具体情况"),
    "subject": gettext_lazy("服务对象（名称或代码）"),
    "contact_person": gettext_lazy("联系人和电话"),
    "phone": gettext_lazy("联系人和电话"),
    "occurred_at": gettext_lazy("发生时间"),
}


@dataclass(frozen=True, slots=True)
class RelayLine:
    """One letter. url, number: of the case that is here, where the person may see it."""

    line: int
    external_number: str
    title: str
    subject: str
    verdict: Badge
    faults: Sequence[str]
    alike: str
    url: str
    number: str


@dataclass(frozen=True, slots=True)
class RelayPreview:
    """mapping: which column was read as what. valid: how many letters will be cases."""

    id: str
    file: str
    system: str
    kpis: Sequence[Kpi]
    filters: Sequence[Chip]
    rows: Sequence[RelayLine]
    pages: Pages
    mapping: Sequence[tuple[str, Text]]
    unread: str
    valid: int
    alike: int
    alike_badge: Badge = ALIKE


def relay_preview(
    file: StoredFile,
    system: str,
    letters: Letters,
    planned: Sequence[Planned],
    *,
    query: Mapping[str, str],
) -> RelayPreview:
    """query: `v`, the verdict to show alone, or `alike`; cursors."""
    counts = Counter(one.verdict for one in planned)
    alike = [one for one in planned if one.alike]
    wanted = query.get("v", "")
    shown = (
        alike if wanted == "alike" else [o for o in planned if not wanted or o.verdict == wanted]
    )
    page = slice_of(
        shown, after=query.get("after", ""), before=query.get("before", ""), total=len(shown)
    )
    filters = [
        chip("v", "", _("全部"), now=wanted, count=len(planned)),
        *(chip("v", v, BADGES[v].text, now=wanted, count=counts[v]) for v in Verdict if counts[v]),
    ]
    if alike:
        filters.append(chip("v", "alike", ALIKE.text, now=wanted, count=len(alike)))
    return RelayPreview(
        id=str(file.pk),
        file=file.name,
        system=system,
        kpis=[
            *(_kpi(BADGES[verdict], counts[verdict]) for verdict in Verdict),
            _kpi(ALIKE, len(alike)),
        ],
        filters=filters,
        rows=[_line(one) for one in page.rows],
        pages=page.pages,
        mapping=[(heading, PARTS[name]) for heading, name in letters.mapping],
        unread=_("、").join(letters.unread),
        valid=counts[Verdict.NEW],
        alike=len(alike),
    )


def _kpi(badge: Badge, count: int) -> Kpi:
    unit = ngettext("行", "行", count)
    return Kpi(badge.text, figures.count(count), unit, tone=badge.tone if count else "")


def _line(one: Planned) -> RelayLine:
    return RelayLine(
        line=one.letter.row,
        external_number=one.letter.external_number,
        title=one.letter.title,
        subject=one.subject.name if one.subject else one.letter.subject,
        verdict=BADGES[one.verdict],
        faults=one.faults,
        alike=_("、").join(one.alike),
        url=path_of(one.case.pk) if one.case else "",
        number=one.case.number if one.case else "",
    )
