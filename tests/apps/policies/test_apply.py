"""Installing a pack, and moving to its next version."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base.errors import Refusal
from furong.apps.base.models import AppendOnly, Entry, Installation
from furong.apps.directory.models import LOCAL, Organisation, Zone
from furong.apps.policies.actions import apply_pack
from furong.apps.policies.models import Document, Policy, PolicyVersion
from furong.apps.policies.reads import text_of, versions_of
from furong.packs import Pack, PackErrors
from tests.apps.policies.sample import edit

RELIEF = "policies/t-relief.yaml"
SECOND = """
- id: T01
  version: 2
  title: 小微企业复工补贴
  kinds: [enterprise]
  valid: {from: 2020-03-01}
  criteria:
  - {id: staff, label: 从业人员不超过 60 人, when: staff <= 60}
  benefit: {kind: subsidy, amount: staff * 600}
  cases:
  - {title: 恰好 60 人, facts: {staff: 60}, verdict: eligible, boundary: true}
  - {title: 61 人, facts: {staff: 61}, verdict: ineligible}
"""


def verbs() -> Counter[str]:
    return Counter(Entry.objects.values_list("verb", flat=True))


def bump(folder: Path, version: str) -> None:
    edit(folder, "pack.yaml", ("version: 1.0.0", f"version: {version}"))


def test_it_installs_everything_that_the_pack_declares(district: Pack, at: datetime) -> None:
    held = Installation.current()
    assert (held.pack, held.version, held.short, held.timezone) == (
        "sample",
        "1.0.0",
        "测试区",
        "Asia/Shanghai",
    )
    assert Zone.objects.count() == 5
    assert Organisation.objects.count() == 3
    assert set(Document.objects.values_list("code", flat=True)) == {
        "t-relief",
        "t-resume",
        "t-elsewhere",
        "t-national",
    }
    version = PolicyVersion.objects.get(policy__code="T01")
    assert (version.version, version.origin, version.installed_at) == (1, "sample@1.0.0", at)
    assert version.valid_from == date(2020, 2, 1)
    assert version.valid_to is None
    assert version.definition["benefit"]["cap"] == "20000"


def test_each_part_leaves_one_entry(district: Pack) -> None:
    assert verbs() == {
        "pack.apply": 1,
        "zones.sync": 1,
        "organisations.sync": 1,
        "policies.install": 1,
    }


def test_applied_again_it_changes_nothing(district: Pack, folder: Path, at: datetime) -> None:
    before = verbs()
    applied = apply_pack(folder, by="test", at=at)
    assert not applied.installed
    assert applied.policies.added == applied.policies.documents == ()
    assert verbs() == before
    assert PolicyVersion.objects.count() == 7


def test_a_new_version_is_added_and_ends_the_old_one(
    district: Pack, folder: Path, at: datetime
) -> None:
    bump(folder, "1.1.0")
    edit(
        folder,
        RELIEF,
        (
            "  department: 区发改局",
            "  department: 区发改局\n  valid: {from: 2020-02-01, to: 2020-02-29}",
        ),
    )
    with (folder / RELIEF).open("a", encoding="utf-8") as file:
        file.write(SECOND)
    applied = apply_pack(folder, by="test", at=at)
    assert applied.policies.added == ("T01@2",)
    first, second = versions_of("T01")
    assert first.window.end == date(2020, 2, 29)
    assert (second.origin, second.window.start) == ("sample@1.1.0", date(2020, 3, 1))
    assert text_of("T01", at).policy.version == 1


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("cap: 20000", "cap: 30000", "benefit"),
        ("staff <= 50", "staff <= 80", "criteria"),
        ("issued: 2020-02-01", "issued: 2020-02-03", "valid"),
        ("title: 小微企业复工补贴", "title: 小微企业补贴", "title"),
        (
            "  department: 区发改局",
            "  department: 区发改局\n  valid: {from: 2020-02-01, to: 2020-02-29}",
            "valid",
        ),
    ],
)
def test_a_changed_version_is_refused_and_named_and_nothing_is_written(
    district: Pack, folder: Path, at: datetime, old: str, new: str, part: str
) -> None:
    bump(folder, "1.1.0")
    edit(folder, RELIEF, (old, new))
    before = verbs()
    with pytest.raises(Refusal, match=f"T01 第 1 版.*{part}.*另写第 2 版"):
        apply_pack(folder, by="test", at=at)
    assert Installation.current().version == "1.0.0"
    assert verbs() == before


def test_every_changed_version_is_named_at_once(district: Pack, folder: Path, at: datetime) -> None:
    edit(folder, RELIEF, ("cap: 20000", "cap: 30000"), ("staff >= 10", "staff >= 20"))
    with pytest.raises(Refusal) as refusal:
        apply_pack(folder, by="test", at=at)
    assert [line[:3] for line in str(refusal.value).splitlines()] == ["T01", "T02"]


def test_a_policy_that_the_pack_no_longer_declares_stays(
    district: Pack, folder: Path, at: datetime
) -> None:
    (folder / "policies" / "t-national.yaml").unlink()
    applied = apply_pack(folder, by="test", at=at)
    assert applied.policies.kept == ("N01@1",)
    assert text_of("N01", at).policy.title == "阶段性减免"


def test_a_pack_without_the_facts_of_an_installed_policy_is_refused(
    district: Pack, folder: Path, at: datetime
) -> None:
    (folder / "policies" / "t-resume.yaml").unlink()
    edit(
        folder,
        "facts/facts.yaml",
        ("- {key: resumed, label: 已复工, type: boolean, ask: 是否已经复工？}\n", ""),
    )
    edit(folder, "kinds/kinds.yaml", (" resumed, resumed_on", " resumed_on"))
    with pytest.raises(Refusal, match=r"T03@1.*resumed"):
        apply_pack(folder, by="test", at=at)


def test_local_policies_stay_and_their_numbers_are_theirs(
    district: Pack, folder: Path, at: datetime
) -> None:
    local = PolicyVersion.objects.get(policy__code="T03")
    PolicyVersion.objects.create(
        policy=Policy.objects.create(code="L01"),
        version=1,
        document=local.document,
        definition={**local.definition, "id": "L01"},
        origin=LOCAL,
        installed_at=at,
    )
    applied = apply_pack(folder, by="test", at=at)
    assert applied.policies.kept == ()
    assert text_of("L01", at).origin == LOCAL
    edit(folder, "policies/t-resume.yaml", ("- id: T03", "- id: L01"))
    with pytest.raises(Refusal, match="L01 第 1 版是本系统自行制定的"):
        apply_pack(folder, by="test", at=at)


def test_a_document_described_anew_is_updated(district: Pack, folder: Path, at: datetime) -> None:
    bump(folder, "1.0.1")
    edit(folder, RELIEF, ("number: 测试发〔2020〕1号", "number: 测试政发〔2020〕1号"))
    applied = apply_pack(folder, by="test", at=at)
    assert applied.policies.documents == ("t-relief",)
    assert text_of("T01", at).document.number == "测试政发〔2020〕1号"
    assert Document.objects.get(code="t-relief").origin == "sample@1.0.1"


def test_a_faulty_pack_is_not_installed(db: None, folder: Path, at: datetime) -> None:
    edit(folder, RELIEF, ("when: staff <= 50", "when: stuff <= 50"))
    with pytest.raises(PackErrors, match="stuff"):
        apply_pack(folder, by="test", at=at)
    assert not Installation.objects.exists()


def test_a_pack_that_is_no_district_is_refused(db: None, folder: Path, at: datetime) -> None:
    edit(
        folder,
        "pack.yaml",
        ("level: district\n", "level: city\n"),
        ("district: {name: 测试市测试区, short: 测试区}\n", ""),
    )
    with pytest.raises(Refusal, match="没有写 district"):
        apply_pack(folder, by="test", at=at)


def test_another_pack_than_the_one_that_is_set_is_refused(
    db: None, folder: Path, settings: Settings, at: datetime
) -> None:
    settings.FURONG_PACK = "furong-2020"
    with pytest.raises(Refusal, match="FURONG_PACK"):
        apply_pack(folder, by="test", at=at)


def test_a_second_district_is_refused(
    district: Pack, folder: Path, settings: Settings, at: datetime
) -> None:
    other = folder.rename(folder.with_name("other"))
    edit(other, "pack.yaml", ("id: sample", "id: other"))
    settings.FURONG_PACK = str(other)
    with pytest.raises(Refusal, match="只服务一个区"):
        apply_pack(other, by="test", at=at)


def test_a_version_is_never_changed_or_deleted(district: Pack) -> None:
    version = PolicyVersion.objects.get(policy__code="T01")
    version.definition = {}
    for attempt in (
        version.save,
        version.delete,
        PolicyVersion.objects.all().delete,
        lambda: PolicyVersion.objects.update(definition={}),
        lambda: PolicyVersion.objects.bulk_update([version], ["definition"]),
    ):
        with pytest.raises(AppendOnly, match="new version"):
            attempt()


def test_the_shipped_pack_reads_back_as_it_was_written(db: None, at: datetime) -> None:
    pack = apply_pack("furong-2020", by="test", at=at).pack
    for policy in pack.policies.values():
        text = text_of(policy.id, at)
        assert text.policy.model_copy(update={"cases": ()}) == policy.model_copy(
            update={"cases": ()}
        )
        assert text.document == pack.document_of(policy)
