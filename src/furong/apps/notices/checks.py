"""What the start-up check says of this app: a missing font, channels that cannot work."""

import importlib.util
from collections.abc import Iterable

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from furong.apps.notices.channels import PLACEHOLDERS, configured
from furong.apps.notices.papers import fonts
from furong.apps.notices.quiet import QuietHours


@register
def check_fonts(**_options: object) -> Iterable[CheckMessage]:
    if not fonts.found():
        yield checks.Warning(
            "No font with Chinese characters is installed: posters and guides cannot be printed.",
            hint=f"{fonts.REMEDY} Known families: {', '.join(fonts.FAMILIES)}.",
            id="furong.W010",
        )


@register
def check_quiet_hours(**_options: object) -> Iterable[CheckMessage]:
    try:
        QuietHours.parse(settings.FURONG_QUIET_HOURS)
    except ValueError as error:
        yield Error(str(error), id="furong.E011")


@register
def check_channels(**_options: object) -> Iterable[CheckMessage]:
    channels = configured()
    if channels and importlib.util.find_spec("apprise") is None:
        yield Error(
            "FURONG_CHANNELS is set, and the library that it needs is not installed.",
            hint="Install the extra: pip install 'furong[notify]'; or unset FURONG_CHANNELS.",
            id="furong.E012",
        )
    for number, channel in enumerate(channels, 1):
        try:
            asked = channel.asks_for
        except ValueError:
            asked = set()
        if not channel.carrier or not asked or asked - PLACEHOLDERS:
            yield Error(
                f"Channel {number} of FURONG_CHANNELS does not say whom it reaches.",
                hint="Write an Apprise address with {phone} or {username} in the recipient's "
                "place, such as mailtos://user:key@mail.example.gov.cn?to={username}@example.gov.cn.",
                id="furong.E013",
            )
