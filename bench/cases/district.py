"""`python -m bench.cases.district CASES PEOPLE`: a district with cases, made in the database given by
`DATABASE_URL`; prints as JSON who works in it, with a session each.

Subjects, people and grants come through the verbs; the cases that lie there before the load begins are
written to the tables in bulk, each with journal entry, event, clock, interval and timer.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

STREETS, SUBJECTS, BATCH, DISPATCHERS = 8, 1000, 2000, 4
AT = datetime(2020, 2, 20, 1, 0, tzinfo=UTC)
PACK = Path(__file__).parents[2] / "packs/furong-2020"


def main() -> None:
    count, people = int(sys.argv[1]), int(sys.argv[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "furong.config.settings")
    django.setup()
    from django.core.management import call_command

    from furong.apps.base import journal
    from furong.apps.base.clock import set_clock
    from furong.apps.base.models import Installation
    from furong.apps.policies.actions import apply_pack

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    apply_pack(PACK, by="bench", at=AT - timedelta(days=30))
    Installation.objects.update(demo=True)
    set_clock(mode="frozen", anchor=AT, by="bench", at=AT)
    subjects = _subjects()
    desk = [_person(f"he{n}", "dispatcher", [("all", "")]) for n in range(DISPATCHERS)]
    units = _units()
    staff = [
        (_of(f"tan{n}", "clerk", one), _of(f"xu{n}", "head", one)) for n, one in enumerate(units)
    ]
    made = {
        "teams": [
            {
                **_team(n, subjects),
                "dispatcher": desk[n % len(desk)],
                "unit": units[n % len(units)],
                "clerk": staff[n % len(units)][0],
                "head": staff[n % len(units)][1],
            }
            for n in range(people)
        ]
    }
    _seed(count, subjects)
    journal.seal(at=AT)  # so that the worker does not begin with it
    print(json.dumps(made))


def _subjects() -> list[Any]:
    from furong.apps.directory.models import Zone
    from furong.apps.registry.actions import NewSubject, register_subjects

    streets = [*Zone.objects.filter(kind="street").order_by("code")[:STREETS]]
    news = [
        NewSubject(
            kind="enterprise", name=f"示例第{n}号商贸有限公司", street=streets[n % len(streets)]
        )
        for n in range(SUBJECTS)
    ]
    return register_subjects(news, by="bench", at=AT - timedelta(days=29))


def _units() -> list[str]:
    from furong.apps.directory.models import Organisation

    rows = Organisation.objects.filter(kind="department").order_by("code")
    return [*rows.values_list("code", flat=True)[:12]]


def _of(username: str, capacity: str, unit: str) -> str:
    return _person(username, capacity, [("organisation", unit)])


def _team(n: int, subjects: list[Any]) -> dict[str, str]:
    """The people of one connection's firm: each with a session of their own."""
    subject = subjects[n % len(subjects)]
    mine = [("subject", str(one.pk)) for one in subjects[n * 20 : n * 20 + 20]] or [("all", "")]
    return {
        "subject": str(subject.pk),
        "liaison": _person(f"li{n}", "liaison", [("subject", str(subject.pk)), *mine]),
        "owner": _person(f"wang{n}", "owner", [("subject", str(subject.pk))]),
    }


def _person(username: str, capacity: str, scopes: list[tuple[str, str]]) -> str:
    """The key of a session of a new person."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from furong.apps.directory.actions import create_user, grant

    at = AT - timedelta(days=28)
    user = create_user(username=username, name=username, by="bench", at=at)
    for scope in dict.fromkeys(scopes):
        grant(user, capacity, scope=scope, source="bench", by="bench", at=at)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _seed(count: int, subjects: list[Any]) -> None:
    from django.db.models import QuerySet

    from furong.apps.base.models import Entry, Timer
    from furong.apps.cases.engine.performing import TIMER
    from furong.apps.cases.models import (
        Assignment,
        Case,
        Clock,
        Event,
        Interval,
        ProcedureVersion,
    )
    from furong.apps.directory.models import Organisation

    version = ProcedureVersion.objects.latest_of("appeal")
    units = [*Organisation.objects.filter(kind="department").order_by("code")[:12]]
    words = ("停车难", "贷款续贷", "员工返岗用餐", "口罩不够", "招工难", "物流受阻", "房租减免")
    for first in range(0, count, BATCH):
        cases, entries, events, clocks, runs, timers, held = [], [], [], [], [], [], []
        for n in range(first, min(first + BATCH, count)):
            opened = AT - timedelta(minutes=n % 20000 + 1)
            live = n % 5 == 0
            state = "handling" if live else "closed"
            case = Case(
                procedure=version, number=f"SQ2019{n:06}", subject=subjects[n % len(subjects)],
                title=f"{words[n % len(words)]}（{n}）", kind="general", state=state,
                category="open" if live else "closed", revision=1, opening="collect",
                opened_at=opened, occurred_at=opened, closed_at=None if live else opened,
                closure="" if live else "solved", fields={"title": words[n % len(words)]},
                due_at=AT + timedelta(hours=n % 400 + 1) if live else None,
                due_clock="resolve" if live else "",
            )  # fmt: skip
            entry = Entry(
                verb="case.act", schema=1, actor_label="bench", occurred_at=opened,
                recorded_at=opened, about_type="cases.case", about_id=str(case.pk),
                payload={"number": case.number},
            )  # fmt: skip
            cases.append(case)
            entries.append(entry)
            events.append(
                Event(
                    case=case, sequence=1, act="openings.collect", cycle=1, to_state=state,
                    occurred_at=opened, recorded_at=opened, entry=entry, fields=case.fields,
                )
            )  # fmt: skip
            held.append(
                Assignment(
                    case=case, kind="lead", organisation=units[n % len(units)], cycle=1,
                    state="signed" if live else "done", assigned_at=opened,
                )
            )  # fmt: skip
            if live:
                clock = Clock(
                    case=case, name="resolve", cycle=1, counting="natural", calendar="furong-2020",
                    calendar_version="bench", length="24h", running=True, due_at=case.due_at,
                )  # fmt: skip
                clocks.append(clock)
                runs.append(Interval(clock=clock, started_at=opened, cause="bench"))
                due = AT + timedelta(days=1)
                timers.append(Timer(name=TIMER, key=str(case.pk), due_at=due, try_at=due))
        Case.objects.bulk_create(cases)
        QuerySet[Entry](Entry).bulk_create(entries)
        QuerySet[Event](Event).bulk_create(events)
        Assignment.objects.bulk_create(held)
        Clock.objects.bulk_create(clocks)
        Interval.objects.bulk_create(runs)
        Timer.objects.bulk_create(timers)


if __name__ == "__main__":
    main()
