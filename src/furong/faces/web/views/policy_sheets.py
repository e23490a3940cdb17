"""Policies in and out of spreadsheets: template, upload, a look at every row, taking over, exports."""

from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import StoredFile
from furong.apps.policies import reads
from furong.apps.policies.models import Draft
from furong.apps.policies.sheets.book import (
    invalid_book,
    item_of_draft,
    item_of_text,
    policies_book,
    template,
)
from furong.apps.policies.sheets.pack_file import file_name, pack_file
from furong.apps.policies.sheets.planning import TAKEN, Planned, plan
from furong.apps.policies.sheets.reading import MOST, PolicySheet, read_policies
from furong.apps.policies.sheets.taking import Taken, take_over
from furong.apps.registry.catalogue import catalogue
from furong.faces.web import running
from furong.faces.web.access import Request, needs, person
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.policy_sheets import (
    SheetProgress,
    as_of,
    draft_leaves,
    sheet_preview,
)
from furong.faces.web.views.policies import text_or_404

AT_ONCE = 100
"""Rows that are taken over while the person waits; more behind a progress page."""
KEY = "policy_sheets"
KEPT = 5  # files whose codes a session remembers


# In.


@require_http_methods(["GET", "HEAD", "POST"])
@needs("policy.edit")
def upload(request: Request) -> HttpResponse:
    """The form. POST: keep the file, if it is a list of policies."""
    error = ""
    if request.method == "POST":
        try:
            held = request.FILES.get("file")
            if held is None:
                raise Refusal(_("没有选择文件，请选择政策清单（xlsx 或 CSV）"))
            file = store(held, name=held.name or "", by=person(request), at=request.at)
            _read(file.path)
        except Refusal as refusal:
            error = str(refusal)
        else:
            return redirect("policy_sheet", file.pk)
    page = {"error": error, "most": MOST}
    status = 422 if error else 200
    return render(request, "web/policy_sheet_upload.html", {"page": page}, status=status)


@require_safe
@needs("policy.edit")
def preview(request: Request, sheet: UUID) -> HttpResponse:
    """What becomes of each row; nothing is written. After taking over: what became of it."""
    file, held, planned = _planned(request, sheet)
    page = sheet_preview(
        file, held, planned, opened=_codes(request, file), query=request.GET.dict()
    )
    return render(request, "web/policy_sheet.html", {"page": page})


@require_POST
@needs("policy.edit")
def commit(request: Request, sheet: UUID) -> HttpResponse:
    """Takes the good rows over: a few at once, many behind a progress page. Again: the rest, or nothing."""
    file, _sheet, planned = _planned(request, sheet)
    good = [one for one in planned if one.verdict in TAKEN]
    _remember(request, file, [one.code for one in good])
    if len(good) > AT_ONCE:
        running.begin(str(file.pk), lambda: take_over(good, by=person(request), at=request.at))
        return redirect("policy_sheet_progress", sheet)
    _tell(request, take_over(good, by=person(request), at=request.at))
    return redirect("policy_sheet", sheet)


@require_safe
@needs("policy.edit")
def progress(request: Request, sheet: UUID) -> HttpResponse:
    """How far it has come; once it is done, on to what became of it."""
    file = _file(request, sheet)
    goes_on = running.is_running(str(file.pk))  # asked first: what is then counted is final
    codes = _codes(request, file)
    done = Draft.objects.open().filter(code__in=codes).count()
    why = running.why_stopped(str(file.pk))
    if done >= len(codes) or not (goes_on or why):
        answer = redirect("policy_sheet", sheet)
        return HttpResponseClientRedirect(answer["Location"]) if request.htmx else answer
    page = SheetProgress(str(file.pk), file.name, done, len(codes), goes_on, why)
    name = "web/policy_sheet_progress.html"
    return render(request, f"{name}#progress" if request.htmx else name, {"page": page})


@require_safe
@needs("policy.edit")
def invalid(request: Request, sheet: UUID) -> HttpResponse:
    """The faulty rows with their worked cases, the reason in the last column; mended, they go in again."""
    file, held, planned = _planned(request, sheet)
    stem = file.name.rpartition(".")[0] or file.name
    return workbook(invalid_book(held, planned), _("%s（未导入的行）") % stem)


# Out.


@require_safe
@needs("policy.edit")
def blank(request: Request) -> HttpResponse:  # noqa: ARG001 - the view's form
    """The template."""
    title = _("政策清单模板")
    return workbook(template(title=_("政策清单 · 每行一项，列名不改，列的次序随意")), title)


@require_safe
@needs("policy.view")
def export_library(request: Request) -> HttpResponse:
    """Every policy with all that its definition says, as a list that can be read back."""
    items = [item_of_text(text) for text in reads.library(request.at)]
    title = _("政策清单")
    return workbook(policies_book(items, title=as_of(title, len(items), request.at)), title)


@require_safe
@needs("draft.view")
def export_drafts(request: Request) -> HttpResponse:
    """The drafts under way with their contents, and the opinions on them."""
    drafts = [*Draft.objects.open().select_related("opened_by", "changed_by").order_by("code")]
    title = _("政策草稿")
    content = policies_book(
        [item_of_draft(draft) for draft in drafts],
        title=as_of(title, len(drafts), request.at),
        before=draft_leaves(drafts, request.at),
    )
    return workbook(content, title)


@require_safe
@needs("policy.view")
def export_yaml(request: Request, policy: str) -> HttpResponse:
    """The policy as a pack's file."""
    text = text_or_404(policy, request)
    answer = HttpResponse(
        pack_file(text, catalogue().facts), content_type="application/yaml; charset=utf-8"
    )
    disposition = content_disposition_header(as_attachment=True, filename=file_name(text))
    answer["Content-Disposition"] = disposition or "attachment"
    return answer


# The person's own files.


def _file(request: Request, pk: UUID) -> StoredFile:
    return get_object_or_404(StoredFile, pk=pk, stored_by=person(request).pk)


def _planned(request: Request, pk: UUID) -> tuple[StoredFile, PolicySheet, list[Planned]]:
    file = _file(request, pk)
    sheet = _read(file.path)
    day = reads.day_of(request.at, catalogue())
    return file, sheet, plan(sheet, day=day, digest=file.sha256)


@lru_cache(maxsize=4)
def _read(path: Path) -> PolicySheet:
    """What a kept file holds; kept files never change."""
    return read_policies(path)


def _remember(request: Request, file: StoredFile, codes: list[str]) -> None:
    before = request.session.get(KEY, {})
    held = {**before, str(file.pk): [*{*before.get(str(file.pk), ()), *codes}]}
    request.session[KEY] = dict([*held.items()][-KEPT:])


def _codes(request: Request, file: StoredFile) -> list[str]:
    """The codes that are or were taken over from a file, while the session lasts."""
    found: list[str] = request.session.get(KEY, {}).get(str(file.pk), [])
    return found


def _tell(request: Request, taken: Taken) -> None:
    count = len(taken.opened)
    told = ngettext("已新开 %d 份草稿", "已新开 %d 份草稿", count) % count
    if count:
        messages.success(request, told)
    for one, why in taken.refused:
        messages.error(
            request,
            _("第 %(line)d 行没有写入：%(why)s") % {"line": one.row.number, "why": why},
        )
