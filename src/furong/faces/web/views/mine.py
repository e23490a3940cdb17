"""The enterprise's own pages: its policies through three doors, and taking them up in one tap."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.directory.access import Capacity, grants_of
from furong.apps.directory.models import Grant
from furong.apps.policies.actions import apply_for, withdraw_application
from furong.apps.policies.models import Application
from furong.apps.registry.actions import state_facts
from furong.apps.registry.models import Source, Subject, SubjectFacts
from furong.apps.registry.models.subjects import SubjectQuerySet
from furong.faces.web.access import Request, needs, person
from furong.faces.web.presenters.disputes import own_facts
from furong.faces.web.presenters.mine import my_policies
from furong.faces.web.presenters.questions import answers

CHOSEN = "firm"
"""Where the session keeps the firm that was looked at last."""


@require_safe
@needs("mine.view")
def my_page(request: Request) -> HttpResponse:
    """The policies of one of the person's firms; `firm` chooses, and is remembered."""
    firms, chosen = _chosen(request)
    if chosen is None:
        return render(request, "web/mine_none.html")
    page = my_policies(chosen, firms, user=person(request), at=request.at)
    return render(request, "web/mine.html", {"page": page})


@require_safe
@needs("mine.view")
def my_facts(request: Request) -> HttpResponse:
    """What is known of one of the person's firms, whence, and what is in dispute; `firm` as above."""
    _others, chosen = _chosen(request)
    if chosen is None:
        return render(request, "web/mine_none.html")
    return render(request, "web/my_facts.html", {"page": own_facts(chosen)})


@require_POST
@needs("mine.view")
def my_answer(request: Request, pk: UUID) -> HttpResponse:
    """Answers the question on the page, in the enterprise's own name."""
    firm = get_object_or_404(_firms(request), pk=pk)
    given = answers(request.POST)
    try:
        if not given:
            raise Refusal(_("还没有填写，没有保存"))
        state_facts(firm, given, source=Source.OWNER, by=person(request), at=request.at)
        messages.success(request, _("已保存，各项政策已重新判定"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _back(firm)


@require_POST
@needs("mine.view")
def my_apply(request: Request, pk: UUID, policy: str) -> HttpResponse:
    """Takes a policy up; twice is once. A page that is older than the facts is shown anew first."""
    firm = get_object_or_404(_firms(request), pk=pk)
    now = SubjectFacts.objects.get(subject=firm).sequence
    if request.POST.get("sequence") != str(now):
        messages.warning(request, _("您打开页面之后企业信息有更新，请核对下面的判定后再提交"))
        return _back(firm)
    try:
        made = apply_for(firm, policy, by=person(request), at=request.at)
    except KeyError as error:
        raise Http404 from error
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("已受理，受理号 %s") if made.made else _("此前已受理，受理号 %s")
        messages.success(request, told % made.application)
    return _back(firm)


@require_POST
@needs("mine.view")
def my_withdraw(request: Request, pk: UUID) -> HttpResponse:
    """Takes an application back that was not decided yet."""
    firms = _firms(request)
    one = get_object_or_404(Application.objects.filter(subject__in=firms), pk=pk)
    try:
        withdraw_application(one, reason=_("企业自行撤回"), by=person(request), at=request.at)
        messages.success(request, _("申请已撤回，可以重新提交"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _back(one.subject)


def _chosen(request: Request) -> tuple[list[Subject], Subject | None]:
    """The person's firms, and the one that the address or the session chooses; None without any."""
    firms = list(_firms(request).select_related("street").order_by("name"))
    wanted = request.GET.get(CHOSEN) or request.session.get(CHOSEN)
    first = firms[0] if firms else None
    chosen = next((one for one in firms if str(one.pk) == wanted), first)
    if chosen is not None:
        request.session[CHOSEN] = str(chosen.pk)
    return firms, chosen


def _firms(request: Request) -> SubjectQuerySet:
    """The firms whose errands the person runs."""
    held = grants_of(request.user, request.at).filter(
        capacity=Capacity.OWNER, scope_kind=Grant.Scope.SUBJECT
    )
    return Subject.objects.current().filter(pk__in=[*held.values_list("scope_id", flat=True)])


def _back(firm: Subject) -> HttpResponse:
    return redirect(f"{reverse('mine')}?{CHOSEN}={firm.pk}")
