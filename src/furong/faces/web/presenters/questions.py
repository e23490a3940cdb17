"""The next best question about one subject, as a form."""

from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.policies import reads as policies
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.models import Subject
from furong.apps.registry.reads import encoded_facts
from furong.engines.rules import Fact
from furong.engines.rules.questions import next_questions
from furong.faces.web.presenters.verdicts import Field, Question

PREFIX = "fact-"
YES_NO = (("true", gettext_lazy("是")), ("false", gettext_lazy("否")))
NAMED = 4  # as many policies as the card names


def question(
    subject: Subject, verdicts: Iterable[policies.Verdict], at: datetime
) -> Question | None:
    """What to ask next, if there is something whose any answer decides a policy."""
    titles = {verdict.text.policy.id: verdict.text.policy.title for verdict in verdicts}
    found = [
        (asked.facts, [titles[one] for one in asked.settles if one in titles])
        for asked in next_questions(policies.judge(at), encoded_facts(subject))
    ]
    telling = [one for one in found if one[1]]
    if not telling:
        return None
    facts, settles = max(telling, key=lambda one: len(one[1]) / len(one[0]))
    lead = _("再答 %(n)d 题，可判定另外 %(m)d 项政策") % {"n": len(facts), "m": len(settles)}
    return Question(lead, [_field(catalogue().facts[key]) for key in facts], settles[:NAMED])


def _field(fact: Fact) -> Field:
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
        case _:
            return Field(fact.key, text, "text", fact.unit)


def answers(form: QueryDict) -> dict[str, object]:
    """What was answered, by fact; questions left empty are not answered."""
    facts = catalogue().facts
    given: dict[str, object] = {}
    for name in form:
        key = name.removeprefix(PREFIX)
        values = [one for one in form.getlist(name) if one.strip()]
        if name.startswith(PREFIX) and values:
            several = key in facts and facts[key].type == "set"
            given[key] = values if several else values[-1]
    return given
