"""What stands around every page: district, clock, person, navigation."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.models import Installation
from furong.apps.cases.models import ProcedureVersion
from furong.apps.cases.reads import enters_for_others
from furong.apps.cases.sight import INSIDE, VIEW
from furong.apps.directory.access import ACTIONS, Capacity, grants_of
from furong.apps.directory.models import Membership, User
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import DECIDE
from furong.apps.notices.models import Delivery
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.desk_pages import Frame, Language, NavGroup, NavLink
from furong.faces.web.presenters.parts import Text
from furong.faces.web.waiting import capped, waiting_for

HAS_LISTS, ENTERS = "has lists", "enters for others"
"""What opens a link of the navigation beside actions: to be handed lists, to enter others' decisions."""

LARGE = "large"
"""Cookie of the large-text mode."""

CASES = "case.view from within"
"""Stands in the navigation for `case.view` of whoever does more than follow their own cases."""

INSTRUCTION = "instruction"
"""The procedure that has a place of its own in the navigation."""

CLAIMS = "claims"
"""In place of an action: for whoever has no grant, and may ask to act for a firm."""

# Group, and its links: label, URL name, icon, the action that opens it ("" = everyone signed in).
NAVIGATION: tuple[tuple[Text, tuple[tuple[Text, str, str, str], ...]], ...] = (
    (
        "",
        (
            (gettext_lazy("首页"), "home", "home", ""),
            (gettext_lazy("我的政策"), "mine", "check", "mine.view"),
            (gettext_lazy("我的诉求"), "my_cases", "megaphone", "mine.view"),
            (gettext_lazy("走访"), "field", "megaphone", "field.view"),
            (gettext_lazy("问题清单"), "lists", "document", HAS_LISTS),
            (gettext_lazy("批示代录"), "list_proxies", "pen", ENTERS),
            (gettext_lazy("我的授权"), "claims", "user", CLAIMS),
        ),
    ),
    (
        gettext_lazy("事项"),
        (
            (gettext_lazy("事项办理"), "cases", "inbox", CASES),
            (gettext_lazy("热线来件"), "relay", "upload", "case.dispatch"),
            (gettext_lazy("办理统计"), "case_figures", "chart", CASES),
        ),
    ),
    (
        gettext_lazy("服务对象"),
        (
            (gettext_lazy("服务对象"), "subjects", "building", "subject.view"),
            (gettext_lazy("授权核实"), "authorisations", "user", DECIDE),
            (gettext_lazy("数据导入"), "imports", "upload", "subject.import"),
            (gettext_lazy("待核实"), "disputes", "question", "fact.settle"),
        ),
    ),
    (
        gettext_lazy("政策"),
        (
            (gettext_lazy("政策库"), "policies", "document", "policy.view"),
            (gettext_lazy("应享未享"), "finding", "check", "subject.view"),
            (gettext_lazy("申请办理"), "applications", "scale", "subject.view"),
            (gettext_lazy("政策起草"), "studio", "pen", "draft.view"),
        ),
    ),
    (gettext_lazy("系统"), ((gettext_lazy("外发通知"), "outbox", "send", "notice.send"),)),
    (gettext_lazy("监督"), ((gettext_lazy("台账核验"), "journal", "shield", "journal.verify"),)),
)


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: `frame`, made only where a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> Frame:
    installation = Installation.objects.filter(pk=1).first()
    district = installation.short if installation else ""
    demo = installation.demo if installation else False
    large = request.COOKIES.get(LARGE) == "1"
    user = request.user
    if not isinstance(user, User):
        return Frame(district, demo, large, languages=languages())
    at = getattr(request, "at", None) or clock.now()
    capacities = [*dict.fromkeys(grants_of(user, at).values_list("capacity", flat=True))]
    actions = {*frozenset().union(*(ACTIONS[one] for one in capacities))}
    if any(one in INSIDE and VIEW in ACTIONS[one] for one in capacities):
        actions.add(CASES)
    local = at.astimezone(ZoneInfo(installation.timezone) if installation else clock.zone())
    return Frame(
        district,
        demo,
        large,
        clock=figures.clock(local),
        person=user.name,
        role=role_of(user, capacities, at),
        groups=[*_navigation(request, user, _opened(user, actions, at), at)],
        may_search="subject.view" in actions,
        unread=Delivery.objects.inbox_of(user).unread().count(),
        languages=languages(),
    )


def languages() -> list[Language]:
    now = get_language()
    return [Language(code, name, code == now) for code, name in settings.LANGUAGES]


def role_of(user: User, held: Iterable[str], at: datetime) -> str:
    """The capacities that a person holds, and where they work: 经办人员 · 文艺路街道."""
    places = Membership.objects.in_force(at).filter(user=user).select_related("organisation")
    at_work = dict.fromkeys(place.organisation.short or place.organisation.name for place in places)
    capacities = _("、").join(str(Capacity(capacity).label) for capacity in held)
    return " · ".join(filter(None, [capacities or _("暂无授权"), _("、").join(at_work)]))


def _opened(user: User, actions: Collection[str], at: datetime) -> set[str]:
    """What opens links of the navigation: actions, and what stands in their place."""
    if not actions:
        return {CLAIMS}
    found = set(actions)
    if "case.act" in actions:
        leads = grants_of(user, at).filter(capacity=Capacity.LEADER).exists()
        found |= {HAS_LISTS} if leads or user.handovers.exists() else set()
        found |= {ENTERS} if enters_for_others(user, at) else set()
    return found


def _navigation(
    request: HttpRequest, user: User, actions: Collection[str], at: datetime
) -> Iterator[NavGroup]:
    allowed = {"", *actions}
    counts = {}
    if DECIDE in actions:
        waiting = Authorisation.objects.for_desk(user, at).count()
        counts["authorisations"] = figures.count(waiting) if waiting else ""
    entries = [(group, one) for group, held in NAVIGATION for one in held if one[3] in allowed]
    urls = {name: reverse(name) for _group, (_text, name, _icon, _action) in entries}
    here = max((u for u in urls.values() if _within(request.path, u)), key=len, default="")
    for label, held in groupby(entries, key=lambda entry: entry[0]):
        links = [
            NavLink(text, urls[name], icon, urls[name] == here, counts.get(name, ""))
            for _group, (text, name, icon, _action) in held
        ]
        if links[0].url == urls.get("cases"):
            links = _case_links(request, user, links, at)
        yield NavGroup(label, links)


def _case_links(
    request: HttpRequest, user: User, links: Sequence[NavLink], at: datetime
) -> list[NavLink]:
    """With how many cases wait for the person, and the way to instructions."""
    first, *rest = links
    told = capped(waiting_for(request, user, at))
    orders = request.path == first.url and request.GET.get("procedure") == INSTRUCTION
    found = [replace(first, count=told, current=first.current and not orders)]
    if ProcedureVersion.objects.filter(code=INSTRUCTION).exists():
        url = f"{first.url}?box=live&procedure={INSTRUCTION}"
        found.append(NavLink(_("指挥部指令"), url, "flag", current=orders, minor=True))
    return [*found, *(replace(one, minor=True) for one in rest)]


def _within(path: str, url: str) -> bool:
    """Whether a page lies below a link, and below no longer one."""
    if path == url:
        return True
    below = [reverse(name) for _label, entries in NAVIGATION for _t, name, *_rest in entries]
    nearest = max((one for one in below if path.startswith(one)), key=len, default="/")
    return url != "/" and nearest == url
