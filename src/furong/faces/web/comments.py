"""Words and files that somebody adds to a case: the form for them, and what it sends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.cases.actions import comment
from furong.apps.cases.models import Case
from furong.faces.web.access import Request
from furong.faces.web.case_acts import Hand
from furong.faces.web.posting import act_once
from furong.faces.web.presenters.act_forms import ActForm
from furong.faces.web.presenters.asked import Asked, own
from furong.faces.web.presenters.parts import Text
from furong.faces.web.uploads import Kept, Uploads


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that could not be written, as it was sent."""

    words: str
    public: bool
    kept: Sequence[Kept]
    problems: dict[str, str]


def comment_form(
    url: str, label: Text, *, chooses: bool = False, sent: Comment | None = None
) -> ActForm:
    """chooses: whether its writer says who may read it."""
    return ActForm(
        key="comment",
        url=url,
        label=label,
        items=[*_items(sent or Comment("", public=False, kept=(), problems={}), chooses)],
        once=uuid4().hex,
        open=sent is not None,
        button=_("发送"),
    )


def _items(sent: Comment, chooses: bool) -> Iterator[Asked]:
    wrong = sent.problems
    yield own(
        "words", _("要说的话"), "long", values=[sent.words], limit=1000, required="always",
        error=wrong.get("words", ""),
    )  # fmt: skip
    yield own("files", _("附件"), "files", kept=sent.kept, error=wrong.get("files", ""))
    if chooses:
        readers = {"0": _("内部"), "1": _("反映人可见")}
        yield own(
            "public", _("给谁看"), "choice", options=readers,
            values=["1" if sent.public else "0"], required="always",
        )  # fmt: skip


def say(request: Request, case: Case, hand: Hand, *, inside: bool = False) -> Comment | None:
    """Writes what was sent; None if it is done. inside: whether its writer may keep it from outside."""
    words = request.POST.get("words", "")
    public = request.POST.get("public") == "1" or not inside
    uploads = Uploads(hand.owner)
    files, refused = uploads.taken(
        "files", request.POST, request.FILES, by=hand.actor, at=request.at
    )

    def do() -> str:
        event = comment(case, words, public=public, files=files, by=hand.by, at=request.at)
        return str(event.pk)

    problems = {"files": refused} if refused else {}
    if not problems:
        try:
            act_once(request, do, by=hand.actor)
        except Refusal as refusal:
            problems = {"words": str(refusal)}
    kept = [uploads.keep(one) for one in files]
    return Comment(words, public, kept, problems) if problems else None
