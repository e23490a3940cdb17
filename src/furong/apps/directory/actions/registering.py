"""People who register by themselves, on the phone: name, mobile, password; so far without a right.

Nobody learns from it who is registered: whether the mobile was new or not, the answer is the same,
and the next step is to sign in. The mobile is kept encrypted and found by its keyed digest; it is not
proved here, and whoever confirms an authorisation rings it.
"""

import re
import unicodedata
from datetime import datetime

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from furong.apps.base import cipher, journal
from furong.apps.base.errors import Refusal
from furong.apps.base.ids import uuid7
from furong.apps.directory.actions.throttling import Spent, minutes, spend_try
from furong.apps.directory.models import User

BY = "registration"
FROM_ONE_PLACE = 20
"""Registrations from one network address in a row: a whole office may share one."""

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_RULES = password_validation.get_password_validators(
    [
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 8},
        },
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    ]
)
NAME_LENGTH = User._meta.get_field("name").max_length or 0  # noqa: SLF001 - documented


class Unregistered(Refusal):
    """Something in the form is to be mended. field: which."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def read_mobile(raw: str) -> str:
    """The eleven digits of a mobile number. Raises ValueError for anything else."""
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw)).removeprefix("+86")
    if not _MOBILE.fullmatch(digits):
        raise ValueError(raw)
    return digits


def mobile_digest(mobile: str) -> str:
    """By which a person is found without the number being readable (`read_mobile` gives it)."""
    return cipher.blind(mobile, context="directory.mobile")


def register_person(
    *, name: str, mobile: str, password: str, address: str, at: datetime, real: datetime
) -> None:
    """A person who can sign in by mobile and password. A mobile that is known changes nothing.

    address: the network address, of which only a digest is counted. real: real time. Returns
    nothing, lest it be told. Raises Unregistered for what is to be mended, Refusal after too many.
    """
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    if not shown or len(shown) > NAME_LENGTH or not shown.isprintable():
        raise Unregistered("name", _("请填写真实姓名，与授权书上的一致"))
    try:
        number = read_mobile(mobile)
    except ValueError:
        raise Unregistered("mobile", _("手机号应是 11 位、以 1 开头的数字，请核对后重填")) from None
    if len(password) > 128:
        raise Unregistered("password", _("密码不超过 128 个字符"))
    try:
        password_validation.validate_password(password, password_validators=_RULES)
    except ValidationError as error:
        raise Unregistered("password", "".join(error.messages)) from None
    try:
        spend_try(f"register:{_digest(address)}", limit=FROM_ONE_PLACE, at=real)
    except Spent as spent:
        raise Refusal(
            _("本网络地址登记次数过多，请 %d 分钟后再试；急办请到所在街道办理")
            % minutes(spent.remaining)
        ) from None
    _register(shown, number, make_password(password), at)


@transaction.atomic
def _register(name: str, mobile: str, password: str, at: datetime) -> None:
    pk = uuid7()
    user = User(id=pk, username=f"m-{pk.hex}", name=name, mobile=mobile_digest(mobile))
    user.password = password
    User.objects.bulk_create([user], ignore_conflicts=True)
    if not User.objects.filter(pk=pk).exists():
        return
    entry = journal.record(
        "user.register",
        by=BY,
        at=at,
        about=user,
        payload={"username": user.username},
        personal={"name": name, "phone": mobile},
    )
    user.phone = entry.personal_values.get(name="phone")
    user.save(update_fields=["phone"])


def _digest(address: str) -> str:
    """Not the address, which is nobody's business in a table."""
    return cipher.blind(address, context="directory.register")[:24]
