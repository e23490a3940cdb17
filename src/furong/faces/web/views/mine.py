"""The enterprise's own pages: its policies through three doors, and taking them up in one tap."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.handlers.actions import apply_in_name
from furong.apps.policies.actions import withdraw_application
from furong.apps.policies.models import Application
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Source, SubjectFacts
from furong.faces.web.access import Request, needs, person, signed_in
from furong.faces.web.firms import back_to, chosen_firm, firms_of
from furong.faces.web.presenters.disputes import own_facts
from furong.faces.web.presenters.mine import my_policies
from furong.faces.web.presenters.questions import answers


@require_safe
@signed_in
def my_page(request: Request) -> HttpResponse:
    """The policies of one of the person's firms; `firm` chooses, and is remembered.

    Whoever has no firm, or none any more, is led to their letters of authorisation, which say why.
    """
    chosen = chosen_firm(request)
    if chosen is None:
        return redirect("claims")
    firms = list(firms_of(request).order_by("name"))
    page = my_policies(chosen, firms, user=person(request), at=request.at)
    return render(request, "web/mine.html", {"page": page})


@require_safe
@needs("mine.view")
def my_facts(request: Request) -> HttpResponse:
    """What is known of one of the person's firms, whence, and what is in dispute; `firm` as above."""
    chosen = chosen_firm(request)
    if chosen is None:
        return redirect("claims")
    return render(request, "web/my_facts.html", {"page": own_facts(chosen)})


@require_POST
@needs("mine.view")
def my_answer(request: Request, pk: UUID) -> HttpResponse:
    """Answers the question on the page, in the enterprise's own name."""
    firm = get_object_or_404(firms_of(request), pk=pk)
    given = answers(request.POST)
    try:
        if not given:
            raise Refusal(_("还没有填写，没有保存"))
        state_facts(firm, given, source=Source.OWNER, by=person(request), at=request.at)
        messages.success(request, _("已保存，各项政策已重新判定"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return back_to(firm)


@require_POST
@needs("mine.view")
def my_apply(request: Request, pk: UUID, policy: str) -> HttpResponse:
    """Takes a policy up; twice is once. A page that is older than the facts is shown anew first."""
    firm = get_object_or_404(firms_of(request), pk=pk)
    now = SubjectFacts.objects.get(subject=firm).sequence
    if request.POST.get("sequence") != str(now):
        messages.warning(request, _("您打开页面之后企业信息有更新，请核对下面的判定后再提交"))
        return back_to(firm)
    try:
        made = apply_in_name(firm, policy, by=person(request), at=request.at)
    except KeyError as error:
        raise Http404 from error
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("已受理，受理号 %s") if made.made else _("此前已受理，受理号 %s")
        messages.success(request, told % made.application)
    return back_to(firm)


@require_POST
@needs("mine.view")
def my_withdraw(request: Request, pk: UUID) -> HttpResponse:
    """Takes an application back that was not decided yet."""
    firms = firms_of(request)
    one = get_object_or_404(Application.objects.filter(subject__in=firms), pk=pk)
    try:
        withdraw_application(one, reason=_("企业自行撤回"), by=person(request), at=request.at)
        messages.success(request, _("申请已撤回，可以重新提交"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return back_to(one.subject)
