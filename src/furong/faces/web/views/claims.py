"""Registering on the phone, and asking to act for a firm by a letter of authorisation."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.file_types import FileRefused
from furong.apps.base.files import store
from furong.apps.directory.actions import Unregistered, register_person
from furong.apps.directory.models import Zone
from furong.apps.handlers.actions import (
    Claim,
    Unclear,
    count_claim,
    look_at_letter,
    read_invitation,
    request_authorisation,
    withdraw_request,
)
from furong.apps.handlers.days import end_of
from furong.apps.handlers.models import Authorisation
from furong.apps.registry.identifiers import USCC
from furong.faces.web.access import Request, person, public, signed_in
from furong.faces.web.presenters.authorisations import claim_form, claim_row
from furong.faces.web.views.session import here

FIELDS = ("code", "firm_name", "street", "role", "valid_to", "invitation")


@require_http_methods(["GET", "HEAD", "POST"])
@public
def register(request: Request) -> HttpResponse:
    """Name, mobile, password. The answer is the same for a mobile that is known."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            register_person(
                name=request.POST.get("name", ""),
                mobile=request.POST.get("mobile", ""),
                password=request.POST.get("password", ""),
                address=request.META.get("REMOTE_ADDR", ""),
                at=request.at,
                real=clock.real(),
            )
        except Unregistered as refusal:
            errors = {refusal.field: str(refusal)}
        except Refusal as refusal:
            errors = {"": str(refusal)}
        else:
            told = _("已登记，请用手机号和密码登录；以前登记过的，仍用原来的密码")
            messages.success(request, told)
            return redirect(here(request, "/claims/new/", sign_in=True))
    page = {
        "values": {name: request.POST.get(name, "") for name in ("name", "mobile")},
        "errors": errors,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "web/register.html", {"page": page}, status=422 if errors else 200)


@require_safe
@signed_in
def list_claims(request: Request) -> HttpResponse:
    """The person's own letters with their state."""
    mine = Authorisation.objects.of_user(person(request)).select_related("user", "street")
    rows = [claim_row(one, request.at) for one in mine.order_by("-requested_at", "-id")]
    return render(request, "web/claims.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_claim(request: Request) -> HttpResponse:
    """The form; a code of an invitation fills it in."""
    if request.method != "POST":
        return _form(request, _invited(request))
    values = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        count_claim(person(request), real=clock.real())
        _ask(request, values)
    except Unclear as refusal:
        return _form(request, values, {refusal.field: str(refusal)})
    except FileRefused as refusal:
        return _form(request, values, {"letter": str(refusal)})
    except Refusal as refusal:
        return _form(request, values, {"": str(refusal)})
    messages.success(request, _("已提交，街道或企业主办人核实后短信、站内告知"))
    return redirect("claims")


@require_POST
@signed_in
def withdraw_claim(request: Request, pk: UUID) -> HttpResponse:
    mine = Authorisation.objects.of_user(person(request))
    one = get_object_or_404(mine, pk=pk)
    try:
        withdraw_request(one, by=person(request), at=request.at)
        messages.success(request, _("已撤回"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("claims")


@require_safe
@signed_in
def show_letter(request: Request, pk: UUID) -> HttpResponse:
    """The letter, for whoever handed it in or may confirm it; each look is in the journal."""
    user = person(request)
    one = get_object_or_404(Authorisation.objects.visible_to(user, request.at), pk=pk)
    letter = look_at_letter(one, by=user, at=request.at)
    with letter.open() as file:
        answer = HttpResponse(file.read(), headers=letter.headers())
    answer["Cache-Control"] = "no-store"
    return answer


@transaction.atomic
def _ask(request: Request, values: dict[str, str]) -> Authorisation:
    """Keeps the letter and asks, or does neither."""
    file = request.FILES.get("letter")
    if not isinstance(file, UploadedFile):
        raise Unclear("letter", _("请上传授权书（PDF 或照片）"))
    street = Zone.objects.filter(kind="street", code=values["street"], withdrawn=False).first()
    if street is None:
        raise Unclear("street", _("请选择企业所在的街道"))
    claim = Claim(
        code=values["code"],
        firm_name=values["firm_name"],
        street=street,
        role=values["role"],
        valid_to=_end(values["valid_to"]),
        invitation=values["invitation"],
    )
    user = person(request)
    letter = store(file, name=file.name or "", by=user, at=request.at)
    return request_authorisation(claim, letter, by=user, at=request.at)


def _end(raw: str) -> datetime | None:
    if not raw:
        return None
    try:
        return end_of(date.fromisoformat(raw))
    except (ValueError, OverflowError):
        raise Unclear("valid_to", _("请按 2020-12-31 的样子填写授权截止日期")) from None


def _invited(request: Request) -> dict[str, str]:
    code = request.GET.get("code", "")
    found = read_invitation(code, at=request.at) if code else None
    if found is None:
        if code:
            messages.warning(
                request, _("邀请码不对，或已超过 7 天；请向企业主办人重新索取，或照下表填写")
            )
        return {}
    number = found.subject.identifiers.filter(scheme=USCC, valid_to=None).first()
    return {
        "code": number.value if number else "",
        "firm_name": found.subject.name,
        "street": found.subject.street.code if found.subject.street else "",
        "role": found.role,
        "invitation": found.code,
    }


def _form(
    request: Request, values: dict[str, str], errors: dict[str, Any] | None = None
) -> HttpResponse:
    page = claim_form(values, errors or {}, invited=bool(values.get("invitation")))
    status = 422 if errors else 200
    return render(request, "web/claim_new.html", {"page": page}, status=status)
