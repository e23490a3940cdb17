"""Text as it may be stored."""


def one_line(text: str) -> str:
    """Text on one line, single-spaced, without characters that no database or page takes.

    Cells of spreadsheets hold line breaks; requests can hold NUL and halves of surrogate pairs.

    >>> one_line(" 东街\\n置业\\0 ")
    '东街 置业'
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
