"""What stands around every page: district, clock, person, navigation."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.models import Installation
from furong.apps.directory.access import Capacity, grants_of
from furong.apps.directory.models import Membership, User
from furong.apps.notices.models import Delivery
from furong.faces.web.access import actions_of
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.desk_pages import Frame, Language, NavGroup, NavLink
from furong.faces.web.presenters.parts import Text

LARGE = "large"
"""Cookie of the large-text mode."""

# Group, and its links: label, URL name, icon, the action that opens it ("" = everyone signed in).
NAVIGATION: tuple[tuple[Text, tuple[tuple[Text, str, str, str], ...]], ...] = (
    (
        "",
        (
            (gettext_lazy("首页"), "home", "home", ""),
            (gettext_lazy("我的政策"), "mine", "check", "mine.view"),
        ),
    ),
    (
        gettext_lazy("服务对象"),
        (
            (gettext_lazy("服务对象"), "subjects", "building", "subject.view"),
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
        gettext_lazy("事项"),
        ((gettext_lazy("热线来件"), "relay", "upload", "case.dispatch"),),
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
    at = clock.now()
    actions = actions_of(user, at)
    return Frame(
        district,
        demo,
        large,
        clock=figures.clock(at.astimezone(clock.zone())),
        person=user.name,
        role=role_of(user),
        groups=[*_navigation(request.path, actions)],
        may_search="subject.view" in actions,
        unread=Delivery.objects.inbox_of(user).unread().count(),
        languages=languages(),
    )


def languages() -> list[Language]:
    now = get_language()
    return [Language(code, name, code == now) for code, name in settings.LANGUAGES]


def role_of(user: User) -> str:
    """The capacities that a person holds, and where they work: 经办人员 · 文艺路街道."""
    at = clock.now()
    held = dict.fromkeys(grants_of(user, at).values_list("capacity", flat=True))
    places = Membership.objects.in_force(at).filter(user=user).select_related("organisation")
    at_work = dict.fromkeys(place.organisation.short or place.organisation.name for place in places)
    capacities = _("、").join(str(Capacity(capacity).label) for capacity in held)
    return " · ".join(filter(None, [capacities or _("暂无授权"), _("、").join(at_work)]))


def _navigation(path: str, actions: Iterable[str]) -> Iterator[NavGroup]:
    for label, entries in NAVIGATION:
        links = [
            NavLink(text, url := reverse(name), icon, current=_within(path, url))
            for text, name, icon, action in entries
            if not action or action in actions
        ]
        if links:
            yield NavGroup(label, links)


def _within(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
