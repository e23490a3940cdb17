"""The first page: what to look at now, for what the person is here to do."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.base.models import Entry
from furong.apps.directory.access import coverage_of, grants_for
from furong.apps.directory.models import Grant, User
from furong.apps.policies import reads
from furong.apps.policies.reads import Reach, Text
from furong.apps.registry.models import ImportBatch, Subject
from furong.engines.rules import Judgement
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.desk_pages import HomePage, Task
from furong.faces.web.presenters.parts import Bar, Kpi
from furong.faces.web.presenters.policies import reach_bar
from furong.faces.web.presenters.verdicts import BADGES, INELIGIBLE

TOP = 6
OWN = 30  # as many subjects as the first page judges one by one
SOON = timedelta(days=30)
TELLING = [standing for standing in reads.STANDINGS if standing != INELIGIBLE]


def home_page(user: User, actions: Collection[str], *, at: datetime) -> HomePage:
    local = timezone.localtime(at)
    greeting = _("%(hello)s，%(name)s") % {"hello": _hello(local.hour), "name": user.name}
    date_line = figures.clock(at).rsplit(" ", 1)[0]
    if own := _own(user, at):
        kpis, tasks = _of_own(own, at)
        return HomePage(greeting, date_line, _("我的服务对象"), tasks, kpis)
    texts = _texts(at) if "policy.view" in actions else []
    personal = coverage_of(user, "subject.view_personal", at=at).everything
    every = reads.reaches(at, personal=personal) if texts else {}
    reaches = {text.policy.id: every[text.policy.id] for text in texts}
    subjects = Subject.objects.current().visible_to(user, at).count()
    return HomePage(
        greeting=greeting,
        date=date_line,
        heading=_("今天先看"),
        tasks=[*_tasks(user, actions, texts, reaches, at)],
        kpis=[*_kpis(actions, subjects, texts, [*reaches.values()])],
        top=_top(texts, reaches),
    )


def _own(user: User, at: datetime) -> list[Subject]:
    """The subjects of a person whose mandates name them one by one; none for those of an area."""
    kinds = set(grants_for(user, "subject.view", at=at).values_list("scope_kind", flat=True))
    if kinds != {Grant.Scope.SUBJECT}:
        return []
    return [*Subject.objects.current().visible_to(user, at).order_by("number")[:OWN]]


def _of_own(subjects: Sequence[Subject], at: datetime) -> tuple[list[Kpi], list[Task]]:
    """What the policies say of a person's own subjects: in all, and one by one."""
    judged = {subject: reads.verdicts_of(subject, at) for subject in subjects}
    every = [judgement for judgements in judged.values() for judgement in judgements]
    counts = Counter(map(reads.standing_of, every))
    sums = [sum(reads.settled(judgements)) for judgements in judged.values()]
    shown = figures.amount(sum(sums))
    kpis = [
        Kpi(_("可享金额合计"), shown.number, shown.unit, _("已能确定的，以主管部门审核为准")),
        *(
            Kpi(BADGES[standing].text, str(counts[standing]), _("项"), tone=BADGES[standing].tone)
            for standing in TELLING
        ),
    ]
    return kpis, [_own_task(subject, judgements) for subject, judgements in judged.items()]


def _own_task(subject: Subject, judgements: Sequence[Judgement]) -> Task:
    counts = Counter(map(reads.standing_of, judgements))
    told = [
        _("%(verdict)s %(n)d 项") % {"verdict": BADGES[standing].text, "n": counts[standing]}
        for standing in TELLING
        if counts[standing]
    ]
    if sums := reads.settled(judgements):
        told.append(_("合计%s") % figures.amount(sum(sums)).text)
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


def _kpis(
    actions: Collection[str], subjects: int, texts: Sequence[Text], reaches: Sequence[Reach]
) -> Iterator[Kpi]:
    if "subject.view" in actions:
        yield Kpi(
            _("服务对象"),
            figures.count(subjects),
            _("家"),
            _("授权范围内"),
            url=reverse("subjects"),
        )
    if not texts:
        return
    library = reverse("policies")
    yield Kpi(_("现行政策"), figures.count(len(texts)), _("条"), _("国、省、市、区"), url=library)
    met, missing = sum(r.eligible for r in reaches), sum(r.unknown for r in reaches)
    yield Kpi(
        _("符合"),
        figures.count(met),
        _("项次"),
        _("全区，一家符合一条计一项次"),
        tone="jade",
        url=library,
    )
    yield Kpi(
        _("待补信息"),
        figures.count(missing),
        _("项次"),
        _("全区，补齐事实即可判定"),
        tone="violet",
        url=library,
    )


def _tasks(
    user: User,
    actions: Collection[str],
    texts: Sequence[Text],
    reaches: dict[str, Reach],
    at: datetime,
) -> Iterator[Task]:
    library = reverse("policies")
    if reaches:
        yield from _questions(at)
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
    if "subject.import" in actions:
        yield from _imports(user)
    if "journal.verify" in actions:
        unsealed = Entry.objects.unsealed().count()
        note = _("尚未封存 %s 条；请核对留存的总根") % figures.count(unsealed)
        total = figures.count(Entry.objects.count())
        yield Task(_("台账核验"), note, total, reverse("journal"))


def _questions(at: datetime) -> Iterator[Task]:
    """The fact whose answers would settle the most verdicts in the district."""
    for asked in reads.questions(at, limit=2):
        text = _("问清：%s") % _("、").join(fact.label for fact in asked.facts)
        note = _("全区可判定的项次；由联络员走访时一并问清")
        yield Task(text, note, figures.count(asked.settles), reverse("subjects"), "violet")


def _ending(texts: Sequence[Text], day: date) -> list[Text]:
    """The policies that end soon, the first first."""
    ending = [text for text in texts if text.window.end and text.window.end <= day + SOON]
    return sorted(ending, key=lambda text: text.window.end or day)


def _open_points(texts: Sequence[Text]) -> list[int]:
    return [len(wording.open_points(text.policy, text.document)) for text in texts]


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


def _top(texts: Sequence[Text], reaches: dict[str, Reach]) -> list[Bar]:
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
