"""Who is told of what happens to an authorisation; nobody, where there is nobody to tell.

A notice leaves the platform and stands in its outbox, which those see who run the system and have no
business with firms: it names neither firm nor person, only the end of the code.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base.journal import Actor
from furong.apps.directory.access import Capacity, nearest
from furong.apps.directory.models import User
from furong.apps.handlers.days import last_day
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import Role
from furong.apps.notices.actions import notify
from furong.apps.registry.identifiers import shown

OWN = "/claims/"


def deciders(one: Authorisation, *, by: Actor, at: datetime) -> None:
    """Those who may confirm it: the main handlers, or the street where that is for the street."""
    mains = [] if one.role == Role.MAIN else mains_of(one, at)
    desk = [] if mains else nearest(Capacity.CLERK, on=one, at=at)
    body = _("%s。请核对授权书和营业执照后确认，或写明理由退回。") % _which(one)
    path = f"/mine/handlers/?firm={one.subject_id}" if mains else f"/authorisations/{one.pk}/"
    _tell(mains or desk, one, _("有一份授权书待核实"), body, path, by=by, at=at)


def decided(one: Authorisation, *, by: Actor, at: datetime) -> None:
    """The person who asked; and whoever handed over."""
    if one.state == Authorisation.State.CONFIRMED:
        words = {"which": _which(one), "until": until(one)}
        body = _("%(which)s，现在可以为企业办事；%(until)s。") % words
        path = f"/mine/?firm={one.subject_id}"
        _tell([one.user], one, _("授权书已确认"), body, path, by=by, at=at)
        if one.replaces is not None and one.replaces.ended_at == at:
            body = _("%s。您不能再为这家企业办事。") % _which(one.replaces)
            _tell([one.replaces.user], one, _("您的事务已交接"), body, OWN, by=by, at=at)
    else:
        body = _("%s。理由见“我的授权”，补正后可重新提交。") % _which(one)
        _tell([one.user], one, _("授权书未通过"), body, OWN, by=by, at=at)


def ended(one: Authorisation, *, by: Actor, at: datetime) -> None:
    """The person, unless they did it themself, and the firm's main handlers."""
    others = [user for user in [one.user, *mains_of(one, at)] if user != by]
    body = _("%s。理由见“我的授权”或“办事人员”。") % _which(one)
    _tell(others, one, _("授权已终止"), body, OWN, by=by, at=at)


def ends_soon(one: Authorisation, *, by: Actor, at: datetime) -> None:
    words = {"which": _which(one), "until": until(one)}
    body = _("%(which)s，%(until)s，请在此前提交新的授权书续办；到期后不能再为企业办事。") % words
    _tell([one.user, *mains_of(one, at)], one, _("授权快到期"), body, OWN, by=by, at=at)


def expired(one: Authorisation, *, by: Actor, at: datetime) -> None:
    body = _("%s。要继续办事，请提交新的授权书。") % _which(one)
    _tell([one.user, *mains_of(one, at)], one, _("授权已到期"), body, OWN, by=by, at=at)


def mains_of(one: Authorisation, at: datetime) -> list[User]:
    rows = Authorisation.objects.mains(at).filter(subject=one.subject_id).exclude(subject=None)
    return [row.user for row in rows.select_related("user").order_by("user__username")]


def _which(one: Authorisation) -> str:
    return _("身份%(role)s，信用代码%(tail)s") % {
        "role": one.get_role_display(),
        "tail": shown(one.code, personal=True),
    }


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
