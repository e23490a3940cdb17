"""Entering subjects in the registry."""

from datetime import datetime

import pytest

from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.registry.actions import NewSubject, register_subject, register_subjects, unmask
from furong.apps.registry.models import Identifier, Subject
from furong.packs import Pack
from tests.apps.cast import EAST_CODE, person


def enterprise(name: str = "东街停车", **identifiers: str) -> NewSubject:
    return NewSubject(kind="enterprise", name=name, identifiers=identifiers)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (NewSubject(kind="planet", name="火星"), r"没有对象类别“planet”.*enterprise（企业）"),
        (enterprise(" "), "名称"),
        (enterprise("长" * 201), "200"),
        (enterprise(uscc="91990101MA0000001"), "有 17 位，应为 18 位"),
        (enterprise(uscc="91990101MA0000001X"), "校验不通过"),
        (enterprise(uscc="91990101MA000000IY"), "不含 I、O"),
        (enterprise(uscc="9.19901E+17"), "设为文本格式"),
        (enterprise(license=""), "没有填写"),
        (enterprise(license="9" * 65), "超过 64 个字符"),
        (enterprise(wechat="x"), "没有标识“wechat”.*uscc"),
    ],
)
def test_what_cannot_be_entered_is_refused_with_the_reason(
    district: Pack, new: NewSubject, message: str, at: datetime
) -> None:
    with pytest.raises(Refusal, match=message):
        register_subject(new, by="test", at=at)
    assert not Subject.objects.exists()


@pytest.mark.parametrize("name", ["东街\n停车", "东街\0停车", " 东街 \ud800停车\t"])
def test_a_name_is_one_line(district: Pack, name: str, at: datetime) -> None:
    assert register_subject(enterprise(name), by="test", at=at).name == "东街 停车"


def test_a_code_that_is_taken_is_refused_and_its_holder_named(
    east_firm: Subject, at: datetime
) -> None:
    with pytest.raises(
        Refusal, match=rf"{EAST_CODE} 已属于东街停车服务有限公司（{east_firm.number}）"
    ):
        register_subject(enterprise("冒名公司", uscc=EAST_CODE.lower()), by="test", at=at)


def test_two_of_one_set_with_one_code_are_both_named(district: Pack, at: datetime) -> None:
    news = [enterprise("甲公司", uscc=EAST_CODE), enterprise("乙公司", uscc=EAST_CODE)]
    with pytest.raises(Refusal, match=r"乙公司.*甲公司"):
        register_subjects(news, by="test", at=at)
    assert not Subject.objects.exists()


def test_a_code_that_has_lapsed_can_be_given_again(east_firm: Subject, at: datetime) -> None:
    Identifier.objects.filter(subject=east_firm).update(valid_to=at.date())
    assert register_subject(enterprise("新公司", uscc=EAST_CODE), by="test", at=at)


def test_public_numbers_follow_each_other_and_have_eight_digits(
    district: Pack, at: datetime
) -> None:
    first = register_subject(enterprise("甲"), by="test", at=at)
    second, third = register_subjects([enterprise("乙"), enterprise("丙")], by="test", at=at)
    assert [one.number for one in (first, second, third)] == ["10000001", "10000002", "10000003"]


def test_a_set_gets_one_journal_entry(district: Pack, at: datetime) -> None:
    register_subjects([enterprise("甲"), enterprise("乙")], by="test", at=at)
    entry = Entry.objects.get(verb="subject.register")
    assert entry.payload["count"] == 2
    assert entry.payload["numbers"] == [10000001, 10000002]
    assert len(entry.payload["digest"]) == 64


class TestNaturalPersons:
    @pytest.fixture
    def resident(self, district: Pack, at: datetime) -> Subject:
        new = NewSubject(
            kind="person",
            name="赵小明",
            address="某里 3 号",
            identifiers={"resident_id": "990101190001010000"},
        )
        return register_subject(new, by="test", at=at)

    def test_neither_name_nor_number_nor_address_can_be_read(self, resident: Subject) -> None:
        stored = Subject.objects.get(pk=resident.pk)
        assert (stored.name, stored.address) == ("赵**", "")
        assert "990101190001010000" not in stored.identifiers.get().value
        assert "赵小明" not in str(Entry.objects.values())

    def test_they_are_never_found_by_search(self, resident: Subject) -> None:
        assert not Subject.objects.search("赵").exists()
        assert not Subject.objects.search(resident.number).exists()

    def test_the_same_person_is_not_entered_twice(self, resident: Subject, at: datetime) -> None:
        again = NewSubject(
            kind="person", name="赵晓明", identifiers={"resident_id": "990101190001010000"}
        )
        with pytest.raises(Refusal, match="已属于"):
            register_subject(again, by="test", at=at)

    def test_looking_is_an_act_with_a_reason(self, resident: Subject, at: datetime) -> None:
        clerk = person("mz", "民政经办", "clerk", at=at)
        with pytest.raises(Refusal, match="事由"):
            unmask(resident, reason=" ", by=clerk, at=at)
        seen = unmask(resident, reason="核发救助金", by=clerk, at=at)
        assert (seen["name"], seen["resident_id"]) == ("赵小明", "990101190001010000")
        entry = Entry.objects.get(verb="subject.unmask")
        assert entry.payload == {
            "reason": "核发救助金",
            "values": ["address", "name", "resident_id"],
        }
