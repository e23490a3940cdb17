"""The channels by which a delivery leaves the platform: addresses of the Apprise library.

`FURONG_CHANNELS` lists them, the preferred first. Each names the recipient by a placeholder,
`{phone}` or `{username}`: a channel without one would tell everybody what is meant for one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from furong.apps.base.personal import open_value
from furong.apps.directory.models import User

PLACEHOLDERS = frozenset({"phone", "username"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=://)", re.IGNORECASE)

type Post = Callable[[str, str, str], bool]
"""`post(address, title, text)`: whether the service took it."""


class Undelivered(Exception):
    """No channel took it. The message is for the outbox, and holds no address."""


@dataclass(frozen=True, slots=True)
class Channel:
    """An Apprise address with placeholders."""

    address: str

    @property
    def carrier(self) -> str:
        """What it may be called in lists and logs: its scheme, without keys and addresses."""
        found = _SCHEME.match(self.address)
        return found[0].lower() if found else ""

    @property
    def asks_for(self) -> set[str]:
        """The placeholders. Raises ValueError where braces are not in pairs."""
        return {name for _text, name, _spec, _how in Formatter().parse(self.address) if name}

    def reaching(self, known: Mapping[str, str]) -> str:
        """The address of one recipient."""
        return self.address.format_map({name: quote(text, safe="") for name, text in known.items()})


def configured() -> list[Channel]:
    return [Channel(address) for address in settings.FURONG_CHANNELS]


def pass_on(user: User, title: str, text: str, *, channels: Sequence[Channel], post: Post) -> str:
    """Gives a message to the first channel that takes it; its name. Raises Undelivered."""
    known = _known_of(user)
    tried = []
    for channel in channels:
        if channel.asks_for - known.keys():  # everybody has a username
            tried.append(_("%s：收件人没有登记手机号") % channel.carrier)
            continue
        try:
            if post(channel.reaching(known), title, text):
                return channel.carrier
            tried.append(_("%s：通道没有接收") % channel.carrier)
        except Exception as error:  # noqa: BLE001 - a library of many services may raise anything
            # Only its kind: its words may hold the address.
            words = {"carrier": channel.carrier, "error": type(error).__name__}
            tried.append(_("%(carrier)s：通道出错（%(error)s）") % words)
    raise Undelivered(_("；").join(tried))


def post_by_apprise(address: str, title: str, text: str) -> bool:
    """Post, with the `notify` extra."""
    import apprise  # an extra: only where channels are configured

    service = apprise.Apprise()
    return bool(service.add(address) and service.notify(title=title, body=text))


def _known_of(user: User) -> Mapping[str, str]:
    known = {"username": user.username}
    if user.phone is not None and user.phone.erased_at is None:
        known["phone"] = str(open_value(user.phone))
    return known
