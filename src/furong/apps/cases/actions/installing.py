"""Taking a pack's procedures over: a version that was once installed never changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
from furong.packs.folder import earlier_name
from furong.packs.models.procedures import OfOrganisation, Procedure
from furong.packs.models.sections import EARLIER


@dataclass(frozen=True, slots=True)
class InstalledProcedures:
    """added: `code@version` of new ones. waiting: those that call what no app here answers, and what."""

    added: tuple[str, ...] = ()
    waiting: tuple[tuple[str, tuple[str, ...]], ...] = ()


@transaction.atomic
def install_procedures(pack: Pack, *, by: Actor, at: datetime) -> InstalledProcedures:
    """Installs the versions that are new. Done twice, it changes nothing.

    Raises Refusal where a version that is installed says something else now: the author gives it a
    new number, because cases are pinned to the old one. To the words by which triage knows a value no
    case is pinned: a district adds to them as it goes.
    """
    added, waiting = [], []
    for code, procedure in pack.procedures.items():
        if missing := lacking(procedure):
            waiting.append((code, tuple(sorted(missing))))
            continue
        content = jsonable(pack.plain["procedures"][code])
        held = ProcedureVersion.objects.filter(code=code, version=procedure.version).first()
        if held is not None:
            _refuse_change(held, content)
            continue
        _refuse_another_past(pack, procedure)
        made = digest(content)
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


def _refuse_another_past(pack: Pack, procedure: Procedure) -> None:
    """What a state map was checked against is what is installed here."""
    code = procedure.procedure
    versions = [one.start for one in procedure.migrates]
    for held in ProcedureVersion.objects.filter(code=code, version__in=versions):
        name = earlier_name(code, held.version)
        if not _says(held, jsonable(pack.plain[EARLIER][name])):
            raise Refusal(
                _(
                    "%(file)s.yaml 与已安装的 %(code)s 第 %(version)d 版不同，不能作为迁移的依据；"
                    "请换成已安装的那一份（furong procedures show %(code)s %(version)d 可以导出）"
                )
                % {"file": f"{EARLIER}/{name}", "code": code, "version": held.version}
            )


def _says(held: ProcedureVersion, content: Mapping[str, Any]) -> bool:
    """Whether a version that is installed says the same to its cases."""
    return digest(_pinned(json.loads(held.content))) == digest(_pinned(content))


def _pinned(content: Mapping[str, Any]) -> dict[str, Any]:
    """What cases are pinned to: without the words by which triage knows a value."""
    facts = [{k: v for k, v in fact.items() if k != "words"} for fact in content.get("facts", ())]
    return {**content, "facts": facts}


def _refuse_change(held: ProcedureVersion, content: Mapping[str, Any]) -> None:
    if not _says(held, content):
        raise Refusal(
            _(
                "办理流程 %(code)s 第 %(version)d 版已经安装，内容却有改动；在办件按原版本办理，"
                "请把 version 改为 %(next)d 再安装"
            )
            % {"code": held.code, "version": held.version, "next": held.version + 1}
        )
