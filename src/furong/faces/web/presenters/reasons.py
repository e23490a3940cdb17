"""Why a policy says what it says of a subject, in sentences: what is known, what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.policies.reads import Verdict
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.reads import FactValue
from furong.engines.rules import Criterion, Fact, Judge, Judgement
from furong.engines.rules.explain import Explanation, Line, Used
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.figures import Amount
from furong.faces.web.presenters.verdicts import (
    DECIDES,
    ELIGIBLE,
    INELIGIBLE,
    CriterionRow,
    VerdictRow,
)
from furong.packs.models.policies import Policy

NAMED = 3  # as many things as one line of a list names


@dataclass(frozen=True, slots=True)
class Case:
    """One subject before the judge: who stated what of it."""

    judge: Judge
    facts: Mapping[str, FactValue]

    def label(self, key: str) -> str:
        """A missing fact by what one would ask: 营业收入, 是否已参加社会保险; or that it is in dispute."""
        text = asked(self.judge.book.facts[key])
        held = self.facts.get(key)
        return _("%s（说法不一，待核实）") % text if held and held.suspended else text


THINGS = ("企业", "户", "对象")  # zh: of labels in packs
"""How a label ends that names what a subject is, and not what it does: 僵尸企业."""


def asked(fact: Fact) -> str:
    if fact.type != "boolean" or fact.label.startswith("是否"):  # zh: likewise
        return fact.label
    return (_("是否为%s") if fact.label.endswith(THINGS) else _("是否%s")) % fact.label


def source_line(value: FactValue) -> str:
    """统计报表 · 2019年12月31日 · 2020年2月3日记录."""
    parts = [str(value.source.label)]
    if value.about:
        start, end = value.about
        parts.append(figures.day(end) if start == end else figures.window(start, end))
    parts.append(_("%s记录") % figures.day(timezone.localdate(value.recorded_at)))
    if value.disputed:
        parts.append(_("说法不一，待核实") if value.suspended else _("另有不同说法"))
    return " · ".join(parts)


def verdict_row(verdict: Verdict, case: Case) -> VerdictRow:
    """One policy's verdict on the subject, with every criterion."""
    told, policy, document = verdict.explanation, verdict.text.policy, verdict.text.document
    rows = _criteria(verdict, case)
    amount, note = _sum(told.judgement, policy)
    where = (
        str(wording.LEVELS[document.level]),
        wording.document_name(document),
        str(wording.door_badge(policy).text),
    )
    return VerdictRow(
        policy=policy.id,
        title=policy.title,
        meta=" · ".join(where),
        reason=reason(verdict, rows, case),
        verdict=verdict.standing,
        criteria=rows,
        amount=amount,
        amount_note=note,
        version=told.judgement.version,
    )


def shared_reason(verdict: Verdict, case: Case) -> str:
    """The reason as it holds for all who are judged alike: it tells no figure of the subject's own."""
    rows = _criteria(verdict, case)
    if verdict.standing != INELIGIBLE:
        return reason(verdict, rows, case)
    failed = [str(row.label) for row in rows if row.state == "false"]
    return _("不满足：%s") % _listed(failed) if failed else _("各项条件不能同时成立")


def _criteria(verdict: Verdict, case: Case) -> list[CriterionRow]:
    rules = case.judge.book.policy(verdict.text.policy.id).rules
    return [
        _criterion_row(line, rule.criterion, case)
        for line, rule in zip(verdict.explanation.lines, rules, strict=True)
    ]


def _criterion_row(line: Line, criterion: Criterion, case: Case) -> CriterionRow:
    """One criterion: its state, what is known of it, what is missing, who said so."""
    decides = "decision" in line.waits and not {"facts", "document"} & set(line.waits)
    return CriterionRow(
        state=DECIDES if decides else line.answer,
        label=line.label,
        have=_have(line, criterion, case),
        source=_source(line.used, case),
        clause=line.clause,
        proof=line.proof,
    )


def _have(line: Line, criterion: Criterion, case: Case) -> str:
    if criterion.attested:
        words = {"true": _("已出示：%s"), "false": _("已核验，不成立：%s")}
        return words.get(line.answer, _("须出示：%s")) % criterion.attested
    if criterion.open:
        return _("原文未见：%s") % criterion.open
    if criterion.decides:
        return _("由%s一事一议") % criterion.decides
    told = [_told(used) for used in line.used if used.known or used.possible]
    if missing := [case.label(key) for key in line.missing if key in case.judge.book.facts]:
        told.append(_("缺：%s") % _listed(missing))
    if "decision" in line.waits:
        told.append(_("待认定：%s") % line.note)
    return _("；").join(told)


def _told(used: Used) -> str:
    """期末从业人员：31 人; 企业规模可能为小型或微型 where a table leaves it open."""
    if used.known:
        return _("%(fact)s：%(value)s") % {
            "fact": used.label,
            "value": catalogue().pack.code_label(used.key, used.shown),
        }
    possible = _("或").join(used.possible)
    return _("%(fact)s可能为%(values)s") % {"fact": used.label, "values": possible}


def _source(used: Iterable[Used], case: Case) -> str:
    """Who said so and of when, where one statement bears the criterion."""
    stated = [case.facts[one.key] for one in used if one.key in case.facts]
    return source_line(stated[0]) if len(stated) == 1 else ""


def reason(verdict: Verdict, rows: Iterable[CriterionRow], case: Case) -> str:
    """The verdict's reason in one sentence."""
    match verdict.standing:
        case "eligible":
            return _("；").join([str(row.label) for row in rows][:NAMED])
        case "ineligible":
            failed = next((row for row in rows if row.state == "false"), None)
            if failed is None:
                return _("各项条件不能同时成立")
            because = _("不满足“%s”") % failed.label
            if not failed.have:
                return because
            return _("%(because)s（%(have)s）") % {"because": because, "have": failed.have}
        case "decides":
            waiting = (str(row.label) for row in rows if row.state == DECIDES)
            return _("待部门认定：%s") % _listed(waiting)
        case _:
            return _missing(verdict.explanation, case)


def _missing(told: Explanation, case: Case) -> str:
    """What would settle the verdict: 缺：营业收入；须出示：承诺书；原文未见：申报条件."""
    facts = [case.label(key) for key in told.judgement.missing if key in case.judge.book.facts]
    waiting = {kind: [line.label for line in told.lines if kind in line.waits] for kind in WAITS}
    parts = [_("缺：%s") % _listed(facts)] if facts else []
    parts += [str(lead) % _listed(waiting[kind]) for kind, lead in WAITS.items() if waiting[kind]]
    return _("；").join(parts)


WAITS = {
    "document": gettext_lazy("须出示材料：%s"),
    "decision": gettext_lazy("待部门认定：%s"),
    "text": gettext_lazy("原文未见：%s"),
}
"""What a criterion waits for besides facts, as a reason says it."""


def _sum(judgement: Judgement, policy: Policy) -> tuple[Amount | None, str]:
    """The amount to show, or a note in its place."""
    if judgement.verdict == INELIGIBLE:
        return None, ""
    if judgement.amount is not None:
        return figures.amount(judgement.amount), ""
    if judgement.at_most is not None:
        return figures.amount(judgement.at_most, at_most=True), ""
    if wording.sum_unknown(policy.benefit):
        return None, _("金额待核")
    if policy.benefit.amount:
        return None, _("金额待补信息") if judgement.verdict == ELIGIBLE else ""
    return None, str(wording.KINDS[policy.benefit.kind])


def _listed(names: Iterable[str]) -> str:
    """As many as a line holds, and how many there are."""
    named = list(dict.fromkeys(names))
    shown = _("、").join(named[:NAMED])
    if len(named) <= NAMED:
        return shown
    return _("%(shown)s等 %(n)d 项") % {"shown": shown, "n": len(named)}
