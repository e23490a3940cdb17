"""A question as any form shows it: one that a procedure declares, or one of a page's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from furong.faces.web.presenters.parts import Option, Text
from furong.faces.web.uploads import Kept

PREFIX = "a-"
"""Before the fact or field in the name of a control, so that a form's own keys cannot meet it."""

FEW = 6
"""Options that stand beside each other in half the width of a form."""

MANY = 12
"""Boxes from which on a list has a search field of its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. kind: text long texts moment money files case cases choice list several number date.

    required: `always`, `sometimes` (the other answers decide), or ""; needed: when, in words. audience:
    who will read the answer beside those who work on the case. values: what stands in it. now: of a
    moment, what the clock shows. ours: its label is the interface's own, not the pack's.
    notes: what else to know before answering.
    """

    key: str
    label: Text
    kind: str
    required: str = ""
    needed: Text = ""
    limit: int | None = None
    unit: Text = ""
    options: Sequence[Option] = ()
    values: Sequence[str] = ()
    kept: Sequence[Kept] = ()
    error: str = ""
    audience: str = ""
    personal: bool = False
    prefix: str = PREFIX
    now: str = ""
    ours: bool = False
    notes: Sequence[Text] = ()

    @property
    def name(self) -> str:
        return f"{self.prefix}{self.key}"

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def said(self) -> str:
        """What stands in it, in words."""
        chosen = [str(one.label) for one in self.options if one.selected]
        return _("、").join(chosen) if self.options else self.value

    @property
    def type(self) -> str:
        """As an input of a page says it."""
        return {"moment": "datetime-local", "date": "date"}.get(self.kind, "text")

    @property
    def wide(self) -> bool:
        """Whether it needs the whole width of a form of two columns."""
        many = self.kind == "choice" and len(self.options) > FEW
        return many or self.kind in ("long", "texts", "files", "several")

    @property
    def help(self) -> list[Text]:
        """What to know before answering."""
        told: list[Text] = []
        if self.personal:
            told.append(_("个人信息加密保存，只给办理的人看"))
        if self.kind == "texts":
            told.append(_("一行一件"))
        if self.kind == "long" and self.limit:
            told.append(_("最多 %d 字") % self.limit)
        return [*told, *self.notes]

    @property
    def searched(self) -> bool:
        """Whether its boxes are too many to look through."""
        return len(self.options) > MANY

    @property
    def rows(self) -> int:
        return 6 if (self.limit or 0) > 1000 else 5 if self.kind == "texts" else 3


def own(
    key: str,
    label: Text,
    kind: str,
    *,
    options: Mapping[str, Text] | None = None,
    values: Sequence[str] = (),
    **more: Any,
) -> Asked:
    """A question that a page asks beside those of the procedure; its control has no prefix."""
    chosen = options_of(options or {}, values)
    return Asked(key, label, kind, options=chosen, values=values, prefix="", ours=True, **more)


def class_asked(classes: Mapping[str, Text], sent: str) -> list[Asked]:
    """The choice of how urgent a case is, the usual one first; nothing where there is no choice."""
    if len(classes) < 2:
        return []
    now = [sent or next(iter(classes))]
    return [own("class", _("缓急"), "choice", options=classes, values=now, required="always")]


def options_of(labels: Mapping[str, Text], values: Sequence[str]) -> list[Option]:
    return [Option(code, label, code in values) for code, label in labels.items()]
