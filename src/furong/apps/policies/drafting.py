"""What a draft says, checked: the remarks that its author sees, and what keeps it from being issued."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from furong.apps.base.texts import longest
from furong.apps.policies.definitions import with_numbers
from furong.apps.policies.models import Application, PolicyVersion
from furong.apps.policies.models import Document as Row
from furong.apps.policies.reads.library import Text, is_reference, whole_library
from furong.engines.rules import show_money
from furong.packs.models.base import Period, first_day
from furong.packs.models.policies import Document, Policy
from furong.packs.writing import Checked, Remark, check_document, check_policy

PARTICULARS = ("title", "issuer", "level", "jurisdiction")
"""What a revision's document takes over from the one before; its number and day are its own."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft's content as far as it can be read, with every remark on it.

    document: its particulars, None where they are faulty. window: the days on which it will apply.
    Paths of remarks on the document begin with `document.`.
    """

    checked: Checked
    document: Document | None
    window: Period
    remarks: tuple[Remark, ...]

    @property
    def policy(self) -> Policy | None:
        return self.checked.policy

    @property
    def errors(self) -> tuple[Remark, ...]:
        """What is wrong, without what is only still to be written."""
        return tuple(remark for remark in self.remarks if not remark.unfinished)


def examine(
    document: Mapping[str, Any], definition: Mapping[str, Any], *, code: str, day: date
) -> Examined:
    """Checks what a form holds. day: stands for the day of issue where none is written yet."""
    library = whole_library()
    read, particulars = check_document(_as_if_issued(document, day))
    window = _window(definition, read)
    checked = check_policy(with_numbers(definition), library.known.pack, window=window)
    remarks = [
        *checked.remarks,
        *(replace(one, path=f"document.{one.path}") for one in particulars),
        *_overlong(read),
        *_foreign(read, library.known.pack.manifest.jurisdiction),
        *_of_another_level(read, library.known.pack.manifest.jurisdiction),
        *_overlaps(window, library.texts.get(code, [])),
        *_below_promises(checked.policy, code, library.known.pack.minor_units),
    ]
    return Examined(checked, read, window, tuple(remarks))


def starting_point(base: PolicyVersion) -> tuple[dict[str, Any], dict[str, Any]]:
    """Document and definition that a revision of a version begins with."""
    held = base.document.definition
    document = {key: held[key] for key in PARTICULARS if key in held}
    definition = {key: value for key, value in base.definition.items() if key != "valid"}
    return document, {**definition, "version": base.version + 1}


def blank(code: str, *, jurisdiction: str, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Document and definition that a new policy of the district begins with."""
    document = {"title": "", "level": "district", "jurisdiction": jurisdiction}
    definition = {
        "id": code,
        "version": 1,
        "title": "",
        "kinds": [kind],
        "door": "application",
        "criteria": [{"id": "c1", "label": "", "when": ""}],
        "benefit": {"kind": "subsidy"},
    }
    return document, definition


def _as_if_issued(document: Mapping[str, Any], day: date) -> dict[str, Any]:
    """With a day and an id where none is given yet: a document gets them when it is issued."""
    issued, code = document.get("issued") or day.isoformat(), document.get("id") or "draft"
    return {**document, "issued": issued, "id": code}


def _window(definition: Mapping[str, Any], document: Document | None) -> Period:
    """The days on which the policy will apply, as far as that is known."""
    period = document.effective if document else None
    if valid := definition.get("valid"):
        try:
            period = Period.model_validate(valid)
        except ValidationError:
            period = None  # told among the remarks on `valid`
    start, end = (period.start, period.end) if period else (None, None)
    if start is None and document is not None:
        start = first_day(document.issued)
    return Period.model_construct(start=start, end=end)


def _overlong(document: Document | None) -> Iterator[Remark]:
    """A title longer than a document's row can hold would stop it only when it is issued."""
    most = longest(Row, "title")
    if document is not None and len(document.title) > most:
        yield Remark(
            "document.title",
            _("标题有 %(n)d 字，最多 %(most)d 字") % {"n": len(document.title), "most": most},
            _("请写文件的正式标题"),
        )


def _foreign(document: Document | None, here: str) -> Iterator[Remark]:
    if document is not None and is_reference(document.jurisdiction, here):
        yield Remark(
            "document.jurisdiction",
            _("适用地区 %s 不在本区") % document.jurisdiction,
            _("请写本区或上级地区的代码"),
        )


_DIGITS = {"national": 0, "provincial": 2, "city": 4}
"""The fewest digits of the area that a level's documents are for (GB/T 2260)."""


def _of_another_level(document: Document | None, here: str) -> Iterator[Remark]:
    """A level above the district issues for more than it, and each for no more than its own area."""
    if document is None or is_reference(document.jurisdiction, here):
        return
    area, own = document.jurisdiction, document.level == "district"
    if own and area != here:
        remedy = _("本区的文件，适用地区请写 %s；上级的文件，请改选层级") % here
    elif not own and area == here:
        remedy = _("本区印发的，层级请选“区”；上级印发的，适用地区请写上级的代码")
    elif not own and len(area) < _DIGITS[document.level]:
        remedy = _("请写发文机关所辖地区的代码，如 %s") % here[: _DIGITS[document.level]]
    else:
        return
    yield Remark(
        "document.jurisdiction",
        _("层级与适用地区 %s 不一致") % (area or _("（全国）")),
        remedy,
    )


def _overlaps(window: Period, versions: list[Text]) -> Iterator[Remark]:
    """A version begins after every one before it, and ends the last of them."""
    if not versions:
        return
    last = versions[-1]
    began = last.window.start
    if began is not None and (window.start is None or window.start <= began):
        yield Remark(
            "valid",
            _("施行之日不晚于第 %(version)d 版的 %(day)s，两版的有效期会重叠")
            % {"version": last.policy.version, "day": began},
            _("请把施行之日写在 %s 或以后") % (began + timedelta(1)),
        )


def _below_promises(policy: Policy | None, code: str, digits: int) -> Iterator[Remark]:
    """A budget covers at least what has been granted or applied for."""
    if policy is None or policy.budget is None:
        return
    promised = Decimal(Application.objects.promised(code)).scaleb(-digits)
    if policy.budget.amount < promised:
        yield Remark(
            "budget.amount",
            _("预算少于已同意和在办申请的合计 %s") % show_money(promised),
            _("请增加预算，或者先办结在途申请"),
        )
