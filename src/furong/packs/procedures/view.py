"""A procedure seen act by act: openings, actions, requests and answers are all things that people do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from furong.packs.models.procedures import (
    BACK,
    Action,
    Answer,
    AsksFact,
    AsksField,
    AsksForm,
    AsksNamed,
    Call,
    FormItem,
    Procedure,
    Request,
)
from furong.packs.problems import PathInFile


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done. request: of an answer, the request that it answers.

    start: the states in which it can be done, () for an opening. to: the states into which it may
    lead, () where the state stays.
    """

    path: PathInFile
    name: str
    label: str
    by: tuple[str, ...]
    start: tuple[str, ...]
    to: tuple[str, ...]
    form: str | None
    guards: tuple[Call, ...]
    effects: tuple[Call, ...]
    request: str = ""

    @property
    def opens(self) -> bool:
        return self.path[0] == "openings"


@dataclass(frozen=True)
class View:
    """The acts of a procedure, and what its forms ask once they are put together."""

    procedure: Procedure

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        return tuple(self._acts())

    def _acts(self) -> Iterator[Act]:
        one = self.procedure
        for name, opening in one.openings.items():
            yield Act(
                ("openings", name), name, opening.label, opening.by, (), (opening.to,),
                opening.form, opening.guards, opening.effects,
            )  # fmt: skip
        for name, action in one.actions.items():
            yield Act(
                ("actions", name), name, action.label, action.by, action.start,
                self._leads(action), action.form, action.guards, action.effects,
            )  # fmt: skip
        for name, request in one.requests.items():
            yield Act(
                ("requests", name), name, request.label, request.by, request.during, (),
                request.form, request.guards, (),
            )  # fmt: skip
            for code, answer in request.answers.items():
                yield self._answer(name, request, code, answer)

    def _answer(self, name: str, request: Request, code: str, answer: Answer) -> Act:
        return Act(
            ("requests", name, "answers", code), code, answer.label, request.answered_by,
            request.during, (answer.to,) if answer.to else (), answer.form, (), answer.effects,
            request=name,
        )  # fmt: skip

    def _leads(self, action: Action) -> tuple[str, ...]:
        if action.to != BACK:
            return (action.to,) if action.to else ()
        return self.suspended_from

    @cached_property
    def suspended_from(self) -> tuple[str, ...]:
        """The states from which a case can come into a suspended one: where `back` leads."""
        one = self.procedure
        held = {name for name, state in one.states.items() if state.category == "suspended"}
        found = [
            *(
                state
                for action in one.actions.values()
                if action.to in held
                for state in action.start
            ),
            *(
                state
                for request in one.requests.values()
                if any(answer.to in held for answer in request.answers.values())
                for state in request.during
            ),
        ]
        return tuple(dict.fromkeys(state for state in found if state not in held))

    def items(self, form: str | None) -> Sequence[FormItem]:
        """What a form asks, with the items of the forms that it takes in; () for none."""
        return tuple(self._items(form, ()))

    def _items(self, form: str | None, within: tuple[str, ...]) -> Iterator[FormItem]:
        if form is None or form in within:
            return
        for item in self.procedure.forms.get(form, ()):
            if isinstance(item, AsksForm):
                yield from self._items(item.form, (*within, form))
            else:
                yield item

    def fields(self, act: Act) -> dict[str, AsksField]:
        """The fields that an act's form asks, and for an answer also those of its request's."""
        request = self.procedure.requests.get(act.request)
        forms = [request.form, act.form] if request else [act.form]
        return {
            item.field: item
            for form in forms
            for item in self.items(form)
            if isinstance(item, AsksField)
        }

    @cached_property
    def every_field(self) -> dict[str, AsksField]:
        """The fields of all forms; where several ask one, the first."""
        found: dict[str, AsksField] = {}
        for form in self.procedure.forms:
            for item in self.items(form):
                if isinstance(item, AsksField):
                    found.setdefault(item.field, item)
        return found

    def asked_facts(self, form: str | None) -> tuple[str, ...]:
        return tuple(item.fact for item in self.items(form) if isinstance(item, AsksFact))

    def named(self, form: str | None) -> tuple[str, ...]:
        """The fields whose facts a form asks (`asked`)."""
        return tuple(item.asked for item in self.items(form) if isinstance(item, AsksNamed))
