"""What goes out with a list besides the subjects themselves: verdicts, sums, reasons, what is missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from furong.apps.policies import reads
from furong.apps.policies.reads import Overview, Reach, Text, Verdict
from furong.apps.registry.catalogue import catalogue, money_digits
from furong.apps.registry.exporting import Added, ExportCell, write_table
from furong.apps.registry.models import Subject
from furong.apps.registry.reads import encoded_facts
from furong.engines.rules import Judgement
from furong.engines.rules.explain import Explanation, explain
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.reasons import Case, shared_reason
from furong.faces.web.presenters.verdicts import BADGES
from furong.packs.currency import major


def as_of(title: str, whose: str, at: datetime) -> str:
    """The line above a list: 服务对象 · 全区 · 判定截至 2020年3月2日 09:42 · 以主管部门审核为准."""
    moment = _("判定截至 %s") % figures.moment(at)
    return " · ".join(filter(None, [title, whose, moment, _("判定供参考，以主管部门审核为准")]))


def judged_columns(overview: Overview) -> Added:
    """How many policies say what of each subject, and what it is certain to get."""

    def cells(subjects: Sequence[Subject]) -> Iterator[Sequence[ExportCell]]:
        for subject in subjects:
            line = overview.line(subject.pk)
            counts = line.counts
            told = [counts["eligible"], counts["unknown"], counts["decides"]]
            yield [*told, yuan(line.total) if line.total else None]

    headings = [_("符合（项）"), _("待补信息（项）"), _("待部门认定（项）"), _("可享金额（元）")]
    return Added(headings, cells)


def reached_columns(text: Text, at: datetime) -> Added:
    """One policy's verdict on each subject: sum, reason, what is missing."""
    policy, judge = text.policy.id, reads.judge(at)
    book = judge.book
    explained: dict[object, Explanation] = {}

    def reason(subject: Subject, judgement: Judgement) -> str:
        alike = (judgement.verdict, judgement.criteria, judgement.missing, judgement.waits)
        if alike not in explained:
            explained[alike] = explain(judge, policy, encoded_facts(subject))
        told = replace(explained[alike], judgement=judgement)
        return shared_reason(Verdict(text, told), Case(judge, {}))

    def cells(subjects: Sequence[Subject]) -> Iterator[Sequence[ExportCell]]:
        judged = reads.judgements_of(subjects, policy, at)
        for subject, judgement in zip(subjects, judged, strict=True):
            missing = [reads.label_of(key, book) for key in judgement.missing]
            yield [
                str(BADGES[reads.standing_of(judgement)].text),
                yuan(judgement.amount),
                yuan(judgement.at_most) if judgement.amount is None else None,
                reason(subject, judgement),
                _("、").join(missing) or None,
            ]

    headings = [_("判定"), _("金额（元）"), _("不超过（元）"), _("理由"), _("缺少的信息")]
    return Added(headings, cells)


def yuan(minor: int | None) -> Decimal | None:
    """Minor units as a spreadsheet's cell shows them, in the currency itself."""
    return None if minor is None else major(minor, money_digits())


def policy_sheet(texts: Iterable[Text], reaches: Mapping[str, Reach] | None, title: str) -> bytes:
    """The library as a table; without figures for those who are told none."""
    headings = [
        *(_("编号"), _("政策"), _("层级"), _("文件"), _("文号"), _("发文机关"), _("办理方式")),
        *(_("有效期"), _("优惠内容"), _("条件"), _("待核事项")),
    ]
    if reaches is not None:
        headings += [_("符合（家）"), _("待补信息（家）"), _("待部门认定（家）"), _("不符合（家）")]
        headings += [_("符合者合计（元）"), _("金额未知（家）")]
    rows = (
        [*_described(text), *(_reached(reaches[text.policy.id]) if reaches is not None else ())]
        for text in texts
    )
    return write_table(headings, rows, "xlsx", title=title)


def _described(text: Text) -> list[ExportCell]:
    policy, document = text.policy, text.document
    level = wording.level_badge(document, elsewhere=text.reference)
    open_points = wording.open_points(policy, document)
    told = [
        policy.id,
        policy.title,
        str(level.text),
        document.title,
        document.number,
        document.issuer,
        str(wording.door_badge(policy).text),
        wording.period(text.window),
        wording.headline(policy.benefit, catalogue().pack.facts),
        _("；").join(criterion.label for criterion in policy.criteria),
        _("；").join(_("%s：%s") % point for point in open_points),
    ]
    return [cell or None for cell in told]


def _reached(reach: Reach) -> list[ExportCell]:
    counts = [reach.eligible, reach.unknown, reach.decides, reach.ineligible]
    return [*counts, yuan(reach.total), reach.amount_unknown]
