"""Papers of cases: the problem list as A4, as a long picture, as a document to write in."""

from furong.apps.cases.papers.content import Box, ListContent, Row, Section
from furong.apps.cases.papers.document import document
from furong.apps.cases.papers.printing import long_picture, sheet

__all__ = ["Box", "ListContent", "Row", "Section", "document", "long_picture", "sheet"]
