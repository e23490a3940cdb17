"""Who is told of what happens to an authorisation; nobody, where there is nobody to tell."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base.journal import Actor
from furong.apps.directory.access import Capacity, holders
from furong.apps.directory.models import User
from furong.apps.handlers.days import last_day
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import Role
from furong.apps.notices.actions import notify

OWN = "/claims/"


def deciders(one: Authorisation, *, by: Actor, at: datetime) -> None:
    """Those who may confirm it: the main handlers, or the street where that is for the street."""
    mains = [] if one.role == Role.MAIN else mains_of(one, at)
    desk = [] if mains else holders(Capacity.CLERK, on=one, at=at)
    title = _("待核实授权：%(firm)s · %(role)s")
    words = {"firm": one.firm_name, "role": one.get_role_display()}
    body = _("请核对授权书和营业执照后确认，或写明理由退回。")
    path = f"/mine/handlers/?firm={one.subject_id}" if mains else f"/authorisations/{one.pk}/"
    _tell(mains or desk, one, title % words, body, path, by=by, at=at)


def decided(one: Authorisation, *, by: Actor, at: datetime) -> None:
    """The person who asked; and whoever handed over."""
    words = {"firm": one.firm_name, "role": one.get_role_display()}
    if one.state == Authorisation.State.CONFIRMED:
        title = _("您已是%(firm)s的%(role)s") % words
        body = _("现在可以为企业办事；%s。") % until(one)
        _tell([one.user], one, title, body, f"/mine/?firm={one.subject_id}", by=by, at=at)
        if one.replaces is not None and one.replaces.ended_at == at:
            told = _("您在%(firm)s的事务已交接") % words
            _tell([one.replaces.user], one, told, "", OWN, by=by, at=at)
    else:
        title = _("授权书未通过：%(firm)s") % words
        body = _("理由：%s。补正后可重新提交。") % one.reason.rstrip("。")
        _tell([one.user], one, title, body, OWN, by=by, at=at)


def ended(one: Authorisation, *, by: Actor, at: datetime) -> None:
    """The person, unless they did it themself, and the firm's main handlers."""
    others = [user for user in [one.user, *mains_of(one, at)] if user != by]
    title = _("授权已终止：%(firm)s · %(name)s") % {"firm": one.firm_name, "name": one.user.name}
    _tell(others, one, title, _("理由：%s") % one.end_reason, OWN, by=by, at=at)


def ends_soon(one: Authorisation, *, by: Actor, at: datetime) -> None:
    title = _("授权快到期：%(firm)s · %(name)s") % {"firm": one.firm_name, "name": one.user.name}
    body = _("%s，请在此前提交新的授权书续办；到期后不能再为企业办事。") % until(one)
    _tell([one.user, *mains_of(one, at)], one, title, body, OWN, by=by, at=at)


def expired(one: Authorisation, *, by: Actor, at: datetime) -> None:
    title = _("授权已到期：%(firm)s · %(name)s") % {"firm": one.firm_name, "name": one.user.name}
    body = _("要继续办事，请提交新的授权书。")
    _tell([one.user, *mains_of(one, at)], one, title, body, OWN, by=by, at=at)


def mains_of(one: Authorisation, at: datetime) -> list[User]:
    rows = Authorisation.objects.mains(at).filter(subject=one.subject_id).exclude(subject=None)
    return [row.user for row in rows.select_related("user").order_by("user__username")]


def until(one: Authorisation) -> str:
    if one.valid_to is None:
        return _("长期有效")
    return _("有效期至 %s") % last_day(one.valid_to).isoformat()


def _tell(
    people: Iterable[User],
    one: Authorisation,
    title: str,
    body: str,
    path: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    told = [user for user in people if user.is_active]
    if told:
        notify(told, title=title, body=body, path=path, about=one, by=by, at=at)
