"""A person before a case, and what hangs together with it: other cases, documents, links for outsiders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.cases.engine import words
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, Invitation, Link
from furong.apps.cases.sight import INSIDE, sees
from furong.apps.directory.models import User
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.act_forms import ActForm
from furong.faces.web.presenters.asked import Asked, own
from furong.faces.web.presenters.cases_pages import (
    InvitationRow,
    LinkedCase,
    Paper,
)
from furong.faces.web.presenters.cases_words import short, state_badge
from furong.faces.web.presenters.parts import Badge, Text

RELATIONS: Mapping[str, tuple[Text, Text]] = {
    "split_from": (gettext_lazy("拆分自"), gettext_lazy("拆出")),
    "found_by": (gettext_lazy("由此件发现"), gettext_lazy("发现")),
    "part_of": (gettext_lazy("属于"), gettext_lazy("包含")),
    "caused_by": (gettext_lazy("由此引起"), gettext_lazy("引起")),
}


@dataclass
class Viewer:
    """A person before one case. inside: whether they read it from within."""

    user: User
    case: Case
    at: datetime
    acts: bool
    machine: Machine = field(init=False)
    inside: bool = field(init=False)

    def __post_init__(self) -> None:
        self.machine = machine_of(self.case.procedure)
        self.inside = sees(self.user, self.case, self.at, among=INSIDE)


def links_of(viewer: Viewer) -> Iterator[LinkedCase]:
    case = viewer.case
    made = [*Link.objects.filter(Q(case=case) | Q(other=case))]
    if viewer.machine.state(case.state).blind:  # what the first entry found tells what it says
        made = [one for one in made if one.relation != "found_by"]
    meant: list[tuple[Text, UUID]] = []
    if case.merged_into_id:
        meant.append((_("并入"), case.merged_into_id))
    meant += [(_("并来"), pk) for pk in case.merged.values_list("pk", flat=True)]
    for one in made:
        here, there = RELATIONS.get(one.relation, (one.relation, one.relation))
        mine = one.case_id == case.pk
        meant.append((here, one.other_id) if mine else (there, one.case_id))
    rows = Case.objects.visible_to(viewer.user, viewer.at).select_related("procedure")
    seen = {one.pk: one for one in rows.filter(pk__in=[pk for _relation, pk in meant])}
    for relation, pk in meant:
        if (other := seen.get(pk)) is not None:
            badge = state_badge(machine_of(other.procedure), other)
            yield LinkedCase(relation, str(other.pk), other.number, other.title, badge)


def papers_of(viewer: Viewer) -> Iterator[Paper]:
    if not viewer.inside:
        return
    for one in viewer.case.documents.all():
        state = None
        if one.revoked_at is not None:
            state = Badge(_("已撤销"), "hibiscus")
        elif one.valid_to is not None and one.valid_to <= viewer.at:
            state = Badge(_("已过有效期"), "amber")
        at = figures.moment(one.issued_at)
        yield Paper(one.label, one.number, at, [*one.shown.items()], state)


def supervisions_of(viewer: Viewer) -> Iterator[Text]:
    if not viewer.inside:
        return
    for one in viewer.case.supervisions.select_related("organisation"):
        unit = words.unit_name(one.organisation) if one.organisation else ""
        told = filter(None, [one.number, unit, short(one.issued_at, viewer.at)])
        yield " · ".join(told)


def invitations_of(case: Case, real: datetime) -> Iterator[InvitationRow]:
    for one in case.invitations.select_related("organisation").order_by("-made_at"):
        is_open = one.revoked_at is None and one.expires_at > real
        if one.revoked_at is not None:
            state = Badge(_("已收回"))
        elif one.answered_at is not None:
            state = Badge(_("已答复"), "jade")
        elif not is_open:
            state = Badge(_("已过期"))
        elif one.opened_at is not None:
            state = Badge(_("已打开"), "blue")
        else:
            state = Badge(_("未打开"), "amber")
        yield InvitationRow(
            id=str(one.pk),
            kind=Invitation.Kind(one.kind).label,
            label=one.label,
            question=one.question,
            state=state,
            told=_("有效至 %s") % figures.moment(one.expires_at),
            open=is_open,
        )


def invite_form(case: Case, sent: Mapping[str, str] | None = None, refusal: str = "") -> ActForm:
    """The form for a link. sent: what has to be sent again."""
    held = case.assignments.held().select_related("organisation")
    units = {one.organisation.code: words.unit_name(one.organisation) for one in held}
    return ActForm(
        key="invite",
        url=reverse("case_invite", args=[case.pk]),
        label=_("生成链接"),
        items=[*_inviting(units, sent or {"days": "7", "kind": Invitation.Kind.PARTY})],
        once=uuid4().hex,
        refusal=refusal,
        open=bool(refusal),
        button=_("生成链接"),
    )


def _inviting(units: Mapping[str, Text], sent: Mapping[str, str]) -> Iterator[Asked]:
    def asked(key: str, label: Text, kind: str, **more: Any) -> Asked:
        return own(key, label, kind, values=[sent.get(key, "")], **more)

    kinds = {
        Invitation.Kind.PARTY: _("相关方（答复一个问题）"),
        Invitation.Kind.UNIT: _("承办、协办单位"),
        Invitation.Kind.REPORTER: _("反映人（查看进度、评价）"),
    }
    offered = {str(k): told for k, told in kinds.items() if units or k != Invitation.Kind.UNIT}
    yield asked("kind", _("接收人"), "choice", options=offered, required="always")
    yield asked("label", _("称呼（单位和姓名）"), "text", limit=60, required="always")
    if units:
        yield asked(
            "organisation", _("单位名称"), "list", options=units, needed=_("发给单位时必填")
        )
    question = _("请对方答复的问题")
    yield asked("question", question, "long", limit=300, needed=_("发给相关方时必填"))
    yield asked("contact", _("联系方式"), "text", limit=60, personal=True)
    yield asked("days", _("有效天数（1 到 30）"), "number", required="always")
