"""A caller at work, and who settles where two entries differ."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.cases import reads
from furong.apps.cases.actions import (
    act,
    act_of_call,
    may_reveal,
    record_call,
    reveal,
)
from furong.apps.cases.calls import names
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.models import CallList, Case
from furong.faces.web.access import Request, needs, person
from furong.faces.web.forms import Entered
from furong.faces.web.posting import act_once
from furong.faces.web.presenters.calling import (
    difference_page,
    form_of,
    settle_form,
    to_call,
    work_page,
)
from furong.faces.web.views.cases import ACT
from furong.packs.models.procedures import FormItem

STALE, WRONG = 409, 422


@require_safe
@needs(ACT)
def work(request: Request, pk: UUID) -> HttpResponse:
    """Whom the person calls next. `?second=1`: of those that are entered a second time."""
    made = _called(request, pk)
    second = request.GET.get("second") == "1"
    case = reads.next_call(
        made, person(request), request.at, second=second, skip=request.GET.getlist("skip")
    )
    return _shown(request, made, case, second=second)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def call(request: Request, pk: UUID, case_pk: UUID) -> HttpResponse:
    """One check to be called. POST: what came of it, and on to the next one."""
    made = _called(request, pk)
    case = _check(made, case_pk)
    if case.state not in (*names.TO_CALL, names.RECHECK):
        return redirect("call_work", pk)
    second = case.state == names.RECHECK
    if request.method != "POST":
        return _shown(request, made, case, second=second)
    machine, user = machine_of(case.procedure), person(request)
    entered = form_of(case, machine, user).read(request.POST, request.FILES, by=user, at=request.at)

    def record() -> str:
        result = str(entered.answers.get(names.RESULT, ""))
        record_call(
            case,
            _asked_for(machine, act_of_call(case, result), entered.answers),
            revision=_revision(request),
            by=user,
            at=request.at,
        )
        return str(case.pk)

    try:
        act_once(request, record)
    except InvalidAnswers as invalid:
        return _again(request, made, case, entered, problems=invalid.problems)
    except Refusal as refusal:
        return _again(request, made, case, entered, refusal=str(refusal))
    messages.success(request, _("%s 已登记") % case.number)
    answer = redirect("call_work", pk)
    if second:
        answer["Location"] += "?second=1"
    return answer


def _revision(request: Request) -> int | None:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else None


def _asked_for(machine: Machine, name: str, answers: Any) -> dict[str, Any]:
    """What goes with the result: the page has the questions of all results in one form."""
    form = machine.procedure.actions[name].form
    asked = {_name(item) for item in machine.view.items(form)} | {names.RESULT}
    return {key: value for key, value in answers.items() if key in asked}


def _name(item: FormItem) -> str:
    return getattr(item, "fact", "") or getattr(item, "field", "")


@require_POST
@needs(ACT)
def reveal_phone(request: Request, pk: UUID, case_pk: UUID) -> HttpResponse:
    """Shows the number of one check, with a reason that the journal keeps."""
    made = _called(request, pk)
    case = _check(made, case_pk)
    event = case.events.filter(sequence=1).first()
    if event is None or not may_reveal(case, person(request), request.at):
        raise Http404
    second = case.state == names.RECHECK
    try:
        values = reveal(
            event, reason=request.POST.get("reason", ""), by=person(request), at=request.at
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        answer = _shown(request, made, case, second=second)
        answer.status_code = STALE
        return answer
    phone = str(values.get("phone", "")) or _("号码已销毁")
    answer = _shown(request, made, case, second=second, phone=phone)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@needs(ACT)
def list_differences(request: Request, pk: UUID) -> HttpResponse:
    """The checks of a list whose entries differ, the oldest first."""
    made = _run(request, pk)
    rows = Case.objects.filter(call_line__list=made, state=names.DIFFERING).with_all()
    found = [both for case in rows.order_by("due_at", "pk") if (both := reads.both_of(case))]
    return render(request, "web/call_differences.html", {"made": made, "rows": found})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def settle(request: Request, pk: UUID, case_pk: UUID) -> HttpResponse:
    """Two entries side by side. POST: what holds."""
    made = _run(request, pk)
    case = _check(made, case_pk)
    both = reads.both_of(case) if case.state == names.DIFFERING else None
    if both is None:
        return redirect("call_differences", pk)
    machine, user = machine_of(case.procedure), person(request)
    if request.method != "POST":
        page = difference_page(made, both, machine, user)
        return render(request, "web/call_settle.html", {"page": page})
    entered = settle_form(case, machine, user).read(
        request.POST, request.FILES, by=user, at=request.at
    )

    def rule() -> str:
        act(
            case,
            names.SETTLE,
            entered.answers,
            revision=_revision(request),
            by=user,
            at=request.at,
        )
        return str(case.pk)

    problems: dict[str, str] = {}
    refusal = ""
    try:
        act_once(request, rule)
    except InvalidAnswers as invalid:
        problems, refusal = invalid.problems, _("裁定未登记，请改正标出的各项")
    except Refusal as refused:
        refusal = str(refused)
    else:
        messages.success(request, _("%s 已裁定") % case.number)
        return redirect("call_differences", pk)
    page = difference_page(
        made, both, machine, user, entered=entered, problems=problems, refusal=refusal
    )
    return render(
        request, "web/call_settle.html", {"page": page}, status=WRONG if problems else STALE
    )


def _called(request: Request, pk: UUID) -> CallList:
    rows = CallList.objects.called_by(person(request), request.at)
    return get_object_or_404(rows.select_related("team"), pk=pk)


def _run(request: Request, pk: UUID) -> CallList:
    rows = CallList.objects.run_by(person(request), request.at)
    return get_object_or_404(rows.select_related("team"), pk=pk)


def _check(made: CallList, pk: UUID) -> Case:
    rows = Case.objects.filter(call_line__list=made).with_all()
    return get_object_or_404(rows, pk=pk)


def _again(
    request: Request,
    made: CallList,
    case: Case,
    entered: Entered,
    *,
    problems: dict[str, str] | None = None,
    refusal: str = "",
) -> HttpResponse:
    case = _check(made, case.pk)
    machine = machine_of(case.procedure)
    shown = to_call(
        case,
        machine,
        person(request),
        request.at,
        entered=entered,
        problems=problems,
        refusal=refusal or _("未登记，请改正标出的各项"),
    )
    page = work_page(made, _desk(request, made), shown, second=case.state == names.RECHECK)
    return render(
        request, "web/call_work.html", {"page": page}, status=WRONG if problems else STALE
    )


def _shown(
    request: Request,
    made: CallList,
    case: Case | None,
    *,
    second: bool,
    phone: str | None = None,
) -> HttpResponse:
    shown = (
        to_call(case, machine_of(case.procedure), person(request), request.at, phone=phone)
        if case
        else None
    )
    page = work_page(made, _desk(request, made), shown, second=second)
    template = "web/call_work.html"
    part = f"{template}#phone" if request.htmx else template
    return render(request, part, {"page": page})


def _desk(request: Request, made: CallList) -> reads.Desk:
    local = timezone.localtime(request.at)
    began = datetime.combine(local.date(), time(), local.tzinfo)
    return reads.desk_of(made, person(request), request.at, day_began=began)
