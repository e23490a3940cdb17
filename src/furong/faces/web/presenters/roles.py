"""The one-click roles of a demonstration."""

from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from furong.apps.directory.access import Capacity
from furong.apps.directory.models import Grant, Membership, User
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import Role
from furong.faces.web.presenters.desk_pages import RoleCard
from furong.faces.web.presenters.parts import Text

DOES: dict[str, Text] = {
    Capacity.POLICY_OFFICER: _("起草政策，即时测算覆盖和资金；看还缺什么，名单可导出"),
    Capacity.POLICY_REVIEWER: _("审核政策草稿：合法性、公平竞争、集体审议"),
    Capacity.CLERK: _("办理交到本单位的事项；看本辖区的服务对象，核实事实，导入名册"),
    Capacity.HEAD: _("审核本单位的办理答复，答复请示"),
    Capacity.LIAISON: _("看自己联点的企业和楼宇，走访时补全事实"),
    Capacity.LEADER: _("看全区覆盖：够得着多少家，卡在哪一项"),
    Capacity.OWNER: _("看自己的企业够得上哪些政策，为什么"),
    Capacity.DISPATCHER: _("交办诉求，答复退单、延期，并案；看全区服务对象"),
    Capacity.FINANCE: _("看服务对象及其政策判定，名单可导出"),
    Capacity.STATISTICS: _("导入统计报表，导出服务对象"),
    Capacity.AUDITOR: _("核验台账：有没有改动、缺失、调序"),
    Capacity.ADMINISTRATOR: _("内容包、用户与时钟"),
    Capacity.SECURITY_ADMINISTRATOR: _("授权"),
}
"""What a person in a capacity comes for; also the order in which the roles are offered."""


def role_cards(at: datetime) -> list[RoleCard]:
    """One person for each capacity that anyone holds, of clerks and heads one for each unit."""
    grants = Grant.objects.in_force(at).filter(user__is_active=True).order_by("user__username")
    holders: dict[tuple[str, str], Grant] = {}
    posts = Membership.objects.in_force(at).select_related("organisation")
    book_keepers = {card.username for card in _book_keeper(at)}
    for grant in grants.select_related("user").prefetch_related(
        Prefetch("user__memberships", posts)
    ):
        if grant.user.username in book_keepers and grant.capacity == Capacity.OWNER:
            continue
        holders.setdefault((grant.capacity, _unit(grant)), grant)
    cards = []
    for capacity, does in DOES.items():
        label = Capacity(capacity).label
        cards += [
            RoleCard(held.user.username, label, _whereabouts(held.user), does)
            for (of, _where), held in holders.items()
            if of == capacity
        ]
        if capacity == Capacity.OWNER:
            cards += _book_keeper(at)
    return cards


def _unit(grant: Grant) -> str:
    """For which unit somebody acts whose work depends on it."""
    of_units = grant.capacity in (Capacity.CLERK, Capacity.HEAD)
    return grant.scope_id if of_units and grant.scope_kind == Grant.Scope.ORGANISATION else ""


def _book_keeper(at: datetime) -> list[RoleCard]:
    """Who acts for many firms sees other pages than who acts for one."""
    letters = Authorisation.objects.in_force(at).filter(role=Role.BOOKKEEPER, user__is_active=True)
    first = letters.select_related("user").order_by("user__username").first()
    if first is None:
        return []
    does = _("一个账号办多家企业：哪家要办什么，一张表看清")
    return [RoleCard(first.user.username, _("代账人员"), first.user.name, does)]


def _whereabouts(user: User) -> str:
    places = [post.organisation.short or post.organisation.name for post in user.memberships.all()]
    return " · ".join([user.name, *places[:1]])
