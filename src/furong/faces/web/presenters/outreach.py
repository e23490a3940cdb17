"""Spreading a policy: its papers, the text for a chat group, and how far it went."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Installation
from furong.apps.directory.models import Membership, User
from furong.apps.notices.models import Forwarding
from furong.apps.notices.papers import Content, Kind, Section
from furong.apps.notices.tracing import in_order
from furong.apps.policies.reads import Text
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.outreach_pages import OutreachPage, PaperCard, TraceRow
from furong.faces.web.presenters.parts import Kpi
from furong.faces.web.presenters.policy_pages import GuideSection
from furong.faces.web.presenters.public import public_policy

CHAT_LENGTH = 200
_TITLE, _SHORTEST = 60, 12  # characters of a title, of a line that is worth its place


class NotToForward(Refusal):
    """A policy that is not spread: another place's, or over."""


def about(policy: str) -> tuple[str, str]:
    """How notices and the journal name a policy."""
    return ("policies.policy", policy)


def require_spreadable(text: Text, day: date) -> None:
    """Raises NotToForward for what nobody here can apply for."""
    if text.reference:
        raise NotToForward(
            _(
                "“%s”是外地政策，仅供本区制定政策时参考，不作宣传转发。请在政策库中另选本区适用的政策"
            )
            % text.policy.title
        )
    if text.window.end and day > text.window.end:
        raise NotToForward(
            _("“%(title)s”已于%(day)s到期，不再宣传转发。请在政策库中另选现行政策")
            % {"title": text.policy.title, "day": figures.day(text.window.end)}
        )


def in_public_language() -> translation.override:
    """What leaves the platform is for the public, whatever language its sender works in."""
    return translation.override(settings.LANGUAGE_CODE)


def content_of(text: Text, link: str, *, at: datetime) -> Content:
    """A policy as it stands on paper. link: the whole address in the QR code."""
    with in_public_language():
        return _content(text, link, at=at)


def _content(text: Text, link: str, *, at: datetime) -> Content:
    shown = public_policy(text, at=at)
    label, told = until(text)
    installation = Installation.current()
    return Content(
        place=_("%(district)s企业服务") % {"district": installation.short},
        title=str(shown.title),
        tags=[str(badge.text) for badge in (shown.level, shown.door, shown.status) if badge],
        summary=str(shown.summary),
        amount_lead=str(shown.amount_lead),
        amount=str(shown.amount_text),
        amount_note=str(shown.amount_note),
        amount_unknown=shown.amount_unknown,
        until_label=label,
        until=told,
        sections=[_section(one) for one in shown.sections],
        calls=_("扫码查看条件与办理流程"),
        link=link,
        shown=readable(link),
        mark=_("示例数据") if installation.demo else "",
        foot=_("内容截至 %s。本页为政策要点，与正式文件不一致的，以正式文件为准。") % shown.as_of,
        paper_title=_("申报指南"),
        more=_("其余条件扫码查看"),
    )


def _section(shown: GuideSection) -> Section:
    lines = [shown.phone] if shown.phone else shown.lines
    return Section(
        str(shown.heading),
        [str(line) for line in lines],
        [str(line) for line in shown.unseen],
        shown.ordered,
    )


def until(text: Text) -> tuple[str, str]:
    """By when one must act: a label, and the time for applications or else that of the policy."""
    guide = text.policy.guide
    if guide and guide.deadline:
        return _("申报时限"), wording.period(guide.deadline)
    return _("施行期间"), wording.period(text.window)


def readable(link: str) -> str:
    """An address as people read it aloud: without its scheme and its last stroke."""
    return link.split("://", 1)[-1].rstrip("/")


def chat_text(text: Text, link: str, *, at: datetime) -> str:
    """For a chat group: title, for whom, how much, until when, link; at most CHAT_LENGTH characters.

    The link is always whole. What does not fit is cut, from the conditions on.
    """
    with in_public_language():
        return _chat_text(text, link, at=at)


def _chat_text(text: Text, link: str, *, at: datetime) -> str:
    shown = public_policy(text, at=at)
    whom = _("；").join(str(line) for line in shown.sections[0].lines)
    lead, amount = str(shown.amount_lead), str(shown.amount_text)
    if lead not in amount:
        amount = f"{lead} {amount}"
    mark = _("（示例数据）") if Installation.current().demo else ""
    head = _("【%s】") % _cut(str(shown.title), _TITLE) + mark
    lines = [head, _("内容：%s") % _cut(amount, _TITLE), _("详情：%s") % link]
    label, told = until(text)
    if told:
        lines.insert(2, _("%(label)s：%(told)s") % {"label": label, "told": told})
    room = CHAT_LENGTH - len("\n".join([*lines, _("对象：%s") % ""]))
    if whom and room >= min(_SHORTEST, len(whom)):
        lines.insert(1, _("对象：%s") % _cut(whom, room))
    return "\n".join(lines)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def outreach_page(
    text: Text, link: str, *, user: User, may_see_all: bool, at: datetime
) -> OutreachPage:
    """The page of a policy for one who spreads it. link: the person's own, once there is one."""
    rows = [*in_order(_forwardings(text.policy.id, at))]
    mine = next((one for _depth, one in rows if one.forwarder_id == user.pk), None)
    shown = rows if may_see_all else _below(rows, mine)
    return OutreachPage(
        id=text.policy.id,
        title=text.policy.title,
        link=link,
        chat=chat_text(text, link, at=at),
        papers=_papers(),
        forwarded=figures.moment(mine.made_at) if mine else "",
        kpis=_kpis(mine, rows, may_see_all=may_see_all),
        trace=[_row(depth, one, user) for depth, one in shown],
        may_see_all=may_see_all,
    )


def _forwardings(policy: str, at: datetime) -> Iterable[Forwarding]:
    posts = Membership.objects.in_force(at).select_related("organisation")
    return (
        Forwarding.objects.about(about(policy))
        .counted()
        .select_related("forwarder")
        .prefetch_related(Prefetch("forwarder__memberships", posts))
    )


def _below(
    rows: list[tuple[int, Forwarding]], mine: Forwarding | None
) -> list[tuple[int, Forwarding]]:
    """A person's own forwarding, and those who had it from them."""
    if mine is None:
        return []
    start = next(place for place, (_depth, one) in enumerate(rows) if one is mine)
    top = rows[start][0]
    found = rows[start : start + 1]
    for depth, one in rows[start + 1 :]:
        if depth <= top:
            break
        found.append((depth, one))
    return [(depth - top, one) for depth, one in found]


def _row(depth: int, one: Forwarding, user: User) -> TraceRow:
    places = [
        post.organisation.short or post.organisation.name
        for post in one.forwarder.memberships.all()
    ]
    return TraceRow(
        who=one.forwarder.name,
        place=places[0] if places else "",
        at=figures.moment(one.made_at),
        depth=depth,
        opened=one.opened,
        readers=one.readers,
        previews=one.previews,
        mine=one.forwarder_id == user.pk,
    )


def _kpis(
    mine: Forwarding | None, rows: list[tuple[int, Forwarding]], *, may_see_all: bool
) -> list[Kpi]:
    kpis = []
    if mine:
        kpis += [
            Kpi(_("我的转发被打开"), figures.count(mine.opened), _("次"), tone="jade"),
            Kpi(_("打开人数"), figures.count(mine.readers), _("人"), _("同一设备一天计一人")),
        ]
    if may_see_all:
        every = [one for _depth, one in rows]
        kpis += [
            Kpi(_("全部转发"), figures.count(len(every)), _("人")),
            Kpi(_("共被打开"), figures.count(sum(one.opened for one in every)), _("次")),
        ]
    return kpis


def _papers() -> list[PaperCard]:
    return [
        PaperCard(Kind.POSTER, _("海报"), _("发微信群、朋友圈，二维码记到您名下"), is_picture=True),
        PaperCard(Kind.LONG, _("长图"), _("一张图看全条件、材料、流程"), is_picture=True),
        PaperCard(
            Kind.GUIDE, _("申报指南（A4）"), _("窗口摆放、楼宇张贴、纸质报送"), is_picture=False
        ),
    ]


def paper_name(text: Text, kind: Kind, *, at: datetime) -> str:
    """The file's name: 海报 小微企业复工补贴 2020-03-02.png."""
    label = {card.kind: card.label for card in _papers()}[kind]
    day = timezone.localdate(at).isoformat()
    return f"{label} {_cut(text.policy.title, _TITLE)} {day}.{kind.extension}"
