"""Subjects as their list shows them: filters, columns, and a line for each."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.directory.models import Zone
from furong.apps.policies.reads import INDUSTRY, SIZE, UNSIZED, Line
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.apps.registry.identifiers import USCC
from furong.apps.registry.models import Subject
from furong.faces.web.cursor import Page
from furong.faces.web.listing import FILTERS, LEAST, NONE, Listing
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.industries import SECTIONS, Industry
from furong.faces.web.presenters.parts import Badge, Chip, Column, Select, Text, chip, select
from furong.faces.web.presenters.subject_pages import SubjectList, SubjectRow


def subject_list(
    listing: Listing, page: Page[Subject], *, may_export: bool, may_call: bool, at: datetime
) -> SubjectList:
    """One page of a listing."""
    known, chosen = catalogue(), listing.chosen
    return SubjectList(
        total=page.pages.total or 0,
        query=chosen["q"],
        kinds=_kinds(known, listing.kinds(), chosen["kind"]),
        selects=_selects(known, chosen),
        columns=_columns(chosen),
        rows=[_row(subject, listing.overview.line(subject.pk)) for subject in page.rows],
        pages=page.pages,
        as_of=figures.moment(at),
        may_export=may_export,
        may_call=may_call,
        filtered=any(chosen[name] for name in FILTERS),
        kept=[(name, chosen[name]) for name in ("q", "kind") if chosen[name]],
    )


def _kinds(known: Catalogue, counts: Mapping[str, int], now: str) -> list[Chip]:
    chips = [chip("kind", "", _("全部"), now=now, count=sum(counts.values()))]
    return chips + [
        chip("kind", kind.id, kind.label, now=now, count=counts.get(kind.id, 0))
        for kind in known.pack.kinds.values()
        if kind.id in counts or kind.id == now
    ]


def _selects(known: Catalogue, chosen: Mapping[str, str]) -> list[Select]:
    def choice(name: str, label: Text, every: Text, values: Iterable[tuple[str, Text]]) -> Select:
        return select(name, label, every, values, now=chosen[name])

    streets = Zone.objects.filter(kind="street", withdrawn=False).order_by("code")
    named = [(zone.code, zone.name) for zone in streets]
    selects = [choice("street", _("街道"), _("全部街道"), named)]
    if INDUSTRY in known.facts:
        sections = [(letter, f"{letter} {name}") for letter, name in SECTIONS.items()]
        selects.append(choice("industry", _("行业"), _("全部行业"), sections))
    if SIZE in known.facts:
        sizes = [*known.facts[SIZE].values.items(), (UNSIZED, _("规模未定"))]
        selects.append(choice("size", _("规模"), _("全部规模"), sizes))
    met = [(NONE, _("没有符合的"))]
    met += [(least, _("符合 %s 项及以上") % least) for least in LEAST["met"]]
    waiting = [(NONE, _("没有待补信息"))]
    waiting += [(least, _("待补 %s 项及以上") % least) for least in LEAST["open"]]
    return [
        *selects,
        choice("met", _("符合项数"), _("符合项数不限"), met),
        choice("open", _("待补信息项数"), _("待补项数不限"), waiting),
        choice("sort", _("排序"), _("按编号"), SORTS.items()),
    ]


SORTS: dict[str, Text] = {
    "name": gettext_lazy("按名称"),
    "-name": gettext_lazy("按名称倒排"),
    "street": gettext_lazy("按街道"),
    "-street": gettext_lazy("按街道倒排"),
    "industry": gettext_lazy("按行业"),
    "-industry": gettext_lazy("按行业倒排"),
    "size": gettext_lazy("按规模，大的在前"),
    "-size": gettext_lazy("按规模，小的在前"),
    "-eligible": gettext_lazy("符合项数多的在前"),
    "eligible": gettext_lazy("符合项数少的在前"),
    "-unknown": gettext_lazy("待补信息多的在前"),
    "unknown": gettext_lazy("待补信息少的在前"),
    "-decides": gettext_lazy("待认定多的在前"),
    "decides": gettext_lazy("待认定少的在前"),
    "-total": gettext_lazy("可享金额高的在前"),
    "total": gettext_lazy("可享金额低的在前"),
}
"""Every order that a heading sorts by, in words: on a phone the list has no headings."""


def _columns(chosen: Mapping[str, str]) -> list[Column]:
    def column(label: Text, key: str, *, numeric: bool = False) -> Column:
        return sortable(label, key, now=chosen["sort"], numeric=numeric)

    return [
        column(_("名称"), "name"),
        column(_("行业"), "industry"),
        column(_("街道"), "street"),
        column(_("规模"), "size"),
        column(_("符合"), "eligible", numeric=True),
        column(_("待补信息"), "unknown", numeric=True),
        column(_("待认定"), "decides", numeric=True),
        column(_("可享金额"), "total", numeric=True),
    ]


def sortable(label: Text, key: str, *, now: str, numeric: bool) -> Column:
    """A heading that sorts; numbers the greatest first, and the other way round when asked again."""
    first, second = (f"-{key}", key) if numeric else (key, f"-{key}")
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    return Column(label, second if now == first else first, direction, numeric)


def _row(subject: Subject, line: Line) -> SubjectRow:
    return SubjectRow(
        id=str(subject.pk),
        name=subject.name,
        number=subject.number,
        code=_code(subject),
        industry=Industry(line.industry),
        street=subject.street.name if subject.street else "",
        size=_size(line),
        eligible=line.counts["eligible"],
        unknown=line.counts["unknown"],
        decides=line.counts["decides"],
        amount=figures.amount(line.total) if line.total else None,
    )


def _code(subject: Subject) -> str:
    """The credit code, of those that are not natural persons."""
    if subject.personal:
        return ""
    found = (one.value for one in subject.identifiers.all() if one.scheme == USCC)
    return next(found, "")


def _size(line: Line) -> Badge | None:
    """What is known of the size; nothing for kinds that have none, such as a building."""
    if line.size is None:
        return None
    words = _("或").join(line.size.words) or _("未知")
    return Badge(words, "blue" if line.size.certain else "violet")
