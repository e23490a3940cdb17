"""Task forces (专班): dated organisations of people from several units, assigned like any other."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.ids import uuid7
from furong.apps.directory.actions import grant
from furong.apps.directory.models import Grant, Membership, Organisation, User

KIND = "task_force"


def found(
    *,
    name: str,
    convenor: User,
    members: Sequence[User],
    until: datetime,
    source: str,
    at: datetime,
) -> Organisation:
    """Founds a task force until a moment: the convenor heads it, and all its members work its cases.

    Raises Refusal where it would end before it begins.
    """
    if until <= at:
        raise Refusal(_("专班的截止时间须晚于现在，请重填"))
    unit = Organisation.objects.create(
        code=f"tf-{uuid7().hex[-12:]}", name=name, short=name[:64], kind=KIND, cited=source
    )
    journal.record(
        "taskforce.found",
        by="cases",
        at=at,
        about=unit,
        payload={
            "until": until,
            "convenor": convenor.pk,
            "members": sorted(str(one.pk) for one in members),
            "source": source,
        },
    )
    scope = (str(Grant.Scope.ORGANISATION), unit.code)
    for person, title in [(convenor, _("召集人")), *((one, _("成员")) for one in members)]:
        Membership.objects.create(
            user=person, organisation=unit, title=title, valid_from=at, valid_to=until
        )
        capacities = ("head", "clerk") if person == convenor else ("clerk",)
        for capacity in capacities:
            grant(
                person, capacity, scope=scope, valid_from=at, valid_to=until,
                source=f"{source} {name}"[:200], by="cases", at=at,
            )  # fmt: skip
    return unit
