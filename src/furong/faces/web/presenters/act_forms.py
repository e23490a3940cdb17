"""The form of an act, whatever procedure declares it: what a phone and a desk show alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _

from furong.apps.cases import reads
from furong.apps.cases.models import Case
from furong.apps.cases.reads import Possible
from furong.faces.web.case_acts import Hand, Sent, form_of
from furong.faces.web.presenters.asked import Asked, own
from furong.faces.web.presenters.parts import Text


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act and what it asks. once: makes that sending twice acts once. revision: the last event seen.

    request: whose answer it is, by id. main: what the reader is here for. back: where cancelling leads;
    following: where it goes on. button: its words, where they are not 提交 and the label.
    """

    key: str
    url: str
    label: Text
    items: Sequence[Asked]
    once: str
    revision: str = ""
    request: str = ""
    note: Text = ""
    refusal: Text = ""
    open: bool = False
    main: bool = False
    back: str = ""
    following: str = ""
    button: Text = ""

    @property
    def place(self) -> str:
        """Before the ids of its controls: other forms of the page may ask the same."""
        return f"{self.key}-{self.request}".replace(".", "-").strip("-") + "-"


def act_form(
    case: Case,
    one: Possible,
    hand: Hand,
    at: datetime,
    *,
    url: str,
    sent: Sent | None = None,
    first: QueryDict | None = None,
    main: bool = False,
    note: Text = "",
    back: str = "",
    following: str = "",
) -> ActForm:
    """sent: what has to be sent again, if it is of this act. first: see Form.ask."""
    request = str(one.request.pk) if one.request else ""
    mine = sent if sent and sent.key == one.key and sent.request in ("", request) else None
    form = form_of(case, one, hand, at)
    items = form.ask(first=first) if mine is None else form.ask(mine.entered, mine.problems)
    if one.proxy:
        note = _("凭批示或签发件原件代录：两人都记入办理记录，原件必须上传。")
    return ActForm(
        key=one.key,
        url=url,
        label=one.label,
        items=[*_beside(case, one, mine, at), *items],
        once=uuid4().hex,
        revision=str(case.revision),
        request=request,
        note=note,
        refusal=mine.refusal if mine else "",
        open=main or mine is not None,
        main=main,
        back=back,
        following=following,
    )


def _beside(case: Case, one: Possible, sent: Sent | None, at: datetime) -> Iterator[Asked]:
    """What an act asks beside its form: whose decision is entered, and where it leaves a choice how it ends."""
    wrong = sent.problems if sent else {}
    if one.proxy:
        people = {str(user.pk): user.name for user in reads.deciders(case, one.key, at)}
        chosen = [sent.decided_by] if sent else [*people] if len(people) == 1 else []
        yield own(
            "decided_by", _("批示人"), "list", options=people, values=chosen,
            required="always", error=wrong.get("decided_by", ""),
        )  # fmt: skip
    if one.closures:
        yield own(
            "closure", _("办结情形"), "choice", options=one.closures,
            values=[sent.closure] if sent else [], required="always",
            error=wrong.get("closure", ""),
        )  # fmt: skip
