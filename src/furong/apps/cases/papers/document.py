"""A list as a Word document, for an office that writes on in it."""

import io

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as Made
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from furong.apps.cases.papers.content import Box, ListContent, Row

TITLE, TEXT, HEADING = "SimSun", "FangSong", "SimHei"
RED = RGBColor(0xB9, 0x2B, 0x45)


def document(content: ListContent) -> bytes:
    """The docx file."""
    made = Document()
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(26)
    page.top_margin, page.bottom_margin = Mm(30), Mm(25)
    _say(made, f"{content.place}{_in_brackets(content.mark)}", TEXT, 12)
    title = _say(made, content.title, TITLE, 22, bold=True)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _say(made, f"{content.to}  {content.about}", TEXT, 14)
    for section in content.sections:
        _say(made, section.heading, HEADING, 16)
        for box in section.boxes:
            _box(made, box, content.words)
        if section.rows:
            _table(made, [*section.rows], content.words)
    page.footer.paragraphs[0].text = _legal(content.foot)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def _box(made: Made, one: Box, words: dict[str, str]) -> None:
    _say(made, f"{one.place}. {one.subject} · {one.title} · {one.number}", TEXT, 14, bold=True)
    for label, said in one.told:
        _say(made, _("%(label)s：%(said)s") % {"label": label, "said": said}, TEXT, 14)
    if one.answered:
        _say(made, one.answered, TEXT, 14, bold=True)
        return
    if one.due:
        run = _say(made, one.due, TEXT, 14).runs[0]
        run.font.color.rgb = RED
    _say(made, "   ".join(f"□ {choice}" for choice in one.choices), TEXT, 14)
    _say(made, words["pen"], TEXT, 14)
    _say(made, "", TEXT, 14)
    signed = _say(made, words["signed"] + " " * 24, TEXT, 14)
    signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _table(made: Made, rows: list[Row], words: dict[str, str]) -> None:
    heads = [words[name] for name in ("place", "number", "subject", "title", "turn")]
    table = made.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        _write(cell.paragraphs[0].add_run(_legal(head)), HEADING, 10.5)
    for one in rows:
        turn = "\n".join(filter(None, [one.state, one.turn]))
        told = (str(one.place), one.number, one.subject, one.title, turn)
        for cell, said in zip(table.add_row().cells, told, strict=True):
            _write(cell.paragraphs[0].add_run(_legal(said)), TEXT, 10.5)


def _say(made: Made, words: str, font: str, size: float, *, bold: bool = False) -> Paragraph:
    paragraph = made.add_paragraph()
    _write(paragraph.add_run(_legal(words)), font, size, bold=bold)
    return paragraph


def _write(run: Run, font: str, size: float, *, bold: bool = False) -> None:
    run.font.size, run.font.bold = Pt(size), bold
    run.font.name = "Times New Roman"
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - the library has no way for East Asian fonts


def _in_brackets(mark: str) -> str:
    return _("（%s）") % mark if mark else ""


def _legal(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        sign for sign in text if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff")
    )
