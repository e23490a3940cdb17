"""Whom a call list would reach: subjects as a list or a table names them, and why some are left out."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from furong.apps.base.errors import Refusal
from furong.apps.cases.calls.names import PHONE, PROCEDURE
from furong.apps.cases.models import CallLine, Case
from furong.apps.directory.access import Capacity
from furong.apps.directory.models import Grant, User
from furong.apps.registry.identifiers import USCC, read_identifier
from furong.apps.registry.models import Identifier, Subject, SubjectFacts
from furong.apps.registry.tables.reader import Table
from furong.engines.rules import ValueProblem

MOST = 20_000
"""Lines of one list."""

CHUNK = 500
CODE_WORDS = ("信用代码", "代码", "编号")  # zh: headings of uploaded tables
PHONE_WORDS = ("电话", "手机", "联系方式")  # zh: headings of uploaded tables
_PHONE = re.compile(r"\+?[0-9][0-9-]{4,19}(转[0-9]{1,6})?")  # zh: as numbers are written

Why = CallLine.Why


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as it was asked for: a subject, or a code as written; a number where one was given."""

    subject: UUID | None = None
    code: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A line with its subject, or why it cannot be called. sealed: where the registry has the number."""

    given: str
    subject: Subject | None = None
    phone: str = ""
    sealed: UUID | None = None
    why: str = ""


def wanted_of(table: Table) -> list[Wanted]:
    """The lines of a table with a column of credit codes (or public numbers), and perhaps of phones.

    Raises Refusal for a table without codes, or with too many rows.
    """
    code, phone = _column(table, CODE_WORDS), _column(table, PHONE_WORDS)
    if code is None:
        raise Refusal(_("表里没有“统一社会信用代码”这一列，没有读入；请补上这一列再传"))
    rows = [*table.rows()]
    if len(rows) > MOST:
        raise Refusal(
            _("表里有 %(n)d 行，一份名单最多 %(most)d 行；请分成几份")
            % {"n": len(rows), "most": MOST}
        )
    return [
        Wanted(
            code=_text(row.cell(code)), phone=_text(row.cell(phone)) if phone is not None else ""
        )
        for row in rows
    ]


def _column(table: Table, words: Sequence[str]) -> int | None:
    for word in words:
        for column in table.columns:
            if word in column.heading:
                return column.place
    return None


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).removeprefix("'").strip()


def find(wanted: Sequence[Wanted], *, kinds: Iterable[str], by: User, at: datetime) -> list[Found]:
    """What would become of each line, in order: nothing is written.

    A subject outside the person's mandate and one that is not there are told alike, unless the
    person may see it.
    """
    found: list[Found] = []
    seen: set[UUID] = set()
    for chunk in batched(wanted, CHUNK):
        rows = [*_matched(chunk, by, at)]
        ids = [one.subject.pk for one in rows if one.subject]
        open_to = _ids(Subject.objects.open_to(by, "case.dispatch", at), ids)
        called, phones = _called(ids), phones_of(ids, at)
        for line in rows:
            judged = _judged(line, open_to, called, phones, seen, set(kinds))
            if judged.subject and not judged.why:
                seen.add(judged.subject.pk)
            found.append(judged)
    return found


def _matched(wanted: Sequence[Wanted], by: User, at: datetime) -> Iterator[Found]:
    seen = Subject.objects.current().visible_to(by, at).select_related("street")
    by_id = seen.in_bulk([one.subject for one in wanted if one.subject])
    codes: dict[str, str] = {}
    for one in wanted:
        if one.code and not one.subject:
            try:
                codes[one.code] = read_identifier(USCC, one.code)
            except ValueProblem:
                codes[one.code] = ""
    held = Identifier.objects.filter(
        scheme=USCC, value__in=filter(None, codes.values()), valid_to=None, subject__in=seen
    )
    by_code = {row.value: row.subject for row in held.select_related("subject__street")}
    by_number = {row.number: row for row in seen.filter(number__in=codes)}
    for one in wanted:
        given = one.code[:64]
        subject = (
            by_id.get(one.subject)
            if one.subject
            else by_number.get(one.code) or by_code.get(codes.get(one.code, ""))
        )
        if subject is not None:
            yield Found(given, subject, one.phone)
        else:
            known = one.subject or codes.get(one.code)
            yield Found(given, why=Why.UNKNOWN if known else Why.MALFORMED)


def _judged(
    line: Found,
    open_to: set[UUID],
    called: set[UUID],
    phones: Mapping[UUID, UUID],
    seen: set[UUID],
    kinds: set[str],
) -> Found:
    subject = line.subject
    if subject is None:
        return line
    if subject.pk not in open_to:
        return replace(line, phone="", why=Why.OUTSIDE)
    if subject.kind not in kinds:
        return replace(line, phone="", why=Why.KIND)
    if subject.pk in seen:
        return replace(line, phone="", why=Why.TWICE)
    if subject.pk in called:
        return replace(line, phone="", why=Why.OPEN)
    if line.phone:
        number = read_phone(line.phone)
        return replace(line, phone=number, why="" if number else Why.BAD_PHONE)
    sealed = phones.get(subject.pk)
    return replace(line, sealed=sealed, why="" if sealed else Why.NO_PHONE)


def read_phone(text: str) -> str:
    """A number in its one spelling; "" for what is none.

    >>> read_phone("（0731）8888 0000 转 12")
    '0731-88880000转12'
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"\((\d{3,4})\)", r"\1-", "".join(plain.split()))
    plain = re.sub(r"-{2,}|[\u2013\u2014]", "-", plain)
    return plain if _PHONE.fullmatch(plain) else ""


def _ids(rows: models.QuerySet[Subject], among: Sequence[UUID]) -> set[UUID]:
    return set(rows.filter(pk__in=among).values_list("pk", flat=True))


def _called(ids: Sequence[UUID]) -> set[UUID]:
    """Those that are being checked already, or wait for it on another list."""
    cases = Case.objects.live().filter(procedure__code=PROCEDURE, subject__in=ids)
    waiting = CallLine.objects.filter(
        subject__in=ids,
        state=CallLine.State.WAITING,
        list__stage="opening",
    )
    return {
        *cases.values_list("subject_id", flat=True),
        *waiting.values_list("subject_id", flat=True),
    }


def phones_of(ids: Sequence[UUID], at: datetime) -> dict[UUID, UUID]:
    """Where a number of each subject is sealed: the registry's own, else that of who runs its errands."""
    found: dict[UUID, UUID] = {}
    owners = Grant.objects.in_force(at).filter(
        capacity=Capacity.OWNER,
        scope_kind=Grant.Scope.SUBJECT,
        scope_id__in=[str(one) for one in ids],
        user__is_active=True,
        user__phone__erased_at=None,
        user__phone__isnull=False,
    )
    for scope_id, phone in owners.order_by("-valid_from").values_list("scope_id", "user__phone"):
        found[UUID(scope_id)] = phone
    rows = SubjectFacts.objects.filter(subject__in=ids).values_list("subject_id", "facts")
    for subject, facts in rows:
        if sealed := (facts.get(PHONE) or {}).get("sealed"):
            found[subject] = UUID(sealed)
    return found
