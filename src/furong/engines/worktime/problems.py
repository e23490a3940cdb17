"""What cannot be counted, said so that whoever asked can mend it."""


class WorktimeError(ValueError):
    """A time, duration or calendar that cannot be used: `message` says what and why, `remedy` the mend."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message, self.remedy = message, remedy
        super().__init__(f"{message}。{remedy}")


class CalendarEnds(WorktimeError):
    """Working time was asked of a year whose days off the calendar does not know."""

    def __init__(self, calendar: str, year: int, known: str) -> None:
        self.calendar, self.year = calendar, year
        super().__init__(
            f"日历 {calendar} 没有 {year} 年的放假安排（现有：{known}）",
            f"请在内容包的这个日历（或扩展它的日历）里写上 {year} 年的 days，并在 years 中加上 {year}",
        )
