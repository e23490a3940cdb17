"""Whatever is typed or sent in the fields of a case: taken in whole, or refused in words; never half, never
run as markup, and every page on which it stands can still be opened and printed.
"""

from typing import Any
from urllib.parse import quote_from_bytes
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from furong.apps.base.clock import set_clock
from furong.apps.base.models import StoredFile
from furong.apps.cases.models import Case, Handover
from furong.apps.directory.models import User
from furong.apps.registry.models import Subject
from tests.apps.cases.conftest import on, run
from tests.faces.web.cases.conftest import SignIn

pytestmark = pytest.mark.usefixtures("everybody")

SCRIPT = "<script>alert(1)</script>"
WORDS = {
    "markup": f"{SCRIPT}<img src=x onerror=a()>{{{{7}}}}",
    "four bytes": "停车难\U0001f697\U00020bb7野家",
    "right to left": "停车难\u202eexe.gnp\u2066",
    "null": "停车\0难",
    "control": "停车\x07\x1b[31m难",
}


def raised(firm: Subject, title: str, details: str) -> dict[str, str]:
    return {
        "key": str(uuid4()), "subject": str(firm.pk), "firm": str(firm.pk), "class": "general",
        "a-title": title, "a-details": details, "a-contact_person": details[:60],
        "whistle": "1", "w-matter": details[:300], "w-tried": details[:300],
    }  # fmt: skip


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_hostile_words_stand_on_every_page_and_paper_as_words(
    as_user: SignIn,
    east_firm: Subject,
    liaison_li: User,
    leader_zhao: User,
    dispatcher_he: User,
    owner_wang: User,
    words: str,
) -> None:
    set_clock(mode="frozen", anchor=on(18, 15), by="test", at=on(18, 15))
    sent = as_user(liaison_li).post("/field/new/", raised(east_firm, words, words))
    assert sent.status_code == 302
    case = Case.objects.get()
    assert not {"\0", "\x07", "\u202e"} & set(case.title)
    run(on(19, 7, 30))
    set_clock(mode="frozen", anchor=on(19, 7, 30), by="test", at=on(19, 7, 30))
    handed = Handover.objects.get(person=leader_zhao)
    pages: dict[User, list[str]] = {
        liaison_li: ["/field/", f"/field/cases/{case.pk}/"],
        owner_wang: ["/mine/cases/", f"/mine/cases/{case.pk}/", "/notices/"],
        dispatcher_he: [
            "/",
            "/cases/",
            f"/cases/{case.pk}/",
            f"/cases/{case.pk}/pane/",
            "/notices/",
        ],
        leader_zhao: ["/lists/", f"/lists/{handed.pk}/"],
    }
    for user, paths in pages.items():
        client = as_user(user)
        for path in paths:
            page = client.get(path)
            assert page.status_code == 200, path
            shown = page.content.decode()
            assert SCRIPT not in shown, path
            assert "<img src=x" not in shown, path
            assert "\u202e" not in shown, path
    for kind in ("pdf", "long", "docx"):
        paper = as_user(leader_zhao).get(f"/lists/{handed.pk}/paper/{kind}/")
        assert paper.status_code == 200, kind


@pytest.mark.parametrize("field", ["a-title", "a-details", "a-contact_person", "w-matter"])
def test_a_hundred_thousand_characters_are_too_many_anywhere(
    as_user: SignIn, east_firm: Subject, liaison_li: User, field: str
) -> None:
    form = raised(east_firm, "停车难", "早上就停满了") | {field: "长" * 100_000}
    answer = as_user(liaison_li).post("/field/new/", form)
    assert answer.status_code == 409
    assert "最多" in answer.content.decode()
    assert "早上就停满了" in answer.content.decode(), "what else was written is still there"
    assert not Case.objects.exists()


def test_words_of_nothing_but_marks_that_nobody_sees_are_none(
    as_user: SignIn, east_firm: Subject, liaison_li: User
) -> None:
    for title in ("", "   ", "\0\0", "\u202e\u2066", "\u3000\n\t"):
        answer = as_user(liaison_li).post("/field/new/", raised(east_firm, title, "有"))
        assert "请填写“问题概述”" in answer.content.decode(), repr(title)
    assert not Case.objects.exists()


def test_half_of_a_surrogate_pair_is_no_fault_of_the_server(
    as_user: SignIn, east_firm: Subject, liaison_li: User
) -> None:
    """Three bytes that are no UTF-8, as a broken phone sends them; and JSON's own form of them."""
    form = raised(east_firm, "停车难", "有")
    body = "&".join(
        f"{name}={quote_from_bytes(value.encode())}" for name, value in form.items()
    ).replace("a-title=", "a-title=%ED%A0%BD")
    answer = as_user(liaison_li).post(
        "/field/new/", body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 302
    assert Case.objects.get().title.endswith("停车难")


def photo(client: Client, name: str, content: bytes) -> Any:
    upload = SimpleUploadedFile(name, content)
    return client.post("/field/photos/", {"key": str(uuid4()), "photo": upload})


def test_a_photo_of_fifty_megabytes_is_refused_in_words(as_user: SignIn, liaison_li: User) -> None:
    answer = photo(as_user(liaison_li), "现场.png", b"\x89PNG\r\n\x1a\n" + b"\0" * (50 << 20))
    assert answer.status_code == 409
    assert "MB" in answer.json()["message"]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", ["批示.pdf", "现场.jpg", "清单.xlsx", "函.docx"])
def test_another_kind_of_file_behind_a_right_name_is_refused(
    as_user: SignIn, liaison_li: User, name: str
) -> None:
    for content in (b"MZ\x90\0", b"<html><script>alert(1)</script>", b"#!/bin/sh\n", b""):
        answer = photo(as_user(liaison_li), name, content)
        assert answer.status_code == 409, content
        assert answer.json()["message"]
    assert not StoredFile.objects.exists()


def test_a_year_without_a_calendar_is_told_by_name_and_nothing_is_written(
    as_user: SignIn, east_firm: Subject, liaison_li: User
) -> None:
    later = on(4, 9).replace(year=2021)
    set_clock(mode="frozen", anchor=later, by="test", at=later)
    answer = as_user(liaison_li).post("/field/new/", raised(east_firm, "停车难", "有"))
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "2021" in shown
    assert "日历" in shown
    assert "停车难" in shown
    assert not Case.objects.exists()


def test_who_has_learnt_nothing_yet_says_so(
    as_user: SignIn, appeal: Case, dispatcher_he: User
) -> None:
    shown = as_user(dispatcher_he).get(f"/cases/{appeal.pk}/").content.decode()
    assert "尚未学习，按类别的词语判别，只供参考" in shown
