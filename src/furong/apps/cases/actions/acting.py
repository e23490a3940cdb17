"""Acting on a case: what its procedure lets a person do, putting and answering requests, comments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.models import StoredFile
from furong.apps.base.texts import clean
from furong.apps.cases.engine.doing import Ask, Bearer
from furong.apps.cases.engine.effects import put_request
from furong.apps.cases.engine.machine import Machine, machine_of
from furong.apps.cases.engine.performing import go_on, perform, write
from furong.apps.cases.engine.permitting import NotNow, permit
from furong.apps.cases.engine.roles import Parties, Standing
from furong.apps.cases.engine.taking import begin, lock
from furong.apps.cases.models import Case, Event, Request
from furong.apps.cases.sight import sees
from furong.apps.directory.access import Denied
from furong.apps.directory.models import User

COMMENT = 1000
"""Characters of a comment."""


class Changed(NotNow):
    """Somebody did something on the case since. since: what."""


def hold_at(case: Case, revision: int) -> Case:
    """The case, held until the transaction ends, if its last event is the one that somebody saw.

    Raises Changed with the events since. For who must not act on what they have not read.
    """
    held = lock(case.pk)
    if held.revision != revision:
        rows = Event.objects.filter(case=held, sequence__gt=revision).order_by("sequence")
        since = [*rows.select_related("by", "organisation", "proxy", "request")]
        raise Changed(_("%s 在您打开之后有新的办理记录，请核对后再办") % held.number, since)
    return held


@transaction.atomic
def act(
    case: Case,
    action: str,
    answers: Mapping[str, Any] | None = None,
    *,
    closure: str = "",
    decided_by: User | None = None,
    occurred_at: datetime | None = None,
    revision: int | None = None,
    by: Actor | Bearer,
    at: datetime,
) -> Case:
    """Does an action of the case's procedure, and what follows from it.

    answers: by fact and field, as people write them; files by stored file. closure: where the action
    leaves a choice. decided_by: whose decision on paper the actor enters, with the original.
    revision: the last event that the actor saw, so that a refusal can say what happened since.

    Raises Denied to who has no role for it, NotNow where the case stands elsewhere, InvalidAnswers
    naming every bad answer, and Refusal for what a guard or an effect refuses; then nothing is written.
    """
    asked = Ask(
        f"actions.{action}",
        answers or {},
        closure=closure,
        decided_by=decided_by,
        occurred_at=occurred_at,
        revision=revision,
    )
    doing = begin(case.pk, asked, by=by, at=at)
    permit(doing)
    perform(doing)
    go_on(doing)
    write(doing)
    return doing.case


@transaction.atomic
def ask(
    case: Case,
    request: str,
    answers: Mapping[str, Any] | None = None,
    *,
    revision: int | None = None,
    by: Actor | Bearer,
    at: datetime,
) -> Request:
    """Puts a request (退单、延期、吹哨 …). The case stays where it is, and its clocks run on.

    A second one of the same name while one is pending is refused. Raises as `act`.
    """
    asked = Ask(f"requests.{request}", answers or {}, revision=revision)
    doing = begin(case.pk, asked, by=by, at=at)
    permit(doing)
    if any(one.name == request and one.settled_at is None for one in doing.requests):
        raise Refusal(_("“%s”已经提出，正在等待答复，不用重复提出") % doing.act.label)
    perform(doing)
    assert doing.event is not None
    made = put_request(doing, request, fields=doing.event.fields, asked_by=doing.user)
    write(doing)
    return made


@transaction.atomic
def answer(
    request: Request,
    code: str,
    answers: Mapping[str, Any] | None = None,
    *,
    decided_by: User | None = None,
    occurred_at: datetime | None = None,
    revision: int | None = None,
    by: Actor | Bearer,
    at: datetime,
) -> Case:
    """Answers a request with one of its answers. Raises as `act`, and where it is no longer pending."""
    asked = Ask(
        f"answers.{request.name}.{code}",
        answers or {},
        request=request,
        decided_by=decided_by,
        occurred_at=occurred_at,
        revision=revision,
    )
    doing = begin(request.case_id, asked, by=by, at=at)
    permit(doing)
    if doing.request is None:
        raise Refusal(_("这项请示已经答复或者撤销，请刷新页面"))
    if doing.request.delivered_at is None:
        raise Refusal(_("这项请示随下一份清单送达，届时再答复"))
    perform(doing)
    go_on(doing)
    write(doing)
    return doing.case


@transaction.atomic
def comment(
    case: Case,
    text: str,
    *,
    public: bool = False,
    files: Sequence[StoredFile] = (),
    by: User | Bearer,
    at: datetime,
) -> Event:
    """Adds words to the timeline, for those who work on the case, or also for who raised it.

    Whoever may see the case may; who raised it and a bearer of a link always speak in public.
    """
    held = lock(case.pk)
    if isinstance(by, User) and not sees(by, held, at):
        raise Denied("case.view")
    words = clean(text)
    if not words:
        raise Refusal(_("还没有写内容"))
    if len(words) > COMMENT:
        raise Refusal(_("有 %(n)d 字，最多 %(max)d 字") % {"n": len(words), "max": COMMENT})
    machine = machine_of(held.procedure)
    mine = Parties(machine, held, at).standings(by) if isinstance(by, User) else []
    standing = next(iter(mine), None)
    held.revision += 1
    public = public or isinstance(by, Bearer) or _is_outside(machine, mine)
    entry = journal.record(
        "case.comment",
        by=by if isinstance(by, User) else "link",
        at=at,
        about=held,
        payload={"number": held.number, "sequence": held.revision, "public": public},
    )
    made = Event.objects.create(
        case=held,
        sequence=held.revision,
        act="comment",
        cycle=held.cycle,
        from_state=held.state,
        to_state=held.state,
        by=by if isinstance(by, User) else None,
        role=standing.role if standing else "",
        organisation=standing.organisation if standing else None,
        bearer=by.label if isinstance(by, Bearer) else "",
        fields={"words": words},
        public=public,
        occurred_at=at,
        recorded_at=at,
        entry=entry,
    )
    if files:
        made.files.set(files)
    held.save(update_fields=["revision"])
    return made


def _is_outside(machine: Machine, mine: Sequence[Standing]) -> bool:
    """Whether all that somebody is in a case is a handler of the firm."""
    return {machine.procedure.roles[one.role].capacity for one in mine} == {"owner"}
