"""Which files are taken in, told by their content; a name only has to agree with it."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal

HEAD = 64  # bytes that tell a type
MAX_PARTS = 5000  # in an Office file
MAX_UNPACKED = 512 * 1024 * 1024  # bytes
MAX_RATIO = 100  # unpacked to packed, from RATIO_FROM bytes on: small tables pack well
RATIO_FROM = 16 * 1024 * 1024


class FileRefused(Refusal):
    """The file is of no kind that is taken, too large, or not what it pretends to be."""


@dataclass(frozen=True, slots=True)
class FileType:
    media_type: str
    extensions: tuple[str, ...]  # the first is given to a name that has none
    fits: Callable[[BinaryIO], bool]


def recognise(content: BinaryIO, extension: str) -> FileType:
    """The type of `content`, a seekable file, which `extension` (".pdf", or "") must agree with."""
    suffix = extension.lower()
    known = not suffix or any(suffix in kind.extensions for kind in TYPES)
    found = [kind for kind in TYPES if kind.fits(content)] if known else []
    if not found:
        raise FileRefused(_refusal(content))
    for kind in found:
        if not suffix or suffix in kind.extensions:
            return kind
    raise FileRefused(
        _("文件名以 %(named)s 结尾，内容却是 %(found)s。请改正扩展名，或另存为所需的格式")
        % {"named": extension, "found": found[0].extensions[0]}
    )


def _refusal(content: BinaryIO) -> str:
    if _head(content).startswith(b"\xd0\xcf\x11\xe0"):  # OLE: the formats before 2007, or encrypted
        return _("这是旧版格式或加了密码的 Office 文件。请去掉密码，另存为 .xlsx 或 .docx 再上传")
    return _("不接受这种文件。可以上传：PDF、PNG、JPG、XLSX、DOCX、CSV、TXT（UTF-8 或 GB18030）")


def _head(content: BinaryIO) -> bytes:
    content.seek(0)
    return content.read(HEAD)


def _starts(signature: bytes) -> Callable[[BinaryIO], bool]:
    return lambda content: _head(content).startswith(signature)


def _office(main_part: str) -> Callable[[BinaryIO], bool]:
    return lambda content: main_part in _parts(content)


def _parts(content: BinaryIO) -> set[str]:
    """Names in an Office file, or nothing; a bomb or a file with macros is refused outright."""
    if not _head(content).startswith(b"PK\x03\x04"):
        return set()
    try:
        parts = zipfile.ZipFile(content).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return set()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    too_dense = unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or too_dense:
        raise FileRefused(_("这个 Office 文件展开后大得反常，不予接收。请拆成几个文件，或另存一份"))
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(_("文件里有宏。请另存为不带宏的 .xlsx 或 .docx 再上传"))
    return names


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"\s*<(!doctype|html|head|body|script|svg|\?xml)", re.IGNORECASE)


def _is_text(content: BinaryIO) -> bool:
    """UTF-8 or GB18030, without control characters, and nothing that a browser takes for a page."""
    content.seek(0)
    data = content.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _CONTROL.search(text) and not _MARKUP.match(text)
    return False


TYPES = (
    FileType("application/pdf", (".pdf",), _starts(b"%PDF-")),
    FileType("image/png", (".png",), _starts(b"\x89PNG\r\n\x1a\n")),
    FileType("image/jpeg", (".jpg", ".jpeg"), _starts(b"\xff\xd8\xff")),
    FileType(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (".xlsx",),
        _office("xl/workbook.xml"),
    ),
    FileType(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx",),
        _office("word/document.xml"),
    ),
    FileType("text/plain", (".txt",), _is_text),
    FileType("text/csv", (".csv",), _is_text),
)
