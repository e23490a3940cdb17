"""Policies as the library shows them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from furong.apps.policies import reads
from furong.apps.policies.reads import Reach, Share, Text
from furong.faces.web.presenters import figures, wording
from furong.faces.web.presenters.parts import Badge, Chip, Segment, chip, segments
from furong.faces.web.presenters.policy_pages import (
    DocumentGroup,
    PolicyList,
    PolicyRow,
    Reached,
)
from furong.faces.web.presenters.whose import Whose

ELSEWHERE = "elsewhere"
LEVELS = ("national", "provincial", "city", "district")


def policy_list(chosen: Mapping[str, str], *, told: Whose | None, at: datetime) -> PolicyList:
    """The library, by level and document. told: whose figures stand beside it."""
    level, door = chosen["level"], chosen["door"]
    here = _by_level(at)
    found = _found(here, level, chosen["q"])
    shown = _through(found, door)
    reaches = reads.reaches(at, told.counted) if told else {}
    return PolicyList(
        total=len(shown),
        documents=len({text.document.id for text in shown}),
        query=chosen["q"],
        level=level,
        levels=_levels(here, level),
        doors=_doors(found, door),
        groups=_groups(shown, reaches, at),
        as_of=figures.moment(at),
        elsewhere=level == ELSEWHERE,
        whose=told.name if told else "",
    )


def listed_texts(chosen: Mapping[str, str], at: datetime) -> list[Text]:
    """The policies of the list, all of its pages' worth."""
    return _through(_found(_by_level(at), chosen["level"], chosen["q"]), chosen["door"])


def _by_level(at: datetime) -> dict[str, list[Text]]:
    here: dict[str, list[Text]] = defaultdict(list)
    for text in reads.library(at):
        here[ELSEWHERE if text.reference else text.document.level].append(text)
    return here


def _found(here: Mapping[str, Sequence[Text]], level: str, query: str) -> list[Text]:
    levels = [level] if level else LEVELS
    wanted = query.strip().lower()
    return [text for one in levels for text in here.get(one, ()) if matches(text, wanted)]


def _through(found: Iterable[Text], door: str) -> list[Text]:
    return [text for text in found if not door or text.policy.door == door]


def matches(text: Text, query: str) -> bool:
    """Whether a search (in lower case) stands in a policy's id, title, summary or document."""
    policy, document = text.policy, text.document
    told = (policy.id, policy.title, policy.summary, document.title, document.number)
    return not query or any(query in part.lower() for part in told)


def _levels(here: Mapping[str, Sequence[Text]], now: str) -> list[Chip]:
    counts = {level: len(here.get(level, ())) for level in (*LEVELS, ELSEWHERE)}
    labels = {**wording.LEVELS, ELSEWHERE: wording.ELSEWHERE}
    total = sum(counts[level] for level in LEVELS)
    every = chip("level", "", _("全部"), now=now, count=total)
    return [
        every,
        *(
            chip("level", level, labels[level], now=now, count=n)
            for level, n in counts.items()
            if n
        ),
    ]


def _doors(found: Sequence[Text], now: str) -> list[Chip]:
    chips = [chip("door", "", _("全部"), now=now, count=len(found))]
    for door, badge in wording.DOORS.items():
        n = sum(text.policy.door == door for text in found)
        if door and (n or door == now):
            chips.append(chip("door", door, badge.text, now=now, count=n))
    return chips


def _groups(
    shown: Iterable[Text], reaches: Mapping[str, Reach], at: datetime
) -> list[DocumentGroup]:
    by_document: dict[str, list[Text]] = defaultdict(list)
    for text in shown:
        by_document[text.document.id].append(text)
    return [_group(texts, reaches, at) for texts in by_document.values()]


def _group(texts: Sequence[Text], reaches: Mapping[str, Reach], at: datetime) -> DocumentGroup:
    text = texts[0]
    document = text.document
    return DocumentGroup(
        title=document.title,
        imprint=" · ".join(
            filter(None, [document.number, document.issuer, wording.issued(document)])
        ),
        level=wording.level_badge(document, elsewhere=text.reference),
        rows=[_policy_row(text, reaches.get(text.policy.id), at) for text in texts],
    )


def _policy_row(text: Text, reach: Reach | None, at: datetime) -> PolicyRow:
    policy = text.policy
    return PolicyRow(
        id=policy.id,
        title=policy.title,
        summary=policy.summary,
        door=wording.door_badge(policy),
        window=wording.period(text.window),
        status=status(text, timezone.localdate(at)),
        reach=_reached(reach) if reach else None,
        open_points=len(wording.open_points(policy, text.document)),
    )


def _reached(reach: Reach) -> Reached:
    return Reached(
        eligible=reach.eligible,
        unknown=reach.unknown,
        decides=reach.decides,
        bar=reach_bar(reach, whole=reach.count),
    )


def status(text: Text, day: date) -> Badge | None:
    """Whether a policy applies on a day; nothing where it does."""
    if text.window.start and day < text.window.start:
        return Badge(_("尚未施行"), "amber")
    if text.window.end and day > text.window.end:
        return Badge(_("已到期"), "")
    return None


def reach_bar(reach: Reach | Share, *, whole: int) -> list[Segment]:
    """Who is reached, for whom a department decides, of whom something is missing."""
    parts = [("jade", reach.eligible), ("amber", reach.decides), ("violet", reach.unknown)]
    return segments(parts, whole=whole)
