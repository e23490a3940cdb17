"""What stands on a paper. Every text is shown as it is: it is data, never markup."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines. unseen: what the source left open; ordered: steps, with numbers."""

    heading: str
    lines: Sequence[str]
    unseen: Sequence[str] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """One paper.

    place: the district's name; tags: small words above the title; amount: lead, figure and note (amount_unknown:
    a sum belongs to it, and the source does not give it);
    until: the last day or the period; calls: the words beside the QR code; link: the address that
    the QR code holds, whole; shown: the same as people read it; mark: printed across the head of a
    demonstration's papers, "" for none; foot: small print.
    """

    place: str
    title: str
    tags: Sequence[str]
    summary: str
    amount_lead: str
    amount: str
    amount_note: str
    amount_unknown: bool
    until_label: str
    until: str
    sections: Sequence[Section]
    calls: str
    link: str
    shown: str
    mark: str
    foot: str
    paper_title: str  # of the guide: 申报指南
    more: str  # under conditions that the poster leaves out
