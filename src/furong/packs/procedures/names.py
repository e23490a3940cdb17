"""What a procedure uses is declared in it, and what it declares is used."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from furong.packs.models.base import Fault
from furong.packs.models.procedures import (
    AT_ONCE,
    BACK,
    BUILT_IN_ROLES,
    AsksFact,
    AsksField,
    AsksForm,
    AsksNamed,
)
from furong.packs.problems import PathInFile
from furong.packs.procedures.arguments import unknown
from furong.packs.procedures.signatures import EFFECTS
from furong.packs.procedures.view import Act, View

BASIC: Final = frozenset(
    {"number", "title", "subject", "unit", "due", "state", "leader", "policy", "link"}
)
"""Placeholders that every text may use."""

OF_THE_CASE: Final = frozenset({"state", "issued_on", "number", "title", "subject"})
"""What a document may show besides fields and facts."""

_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def _need(path: PathInFile, word: str, name: str, known: Iterable[str]) -> Iterator[Fault]:
    every = [*known]
    if name not in every:
        yield Fault(path, *unknown(word, name, every))


def names(view: View, facts: frozenset[str]) -> Iterator[Fault]:
    """Everything that is named. facts: of the chain and of all its procedures."""
    yield from _acts(view, facts)
    yield from _requests(view)
    yield from _watching(view)
    yield from _documents(view, facts)
    yield from _forms(view, facts)
    yield from _texts(view)
    yield from _unused(view)


def _acts(view: View, facts: frozenset[str]) -> Iterator[Fault]:
    one = view.procedure
    roles = [*one.roles, *BUILT_IN_ROLES]
    for act in view.acts:
        if not act.request:
            for index, role in enumerate(act.by):
                yield from _need((*act.path, "by", index), "角色", role, roles)
        for index, state in enumerate(() if act.request else act.start):
            key = "during" if act.path[0] == "requests" else "from"
            yield from _need((*act.path, key, index), "状态", state, one.states)
        for state in act.to:
            yield from _need((*act.path, "to"), "状态", state, one.states)
        if act.form is not None:
            yield from _need((*act.path, "form"), "表单", act.form, one.forms)
    for name, held in one.states.items():
        for index, did in enumerate(held.blind):
            yield from _need(("states", name, "blind", index), "动作", did, one.actions)
    for name, opening in one.openings.items():
        if opening.kind is not None:
            yield from _need(("openings", name, "class"), "分类", opening.kind, one.classes)
    for name, action in one.actions.items():
        path: PathInFile = ("actions", name)
        if action.to == BACK and not view.suspended_from:
            yield Fault((*path, "to"), "没有挂账的状态，无处可回", "请写明到哪个状态")
        for index, fact in enumerate(action.requires):
            yield from _need((*path, "requires", index), "事实", fact, sorted(facts))
        for code in action.closure.codes if action.closure else ():
            yield from _need((*path, "closure"), "办结情形", code, one.closures)
        if action.proxy is not None:
            yield from _proxy((*path, "proxy"), action.proxy.role, view)
            yield from _paper((*path, "proxy", "shows"), action.proxy.shows, [action.form], view)


def _proxy(path: PathInFile, role: str, view: View) -> Iterator[Fault]:
    yield from _need((*path, "role"), "角色", role, view.procedure.roles)


def _paper(path: PathInFile, name: str, forms: Iterable[str | None], view: View) -> Iterator[Fault]:
    """The original is a field of files in each of these forms."""
    for form in forms:
        fields = {i.field: i for i in view.items(form) if isinstance(i, AsksField)}
        if name not in fields or fields[name].type != "files":
            yield Fault(
                path,
                f"表单 {form or '（没有）'} 里没有放原件的一栏 {name}",
                "请在表单里加一栏，type: files",
            )


def _requests(view: View) -> Iterator[Fault]:
    one = view.procedure
    for name, request in one.requests.items():
        path = ("requests", name)
        yield from _need((*path, "clock"), "时限", request.clock, one.clocks)
        for index, role in enumerate(request.answered_by):
            yield from _need((*path, "answered_by", index), "角色", role, one.roles)
        if request.silence is not None:
            yield from _need((*path, "silence"), "答复", request.silence, request.answers)
            if (held := request.answers.get(request.silence)) and (
                held.to or _asks(view, held.form)
            ):
                yield Fault(
                    (*path, "silence"),
                    f"答复 {request.silence} 要移动或者要填表，不能由逾期不答复代替",
                    "请换一种，或者不写 silence",
                )
        for kind, list_name in request.delivered.items():
            yield from _need((*path, "delivered", kind), "分类", kind, one.classes)
            if list_name != AT_ONCE:
                yield from _need((*path, "delivered", kind), "清单", list_name, one.lists)
                held_list = one.lists.get(list_name)
                if held_list and name not in held_list.delivers:
                    at = (*path, "delivered", kind)
                    yield Fault(
                        at, f"清单 {list_name} 不送 {name}", f"请在它的 delivers 里加上 {name}"
                    )
        if request.delivered and request.delivered.keys() != one.classes.keys():
            yield Fault((*path, "delivered"), "没有写全各分类何时送达", "请每一类写一个")
        if request.proxy is not None:
            yield from _proxy((*path, "proxy"), request.proxy.role, view)
            yield from _paper(
                (*path, "proxy", "shows"),
                request.proxy.shows,
                [answer.form for answer in request.answers.values()],
                view,
            )


def _asks(view: View, form: str | None) -> bool:
    """Whether a form must be filled in for more than an opinion."""
    return any(
        isinstance(item, AsksFact | AsksField)
        and item.required
        and not (isinstance(item, AsksField) and item.type == "text")
        for item in view.items(form)
    )


def _watching(view: View) -> Iterator[Fault]:
    one = view.procedure
    for name, rungs in one.ladders.items():
        for index, rung in enumerate(rungs):
            path = ("ladders", name, index)
            for step, role in enumerate(rung.tell):
                yield from _need((*path, "tell", step), "角色", role, [*one.roles, "reporter"])
            if rung.text is not None:
                yield from _need((*path, "text"), "用语", rung.text, one.texts)
            if rung.do is not None:
                yield from _need((*path, "do"), "动作", rung.do, one.actions)
    for name, posted in one.lists.items():
        for index, role in enumerate(posted.to):
            yield from _need(("lists", name, "to", index), "角色", role, one.roles)
        for index, request in enumerate(posted.delivers):
            yield from _need(("lists", name, "delivers", index), "请示", request, one.requests)


def _documents(view: View, facts: frozenset[str]) -> Iterator[Fault]:
    known = [*view.every_field, *sorted(facts), *sorted(OF_THE_CASE)]
    for name, paper in view.procedure.documents.items():
        for key, shown in (("shows", paper.shows), ("verify_shows", paper.verify_shows)):
            for index, part in enumerate(shown):
                yield from _need(("documents", name, key, index), "栏或事实", part, known)


def _forms(view: View, facts: frozenset[str]) -> Iterator[Fault]:
    one = view.procedure
    for name, items in one.forms.items():
        for index, item in enumerate(items):
            path = ("forms", name, index)
            match item:
                case AsksFact():
                    yield from _need((*path, "fact"), "事实", item.fact, sorted(facts))
                case AsksNamed():
                    fitting = [
                        key for key, f in view.every_field.items() if f.type in ("facts", "policy")
                    ]
                    yield from _need((*path, "asked"), "列事实的一栏", item.asked, fitting)
                case AsksForm():
                    yield from _need((*path, "form"), "表单", item.form, one.forms)
                    if item.form == name or item.form in _within(view, item.form):
                        yield Fault((*path, "form"), f"表单 {item.form} 套了自己", "请删去")
                case AsksField(of=str(of)):
                    fitting = [key for key, f in view.every_field.items() if f.type == "facts"]
                    yield from _need((*path, "of"), "列事实的一栏", of, fitting)
                case AsksField():
                    pass
        seen: set[str] = set()
        for item in view.items(name):
            key = str(getattr(item, "field", "") or getattr(item, "fact", ""))
            if key and key in seen:
                yield Fault(("forms", name), f"{key} 问了两次", "请删去一次")
            seen.add(key)


def _within(view: View, form: str) -> set[str]:
    """The forms that a form takes in, at any depth."""
    found: set[str] = set()
    pending = [form]
    while pending:
        for item in view.procedure.forms.get(pending.pop(), ()):
            if isinstance(item, AsksForm) and item.form not in found:
                found.add(item.form)
                pending.append(item.form)
    return found


def _texts(view: View) -> Iterator[Fault]:
    """A text uses what exists, and tells the enterprise only what it may know."""
    one = view.procedure
    outside = {"reporter", *(n for n, role in one.roles.items() if role.capacity == "owner")}
    for path, text, roles, act in _spoken(view):
        own = view.fields(act) if act else {}
        for name in _PLACEHOLDER.findall(one.texts.get(text, "")):
            if name in BASIC:
                continue
            field = own.get(name) or view.every_field.get(name)
            if field is None:
                yield Fault(("texts", text), *unknown("占位", name, [*BASIC, *view.every_field]))
            elif outside & set(roles) and (field.audience is None or field.personal):
                yield Fault(
                    path, f"用语 {text} 把内部的一栏 {name} 告诉企业", f"请给 {name} 写 audience: reporter，或者另写一句"
                )  # fmt: skip


def _spoken(view: View) -> Iterator[tuple[PathInFile, str, tuple[str, ...], Act | None]]:
    """Where a text is said, the text, to whom, and the act that says it."""
    for act in view.acts:
        for index, call in enumerate(act.effects):
            text = call.args.get("text")
            if isinstance(text, str):
                to = call.args.get("to")
                roles = tuple(to) if isinstance(to, list) else ()
                yield (*act.path, "effects", index), text, roles, act
    for name, rungs in view.procedure.ladders.items():
        for index, rung in enumerate(rungs):
            if rung.text is not None:
                yield ("ladders", name, index), rung.text, rung.tell, None


def _unused(view: View) -> Iterator[Fault]:
    one = view.procedure
    used = _Used(view)
    sections: list[tuple[str, str, Mapping[str, Any], set[str]]] = [
        ("roles", "角色", one.roles, used.roles),
        ("texts", "用语", one.texts, used.texts),
        ("forms", "表单", one.forms, used.forms),
        ("closures", "办结情形", one.closures, used.closures),
        ("documents", "文书", one.documents, used.of("document")),
        ("ladders", "提醒", one.ladders, {c.ladder for c in one.clocks.values() if c.ladder}),
    ]
    for section, word, declared, known in sections:
        for name in declared:
            if name not in known:
                yield Fault((section, name), f"{word} {name} 没有用到", "请用上，或者删去")


class _Used:
    """What of a procedure is used somewhere in it."""

    def __init__(self, view: View) -> None:
        one = view.procedure
        self.calls = [
            *(call for act in view.acts for call in (*act.guards, *act.effects)),
            *(call for rungs in one.ladders.values() for rung in rungs for call in rung.effects),
        ]
        rungs = [rung for ladder in one.ladders.values() for rung in ladder]
        self.texts = self.of("text") | {rung.text for rung in rungs if rung.text}
        self.forms = {act.form for act in view.acts if act.form}
        for form in [*self.forms]:
            self.forms |= _within(view, form)
        self.closures = {
            code
            for action in one.actions.values()
            if action.closure
            for code in action.closure.codes
        }
        told = [
            role for call in self.calls if call.name == "tell" for role in call.args.get("to", ())
        ]
        self.roles = {
            *told,
            *(role for act in view.acts for role in act.by),
            *(role for rung in rungs for role in rung.tell),
            *(role for posted in one.lists.values() for role in posted.to),
            *(state.owner for state in one.states.values() if state.owner),
            *(a.proxy.role for a in one.actions.values() if a.proxy),
            *(r.proxy.role for r in one.requests.values() if r.proxy),
        }

    def of(self, kind: str) -> set[str]:
        """What stands where an effect or a guard takes an argument of this kind."""
        return {
            str(call.args[name])
            for call in self.calls
            if (signature := EFFECTS.get(call.name))
            for name, wanted in (*signature.needs.items(), *signature.takes.items())
            if wanted == kind and name in call.args
        }
