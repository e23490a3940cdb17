"""`furong worktime`: deadlines and working time by a pack's calendar, and the calendar itself."""

import argparse
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, cast

from furong.engines.worktime import (
    Calendar,
    Counting,
    WorkDay,
    WorktimeError,
    add,
    elapsed,
    read_duration,
    working_days,
)
from furong.faces.cli import books
from furong.faces.cli.subjects import BadInput
from furong.packs.models.base import plain_number
from furong.packs.problems import nearest

WEEKDAYS: Final = "一二三四五六日"
COUNTED: Final = {"natural": "按自然时间", "working": "按工作时间"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("worktime", help="算时限，查哪天上班")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    one = _command(commands, "add", "从某时起过多久，到什么时候", _add)
    one.add_argument("start", metavar="起", help="如 2020-01-23T17:00，按日历的时区")
    one.add_argument("length", metavar="多久", help="如 30m、4h、5d、0.5d、end_of_day")
    _counting(one)
    two = _command(commands, "elapsed", "两个时刻之间有多久", _elapsed)
    two.add_argument("start", metavar="起")
    two.add_argument("end", metavar="止")
    _counting(two)
    three = _command(commands, "day", "某一天是否上班，几点上班，依据什么", _day)
    three.add_argument("day", type=books.day, metavar="日期", help="如 2020-02-01")
    four = _command(commands, "month", "一个月的日历", _show_month)
    four.add_argument("month", type=_month, metavar="月份", help="如 2020-02")


def _add(args: argparse.Namespace) -> None:
    calendar = _calendar(args.calendar)
    start = _moment(args.start, calendar)
    counting = _chosen(args, calendar, start)
    length = read_duration(args.length)
    end = add(start, length, calendar, counting)
    print(f"{_shown(start)}起 {length.words}，{COUNTED[counting]}：{_shown(end)}")


def _elapsed(args: argparse.Namespace) -> None:
    calendar = _calendar(args.calendar)
    start, end = _moment(args.start, calendar), _moment(args.end, calendar)
    counting = _chosen(args, calendar, start)
    text = _length(elapsed(start, end, calendar, counting))
    if counting == "working":
        text += f"，{_days(working_days(start, end, calendar))}"
    print(f"{_shown(start)}至 {_shown(end)}，{COUNTED[counting]}：{text}")


def _day(args: argparse.Namespace) -> None:
    day = _calendar(args.calendar).day(args.day)
    hours = "、".join(f"{begin:%H:%M}—{end:%H:%M}" for begin, end in day.hours)
    what = f"上班 {hours}" if day.working else "休"
    reason = f"（{day.by}）" if day.by else ""
    print(f"{day.date}（周{WEEKDAYS[day.date.weekday()]}）{what}{reason}")


def _show_month(args: argparse.Namespace) -> None:
    calendar = _calendar(args.calendar)
    first: date = args.month
    length = monthrange(first.year, first.month)[1]
    days = [calendar.day(first + timedelta(n)) for n in range(length)]
    worked = sum(day.working for day in days)
    print(f"{first.year} 年 {first.month} 月 · {calendar.name} · {worked} 个工作日\n")
    print("".join(f"  {name}  " for name in WEEKDAYS).rstrip())
    cells = ["      "] * first.weekday() + [_cell(day, calendar) for day in days]
    for start in range(0, len(cells), 7):
        print("".join(cells[start : start + 7]).rstrip())
    print()
    for line in _reasons(days, calendar):
        print(line)


# --- a month --------------------------------------------------------------------------------------


def _mark(day: WorkDay, calendar: Calendar) -> str:
    """休 or 班 where a document says so; a plain day off has a dot, a plain working day nothing."""
    if day.date in calendar.days:
        return "班" if day.working else "休"
    return "" if day.working else "·"


def _cell(day: WorkDay, calendar: Calendar) -> str:
    """Six columns wide: a Chinese character takes two."""
    mark = _mark(day, calendar)
    width = 0 if not mark else 1 if mark == "·" else 2
    return f"{day.date.day:>3}{mark}{' ' * (3 - width)}"


def _reasons(days: list[WorkDay], calendar: Calendar) -> Iterator[str]:
    """Why a day is not as the week has it; successive days with one reason on one line."""
    ruled = [day for day in days if day.date in calendar.days]
    runs: list[list[WorkDay]] = []
    for before, day in zip([None, *ruled], ruled, strict=False):
        if (
            before
            and (before.by, before.working) == (day.by, day.working)
            and (before.date + timedelta(1) == day.date)
        ):
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        first, last = run[0].date, run[-1].date
        until = f"至{last.day}日" if last > first else ""
        yield f"{_mark(run[0], calendar)} {first.month}月{first.day}日{until}  {run[0].by}"


# --- arguments and words --------------------------------------------------------------------------


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    told: str,
    act: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=told)
    parser.add_argument(
        "--calendar",
        required=True,
        metavar="内容包:日历",
        help="如 furong-2020:hunan-enterprises-2020；内容包为编号或文件夹",
    )
    parser.set_defaults(run=run, act=act)
    return parser


def run(args: argparse.Namespace) -> int:
    """One command. Raises BadInput where the calendar, a time or a length cannot be used."""
    try:
        args.act(args)
    except WorktimeError as error:
        raise BadInput(str(error)) from error
    return 0


def _counting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--counting",
        choices=[*COUNTED],
        help="natural 自然时间，working 工作时间；不写则按日历当时是战时还是平时",
    )


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} 不是月份，请写成 2020-02") from error


def _calendar(text: str) -> Calendar:
    where, _, name = text.rpartition(":")
    if not where:
        raise BadInput(f"--calendar {text} 看不懂。请写成 内容包:日历，如 furong-2020:furong-2020")
    known = books.open_pack(where).working_calendars
    if name not in known:
        hint = nearest(name, known) or f"有：{'、'.join(known)}"
        raise BadInput(f"内容包 {where} 没有日历 {name}。{hint}")
    return known[name]


def _moment(text: str, calendar: Calendar) -> datetime:
    """A time as typed: without an offset, by the clocks of the calendar's zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text} 不是时刻。请写成 2020-01-23T17:00") from error
    if moment.tzinfo is None:
        return moment.replace(tzinfo=calendar.zoneinfo)
    return moment.astimezone(calendar.zoneinfo)


def _chosen(args: argparse.Namespace, calendar: Calendar, start: datetime) -> Counting:
    return cast("Counting", args.counting) or calendar.counting(start)


def _shown(moment: datetime) -> str:
    seconds = f"{moment:%S.%f}".rstrip("0").rstrip(".") if moment.microsecond else f"{moment:%S}"
    clock = f"{moment:%H:%M}" + ("" if seconds == "00" else f":{seconds}")
    return f"{moment:%Y-%m-%d} {clock}（周{WEEKDAYS[moment.weekday()]}）"


def _length(length: timedelta) -> str:
    """`259 小时`, `7 小时 30 分钟`, `1.5 秒`."""
    minutes, rest = divmod(length, timedelta(minutes=1))
    parts = [(minutes // 60, "小时"), (minutes % 60, "分钟")]
    words = [f"{number} {unit}" for number, unit in parts if number]
    if rest:
        words.append(f"{plain_number(Decimal(rest // timedelta(microseconds=1)).scaleb(-6))} 秒")
    return " ".join(words) or "0 分钟"


def _days(days: Fraction) -> str:
    """`合 2.5 个工作日`; `约合` where two digits are not all."""
    rounded = round(days, 2)
    shown = plain_number(Decimal(rounded.numerator) / rounded.denominator)
    return f"{'' if rounded == days else '约'}合 {shown} 个工作日"
