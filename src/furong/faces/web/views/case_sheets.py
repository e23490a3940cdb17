"""A draft's worked cases as a spreadsheet: out, and back into the form, where they are looked at."""

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from furong.apps.base.errors import Refusal
from furong.apps.base.files import store
from furong.apps.policies.case_sheets import cases_sheet, read_cases
from furong.apps.policies.models import Draft, Stage
from furong.apps.policies.sheets.cases import CaseChanges, case_changes
from furong.apps.registry.catalogue import catalogue
from furong.faces.web.access import Request, needs, person
from furong.faces.web.downloads import workbook
from furong.faces.web.presenters.studio import asked_facts, examined_form, studio_page
from furong.faces.web.studio.content import fields_of


@require_safe
@needs("policy.edit")
def export(request: Request, pk: UUID) -> HttpResponse:
    """The saved cases, with a column for every fact that the draft asks for."""
    draft = get_object_or_404(Draft, pk=pk)
    form = fields_of(draft.document, draft.definition)
    asked = asked_facts(examined_form(draft, form, at=request.at))
    content = cases_sheet(draft.definition.get("cases", ()), catalogue().facts, asked)
    return workbook(content, f"{draft.code} {draft.title} {_('样例')}".strip())


@require_POST
@needs("policy.edit")
def take_in(request: Request, pk: UUID) -> HttpResponse:
    """The editor with the cases of a spreadsheet in place of the saved ones; nothing is saved yet."""
    draft = get_object_or_404(Draft.objects.select_related("base", "changed_by"), pk=pk)
    upload = request.FILES.get("file")
    if draft.stage != Stage.DRAFTING or not isinstance(upload, UploadedFile):
        messages.error(request, _("请选择一个 xlsx 或 CSV 文件；送审中的草稿不能改样例"))
        return redirect("studio_draft", pk)
    judged = [f"{draft.code}.{one['id']}" for one in draft.definition.get("criteria", ())]
    try:
        file = store(upload, name=upload.name or "", by=person(request), at=request.at)
        read = read_cases(file.path, catalogue().facts, judged)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("studio_draft", pk)
    form = fields_of(draft.document, {**draft.definition, "cases": read.cases})
    page = studio_page(draft, form, at=request.at)
    changes = case_changes(draft.definition.get("cases", ()), read.cases)
    faulty = [
        case.title
        for case, told in zip(form.cases, page.feedback.cases, strict=True)
        if told.remarks
    ]
    notice = _told(len(read.cases), changes, faulty=faulty, unread=read.unread)
    return render(request, "web/studio.html", {"page": replace(page, notice=notice)})


def _told(count: int, changes: CaseChanges, *, faulty: list[str], unread: list[str]) -> str:
    """What was read, and what saving it will change."""
    told = (
        ngettext(
            "已读入 %d 个样例，还没有保存；核对右侧结果后再保存",
            "已读入 %d 个样例，还没有保存；核对右侧结果后再保存",
            count,
        )
        % count
    )
    parts = [
        (_("新增"), changes.added),
        (_("改动"), changes.changed),
        (_("删去"), changes.removed),
        (_("有误（见该样例下的说明）"), faulty),
        (_("未识别的列"), unread),
    ]
    for label, names in parts:
        if names:
            listed = _("、").join(name or _("（没有写情形）") for name in names)
            told += _("。%(label)s：%(names)s") % {"label": label, "names": listed}
    return told
