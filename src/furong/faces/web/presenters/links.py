"""What a party reads behind its link."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.utils.translation import gettext as _

from furong.faces.web.presenters.act_forms import ActForm
from furong.faces.web.presenters.asked import Asked, own
from furong.faces.web.uploads import Kept


@dataclass(frozen=True, slots=True)
class PartyPage:
    """One question. answered: when it was, "" as long as it is not; form: by which it is."""

    label: str
    question: str
    number: str
    until: str
    form: ActForm
    answered: str = ""
    agreed: bool = False
    words: str = ""


def party_form(
    url: str, sent: Mapping[str, str], kept: Sequence[Kept] = (), refusal: str = ""
) -> ActForm:
    """sent, kept: what has to be sent again."""
    return ActForm(
        key="party",
        url=url,
        label=_("您的答复"),
        items=[*_items(sent, kept)],
        once=uuid4().hex,
        refusal=refusal,
        button=_("提交答复"),
    )


def _items(sent: Mapping[str, str], kept: Sequence[Kept]) -> Iterator[Asked]:
    agrees = {"yes": _("同意"), "no": _("不同意")}
    chosen, words = [sent.get("agrees", "")], [sent.get("words", "")]
    yield own("agrees", _("您的答复"), "choice", options=agrees, values=chosen, required="always")
    yield own("words", _("条件、说明"), "long", values=words, limit=1000, needed=_("不同意时必填"))
    yield own("files", _("附件"), "files", kept=kept)
