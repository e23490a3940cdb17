"""The first page: what to look at now, for what the person is here to do."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from furong.apps.base.models import Entry, Installation
from furong.apps.cases import reads as cases
from furong.apps.cases.sight import INSIDE
from furong.apps.directory.access import coverage_of, grants_for
from furong.apps.directory.models import Grant, User
from furong.apps.policies import reads
from furong.apps.policies.reads import Line, Reach, Text
from furong.apps.registry.models import Dispute, ImportBatch, Subject
from furong.faces.web.case_listing import CaseListing, chosen_of
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.cases_list import rows_of
from furong.faces.web.presenters.cases_pages import CaseRow
from furong.faces.web.presenters.desk_pages import HomePage, Task
from furong.faces.web.presenters.handler_tasks import handler_tasks
from furong.faces.web.presenters.parts import Bar, Kpi, segments
from furong.faces.web.presenters.policies import reach_bar
from furong.faces.web.presenters.verdicts import (
    BADGES,
    DECIDES,
    ELIGIBLE,
    INELIGIBLE,
    TONES,
    UNKNOWN,
)
from furong.faces.web.presenters.whose import Whose, whose
from furong.faces.web.waiting import MOST, capped

TOP = 6
FIRST = 6  # as many cases as the first page shows
OWN = 30  # as many of a person's own subjects as the first page names
SOON = timedelta(days=30)
TELLING = [standing for standing in reads.STANDINGS if standing != INELIGIBLE]


def home_page(user: User, actions: Collection[str], *, at: datetime) -> HomePage:
    local = timezone.localtime(at)
    greeting = _("%(hello)s，%(name)s") % {"hello": _hello(local.hour), "name": user.name}
    date_line = figures.weekday(local.date())
    rows, waiting = _waiting(user, at) if "case.act" in actions else ([], "")
    if own := _own(user, at):
        kpis, tasks = _of_own(own, at)
        tasks = [*handler_tasks(user, actions, at), *tasks]
        return HomePage(
            greeting,
            date_line,
            _("我的服务对象"),
            tasks,
            kpis,
            cases=rows,
            waiting=waiting,
        )
    texts = _texts(at) if "policy.view" in actions else []
    told = whose(user, at) if texts else None
    every = reads.reaches(at, told.counted) if told else {}
    reaches = {text.policy.id: every[text.policy.id] for text in texts} if told else {}
    return HomePage(
        greeting=greeting,
        date=date_line,
        heading=_("今天先看"),
        tasks=[
            *handler_tasks(user, actions, at),
            *_tasks(user, actions, texts, told, reaches, at),
        ],
        kpis=[
            *_own_kpis(user, actions, at),
            *_policy_kpis(texts, told, reaches.values()),
            *_keeper_kpis(actions, at),
        ],
        whose=told.name if told else "",
        top=_top(texts, reaches) if told else (),
        streets=_streets(reaches.values()),
        cases=rows,
        waiting=waiting,
    )


def _waiting(user: User, at: datetime) -> tuple[list[CaseRow], str]:
    """The first cases of the person's inbox, and how many lie in it; an owner has a page of theirs."""
    if not coverage_of(user, "case.act", at=at, among=INSIDE).scopes:
        return [], ""
    found = cases.inbox(user, at)
    listing = CaseListing(user, chosen_of(QueryDict(), acts=True), at, found)
    first = listing.first(FIRST)
    if not first:
        return [], ""
    rows = rows_of(first, listing.machines, user=user, at=at)
    return rows, capped(found.order_by()[: MOST + 1].count())


def _own(user: User, at: datetime) -> list[Subject]:
    """The subjects of a person whose mandates name them one by one; none for those of an area."""
    kinds = set(grants_for(user, "subject.view", at=at).values_list("scope_kind", flat=True))
    if kinds != {Grant.Scope.SUBJECT}:
        return []
    return [*Subject.objects.current().visible_to(user, at).order_by("number")[:OWN]]


def _of_own(subjects: Sequence[Subject], at: datetime) -> tuple[list[Kpi], list[Task]]:
    """What the policies say of a person's own subjects: in all, and one by one."""
    overview = reads.overview(at)
    lines = {subject: overview.line(subject.pk) for subject in subjects}
    shown = figures.amount(sum(line.total for line in lines.values()))
    one_alone = reverse("subject", args=[subjects[0].pk]) if len(subjects) == 1 else ""
    kpis = [Kpi(_("可享金额合计"), shown.number, shown.unit, _("已能确定的，以主管部门审核为准"))]
    for standing in TELLING:
        count = sum(line.counts[standing] for line in lines.values())
        badge = BADGES[standing]
        kpis.append(
            Kpi(
                badge.text,
                figures.count(count),
                ngettext("项", "项", count),
                tone=badge.tone if count else "",
                url=f"{one_alone}#{standing}" if one_alone and count else "",
            )
        )
    return kpis, [_own_task(subject, line) for subject, line in lines.items()]


def _own_task(subject: Subject, line: Line) -> Task:
    told = [
        _("%(verdict)s %(n)d 项") % {"verdict": BADGES[standing].text, "n": line.counts[standing]}
        for standing in TELLING
        if line.counts[standing]
    ]
    if line.total:
        told.append(_("合计%s") % figures.amount(line.total).text)
    link = reverse("subject", args=[subject.pk])
    return Task(subject.name, " · ".join(told), "", link)


def _hello(hour: int) -> str:
    if 5 <= hour < 11:
        return _("早上好")
    if hour < 5 or hour >= 18:
        return _("晚上好")
    return _("中午好") if hour < 14 else _("下午好")


def _texts(at: datetime) -> list[Text]:
    """The policies of this place that apply now."""
    day = timezone.localdate(at)
    return [text for text in reads.library(at) if text.applies_on(day) and not text.reference]


def _own_kpis(user: User, actions: Collection[str], at: datetime) -> Iterator[Kpi]:
    if "subject.view" in actions:
        visible = Subject.objects.current().visible_to(user, at).count()
        yield Kpi(
            _("服务对象"),
            figures.count(visible),
            _("家"),
            _("授权范围内"),
            url=reverse("subjects"),
        )


def _policy_kpis(
    texts: Sequence[Text], told: Whose | None, reaches: Collection[Reach]
) -> Iterator[Kpi]:
    if texts:
        note = _("国、省、市、区")
        url = reverse("policies")
        yield Kpi(_("现行政策"), figures.count(len(texts)), _("条"), note, url=url)
    if told is None:
        return
    yield Kpi(
        _("符合"),
        figures.count(sum(reach.eligible for reach in reaches)),
        _("项次"),
        _("%s，一家符合一条计一项次") % told.name,
        tone="jade",
        url=_subjects(met=1, sort="-eligible"),
    )
    yield Kpi(
        _("待补信息"),
        figures.count(sum(reach.unknown for reach in reaches)),
        _("项次"),
        _("%s，补齐事实即可判定") % told.name,
        tone="violet",
        url=_subjects(open=1, sort="-unknown"),
    )


def _keeper_kpis(actions: Collection[str], at: datetime) -> Iterator[Kpi]:
    """What those look after who keep the system and see no subject."""
    if "pack.apply" in actions:
        held = Installation.current()
        yield Kpi(_("内容包版本"), held.version, note=held.pack)
    if "user.edit" in actions:
        people = User.objects.filter(is_active=True).count()
        yield Kpi(_("启用的账号"), figures.count(people), _("个"))
    if "grant.edit" in actions:
        grants = Grant.objects.in_force(at)
        people = grants.values("user").distinct().count()
        note = _("涉及 %s 人") % figures.count(people)
        yield Kpi(_("有效授权"), figures.count(grants.count()), pgettext("grant", "项"), note)


def _subjects(**query: object) -> str:
    """The address of the list of subjects, filtered and sorted."""
    return f"{reverse('subjects')}?{urlencode(query)}"


def _tasks(
    user: User,
    actions: Collection[str],
    texts: Sequence[Text],
    told: Whose | None,
    reaches: Mapping[str, Reach],
    at: datetime,
) -> Iterator[Task]:
    library = reverse("policies")
    if told:
        yield from _questions(told, at)
    if decides := sum(reach.decides for reach in reaches.values()):
        note = _("原文一事一议或表述有歧义，须主管部门出具意见")
        yield Task(_("待部门认定"), note, figures.count(decides), library, "amber")
    if "policy.edit" in actions and (points := _open_points(texts)):
        note = _("涉及 %d 条政策；核清一处，相关判定即可放开") % sum(n > 0 for n in points)
        yield Task(_("原文未见、待核"), note, figures.count(sum(points)), library, "violet")
    if ending := _ending(texts, timezone.localdate(at)):
        note = _("最早：%s") % _("、").join(text.policy.title for text in ending[:2])
        yield Task(
            _("%d 天内到期的政策") % SOON.days, note, figures.count(len(ending)), library, "amber"
        )
    if "fact.settle" in actions:
        yield from _disputes(user, at)
    if "subject.import" in actions:
        yield from _imports(user)
    if "journal.verify" in actions:
        unsealed = Entry.objects.unsealed().count()
        note = _("尚未封存 %s 条；请核对留存的总根") % figures.count(unsealed)
        total = figures.count(Entry.objects.count())
        yield Task(_("台账核验"), note, total, reverse("journal"))


def _questions(told: Whose, at: datetime) -> Iterator[Task]:
    """The facts whose answers would settle the most verdicts."""
    for asked in reads.questions(at, told.counted, limit=2):
        text = _("问清：%s") % _("、").join(fact.label for fact in asked.facts)
        note = _("%s可判定的项次；由联络员走访时一并问清") % told.name
        link = _subjects(open=1, sort="-unknown")
        yield Task(text, note, figures.count(asked.settles), link, "violet")


def _ending(texts: Sequence[Text], day: date) -> list[Text]:
    """The policies that end soon, the first first."""
    ending = [text for text in texts if text.window.end and text.window.end <= day + SOON]
    return sorted(ending, key=lambda text: text.window.end or day)


def _open_points(texts: Sequence[Text]) -> list[int]:
    return [len(wording.open_points(text.policy, text.document)) for text in texts]


def _disputes(user: User, at: datetime) -> Iterator[Task]:
    """Facts in dispute that the person may settle."""
    if waiting := Dispute.objects.open().open_to(user, "fact.settle", at).count():
        note = _("各方说法不一；核实之前，同等效力的按未知处理")
        link = reverse("disputes")
        yield Task(_("待核实的事实"), note, figures.count(waiting), link, "violet")


def _imports(user: User) -> Iterator[Task]:
    """The person's last imports that left rows behind."""
    for batch in ImportBatch.objects.filter(started_by=user)[:3]:
        if refused := batch.counts.get("invalid", 0):
            note = _("%(file)s · %(at)s") % {
                "file": batch.file_name,
                "at": figures.moment(batch.started_at),
            }
            link = reverse("import_result", args=[batch.pk])
            yield Task(_("未入库的行"), note, figures.count(refused), link, "hibiscus")


def _top(texts: Sequence[Text], reaches: Mapping[str, Reach]) -> list[Bar]:
    ranked = sorted(texts, key=lambda text: -reaches[text.policy.id].eligible)[:TOP]
    rows = []
    for text in ranked:
        reach = reaches[text.policy.id]
        rows.append(
            Bar(
                text.policy.title,
                reach_bar(reach, whole=reach.count),
                figures.count(reach.eligible),
                value_word=_("符合"),
                note=figures.count(reach.unknown) if reach.unknown else "",
                note_word=_("待补"),
                note_tone="violet",
                url=reverse("policy", args=[text.policy.id]),
            )
        )
    return rows


def _streets(reaches: Iterable[Reach]) -> list[Bar]:
    """How the streets stand over all policies; nothing where the figures are of one street."""
    names: dict[str, str] = {}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for reach in reaches:
        for share in reach.streets:
            names[share.code] = share.name
            counts[share.code].update(
                eligible=share.eligible, decides=share.decides, unknown=share.unknown
            )
    longest = max((count.total() for count in counts.values()), default=0)
    ranked = sorted(counts, key=lambda code: -counts[code]["eligible"])
    rows = [
        Bar(
            names[code] or _("街道未知"),
            segments(
                [(TONES[one], counts[code][one]) for one in (ELIGIBLE, DECIDES, UNKNOWN)],
                whole=longest,
            ),
            figures.count(counts[code]["eligible"]),
            value_word=_("符合"),
            note=figures.count(counts[code]["unknown"]),
            note_word=_("待补"),
            note_tone="violet",
            url=_subjects(street=code, sort="-eligible") if code else "",
        )
        for code in ranked
    ]
    return rows if len(rows) > 1 else []
