"""Whether an act may be done: by this person, where the case stands."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.cases.engine.doing import Bearer, Doing
from furong.apps.cases.engine.history import MIGRATION
from furong.apps.cases.engine.machine import Machine
from furong.apps.cases.engine.roles import Parties, Standing
from furong.apps.cases.models import EXCLUSION_ACTS, Event
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User
from furong.packs.procedures import Act


class NotNow(Refusal):
    """The act cannot be done where the case stands. since: the events that the person did not know."""

    def __init__(self, message: str, since: Sequence[Event] = ()) -> None:
        self.since = tuple(since)
        super().__init__(message)


def standing_for(
    machine: Machine, act: Act, parties: Parties, by: Actor | Bearer, decided_by: User | None
) -> Standing | None:
    """In which role somebody may do an act: None if in none. The system has the role `system`."""
    if isinstance(by, str):
        return Standing("system") if "system" in act.by else None
    if isinstance(by, Bearer):
        return _as_bearer(machine, act, parties, by)
    assert isinstance(by, User)
    if decided_by is not None:
        return _by_proxy(machine, act, parties, by, decided_by)
    if "public" in act.by:
        return Standing("public")
    return next((one for one in parties.standings(by) if one.role in act.by), None)


def _as_bearer(machine: Machine, act: Act, parties: Parties, by: Bearer) -> Standing | None:
    if by.organisation is None:
        return Standing("reporter") if "reporter" in act.by else None
    for name in act.by:
        role = machine.procedure.roles.get(name)
        kind = getattr(role.scope, "assignment", None) if role else None
        for one in parties.assignments:
            if kind == one.kind and one.organisation_id == by.organisation.pk:
                return Standing(name, by.organisation)
    return None


def _by_proxy(
    machine: Machine, act: Act, parties: Parties, by: User, decided_by: User
) -> Standing | None:
    one = machine.procedure
    holder = one.requests[act.request] if act.request else one.actions.get(act.name)
    proxy = getattr(holder, "proxy", None)
    if proxy is None or proxy.role not in {s.role for s in parties.standings(by)}:
        return None
    return next((s for s in parties.standings(decided_by) if s.role in act.by), None)


def permit(doing: Doing) -> None:
    """Raises NotNow where the case is not where the act begins, Denied where the person may not."""
    act, case = doing.act, doing.case
    doing.standing = standing_for(doing.machine, act, doing.parties, doing.by, doing.ask.decided_by)
    if doing.standing is None:
        raise Denied("case.act")
    if not act.opens and case.state not in act.start:
        raise NotNow(_where(doing), since_of(doing))


def _where(doing: Doing) -> str:
    state = doing.machine.state(doing.case.state).label
    told = {"number": doing.case.number, "state": state, "act": doing.act.label}
    if since := since_of(doing):
        latest = since[-1]
        told |= {
            "who": latest.by.name if latest.by else _("系统"),
            "what": label_of(doing.machine, latest),
        }
        return (
            _(
                "%(number)s 已是“%(state)s”（%(who)s刚刚办理“%(what)s”），不能再“%(act)s”；请核对最新记录后再办"
            )
            % told
        )
    return _("%(number)s 是“%(state)s”，不能“%(act)s”；请刷新页面") % told


def label_of(machine: Machine, event: Event) -> str:
    """What an event was, in words."""
    try:
        return machine.act(event.act).label
    except Refusal:
        words = {"comment": _("留言"), "clock": _("时限到期"), MIGRATION: _("办理流程换版")}
        return words.get(event.act, event.act)


def since_of(doing: Doing) -> list[Event]:
    """What happened after the revision that the actor saw, and may bear on where the case stands."""
    seen = doing.ask.revision
    later = [] if seen is None else [one for one in doing.events() if one.sequence > seen]
    return [one for one in later if one.act not in EXCLUSION_ACTS]
