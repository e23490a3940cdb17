"""Letters of authorisation of a demonstration: handed in and confirmed by the verbs that real ones are."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

import typst

from furong.apps.base import clock
from furong.apps.base.files import store
from furong.apps.directory.models import User
from furong.apps.handlers.actions import Claim, confirm, request_authorisation
from furong.apps.handlers.days import end_of
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import Role
from furong.apps.notices.papers import fonts
from furong.apps.registry.identifiers import USCC
from furong.apps.registry.models import Subject

BY = "demo"
FOR = timedelta(days=300)
_PPI = 110
_SOURCE = """
#let told = json(bytes(sys.inputs.told))
#set page(width: 300pt, height: auto, margin: 28pt)
#set text(font: told.fonts, size: 12pt, lang: "zh")
#align(center, text(size: 18pt, weight: "bold")[授 权 书])
#v(8pt)
#set par(first-line-indent: 2em, leading: 10pt)
兹授权 #told.person 为 #told.firm（#told.code）的#told.role，办理惠企政策申报等事项，至 #told.until 止。

#align(right)[#told.firm（盖章处）]
#align(center, text(size: 10pt, fill: red)[示例数据，没有真实企业])
"""


def hand_in_letters(
    user: User, role: str, firms: Iterable[Subject], *, asks: str | None, at: datetime
) -> None:
    """Lets a person act for firms by letters; `asks`: they wait for the street of that code instead."""
    if asks is not None:
        waiting = Subject.objects.current().filter(
            street__code=asks, personal=False, identifiers__scheme=USCC
        )
        firms = waiting.order_by("number")[:1]
    for firm in firms:
        asked = _ask(user, role, firm, at)
        if asked and asks is None:
            confirm(asked, by=BY, at=at)


def _ask(user: User, role: str, firm: Subject, at: datetime) -> Authorisation | None:
    """None for a subject without a credit code, or without a street: no letter is for such."""
    number = firm.identifiers.filter(scheme=USCC, valid_to=None).first()
    if number is None or firm.street is None:
        return None
    until = (at + FOR).astimezone(clock.zone()).date()
    told = {
        "person": user.name,
        "firm": firm.name,
        "code": number.value,
        "role": str(Role(role).label),
        "until": until.isoformat(),
        "fonts": fonts.found(),
    }
    page = typst.compile(
        _SOURCE.encode(),
        format="png",
        ppi=_PPI,
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )
    assert isinstance(page, bytes)
    letter = store(page, name="授权书.png", by=user, at=at)
    claim = Claim(
        code=number.value,
        firm_name=firm.name,
        street=firm.street,
        role=role,
        valid_to=end_of(until),
    )
    return request_authorisation(claim, letter, by=user, at=at)
