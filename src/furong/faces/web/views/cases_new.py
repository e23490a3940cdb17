"""Registering a case: which way, about whom, and what; cases like it are shown while one types."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.cases import actions
from furong.apps.cases.actions import AlreadyThere
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, ProcedureVersion
from furong.apps.cases.sight import find
from furong.apps.directory.access import held_by
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_acts import hand_of
from furong.faces.web.case_listing import CATEGORY
from furong.faces.web.forms import Entered, Form
from furong.faces.web.posting import STALE, act_once
from furong.faces.web.presenters import cases_suggest
from furong.faces.web.presenters.act_forms import ActForm
from furong.faces.web.presenters.asked import PREFIX, Asked, class_asked, own
from furong.faces.web.presenters.cases_pages import Suggested
from furong.faces.web.presenters.cases_suggest import Matter
from furong.faces.web.presenters.parts import Text
from furong.faces.web.views.cases import ACT

FOUND = 12  # subjects of a search
EXTERNAL = "external_number"
HOTLINE = "12345"


@dataclass(frozen=True, slots=True)
class OpeningCard:
    """A way in which somebody may begin a case."""

    procedure: str
    title: Text
    summary: Text
    name: str
    label: Text


@require_safe
@needs(ACT)
def choose(request: Request) -> HttpResponse:
    """The ways in which the person may begin a case."""
    cards = [*_cards(request)]
    if len(cards) == 1:
        return redirect("case_new", cards[0].procedure, cards[0].name)
    return render(request, "web/case_choose.html", {"cards": cards})


def _cards(request: Request) -> Iterator[OpeningCard]:
    capacities = {one.capacity for one in held_by(person(request), request.at)}
    for machine in _latest():
        one = machine.procedure
        for name, opening in one.openings.items():
            held = {one.roles[role].capacity for role in opening.by if role in one.roles}
            if not opening.bulk and not held.isdisjoint(capacities):
                yield OpeningCard(one.procedure, one.title, one.summary, name, opening.label)


def _latest() -> Iterator[Machine]:
    versions: dict[str, ProcedureVersion] = {}
    for version in ProcedureVersion.objects.order_by("code", "version"):
        versions[version.code] = version
    yield from map(machine_of, versions.values())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def open_new(request: Request, procedure: str, opening: str) -> HttpResponse:
    """First the subject, then the form; `?subject=none` where the procedure allows it."""
    card, machine = _card(request, procedure, opening)
    wanted = request.GET.get("subject", "")
    free = not machine.procedure.subject.required
    if not wanted:
        return _subjects(request, card, machine)
    subject = None if wanted == "none" and free else _subject(request, wanted, machine)
    new = _New(request, card, machine, subject)
    return _posted(new) if request.method == "POST" else _page(new, _Tried())


@dataclass(frozen=True, slots=True)
class _New:
    """A case about to be begun: which way, about whom."""

    request: Request
    card: OpeningCard
    machine: Machine
    subject: Subject | None

    @property
    def form(self) -> Form:
        declared = self.machine.procedure.openings[self.card.name].form
        items = self.machine.view.items(declared)
        owner = hand_of(person(self.request)).owner
        return Form(self.machine, items, owner, subject=self.subject)

    def url(self, name: str) -> str:
        who = f"?subject={self.subject.pk if self.subject else 'none'}"
        return reverse(name, args=[self.card.procedure, self.card.name]) + who


@dataclass(frozen=True, slots=True)
class _Tried:
    """What was sent and not registered, and why. there: the case that is there already."""

    entered: Entered | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    there: Case | None = None


def _card(request: Request, procedure: str, opening: str) -> tuple[OpeningCard, Machine]:
    found = [c for c in _cards(request) if (c.procedure, c.name) == (procedure, opening)]
    version = ProcedureVersion.objects.latest_of(procedure)
    if not found or version is None:
        raise Http404
    return found[0], machine_of(version)


def _subjects(request: Request, card: OpeningCard, machine: Machine) -> HttpResponse:
    """Choosing whom it is about; htmx asks for the hits alone."""
    query = request.GET.get("q", "").strip()
    rows = Subject.objects.current().visible_to(request.user, request.at)
    rows = rows.filter(kind__in=machine.procedure.subject.kinds).select_related("street")
    found = rows.search(query) if query else rows.order_by("-registered_at", "number")
    page = {
        "card": card,
        "query": query,
        "found": [*found[:FOUND]],
        "free": not machine.procedure.subject.required,
        "kinds": [machine.known.kind(kind).label for kind in machine.procedure.subject.kinds],
    }
    template = "web/case_subject.html"
    return render(request, f"{template}#hits" if request.htmx else template, page)


def _subject(request: Request, wanted: str, machine: Machine) -> Subject:
    try:
        pk = UUID(wanted)
    except ValueError:
        raise Http404 from None
    rows = Subject.objects.current().visible_to(request.user, request.at)
    return get_object_or_404(
        rows.select_related("street"), pk=pk, kind__in=machine.procedure.subject.kinds
    )


def _page(new: _New, tried: _Tried) -> HttpResponse:
    request, card = new.request, new.card
    asked = new.form.ask(tried.entered, tried.problems, first=request.GET)
    form = ActForm(
        key="",
        url=new.url("case_new"),
        label=_("登记"),
        items=[*asked, *_more(new, asked)],
        once=uuid4().hex,
        refusal=tried.refusal,
        button=_("登记"),
    )
    page = {
        "card": card,
        "subject": new.subject,
        "form": form,
        "there": tried.there,
        "alike_url": new.url("case_alike"),
        "alike": _alike(request, new.subject),
    }
    status = STALE if tried.refusal else 200
    return render(request, "web/case_new.html", page, status=status)


def _more(new: _New, asked: Sequence[Asked]) -> Iterator[Asked]:
    """What every opening asks beside its form: the class, whose number it has elsewhere, care."""
    sent, keys = new.request.POST, {one.key for one in asked}
    declared = new.machine.procedure.openings[new.card.name]
    if "class" not in keys and declared.kind is None:
        yield from class_asked(new.machine.procedure.classes, sent.get("class", ""))
    if EXTERNAL in keys:
        system = sent.get("external_system", HOTLINE)
        yield own("external_system", _("来件系统"), "text", values=[system], limit=40)
    yield own(
        "sensitive",
        _("敏感事项"),
        "several",
        options={"1": _("仅办理人员可见")},
        values=sent.getlist("sensitive"),
    )


def _posted(new: _New) -> HttpResponse:
    request, card = new.request, new.card
    entered = new.form.read(request.POST, request.FILES, by=person(request), at=request.at)
    number = str(entered.answers.get(EXTERNAL, "")).strip()
    system = request.POST.get("external_system", "").strip()[:40] or HOTLINE

    def do() -> str:
        made = actions.open_case(
            card.procedure,
            card.name,
            subject=new.subject,
            answers=entered.answers,
            kind=request.POST.get("class", ""),
            sensitive=request.POST.get("sensitive") == "1",
            external=(system, number) if number else None,
            by=person(request),
            at=request.at,
        )
        return str(made.pk)

    try:
        if entered.problems:
            raise InvalidAnswers(entered.problems)
        case = Case.objects.get(pk=act_once(request, do))
    except InvalidAnswers as invalid:
        messages.error(request, _("未登记，请改正标出的各项"))
        return _page(new, _Tried(entered, invalid.problems))
    except Refusal as refusal:
        there = _seen(request, refusal.case) if isinstance(refusal, AlreadyThere) else None
        messages.error(request, _("未登记，请改正标出的各项"))
        return _page(new, _Tried(entered, refusal=str(refusal), there=there))
    messages.success(request, _("已登记，编号 %s") % case.number)
    return redirect("case", case.pk)


def _seen(request: Request, case: Case) -> Case | None:
    """The case that is there already, for who may see it."""
    return find(request.user, case.pk, request.at)


@require_safe
@needs(ACT)
def alike(request: Request, procedure: str, opening: str) -> HttpResponse:
    """Open cases like what is being typed, for htmx."""
    _card(request, procedure, opening)
    wanted = request.GET.get("subject", "")
    rows = Subject.objects.visible_to(request.user, request.at)
    subject = None
    if wanted and wanted != "none":
        try:
            subject = get_object_or_404(rows, pk=UUID(wanted))
        except ValueError:
            raise Http404 from None
    found = _alike(request, subject)
    return render(request, "web/parts/case_alike.html", {"alike": found})


def _alike(request: Request, subject: Subject | None) -> Sequence[Suggested]:
    sent = request.POST if request.method == "POST" else request.GET
    title, details = (sent.get(f"{PREFIX}{name}", "")[:2000] for name in ("title", "details"))
    matter = Matter(title, details, subject, sent.get(f"{PREFIX}{CATEGORY}", ""))
    return cases_suggest.look_alikes(matter, user=person(request), at=request.at)
