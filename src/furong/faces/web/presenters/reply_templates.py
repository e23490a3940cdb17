"""Reply templates as their list, their page and the picker beside a field show them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.cases.actions import Wording, may_keep
from furong.apps.cases.engine.machine import Machine, every_machine
from furong.apps.cases.engine.words import unit_name
from furong.apps.cases.models import ReplyTemplate
from furong.apps.cases.models.template import ReplyTemplateQuerySet
from furong.apps.cases.templates import offered
from furong.apps.cases.units import units_of
from furong.apps.directory.models import User
from furong.faces.web.case_listing import CATEGORY
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.asked import options_of
from furong.faces.web.presenters.cases_around import Viewer
from furong.faces.web.presenters.parts import Chip, Option, Pages, Select, Text, chip, select
from furong.packs.models.replies import BODY, NAME, PLACEHOLDERS, with_blanks

FILTERS = ("state", "q", "unit", "act", "category", "sort")
RETIRED, DISTRICT = "retired", "all"
ORDERS: Mapping[str, tuple[str, ...]] = {
    "": ("name", "id"),
    "uses": ("-uses", "id"),
    "changed": ("-changed_at", "id"),
}


@dataclass(frozen=True, slots=True)
class TemplateRow:
    id: str
    name: str
    unit: Text
    act: Text
    category: Text
    body: str
    version: int
    uses: str
    changed: Text


@dataclass(frozen=True, slots=True)
class TemplateList:
    chips: Sequence[Chip]
    selects: Sequence[Select]
    kept: Sequence[tuple[str, str]]
    query: str
    rows: Sequence[TemplateRow]
    pages: Pages
    total: int
    filtered: bool
    keeps: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    number: int
    name: str
    body: str
    who: Text
    at: Text


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """url, key, version: of the form; keeps, restores: whether the person may change it or bring it
    back. act, category, text: of what is only read.
    """

    id: str
    name: str
    url: str
    key: str
    version: int
    wording: Wording
    errors: Mapping[str, Text]
    owners: Sequence[Option]
    unit: Text
    act: Text
    category: Text
    text: str
    acts: Sequence[tuple[Text, Sequence[Option]]]
    categories: Sequence[Option]
    places: Sequence[str]
    keeps: bool
    restores: bool
    retired: Text
    uses: str
    used: Text
    versions: Sequence[VersionRow]
    name_max: int = NAME
    body_max: int = BODY


@dataclass(frozen=True, slots=True)
class Picker:
    """What stands beside a field of an act's form. case: the number that is filled in."""

    case: str
    options: Sequence[tuple[str, str]]  # address that fills it in, name


def picker(viewer: Viewer, key: str) -> Picker | None:
    """The templates for an act; None for who has none, or is the party of the case."""
    if not viewer.inside:
        return None
    found = offered(viewer.case, key, viewer.user, viewer.at)
    options = [(reverse("reply_fill", args=[one.pk]), one.name) for one in found]
    return Picker(viewer.case.number, options) if options else None


def owners(user: User, at: datetime) -> dict[str, Text]:
    """For whom a person keeps texts: their units, and the district."""
    found: dict[str, Text] = {one.code: unit_name(one) for one in units_of(user, at)}
    if may_keep(user, None, at):
        found[DISTRICT] = _("全区")
    return found


def template_list(
    page: Page[ReplyTemplate],
    usable: ReplyTemplateQuerySet,
    chosen: Mapping[str, str],
    user: User,
    at: datetime,
) -> TemplateList:
    acts, categories = _acts(), _categories()
    live, gone = usable.in_use().count(), usable.exclude(retired_at=None).count()
    units: dict[str, Text] = {one.code: unit_name(one) for one in units_of(user, at)}
    units[DISTRICT] = _("全区")
    pairs = usable.exclude(act="").order_by("procedure", "act").values_list("procedure", "act")
    keys = dict.fromkeys(f"{procedure}.{act}" for procedure, act in pairs)
    used = [(key, acts.get(key, key)) for key in keys]
    orders = [("uses", _("用得最多的在前")), ("changed", _("最近修改的在前"))]
    return TemplateList(
        chips=[
            chip("state", "", _("在用"), now=chosen["state"], count=live),
            chip("state", RETIRED, _("已停用"), now=chosen["state"], count=gone),
        ],
        selects=[
            select("unit", _("归属"), _("本单位和全区"), units.items(), now=chosen["unit"]),
            select("act", _("用于"), _("全部环节"), used, now=chosen["act"]),
            select(
                "category", _("类别"), _("全部类别"), categories.items(), now=chosen["category"]
            ),
            select("sort", _("排序"), _("按名称"), orders, now=chosen["sort"]),
        ],
        kept=[("state", chosen["state"])] if chosen["state"] else (),
        query=chosen["q"],
        rows=[_row(one, acts, categories) for one in page.rows],
        pages=page.pages,
        total=page.pages.total or 0,
        filtered=any(chosen[name] for name in ("q", "unit", "act", "category")),
        keeps=bool(owners(user, at)),
    )


def _row(
    one: ReplyTemplate, acts: Mapping[str, Text], categories: Mapping[str, Text]
) -> TemplateRow:
    return TemplateRow(
        id=str(one.pk),
        name=one.name,
        unit=unit_name(one.unit) if one.unit else _("全区"),
        act=acts.get(f"{one.procedure}.{one.act}", "") or _("各项办理"),
        category=categories.get(one.category, one.category) or _("各类"),
        body=re.sub(r"\s*\n\s*", "", with_blanks(one.body)),
        version=one.version,
        uses=figures.count(one.uses),
        changed=figures.moment(one.changed_at),
    )


def template_page(
    one: ReplyTemplate | None,
    wording: Wording,
    errors: Mapping[str, Text],
    *,
    unit: str,
    keeps: bool,
    user: User,
    at: datetime,
) -> TemplatePage:
    mine = owners(user, at)
    chosen = unit or next(iter(mine), "")
    versions = one.versions.select_related("by") if one else ()
    row = _row(one, _acts(), _categories()) if one else None
    return TemplatePage(
        id=str(one.pk) if one else "",
        name=one.name if one else "",
        url=reverse("reply_template", args=[one.pk]) if one else reverse("reply_template_new"),
        key=uuid4().hex,
        version=one.version if one else 0,
        wording=wording,
        errors=errors,
        owners=options_of(mine, [chosen]) if one is None else (),
        unit=(unit_name(one.unit) if one.unit else _("全区")) if one else "",
        act=row.act if row else "",
        category=row.category if row else "",
        text=with_blanks(wording.body),
        acts=_grouped(wording),
        categories=options_of(_categories(), [wording.category]),
        places=[f"{{{name}}}" for name in PLACEHOLDERS],
        keeps=keeps and (one is None or one.retired_at is None),
        restores=keeps and one is not None and one.retired_at is not None,
        retired=figures.moment(one.retired_at) if one and one.retired_at else "",
        uses=figures.count(one.uses) if one else "",
        used=figures.moment(one.used_at) if one else "",
        versions=[
            VersionRow(
                held.number,
                held.name,
                with_blanks(held.body),
                held.by.name if held.by else _("随内容包安装"),
                figures.moment(held.made_at),
            )
            for held in versions
        ],
    )


def _latest() -> list[Machine]:
    """The latest version of each procedure."""
    return [*{one.procedure.procedure: one for one in every_machine().values()}.values()]


def _grouped(wording: Wording) -> list[tuple[Text, Sequence[Option]]]:
    """Procedures, and of each its acts that have a form: what a template can be for."""
    now = f"{wording.procedure}.{wording.act}"
    found: list[tuple[Text, Sequence[Option]]] = []
    for one in _latest():
        code = one.procedure.procedure
        acts = {f"{code}.": _("各项办理"), **{f"{code}.{k}": v for k, v in _of(one).items()}}
        found.append((one.procedure.title, options_of(acts, [now])))
    return found


def _of(machine: Machine) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for held in (machine.procedure.actions, machine.procedure.requests):
        found |= {name: act.label for name, act in held.items() if act.form is not None}
    return found


def _acts() -> dict[str, Text]:
    """`appeal.reply` → 报办结: one name is another act in another procedure."""
    return {
        f"{one.procedure.procedure}.{name}": label
        for one in _latest()
        for name, label in _of(one).items()
    }


def _categories() -> dict[str, Text]:
    facts = (one.facts.get(CATEGORY) for one in _latest())
    return next((dict(fact.values) for fact in facts if fact is not None), {})
