"""Where a person can go: the groups of the desk, the bar of a phone."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from furong.apps.base.errors import Refusal
from furong.apps.cases.calls.sight import has_calls
from furong.apps.cases.models import ProcedureVersion
from furong.apps.cases.reads import enters_for_others
from furong.apps.cases.sight import INSIDE, VIEW
from furong.apps.directory.access import ACTIONS, Capacity, held_by
from furong.apps.directory.models import User
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import DECIDE
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.desk_pages import NavGroup, Navigation, NavLink
from furong.faces.web.presenters.parts import Text
from furong.faces.web.waiting import capped, waiting_for

HAS_LISTS, ENTERS = "has lists", "enters for others"
"""What opens a link beside actions: to be handed lists, to enter others' decisions."""

CASES = "case.view from within"
"""In place of `case.view`: for whoever does more than follow their own cases."""

TEMPLATES = "case.act from within"
"""As CASES, for whoever also acts on them."""

INSTRUCTION = "instruction"
"""The procedure that has a place of its own."""

CALLS = "calls"
"""In place of an action: for whoever runs a call list, may plan one, or makes its calls."""

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
            (gettext_lazy("电话核对"), "calls", "phone", CALLS),
            (gettext_lazy("答复模板"), "reply_templates", "pen", TEMPLATES),
        ),
    ),
    (
        gettext_lazy("统计考核"),
        (
            (gettext_lazy("办理统计"), "case_figures", "chart", CASES),
            (gettext_lazy("剔除申请"), "exclusions", "scale", CASES),
        ),
    ),
    (
        gettext_lazy("基础信息"),
        (
            (gettext_lazy("服务对象"), "subjects", "building", "subject.view"),
            (gettext_lazy("授权核实"), "authorisations", "user", DECIDE),
            (gettext_lazy("事实核实"), "disputes", "question", "fact.settle"),
            (gettext_lazy("数据导入"), "imports", "upload", "subject.import"),
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
    (
        gettext_lazy("系统"),
        (
            (gettext_lazy("外发通知"), "outbox", "send", "notice.send"),
            (gettext_lazy("办理流程"), "procedures", "document", "procedure.migrate"),
        ),
    ),
    (gettext_lazy("监督"), ((gettext_lazy("台账核验"), "journal", "shield", "journal.verify"),)),
)

DAILY: Mapping[str, Sequence[str]] = {
    Capacity.OWNER: ("mine", "my_cases", "applications"),
    Capacity.LIAISON: ("field", "cases", "subjects"),
    Capacity.LEADER: ("lists", "cases", "case_figures"),
    Capacity.DISPATCHER: ("cases", "relay", "subjects"),
    Capacity.CLERK: ("list_proxies", "cases", "calls", "subjects", "authorisations"),
    Capacity.HEAD: ("cases", "case_figures", "subjects"),
    Capacity.FINANCE: ("applications", "cases", "policies"),
    Capacity.POLICY_OFFICER: ("policies", "studio", "finding"),
    Capacity.POLICY_REVIEWER: ("studio", "policies"),
    Capacity.STATISTICS: ("imports", "subjects", "policies"),
    Capacity.AUDITOR: ("journal", "case_figures", "cases"),
    Capacity.ADMINISTRATOR: ("outbox", "procedures", "policies"),
    Capacity.SECURITY_ADMINISTRATOR: ("policies",),
}
"""What a capacity opens every day, the most frequent first: what a thumb reaches on a phone."""

SHORT: Mapping[str, Text] = {
    "home": pgettext_lazy("手机导航", "首页"),
    "mine": pgettext_lazy("手机导航", "政策"),
    "my_cases": pgettext_lazy("手机导航", "诉求"),
    "field": pgettext_lazy("手机导航", "走访"),
    "lists": pgettext_lazy("手机导航", "清单"),
    "list_proxies": pgettext_lazy("手机导航", "代录"),
    "claims": pgettext_lazy("手机导航", "授权"),
    "cases": pgettext_lazy("手机导航", "办理"),
    "relay": pgettext_lazy("手机导航", "来件"),
    "calls": pgettext_lazy("手机导航", "核对"),
    "reply_templates": pgettext_lazy("手机导航", "模板"),
    "case_figures": pgettext_lazy("手机导航", "统计"),
    "exclusions": pgettext_lazy("手机导航", "剔除"),
    "subjects": pgettext_lazy("手机导航", "对象"),
    "authorisations": pgettext_lazy("手机导航", "授权"),
    "disputes": pgettext_lazy("手机导航", "核实"),
    "imports": pgettext_lazy("手机导航", "导入"),
    "policies": pgettext_lazy("手机导航", "政策"),
    "finding": pgettext_lazy("手机导航", "应享"),
    "applications": pgettext_lazy("手机导航", "申请"),
    "studio": pgettext_lazy("手机导航", "起草"),
    "outbox": pgettext_lazy("手机导航", "通知"),
    "procedures": pgettext_lazy("手机导航", "流程"),
    "journal": pgettext_lazy("手机导航", "台账"),
}
"""Labels of the bar: at 320 px in large text each has 64 px."""

PLACES = 5
"""How many links a phone's bar holds; where there are more, the last place is 更多."""


def navigation_of(request: HttpRequest, user: User, at: datetime) -> Navigation:
    capacities = [*dict.fromkeys(one.capacity for one in held_by(user, at))]
    urls = {name: reverse(name) for _label, held in NAVIGATION for _t, name, *_rest in held}
    groups = [*_groups(request, user, _opened(user, capacities, at), urls, at)]
    links = [link for group in groups for link in group.links]
    if len(links) <= PLACES:
        return Navigation(groups, links)
    named = {url: name for name, url in urls.items()}
    by_name = {named[link.url]: link for link in links if link.url in named}
    daily = ["home", *(name for capacity in capacities for name in DAILY[capacity])]
    wanted = [by_name[name] for name in dict.fromkeys([*daily, *by_name]) if name in by_name]
    bar = wanted[: PLACES - 1]
    more = (
        NavGroup(group.label, [link for link in group.links if link not in bar]) for group in groups
    )
    return Navigation(groups, bar, [group for group in more if group.links])


def _opened(user: User, capacities: Iterable[str], at: datetime) -> set[str]:
    """What opens links: actions, and what stands in their place."""
    capacities = [*capacities]
    found = {*frozenset().union(*(ACTIONS[one] for one in capacities))}
    if not found:
        return {CLAIMS}
    within = [ACTIONS[one] for one in capacities if one in INSIDE]
    found |= {CASES} if any(VIEW in one for one in within) else set()
    found |= {TEMPLATES} if any("case.act" in one for one in within) else set()
    if "case.act" in found:
        leads = Capacity.LEADER in capacities
        found |= {HAS_LISTS} if leads or user.handovers.exists() else set()
        found |= {ENTERS} if _enters(user, at) else set()
        found |= {CALLS} if has_calls(user, at) else set()
    return found


def _enters(user: User, at: datetime) -> bool:
    try:
        return enters_for_others(user, at)
    except Refusal:  # a pack that cannot be read must not take every page with it
        return False


def _groups(
    request: HttpRequest,
    user: User,
    actions: Collection[str],
    urls: Mapping[str, str],
    at: datetime,
) -> Iterator[NavGroup]:
    allowed = {"", *actions}
    counts = {}
    if DECIDE in actions:
        waiting = Authorisation.objects.for_desk(user, at).count()
        counts["authorisations"] = figures.count(waiting) if waiting else ""
    entries = [(group, one) for group, held in NAVIGATION for one in held if one[3] in allowed]
    here = _nearest(request.path, urls.values())
    for label, held in groupby(entries, key=lambda entry: entry[0]):
        links = [
            NavLink(text, urls[name], icon, SHORT[name], urls[name] == here, counts.get(name, ""))
            for _group, (text, name, icon, _action) in held
        ]
        if links[0].url == urls["cases"]:
            links = _case_links(request, user, links, at)
        yield NavGroup(label, links)


def _case_links(
    request: HttpRequest, user: User, links: Sequence[NavLink], at: datetime
) -> list[NavLink]:
    """With how many cases wait for the person, and the way to instructions."""
    first, *rest = links
    told = capped(waiting_for(user, at))
    orders = request.path == first.url and request.GET.get("procedure") == INSTRUCTION
    found = [replace(first, count=told, current=first.current and not orders)]
    if ProcedureVersion.objects.latest_of(INSTRUCTION) is not None:
        url = f"{first.url}?box=live&procedure={INSTRUCTION}"
        found.append(NavLink(_("指挥部指令"), url, "flag", current=orders))
    return [*found, *rest]


def _nearest(path: str, urls: Iterable[str]) -> str:
    """The longest link below which a page lies; the home page is only itself."""
    home = reverse("home")
    above = (url for url in urls if path == url or (url != home and path.startswith(url)))
    return max(above, key=len, default="")
