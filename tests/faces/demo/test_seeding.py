"""A district is entered once, whatever interrupts it."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from furong.apps.base import clock, journal
from furong.apps.base.errors import Refusal
from furong.apps.base.models import Entry
from furong.apps.directory.access import Capacity
from furong.apps.directory.models import Grant, User
from furong.apps.handlers.models import Authorisation
from furong.apps.registry.actions import state_many
from furong.apps.registry.columns import columns
from furong.apps.registry.models import FactEntry, Source, Subject
from furong.apps.registry.reads import encoded_facts
from furong.faces.demo import seeding
from furong.faces.demo.casting import Casting
from furong.faces.demo.population import Population
from furong.faces.demo.seeding import Wanted
from furong.packs import Pack, PackErrors, load
from tests.faces.demo.conftest import BATCH, SIZE

pytestmark = pytest.mark.django_db


@pytest.fixture
def interrupted(pack: Pack, wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> Population:
    """A seed that was broken off after its first batch, by a crash within the second."""
    population = Population(pack)
    calls: list[object] = []

    def crash(*args: Any, **kwargs: Any) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return state_many(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "state_many", crash)
        with pytest.raises(KeyboardInterrupt):
            seeding.seed(pack, wanted, population)
    return population


def test_the_district_is_the_population(pack: Pack, wanted: Wanted) -> None:
    population = Population(pack)
    seeding.seed(pack, wanted, population)
    subjects = {subject.number: subject for subject in Subject.objects.all()}
    assert len(subjects) == SIZE
    for row in population.rows(SIZE):
        subject = subjects[str(10_000_001 + row.number)]
        assert (subject.name, subject.kind, subject.address) == (row.name, row.kind, row.address)
        assert subject.street is not None
        assert subject.street.code == row.street
        assert {zone.code for zone in subject.zones.all()} == set(row.zones)
        known = encoded_facts(subject)
        known.pop("subject", None)
        assert known.pop("insured_headcount", None) == row.facts.get("insured_2019")
        assert known == row.facts


def test_everything_is_marked_as_a_sample(pack: Pack, wanted: Wanted) -> None:
    seeding.seed(pack, wanted, Population(pack))
    assert {*FactEntry.objects.values_list("source", flat=True)} == {Source.SAMPLE}


def test_the_clock_goes_on_from_the_scenarios_moment(pack: Pack, wanted: Wanted) -> None:
    seeding.seed(pack, wanted, Population(pack))
    assert clock.now().astimezone(clock.zone()).isoformat()[:13] == "2020-03-04T08"


def test_the_bulk_engine_sees_it(pack: Pack, wanted: Wanted) -> None:
    seeding.seed(pack, wanted, Population(pack))
    assert columns("enterprise").count + columns("building").count == SIZE


def test_a_second_seed_changes_nothing(pack: Pack, wanted: Wanted) -> None:
    first = seeding.seed(pack, wanted, Population(pack))
    entries = Entry.objects.count()
    second = seeding.seed(pack, wanted, Population(pack))
    assert (second.pk, second.finished_at) == (first.pk, first.finished_at)
    assert Entry.objects.count() == entries


def test_a_batch_is_two_entries_of_the_journal(pack: Pack, wanted: Wanted) -> None:
    seeding.seed(pack, wanted, Population(pack))
    verbs = [*Entry.objects.values_list("verb", flat=True)]
    assert verbs.count("subject.register") == verbs.count("subject.state") == SIZE // BATCH


def test_a_crash_leaves_whole_batches(interrupted: Population) -> None:
    batch = seeding.held()
    assert batch is not None
    assert batch.finished_at is None
    assert batch.rows_done == Subject.objects.count() == BATCH


def test_a_seed_that_was_broken_off_goes_on(
    interrupted: Population, pack: Pack, wanted: Wanted
) -> None:
    seeding.seed(pack, wanted, interrupted)
    names = [*Subject.objects.order_by("number").values_list("name", flat=True)]
    assert names == [row.name for row in interrupted.rows(SIZE)]
    assert Grant.objects.exists()


def test_a_pack_that_was_changed_meanwhile_cannot_be_gone_on_with(
    interrupted: Population, folder: Path, wanted: Wanted
) -> None:
    file = folder / "scenario" / "population.yaml"
    file.write_text(file.read_text("utf-8") + "\n# changed\n", "utf-8")
    with pytest.raises(Refusal, match="--reset"):
        seeding.seed(load(folder), wanted, Population(load(folder)))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"size": 61}, "户数是 60，不是 61"),
        ({"seed": 5}, "种子是 2020"),
        ({"pack": "x"}, "内容包是"),
    ],
)
def test_another_district_does_not_replace_this_one(
    pack: Pack, wanted: Wanted, other: dict[str, object], said: str
) -> None:
    batch = seeding.seed(pack, wanted, Population(pack))
    asked = Wanted(**{"pack": wanted.pack, **other})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match=said):
        seeding.require_same(batch, asked)
    seeding.require_same(batch, Wanted(wanted.pack))


def test_a_changed_pack_is_applied_at_the_next_start(
    pack: Pack, wanted: Wanted, folder: Path
) -> None:
    batch = seeding.seed(pack, wanted, Population(pack))
    at = clock.now()
    entries = Entry.objects.count()
    seeding.bring_up_to_date(batch, folder, at=at)
    assert Entry.objects.count() == entries
    file = folder / "zones" / "zones.yaml"
    file.write_text(file.read_text("utf-8").replace("东街街道", "东大街街道"), "utf-8")
    seeding.bring_up_to_date(batch, folder, at=at)
    assert Subject.objects.filter(street__name="东大街街道").exists()


@pytest.mark.django_db(transaction=True)
def test_the_auditor_has_a_root_to_verify(pack: Pack, wanted: Wanted) -> None:
    seeding.seed(pack, wanted, Population(pack))
    assert journal.verify(journal.publish_root()).sound


def test_the_cast_gets_its_grants(pack: Pack, wanted: Wanted) -> None:
    seeding.seed(pack, wanted, Population(pack))
    at = clock.now()
    visitor = User.objects.get(username="visitor")
    kinds = [one.kind for one in Subject.objects.visible_to(visitor, at)]
    assert sorted(kinds) == ["building", "enterprise", "enterprise"]
    east = User.objects.get(username="east")
    streets = {one.street.code for one in Subject.objects.visible_to(east, at) if one.street}
    assert streets == {"990101001"}
    assert not Subject.objects.visible_to(User.objects.get(username="keeper"), at).exists()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("organisation: drc", "organisation: drr", "没有单位 drr"),
        ("known: 2", "knowm: 2", "没有组 knowm"),
        ('zone: "990101001"', 'zone: "990101009"', "没有地方 990101009"),
        ("capacity: clerk", "capacity: clark", "没有身份 clark"),
        ("{subjects: {known: 2, tower: 1}}", "{subjects: {known: 2}, kind: building}", "不止一种"),
    ],
)
def test_a_faulty_cast_is_named_with_its_line(
    folder: Path, old: str, new: str, complaint: str
) -> None:
    file = folder / "scenario" / "cast.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    pack = load(folder)
    with pytest.raises(PackErrors, match=complaint) as caught:
        Casting.read(pack.folders).check(pack, Population(pack))
    assert caught.value.problems[0].line > 1


def test_a_pack_without_a_cast_has_nobody(folder: Path) -> None:
    (folder / "scenario" / "cast.yaml").unlink()
    assert Casting.read([folder]).people == ()


def test_the_districts_own_cast_holds_every_capacity(furong: Pack, population: Population) -> None:
    casting = Casting.read(furong.folders)
    casting.check(furong, population)
    assert {person.capacity for person in casting.people} == set(Capacity.values)
    assert all(person.name.startswith("示例") for person in casting.people)


@pytest.mark.django_db(transaction=True)
def test_letters_of_the_cast_are_confirmed_or_wait(
    furong: Pack, settings: Settings, tmp_path: Path
) -> None:
    settings.FURONG_PACK = str(furong.folder)
    settings.DEMO = True
    settings.MEDIA_ROOT = tmp_path / "files"
    seeding.seed(furong, Wanted(furong.manifest.id, 800), Population(furong))
    at = clock.now()
    letters = Authorisation.objects.select_related("user", "subject")
    standing = letters.in_force(at).filter(user__username="bookkeeper")
    assert {one.role for one in standing} == {"bookkeeper"}
    assert len(standing) > 1
    owner = letters.in_force(at).get(user__username="owner")
    assert owner.subject in {one.subject for one in standing}
    waiting = letters.requested().get()
    assert waiting.user.username == "newcomer"
    clerk = User.objects.get(username="clerk")
    assert waiting in Authorisation.objects.for_desk(clerk, at)
