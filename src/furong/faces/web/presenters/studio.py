"""Drafts as the studio shows them: the list, the editor, what is counted while one writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.directory.models import User
from furong.apps.policies import reads
from furong.apps.policies.actions import Stale
from furong.apps.policies.drafting import Examined, examine
from furong.apps.policies.models import OPEN, OWN, REVIEWS, Draft, Opinion, Stage
from furong.apps.policies.reads import Text as PolicyText
from furong.apps.policies.reads.trying import Change, Trial, trial
from furong.apps.registry.catalogue import Catalogue, catalogue
from furong.engines.rules.form import alike
from furong.engines.rules.problems import ExpressionError
from furong.engines.rules.words import in_words
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.parts import Badge, Bar, Chip, Kpi, Option, Segment, chip
from furong.faces.web.presenters.parts import segments as laid
from furong.faces.web.presenters.studio_changes import differences
from furong.faces.web.presenters.studio_form import Drawing, numeric, options
from furong.faces.web.presenters.studio_pages import (
    CaseFeedback,
    CriterionFeedback,
    DraftList,
    DraftRow,
    Feedback,
    OpinionRow,
    Remark,
    RevisionRow,
    StepView,
    StudioHead,
    StudioPage,
)
from furong.faces.web.presenters.studio_remarks import told
from furong.faces.web.presenters.verdicts import BADGES
from furong.faces.web.studio.content import amount_of, condition_of, content_of
from furong.faces.web.studio.state import PolicyFields
from furong.packs.models.base import Period

TONES = {
    Stage.DRAFTING: "blue",
    **dict.fromkeys(REVIEWS, "amber"),
    Stage.APPROVED: "hibiscus",
    Stage.ISSUED: "jade",
    Stage.WITHDRAWN: "",
}
SHOWN = 10  # streets and sizes in the aside


def draft_list(*, user: User, stage: str, may_write: bool, at: datetime) -> DraftList:
    drafts = Draft.objects.select_related("changed_by")
    counts = {name: drafts.filter(stage=name).count() for name in Stage.values}
    chips: list[Chip] = [
        chip("stage", "", _("在办"), now=stage, count=sum(counts[one] for one in OPEN))
    ]
    chips += [
        chip("stage", name, Stage(name).label, now=stage, count=n)
        for name, n in counts.items()
        if n or name == stage
    ]
    chosen = drafts.filter(stage=stage) if stage in Stage.values else drafts.open()
    taken = {draft.code for draft in drafts.open()}
    return DraftList(
        rows=[
            DraftRow(
                id=str(draft.pk),
                code=draft.code,
                title=draft.title or _("（未命名）"),
                version=draft.version,
                stage=stage_badge(draft),
                changed=_("%(name)s %(when)s")
                % {"name": draft.changed_by, "when": figures.moment(draft.changed_at)},
                mine=draft.changed_by_id == user.pk,
            )
            for draft in chosen
        ],
        stages=chips,
        may_write=may_write,
        revisable=[
            Option(text.policy.id, f"{text.policy.id} {text.policy.title}")
            for text in reads.library(at)
            if not text.reference and not text.repealed and text.policy.id not in taken
        ],
    )


def stage_badge(draft: Draft) -> Badge:
    return Badge(Stage(draft.stage).label, TONES[Stage(draft.stage)])


def studio_head(draft: Draft) -> StudioHead:
    way = draft.way
    here = way.index(Stage(draft.stage)) if draft.stage in way else -1
    own = draft.reviews == OWN
    labels = {
        Stage.DRAFTING: _("起草") if own else _("录入"),
        Stage.APPROVED: _("印发发布") if own else _("入库"),
        Stage.ISSUED: _("施行"),
    }
    return StudioHead(
        id=str(draft.pk),
        code=draft.code,
        title=draft.title or _("（未命名）"),
        version=draft.version,
        stage=stage_badge(draft),
        steps=[
            StepView(
                labels.get(stage, stage.label),
                "done" if n < here else "now" if n == here else "later",
            )
            for n, stage in enumerate(way)
        ],
        revision=draft.revision,
        saved=_("%(name)s %(when)s 保存，第 %(n)d 次修改")
        % {
            "name": draft.changed_by,
            "when": figures.moment(draft.changed_at),
            "n": draft.revision,
        },
        next=labels.get(draft.reviews[0], draft.reviews[0].label),
        own=own,
        revises=_("修订第 %d 版") % draft.base.version if draft.base else _("新立政策"),
        policy=draft.code if draft.base or draft.issued_id else "",
    )


def studio_page(
    draft: Draft,
    form: PolicyFields,
    *,
    at: datetime,
    stale: Stale | None = None,
    notice: str = "",
) -> StudioPage:
    """The editor, with the form as it is: saved, or not. notice: what was done to it unsaved."""
    known = catalogue()
    drawing = Drawing(form, known)
    examined = _examined(draft, form, known, at)
    return StudioPage(
        head=replace(studio_head(draft), title=form.title or _("（未命名）")),
        form=form,
        criteria=drawing.criteria(),
        cases=drawing.cases(asked_facts(examined)),
        kinds=options({kind.id: kind.label for kind in known.pack.kinds.values()}, form.kinds),
        doors=options({name: badge.text for name, badge in wording.DOORS.items()}, form.door),
        levels=options(wording.LEVELS, form.document.get("level", "")),
        benefits=options(wording.KINDS, form.benefit.kind),
        pers=options({"": _("不限"), **wording.PER}, form.benefit.per),
        amount_facts=drawing.facts(form.benefit.fact, numeric()),
        feedback=_feedback(draft, form, examined, known, at),
        revisions=_revisions(draft),
        opinions=[opinion_row(one) for one in draft.opinions.select_related("given_by")],
        notice=notice,
        stale=str(stale) if stale else "",
        differences=differences(stale.changed) if stale else (),
    )


def examined_form(draft: Draft, form: PolicyFields, *, at: datetime) -> Examined:
    """What the checks say of a form, saved or not."""
    return _examined(draft, form, catalogue(), at)


def feedback_of(draft: Draft, form: PolicyFields, *, at: datetime) -> Feedback:
    """What is counted and checked of a form that was posted, saved or not."""
    known = catalogue()
    return _feedback(draft, form, _examined(draft, form, known, at), known, at)


def opinion_row(one: Opinion) -> OpinionRow:
    passed = one.outcome == Opinion.Outcome.PASSED
    return OpinionRow(
        stage=Stage(one.stage).label,
        outcome=Badge(Opinion.Outcome(one.outcome).label, "jade" if passed else "hibiscus"),
        unit=one.unit,
        text=one.text,
        given=_("%(name)s %(when)s") % {"name": one.given_by, "when": figures.moment(one.given_at)},
        number=one.number,
        file=reverse("draft_file", args=[one.draft_id, one.file_id]) if one.file_id else "",
    )


def asked_facts(examined: Examined) -> list[str]:
    """The facts that the policy asks for, those that are stated and those that are judged."""
    book = examined.checked.book
    if book is None:
        return []
    stated = [key for key in book.used if key in book.facts and not _derived(key)]
    order = {key: n for n, key in enumerate(book.facts)}
    return [*sorted(stated, key=order.__getitem__), *book.judgements]


def _derived(key: str) -> bool:
    fact = catalogue().pack.facts.get(key)
    return fact is None or fact.derived


def _examined(draft: Draft, form: PolicyFields, known: Catalogue, at: datetime) -> Examined:
    document, definition = content_of(form, known.facts, document=draft.document)
    return examine(document, definition, code=draft.code, day=timezone.localdate(at))


def _feedback(
    draft: Draft, form: PolicyFields, examined: Examined, known: Catalogue, at: datetime
) -> Feedback:
    remarks = [told(one) for one in examined.remarks]
    tried = _tried(draft, examined, at)
    before = {one.id: one for one in _in_force(draft, at)}
    return Feedback(
        remarks=remarks,
        criteria=[
            _criterion(n, form, known, tried, before, remarks) for n in range(len(form.criteria))
        ],
        cases=[_case(n, examined, remarks) for n in range(len(form.cases))],
        amount=_amount(form, known),
        **(
            _counted(tried, _version(draft, at), pays=bool(amount_of(form.benefit)))
            if tried
            else {}
        ),
    )


def _in_force(draft: Draft, at: datetime) -> Sequence[Any]:
    if draft.base is None:
        return ()
    return reads.text_of(draft.code, at).policy.criteria


def _version(draft: Draft, at: datetime) -> int:
    """The version in force, 0 for none."""
    return reads.text_of(draft.code, at).policy.version if draft.base else 0


def _tried(draft: Draft, examined: Examined, at: datetime) -> Trial | None:
    if examined.checked.book is None or examined.policy is None or examined.document is None:
        return None
    text = PolicyText(
        policy=examined.policy,
        document=examined.document,
        window=Period.model_construct(),
        reference=False,
        origin="",
        installed_at=draft.changed_at,
    )
    return trial(text, at)


def _criterion(
    place: int,
    form: PolicyFields,
    known: Catalogue,
    tried: Trial | None,
    before: Mapping[str, Any],
    remarks: Sequence[Remark],
) -> CriterionFeedback:
    one, name = form.criteria[place], f"c{place}"
    own = [remark for remark in remarks if remark.anchor.startswith(f"{name}-")]
    expression = condition_of(one, known.facts) if one.way == "when" else ""
    sound = bool(expression) and not any(not remark.unfinished for remark in own)
    met, unknown = tried.reach.criteria.get(one.id, (None, 0)) if tried else (None, 0)
    held = before.get(one.id)
    return CriterionFeedback(
        name=name,
        expression=expression,
        words=_words(expression, known) if sound else "",
        met=met if one.way == "when" else None,
        unknown=unknown,
        was=_was(held.when, expression, known) if held and held.when else "",
        remarks=own,
    )


def _was(held: str, now: str, known: Catalogue) -> str:
    """How the version in force says a condition, where the draft says another."""
    return "" if alike(held, now) else _words(held, known)


def _words(expression: str, known: Catalogue) -> str:
    try:
        return in_words(expression, known.facts)
    except (ExpressionError, ValueError, KeyError):
        return expression


def _case(place: int, examined: Examined, remarks: Sequence[Remark]) -> CaseFeedback:
    name = f"k{place}"
    own = [remark for remark in remarks if remark.anchor.startswith(f"{name}-")]
    outcomes = {one.index: one for one in examined.checked.outcomes}
    if place not in outcomes:
        return CaseFeedback(name, None, remarks=own)
    got = outcomes[place]
    badge = BADGES[got.got]
    told = ""
    if got.amount is not None:
        told = wording.yuan(got.amount).text
    mark = Badge(badge.text, badge.tone if got.ok else "hibiscus", "check" if got.ok else "close")
    return CaseFeedback(name, mark, told, own)


def _amount(form: PolicyFields, known: Catalogue) -> str:
    expression = amount_of(form.benefit)
    number = wording.fixed(expression)
    if number is not None:
        return wording.yuan(number).text
    return wording.formula(expression, known.pack.facts) if expression else ""


# What is counted.


def _counted(tried: Trial, version: int, *, pays: bool) -> dict[str, Any]:
    reach, before = tried.reach, tried.before
    was = before.eligible if before else None
    asked = tried.asked[0] if tried.asked else None
    return {
        "kpis": [
            Kpi(
                _("符合"), figures.count(reach.eligible), note=_delta(reach.eligible, was),
                tone="jade",
            ),
            Kpi(
                _("待补信息"), figures.count(reach.unknown),
                note=_delta(reach.unknown, before.unknown if before else None), tone="violet",
            ),
            *([Kpi(_("待部门认定"), figures.count(reach.decides), tone="amber")]
              if reach.decides else []),
            *([_cost(tried)] if pays else []),
        ],
        "compared": _("对比现行第 %d 版") % version if before else "",
        "counted": _("%(n)s 家 · %(ms)s 毫秒")
        % {"n": figures.count(reach.count), "ms": max(1, round(tried.seconds * 1000))},
        "streets": bars(tried.streets, compared=before is not None),
        "sizes": bars(tried.sizes, compared=before is not None),
        "ask": _("、").join(fact.label or fact.key for fact in asked.facts) if asked else "",
        "settles": figures.count(asked.settles) if asked else "",
    }  # fmt: skip


def _cost(tried: Trial) -> Kpi:
    reach, before = tried.reach, tried.before
    shown = figures.amount(reach.total)
    notes = []
    if before is not None and before.total != reach.total:
        sign = "+" if reach.total > before.total else "−"
        change = figures.amount(abs(reach.total - before.total))
        notes.append(f"{sign}{change.number} {change.unit}")
    if reach.amount_unknown:
        notes.append(_("%s 家金额未知") % figures.count(reach.amount_unknown))
    return Kpi(_("所需资金"), shown.number, shown.unit, note=" · ".join(notes))


def _delta(now: int, was: int | None) -> str:
    if was is None or now == was:
        return ""
    return f"+{figures.count(now - was)}" if now > was else f"−{figures.count(was - now)}"


def bars(changes: Iterable[Change], *, compared: bool) -> list[Bar]:
    """What the draft reaches, told apart from what the version in force does; the most first."""
    shown = [*changes][:SHOWN]
    whole = max((max(one.before, one.after) for one in shown), default=0)
    return [
        Bar(
            one.name or _("未知"),
            _bar(one, whole) if compared else laid([("jade", one.after)], whole=whole),
            figures.count(one.after),
            value_word=_("符合"),
            note=_delta(one.after, one.before) if compared else "",
            note_word=_("较现行"),
            note_tone="hibiscus",
        )
        for one in shown
    ]


def _bar(one: Change, whole: int) -> list[Segment]:
    kept = min(one.before, one.after)
    return laid([("blue", kept), ("hibiscus", one.after - kept)], whole=whole)


# History.


def _revisions(draft: Draft) -> list[RevisionRow]:
    held = draft.revisions.select_related("saved_by").order_by("-revision")[:12]
    return [
        RevisionRow(
            one.revision,
            _("%(name)s %(when)s") % {"name": one.saved_by, "when": figures.moment(one.saved_at)},
            one.revision == draft.revision,
        )
        for one in held
    ]
