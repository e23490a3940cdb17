"""That a case can always go on: no state out of reach, none without a way out, an owner and a clock."""

from collections.abc import Iterable, Iterator

from furong.packs.models.base import Fault
from furong.packs.procedures.view import Act, View


def reach(view: View) -> Iterator[Fault]:
    yield from _closing(view)
    yield from _reachable(view)
    yield from _finishing(view)
    yield from _held(view)
    yield from _clocks(view)
    yield from _rungs(view)
    yield from _automatic(view)


def _closed(view: View) -> set[str]:
    return {name for name, state in view.procedure.states.items() if state.category == "closed"}


def _closing(view: View) -> Iterator[Fault]:
    """A move into a closed state says why the case is closed, and no other move does."""
    closed = _closed(view)
    for act in view.acts:
        ends = bool(closed & {*act.to})
        if act.path[0] == "actions":
            closure = view.procedure.actions[act.name].closure
            if ends and closure is None:
                yield Fault((*act.path, "to"), "办结了，没有写办结情形", "请写 closure")
            if closure is not None and not ends:
                yield Fault((*act.path, "closure"), "没有办结，写了办结情形", "请删去，或者改 to")
            if closure is not None and closure.rules and closure.rules[-1].when is not None:
                yield Fault(
                    (*act.path, "closure"), "各条都不成立时，没有办结情形", "最后一条请不写 when"
                )
        elif ends:
            yield Fault((*act.path, "to"), "只有动作能办结", "请改到一个在办的状态，再由动作办结")


def _moves(view: View) -> Iterator[tuple[str, str]]:
    for act in view.acts:
        for start in act.start:
            for to in act.to:
                yield start, to


def _spread(start: Iterable[str], moves: Iterable[tuple[str, str]]) -> set[str]:
    found, every = {*start}, [*moves]
    while more := {to for one, to in every if one in found} - found:
        found |= more
    return found


def _reachable(view: View) -> Iterator[Fault]:
    openings = {to for act in view.acts if act.opens for to in act.to}
    found = _spread(openings, _moves(view))
    for name in view.procedure.states:
        if name not in found:
            yield Fault(("states", name), f"状态 {name} 到不了", "请加一个到这里的动作，或者删去")


def _finishing(view: View) -> Iterator[Fault]:
    found = _spread(_closed(view), ((to, start) for start, to in _moves(view)))
    for name in view.procedure.states:
        if name not in found:
            yield Fault(("states", name), f"到了状态 {name} 就办结不了", "请加一个离开这里的动作")


def _held(view: View) -> Iterator[Fault]:
    """Whose inbox holds a case can do something there, and a clock runs."""
    one = view.procedure
    ticking = {state for clock in one.clocks.values() for state in clock.runs_in}
    ticking |= _assignment_states(view)
    for name, state in one.states.items():
        if state.category == "closed" or state.owner not in one.roles:
            continue
        if not any(name in act.start and state.owner in act.by for act in view.acts):
            yield Fault(
                ("states", name, "owner"),
                f"{state.owner} 在状态 {name} 下没有能办的",
                "请换一个角色，或者加一个由其办理的动作",
            )
        if name not in ticking:
            yield Fault(("states", name), f"状态 {name} 下没有时限在走", "请加一个时限")


def _assignment_states(view: View) -> set[str]:
    """The states in which some organisation still holds the case with a clock of its own."""
    one = view.procedure
    if not any(assignment.clock for assignment in one.assignments.values()):
        return set()
    return {
        state
        for act in view.acts
        for state in act.start
        if any(call.name == "finish_assignment" for call in act.effects)
    }


def _clocks(view: View) -> Iterator[Fault]:
    """A clock is of the case, of assignments or of requests; it has a ladder, and it can stop."""
    one = view.procedure
    of_assignments = {a.clock for a in one.assignments.values() if a.clock}
    of_requests = {request.clock for request in one.requests.values()}
    for name, clock in one.clocks.items():
        path = ("clocks", name)
        uses = [bool(clock.runs_in), name in of_assignments, name in of_requests]
        if sum(uses) != 1:
            yield Fault(
                path,
                f"时限 {name} {'同时用于几处' if any(uses) else '没有用到'}",
                "时限要么写 runs_in，要么只用于承办，要么只用于请示",
            )
        if clock.ladder is None:
            yield Fault(path, f"时限 {name} 到了没有人知道", "请写 ladder")
        inside = {*clock.runs_in}
        leaves = any(start in inside and to not in inside for start, to in _moves(view))
        if inside and not leaves:
            yield Fault((*path, "runs_in"), f"时限 {name} 停不下来", "请加一个离开这些状态的动作")


def _rungs(view: View) -> Iterator[Fault]:
    """What a rung does, the system may do in every state in which the clock runs."""
    one = view.procedure
    for name, clock in one.clocks.items():
        for index, rung in enumerate(one.ladders.get(clock.ladder or "", ())):
            action = one.actions.get(rung.do or "")
            if action is None:
                continue
            path = ("ladders", clock.ladder or "", index, "do")
            if "system" not in action.by:
                yield Fault(path, f"{rung.do} 系统不能办", "请在它的 by 里加 system")
            missing = [state for state in clock.runs_in if state not in action.start]
            if missing:
                yield Fault(
                    path,
                    f"时限 {name} 在状态 {'、'.join(missing)} 下也走，{rung.do} 那时不能办",
                    "请补上动作的 from，或者改时限的 runs_in",
                )
            if view.items(action.form):
                yield Fault(path, f"{rung.do} 要填表，系统填不了", "请换一个不填表的动作")


def _automatic(view: View) -> Iterator[Fault]:
    """Automatic actions move the case, and never round in a circle."""
    automatic: list[Act] = []
    for act in view.acts:
        if act.path[0] != "actions" or not view.procedure.actions[act.name].auto:
            continue
        automatic.append(act)
        if act.by != ("system",):
            yield Fault((*act.path, "by"), "自动的动作只由系统办", "请写 by: [system]")
        if not act.to or {*act.to} & {*act.start}:
            yield Fault((*act.path, "to"), "自动的动作不离开原来的状态，会反复办", "请写 to")
        if not act.guards:
            yield Fault(act.path, "自动的动作没有条件", "请写 guards")
    moves = [(start, to) for act in automatic for start in act.start for to in act.to]
    for act in automatic:
        if any(start in _spread(act.to, moves) for start in act.start):
            yield Fault(act.path, f"自动的动作 {act.name} 会转一圈又回来", "请去掉其中一个 auto")
