"""Files are taken by content, under a cap, kept once, and leave without doing anything."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from furong.apps.base import actions, file_types
from furong.apps.base.file_types import FileRefused
from furong.apps.base.files import NAME_LENGTH, clean_name, store
from furong.apps.base.models import Entry, StoredFile

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
CSV = "企业名称,期末从业人员\n示例一公司,12\n"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def workbook() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


def office(*parts: str, filler: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, b"\0" * filler)
    return file.getvalue()


DOCUMENT = office("[Content_Types].xml", "word/document.xml")


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def take(at: datetime, media: Path, db: None) -> Callable[[bytes, str], StoredFile]:
    return lambda content, name: store(content, name=name, by="owner", at=at)


type Take = Callable[[bytes, str], StoredFile]


class TestTaking:
    @pytest.mark.parametrize(
        ("content", "name", "media_type"),
        [
            (PDF, "证明.pdf", "application/pdf"),
            (PNG, "门头.png", "image/png"),
            (JPEG, "门头.JPG", "image/jpeg"),
            (JPEG, "门头.jpeg", "image/jpeg"),
            (workbook(), "台账.xlsx", XLSX),
            (DOCUMENT, "报告.docx", DOCX),
            (CSV.encode(), "名单.csv", "text/csv"),
            (CSV.encode("gb18030"), "名单.csv", "text/csv"),
            (CSV.encode("utf-8-sig"), "名单.csv", "text/csv"),
            ("说明\r\n".encode(), "说明.txt", "text/plain"),
        ],
    )
    def test_the_kinds_that_offices_use(
        self, take: Take, content: bytes, name: str, media_type: str
    ) -> None:
        file = take(content, name)
        assert (file.media_type, file.size, file.name) == (media_type, len(content), name)
        with file.open() as kept:
            assert kept.read() == content

    def test_from_an_upload_a_path_or_an_open_file(
        self, at: datetime, media: Path, db: None, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(PDF)
        with path.open("rb") as opened:
            for source in (SimpleUploadedFile("a.pdf", PDF), path, opened):
                assert store(source, name="a.pdf", by="owner", at=at).size == len(PDF)

    def test_a_name_without_extension_gets_one(self, take: Take) -> None:
        assert take(PDF, "证明").name == "证明.pdf"
        assert take(PNG, "").name == "未命名.png"

    def test_equal_contents_lie_on_the_disk_once(self, take: Take, media: Path) -> None:
        first, second = take(PDF, "一.pdf"), take(PDF, "二.pdf")
        assert first.sha256 == second.sha256
        assert (first.name, second.name) == ("一.pdf", "二.pdf")
        assert len([path for path in media.rglob("*") if path.is_file()]) == 1

    def test_is_an_act_whose_name_is_personal(self, take: Take, at: datetime) -> None:
        file = take(PDF, "张三身份证.pdf")
        entry = Entry.objects.get(verb="file.store")
        assert entry.payload == {
            "sha256": file.sha256,
            "size": len(PDF),
            "media_type": "application/pdf",
        }
        assert actions.reveal(entry, reason="核对", by="worker", at=at) == {
            "name": "张三身份证.pdf"
        }


class TestRefusing:
    @pytest.mark.parametrize(
        ("content", "name", "words"),
        [
            (b"", "空.pdf", "是空的"),
            (b"MZ\x90\0", "程序.exe", "不接受"),
            (b"GIF89a", "图.gif", "不接受"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", "图.svg", "不接受"),
            (b"\n <!DOCTYPE html><script>", "页面.txt", "不接受"),
            (b"<?xml version='1.0'?>", "数据.txt", "不接受"),
            (CSV.encode("utf-16"), "名单.csv", "UTF-8 或 GB18030"),
            (b"a\0b", "坏.txt", "不接受"),
            (office("a.txt"), "包.zip", "不接受"),
            (b"PK\x03\x04broken", "坏.xlsx", "不接受"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", "旧.xls", "另存为 .xlsx"),
            (office("xl/workbook.xml", "xl/vbaProject.bin"), "宏.xlsx", "宏"),
            (PNG, "证明.pdf", ".pdf.*.png"),
            (PDF, "证明.pdf.exe", "不接受"),
            (DOCUMENT, "台账.xlsx", ".docx"),
            (CSV.encode(), "名单.html", "不接受"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_nothing(
        self, take: Take, media: Path, content: bytes, name: str, words: str
    ) -> None:
        with pytest.raises(FileRefused, match=words):
            take(content, name)
        assert not StoredFile.objects.exists()
        assert [path for path in media.rglob("*") if path.is_file()] == []

    def test_more_than_the_cap(self, take: Take, media: Path, settings: Settings) -> None:
        settings.FURONG_UPLOAD_MB = 1
        take(PDF.ljust(1024 * 1024, b" "), "刚好.pdf")
        with pytest.raises(FileRefused, match="超过 1 MB"):
            take(PDF.ljust(1024 * 1024 + 1, b" "), "太大.pdf")
        assert len([path for path in media.rglob("*") if path.is_file()]) == 1

    def test_a_workbook_that_unpacks_beyond_measure(
        self, take: Take, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(file_types, "RATIO_FROM", 1024 * 1024)
        bomb = office("xl/workbook.xml", "xl/worksheets/sheet1.xml", filler=1024 * 1024)
        with pytest.raises(FileRefused, match="大得反常"):
            take(bomb, "炸弹.xlsx")


class TestNames:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("C:\\Users\\wang\\桌面\\证明.pdf", "证明.pdf"),
            ("../../etc/passwd", "passwd"),
            ("invoice\u202efdp.exe", "invoice fdp.exe"),
            ("a\x00b\r\n.pdf", "a b .pdf"),
            ("  ..证 明 .pdf. ", "证 明 .pdf"),
            ('"><img>.png', "img.png"),
            ("..", ""),
            ("长" * 300 + ".xlsx", "长" * 115 + ".xlsx"),
        ],
    )
    def test_keep_what_the_user_knows_and_nothing_that_deceives(self, sent: str, kept: str) -> None:
        assert clean_name(sent) == kept

    @given(st.text())
    def test_of_any_kind_become_harmless(self, sent: str) -> None:
        kept = clean_name(sent)
        assert len(kept) <= NAME_LENGTH
        assert not set(kept) & set('/\\\0\r\n"<>')
        assert clean_name(kept) == kept


class TestLeaving:
    @pytest.mark.parametrize(
        ("content", "name", "disposition"),
        [
            (PNG, "a.png", 'inline; filename="a.png"'),
            (PDF, "证明.pdf", "attachment; filename*=utf-8''%E8%AF%81%E6%98%8E.pdf"),
            (CSV.encode(), "a.csv", 'attachment; filename="a.csv"'),
        ],
    )
    def test_nothing_but_pictures_is_shown_and_nothing_runs(
        self, take: Take, content: bytes, name: str, disposition: str
    ) -> None:
        headers = take(content, name).headers()
        assert headers["Content-Disposition"] == disposition
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("sandbox")
