"""Who acts for a firm, what waits there, and what others do in its name."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from furong.apps.directory.models import User
from furong.apps.handlers.actions import may_decide, read_invitation
from furong.apps.handlers.actions.errands import holders_of_firm
from furong.apps.handlers.days import last_day
from furong.apps.handlers.models import Authorisation, Errand
from furong.apps.handlers.models.authorisation import Role, managed_subjects
from furong.apps.policies import reads as policies
from furong.apps.policies.reads import Counted, overview
from furong.apps.policies.reads.finding import Wanted, entitled
from furong.apps.registry.models import Subject
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.authorisations import ROLES, ClaimRow, claim_row
from furong.faces.web.presenters.parts import Badge, Option, Text

MANY = 8
"""So many firms can be looked over without a search."""

TONES = {"asked": "amber", "done": "jade", "cancelled": "", "objected": "hibiscus"}


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation, to be passed on."""

    role: Text
    code: str
    url: str
    until: str
    replaces: str


@dataclass(frozen=True, slots=True)
class Waiting:
    row: ClaimRow
    blocked: Text
    last_day: str


@dataclass(frozen=True, slots=True)
class HandlersPage:
    id: str
    name: str
    manages: bool
    rows: Sequence[ClaimRow]
    others: Sequence[str]  # who act by a grant without a letter
    waiting: Sequence[Waiting]
    past: Sequence[ClaimRow]
    roles: Sequence[Option]
    managed: bool
    invitation: Invited | None


@dataclass(frozen=True, slots=True)
class FirmRow:
    id: str
    name: str
    about: Text
    badges: Sequence[Badge]


@dataclass(frozen=True, slots=True)
class FirmList:
    rows: Sequence[FirmRow]
    total: int
    q: str


@dataclass(frozen=True, slots=True)
class ErrandRow:
    """One errand. url: where it is done; open: it can be objected to."""

    id: str
    firm: str
    title: str
    state: Badge
    told: Text
    note: str
    url: str = ""
    open: bool = False
    asked: bool = False


def handlers_page(
    firm: Subject, *, user: User, at: datetime, invitation: Invited | None
) -> HandlersPage:
    manages = firm.pk in managed_subjects(user, at)
    every = Authorisation.objects.filter(subject=firm).select_related("user", "street")
    standing = [*every.in_force(at).order_by("role", "valid_from")]
    standing.sort(key=lambda one: ([*Role].index(Role(one.role)), one.valid_from or at))
    waiting = every.requested().order_by("requested_at") if manages else []
    gone = every.exclude(pk__in=[one.pk for one in standing]).exclude(state="requested")
    past = gone.order_by("-requested_at")[:20] if manages else []
    return HandlersPage(
        id=str(firm.pk),
        name=firm.name,
        manages=manages,
        rows=[claim_row(one, at, user) for one in standing],
        others=_by_grant_alone(firm, standing, at),
        waiting=[
            Waiting(
                claim_row(one, at, user),
                may_decide(one, by=user, at=at),
                last_day(one.valid_to).isoformat() if one.valid_to else "",
            )
            for one in waiting
        ],
        past=[claim_row(one, at, user) for one in past],
        roles=[Option(role, label) for role, label in ROLES.items()],
        managed=any(one.role == Role.MAIN for one in standing),
        invitation=invitation,
    )


def _by_grant_alone(firm: Subject, standing: Iterable[Authorisation], at: datetime) -> list[str]:
    named = {one.user_id for one in standing}
    return [one.name for one in holders_of_firm(firm, at) if one.pk not in named]


def invitation(code: str | None, root: str, *, at: datetime) -> Invited | None:
    """The invitation that was made a moment ago; root: the address of the platform."""
    made = read_invitation(code, at=at) if code else None
    if made is None:
        return None
    return Invited(
        role=made.get_role_display(),
        code=f"{made.code[:4]}-{made.code[4:]}",
        url=f"{root.rstrip('/')}{reverse('claim_new')}?code={made.code}",
        until=figures.moment(made.expires_at),
        replaces=made.replaces.user.name if made.replaces else "",
    )


def firm_list(firms: SubjectQuerySet, total: int, q: str, *, user: User, at: datetime) -> FirmList:
    """The person's firms, those that need something first."""
    every = [*firms]
    ids = frozenset(str(one.pk) for one in every)
    found = entitled(at, Counted(ids))
    open_ = Counter(one.subject for one in found.listed(found.chosen(Wanted()), at))
    waiting = Counter(
        dict(
            Authorisation.objects.for_manager(user, at)
            .values_list("subject_id")
            .annotate(Count("pk"))
        )
    )
    receipts = Counter(
        Errand.objects.filter(subject__in=every, state=Errand.State.DONE)
        .filter(application__state="submitted")
        .values_list("subject_id", flat=True)
    )
    lines = overview(at)

    def needs(one: Subject) -> int:
        return open_[one.pk] + waiting[one.pk] + receipts[one.pk]

    shown = [one for one in every if q.casefold() in f"{one.name} {one.number}".casefold()]
    shown.sort(key=lambda one: (-needs(one), one.name))
    return FirmList(
        rows=[
            FirmRow(
                id=str(one.pk),
                name=one.name,
                about=" · ".join(filter(None, [one.street.name if one.street else "", one.number])),
                badges=[
                    Badge(text % count, tone)
                    for text, count, tone in (
                        (_("可办理 %d 项"), open_[one.pk], "jade"),
                        (_("待补信息 %d 项"), lines.line(one.pk).counts["unknown"], "violet"),
                        (_("待核实人员 %d 人"), waiting[one.pk], "amber"),
                        (_("代办回执 %d 件"), receipts[one.pk], "blue"),
                    )
                    if count
                ],
            )
            for one in shown
        ],
        total=total,
        q=q,
    )


def my_errands(firm: Subject) -> list[ErrandRow]:
    """What is done in a firm's name: open requests, and receipts of what was done."""
    rows = firm.errands.exclude(state=Errand.State.CANCELLED)
    related = rows.select_related("asked_by", "done_by", "application", "objected_by", "subject")
    return [_errand(one, _titles()) for one in related.order_by("-id")[:20]]


def errand_list(rows: Iterable[Errand]) -> list[ErrandRow]:
    """Open requests, the oldest first, each with where it is done."""
    titles = _titles()
    return [_errand(one, titles, desk=True) for one in sorted(rows, key=lambda one: one.pk)]


def behalf(errand: Errand) -> Text:
    """In whose name an application was handed in, as a line of its story."""
    who = errand.done_by.name if errand.done_by else ""
    if errand.asked_by is None:
        told = _("由%s代企业提交（企业没有事先提出）") % who
    else:
        told = _("由%(who)s代企业提交，企业 %(name)s 于 %(when)s 提出代办") % {
            "who": who,
            "name": errand.asked_by.name,
            "when": figures.moment(errand.asked_at),
        }
    if errand.state == Errand.State.OBJECTED:
        told = _("%(told)s；企业有异议：%(why)s") % {"told": told, "why": errand.objection}
    return told


def _titles() -> dict[str, str]:
    return {text.policy.id: text.policy.title for text in policies.whole_texts()}


def _errand(one: Errand, titles: dict[str, str], *, desk: bool = False) -> ErrandRow:
    if one.state == Errand.State.ASKED:
        told = _("%(name)s于 %(when)s 提出，联络员会联系您") % {
            "name": one.asked_by.name if one.asked_by else "",
            "when": figures.moment(one.asked_at),
        }
        if desk:
            told = figures.moment(one.asked_at)
    elif one.application is not None:
        told = _("受理号 %(number)s · %(told)s") % {
            "number": one.application.number,
            "told": behalf(one),
        }
    else:
        told = ""
    return ErrandRow(
        id=str(one.pk),
        firm=one.subject.name,
        title=titles.get(one.policy, one.policy),
        state=Badge(one.get_state_display(), TONES[one.state]),
        told=told,
        note=one.note,
        url=reverse("subject_apply", args=[one.subject_id, one.policy]) if desk else "",
        open=one.state == Errand.State.DONE,
        asked=one.state == Errand.State.ASKED,
    )


def asked_policies(firm: Subject) -> frozenset[str]:
    return frozenset(firm.errands.open().values_list("policy", flat=True))


def pending_of(firm: UUID, user: User, at: datetime) -> int:
    """How many people wait for the person as the firm's main handler."""
    return Authorisation.objects.for_manager(user, at).filter(subject=firm).count()
