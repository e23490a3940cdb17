"""Forms of procedures on a page: what is asked, what comes back, and that nothing is lost on the way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict

from furong.apps.cases.actions import act, open_case
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, ProcedureVersion
from furong.apps.directory.models import User
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Subject
from furong.faces.web.forms import Entered, Form
from furong.faces.web.presenters.asked import Asked
from furong.packs.models.procedures import AsksFact
from tests.apps.cases.conftest import dispatch

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def machine(district: Any) -> Machine:
    version = ProcedureVersion.objects.latest_of("appeal")
    assert version is not None
    return machine_of(version)


def form(machine: Machine, name: str, owner: str = "li", case: Case | None = None) -> Form:
    return Form(machine, machine.view.items(name), owner, case, case.subject if case else None)


def sent(
    one: Form, by: User, at: datetime, files: Sequence[Any] = (), **values: str | Sequence[str]
) -> Entered:
    post = QueryDict(mutable=True)
    for name, value in values.items():
        post.setlist(
            f"a-{name.replace('_kept', '-kept')}",
            [value] if isinstance(value, str) else list(value),
        )
    uploads: MultiValueDict[str, Any] = MultiValueDict({"a-photos": [*files]})
    return one.read(post, uploads, by=by, at=at)


def by_key(items: Sequence[Asked]) -> Mapping[str, Asked]:
    return {item.key: item for item in items}


def test_every_form_of_every_procedure_can_be_asked(machine: Machine, everybody: None) -> None:
    """And whatever it says in the words of a hostile pack author is text, not markup."""
    for version in ProcedureVersion.objects.all():
        one = machine_of(version)
        for name in one.procedure.forms:
            for item in form(one, name).ask():
                told = render_to_string("web/parts/form_item.html", {"item": item})
                assert f'name="{item.name}"' in told, (version.code, name, item.kind)


def test_what_is_needed_is_marked(machine: Machine) -> None:
    asked = by_key(form(machine, "reply").ask())
    assert (asked["solved"].required, asked["unsolved_reason"].required) == ("always", "sometimes")
    assert "时必填" in str(asked["unsolved_reason"].needed)
    assert asked["answer"].audience
    reported = by_key(form(machine, "leader_assigns").ask())
    assert reported["reported_at"].now  # has happened, and can be filled in as now
    assert not reported["due_at"].now
    assert not asked["account"].audience


def test_answers_go_to_the_verb_as_it_takes_them(
    machine: Machine, east_firm: Subject, liaison_li: User, at: datetime
) -> None:
    entered = sent(
        form(machine, "report"), liaison_li, at,
        files=[SimpleUploadedFile("现场.png", PNG)], title="停车难", appeal_category="traffic",
    )  # fmt: skip
    case = open_case(
        "appeal", "collect", subject=east_firm, answers=entered.answers, by=liaison_li, at=at
    )
    assert (case.title, case.facts["appeal_category"]) == ("停车难", "traffic")
    assert case.events.get().files.get().name == "现场.png"


def test_a_refused_file_leaves_the_others_and_the_words(
    machine: Machine, liaison_li: User, at: datetime
) -> None:
    one = form(machine, "report")
    good, bad = SimpleUploadedFile("好.png", PNG), SimpleUploadedFile("坏.exe", b"MZ\0\0")
    entered = sent(one, liaison_li, at, files=[bad, good], title="停车难")
    asked = by_key(one.ask(entered))
    assert "不接受这种文件" in asked["photos"].error
    assert [kept.name for kept in asked["photos"].kept] == ["好.png"]
    assert asked["title"].value == "停车难"
    token = asked["photos"].kept[0].token
    again = sent(one, liaison_li, at, title="停车难", photos_kept=token)
    assert [file.name for file in again.answers["photos"]] == ["好.png"]
    stolen = sent(form(machine, "report", owner="zhou"), liaison_li, at, photos_kept=token)
    assert stolen.answers == {}


def test_who_checks_an_answer_finds_it_filled_in_and_judges_for_themselves(
    machine: Machine,
    appeal: Case,
    everybody: None,
    dispatcher_he: User,
    clerk_tan: User,
    at: datetime,
) -> None:
    case = dispatch(appeal, by=dispatcher_he, at=at)
    case = act(case, "sign", by=clerk_tan, at=at)
    case = act(case, "contact", {"contacted": True, "contacted_at": at}, by=clerk_tan, at=at)
    facts = {"genuine": True, "in_remit": True, "solved": True}
    words = {"account": "已协调", "answer": "已增加泊位"}
    case = act(case, "reply", {**facts, **words}, by=clerk_tan, at=at)
    assert by_key(form(machine, "approve", case=case).ask())["answer"].value == "已增加泊位"
    again = by_key(form(machine, "reply", case=case).ask())
    assert (again["solved"].value, again["account"].value) == ("", "")
    chosen = by_key(form(machine, "dispatch", case=case).ask())
    assert (chosen["appeal_category"].value, chosen["class"].value) == ("traffic", "general")


def test_what_the_registry_knows_is_shown_to_who_may_see_it(
    machine: Machine, appeal: Case, east_firm: Subject, at: datetime
) -> None:
    state_facts(east_firm, {"staff": 35}, source="register", by="test", at=at)
    for sees, shown in ((True, "35"), (False, "")):
        items = [AsksFact(fact="staff")]
        (asked,) = Form(machine, items, "li", appeal, east_firm, sees=sees).ask()
        assert asked.value == shown


def test_a_choice_that_need_not_be_made_can_be_taken_back(machine: Machine) -> None:
    asked = by_key(form(machine, "report").ask())
    told = render_to_string("web/parts/form_item.html", {"item": asked["appeal_category"]})
    assert "不填" in told
    needed = by_key(form(machine, "reply").ask())["solved"]
    assert "不填" not in render_to_string("web/parts/form_item.html", {"item": needed})
