"""What a file is, told from its bytes and its zip directory, before anything parses it."""

import zipfile
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from furong.apps.base.errors import Refusal

type FileKind = Literal["xlsx", "xls", "csv"]

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
SMALL_UNPACKED = 10 * 1024 * 1024
"""Below this an archive may be packed as tightly as it likes."""
MAX_RATIO = 100
"""Tables of a district pack about 10 to 20 times; a bomb a thousand times."""

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OTHER = {
    b"%PDF": "PDF",
    b"\x89PNG": gettext_lazy("图片"),
    b"\xff\xd8\xff": gettext_lazy("图片"),
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
}


class Unreadable(Refusal):
    """A file that no table can be read from; the message names the cause and the remedy."""


def inspect(path: Path) -> FileKind:
    """The kind of a file, whatever its name says. Raises Unreadable for what must not be parsed."""
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_("文件是空的，请核对后重新上传"))
    if size > MAX_BYTES:
        raise Unreadable(
            _("文件有 %(size).1f MB，超过 %(limit)d MB；请拆成几个文件分别导入")
            % {"size": size / 1024**2, "limit": MAX_BYTES // 1024**2}
        )
    head = path.read_bytes()[:8]
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        _inspect_archive(path)
        return "xlsx"
    if head == _OLE:
        _inspect_compound(path)
        return "xls"
    for start, label in _OTHER.items():
        if head.startswith(start):
            raise Unreadable(_("这是%s文件，不是表格；请另存为 xlsx 或 CSV 后上传") % label)
    return "csv"


def _inspect_archive(path: Path) -> None:
    """Judges by the zip directory alone: nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(_("文件已损坏，表格软件也打不开；请重新导出后上传")) from error
    names = {entry.filename.lower() for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(_("文件有密码；请去掉密码后另存为 xlsx 上传"))
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unreadable(_("文件含有宏；请另存为不含宏的 xlsx 后上传"))
    if "xl/workbook.xml" not in names:
        raise Unreadable(_("这是压缩包或其他文档，不是 xlsx 表格；请解压或另存为 xlsx 后上传"))
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if unpacked > MAX_UNPACKED or (unpacked > SMALL_UNPACKED and unpacked / packed > MAX_RATIO):
        raise Unreadable(
            _(
                "文件解开后有 %(size)d MB，是原文件的 %(ratio)d 倍，大得反常，未予读取；请把数据另存为 CSV 后上传"
            )
            % {"size": unpacked // 1024**2, "ratio": unpacked // packed}
        )


def _inspect_compound(path: Path) -> None:
    """An old xls, or an xlsx that a password wraps: names inside are in UTF-16."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(_("文件有密码；请去掉密码后另存为 xlsx 上传"))
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise Unreadable(_("文件含有宏；请另存为不含宏的 xlsx 后上传"))
