"""Taking policies over from a pack: new versions are added, installed ones are never touched."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.directory.models import LOCAL
from furong.apps.policies import models
from furong.apps.policies.comparison import changed_parts
from furong.apps.policies.definitions import plain, read_policy
from furong.apps.policies.models import PolicyVersion
from furong.engines.rules import Rulebook, RuleErrors
from furong.packs import Pack, PolicyKey
from furong.packs.content import name_of
from furong.packs.models.base import Period
from furong.packs.models.policies import Policy
from furong.packs.rules import fact_for_rules, policy_for_rules


@dataclass(frozen=True, slots=True)
class InstalledPolicies:
    """Policy versions (`CN01@1`) that were added, and those that the pack no longer declares.

    documents: codes of those that were added or described anew.
    """

    added: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@transaction.atomic
def install_policies(pack: Pack, *, by: journal.Actor, at: datetime) -> InstalledPolicies:
    """Adds the pack's policy versions that are not installed yet; done twice, it changes nothing.

    Raises Refusal, naming every one, where an installed version reads otherwise in the pack, and
    where an installed version that the pack no longer declares asks for facts that are gone.
    """
    held = {
        (one.policy.code, one.version): one
        for one in PolicyVersion.objects.select_related("policy", "document")
    }
    if conflicts := [*_conflicts(pack, held)]:
        raise Refusal("\n".join(conflicts))
    kept = [one for key, one in held.items() if key not in pack.policies]
    _refuse_orphans(pack, kept)
    documents = _install_documents(pack)
    added = [policy for key, policy in pack.policies.items() if key not in held]
    _add(added, pack, at)
    if added or documents:
        journal.record(
            "policies.install",
            by=by,
            at=at,
            about=("pack", pack.manifest.id),
            payload={
                "version": pack.manifest.version,
                "added": [name_of(policy.key) for policy in added],
                "documents": documents,
            },
        )
    return InstalledPolicies(
        tuple(name_of(policy.key) for policy in added),
        tuple(str(one) for one in kept if one.origin != LOCAL),
        tuple(documents),
    )


def _conflicts(pack: Pack, held: Mapping[PolicyKey, PolicyVersion]) -> Iterator[str]:
    """What the pack says otherwise than before of versions that are installed."""
    for key, one in held.items():
        policy = pack.policies.get(key)
        if policy is None:
            continue
        if one.origin == LOCAL:
            yield _("%(policy)s 第 %(version)d 版是本系统自行制定的，内容包不能占用这个版本号") % {
                "policy": key[0],
                "version": key[1],
            }
        elif parts := changed_parts(one, policy, pack):
            yield _(
                "%(policy)s 第 %(version)d 版已入库，内容包里改了它的 %(parts)s。"
                "已入库的版本不能改：请恢复原文，另写第 %(next)d 版"
            ) % {
                "policy": key[0],
                "version": key[1],
                "parts": _("、").join(parts),
                "next": max(version for code, version in pack.policies if code == key[0]) + 1,
            }


def _refuse_orphans(pack: Pack, kept: Iterable[PolicyVersion]) -> None:
    """Installed policies must still make sense with the pack's facts."""
    facts = [fact_for_rules(fact) for fact in pack.facts.values()]
    for one in kept:
        window = Period.model_construct(start=one.valid_from, end=one.valid_to)
        try:
            Rulebook(facts, [policy_for_rules(read_policy(one.definition), window)])
        except RuleErrors as errors:
            raise Refusal(
                _(
                    "已入库的 %(version)s 与新的内容包不合：%(problem)s。请在内容包里保留它用到的事实"
                )
                % {"version": one, "problem": errors.problems[0]}
            ) from errors


def _install_documents(pack: Pack) -> list[str]:
    """Adds the documents, or describes them anew; codes of those that changed."""
    held = {document.code: document for document in models.Document.objects.all()}
    changed = []
    for code, document in pack.documents.items():
        row = held.get(code) or models.Document(code=code)
        definition = plain(document)
        if row.definition != definition:
            row.title, row.number = document.title, document.number
            row.level, row.jurisdiction = document.level, document.jurisdiction
            row.definition, row.origin = definition, str(pack.origins["documents"][code])
            row.save()
            changed.append(code)
    return changed


def _add(policies: Iterable[Policy], pack: Pack, at: datetime) -> None:
    documents = {document.code: document for document in models.Document.objects.all()}
    held = {policy.code: policy for policy in models.Policy.objects.all()}
    for policy in policies:
        if policy.id not in held:
            held[policy.id] = models.Policy.objects.create(code=policy.id)
        window = pack.window(policy)
        PolicyVersion.objects.create(
            policy=held[policy.id],
            version=policy.version,
            document=documents[pack.document_of(policy).id],
            definition=plain(policy),
            valid_from=window.start,
            valid_to=window.end,
            origin=str(pack.origins["policies"][policy.key]),
            installed_at=at,
        )
