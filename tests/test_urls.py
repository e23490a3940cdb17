"""Every address against every kind of visitor: the matrix is generated from `config/urls.py`.

An address that is added states its permission, or the first test fails; it is then walked as every
capacity, as a stranger with an account and without one, and through a grant for another street.
"""

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from ninja.operation import PathView
from pytest_django.fixtures import Settings

from furong.apps.base import clock
from furong.apps.base.clock import set_clock
from furong.apps.base.files import store
from furong.apps.base.models import Installation
from furong.apps.cases.actions import Wording, exclude, make_template, open_case
from furong.apps.cases.models import Case, ReplyTemplate
from furong.apps.directory.access import ACTIONS, EVERY_ACTION, Capacity
from furong.apps.directory.models import Organisation, User
from furong.apps.handlers.actions import Claim, request_authorisation
from furong.apps.handlers.models import Authorisation
from furong.apps.notices import codes
from furong.apps.notices.actions import forward
from furong.apps.policies.actions import (
    Finding,
    Ruling,
    apply_for,
    apply_pack,
    decide_application,
    open_draft,
    review_draft,
    save_draft,
    submit_draft,
    take_standings,
)
from furong.apps.policies.models import Opinion
from furong.apps.registry.actions import contest, state_facts
from furong.apps.registry.models import FactEntry, Subject
from furong.config.urls import urlpatterns
from furong.faces.api.access import Needs
from furong.faces.web.access import PUBLIC, SIGNED_IN
from furong.packs import Pack
from tests.apps.cases.conftest import dispatch, with_procedures
from tests.apps.cast import EAST, person
from tests.apps.policies.sample import make_pack
from tests.apps.policies.test_drafting import DEFINITION, DOCUMENT

NOBODY = "nobody"
OF_THE_LIBRARY = {"openapi-json": SIGNED_IN, "openapi-view": SIGNED_IN, "api-root": NOBODY}
"""What django-ninja adds itself: the description of the API, and a root that is no page."""

BY_ALL = {PUBLIC, SIGNED_IN, NOBODY}
"""Permissions that no grant gives."""

FIGURES = {"show_reach", "case_figures", "case_figures_export"}
"""Addresses of figures: of the subjects that the visitor sees, and so not for owners or strangers to all."""

WITHIN = {
    *("exclusions", "exclusions_export", "exclusion", "exclusion_file", "show_exclusion"),
    *("case_figure_rows", "case_figure_rows_export", "reply_templates", "reply_template"),
}
"""Addresses of what offices say among themselves of cases: not for the party of a case."""

DISTRICT_WIDE = {"show_figures", "reply_template_new"}
"""Addresses for who sees, or dispatches in, the whole district."""

OF_CASES = {"show_case_file", "show_exclusion_file"}
"""Walked in tests/faces/api/test_cases.py and test_exclusions.py: here no such file is asked for."""
SAID_ONCE = {"contest", "contest_fact"}
"""Addresses that refuse what somebody has said already."""

BY_ROLE: Mapping[str, frozenset[str]] = {
    "case_do": frozenset({"owner", "liaison", "dispatcher"}),  # urges a case that a unit holds
    "calls": frozenset({"dispatcher"}),  # others have no list here
    "case_new": frozenset({"dispatcher"}),  # relays what the hotline sent
    "case_alike": frozenset({"dispatcher"}),
    "reply_template_new": frozenset({"dispatcher"}),  # who keeps the district's
    "case_exclude": frozenset(),  # for who speaks for the unit that holds the case
}
"""Addresses of acts: open to who has the role that the procedure asks for."""

BODIES: Mapping[str, Mapping[str, Any]] = {
    "subject_answer": {"fact-staff": "31"},
    "contest": {"fact-staff": "31", "note": "不符", "key": "contest"},
    "contest_fact": {"value": 31, "seen": 0, "note": "不符"},
    "put_facts": {"values": {"staff": 31}},
}
"""What is sent to the addresses that change one subject."""


@dataclass(frozen=True)
class Address:
    """One method of one address. parameters: the names of what stands in its path."""

    name: str
    route: str
    method: str
    permission: str
    parameters: frozenset[str]

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    @property
    def of_a_subject(self) -> bool:
        return "subject_id" in self.parameters or self.route.startswith("subjects/<uuid:pk>")

    @property
    def of_a_matter(self) -> bool:
        """Whether it shows an application, a decision, a dispute or a letter: a subject's."""
        routes = tuple(
            f"{one}/<uuid:pk>"
            for one in ("applications", "cases", "decisions", "disputes", "authorisations")
        )
        ids = {"application_id", "dispute_id", "exclusion_id", "exclusion"}
        named = ids & self.parameters or self.route.startswith(routes)
        return bool(named or self.of_a_letter) and self.method == "GET"

    @property
    def of_ones_own(self) -> bool:
        """Whether it shows what is one person's: a list, a case of theirs, what a link was made for.

        Here it is asked for nobody's; its own tests walk what it shows.
        """
        routes = ("mine/cases/<", "field/cases/<", "lists/<", "lists/proxy/<", "t/<", "calls/<")
        return self.route.startswith(routes) or "call_list_id" in self.parameters

    @property
    def of_a_letter(self) -> bool:
        """Whether it is open to whoever asked and whoever decides, by what is in the letter."""
        return "authorisation_id" in self.parameters or self.route.startswith("claims/<uuid:pk>")

    def path(self, values: Mapping[str, Any]) -> str:
        """values: parameter → value; `pk` by the first part of the route: `subjects`, `imports`."""
        chosen = {name: values.get(name) or values[self._thing()] for name in self.parameters}
        if self.of_ones_own and "pk" in self.parameters:
            chosen["pk"] = uuid4()
        name = f"api:{self.name}" if self.is_api else self.name
        return reverse(name, kwargs=chosen)

    def _thing(self) -> str:
        return "batch" if self.name == "import_result" else self.route.split("/")[0]

    def open_to(self, capacity: str) -> bool:
        """For someone signed in, who holds the capacity over the whole district."""
        actions = ACTIONS.get(capacity, frozenset())
        if self.name in BY_ROLE:
            return capacity in BY_ROLE[self.name]
        if self.name in FIGURES | WITHIN and (
            capacity == Capacity.OWNER or "subject.view" not in actions
        ):
            return False
        return self.permission in {PUBLIC, SIGNED_IN, *actions}

    def send(self, client: Client, values: Mapping[str, Any]) -> Any:
        body = BODIES.get(self.name, {})
        if not self.is_api:
            return (
                client.generic("GET", self.path(values))
                if self.method == "GET"
                else client.post(self.path(values), body)
            )
        headers = {"Idempotency-Key": self.path(values), "If-Match": "*"}
        kind = "application/json"
        send = client.get if self.method == "GET" else getattr(client, self.method.lower())
        return send(self.path(values), body or None, content_type=kind, headers=headers)


def patterns(found: Sequence[URLPattern | URLResolver]) -> Iterator[tuple[str, URLPattern]]:
    """All patterns with their whole routes."""
    for one in found:
        if isinstance(one, URLPattern):
            yield str(one.pattern), one
        else:
            for route, pattern in patterns(one.url_patterns):
                yield f"{one.pattern}{route}", pattern


def permissions_of(pattern: URLPattern) -> dict[str, str | None]:
    """Method → stated permission. A web page is read (GET) unless it answers POST alone."""
    name = pattern.name or ""
    view: Any = pattern.callback
    if isinstance(path := _closed_over(view).get("self"), PathView):
        return {
            method: _needed(operation)
            for operation in path.operations
            if operation.view_func.__name__ == name
            for method in operation.methods
        }
    stated = getattr(view, "permission", None) or OF_THE_LIBRARY.get(name)
    return {"POST" if _answers_post_alone(view) else "GET": stated}


def _closed_over(view: Any) -> Mapping[str, Any]:
    return inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}


def _needed(operation: Any) -> str | None:
    (guard,) = operation.auth_callbacks or [None]
    return guard.action if isinstance(guard, Needs) else None


def _answers_post_alone(view: Any) -> bool:
    return _closed_over(view).get("request_method_list") == ["POST"]


def addresses() -> list[Address]:
    return [
        Address(
            pattern.name or "",
            route,
            method,
            permission or "",
            frozenset(pattern.pattern.converters),
        )
        for route, pattern in patterns(urlpatterns)
        for method, permission in permissions_of(pattern).items()
    ]


@pytest.fixture
def district(db: None, tmp_path: Path, settings: Settings, at: datetime) -> Pack:
    """The cast's district with policies, on the day the story begins."""
    folder = with_procedures(make_pack(tmp_path))
    settings.FURONG_PACK = str(folder)
    pack = apply_pack(folder, by="test", at=at).pack
    Installation.objects.update(demo=True)
    set_clock(mode="frozen", anchor=at, by="test", at=at)
    return pack


@pytest.fixture
def firms(east_firm: Subject, west_firm: Subject, at: datetime) -> list[Subject]:
    """Two firms that the policies reach."""
    facts = {"staff": 30, "size_class": "small", "resumed": True}
    for one in (east_firm, west_firm):
        state_facts(one, facts, source="statistics", by="test", at=at)
        contested(one, at)
        decided(one, at)
        raised(one, at)
    take_standings(by="test", at=at - timedelta(days=1))
    return [east_firm, west_firm]


def contested(subject: Subject, at: datetime) -> None:
    """A dispute about the subject; what is shown for it is a file. The statistics stand meanwhile."""
    owner = person(f"owner-{subject.number}", "厂主", "owner", ("subject", str(subject.pk)), at=at)
    file = store("花名册".encode(), name="花名册.txt", by=owner, at=at)
    contest(
        subject, "staff", 29, seen=0, source="owner", note="不符", evidence=file, by=owner, at=at
    )


def decided(subject: Subject, at: datetime) -> None:
    """An application of the subject, and a decision on it that rests on a file."""
    held = User.objects.filter(username__in=("asker", "decider")).order_by("username")
    asker, decider = held or (person(name, name, "clerk", at=at) for name in ("asker", "decider"))
    made = apply_for(subject, "T02", by=asker, at=at).application
    file = store("会议纪要".encode(), name="纪要.txt", by=decider, at=at)
    ruling = Ruling(granted=True, decider="区政府", decided_on=at.date(), file=file)
    decide_application(made, ruling, by=decider, at=at)


def claimed(subject: Subject) -> Authorisation:
    """A letter by which the stranger asks to act for the subject."""
    if held := Authorisation.objects.filter(subject=subject).first():
        return held
    at = clock.now()
    asker = User.objects.filter(username="zhou").first() or person("zhou", "周路人", at=at)
    file = store(b"%PDF-1.7", name="授权书.pdf", by=asker, at=at)
    code = subject.identifiers.get(scheme="uscc").value
    assert subject.street is not None
    claim = Claim(code=code, firm_name=subject.name, street=subject.street, role="main")
    return request_authorisation(claim, file, by=asker, at=at)


def raised(subject: Subject, at: datetime) -> None:
    """A case of the subject with a photograph, which a unit holds."""
    owner, dispatcher = (
        User.objects.filter(username=name).first() or person(name, name, capacity, at=at)
        for name, capacity in (("raiser", "owner"), ("handler", "dispatcher"))
    )
    file = store("照片".encode(), name="说明.txt", by=owner, at=at)
    told = {"title": f"{subject.name}停车难", "photos": [str(file.pk)]}
    case = open_case("appeal", "report", subject=subject, answers=told, by=owner, at=at)
    dispatch(case, by=dispatcher, at=at)
    excluded(case, at)


def excluded(case: Case, at: datetime) -> None:
    """The unit that holds a case asks that it be left out, with a paper."""
    unit = Organisation.objects.get(code="urban")
    held = User.objects.filter(username="asks").first()
    clerk = held or person("asks", "申请人", "clerk", ("organisation", unit.code), at=at)
    paper = store("停电通知".encode(), name="通知.txt", by=clerk, at=at)
    exclude(
        case, unit, rate="resolve", ground="force_majeure", words=f"{case.title}当日停电",
        files=[paper], by=clerk, at=at,
    )  # fmt: skip


def kept_text() -> UUID:
    """A reply template of the whole district."""
    held = ReplyTemplate.objects.first()
    keeper = User.objects.get(username="handler")
    told = Wording("答复", "{编号}")
    return (held or make_template(None, told, by=keeper, at=clock.now())).pk


class Things(dict[str, Any]):
    """Parameter → value, or what finds it, which is asked when the value is."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return value() if callable(value) else value

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 - which would call itself

    def __or__(self, more: Mapping[str, Any]) -> "Things":  # type: ignore[override]
        return Things({**self, **more})


def values_for(subject: Subject, draft: UUID | str, batch: UUID | str) -> Things:
    return Things({
        "paper": "poster",
        "code": lambda: forwarded(),
        "notices": uuid4(),  # nobody's message
        "applications": lambda: subject.applications.get().pk,
        "application_id": lambda: subject.applications.get().pk,
        "decisions": lambda: subject.decisions.get().pk,
        "disputes": lambda: subject.disputes.get().pk,
        "dispute_id": lambda: subject.disputes.get().pk,
        "entry": lambda: subject.disputes.get().entries.exclude(evidence=None).earliest("pk").pk,
        "authorisations": lambda: claimed(subject).pk,
        "authorisation_id": lambda: claimed(subject).pk,
        "claims": lambda: claimed(subject).pk,
        "handlers": uuid4(),  # nobody's letter
        "errands": uuid4(),
        "cases": lambda: subject.cases.get().pk,
        "case_id": lambda: subject.cases.get().pk,
        "exclusion": lambda: subject.cases.get().exclusions.get().pk,
        "exclusion_id": lambda: subject.cases.get().exclusions.get().pk,
        "template": lambda: kept_text(),
        "evidence": lambda: subject.cases.get().exclusions.get().files.get().pk,
        "procedure": "appeal",
        "number": 1,
        "opening": "relay",
        "key": "actions.urge",
        "sequence": 1,
        "attached": lambda: subject.cases.get().events.get(sequence=1).files.get().pk,
        "invitation": uuid4(),  # nobody's link
        "mine": subject.pk,
        "field": uuid4(),  # nobody's case
        "lists": uuid4(),
        "line": uuid4(),
        **dict.fromkeys(("calls", "call_list_id", "case_pk"), uuid4()),  # nobody's
        "token": "nobodys",
        "kind": "pdf",
        "subjects": subject.pk,
        "subject_id": subject.pk,
        "fact": "staff",
        "policy": "T01",
        "policy_id": "T01",
        "imports": draft,
        "batch": batch,
        "sheet": uuid4(),  # nobody's file
        "letters": uuid4(),
        **{name: uuid4() for name in ("asked_id", "file_id")},
        "name": "dispatch",
        **{name: partial(drafted, name) for name in ("studio", "draft_id", "file")},
    })  # fmt: skip


def drafted(name: str) -> Any:
    """Of a draft that a review sent back, and the file that the opinion rests on: one of their ids."""
    held = Opinion.objects.select_related("draft", "file").first()
    if held is None:
        at = clock.now()
        author, reviewer = (
            person(name, name, capacity, at=at)
            for name, capacity in (("author", "policy_officer"), ("reader", "policy_reviewer"))
        )
        draft = open_draft("T09", by=author, at=at)
        words = {"document": DOCUMENT, "definition": DEFINITION}
        draft = save_draft(draft, **words, revision=1, by=author, at=at)
        draft = submit_draft(draft, revision=draft.revision, by=author, at=at)
        file = store("意见书".encode(), name="意见书.txt", by=reviewer, at=at)
        returned = Finding(passed=False, unit="区司法局", text="请补充依据", file=file)
        review_draft(
            draft, returned, stage=draft.stage, revision=draft.revision, by=reviewer, at=at
        )
        held = Opinion.objects.select_related("draft", "file").get()
    assert held.file is not None
    return held.file.pk if name == "file" else held.draft.pk


def forwarded() -> str:
    """A code by which T01 was passed on."""
    maker = User.objects.filter(username="maker").first() or person(
        "maker", "转发人", at=clock.now()
    )
    made = forward(("policies.policy", "T01"), path="/p/T01/", by=maker, at=clock.now())
    return codes.make(made.code)


def imported(client: Client) -> tuple[str, str]:
    """The draft and the batch of an import that the client made."""
    file = SimpleUploadedFile("名册.csv", "企业名称,所属街道\n东街书店,东街\n".encode())
    form = {"kind": "enterprise", "source": "statistics", "file": file}
    draft = client.post(reverse("imports"), form)["Location"].split("/")[2]
    client.post(reverse("import_mapping", args=[draft]), {"column-0": "name", "column-1": "street"})
    result = client.post(reverse("import_commit", args=[draft]))["Location"]
    return draft, result.split("/")[3]


def own_sheet(client: Client, capacity: str) -> dict[str, str]:
    """A list of policies that the client sent in, where the capacity may."""
    if "policy.edit" not in ACTIONS.get(capacity, frozenset()):
        return {}
    file = SimpleUploadedFile("政策.csv", "编号,名称\nT50,甲\n".encode())
    return {
        "sheet": client.post(reverse("policy_sheets"), {"file": file})["Location"].split("/")[3]
    }


def own_letters(client: Client, capacity: str) -> dict[str, str]:
    """Letters of a hotline that the client sent in, where the capacity may."""
    if "case.dispatch" not in ACTIONS.get(capacity, frozenset()):
        return {}
    file = SimpleUploadedFile("来件.csv", "工单号,标题,企业名称\nHX1,停车难,东街书店\n".encode())
    sent = client.post(reverse("relay"), {"file": file, "system": "12345"})
    return {"letters": sent["Location"].split("/")[3]}


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def may_import(capacity: str) -> bool:
    return "subject.import" in ACTIONS.get(capacity, frozenset())


def one_of_each(scope: tuple[str, str], at: datetime) -> dict[str, User]:
    return {one.value: person(one, str(one.label), one, scope, at=at) for one in Capacity}


def shown(answer: Any) -> str:
    """What an answer tells: its text, or the cells of its sheet."""
    if "spreadsheet" in answer.headers.get("Content-Type", ""):
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
        return str([*sheet.iter_rows(values_only=True)])
    text = answer.content.decode(errors="replace")  # a picture tells nothing here
    return str(json.loads(text)) if "json" in answer.headers.get("Content-Type", "") else text


def test_every_address_states_its_permission() -> None:
    found, known = addresses(), {*BY_ALL, *EVERY_ACTION}
    assert len({one.route for one in found}) >= 36
    assert [one for one in found if one.permission not in known] == []
    assert {one.name for one in found} >= {*OF_THE_LIBRARY, *FIGURES, *BODIES, *BY_ROLE}


def test_every_capacity_opens_what_its_actions_allow_and_nothing_else(
    firms: list[Subject], stranger_zhou: User, at: datetime
) -> None:
    people = {**one_of_each(("all", ""), at), "stranger": stranger_zhou}
    clients = {capacity: signed_in(user) for capacity, user in people.items()}
    imports = {one: imported(clients[one]) for one in people if may_import(one)}
    wrong = []
    for capacity, client in clients.items():
        values = values_for(firms[0], *imports.get(capacity, imports["clerk"]))
        values |= own_sheet(client, capacity) | own_letters(client, capacity)
        for one in addresses():
            allowed = one.open_to(capacity)
            if allowed and one.method != "GET":
                continue  # what it does is for its own tests
            if one.permission in BY_ALL and capacity != "stranger":
                continue  # once is enough
            status = one.send(client, values).status_code
            own_only = one.of_ones_own or one.name in OF_CASES
            if status not in ({200, 302} if allowed and not own_only else {404}):
                wrong.append(f"{capacity} {one.method} {one.route}: {status}")
    assert wrong == []


def test_without_signing_in_there_is_only_what_is_public(
    firms: list[Subject], at: datetime
) -> None:
    clerk = person("jie", "经办", "clerk", at=at)
    values = values_for(firms[0], *imported(signed_in(clerk)))
    client = Client(raise_request_exception=False)
    wrong = []
    for one in addresses():
        answer = one.send(client, values)
        if one.permission == PUBLIC:
            shown_ = {404} if one.of_ones_own else {200, 302}
            right = answer.status_code in shown_ if one.method == "GET" else True
        elif one.permission == NOBODY:
            right = answer.status_code == 404
        elif one.name in OF_THE_LIBRARY or not one.is_api:
            right = answer.status_code == 302 and answer["Location"].startswith("/login/?next=")
        else:
            right = answer.status_code == 401
        if not right:
            wrong.append(f"{one.method} {one.route}: {answer.status_code}")
    assert wrong == []


def test_whoever_has_one_street_finds_nothing_of_another(
    firms: list[Subject], at: datetime
) -> None:
    east, west = firms
    before = FactEntry.objects.filter(subject=west).count()
    wrong, lists = [], set()
    for capacity, user in one_of_each(("zone", EAST), at).items():
        client = signed_in(user)
        own = imported(client) if may_import(capacity) else ("", "")
        sheet = own_sheet(client, capacity) | own_letters(client, capacity)
        for one in addresses():
            if one.permission == PUBLIC or one.name in OF_THE_LIBRARY:
                continue
            if not one.open_to(capacity):
                continue  # refused for the whole district already
            if not one.of_a_subject and one.method != "GET":
                continue
            if one.name in DISTRICT_WIDE | OF_CASES:
                continue
            alien = one.of_a_letter and "handler.decide" not in ACTIONS[capacity]
            if alien or one.of_ones_own:
                status = one.send(client, values_for(east, *own)).status_code
                if status != 404:
                    wrong.append(f"{capacity} {one.method} {one.route}: {status}")
                continue
            answer = one.send(client, values_for(east, *own) | sheet)
            done = {200, 201, 302} | ({409} if one.name in SAID_ONCE else set())
            if answer.status_code not in done or west.name in shown(answer):
                wrong.append(f"{capacity} {one.method} {one.route}: {answer.status_code}")
            if one.of_a_subject or one.of_a_matter:
                status = one.send(client, values_for(west, *own)).status_code
                if status != 404:
                    wrong.append(f"{capacity} {one.method} {one.route}: {status}")
            elif east.name in shown(answer):
                lists.add(one.name)
    assert wrong == []
    assert FactEntry.objects.filter(subject=west).count() == before
    assert lists >= {"subjects", "subjects_export", "list_subjects", "list_reached"}
    assert lists >= {"cases", "cases_export"}
    assert lists >= {"policy_subjects", "policy_subjects_export"}
    assert lists >= {"finding", "finding_export", "applications", "decisions", "list_entitled"}
