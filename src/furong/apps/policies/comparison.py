"""Whether a pack says of an installed policy version what it said before."""

from datetime import date, timedelta

from furong.apps.policies.definitions import plain
from furong.apps.policies.models import PolicyVersion
from furong.packs import Pack
from furong.packs.models.policies import Policy


def changed_parts(one: PolicyVersion, policy: Policy, pack: Pack) -> list[str]:
    """The parts of an installed version that differ.

    That the next version ends it is no difference, and its worked cases are tests, not its text.
    """
    old, new = one.definition, plain(policy)
    names = {*old, *new} - {"valid", "cases"}
    changed = [name for name in sorted(names) if old.get(name) != new.get(name)]
    if one.document.code != pack.document_of(policy).id:
        changed.append("document")
    window = pack.window(policy)
    ended = window.end is not None and _begins_on(window.end + timedelta(1), policy.id, pack)
    if one.valid_from != window.start or (one.valid_to != window.end and not ended):
        changed.append("valid")
    return changed


def _begins_on(day: date, code: str, pack: Pack) -> bool:
    """Whether a version of the policy begins on a day."""
    return any(
        pack.window(policy).start == day for policy in pack.policies.values() if policy.id == code
    )
