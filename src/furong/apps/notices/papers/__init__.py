"""Papers about a thing: a poster, a guide on A4, a long picture. Content in, bytes out."""

from furong.apps.notices.papers.content import Content, Section
from furong.apps.notices.papers.printing import Kind, PaperRefused, printed

__all__ = ["Content", "Kind", "PaperRefused", "Section", "printed"]
