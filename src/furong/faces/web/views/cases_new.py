"""Registering a case: which way, about whom, and what; cases like it are shown while one types."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import once
from furong.apps.cases import actions
from furong.apps.cases.actions import AlreadyThere
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import Case, ProcedureVersion
from furong.apps.directory.access import grants_of
from furong.apps.registry.models import Subject
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_listing import CATEGORY
from furong.faces.web.case_posted import digest_of_form, first_typed, typed_of
from furong.faces.web.presenters import cases_suggest
from furong.faces.web.presenters.cases_forms import (
    PREFIX,
    Fields,
    Typed,
    asked_items,
    case_form,
    options_of,
)
from furong.faces.web.presenters.cases_pages import FormField, Suggested
from furong.faces.web.presenters.cases_suggest import Matter
from furong.faces.web.presenters.parts import Text
from furong.faces.web.views.cases import ACT
from furong.packs.models.procedures import AsksField, FormItem

FOUND = 12  # subjects of a search
EXTERNAL = "external_number"
HOTLINE = "12345"
NONE: Mapping[str, Text] = {}


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
    capacities = set(grants_of(person(request), request.at).values_list("capacity", flat=True))
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
    items = _items(machine, opening, subject)
    if request.method != "POST":
        return _page(request, card, machine, subject, first_typed(request, items) or Typed())
    return _posted(request, card, machine, subject, items)


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


def _items(machine: Machine, opening: str, subject: Subject | None) -> list[FormItem]:
    form = machine.procedure.openings[opening].form
    blank = Case(subject=subject, kind=next(iter(machine.procedure.classes)))
    return asked_items(machine.view.items(form), blank, machine)


def _page(
    request: Request,
    card: OpeningCard,
    machine: Machine,
    subject: Subject | None,
    typed: Typed,
    *,
    refusal: Text = "",
    there: Case | None = None,
    status: int = 200,
) -> HttpResponse:
    items = _items(machine, card.name, subject)
    blank = Case(subject=subject, kind=next(iter(machine.procedure.classes)))
    fields = [*Fields(machine, blank, typed).of(items), *_more(request, machine, card, items)]
    who = f"?subject={subject.pk if subject else 'none'}"
    address = [card.procedure, card.name]
    form = case_form(reverse("case_new", args=address) + who, _("登记"), fields, refusal=refusal)
    page = {
        "card": card,
        "subject": subject,
        "form": form,
        "there": there,
        "alike_url": reverse("case_alike", args=address) + who,
        "alike": _alike(request, subject),
    }
    return render(request, "web/case_new.html", page, status=status)


def _more(
    request: Request, machine: Machine, card: OpeningCard, items: Sequence[FormItem]
) -> Iterator[FormField]:
    """What every opening asks beside its form: the class, whose number it has elsewhere, care."""
    sent = request.POST
    declared = machine.procedure.openings[card.name]
    asks_class = any(isinstance(item, AsksField) and item.type == "class" for item in items)
    classes = machine.procedure.classes
    if not asks_class and declared.kind is None and len(classes) > 1:
        now = sent.get("kind") or next(iter(classes))
        options = options_of(classes, [now])
        yield FormField("kind", _("办理类别"), "choice", options=options, required=True)
    if any(getattr(item, "field", "") == EXTERNAL for item in items):
        now = sent.get("external_system", HOTLINE)
        yield FormField("external_system", _("来件系统"), "text", now, required=True, max=40)
    yield FormField(
        "sensitive",
        _("敏感事项"),
        "checks",
        options=options_of({"1": _("只让办理的人看到")}, sent.getlist("sensitive")),
    )


def _posted(
    request: Request,
    card: OpeningCard,
    machine: Machine,
    subject: Subject | None,
    items: Sequence[FormItem],
) -> HttpResponse:
    typed = typed_of(request, items)
    answers = typed.answers(items, machine)

    def again(
        refusal: Text = "",
        status: int = 200,
        there: Case | None = None,
        errors: Mapping[str, Text] = NONE,
    ) -> HttpResponse:
        messages.error(request, _("没有登记，请改正标出的各项"))
        mended = Typed(typed.values, typed.files, {**typed.errors, **errors}, empty=False)
        return _page(
            request, card, machine, subject, mended, refusal=refusal, there=there, status=status
        )

    if typed.errors:
        return again()
    number = str(answers.get(EXTERNAL, "")).strip()
    system = request.POST.get("external_system", "").strip()[:40] or HOTLINE
    try:
        with once(
            request.POST.get("key", ""), by=person(request), digest=digest_of_form(request)
        ) as kept:
            if not kept.answered:
                made = actions.open_case(
                    card.procedure,
                    card.name,
                    subject=subject,
                    answers=answers,
                    kind=request.POST.get("kind", ""),
                    sensitive=request.POST.get("sensitive") == "1",
                    external=(system, number) if number else None,
                    by=person(request),
                    at=request.at,
                )
                kept.reply = str(made.pk)
    except InvalidAnswers as invalid:
        return again(errors=invalid.problems)
    except AlreadyThere as known:
        return again(str(known), 409, _seen(request, known.case))
    except Refusal as refusal:
        return again(str(refusal), 409)
    case = Case.objects.get(pk=kept.reply)
    messages.success(request, _("已登记，编号 %s") % case.number)
    return redirect("case", case.pk)


def _seen(request: Request, case: Case) -> Case | None:
    """The case that is there already, for who may see it."""
    return Case.objects.visible_to(request.user, request.at).filter(pk=case.pk).first()


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
    words = " ".join(sent.get(f"{PREFIX}{name}", "")[:2000] for name in ("title", "details"))
    matter = Matter(words, subject, sent.get(f"{PREFIX}{CATEGORY}", ""))
    return cases_suggest.look_alikes(matter, user=person(request), at=request.at)
