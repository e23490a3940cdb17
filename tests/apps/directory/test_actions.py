"""The verbs of the directory."""

from datetime import datetime, timedelta

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.base.personal import open_value
from furong.apps.directory.access import Denied
from furong.apps.directory.actions import appoint, create_user, grant, revoke
from furong.apps.directory.models import Grant, Organisation, User
from furong.packs import Pack
from tests.apps.cast import person


def test_a_taken_username_is_refused_by_name(leader_zhao: User, at: datetime) -> None:
    with pytest.raises(Refusal, match="zhao"):
        create_user(username="zhao", name="赵某", by="test", at=at)
    assert User.objects.filter(username="zhao").get().name == "赵区长"


@pytest.mark.django_db
def test_a_phone_number_is_kept_sealed(at: datetime) -> None:
    user = create_user(username="lin", name="林某", phone="13000000000", by="test", at=at)
    assert user.phone is not None
    assert open_value(user.phone) == "13000000000"
    assert "13000000000" not in str(Entry.objects.values_list("payload", "commitments"))


@pytest.mark.django_db
def test_without_a_password_nobody_signs_in_with_one(at: datetime) -> None:
    assert not create_user(username="lin", name="林某", by="test", at=at).has_usable_password()


def test_an_appointment_is_no_mandate(stranger_zhou: User, at: datetime) -> None:
    office = Organisation.objects.get(code="east-office")
    appoint(stranger_zhou, office, title="科员", by="test", at=at)
    assert office.memberships.in_force(at).get().user == stranger_zhou
    assert not stranger_zhou.grants.exists()


def test_an_unknown_capacity_is_refused_with_the_known_ones(
    stranger_zhou: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match=r"市长.*policy_officer"):
        grant(stranger_zhou, "市长", source="无", by="test", at=at)


@pytest.mark.parametrize("scope", [("all", "park"), ("zone", ""), ("galaxy", "x")])
def test_an_incomplete_scope_is_refused(
    stranger_zhou: User, scope: tuple[str, str], at: datetime
) -> None:
    with pytest.raises(Refusal, match="范围"):
        grant(stranger_zhou, "clerk", scope=scope, source="无", by="test", at=at)


def test_the_three_administrators_do_not_meet_in_one_person(
    auditor_qian: User, at: datetime
) -> None:
    with pytest.raises(Refusal, match="三员分立"):
        grant(auditor_qian, "administrator", source="任命", by="test", at=at)
    revoke(auditor_qian.grants.get(), reason="轮岗", by="test", at=at)
    grant(auditor_qian, "administrator", source="任命", by="test", at=at)


def test_a_grant_names_its_giver_and_its_source(district: Pack, at: datetime) -> None:
    boss = person("boss", "安全员", "security_administrator", at=at)
    clerk = person("new", "新人", at=at)
    given = grant(
        clerk, "clerk", scope=("kind", "enterprise"), source="区委组织部文件", by=boss, at=at
    )
    assert given.granted_by == boss
    entry = Entry.objects.about(given).get()
    assert (entry.verb, entry.actor_id) == ("grant.give", boss.pk)
    assert entry.payload["source"] == "区委组织部文件"
    assert entry.payload["scope"] == ["kind", "enterprise"]


def test_revoking_twice_changes_nothing(leader_zhao: User, at: datetime) -> None:
    given = leader_zhao.grants.get()
    first = revoke(given, reason="调离", by="test", at=at + timedelta(days=1))
    again = revoke(given, reason="调离", by="test", at=at + timedelta(days=2))
    assert again.valid_to == first.valid_to
    assert Entry.objects.filter(verb="grant.revoke").count() == 1


def test_a_grant_revoked_before_it_begins_never_begins(stranger_zhou: User, at: datetime) -> None:
    begin = at + timedelta(days=7)
    given = grant(stranger_zhou, "leader", valid_from=begin, source="值班", by="test", at=at)
    revoke(given, reason="改期", by="test", at=at)
    assert not Grant.objects.in_force(begin).filter(user=stranger_zhou).exists()


def test_only_a_security_administrator_gives_and_takes_mandates_and_never_their_own(
    stranger_zhou: User, leader_zhao: User, at: datetime
) -> None:
    given = leader_zhao.grants.get()
    for who in (leader_zhao, person("sys", "系统员", "administrator", at=at)):
        with pytest.raises(Denied):
            grant(stranger_zhou, "leader", source="任命", by=who, at=at)
        with pytest.raises(Denied):
            revoke(given, reason="调离", by=who, at=at)
    boss = person("boss", "安全员", "security_administrator", at=at)
    with pytest.raises(Refusal, match="不能给自己授权"):
        grant(boss, "leader", source="任命", by=boss, at=at)
    assert Grant.objects.in_force(at).filter(user=leader_zhao).get() == given


def test_only_a_system_administrator_makes_and_places_users(
    leader_zhao: User, stranger_zhou: User, at: datetime
) -> None:
    office = Organisation.objects.get(code="east-office")
    with pytest.raises(Denied):
        create_user(username="new", name="新人", by=leader_zhao, at=at)
    with pytest.raises(Denied):
        appoint(stranger_zhou, office, by=leader_zhao, at=at)
    admin = person("sys", "系统员", "administrator", at=at)
    made = create_user(username="new", name="新人", by=admin, at=at)
    assert appoint(made, office, by=admin, at=at).organisation == office


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["", "a b", "a\0b", "x" * 65, "a\n", "<b>"])
def test_what_is_no_username_is_refused(username: str, at: datetime) -> None:
    with pytest.raises(Refusal, match="不能用"):
        create_user(username=username, name="林某", by="test", at=at)


@pytest.mark.parametrize("days", [0, -1])
def test_a_grant_that_would_end_before_it_begins_is_refused(
    stranger_zhou: User, days: int, at: datetime
) -> None:
    with pytest.raises(Refusal, match="须晚于"):
        grant(
            stranger_zhou,
            "leader",
            valid_to=at + timedelta(days=days),
            source="值班",
            by="test",
            at=at,
        )


def test_the_three_administrators_do_not_meet_later_either(
    stranger_zhou: User, at: datetime
) -> None:
    month = at + timedelta(days=30)
    later = grant(stranger_zhou, "auditor", valid_from=month, source="任命", by="test", at=at)
    with pytest.raises(Refusal, match="三员分立"):
        grant(stranger_zhou, "administrator", source="任命", by="test", at=at)
    grant(stranger_zhou, "administrator", valid_to=month, source="任命", by="test", at=at)
    revoke(later, reason="改派", by="test", at=at)
    grant(stranger_zhou, "administrator", valid_from=month, source="任命", by="test", at=at)
