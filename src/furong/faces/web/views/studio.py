"""The policy studio: drafts, the editor with what is counted while one writes, undo."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.policies.actions import (
    Stale,
    open_draft,
    recall_draft,
    restore_draft,
    save_draft,
    submit_draft,
    withdraw_draft,
)
from furong.apps.policies.models import Draft, Stage
from furong.apps.registry.catalogue import catalogue
from furong.faces.web.access import Request, needs, person
from furong.faces.web.presenters.studio import draft_list, feedback_of, studio_page
from furong.faces.web.studio.content import content_of, fields_of
from furong.faces.web.studio.posted import fields_from, rearranged, revision_of
from furong.faces.web.studio.state import PolicyFields

EDITOR = "web/studio.html"


@require_safe
@needs("draft.view")
def list_drafts(request: Request) -> HttpResponse:
    page = draft_list(
        user=person(request),
        stage=request.GET.get("stage", ""),
        may_write="policy.edit" in request.actions,
        at=request.at,
    )
    return render(request, "web/studio_list.html", {"page": page})


@require_POST
@needs("policy.edit")
def open_new(request: Request) -> HttpResponse:
    """Begins a new policy under an id, or a revision of an issued one."""
    code = request.POST.get("code", "").strip().upper()
    try:
        draft = open_draft(code, by=person(request), at=request.at)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        held = Draft.objects.open().filter(code=code).first()
        return redirect("studio_draft", held.pk) if held else redirect("studio")
    return redirect("studio_draft", draft.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("policy.edit")
def edit(request: Request, pk: UUID) -> HttpResponse:
    """The editor; a POST saves. Who comes too late is told so, and keeps their words."""
    draft = get_object_or_404(Draft.objects.select_related("base", "changed_by"), pk=pk)
    saved = fields_of(draft.document, draft.definition)
    if request.method != "POST":
        if draft.stage != Stage.DRAFTING:
            return redirect("studio_review", pk)
        return render(request, EDITOR, {"page": studio_page(draft, saved, at=request.at)})
    form = fields_from(request.POST, saved=saved)
    document, definition = content_of(form, catalogue().facts, document=draft.document)
    try:
        kept = save_draft(
            draft,
            document=document,
            definition=definition,
            revision=revision_of(request.POST),
            by=person(request),
            at=request.at,
        )
    except Stale as stale:
        draft.refresh_from_db()
        page = studio_page(draft, form, at=request.at, stale=stale)
        return render(request, EDITOR, {"page": page}, status=409)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        page = studio_page(draft, form, at=request.at)
        return render(request, EDITOR, {"page": page}, status=409)
    if request.POST.get("then") == "submit":
        return _submit(request, draft, kept.revision)
    messages.success(request, _("已保存"))
    return redirect("studio_draft", pk)


def _submit(request: Request, draft: Draft, revision: int) -> HttpResponse:
    try:
        submit_draft(draft, revision=revision, by=person(request), at=request.at)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("studio_draft", draft.pk)
    messages.success(request, _("已送审，审核人员会在“政策起草”里看到"))
    return redirect("studio_review", draft.pk)


@require_POST
@needs("policy.edit")
def attempt(request: Request, pk: UUID) -> HttpResponse:
    """What the form as posted would do; nothing is saved."""
    draft, form = _posted(request, pk)
    feedback = feedback_of(draft, form, at=request.at)
    return render(request, "web/studio_feedback.html", {"feedback": feedback, "swap": True})


@require_POST
@needs("policy.edit")
def arrange(request: Request, pk: UUID) -> HttpResponse:
    """The form with a row more or less, or with the fields that another choice asks for."""
    draft, form = _posted(request, pk)
    form = rearranged(form, request.POST.get("change", ""), catalogue().facts)
    page = studio_page(draft, form, at=request.at)
    if not request.htmx:
        return render(request, EDITOR, {"page": page})
    editor = render(request, f"{EDITOR}#editor", {"page": page})
    told = render(request, "web/studio_feedback.html", {"feedback": page.feedback, "oob": True})
    return HttpResponse(editor.content + told.content)


@require_POST
@needs("policy.edit")
def restore(request: Request, pk: UUID) -> HttpResponse:
    draft = get_object_or_404(Draft, pk=pk)
    wanted = request.POST.get("to", "")
    if not (wanted.isdecimal() and len(wanted) < 9):
        raise Http404
    try:
        restore_draft(
            draft, int(wanted), seen=revision_of(request.POST), by=person(request), at=request.at
        )
        messages.success(request, _("已恢复到第 %s 次修改的内容") % wanted)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("studio_draft", pk)


@require_POST
@needs("policy.edit")
def withdraw(request: Request, pk: UUID) -> HttpResponse:
    """Gives the draft up, or takes it back from review."""
    draft = get_object_or_404(Draft, pk=pk)
    reason = request.POST.get("reason", "").strip()
    act = recall_draft if request.POST.get("act") == "recall" else withdraw_draft
    try:
        act(draft, reason=reason, by=person(request), at=request.at)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("studio_review", pk)
    if act is recall_draft:
        messages.success(request, _("已撤回修改；改好后重新送审"))
        return redirect("studio_draft", pk)
    messages.success(request, _("已撤稿"))
    return redirect("studio")


def _posted(request: Request, pk: UUID) -> tuple[Draft, PolicyFields]:
    draft = get_object_or_404(Draft.objects.select_related("base", "changed_by"), pk=pk)
    return draft, fields_from(request.POST, saved=fields_of(draft.document, draft.definition))
