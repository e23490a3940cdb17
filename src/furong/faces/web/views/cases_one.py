"""One case: its page, every act of its procedure through one form, comments, files, sealed answers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from furong.apps.base import clock
from furong.apps.base.errors import Refusal
from furong.apps.base.idempotency import once
from furong.apps.cases import actions, reads
from furong.apps.cases.engine.answers import InvalidAnswers
from furong.apps.cases.engine.performing import NotNow
from furong.apps.cases.models import Event
from furong.apps.cases.reads import Possible
from furong.apps.directory.access import Denied, may
from furong.apps.directory.models import User
from furong.apps.registry.reads import encoded_facts
from furong.faces.web.access import Request, needs, person
from furong.faces.web.case_posted import (
    digest_of_form,
    first_typed,
    following,
    typed_of,
)
from furong.faces.web.presenters.cases_around import Viewer
from furong.faces.web.presenters.cases_forms import (
    Fields,
    Typed,
    asked_items,
    case_form,
)
from furong.faces.web.presenters.cases_one import (
    Comment,
    case_page,
    head_of,
    moment_of,
    turn_box,
)
from furong.faces.web.presenters.cases_pages import CaseForm
from furong.faces.web.presenters.parts import Text
from furong.faces.web.views.cases import ACT, VIEW, viewer_of
from furong.packs.models.procedures import AsksFact, FormItem

STALE = 409
NONE: Mapping[str, Text] = {}


@require_safe
@needs(VIEW)
def show_case(request: Request, pk: UUID) -> HttpResponse:
    return shown(request, viewer_of(request, pk))


def shown(
    request: Request, viewer: Viewer, *, comment: Comment | None = None, status: int = 200
) -> HttpResponse:
    page = case_page(viewer, real=clock.real(), comment=comment)
    return render(request, "web/case.html", {"page": page}, status=status)


# --- acting ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ACT)
def do(request: Request, pk: UUID, key: str) -> HttpResponse:
    """An act by its form. What is wrong is told at its field, and nothing that was typed is lost."""
    viewer = viewer_of(request, pk)
    offered = _offered(viewer, key, request.GET.get("request", ""))
    if request.method != "POST":
        if offered is None:
            return _gone(request, viewer, key)
        typed = first_typed(request, _items(viewer, offered)) or Typed()
        return _form_page(request, viewer, offered, typed)
    items = _items(viewer, offered) if offered else _items_of(viewer, key)
    return _posted(request, viewer, key, offered, items)


def _offered(viewer: Viewer, key: str, request: str) -> Possible | None:
    """The act as the person may do it now; None where they may not, or not any more."""
    found = [one for one in reads.possible(viewer.case, viewer.user, viewer.at) if one.key == key]
    if request:
        found = [one for one in found if one.request and str(one.request.pk) == request]
    return found[0] if found else None


def _items(viewer: Viewer, offered: Possible) -> list[FormItem]:
    return asked_items(offered.items, viewer.case, viewer.machine)


def _items_of(viewer: Viewer, key: str) -> list[FormItem]:
    """What an act asks that cannot be done any more; 404 for what the procedure does not know."""
    try:
        act = viewer.machine.act(key)
    except Refusal as unknown:
        raise Http404 from unknown
    return asked_items(viewer.machine.view.items(act.form), viewer.case, viewer.machine)


def _posted(
    request: Request,
    viewer: Viewer,
    key: str,
    offered: Possible | None,
    items: Sequence[FormItem],
) -> HttpResponse:
    typed = typed_of(request, items)
    target = following(request, reverse("case", args=[viewer.case.pk]))

    def again(
        refusal: Text = "", status: int = 200, errors: Mapping[str, Text] = NONE
    ) -> HttpResponse:
        messages.error(request, _("没有办成，请改正标出的各项"))
        mended = Typed(typed.values, typed.files, {**typed.errors, **errors}, empty=False)
        assert offered is not None
        return _form_page(request, viewer, offered, mended, refusal=refusal, status=status)

    if offered is not None and (wrong := _lacking(request, offered, typed)):
        return again(errors=wrong)
    try:
        label = _do_once(
            request, viewer, key, offered, typed.answers(items, viewer.machine), target
        )
    except InvalidAnswers as invalid:
        return again(errors=invalid.problems)
    except NotNow as stale:
        return _stale(request, viewer, stale, offered, items, typed)
    except Denied:
        if not _overtaken(request, viewer):
            raise
        told = _("这件已不由您办理，没有写入；您填写的内容在下面，可以复制")
        return _stale(request, viewer, NotNow(told, _since(request, viewer)), None, items, typed)
    except Refusal as refusal:
        if offered is None:
            return _stale(request, viewer, NotNow(str(refusal)), offered, items, typed)
        return again(str(refusal), STALE)
    messages.success(request, _("已办理：%s") % label)
    return redirect(target)


def _revision(request: Request) -> int | None:
    """The last event that the form's reader saw."""
    sent = request.POST.get("revision", "")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else None


def _overtaken(request: Request, viewer: Viewer) -> bool:
    """Whether somebody else acted since: who may not act now may have been able to then."""
    seen = _revision(request)
    return seen is not None and seen < viewer.case.revision


def _since(request: Request, viewer: Viewer) -> list[Event]:
    return [*viewer.case.events.filter(sequence__gt=_revision(request) or 0)]


def _lacking(request: Request, offered: Possible, typed: Typed) -> dict[str, Text]:
    """What can be told before the verb is asked."""
    wrong = dict(typed.errors)
    if offered.closures and request.POST.get("closure") not in offered.closures:
        wrong["closure"] = _("请选择办结情形")
    if offered.proxy and not request.POST.get("decided_by"):
        wrong["decided_by"] = _("请选择是谁的决定")
    return wrong


def _do_once(
    request: Request,
    viewer: Viewer,
    key: str,
    offered: Possible | None,
    answers: dict[str, object],
    target: str,
) -> str:
    """Acts, once for the form's key, and says what was done."""
    label = offered.label if offered else viewer.machine.act(key).label
    with once(
        request.POST.get("key", ""), by=person(request), digest=digest_of_form(request)
    ) as kept:
        if not kept.answered:
            _act(request, viewer, key, offered, answers)
            kept.reply = target
    return label


def _act(
    request: Request,
    viewer: Viewer,
    key: str,
    offered: Possible | None,
    answers: dict[str, object],
) -> None:
    section, name, *rest = key.split(".")
    revision = _revision(request)
    by, at, case = person(request), request.at, viewer.case
    decided = _decider(request, viewer, offered)
    if section == "requests":
        actions.ask(case, name, answers, revision=revision, by=by, at=at)
    elif section == "answers":
        wanted = request.GET.get("request", "")
        asked = next((one for one in case.requests.all() if str(one.pk) == wanted), None)
        if asked is None:
            raise Http404
        actions.answer(asked, rest[0], answers, decided_by=decided, revision=revision, by=by, at=at)
    else:
        actions.act(
            case,
            name,
            answers,
            closure=request.POST.get("closure", ""),
            decided_by=decided,
            revision=revision,
            by=by,
            at=at,
        )


def _decider(request: Request, viewer: Viewer, offered: Possible | None) -> User | None:
    """Whose decision is entered from paper: one of those who could have made it."""
    if offered is None or not offered.proxy:
        return None
    people = reads.deciders(viewer.case, offered.key, request.at)
    wanted = request.POST.get("decided_by", "")
    found = next((one for one in people if str(one.pk) == wanted), None)
    if found is None:
        raise InvalidAnswers({"decided_by": _("请选择是谁的决定")})
    return found


def _form_page(
    request: Request,
    viewer: Viewer,
    offered: Possible,
    typed: Typed,
    *,
    refusal: Text = "",
    status: int = 200,
) -> HttpResponse:
    form = _form(request, viewer, offered, typed, refusal)
    told = {"form": form, "head": head_of(viewer), "turn": turn_box(viewer)}
    template = "web/parts/case_form.html" if request.htmx else "web/case_do.html"
    return render(request, template, told, status=status)


def _form(
    request: Request, viewer: Viewer, offered: Possible, typed: Typed, refusal: Text = ""
) -> CaseForm:
    case, machine, items = viewer.case, viewer.machine, _items(viewer, offered)
    fields = Fields(
        machine,
        case,
        typed,
        known=_known(viewer, items) if typed.empty else {},
        original=_original(viewer, offered),
    )
    url = reverse("case_do", args=[case.pk, offered.key])
    if offered.request is not None:
        url += f"?request={offered.request.pk}"
    people = reads.deciders(case, offered.key, viewer.at) if offered.proxy else None
    return case_form(
        url,
        offered.label,
        fields.of(items),
        revision=case.revision,
        closures=offered.closures,
        deciders=people,
        chosen=request.POST.dict(),
        errors=typed.errors,
        refusal=refusal,
        following=request.GET.get("next", "") or request.POST.get("next", ""),
    )


def _known(viewer: Viewer, items: Sequence[FormItem]) -> dict[str, object]:
    """What the registry knows of the facts that are asked, for who may see the subject."""
    subject, asked = viewer.case.subject, [i.fact for i in items if isinstance(i, AsksFact)]
    if subject is None or not asked:
        return {}
    if not may(viewer.user, "subject.view", at=viewer.at, on=subject):
        return {}
    known = encoded_facts(subject, viewer.at)
    return {key: known[key] for key in asked if known.get(key) is not None}


def _original(viewer: Viewer, offered: Possible) -> str:
    """The field that shows the paper, for who enters another's decision."""
    if not offered.proxy:
        return ""
    one, act = viewer.machine.procedure, viewer.machine.act(offered.key)
    holder = one.requests[act.request] if act.request else one.actions[act.name]
    return holder.proxy.shows if holder.proxy else ""


def _gone(request: Request, viewer: Viewer, key: str) -> HttpResponse:
    """An address of an act that cannot be done where the case stands; 404 for who never may."""
    _items_of(viewer, key)
    if not reads.may_ever(viewer.case, key, viewer.user, viewer.at):
        raise Http404
    page = {
        "head": head_of(viewer),
        "turn": turn_box(viewer),
        "told": _("现在不能办“%s”：事项已经往下走，或者不由您办") % viewer.machine.act(key).label,
    }
    return render(request, "web/case_stale.html", page, status=STALE)


def _stale(
    request: Request,
    viewer: Viewer,
    stale: NotNow,
    offered: Possible | None,
    items: Sequence[FormItem],
    typed: Typed,
) -> HttpResponse:
    """What happened since the form was opened, and what was typed, to be taken along."""
    viewer.case.refresh_from_db()
    since = {one.pk for one in stale.since}
    told = [one for one in reads.timeline(viewer.case) if one.event.pk in since]
    if not viewer.inside:
        told = [o for o in reads.timeline(viewer.case, outside=True) if o.event.pk in since]
    fields = Fields(viewer.machine, viewer.case, typed).of(items)
    page = {
        "head": head_of(viewer),
        "turn": turn_box(viewer),
        "told": str(stale),
        "since": [moment_of(viewer, one) for one in told],
        "typed": [one for one in fields if one.value or one.picked or one.kept],
        "form": _form(request, viewer, offered, typed) if offered else None,
    }
    return render(request, "web/case_stale.html", page, status=STALE)
