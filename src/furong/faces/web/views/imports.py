"""Importing a table in four steps: upload, columns, preview, result."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.base.models import StoredFile
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import invalid_rows
from furong.apps.registry.importing import ImportResult, Verdict, batch_of, commit, preview
from furong.apps.registry.mapping import check_mapping, targets_of
from furong.apps.registry.models import ImportBatch, Source
from furong.apps.registry.tables.reader import SheetNotChosen, Table
from furong.faces.web import drafts, running
from furong.faces.web.access import Request, needs, person
from furong.faces.web.downloads import workbook
from furong.faces.web.drafts import Draft, table_of
from furong.faces.web.presenters import imports
from furong.faces.web.presenters.import_pages import SheetPage

AT_ONCE = 2_000
"""Rows that are imported while the person waits; more are imported behind a progress page."""


@require_http_methods(["GET", "HEAD", "POST"])
@needs("subject.import")
def upload(request: Request) -> HttpResponse:
    """The form, and the person's last imports. POST: keep the file and look for its table."""
    error = ""
    if request.method == "POST":
        try:
            return _take_in(request)
        except Refusal as refusal:
            error = str(refusal)
    page = imports.upload_page(
        person(request), settings.FURONG_UPLOAD_MB, at=request.at, error=error
    )
    return render(request, "web/import_upload.html", {"page": page}, status=422 if error else 200)


def _take_in(request: Request) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None:
        raise Refusal(_("没有选择文件，请选择要导入的表格"))
    kind = catalogue().kind(request.POST.get("kind", "")).id
    source = request.POST.get("source", "")
    if source not in Source.values:
        raise Refusal(_("请选择数据来源"))
    about = _day(request.POST.get("about", ""))
    file = store(upload, name=upload.name or "", by=person(request), at=request.at)
    draft = Draft(str(file.pk), kind, source, about)
    try:
        with table_of(file, draft):
            pass
    except SheetNotChosen:
        pass  # the next page asks
    drafts.save(request, draft)
    return redirect("import_mapping", file.pk)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise Refusal(_("“%s”不是日期，请写成 2020-02-24 的样子") % text[:20]) from None


@require_http_methods(["GET", "HEAD", "POST"])
@needs("subject.import")
def columns(request: Request, pk: UUID) -> HttpResponse:
    """What each column is taken for. POST: so it shall be read."""
    file, draft = drafts.load(request, pk)
    if "sheet" in request.POST:
        drafts.save(
            request, Draft(draft.file, draft.kind, draft.source, draft.about, request.POST["sheet"])
        )
        return redirect("import_mapping", pk)
    problem = ""
    try:
        with table_of(file, draft) as table:
            if request.method == "POST":
                draft.mapping = _mapping(request, table)
                try:
                    check_mapping(draft.plan().mapping, targets_of(draft.kind, catalogue()))
                except Refusal as refusal:
                    problem = str(refusal)
                else:
                    drafts.save(request, draft)
                    return redirect("import_preview", pk)
            page = imports.mapping_page(file, draft.kind, table, draft.mapping, problem=problem)
    except SheetNotChosen as choice:
        sheets = SheetPage(str(file.pk), file.name, str(choice), choice.sheets)
        return render(request, "web/import_sheet.html", {"page": sheets})
    return render(
        request, "web/import_mapping.html", {"page": page}, status=422 if problem else 200
    )


def _mapping(request: Request, table: Table) -> dict[str, str]:
    chosen = {
        column.place: request.POST.get(f"column-{column.place}", "") for column in table.columns
    }
    return {str(place): target for place, target in chosen.items() if target}


@require_safe
@needs("subject.import")
def look(request: Request, pk: UUID) -> HttpResponse:
    """The verdict on every row; nothing is written yet."""
    file, draft = drafts.load(request, pk)
    if not draft.mapping:
        return redirect("import_mapping", pk)
    with table_of(file, draft) as table:
        planned = list(preview(draft.plan(), table, by=person(request), at=request.at))
    page = imports.preview_page(
        file,
        draft.kind,
        planned,
        request.GET.get("v", ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "web/import_preview.html", {"page": page})


@require_POST
@needs("subject.import")
def take_over(request: Request, pk: UUID) -> HttpResponse:
    """Import the valid rows: a few at once, many behind a progress page. Again: go on, or nothing."""
    file, draft = drafts.load(request, pk)
    with table_of(file, draft) as table:
        if sum(1 for _row in table.rows()) <= AT_ONCE:
            result = _commit(request, file, draft, table)
            return _to_result(request, draft, result.batch)
    running.begin(str(pk), lambda: _commit_apart(request, file, draft))
    return redirect("import_progress", pk)


def _commit(request: Request, file: StoredFile, draft: Draft, table: Table) -> ImportResult:
    return commit(
        draft.plan(),
        table,
        file=file,
        by=person(request),
        at=request.at,
    )


def _commit_apart(request: Request, file: StoredFile, draft: Draft) -> None:
    with table_of(file, draft) as table:
        _commit(request, file, draft, table)


@require_safe
@needs("subject.import")
def progress(request: Request, pk: UUID) -> HttpResponse:
    """How far an import has come, and whether it goes on; once it is done, on to its result."""
    file, draft = drafts.load(request, pk)
    goes_on = running.is_running(str(pk))  # asked first: what is then read is final if it does not
    with table_of(file, draft) as table:
        batch = batch_of(draft.plan(), table, file.sha256, by=person(request), at=request.at)
        total = sum(1 for _row in table.rows())
    if batch and batch.finished_at:
        return _to_result(request, draft, batch)
    page = imports.progress_page(
        file,
        batch.rows_done if batch else 0,
        total,
        is_running=goes_on,
        why=running.why_stopped(str(pk)),
    )
    template = "web/import_progress.html"
    return render(request, f"{template}#progress" if request.htmx else template, {"page": page})


def _to_result(request: Request, draft: Draft, batch: ImportBatch) -> HttpResponse:
    draft.batch = str(batch.pk)
    drafts.save(request, draft)
    answer = redirect("import_result", batch.pk)
    return HttpResponseClientRedirect(answer["Location"]) if request.htmx else answer


@require_safe
@needs("subject.import")
def result(request: Request, pk: UUID) -> HttpResponse:
    """What became of a batch. One that is not finished is watched, or taken up, where it can be."""
    batch = get_object_or_404(ImportBatch, pk=pk, started_by=person(request))
    if not batch.finished_at and (draft := drafts.of_batch(request, batch)):
        return redirect("import_progress", draft.file)
    page = imports.result_page(batch, drafts.file_of_batch(request, pk))
    return render(request, "web/import_result.html", {"page": page})


@require_safe
@needs("subject.import")
def invalid(request: Request, pk: UUID) -> HttpResponse:
    """The rows that cannot be imported, as they came, with the reason in the last column."""
    file, draft = drafts.load(request, pk)
    with table_of(file, draft) as table:
        planned = preview(draft.plan(), table, by=person(request), at=request.at)
        refused = (one for one in planned if one.verdict is Verdict.INVALID)
        content = invalid_rows(table.columns, refused)
    return workbook(content, _("%s（未导入的行）") % file.name.rsplit(".", 1)[0])
