"""Writing a draft: opening, saving, going back, and giving up.

A draft is saved whole against the revision that its author saw. Who saves against an older one is
told what changed meanwhile, and nothing of either is lost.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from furong.apps.base import journal
from furong.apps.base.errors import Refusal
from furong.apps.base.journal_chain import canonical
from furong.apps.base.texts import within
from furong.apps.directory.access import require
from furong.apps.directory.models import User
from furong.apps.policies import limits
from furong.apps.policies.drafting import blank, starting_point
from furong.apps.policies.models import Draft, DraftRevision, Policy, PolicyVersion, Stage
from furong.apps.registry.catalogue import catalogue
from furong.packs.diff import Value, values_that_differ
from furong.packs.models.base import is_policy_id

ACTION = "policy.edit"
MAX_BYTES = 256 * 1024
"""A draft's content, in plain JSON; the longest real document takes a tenth of it."""


MOST_REASON = 200
"""Characters of the reason for taking a draft back or giving it up."""


class Stale(Refusal):
    """Somebody saved meanwhile. theirs: what they saved; changed: what differs from what was seen."""

    def __init__(self, theirs: DraftRevision, changed: list[Value]) -> None:
        self.theirs, self.changed = theirs, changed
        super().__init__(
            _(
                "%(name)s已先保存了第 %(revision)d 次修改，您的修改还没有保存；请核对下列改动后再保存"
            )
            % {"name": theirs.saved_by, "revision": theirs.revision}
        )


@transaction.atomic
def open_draft(code: str, *, by: User, at: datetime) -> Draft:
    """Begins a new policy, or the next version of one that exists.

    Raises Refusal for an id that cannot be, for one that another draft is about, and for a policy
    that was repealed.
    """
    require(by, ACTION, at=at)
    if not is_policy_id(code):
        raise Refusal(
            _("政策编号“%s”不合规则；请用大写字母和数字，以字母开头，如 FR08") % code[:40]
        )
    _refuse_second(code)
    if Policy.objects.filter(code=code).exclude(repeal=None).exists():
        raise Refusal(_("%s 已经废止，不能再修订；如需恢复，请另立新政策") % code)
    versions = PolicyVersion.objects.filter(policy__code=code).select_related("document")
    base = versions.order_by("version").last()
    if base is None:
        manifest, kinds = catalogue().pack.manifest, [*catalogue().pack.kinds]
        document, definition = blank(code, jurisdiction=manifest.jurisdiction, kind=kinds[0])
    else:
        document, definition = starting_point(base)
    draft = Draft(
        code=code,
        version=definition["version"],
        base=base,
        opened_by=by,
        opened_at=at,
        revision=0,
    )
    try:
        with transaction.atomic():
            _write(draft, document, definition, by=by, at=at)
    except IntegrityError:
        _refuse_second(code)  # somebody opened one at the same moment
        raise
    journal.record(
        "draft.open", by=by, at=at, about=draft, payload={"policy": code, "version": draft.version}
    )
    return draft


def _refuse_second(code: str) -> None:
    if other := Draft.objects.open().filter(code=code).select_related("changed_by").first():
        raise Refusal(
            _("%(code)s 已有草稿（%(stage)s，%(name)s最后修改）；请在那份草稿上修改，或者先撤稿")
            % {"code": code, "stage": other.get_stage_display(), "name": other.changed_by}
        )


@transaction.atomic
def save_draft(
    draft: Draft,
    *,
    document: Mapping[str, Any],
    definition: Mapping[str, Any],
    revision: int,
    by: User,
    at: datetime,
) -> Draft:
    """Keeps a draft's content, faulty or not; what is kept already changes nothing.

    revision: the one that the author saw. Raises Stale where there is a later one, and Refusal for
    a draft that is not being written.
    """
    require(by, ACTION, at=at)
    held = locked(draft)
    if not held.is_open:
        raise Refusal(
            _("%(draft)s %(stage)s，内容不能再改，没有保存；如需修改，请另起草稿")
            % {"draft": held, "stage": held.get_stage_display()}
        )
    if held.stage != Stage.DRAFTING:
        raise Refusal(
            _("%(draft)s 正在“%(stage)s”，内容不能修改，没有保存；如需修改，请先撤回")
            % {"draft": held, "stage": held.get_stage_display()}
        )
    fixed = {"id": held.code, "version": held.version}
    content = {"document": dict(document), "definition": {**definition, **fixed}}
    _refuse_too_many(definition)
    if len(canonical(content)) > MAX_BYTES:
        raise Refusal(_("草稿内容超过 %d KB，没有保存；请精简文字") % (MAX_BYTES // 1024))
    kept = {"document": held.document, "definition": held.definition}
    if content == kept:
        return held
    if revision != held.revision:
        raise Stale(*_since(held, revision))
    _write(held, content["document"], content["definition"], by=by, at=at)
    changed = sorted({_part(value.path) for value in values_that_differ(kept, content)})
    journal.record(
        "draft.save",
        by=by,
        at=at,
        about=held,
        payload={"revision": held.revision, "changed": changed},
    )
    return held


def _refuse_too_many(definition: Mapping[str, Any]) -> None:
    for part, most, told in (
        ("criteria", limits.CONDITIONS, _("条件")),
        ("cases", limits.CASES, _("样例")),
    ):
        count = len(definition.get(part) or ())
        if count > most:
            raise Refusal(
                _("%(what)s有 %(n)d 个，最多 %(most)d 个，没有保存；请删减后再保存")
                % {"what": told, "n": count, "most": most}
            )


def restore_draft(draft: Draft, revision: int, *, seen: int, by: User, at: datetime) -> Draft:
    """Goes back to an earlier revision, by saving it anew; the later ones are kept too."""
    found = draft.revisions.filter(revision=revision).first()
    if found is None:
        raise Refusal(
            _("%(draft)s 没有第 %(n)d 次修改，请刷新后再选") % {"draft": draft, "n": revision}
        )
    return save_draft(
        draft,
        document=found.document,
        definition=found.definition,
        revision=seen,
        by=by,
        at=at,
    )


@transaction.atomic
def withdraw_draft(draft: Draft, *, reason: str, by: User, at: datetime) -> Draft:
    """Gives a draft up (撤稿); it stays to be read, and its policy may be drafted anew."""
    require(by, ACTION, at=at)
    held = locked(draft)
    if not held.is_open:
        raise Refusal(
            _("%(draft)s %(stage)s，不能撤稿") % {"draft": held, "stage": held.get_stage_display()}
        )
    reason = within(_("撤稿理由"), reason, MOST_REASON)
    held.stage = Stage.WITHDRAWN
    held.save(update_fields=["stage"])
    journal.record("draft.withdraw", by=by, at=at, about=held, payload={"reason": reason})
    return held


def locked(draft: Draft) -> Draft:
    """The draft as it is now; nobody else changes it until the transaction ends."""
    return Draft.objects.select_for_update().get(pk=draft.pk)


def _write(
    draft: Draft,
    document: Mapping[str, Any],
    definition: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
) -> None:
    draft.document, draft.definition = dict(document), dict(definition)
    draft.title = str(definition.get("title", ""))[:300]
    draft.revision += 1
    draft.changed_by, draft.changed_at = by, at
    draft.save()
    DraftRevision(
        draft=draft,
        revision=draft.revision,
        document=draft.document,
        definition=draft.definition,
        saved_by=by,
        saved_at=at,
    ).save()


def _since(draft: Draft, revision: int) -> tuple[DraftRevision, list[Value]]:
    """The latest revision, and what it changed since one that somebody saw."""
    revisions = draft.revisions.select_related("saved_by")
    latest = revisions.get(revision=draft.revision)
    seen = revisions.filter(revision__lte=max(revision, 1)).last() or latest
    return latest, [*_differences(seen, latest)]


def _differences(before: DraftRevision, after: DraftRevision) -> Iterator[Value]:
    for part in ("document", "definition"):
        yield from values_that_differ(getattr(before, part), getattr(after, part), part)


def _part(path: str) -> str:
    """`definition.criteria.c1.when` → `definition.criteria`: what an entry tells of a change."""
    return ".".join(path.split(".")[:2])
