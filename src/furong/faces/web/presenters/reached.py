"""The subjects of one policy by verdict, each with its reason or what it lacks."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from furong.apps.policies import reads
from furong.apps.policies.reads import INDUSTRY, Standing, Text, Verdict
from furong.apps.registry import reads as registry
from furong.apps.registry.models import Subject
from furong.engines.rules.explain import explain
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures
from furong.faces.web.presenters.industries import Industry
from furong.faces.web.presenters.parts import Chip, chip
from furong.faces.web.presenters.policy_pages import ReachedList, ReachedRow
from furong.faces.web.presenters.reasons import Case, verdict_row
from furong.faces.web.presenters.verdicts import BADGES, DECIDES, ELIGIBLE, INELIGIBLE, UNKNOWN
from furong.faces.web.presenters.whose import Whose

NO_GUARANTEE = _("列入名单、判为符合均不构成担保或承诺，以主管部门审核为准。")


def reached_list(
    text: Text,
    verdict: Standing,
    page: Page[Subject],
    *,
    may_export: bool,
    told: Whose | None,
    at: datetime,
) -> ReachedList:
    return ReachedList(
        id=text.policy.id,
        title=text.policy.title,
        verdict=verdict,
        verdicts=_chips(text.policy.id, verdict, told, at),
        rows=[_row(subject, text, at) for subject in page.rows],
        pages=page.pages,
        as_of=figures.moment(at),
        whose=told.name if told else "",
        may_export=may_export,
        note=NO_GUARANTEE if verdict == ELIGIBLE else "",
    )


def _chips(policy: str, now: str, told: Whose | None, at: datetime) -> list[Chip]:
    """The verdicts with how many have them, for those who are told figures."""
    if told is None:
        return [chip("verdict", key, badge.text, now=now) for key, badge in BADGES.items()]
    reach = reads.reach(policy, at, told.counted)
    counts = {
        ELIGIBLE: reach.eligible,
        UNKNOWN: reach.unknown,
        DECIDES: reach.decides,
        INELIGIBLE: reach.ineligible,
    }
    return [
        chip("verdict", verdict, BADGES[verdict].text, now=now, count=n)
        for verdict, n in counts.items()
        if n or verdict in {now, ELIGIBLE}
    ]


def _row(subject: Subject, text: Text, at: datetime) -> ReachedRow:
    facts = registry.facts_of(subject)
    judge = reads.judge(at)
    told = explain(judge, text.policy.id, registry.encoded_facts(subject))
    row = verdict_row(Verdict(text, told), Case(judge, facts))
    return ReachedRow(
        id=str(subject.pk),
        name=subject.name,
        number=subject.number,
        street=subject.street.name if subject.street else "",
        industry=Industry(facts[INDUSTRY].shown if INDUSTRY in facts else ""),
        reason=row.reason,
        amount=row.amount,
    )
