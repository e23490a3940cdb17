"""Taking a pack's procedures over: a version that was once installed never changes."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.cases import lists
from furong.apps.cases.engine.handlers import lacking
from furong.apps.cases.models import ProcedureVersion
from furong.packs import Pack
from furong.packs.content import digest, jsonable
from furong.packs.models.procedures import OfOrganisation, Procedure


@dataclass(frozen=True, slots=True)
class InstalledProcedures:
    """added: `code@version` of new ones. waiting: those that call what no app here answers, and what."""

    added: tuple[str, ...] = ()
    waiting: tuple[tuple[str, tuple[str, ...]], ...] = ()


@transaction.atomic
def install_procedures(pack: Pack, *, by: Actor, at: datetime) -> InstalledProcedures:
    """Installs the versions that are new. Done twice, it changes nothing.

    Raises Refusal where a version that is installed says something else now: the author gives it a
    new number, because cases are pinned to the old one.
    """
    added, waiting = [], []
    for code, procedure in pack.procedures.items():
        if missing := lacking(procedure):
            waiting.append((code, tuple(sorted(missing))))
            continue
        content = jsonable(pack.plain["procedures"][code])
        made = digest(content)
        held = ProcedureVersion.objects.filter(code=code, version=procedure.version).first()
        if held is not None:
            _refuse_change(held, made)
            continue
        row = ProcedureVersion.objects.create(
            code=code,
            version=procedure.version,
            title=procedure.title,
            content=json.dumps(content, ensure_ascii=False),
            watchers=_watchers(procedure),
            digest=made,
            origin=f"{pack.manifest.id}@{pack.manifest.version}",
            installed_at=at,
        )
        journal.record(
            "procedure.install",
            by=by,
            at=at,
            about=row,
            payload={"code": code, "version": procedure.version, "digest": made},
        )
        added.append(str(row))
    lists.begin(at)
    return InstalledProcedures(tuple(added), tuple(waiting))


def _watchers(procedure: Procedure) -> list[str]:
    scopes = [role.scope for role in procedure.roles.values()]
    return sorted({one.organisation for one in scopes if isinstance(one, OfOrganisation)})


def _refuse_change(held: ProcedureVersion, made: str) -> None:
    if held.digest != made:
        raise Refusal(
            _(
                "办理流程 %(code)s 第 %(version)d 版已经安装，内容却改了；在办的件按原来的版本走，"
                "请把 version 改为 %(next)d 再安装"
            )
            % {"code": held.code, "version": held.version, "next": held.version + 1}
        )
