"""What everyone may read without an account: policies, on a phone first."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from furong.faces.web.access import Request, public
from furong.faces.web.presenters.public import public_list, public_policy
from furong.faces.web.views.policies import text_or_404


@require_safe
@public
def list_policies(request: Request) -> HttpResponse:
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "level")}
    return render(request, "web/public_list.html", {"page": public_list(chosen, at=request.at)})


@require_safe
@public
def show_policy(request: Request, policy: str) -> HttpResponse:
    page = public_policy(text_or_404(policy, request), at=request.at)
    return render(request, "web/public_policy.html", {"page": page})
