"""A draft's way from its author to the public: reviews, issue; and the end of a policy.

起草 → 合法性审核 → 公平竞争审查 → 集体审议 → 印发发布; what a superior issued and the district only
enters is checked against its source instead (核对). Whoever wrote on a draft does not review it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import fitted, within
from furong.apps.directory.access import require
from furong.apps.directory.models import LOCAL, User
from furong.apps.policies.actions.drafting import ACTION, MOST_REASON, locked
from furong.apps.policies.definitions import plain
from furong.apps.policies.drafting import Examined, examine
from furong.apps.policies.models import (
    REVIEWS,
    Application,
    Document,
    Draft,
    Opinion,
    Policy,
    PolicyVersion,
    Repeal,
    Stage,
)
from furong.apps.policies.reads.library import day_of, versions_of
from furong.apps.registry.catalogue import catalogue
from furong.packs.models import policies as packs

REVIEW: Final = "policy.review"


class Unready(Refusal):
    """A draft with remarks on it. examined: what was found."""

    def __init__(self, draft: Draft, examined: Examined) -> None:
        self.examined = examined
        told = _("；").join(str(remark) for remark in examined.remarks[:3])
        super().__init__(
            _("%(draft)s 还有 %(n)d 处待改，不能送审：%(told)s")
            % {"draft": draft, "n": len(examined.remarks), "told": told}
        )


class Unseen(Refusal):
    """The content was saved anew after it was read; whoever acts on it reads it again first."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("内容已改为第 %d 次修改，请核对后再填") % draft.revision)


@transaction.atomic
def submit_draft(draft: Draft, *, revision: int, by: User, at: datetime) -> Draft:
    """Sends a draft to its first review.

    revision: the one that the author saw. Raises Unseen where there is a later one, and Unready
    while anything is amiss.
    """
    require(by, ACTION, at=at)
    held = locked(draft)
    _need(held, (Stage.DRAFTING,))
    _need_seen(held, revision)
    examined = examine(held.document, held.definition, code=held.code, day=_day(at))
    if examined.remarks:
        raise Unready(held, examined)
    return _move(held, held.reviews[0], "draft.submit", by=by, at=at)


@transaction.atomic
def recall_draft(draft: Draft, *, reason: str, by: User, at: datetime) -> Draft:
    """Takes a draft back from review to change it; the reviews begin anew afterwards."""
    require(by, ACTION, at=at)
    held = locked(draft)
    _need(held, (*REVIEWS, Stage.APPROVED))
    reason = within(_("撤回理由"), reason, MOST_REASON)
    return _move(held, Stage.DRAFTING, "draft.recall", by=by, at=at, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a review found. unit: who reviewed. number: of the written opinion or the minutes."""

    passed: bool
    unit: str
    text: str = ""
    number: str = ""
    file: StoredFile | None = None


@transaction.atomic
def review_draft(
    draft: Draft, finding: Finding, *, stage: str, revision: int, by: User, at: datetime
) -> Draft:
    """Enters what a review found: the draft goes on to the next one, or back to its author.

    stage, revision: the review and the content that the reviewer saw. Raises Refusal for a draft at
    another stage, Unseen for one of another content, Refusal for a reviewer who wrote on it, and
    for a return without a reason.
    """
    require(by, REVIEW, at=at)
    held = locked(draft)
    _need(held, REVIEWS)
    if held.stage != stage:
        raise Refusal(
            _("%(draft)s 已到“%(stage)s”环节，本条意见没有登记；请刷新后再填")
            % {"draft": held, "stage": held.get_stage_display()}
        )
    _need_seen(held, revision)
    if held.revisions.filter(saved_by=by).exists():
        raise Refusal(_("您参与了 %s 的起草，不能审查自己起草的内容；请由他人审查") % held)
    unit, number = (fitted(Opinion, name, getattr(finding, name)) for name in ("unit", "number"))
    text = fitted(Opinion, "text", finding.text, lines=True)
    if not unit:
        raise Refusal(_("请填写审查单位"))
    if not finding.passed and not text:
        raise Refusal(_("退回修改须写明理由，以便起草人对照修改"))
    if finding.passed and held.stage == Stage.DELIBERATION and not number:
        raise Refusal(_("集体审议通过，须填写会议纪要或决定的文号"))
    Opinion(
        draft=held,
        revision=held.revision,
        stage=held.stage,
        outcome=Opinion.Outcome.PASSED if finding.passed else Opinion.Outcome.RETURNED,
        text=text,
        unit=unit,
        number=number,
        file=finding.file,
        given_by=by,
        given_at=at,
    ).save()
    to = held.way[held.way.index(Stage(held.stage)) + 1] if finding.passed else Stage.DRAFTING
    return _move(held, to, "draft.review", by=by, at=at, passed=finding.passed, number=number)


@transaction.atomic
def issue_draft(
    draft: Draft,
    *,
    number: str,
    issued: date,
    file: StoredFile | None = None,
    by: User,
    at: datetime,
) -> PolicyVersion:
    """Issues a draft that all reviews have passed (印发发布), as a version that never changes.

    number, issued: of the document that issues it. Raises Refusal where one is missing or lies
    ahead, and Unready where something has come between since the reviews, such as another version.
    """
    require(by, ACTION, at=at)
    held = locked(draft)
    _need(held, (Stage.APPROVED,))
    number = fitted(Document, "number", number)
    if not number:
        raise Refusal(_("请填写印发文号，如“×政发〔2020〕3号”"))
    if issued > _day(at):
        raise Refusal(_("印发日期 %s 还没有到，请核对") % issued)
    document = {**held.document, "number": number, "issued": issued.isoformat()}
    document["id"] = document.get("id") or f"{held.code.lower()}-{held.version}"
    examined = examine(document, held.definition, code=held.code, day=issued)
    if examined.remarks or examined.policy is None or examined.document is None:
        raise Unready(held, examined)
    row = _document(examined.document, file)
    policy, _created = Policy.objects.get_or_create(code=held.code)
    version = PolicyVersion.objects.create(
        policy=policy,
        version=held.version,
        document=row,
        definition=plain(examined.policy),
        valid_from=examined.window.start,
        valid_to=examined.window.end,
        origin=LOCAL,
        installed_at=at,
    )
    held.issued = version
    _move(held, Stage.ISSUED, "policy.issue", by=by, at=at, version=version.pk, number=number)
    return version


@transaction.atomic
def repeal_policy(
    policy: Policy,
    *,
    last_day: date,
    number: str,
    reason: str,
    finish: bool = False,
    file: StoredFile | None = None,
    by: User,
    at: datetime,
) -> Repeal:
    """Ends a policy after a day (废止).

    finish: what is applied for until then is finished by the repealed text, also after it. Without
    it, nothing is granted after the day, and a policy with applications under way is not repealed:
    the Refusal says how many there are.
    """
    require(by, ACTION, at=at)
    held = Policy.objects.select_for_update().get(pk=policy.pk)
    if hasattr(held, "repeal"):
        raise Refusal(_("%s 已经废止，不必重复办理") % held)
    number, reason = fitted(Repeal, "number", number), fitted(Repeal, "reason", reason)
    if not number or not reason:
        raise Refusal(_("废止须写明文号和理由"))
    began = versions_of(held.code)[0].window.start
    if began is not None and last_day < began:
        raise Refusal(
            _("%(policy)s 自 %(day)s 起施行，最后施行之日不能早于这一天")
            % {"policy": held, "day": began}
        )
    under_way = Application.objects.of_policy(held.code).in_flight().count()
    if under_way and not finish:
        raise Refusal(
            _(
                "%(policy)s 还有 %(n)d 件申请在办，没有废止；请先办结，或者选择“在途申请按原条款办结”"
            )
            % {"policy": held, "n": under_way}
        )
    made = Repeal.objects.create(
        policy=held,
        last_day=last_day,
        number=number,
        reason=reason,
        file=file,
        keeps=finish,
        recorded_at=at,
    )
    journal.record(
        "policy.repeal",
        by=by,
        at=at,
        about=held,
        payload={"last_day": last_day, "number": made.number, "under_way": under_way},
    )
    return made


def _document(document: packs.Document, file: StoredFile | None) -> Document:
    """The document that issues it: a new one, or one that issued another policy in the same words."""
    definition = plain(document)
    held, _created = Document.objects.get_or_create(
        code=document.id,
        defaults={
            "title": document.title,
            "number": document.number,
            "level": document.level,
            "jurisdiction": document.jurisdiction,
            "definition": definition,
            "origin": LOCAL,
            "file": file,
        },
    )
    if held.definition != definition:
        raise Refusal(
            _("文件编号 %(code)s 已用于《%(title)s》（%(number)s）；请换一个编号，或者照原文件填写")
            % {"code": held.code, "title": held.title, "number": held.number or _("无文号")}
        )
    return held


def _need(draft: Draft, stages: tuple[Stage, ...]) -> None:
    if draft.stage not in stages:
        raise Refusal(
            _("%(draft)s 现在是“%(stage)s”，这一步不能办理；请刷新页面")
            % {"draft": draft, "stage": draft.get_stage_display()}
        )


def _need_seen(draft: Draft, revision: int) -> None:
    if draft.revision != revision:
        raise Unseen(draft)


def _move(
    draft: Draft, to: Stage, verb: str, *, by: User, at: datetime, **payload: object
) -> Draft:
    before, draft.stage = draft.stage, to
    draft.save(update_fields=["stage", "issued"])
    journal.record(
        verb,
        by=by,
        at=at,
        about=draft,
        payload={"from": before, "to": to, "revision": draft.revision, **payload},
    )
    return draft


def _day(at: datetime) -> date:
    return day_of(at, catalogue())
