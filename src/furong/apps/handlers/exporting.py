"""Letters of authorisation as a table for the desk; the export is journaled."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import clock, journal
from furong.apps.directory.models import User
from furong.apps.handlers.days import last_day
from furong.apps.handlers.models import Authorisation
from furong.apps.handlers.models.authorisation import AuthorisationQuerySet
from furong.apps.registry.exporting import ExportCell, write_table


@transaction.atomic
def export_letters(letters: AuthorisationQuerySet, *, title: str, by: User, at: datetime) -> bytes:
    """The letters as xlsx, in their order, without mobiles; title: a line above the headings."""
    rows = list(letters.select_related("user", "street", "subject", "decided_by", "ended_by"))
    journal.record(
        "authorisation.export",
        by=by,
        at=at,
        about=("handlers.authorisation", "several"),
        payload={"count": len(rows)},
    )
    headings = [
        *(_("企业名称"), _("统一社会信用代码"), _("编号"), _("所在街道"), _("申请人"), _("身份")),
        *(_("状态"), _("提交时间"), _("授权截止日期"), _("核实人"), _("核实时间"), _("理由")),
    ]

    def cells(one: Authorisation) -> list[ExportCell]:
        return [
            one.firm_name,
            one.code,
            one.subject.number if one.subject else None,
            one.street.name,
            one.user.name,
            str(one.get_role_display()),
            str(one.state_at(at).label),
            _moment(one.requested_at),
            last_day(one.valid_to).isoformat() if one.valid_to else None,
            one.decided_by.name if one.decided_by else None,
            _moment(one.decided_at),
            one.reason or one.end_reason or None,
        ]

    return write_table(headings, map(cells, rows), "xlsx", title=title)


def _moment(value: datetime | None) -> str | None:
    return f"{value.astimezone(clock.zone()):%Y-%m-%d %H:%M}" if value else None
