"""Making a pack the content of this installation, or moving to another version of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from furong import packs
from furong.apps.base.actions import install
from furong.apps.base.errors import Refusal
from furong.apps.base.journal import Actor
from furong.apps.base.models import Installation
from furong.apps.cases import suggesting
from furong.apps.cases.actions import InstalledProcedures, install_procedures, install_templates
from furong.apps.directory.actions import Synced, sync_organisations, sync_zones
from furong.apps.policies.actions import standings
from furong.apps.policies.actions.install import InstalledPolicies, install_policies
from furong.packs import Pack
from furong.packs.chain import locate


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a pack changed. installed: whether the pack's content was new."""

    pack: Pack
    installed: bool
    zones: Synced
    organisations: Synced
    procedures: InstalledProcedures
    policies: InstalledPolicies


@transaction.atomic
def apply_pack(where: str | Path, *, by: Actor, at: datetime) -> Applied:
    """Installs the pack in a folder, or the known pack of that name, or upgrades to it.

    All or nothing; a pack that is installed already changes nothing. What was added locally stays,
    and so does every policy version ever installed. Each part that changes leaves its own entry.
    Raises PackErrors for a faulty pack, Refusal for one that cannot be installed here.
    """
    pack = packs.load(where)
    held = Installation.objects.select_for_update().filter(pk=1).first()
    _refuse_another_district(pack, held)
    is_new = held is None or (held.version, held.digest) != (pack.manifest.version, pack.digest)
    if is_new:
        _install(pack, held, by=by, at=at)
    standings.begin(at)
    suggesting.begin(at)
    applied = Applied(
        pack,
        is_new,
        sync_zones(pack, by=by, at=at),
        sync_organisations(pack, by=by, at=at),
        install_procedures(pack, by=by, at=at),
        install_policies(pack, by=by, at=at),
    )
    install_templates(pack, by=by, at=at)
    return applied


def _refuse_another_district(pack: Pack, held: Installation | None) -> None:
    name = pack.manifest.id
    if pack.manifest.district is None:
        raise Refusal(
            _(
                "内容包 %s 没有写 district，是供其他内容包引用的，不能单独安装；请安装区县一级的内容包"
            )
            % name
        )
    if locate(settings.FURONG_PACK) != pack.folder:
        raise Refusal(
            _("本系统设定的内容包是 %(set)s，不是 %(folder)s；请先把 FURONG_PACK 设为后者")
            % {"set": settings.FURONG_PACK, "folder": pack.folder}
        )
    if held is not None and held.pack != name:
        raise Refusal(
            _(
                "本系统已安装内容包 %(held)s（%(district)s），一套系统只服务一个区；%(new)s请另建数据库"
            )
            % {"held": held.pack, "district": held.district, "new": name}
        )


def _install(pack: Pack, held: Installation | None, *, by: Actor, at: datetime) -> None:
    manifest = pack.manifest
    assert manifest.district is not None
    install(
        pack=manifest.id,
        version=manifest.version,
        digest=pack.digest,
        timezone=manifest.timezone or settings.TIME_ZONE,
        currency=manifest.currency or "",
        district=manifest.district.name,
        short=manifest.district.short,
        demo=settings.DEMO if held is None else held.demo,
        by=by,
        at=at,
    )
