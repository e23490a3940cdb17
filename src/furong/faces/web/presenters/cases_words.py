"""Moments, limits and spells of time as cases show them, and the badges of their states."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.base.models import StoredFile
from furong.apps.base.models.stored_file import PASSIVE
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import Case
from furong.apps.cases.models.case import Category
from furong.engines import worktime
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import Badge, Text

TONES = {Category.OPEN: "blue", Category.SUSPENDED: "amber", Category.CLOSED: "jade"}


@dataclass(frozen=True, slots=True)
class Due:
    """A limit: when it is, how long until then or since, and how that is to be taken."""

    when: Text
    left: Text
    tone: str = ""  # hibiscus: overdue, amber: today


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file on a page; a picture is shown small."""

    url: str
    name: str
    picture: bool


def file_card(url: str, file: StoredFile) -> FileCard:
    return FileCard(url, file.name, file.media_type in PASSIVE)


def due_of(moment: datetime | None, at: datetime) -> Due | None:
    if moment is None:
        return None
    if abs(moment - at) < timedelta(minutes=1):
        past = moment <= at
        told = _("刚过时限") if past else _("不足 1 分钟")
        return Due(short(moment, at), told, "hibiscus" if past else "amber")
    if moment <= at:
        return Due(_limit(moment, at), _("超 %s") % spell(at - moment), "hibiscus")
    last = timezone.localtime(moment - timedelta(microseconds=1))
    today = last.date() == timezone.localtime(at).date()
    return Due(_limit(moment, at), _("剩 %s") % spell(moment - at), "amber" if today else "")


def _limit(moment: datetime, at: datetime) -> str:
    """The midnight that ends a day is that day's 24:00."""
    if timezone.localtime(moment).time() != time.min:
        return short(moment, at)
    return short(moment - timedelta(days=1), at).replace("00:00", "24:00")


def short(moment: datetime, at: datetime) -> str:
    """今日 10:30; 3月5日 09:42; 2019年12月30日 09:00 of another year."""
    local, now = timezone.localtime(moment), timezone.localtime(at)
    if local.date() == now.date():
        return _("今日 %s") % f"{local:%H:%M}"
    if local.year == now.year:
        return figures.brief(moment)
    return figures.moment(moment)


def spell(time: timedelta) -> str:
    """3 天 4 小时; 2 小时 5 分; 不足 1 分: two units, the smaller one left out where it is 0."""
    minutes = int(time.total_seconds() // 60)
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = (
        [(_("%d 天"), days), (_("%d 小时"), hours)]
        if days
        else [(_("%d 小时"), hours), (_("%d 分"), left)]
    )
    return " ".join(text % n for text, n in parts if n) or _("不足 1 分")


def length(limit: worktime.Length) -> str:
    """A limit as a procedure gives it: 30 分钟; 当日; 至 2020年3月10日 09:00."""
    if isinstance(limit, worktime.Until):
        return _("至 %s") % figures.moment(limit.moment)
    if isinstance(limit, worktime.EndOfDay):
        return _("当日")
    units = {"m": _("%s 分钟"), "h": _("%s 小时"), "d": _("%s 天")}
    return units[limit.unit] % str(limit)[:-1]


def state_badge(machine: Machine, case: Case) -> Badge:
    return Badge(machine.state(case.state).label, TONES[Category(case.category)])


def closure_of(machine: Machine, case: Case) -> Text:
    return machine.procedure.closures.get(case.closure, "")


def marks_of(case: Case, *, supervised: bool, asked: list[str]) -> list[Badge]:
    """What sets a case apart from others of its state."""
    found = []
    if case.sensitive:
        found.append(Badge(_("敏感"), "violet", "shield"))
    if case.cycle > 1:
        found.append(Badge(_("第 %d 轮") % case.cycle, "amber"))
    if supervised:
        found.append(Badge(_("督办"), "hibiscus", "alert"))
    return [*found, *(Badge(_("%s待答复") % label, "amber") for label in asked)]
