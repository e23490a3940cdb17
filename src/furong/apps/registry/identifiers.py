"""Reading the numbers by which subjects are known: credit codes and the pack's own schemes."""

import re
import unicodedata

from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from furong.apps.base import cipher
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
    if not value:
        raise ValueProblem(_("号码没有填写"), _("请照证照原件填写；没有的，不必填这一项"))
    if not value.isprintable() or len(value) > MAX_LENGTH:
        raise ValueProblem(
            _("号码“%(start)s…”超过 %(limit)d 个字符，或含有不能显示的字符")
            % {"start": value[:MAX_LENGTH], "limit": MAX_LENGTH},
            _("请照证照原件填写"),
        )
    if scheme == USCC:
        _check_uscc(value)
    return value


def blinded(scheme: str, value: str) -> str:
    """A keyed digest by which the identifier of a natural person is found without being readable."""
    return cipher.blind(value, context=f"registry.identifier.{scheme}")


def shown(number: str, *, personal: bool) -> str:
    """A number as a message may hold it: of a natural person only the end."""
    return _("尾号 %s") % number[-4:] if personal else number


def must_be_verified(number: str) -> str:
    """Why a number that is held where the person may not look cannot be entered by them.

    It names an office, and neither the holder nor that there is one.
    """
    return _("号码 %s 须经区级主管单位核对后方可登记；请将名称、号码和证照报该单位办理") % number


def _spoilt_by_spreadsheet(raw: object) -> ValueProblem:
    return ValueProblem(
        _("号码 %s 被表格软件转成了数值，末几位可能已经丢失") % raw,
        _("请把该列设为文本格式，再照证照原件重填"),
    )


def _check_uscc(value: str) -> None:
    try:
        uscc.validate(value)
    except InvalidLength:
        raise ValueProblem(
            _("统一社会信用代码 %(value)s 有 %(length)d 位，应为 18 位")
            % {"value": value, "length": len(value)},
            _("请对照营业执照补正"),
        ) from None
    except InvalidChecksum:
        raise ValueProblem(
            _("统一社会信用代码 %s 校验不通过，可能抄错了一位或几位") % value,
            _("请对照营业执照逐位核对"),
        ) from None
    except ValidationError:
        raise ValueProblem(
            _(
                "统一社会信用代码 %s 中有不该出现的字符，"
                "它只由数字和大写字母组成，不含 I、O、S、V、Z"
            )
            % value,
            _("请对照营业执照核对，留意 0 与 O、1 与 I"),
        ) from None
