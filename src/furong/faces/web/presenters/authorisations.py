"""Letters of authorisation in words: for whoever asks, for the desk, and for the firm."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.base.models.stored_file import PASSIVE
from furong.apps.directory.models import User, Zone
from furong.apps.handlers.actions import may_decide
from furong.apps.handlers.days import last_day
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import AuthorisationQuerySet, Role
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.identifiers import USCC
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.parts import (
    Badge,
    Chip,
    Option,
    Pages,
    Select,
    Text,
    chip,
    select,
)

TONES: Mapping[str, str] = {
    "requested": "amber",
    "confirmed": "jade",
    "refused": "hibiscus",
    "ended": "",
    "expired": "violet",
}
ROLES: Mapping[str, Text] = {
    Role.MAIN: gettext_lazy("主办人：管本企业的办事人员，由街道核实"),
    Role.HANDLER: gettext_lazy("经办人：为本企业办事"),
    Role.BOOKKEEPER: gettext_lazy("代账：为多家企业记账、办事"),
}
MINE = "mine"
"""Filter: what waits for the reader."""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One letter as a card or a line. note: why it is as it is, or what to do."""

    id: str
    revision: int
    firm: str
    code: str
    role: Text
    person: str
    state: Badge
    asked: str
    until: Text
    note: Text
    street: str = ""
    open: bool = False  # it can be taken back
    standing: bool = False  # it is in force
    own: bool = False


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """What was entered, and what is wrong with it. firm: of an invitation, by name."""

    values: Mapping[str, str]
    errors: Mapping[str, Text]
    streets: Sequence[Option]
    roles: Sequence[Option]
    invited: bool = False


@dataclass(frozen=True, slots=True)
class DeskList:
    rows: Sequence[ClaimRow]
    chips: Sequence[Chip]
    selects: Sequence[Select]
    pages: Pages
    q: str
    kept: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One letter before the desk. blocked: why the reader must leave it to another."""

    row: ClaimRow
    facts: Sequence[tuple[Text, str]]
    subject: str
    differs: Text
    picture: bool
    may_look: bool
    blocked: Text
    kinds: Sequence[Option]
    others: Sequence[ClaimRow]
    mobile: str = ""
    last_day: str = ""


def badge_of(one: Authorisation, at: datetime) -> Badge:
    state = one.state_at(at)
    return Badge(state.label, TONES[state])


def claim_row(one: Authorisation, at: datetime, reader: User | None = None) -> ClaimRow:
    state = one.state_at(at)
    return ClaimRow(
        id=str(one.pk),
        revision=one.revision,
        firm=one.firm_name,
        code=one.code,
        role=one.get_role_display(),
        person=one.user.name,
        state=badge_of(one, at),
        asked=figures.moment(one.requested_at),
        until=_until(one),
        note=_note(one, at),
        street=one.street.name,
        open=state == Authorisation.State.REQUESTED,
        standing=one.holds(at),
        own=reader is not None and one.user_id == reader.pk,
    )


def claim_form(
    values: Mapping[str, str], errors: Mapping[str, Text], *, invited: bool = False
) -> ClaimForm:
    streets = Zone.objects.filter(kind="street", withdrawn=False).order_by("code")
    return ClaimForm(
        values=values,
        errors=errors,
        streets=[Option(one.code, one.name, one.code == values.get("street")) for one in streets],
        roles=[Option(key, label, key == values.get("role")) for key, label in ROLES.items()],
        invited=invited,
    )


def desk_list(
    page: Page[Authorisation],
    *,
    covered: AuthorisationQuerySet,
    waiting: int,
    chosen: Mapping[str, str],
    at: datetime,
) -> DeskList:
    now = chosen["state"]
    chips = [chip("state", "", _("待我核实"), now=now, count=waiting)]
    for state in Authorisation.State:
        count = covered.filter(state=state).count()
        chips.append(chip("state", state, state.label, now=now, count=count))
    roles = [(role.value, role.label) for role in Role]
    return DeskList(
        rows=[claim_row(one, at) for one in page.rows],
        chips=chips,
        selects=[select("role", _("身份"), _("全部身份"), roles, now=chosen["role"])],
        pages=page.pages,
        q=chosen["q"],
        kept=[(name, chosen[name]) for name in ("state",) if chosen[name]],
    )


def desk_page(
    one: Authorisation,
    others: Iterable[Authorisation],
    *,
    user: User,
    at: datetime,
    mobile: str = "",
) -> DeskPage:
    blocked = may_decide(one, by=user, at=at)
    row = claim_row(one, at)
    return DeskPage(
        row=row,
        facts=[*_facts(one)],
        subject=str(one.subject_id or ""),
        differs=_differs(one),
        picture=one.letter.media_type in PASSIVE,
        may_look=not blocked or one.user_id == user.pk,
        blocked=blocked if row.open else "",
        kinds=[] if one.subject_id else _kinds(),
        others=[claim_row(other, at) for other in others],
        mobile=mobile,
        last_day=last_day(one.valid_to).isoformat() if one.valid_to else "",
    )


def _facts(one: Authorisation) -> Iterable[tuple[Text, str]]:
    yield _("申请人"), one.user.name
    yield _("身份"), one.get_role_display()
    yield _("填写名称"), one.firm_name
    yield _("信用代码"), one.code
    if one.subject is not None:
        yield _("登记名称"), str(one.subject)
        yield _("登记街道"), one.subject.street.name if one.subject.street else "—"
    yield _("填写街道"), one.street.name
    yield _("授权期限"), str(_until(one))
    yield _("提交时间"), figures.moment(one.requested_at)
    if one.replaces is not None:
        yield _("接替"), one.replaces.user.name


def _differs(one: Authorisation) -> Text:
    """What the desk looks at first: the name that was written is not the registered one."""
    if one.subject is None:
        return _("该代码在本区还没有登记。请核对营业执照：属实的，先登记企业；抄错的，退回并说明。")
    if one.subject.name != one.firm_name:
        return _("填写的名称与登记的名称不一致，请核对营业执照。")
    return ""


def _kinds() -> list[Option]:
    """The kinds under which a firm with a credit code can be entered."""
    kinds = catalogue().pack.kinds
    return [
        Option(key, kind.label)
        for key, kind in kinds.items()
        if not kind.personal and USCC in kind.identifiers
    ]


def _until(one: Authorisation) -> Text:
    return _("至%s") % figures.day(last_day(one.valid_to)) if one.valid_to else _("长期有效")


def _note(one: Authorisation, at: datetime) -> Text:
    match one.state_at(at):
        case Authorisation.State.REQUESTED:
            return _(
                "已提交，街道或企业主办人核实后短信、站内告知；企业还没有登记的，街道会联系您登记。"
            )
        case Authorisation.State.REFUSED:
            return _("未通过，补正后可重新提交。理由：%s") % one.reason
        case Authorisation.State.ENDED:
            return one.end_reason
        case Authorisation.State.EXPIRED:
            return _("授权已到期，不能再为企业办事；要继续办事，请提交新的授权书。")
        case _:
            return ""
