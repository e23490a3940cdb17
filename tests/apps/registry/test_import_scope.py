"""Importing within one's mandate: nobody changes, or learns of, what their grants do not cover."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from furong.apps.base.errors import Refusal
from furong.apps.directory.actions import grant, revoke
from furong.apps.directory.models import Grant, User, Zone
from furong.apps.registry import importing
from furong.apps.registry.actions import NewSubject, register_subject
from furong.apps.registry.importing import preview
from furong.apps.registry.models import FactEntry, Identifier, ImportBatch, Subject
from furong.apps.registry.tables.reader import read_table
from tests.apps.cast import EAST, EAST_CODE, WEST, WEST_CODE, firm, person
from tests.apps.registry.test_importing import NEW_CODE, look, plan_for, sheet, take, write

__all__ = ["sheet"]

VERIFY = "号码 %s 须经区级主管单位核对后方可登记；请将名称、号码和证照报该单位办理"
OUTSIDE = "本行不在您的授权范围内，未导入；请交有权限的单位办理"


def clerk_of(*scopes: tuple[str, str], at: datetime) -> User:
    clerk = person("jie", "街道经办", at=at)
    for scope in scopes:
        grant(clerk, "clerk", scope=scope, source="分工", by="test", at=at)
    return clerk


class TestKnownSubjects:
    def test_a_firm_of_another_street_is_neither_changed_nor_named(
        self, clerk_chen: User, sheet: Path, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        other = firm("西街书店", WEST, NEW_CODE, at=at)
        write(
            sheet,
            [
                ["随便写的名称", WEST_CODE, None, "改到我街", 7],
                ["改个名字", NEW_CODE.lower(), "东街", None, 7],
                [east_firm.name, EAST_CODE, None, None, 7],
            ],
        )
        verdicts = look(sheet, at, by=clerk_chen)
        assert verdicts == [
            ("invalid", VERIFY % WEST_CODE),
            ("invalid", VERIFY % NEW_CODE),
            ("update", ""),
        ]
        with read_table(sheet) as table:
            planned = [*preview(plan_for(sheet), table, by=clerk_chen, at=at)]
        for one in planned[:2]:
            assert (one.subject, one.notes) == (None, [])
            assert west_firm.name not in one.reason
            assert other.name not in one.reason
        assert take(sheet, clerk_chen, at).counts == {"invalid": 2, "update": 1}
        assert [*FactEntry.objects.values_list("subject", flat=True)] == [east_firm.pk]
        west_firm.refresh_from_db()
        assert west_firm.address == "测试路 1 号"

    def test_its_public_number_finds_nothing(
        self, clerk_chen: User, sheet: Path, west_firm: Subject, at: datetime
    ) -> None:
        write(sheet, [["甲", west_firm.number], ["甲", "999999"]], ["企业名称", "平台编号"])
        held, free = look(sheet, at, by=clerk_chen)
        assert held[0] == "invalid"
        assert (held[0], held[1].replace(west_firm.number, "")) == (
            free[0],
            free[1].replace("999999", ""),
        )

    def test_its_name_finds_nothing(
        self, clerk_chen: User, sheet: Path, west_firm: Subject, at: datetime
    ) -> None:
        write(sheet, [[west_firm.name, None, "东街", None, 7]])
        assert look(sheet, at, by=clerk_chen) == [("new", "")]

    def test_a_second_number_does_not_reach_it(
        self, clerk_chen: User, sheet: Path, east_firm: Subject, west_firm: Subject, at: datetime
    ) -> None:
        head = ["企业名称", "统一社会信用代码", "平台编号"]
        write(sheet, [["甲", WEST_CODE, east_firm.number]], head)
        assert look(sheet, at, by=clerk_chen) == [("invalid", VERIFY % WEST_CODE)]

    def test_a_building_of_another_street_is_not_named_either(
        self, clerk_chen: User, sheet: Path, at: datetime
    ) -> None:
        new = NewSubject(kind="building", name="国金中心", street=Zone.objects.get(code=WEST))
        building = register_subject(new, by="test", at=at)
        Identifier.objects.create(subject=building, scheme="uscc", value=NEW_CODE)
        write(sheet, [["甲", NEW_CODE, "东街"]])
        assert look(sheet, at, by=clerk_chen) == [("invalid", VERIFY % NEW_CODE)]

    def test_a_zone_besides_the_street_covers(
        self, sheet: Path, west_firm: Subject, at: datetime
    ) -> None:
        park = clerk_of((Grant.Scope.ZONE, "park"), at=at)
        write(sheet, [["西街餐饮", WEST_CODE, None, None, 7], ["新公司", NEW_CODE, None, None, 7]])
        held, free = look(sheet, at, by=park)
        assert held == free
        assert held[0] == "invalid"
        write(sheet, [["西街餐饮", WEST_CODE, None, None, 7]])
        west_firm.zones.add(Zone.objects.get(code="park-tower"))
        assert look(sheet, at, by=park) == [("update", "")]


class TestNewSubjects:
    @pytest.mark.parametrize(
        ("scopes", "street", "verdict"),
        [
            ([("zone", EAST)], "东街", "new"),
            ([("zone", EAST)], "西街", "invalid"),
            ([("zone", EAST), ("zone", WEST)], "西街", "new"),
            ([("zone", "990101")], "西街", "new"),
            ([("zone", "park")], "东街", "invalid"),
            ([("kind", "enterprise")], "西街", "new"),
            ([("kind", "enterprise")], None, "new"),
            ([("kind", "building")], "东街", "invalid"),
            ([("all", "")], None, "new"),
        ],
    )
    def test_only_where_the_mandate_reaches(
        self,
        district: object,
        sheet: Path,
        scopes: list[tuple[str, str]],
        street: str | None,
        verdict: str,
        at: datetime,
    ) -> None:
        clerk = clerk_of(*scopes, at=at)
        write(sheet, [["新公司", NEW_CODE, street]])
        assert [one for one, _reason in look(sheet, at, by=clerk)] == [verdict]
        assert take(sheet, clerk, at).counts == {verdict: 1}
        assert Subject.objects.count() == (verdict == "new")

    def test_what_lies_outside_is_refused_in_the_same_words_as_what_is_known_there(
        self, clerk_chen: User, sheet: Path, west_firm: Subject, at: datetime
    ) -> None:
        write(sheet, [["新公司", NEW_CODE, "西街"], ["西街餐饮", WEST_CODE, "西街"]])
        assert look(sheet, at, by=clerk_chen) == [("invalid", OUTSIDE)] * 2

    def test_without_a_street_it_lies_in_the_clerks_own(
        self, clerk_chen: User, sheet: Path, at: datetime
    ) -> None:
        write(sheet, [["新公司", NEW_CODE]])
        with read_table(sheet) as table:
            (planned,) = preview(plan_for(sheet), table, by=clerk_chen, at=at)
        assert planned.notes == ["未写街道，按您负责的东街街道登记"]
        take(sheet, clerk_chen, at)
        assert Subject.objects.get().street == Zone.objects.get(code=EAST)

    @pytest.mark.parametrize("zones", [[EAST, WEST], ["990101"], ["park"]])
    def test_without_a_street_and_with_several_or_none_it_is_asked_for(
        self, district: object, sheet: Path, zones: list[str], at: datetime
    ) -> None:
        clerk = clerk_of(*((Grant.Scope.ZONE, zone) for zone in zones), at=at)
        write(sheet, [["新公司", NEW_CODE]])
        ((verdict, reason),) = look(sheet, at, by=clerk)
        assert verdict == "invalid"
        assert reason == "没有写明所属街道，无法确认在您的授权范围内；请补填后重新导入"

    def test_a_zone_column_places_it_too(self, district: object, sheet: Path, at: datetime) -> None:
        park = clerk_of((Grant.Scope.ZONE, "park"), at=at)
        write(sheet, [["新公司", "塔楼片区"], ["别家", ""]], ["企业名称", "所属片区"])
        assert [verdict for verdict, _reason in look(sheet, at, by=park)] == ["new", "invalid"]

    def test_a_misread_street_is_told_as_that_alone(
        self, clerk_chen: User, sheet: Path, at: datetime
    ) -> None:
        write(sheet, [["新公司", NEW_CODE, "北街"]])
        ((_verdict, reason),) = look(sheet, at, by=clerk_chen)
        assert "没有区域“北街”" in reason
        assert "授权" not in reason


def test_without_any_grant_nothing_is_taken(
    stranger_zhou: User, sheet: Path, west_firm: Subject, at: datetime
) -> None:
    write(sheet, [["新公司", NEW_CODE, "东街"], ["西街餐饮", WEST_CODE, None, None, 7]])
    assert look(sheet, at, by=stranger_zhou) == [("invalid", OUTSIDE)] * 2


def test_the_same_file_is_taken_again_by_whoever_has_another_mandate(
    clerk_chen: User, sheet: Path, west_firm: Subject, at: datetime
) -> None:
    write(sheet, [["新公司", NEW_CODE, "东街"], ["西街餐饮", WEST_CODE, "西街", None, 7]])
    assert take(sheet, clerk_chen, at).counts == {"new": 1, "invalid": 1}
    whole = person("tj", "统计员", "statistics", at=at)
    assert take(sheet, whole, at).counts == {"same": 1, "update": 1}
    grant(clerk_chen, "clerk", scope=("zone", WEST), source="代管", by="test", at=at)
    assert take(sheet, clerk_chen, at).counts == {"same": 2}


def test_a_grant_that_ended_covers_nothing(
    clerk_chen: User, sheet: Path, east_firm: Subject, at: datetime
) -> None:
    revoke(Grant.objects.get(user=clerk_chen), reason="调离", by="test", at=at)
    write(sheet, [[east_firm.name, EAST_CODE, None, None, 7]])
    assert look(sheet, at, by=clerk_chen) == [("invalid", OUTSIDE)]


def test_a_thousand_rows_cost_no_more_queries_than_ten(
    clerk_chen: User,
    sheet: Path,
    west_firm: Subject,
    at: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    firm("东街书店", EAST, EAST_CODE, at=at)
    rows = [[f"公司{n}", None, "西街" if n % 2 else "东街", None, n] for n in range(400)]
    write(sheet, [*rows, ["甲", WEST_CODE], ["乙", EAST_CODE]])
    with django_assert_max_num_queries(20):
        verdicts = look(sheet, at, by=clerk_chen)
    assert [verdict for verdict, _reason in verdicts].count("new") == 200


def test_a_number_held_elsewhere_is_refused_without_naming_its_holder(
    clerk_chen: User, leader_zhao: User, west_firm: Subject, at: datetime
) -> None:
    new = NewSubject(
        kind="enterprise",
        name="东街新店",
        street=Zone.objects.get(code=EAST),
        identifiers={"uscc": WEST_CODE},
    )
    with pytest.raises(Refusal) as refused:
        register_subject(new, by=clerk_chen, at=at)
    assert west_firm.name not in str(refused.value)
    assert west_firm.number not in str(refused.value)
    with pytest.raises(Refusal, match=west_firm.name):
        register_subject(new, by=leader_zhao, at=at)


def test_whoever_imports_speaks_in_no_stronger_name_than_their_own(
    clerk_chen: User, sheet: Path, east_firm: Subject, at: datetime
) -> None:
    write(sheet, [[east_firm.name, EAST_CODE, None, None, 7]])
    statistician = person("tj", "统计员", "statistics", at=at)
    plans = [replace(plan_for(sheet), source=source) for source in ("register", "owner", "sample")]
    with read_table(sheet) as table:
        for plan in plans:
            with pytest.raises(Refusal, match=r"名义导入；您可用的来源：统计报表、报道"):
                next(preview(plan, table, by=statistician, at=at))
        for plan in plans[1:]:
            with pytest.raises(Refusal, match="名义导入"):
                next(preview(plan, table, by=clerk_chen, at=at))
        (planned,) = preview(plans[0], table, by=clerk_chen, at=at)
    assert planned.verdict == "update"


def test_a_second_hat_lends_its_source_to_no_other_street(
    clerk_chen: User, sheet: Path, east_firm: Subject, west_firm: Subject, at: datetime
) -> None:
    grant(clerk_chen, "statistics", source="分工", by="test", at=at)
    write(sheet, [["东街", EAST_CODE, "东街", None, 7], ["西街", WEST_CODE, "西街", None, 7]])
    with read_table(sheet) as table:
        of_register = replace(plan_for(sheet), source="register")
        verdicts = [one.verdict for one in preview(of_register, table, by=clerk_chen, at=at)]
        assert verdicts == ["update", "invalid"]
    assert [verdict for verdict, _reason in look(sheet, at, by=clerk_chen)] == ["update"] * 2


@pytest.mark.parametrize("lost", ["revoked", "disabled"])
def test_an_import_stops_where_the_mandate_ends(
    clerk_chen: User, sheet: Path, monkeypatch: pytest.MonkeyPatch, lost: str, at: datetime
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    write(sheet, [[f"公司{n}", None, "东街", None, n] for n in range(5)])
    take_over = importing._take_over

    def lose(*args: Any, **kwargs: Any) -> None:
        take_over(*args, **kwargs)
        if lost == "revoked":
            later = at + timedelta(hours=1)
            revoke(clerk_chen.grants.get(), reason="调离", by="test", at=later)
        else:
            User.objects.filter(pk=clerk_chen.pk).update(is_active=False)

    monkeypatch.setattr(importing, "_take_over", lose)
    with pytest.raises(Refusal, match="授权有变动"):
        take(sheet, clerk_chen, at)
    assert Subject.objects.count() == 2
    assert ImportBatch.objects.get().finished_at is None


def test_the_number_of_a_person_elsewhere_is_not_said_in_full(
    clerk_chen: User, sheet: Path, at: datetime
) -> None:
    number = "990101190001010000"
    west = Zone.objects.get(code=WEST)
    new = NewSubject(kind="person", name="赵小明", street=west, identifiers={"resident_id": number})
    register_subject(new, by="test", at=at)
    write(sheet, [["赵小明", number, "东街"]], ["姓名", "resident_id", "所属街道"])
    with read_table(sheet) as table:
        plan = replace(plan_for(sheet, kind="person"), source="department")
        (planned,) = preview(plan, table, by=clerk_chen, at=at)
    assert planned.reason == VERIFY % "尾号 0000"
    for who in (clerk_chen, "test"):
        with pytest.raises(Refusal) as refused:
            register_subject(replace(new, street=Zone.objects.get(code=EAST)), by=who, at=at)
        assert number not in str(refused.value)
