"""Reading the numbers by which subjects are known: credit codes and the pack's own schemes."""

import re
import unicodedata

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from furong.engines.rules import ValueProblem

USCC = "uscc"
"""统一社会信用代码, GB 32100-2015."""

MAX_LENGTH = 64
_NUMERICAL = re.compile(r"\d(\.\d+)?E\+?\d+")


def read_identifier(scheme: str, raw: object) -> str:
    """The identifier in its one spelling: half-width capitals without spaces or hyphens.

    Raises ValueProblem, which says what is wrong with it; nothing is ever corrected.
    """
    if isinstance(raw, float) or (isinstance(raw, int) and raw >= 10**15):
        raise _spoilt_by_spreadsheet(raw)
    text = unicodedata.normalize("NFKC", str(raw)).upper()
    value = "".join(text.split()).replace("-", "")
    if _NUMERICAL.fullmatch(value):
        raise _spoilt_by_spreadsheet(raw)
    if not value or not value.isprintable() or len(value) > MAX_LENGTH:
        raise ValueProblem(_("号码“%s”是空的或过长") % str(raw)[:MAX_LENGTH], _("请核对原件"))
    if scheme == USCC:
        _check_uscc(value)
    return value


def blinded(scheme: str, value: str) -> str:
    """A keyed digest by which the identifier of a natural person is found without being readable."""
    key_salt = f"furong.registry.identifier.{scheme}"
    return salted_hmac(key_salt, value, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def _spoilt_by_spreadsheet(raw: object) -> ValueProblem:
    return ValueProblem(
        _("号码 %s 已被表格软件改成数字，后几位可能丢失") % raw,
        _("请把该列设为文本格式后重新填写"),
    )


def _check_uscc(value: str) -> None:
    try:
        uscc.validate(value)
    except InvalidLength:
        raise ValueProblem(
            _("统一社会信用代码 %(value)s 有 %(length)d 位，应为 18 位")
            % {"value": value, "length": len(value)},
            _("请核对营业执照"),
        ) from None
    except InvalidChecksum:
        raise ValueProblem(
            _("统一社会信用代码 %s 的校验码不符，有一位或几位抄错") % value, _("请核对营业执照")
        ) from None
    except ValidationError:
        raise ValueProblem(
            _("统一社会信用代码 %s 不合格式（数字和大写字母，不含 I、O、S、V、Z）") % value,
            _("请核对营业执照"),
        ) from None
