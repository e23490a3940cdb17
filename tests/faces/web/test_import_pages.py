"""Importing a list in the browser: upload, columns, preview, result, and the rows that come back."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from furong.apps.base.errors import Refusal
from furong.apps.directory.models import User
from furong.apps.registry import importing
from furong.apps.registry.models import FactEntry, ImportBatch, Subject
from furong.faces.web import running
from furong.faces.web.views import imports
from tests.apps.cast import EAST_CODE, WEST_CODE

pytestmark = pytest.mark.django_db

GOOD = f"单位名称,统一社会信用代码,所属街道,期末从业人员\n东街书店,{EAST_CODE},东街街道,12\n"
BAD = f"西街书店,{WEST_CODE},西街街道,十二\n"


@pytest.fixture
def clerk(client: Client, clerk_chen: User) -> Client:
    client.force_login(clerk_chen)
    return client


def upload(clerk: Client, text: str, name: str = "名册.csv", **form: str) -> str:
    """The address of the next step."""
    file = SimpleUploadedFile(name, text.encode("gb18030"))
    form = {"kind": "enterprise", "source": "statistics", **form}
    answer = clerk.post("/imports/", {"file": file, **form})
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def confirm(clerk: Client, columns: str) -> str:
    """Take the columns as proposed; the address of the preview."""
    page = clerk.get(columns).text
    chosen = {}
    for name, options in re.findall(
        r'<select class="select" name="(column-\d+)".*?>(.*?)</select>', page, re.DOTALL
    ):
        selected = re.search(r'value="([^"]*)" selected', options)
        chosen[name] = selected[1] if selected else ""
    answer = clerk.post(columns, chosen)
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def test_a_list_goes_in_and_its_faulty_row_comes_back(clerk: Client) -> None:
    preview = confirm(clerk, upload(clerk, GOOD + BAD, about="2019-12-31"))
    page = clerk.get(preview).text
    assert "导入 1 行" in page
    assert "“十二”不是数" in page or "不是数" in page
    assert not Subject.objects.exists()

    result = clerk.post(preview.replace("preview", "commit"), follow=True)
    assert "1 行未导入" in result.text
    firm = Subject.objects.get()
    assert (firm.name, firm.street and firm.street.name) == ("东街书店", "东街街道")
    assert FactEntry.objects.get(fact="staff").about_to == date(2019, 12, 31)

    returned = clerk.get(preview.replace("preview", "invalid"))
    assert "attachment" in returned["Content-Disposition"]
    sheet = openpyxl.load_workbook(BytesIO(returned.content)).worksheets[0]
    rows = [*sheet.iter_rows(values_only=True)]
    assert rows[0][:2] == ("单位名称", "统一社会信用代码")
    assert rows[1][0] == "西街书店"
    assert "期末从业人员" in str(rows[1][-1])


def test_the_same_list_again_changes_nothing(clerk: Client) -> None:
    for _time in range(2):
        preview = confirm(clerk, upload(clerk, GOOD))
        clerk.post(preview.replace("preview", "commit"))
    assert Subject.objects.count() == 1
    assert FactEntry.objects.count() == 1
    assert ImportBatch.objects.count() == 1


def test_a_firm_of_another_street_is_neither_changed_nor_named(
    clerk: Client, west_firm: Subject
) -> None:
    preview = confirm(clerk, upload(clerk, GOOD + BAD.replace("西街街道,十二", ",12")))
    page = clerk.get(preview).text
    assert "须经区级主管单位核对后方可登记" in page
    assert west_firm.name not in page
    result = clerk.post(preview.replace("preview", "commit"), follow=True).text
    assert "1 行未导入" in result
    assert west_firm.name not in result
    assert not FactEntry.objects.filter(subject=west_firm).exists()
    returned = clerk.get(preview.replace("preview", "invalid"))
    sheet = openpyxl.load_workbook(BytesIO(returned.content)).worksheets[0]
    assert west_firm.name not in str([*sheet.iter_rows(values_only=True)])


def test_the_columns_show_what_they_are_taken_for_and_why(clerk: Client) -> None:
    page = clerk.get(upload(clerk, GOOD.replace("期末从业人员", "喜欢的颜色"))).text
    assert "1 列未识别" in page
    assert "没有相近的名称" in page
    assert "东街书店" in page


def test_two_columns_for_one_target_are_refused(clerk: Client) -> None:
    columns = upload(clerk, GOOD)
    answer = clerk.post(columns, {"column-0": "name", "column-2": "name"})
    assert answer.status_code == 422
    assert "都对应" in answer.text


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("名册.csv", b"", "空"),
        ("名册.xlsx", b"PK\x03\x04 not really a workbook", ""),
        ("名册.exe", b"MZ" + bytes(64), ""),
        ("名册.csv", "只有一句话".encode(), ""),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(
    clerk: Client, name: str, content: bytes, why: str
) -> None:
    form = {"kind": "enterprise", "source": "statistics"}
    answer = clerk.post("/imports/", {**form, "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert why in answer.text


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"kind": "spaceship"}, "没有对象类别"),
        ({"source": "hearsay"}, "请选择数据来源"),
        ({"about": "2020-02-31"}, "不是日期"),
    ],
)
def test_a_bad_form_is_explained(clerk: Client, form: dict[str, str], why: str) -> None:
    given = {"kind": "enterprise", "source": "statistics", **form}
    file = SimpleUploadedFile("名册.csv", GOOD.encode())
    answer = clerk.post("/imports/", {**given, "file": file})
    assert answer.status_code == 422
    assert why in answer.text


def test_no_file_is_asked_for(clerk: Client) -> None:
    answer = clerk.post("/imports/", {"kind": "enterprise", "source": "statistics"})
    assert "没有选择文件" in answer.text


def test_of_several_sheets_the_person_chooses(clerk: Client) -> None:
    book = openpyxl.Workbook()
    for title in ("一月", "二月"):
        sheet = book.create_sheet(title)
        for line in GOOD.splitlines():
            sheet.append(line.split(","))
    book.remove(book.worksheets[0])
    content = BytesIO()
    book.save(content)
    file = SimpleUploadedFile("名册.xlsx", content.getvalue())
    answer = clerk.post("/imports/", {"kind": "enterprise", "source": "statistics", "file": file})
    columns = answer["Location"]
    page = clerk.get(columns).text
    assert "一月" in page
    assert "二月" in page
    assert "东街书店" in clerk.post(columns, {"sheet": "二月"}, follow=True).text


def test_what_another_person_uploaded_is_not_there(
    clerk: Client, client: Client, policy_sun: User, liaison_li: User
) -> None:
    columns = upload(clerk, GOOD)
    for user in (policy_sun, liaison_li):
        client.force_login(user)
        for step in ("columns", "preview", "progress", "invalid"):
            assert client.get(columns.replace("columns", step)).status_code == 404


def test_a_preview_without_columns_goes_back_to_them(clerk: Client) -> None:
    columns = upload(clerk, GOOD)
    assert clerk.get(columns.replace("columns", "preview"))["Location"] == columns


def test_a_person_sees_their_own_imports(clerk: Client, settings: Settings) -> None:
    preview = confirm(clerk, upload(clerk, GOOD))
    clerk.post(preview.replace("preview", "commit"))
    page = clerk.get("/imports/").text
    assert "名册.csv" in page
    assert "新增 1" in page


@pytest.mark.django_db(transaction=True)
def test_a_long_list_is_taken_over_behind_a_progress_page(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    preview = confirm(clerk, upload(clerk, GOOD))
    progress = clerk.post(preview.replace("preview", "commit"))["Location"]
    assert progress == preview.replace("preview", "progress")
    wait()
    assert Subject.objects.count() == 1
    assert "/imports/batches/" in clerk.get(progress)["Location"]
    asked_by_the_page = clerk.get(progress, headers={"HX-Request": "true"})
    assert "/imports/batches/" in asked_by_the_page["HX-Redirect"]


def wait() -> None:
    """Until no import goes on."""
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join()


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every import breaks off after its first row, as where the machine is switched off."""
    real = importing._commit_chunk
    monkeypatch.setattr(importing, "CHUNK", 1)

    def first_alone(*args: Any, start: int, **kwargs: Any) -> Any:
        if start:
            raise SystemError("switched off")
        return real(*args, start=start, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(imports, "AT_ONCE", 0)
        patch.setattr(importing, "_commit_chunk", first_alone)
        yield


TWO = GOOD + f"西街书店,{WEST_CODE},东街街道,3\n"


@pytest.mark.django_db(transaction=True)
def test_an_import_that_broke_off_says_so_and_goes_on(
    clerk: Client, breaking: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = confirm(clerk, upload(clerk, TWO))
    progress = clerk.post(preview.replace("preview", "commit"))["Location"]
    wait()
    page = clerk.get(progress).text
    assert "导入已中断" in page
    assert "1 / 2" in page
    assert "hx-trigger" not in page.split('id="progress"', 1)[1]
    assert "已中断" in clerk.get("/imports/").text
    [batch] = ImportBatch.objects.all()
    assert clerk.get(f"/imports/batches/{batch.pk}/")["Location"] == progress

    monkeypatch.undo()
    monkeypatch.setattr(imports, "AT_ONCE", 0)
    clerk.post(preview.replace("preview", "commit"))
    wait()
    assert "/imports/batches/" in clerk.get(progress)["Location"]
    assert sorted(Subject.objects.values_list("name", flat=True)) == ["东街书店", "西街书店"]
    assert FactEntry.objects.count() == 2
    assert "已导入" in clerk.get("/imports/").text


@pytest.mark.django_db(transaction=True)
def test_of_a_broken_import_of_another_session_the_person_is_told_what_to_do(
    clerk: Client, clerk_chen: User, breaking: None
) -> None:
    preview = confirm(clerk, upload(clerk, TWO))
    clerk.post(preview.replace("preview", "commit"))
    wait()
    clerk.logout()
    clerk.force_login(clerk_chen)
    page = clerk.get(f"/imports/batches/{ImportBatch.objects.get().pk}/").text
    assert "导入中断，前 1 行已处理完毕" in page
    assert "各行均已导入" not in page
    assert "重新上传" in page


@pytest.mark.django_db(transaction=True)
def test_what_is_being_imported_is_not_begun_again(settings: Settings) -> None:
    go_on = threading.Event()
    done: list[str] = []

    def first() -> None:
        go_on.wait(10)
        done.append("first")

    running.begin("one", first)
    assert running.is_running("one")
    running.begin("one", lambda: done.append("second"))
    assert not running.is_running("other")
    go_on.set()
    wait()
    assert done == ["first"]
    assert not running.is_running("one")


@pytest.mark.django_db(transaction=True)
def test_why_an_import_was_refused_is_kept(settings: Settings) -> None:
    def refuse() -> None:
        raise Refusal("授权已收回")

    running.begin("two", refuse)
    wait()
    assert not running.is_running("two")
    assert running.why_stopped("two") == "授权已收回"
    running.begin("two", lambda: None)
    wait()
    assert running.why_stopped("two") == ""


HOLDER = """
import fcntl, sys, time
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_a_process_that_was_killed_leaves_nothing_running(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATE_DIR = tmp_path
    (tmp_path / "imports").mkdir()
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "imports" / "three.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        assert running.is_running("three")
        holder.kill()
    assert not running.is_running("three")
