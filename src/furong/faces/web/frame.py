"""What stands around every page: district, clock, person, navigation."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from furong.apps.base import clock
from furong.apps.base.models.installation import THE_ONE
from furong.apps.directory.access import ACTIONS, Capacity, held_by
from furong.apps.directory.models import Membership, User
from furong.apps.notices.models import Delivery
from furong.faces.web.navigation import navigation_of
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.desk_pages import Frame, Language

LARGE = "large"
"""Cookie of the large-text mode."""


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: `frame`, made only where a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> Frame:
    installation = THE_ONE.first()
    district = installation.short if installation else ""
    demo = installation.demo if installation else False
    large = request.COOKIES.get(LARGE) == "1"
    user = request.user
    if not isinstance(user, User):
        return Frame(district, demo, large, languages=languages())
    at = getattr(request, "at", None) or clock.now()
    capacities = [*dict.fromkeys(one.capacity for one in held_by(user, at))]
    local = at.astimezone(ZoneInfo(installation.timezone) if installation else clock.zone())
    return Frame(
        district,
        demo,
        large,
        clock=figures.clock(local),
        person=user.name,
        role=role_of(user, capacities, at),
        navigation=navigation_of(request, user, at),
        may_search=any("subject.view" in ACTIONS[one] for one in capacities),
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
