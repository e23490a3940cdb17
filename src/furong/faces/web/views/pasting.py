"""A chat passage pasted by a liaison officer: parted, looked at, and registered line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions import open_case
from furong.apps.cases.models import Case
from furong.apps.cases.reads import Openable
from furong.engines.text.passages import LONGEST, split, title_of
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_acts import hand_of
from furong.faces.web.forms import LONG
from furong.faces.web.posting import STALE
from furong.faces.web.presenters.asked import Asked, class_asked, own
from furong.faces.web.presenters.case_phone import Card, card
from furong.faces.web.presenters.field import Line, Pasted, case_url
from furong.faces.web.views.field import key_of, opening, subject_asked, subject_of
from furong.packs.models.procedures import AsksField

MOST = 50
"""Passages that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of the opening's form into which a passage goes: its first line, and all of it."""

    title: AsksField
    details: AsksField | None


@require_http_methods(["GET", "HEAD", "POST"])
@needs("field.view")
def paste(request: Request) -> HttpResponse:
    """Paste, look over, register. What is refused stays on the page beside what is done."""
    if request.method != "POST":
        return _page(request, Pasted())
    one = opening()
    if "lines" not in request.POST:
        return _page(request, _parted(request, one))
    done: list[Case] = []
    left: list[Line] = []
    every = [*_returned(request, one)]
    for line in every:
        try:
            if line.wanted:
                done.append(_register(request, one, line.place))
            else:
                left.append(line)
        except Refusal as refusal:
            left.append(replace(line, problem=str(refusal)))
    wrong = any(line.problem for line in left)
    hand = hand_of(person(request))
    page = _pasted(
        lines=left if wrong or not done else (),
        done=[card(case, request.at, case_url(case), hand) for case in done],
        refusal="" if done or wrong else _("还没有勾选要登记的"),
    )
    return _page(request, page, stale=wrong or not done)


def _parted(request: Request, one: Openable) -> Pasted:
    text = request.POST.get("text", "")
    passages = split(text)
    if not passages:
        return Pasted(text=text, refusal=_("没有可以登记的内容，请粘贴聊天记录里的文字"))
    refusal = ""
    if len(text) > LONGEST or len(passages) > MOST:
        refusal = _("内容太长，只取了前 %d 条；其余请分次粘贴") % min(len(passages), MOST)
    fields = fields_of(one)
    made = []
    for place, passage in enumerate(passages[:MOST]):
        whole = "\n".join(filter(None, [passage.text, _source(passage.speaker, passage.when)]))
        form = QueryDict(mutable=True)
        form[f"title-{place}"] = title_of(passage.text, fields.title.max or LONG)
        form[f"details-{place}"] = whole[: fields.details.max or None] if fields.details else ""
        form[f"use-{place}"] = "1"
        made.append(_line(request, one, place, form))
    return _pasted(text=text, lines=made, refusal=refusal)


def _source(speaker: str, when: str) -> str:
    told = " ".join(filter(None, [speaker, when]))
    return _("（摘自聊天记录：%s）") % told if told else ""


def fields_of(one: Openable) -> _Fields:
    texts = [item for item in one.items if isinstance(item, AsksField) and item.type == "text"]
    title = next(item for item in texts if item.required)
    details = next((item for item in texts if item is not title and (item.max or 0) > LONG), None)
    return _Fields(title, details)


def _returned(request: Request, one: Openable) -> Iterator[Line]:
    """The lines as they came back."""
    for text in request.POST.getlist("lines")[:MOST]:
        if text.isdecimal():
            yield _line(request, one, int(text), request.POST)


def _line(request: Request, one: Openable, place: int, form: QueryDict) -> Line:
    fields = fields_of(one)
    subject = subject_asked(request, one, chosen=form.get(f"subject-{place}", ""))
    classes = class_asked(one.classes, form.get(f"class-{place}", ""))

    def asked(name: str, label: str, kind: str, *, limit: int | None) -> Asked:
        key = f"{name}-{place}"
        return own(key, label, kind, values=[form.get(key, "")], limit=limit)

    return Line(
        place=place,
        once=form.get(f"key-{place}", "") or str(uuid4()),
        title=form.get(f"title-{place}", ""),
        items=[
            asked("title", _("什么事"), "text", limit=fields.title.max),
            replace(subject, key=f"subject-{place}", kind="list"),
            *(replace(each, key=f"class-{place}") for each in classes),
        ],
        details=asked("details", _("原话"), "long", limit=fields.details.max)
        if fields.details
        else None,
        wanted=form.get(f"use-{place}", "") == "1",
    )


def _register(request: Request, one: Openable, place: int) -> Case:
    """One line as a case; sent again it is the same case."""
    sent, fields = request.POST, fields_of(one)
    answers = {fields.title.field: sent.get(f"title-{place}", "")}
    if fields.details is not None:
        answers[fields.details.field] = sent.get(f"details-{place}", "")
    return open_case(
        one.procedure,
        one.name,
        subject=subject_of(request, one, sent.get(f"subject-{place}", "")),
        answers=answers,
        kind=sent.get(f"class-{place}", ""),
        client_id=key_of(sent.get(f"key-{place}", "")),
        by=person(request),
        at=request.at,
    )


def _pasted(
    *,
    text: str = "",
    lines: Sequence[Line] = (),
    done: Sequence[Card] = (),
    refusal: str = "",
) -> Pasted:
    return Pasted(
        text=text,
        lines=lines,
        done=done,
        refusal=refusal,
        parted=True,
    )


def _page(request: Request, page: Pasted, *, stale: bool = False) -> HttpResponse:
    return render(request, "web/field_paste.html", {"page": page}, status=STALE if stale else 200)
