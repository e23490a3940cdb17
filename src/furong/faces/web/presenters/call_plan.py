"""The form of a new call list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.models import CallList
from furong.apps.directory.models import Organisation, User
from furong.faces.web.presenters.parts import Option, Text


@dataclass(frozen=True, slots=True)
class CallForm:
    """What was typed stays. count, origin: of the subjects that the address filters."""

    key: str
    count: int
    origin: Text
    title: str
    script: str
    percent: str
    default: int
    seed: str
    facts: Sequence[Option]
    teams: Sequence[Option]
    callers: Sequence[Option]
    kinds: Sequence[Option]
    ways: Sequence[Option]
    problems: Mapping[str, str]
    refusal: str = ""


def call_form(
    machine: Machine,
    teams: Sequence[Organisation],
    callers: Sequence[User],
    *,
    team: str,
    sent: QueryDict,
    key: str,
    count: int,
    origin: Text,
    problems: Mapping[str, str],
    refusal: str,
) -> CallForm:
    one = machine.procedure
    chosen, given = sent.getlist("facts"), sent.getlist("callers")
    kind = sent.get("kind") or next(iter(one.classes))
    way = sent.get("way") or CallList.Way.EVEN
    return CallForm(
        key=key,
        count=count,
        origin=origin,
        title=sent.get("title", ""),
        script=sent.get("script", ""),
        percent=sent.get("percent", "") or str(one.sample or 0),
        default=one.sample or 0,
        seed=sent.get("seed", ""),
        facts=[Option(key, label, key in chosen) for key, label in _facts(machine).items()],
        teams=[Option(one.code, one.short or one.name, one.code == team) for one in teams],
        callers=[
            Option(str(one.pk), one.name, not given or str(one.pk) in given) for one in callers
        ],
        kinds=[Option(code, label, code == kind) for code, label in one.classes.items()],
        ways=[Option(value, label, value == way) for value, label in CallList.Way.choices],
        problems={**problems, **({"file": refusal} if refusal else {})},
        refusal=refusal or (_("名单未保存，请改正标出的各项") if problems else ""),
    )


def _facts(machine: Machine) -> dict[str, str]:
    """What can be asked about: facts of what is called, but nothing personal."""
    known = machine.known
    keys = dict.fromkeys(
        key for kind in machine.procedure.subject.kinds for key in known.kind(kind).facts
    )
    return {key: machine.facts[key].label for key in keys if not known.is_personal(key)}
