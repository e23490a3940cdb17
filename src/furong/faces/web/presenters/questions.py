"""The next best question about one subject, as a form."""

from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from furong.apps.directory.access import Capacity
from furong.apps.directory.models import Grant, User
from furong.apps.policies import reads as policies
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Source, Subject
from furong.apps.registry.reads import encoded_facts, facts_of
from furong.apps.registry.sources import sources_open_to
from furong.engines.rules import Fact
from furong.engines.rules.questions import next_questions
from furong.faces.web.presenters.parts import Text
from furong.faces.web.presenters.verdicts import Field, Question

PREFIX = "fact-"
YES_NO = (("true", gettext_lazy("是")), ("false", gettext_lazy("否")))
NAMED = 4  # as many policies as the card names
ANSWERERS = (Capacity.OWNER, Capacity.LIAISON, Capacity.CLERK)  # the nearest to the subject first


def question(
    subject: Subject, verdicts: Iterable[policies.Verdict], *, user: User, at: datetime
) -> Question | None:
    """What to ask next, if there is something whose any answer decides a policy.

    What is in dispute is not asked again: another answer would decide nothing.
    """
    suspended = {key for key, one in facts_of(subject).items() if one.suspended}
    titles = {verdict.text.policy.id: verdict.text.policy.title for verdict in verdicts}
    found = [
        (asked.facts, [titles[one] for one in asked.settles if one in titles])
        for asked in next_questions(policies.judge(at), encoded_facts(subject))
        if suspended.isdisjoint(asked.facts)
    ]
    telling = [one for one in found if one[1]]
    if not telling:
        return None
    facts, settles = max(telling, key=lambda one: len(one[1]) / len(one[0]))
    lead = ngettext(
        "再答 %(n)d 题，可判定另外 %(m)d 项政策",
        "再答 %(n)d 题，可判定另外 %(m)d 项政策",
        len(settles),
    ) % {"n": len(facts), "m": len(settles)}
    fields = [field_of(catalogue().facts[key]) for key in facts]
    return Question(lead, fields, settles[:NAMED], _hint(subject, user, at))


def _hint(subject: Subject, user: User, at: datetime) -> Text:
    """Who else can answer: for a desk that may not, and for an owner who does not know."""
    sources = sources_open_to(user, subject, at=at)
    people = _answerers(subject, at)
    if Source.OWNER in sources:
        helpers = [name for capacity, name in people if capacity == Capacity.LIAISON]
        named = helpers[0] if helpers else Capacity.LIAISON.label
        return _("不清楚的可不填，请%s走访时代办。") % named
    if sources:
        return ""
    named = _("、").join(name for _capacity, name in people) or _("、").join(
        str(capacity.label) for capacity in ANSWERERS
    )
    return _("可由%s答复，答复后即时重新判定。") % named


def _answerers(subject: Subject, at: datetime) -> list[tuple[str, str]]:
    """Those who answer for the subject, with their capacity: 王经理（企业办事人员）."""
    scopes = subject.scopes()
    grants = Grant.objects.in_force(at).filter(
        user__is_active=True,
        capacity__in=ANSWERERS,
        scope_id__in={scope_id for _kind, scope_id in scopes},
    )
    held = [grant for grant in grants.select_related("user") if grant.scope in scopes]
    held.sort(key=lambda grant: (ANSWERERS.index(Capacity(grant.capacity)), grant.user.username))
    return [
        (
            grant.capacity,
            _("%(name)s（%(capacity)s）")
            % {"name": grant.user.name, "capacity": Capacity(grant.capacity).label},
        )
        for grant in held
    ]


def field_of(fact: Fact) -> Field:
    """How a fact is asked for, in words that an owner can answer."""
    text = fact.ask or fact.label
    match fact.type:
        case "boolean":
            return Field(fact.key, text, "choice", options=YES_NO)
        case "choice":
            return Field(fact.key, text, "choice", options=[*fact.values.items()])
        case "set":
            return Field(fact.key, text, "several", options=[*fact.values.items()])
        case "integer":
            return Field(fact.key, text, "number", fact.unit)
        case "date":
            return Field(fact.key, text, "date")
        case "money":
            return Field(fact.key, text, "text", _("元，或写“万”"))
        case "code" if catalogue().pack.is_division(fact.key):
            return Field(fact.key, text, "text", _("选择或填写名称"), options=_counties())
        case _:
            return Field(fact.key, text, "text", fact.unit)


def _counties() -> list[tuple[str, str]]:
    """The counties that the pack knows by name, as suggestions: 某区（990101）."""
    pack = catalogue().pack
    return [
        (_("%(name)s（%(code)s）") % {"name": pack.division_name(code), "code": code}, "")
        for code in pack.divisions
        if len(code) == 6
    ]


def answers(form: QueryDict) -> dict[str, object]:
    """What was answered, by fact; questions left empty are not answered."""
    facts = catalogue().facts
    given: dict[str, object] = {}
    for name in form:
        key = name.removeprefix(PREFIX)
        values = [one for one in form.getlist(name) if one.strip()]
        if name.startswith(PREFIX) and values:
            several = key in facts and facts[key].type == "set"
            given[key] = values if several else _meant(key, values[-1])
    return given


def _meant(fact: str, value: str) -> str:
    """A place by its name is meant by its code."""
    pack = catalogue().pack
    return pack.division_code(value) if pack.is_division(fact) else value
