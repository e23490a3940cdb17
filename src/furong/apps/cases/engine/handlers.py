"""What procedures call by name, and the functions that answer: one registry for guards, one for effects.

`cases` registers those that its own tables answer; an app above registers its own when it is ready.
A procedure is only installed where every name that it calls has a handler.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from furong.packs.models.procedures import Call, Procedure
from furong.packs.procedures import EFFECTS, GUARDS, View

if TYPE_CHECKING:
    from furong.apps.cases.engine.doing import Doing

type Guard = Callable[["Doing", Any], str | None]
"""Called with the act under way and what stands after the name; why it is refused, or None."""

type Effect = Callable[["Doing", Any], None]

_guards: dict[str, Guard] = {}
_effects: dict[str, Effect] = {}


def guard(name: str) -> Callable[[Guard], Guard]:
    """Register the decorated function as the guard of that name."""
    return _register(name, _guards, GUARDS)


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register the decorated function as the effect of that name."""
    return _register(name, _effects, EFFECTS)


def _register[H: Callable[..., Any]](
    name: str, held: dict[str, H], known: Iterable[str]
) -> Callable[[H], H]:
    if name not in known:
        raise KeyError(f"{name!r} is in no list of furong.packs.procedures.signatures")

    def register(handler: H) -> H:
        if held.setdefault(name, handler) is not handler:
            raise ValueError(f"{name!r} has a handler already: {held[name]!r}")
        return handler

    return register


def guard_of(name: str) -> Guard:
    return _guards[name]


def effect_of(name: str) -> Effect:
    return _effects[name]


def lacking(procedure: Procedure) -> set[str]:
    """The names that a procedure calls and nobody here answers."""
    return {
        call.name
        for calls, held in _called(procedure)
        for call in calls
        if call.name not in held and call.name != "any_of"
    }


def _called(procedure: Procedure) -> Iterable[tuple[list[Call], dict[str, Any]]]:
    view = View(procedure)
    rungs = [rung for ladder in procedure.ladders.values() for rung in ladder]
    guards = [call for act in view.acts for call in act.guards]
    inner = [
        Call(name, given)
        for call in guards
        if call.name == "any_of"
        for one in call.given
        for name, given in one.items()
    ]
    yield [*guards, *inner], _guards
    effects = [call for act in view.acts for call in act.effects]
    yield [*effects, *(call for rung in rungs for call in rung.effects)], _effects
