"""What an enterprise reads of itself on its phone: what it can have, and through which door."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.directory.models import User
from furong.apps.policies import reads as policies
from furong.apps.policies.models import Application
from furong.apps.registry import reads as registry
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Subject, SubjectFacts
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.my_handlers import (
    ErrandRow,
    asked_policies,
    my_errands,
    pending_of,
)
from furong.faces.web.presenters.one_policy import guide_lines
from furong.faces.web.presenters.parts import Badge, Option, Text
from furong.faces.web.presenters.questions import question
from furong.faces.web.presenters.reasons import Case, verdict_row
from furong.faces.web.presenters.subjects import nearness
from furong.faces.web.presenters.verdicts import (
    Question,
    VerdictRow,
)

DOORS: Mapping[str, tuple[Text, Text]] = {
    "automatic": (gettext_lazy("可直接享受"), gettext_lazy("确认享受")),
    "instant": (gettext_lazy("即申即享"), gettext_lazy("一键申请")),
    "application": (gettext_lazy("需要申报"), gettext_lazy("提交申报")),
}
"""Door → the heading of its policies, and what its button says. Without a door one applies."""

STATES: Mapping[str, str] = {
    "submitted": "amber",
    "granted": "jade",
    "refused": "",
    "withdrawn": "",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A policy that can be had now. guide: how to apply, for those that are applied for."""

    row: VerdictRow
    act: Text
    until: str
    guide: Sequence[tuple[Text, Text]] = ()
    waits: Text = ""  # 待部门认定, where a department has the last word


@dataclass(frozen=True, slots=True)
class Door:
    label: Text
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Taken:
    """A policy that was taken up."""

    id: str
    title: Text
    number: str
    state: Badge
    when: str
    amount: Amount | None
    open: bool


@dataclass(frozen=True, slots=True)
class MyPolicies:
    id: str
    name: str
    number: str
    about: Text  # 小型 · 制造业: what it is judged as
    firms: Sequence[Option]
    sequence: int
    total: Amount | None
    question: Question | None
    doors: Sequence[Door]
    taken: Sequence[Taken]
    lacking: Sequence[VerdictRow]
    closed: Sequence[VerdictRow]
    as_of: str
    errands: Sequence[ErrandRow] = ()
    asked: frozenset[str] = frozenset()  # policies that somebody is to apply for in the firm's name
    pending: int = 0  # people who wait for the reader as main handler
    many: bool = False  # so many firms that a list with a search helps


def my_policies(
    subject: Subject, firms: Sequence[Subject], *, user: User, at: datetime
) -> MyPolicies:
    grouped = policies.explained(subject, at)
    case = Case(policies.judge(at), registry.facts_of(subject))
    taken = _taken(subject)
    live = {one.policy for one in subject.applications.live().select_related("version__policy")}
    open_ = [
        one for one in (*grouped["eligible"], *grouped["decides"]) if one.text.policy.id not in live
    ]
    sums = policies.settled(verdict.judgement for verdict in grouped["eligible"])
    return MyPolicies(
        id=str(subject.pk),
        name=subject.name,
        number=subject.number,
        about=" · ".join(filter(None, [catalogue().kind(subject.kind).label, _street(subject)])),
        firms=[Option(str(one.pk), one.name, one.pk == subject.pk) for one in firms],
        sequence=SubjectFacts.objects.get(subject=subject).sequence,
        total=figures.amount(sum(sums)) if sums else None,
        question=question(subject, grouped["unknown"], user=user, at=at),
        doors=[*_doors(open_, case)],
        taken=taken,
        lacking=[verdict_row(one, case) for one in sorted(grouped["unknown"], key=nearness)],
        closed=[verdict_row(one, case) for one in grouped["ineligible"]],
        as_of=figures.moment(at),
        errands=my_errands(subject),
        asked=asked_policies(subject),
        pending=pending_of(subject.pk, user, at),
        many=len(firms) > 1,
    )


def _street(subject: Subject) -> str:
    return subject.street.name if subject.street else ""


def _doors(verdicts: Sequence[policies.Verdict], case: Case) -> Iterable[Door]:
    for door, (label, act) in DOORS.items():
        cards = [
            _card(one, case, act)
            for one in verdicts
            if (one.text.policy.door or "application") == door
        ]
        if cards:
            yield Door(label, sorted(cards, key=_largest, reverse=True))


def _largest(card: Card) -> str:
    """The largest sums first; those without one last."""
    exact = card.row.amount.exact.split()[0].replace(",", "") if card.row.amount else "0"
    return exact.zfill(24)


def _card(verdict: policies.Verdict, case: Case, act: Text) -> Card:
    policy = verdict.text.policy
    deadline = policy.guide.deadline if policy.guide else None
    return Card(
        row=verdict_row(verdict, case),
        act=act,
        until=wording.period(deadline) if deadline else wording.period(verdict.text.window),
        guide=guide_lines(policy) if policy.door not in {"automatic", "instant"} else (),
        waits=_("提交后由主管部门认定") if verdict.standing == "decides" else "",
    )


def _taken(subject: Subject) -> list[Taken]:
    held = subject.applications.exclude(state=Application.State.WITHDRAWN)
    texts = {text.policy.key: text.policy.title for text in policies.whole_texts()}
    return [
        Taken(
            id=str(one.pk),
            title=texts.get((one.policy, one.version.version), one.policy),
            number=one.number,
            state=Badge(one.get_state_display(), STATES[one.state]),
            when=figures.moment(one.submitted_at),
            amount=figures.amount(one.amount) if one.amount else None,
            open=one.state == Application.State.SUBMITTED,
        )
        for one in held.select_related("version__policy")
    ]
