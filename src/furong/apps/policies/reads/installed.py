"""What is installed, in the form of a pack, to be compared with one (`furong.packs.diff`)."""

from dataclasses import replace

from django.db.models import Q

from furong.apps.base.models import Installation
from furong.apps.directory import models as directory
from furong.apps.policies.comparison import changed_parts
from furong.apps.policies.definitions import read_document, read_policy
from furong.apps.policies.models import Document, PolicyVersion
from furong.packs import Pack
from furong.packs.models.organisations import Organisation
from furong.packs.models.policies import Policy
from furong.packs.models.zones import Zone


def as_pack(like: Pack) -> Pack:
    """A pack with what the database holds in the place of its zones, organisations and policies.

    What the database does not keep (facts, kinds, calendars …) is `like`'s, and so never differs;
    neither do versions that `like` may be applied over. Local objects are left out, because no pack
    touches them. Raises NotInstalled.
    """
    held = Installation.current()
    rows = PolicyVersion.objects.exclude(origin=directory.LOCAL).select_related("document")
    policies = {row: _policy(row, like) for row in rows}
    return replace(
        like,
        manifest=like.manifest.model_copy(update={"id": held.pack, "version": held.version}),
        zones={row.code: _zone(row, like) for row in directory.Zone.objects.filter(_DECLARED)},
        organisations={
            row.code: _organisation(row, like)
            for row in directory.Organisation.objects.filter(_DECLARED)
        },
        documents={row.code: read_document(row.definition) for row in Document.objects.all()},
        policies={policy.key: policy for policy in policies.values()},
        document_ids={policy.key: row.document.code for row, policy in policies.items()},
    )


_DECLARED = Q(withdrawn=False) & ~Q(origin=directory.LOCAL)


def _policy(row: PolicyVersion, like: Pack) -> Policy:
    held = read_policy(row.definition)
    declared = like.policies.get(held.key)
    return held if declared is None or changed_parts(row, declared, like) else declared


def _zone(row: directory.Zone, like: Pack) -> Zone:
    """The declared zone as the database has it; what it does not keep is the pack's."""
    declared = like.zones.get(row.code) or Zone.model_validate(
        {"id": row.code, "name": row.name, "kind": row.kind}
    )
    overlaps = {zone.code for zone in row.overlaps.all()}
    return declared.model_copy(
        update={
            "name": row.name,
            "kind": row.kind,
            "parent": row.parent.code if row.parent else None,
            "overlaps": tuple(code for code in declared.overlaps if code in overlaps),
        }
    )


def _organisation(row: directory.Organisation, like: Pack) -> Organisation:
    declared = like.organisations.get(row.code) or Organisation.model_validate(
        {"id": row.code, "name": row.name, "kind": row.kind}
    )
    return declared.model_copy(
        update={
            "name": row.name,
            "kind": row.kind,
            "short": row.short,
            "source": row.cited,
            "parent": row.parent.code if row.parent else None,
            "zone": row.zone.code if row.zone else None,
        }
    )
