"""A draft as its reviewers and its issuer see it."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.directory.models import User
from furong.apps.policies.models import REVIEWS, Draft, Stage
from furong.apps.registry.catalogue import catalogue
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.one_policy import guide_lines
from furong.faces.web.presenters.parts import Text
from furong.faces.web.presenters.studio import feedback_of, opinion_row, studio_head
from furong.faces.web.presenters.studio_changes import differences
from furong.faces.web.presenters.studio_form import TOLD
from furong.faces.web.presenters.studio_pages import Judged, ReviewPage
from furong.faces.web.studio.content import fields_of
from furong.faces.web.studio.state import PolicyFields
from furong.packs.diff import Value, values_that_differ
from furong.packs.models.policies import Policy
from furong.packs.writing import check_policy


def review_page(draft: Draft, *, user: User, actions: frozenset[str], at: datetime) -> ReviewPage:
    known = catalogue()
    form = fields_of(draft.document, draft.definition)
    feedback = feedback_of(draft, form, at=at)
    policy = check_policy(draft.definition, known.pack).policy
    wrote = draft.revisions.filter(saved_by=user).exists()
    writes = "policy.edit" in actions
    return ReviewPage(
        head=studio_head(draft),
        particulars=_particulars(form, policy),
        criteria=[
            Judged(one.label, str(TOLD.get(one.way, "")), getattr(one, one.way, ""), told)
            for one, told in zip(form.criteria, feedback.criteria, strict=True)
        ],
        benefit=wording.benefit_lines(policy.benefit, known.pack.facts) if policy else [],
        guide=guide_lines(policy) if policy else [],
        cases=[*zip((one.title for one in form.cases), feedback.cases, strict=True)],
        feedback=feedback,
        differences=differences(_changed(draft)),
        opinions=[opinion_row(one) for one in draft.opinions.select_related("given_by")],
        stage=draft.stage,
        may_review="policy.review" in actions and draft.stage in REVIEWS and not wrote,
        own=wrote and "policy.review" in actions and draft.stage in REVIEWS,
        may_issue=writes and draft.stage == Stage.APPROVED,
        may_recall=writes and draft.stage in (*REVIEWS, Stage.APPROVED),
        today=_issued(draft) or timezone.localdate(at).isoformat(),
        number=str(draft.document.get("number", "")),
        issued=reverse("policy", args=[draft.code]) if draft.issued_id else "",
    )


def _issued(draft: Draft) -> str:
    """The day of its document, where the draft has one to the day."""
    held = str(draft.document.get("issued", ""))
    return held if len(held) == len("2020-02-24") else ""


def _changed(draft: Draft) -> list[Value]:
    if draft.base is None:
        return []
    before = {key: value for key, value in draft.base.definition.items() if key != "version"}
    after = {key: value for key, value in draft.definition.items() if key != "version"}
    return [*values_that_differ(before, after, "definition")]


def _particulars(form: PolicyFields, policy: Policy | None) -> list[tuple[Text, Text]]:
    kinds = catalogue().pack.kinds
    lines: list[tuple[Text, Text]] = [
        (_("文件"), form.document.get("title", "")),
        (_("发文机关"), form.document.get("issuer", "")),
        (_("适用对象"), _("、").join(kinds[one].label for one in form.kinds if one in kinds)),
        (_("办理方式"), wording.door_badge(policy).text if policy else ""),
        (_("责任单位"), form.department),
        (_("有效期"), wording.period(policy.valid) if policy else ""),
        (_("就高不重复"), form.group_label),
        (
            _("预算"),
            _("%s 元") % figures.plain(policy.budget.amount) if policy and policy.budget else "",
        ),
        (_("个人信息依据"), form.basis),
    ]
    return [(label, value) for label, value in lines if value]
