"""The liaison officers' question list: by subject, by question, on paper, as a file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from furong.apps.directory.models import User, Zone
from furong.apps.policies import reads
from furong.apps.policies.reads.covering import officers, officers_of
from furong.apps.policies.reads.settling import Asking, Sheet
from furong.apps.registry.catalogue import catalogue
from furong.apps.registry.exporting import ExportCell, write_table
from furong.apps.registry.models import Subject
from furong.engines.rules.questions import Question
from furong.faces.web.cursor import Page
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.finding import select, tabs
from furong.faces.web.presenters.finding_pages import Asked, AskingRow, QuestionsPage, VisitCard
from furong.faces.web.presenters.parts import Chip, Select, Text, chip
from furong.faces.web.presenters.questions import field_of
from furong.faces.web.presenters.sheets import as_of, yuan

FILTERS = ("street", "officer")
SHOWN = 3  # questions of a subject that a card shows
type Texts = Mapping[str, reads.Text]

NAMED = 3  # policies that a question names, and subjects to ask it of


def questions_page(
    *,
    cards: Page[Sheet] | None,
    askings: Page[Asking] | None,
    chosen: Mapping[str, str],
    whose: Text,
    own: bool,
    too_many: Text,
    may_export: bool,
    at: datetime,
) -> QuestionsPage:
    """cards or askings: the view that is asked for. too_many: why nobody is named."""
    page = cards or askings
    return QuestionsPage(
        whose=whose,
        as_of=figures.moment(at),
        tabs=tabs("finding_questions"),
        views=_views(chosen["by"]),
        selects=_selects(chosen, at, own=own),
        cards=visit_cards(cards.rows, at) if cards else (),
        askings=_askings(askings.rows, at) if askings else (),
        pages=page.pages if page else None,
        by_question=chosen["by"] == "question",
        too_many=too_many,
        may_export=may_export and not too_many,
        filtered=any(chosen[name] for name in FILTERS),
        kept=[("by", chosen["by"])] if chosen["by"] else (),
    )


def _views(now: str) -> list[Chip]:
    return [
        chip("by", "", _("按服务对象"), now=now),
        chip("by", "question", _("按问题"), now=now),
    ]


def _selects(chosen: Mapping[str, str], at: datetime, *, own: bool) -> list[Select]:
    if own:
        return []
    streets = Zone.objects.filter(kind="street", withdrawn=False).order_by("code")
    people = [(one.username, one.name) for one in officers(at)]
    return [
        select("street", _("街道"), _("全部街道"), [(z.code, z.name) for z in streets], chosen),
        select("officer", _("联络员"), _("全部联络员"), people, chosen),
    ]


def visit_cards(sheets: Sequence[Sheet], at: datetime, *, shown: int = SHOWN) -> list[VisitCard]:
    """What to ask each subject; as many questions as a visit bears."""
    subjects = _subjects(sheet.subject for sheet in sheets)
    people, texts = officers_of(subjects.values(), at), reads.edition(at).texts
    return [
        _card(sheet, subjects[sheet.subject], people[sheet.subject], shown, texts)
        for sheet in sheets
    ]


def _subjects(ids: Iterable[UUID]) -> dict[UUID, Subject]:
    return Subject.objects.select_related("street").in_bulk([*ids])


def _card(
    sheet: Sheet, subject: Subject, people: Sequence[User], shown: int, texts: Texts
) -> VisitCard:
    return VisitCard(
        id=str(subject.pk),
        name=subject.name,
        number=subject.number,
        street=subject.street.name if subject.street else "",
        address=subject.address,
        officers=_("、").join(person.name for person in people),
        questions=[*_asked(sheet.questions[:shown], texts)],
        count=_("共 %(n)d 问，问清可判定 %(m)d 项")
        % {"n": len(sheet.questions), "m": sheet.settles},
    )


def _asked(questions: Iterable[Question], texts: Texts) -> Iterator[Asked]:
    """The questions as they are put one after another: nothing is asked twice.

    What was asked already, in other combinations, is said to stand there.
    """
    facts, put = catalogue().facts, dict[str, int]()
    for number, question in enumerate(questions, start=1):
        new = [key for key in question.facts if key not in put]
        there = sorted({put[key] for key in question.facts if key in put})
        told = _("、").join(map(str, there))
        yield Asked(
            fields=[field_of(facts[key]) for key in new],
            same="" if new else _("（同第 %s 问）") % told,
            settles=_titles(question.settles, texts),
            count=len(question.settles),
            most=_most(question.most, question.settles, texts),
        )
        put |= dict.fromkeys(new, number)


def _titles(policies: Sequence[str], texts: Texts) -> str:
    titles = [texts[code].policy.title for code in policies]
    told = _("、").join(titles[:NAMED])
    return (
        told
        if len(titles) <= NAMED
        else _("%(shown)s等 %(n)d 项") % {"shown": told, "n": len(titles)}
    )


def _most(most: int | None, policies: Iterable[str], texts: Texts) -> str:
    """At most how much is at stake; nothing where the policies give no sums."""
    if most:
        return figures.amount(most, at_most=True).text
    kinds = {texts[code].policy.benefit.kind for code in policies}
    return "" if most == 0 or kinds <= wording.WITHOUT_SUM else _("金额未知")


def _askings(found: Sequence[Asking], at: datetime) -> list[AskingRow]:
    facts, texts = catalogue().facts, reads.edition(at).texts
    named = _subjects({one for asking in found for one in asking.subjects[:NAMED]})
    return [
        AskingRow(
            texts=[facts[key].ask for key in asking.facts],
            subjects=figures.count(len(asking.subjects)) if asking.subjects else "",
            settles=figures.count(asking.settles),
            most=_most(asking.most, asking.policies, texts),
            named=[(str(one), named[one].name) for one in asking.subjects[:NAMED]],
            more=max(len(asking.subjects) - NAMED, 0),
        )
        for asking in found
    ]


def questions_sheet(
    sheets: Sequence[Sheet], released: Collection[UUID], whose: Text, at: datetime
) -> bytes:
    """A row for each subject and question, with an empty cell for the answer."""
    headings = [
        *(_("编号"), _("名称"), _("街道"), _("地址"), _("联络员"), _("问题")),
        *(_("可判定（项）"), _("涉及政策"), _("最多（元）"), _("答复")),
    ]
    subjects = _subjects(released)
    people = officers_of(subjects.values(), at)
    facts, texts = catalogue().facts, reads.edition(at).texts

    def row(subject: Subject, question: Question) -> list[ExportCell]:
        return [
            subject.number,
            subject.name,
            subject.street.name if subject.street else None,
            subject.address or None,
            _("、").join(person.name for person in people[subject.pk]) or None,
            " ".join(facts[key].ask for key in question.facts),
            len(question.settles),
            _("、").join(texts[code].policy.title for code in question.settles),
            yuan(question.most),
            None,
        ]

    rows = (
        row(subjects[sheet.subject], question)
        for sheet in sheets
        if sheet.subject in subjects
        for question in sheet.questions
    )
    return write_table(headings, rows, "xlsx", title=as_of(_("走访问题清单"), str(whose), at))
