"""What a party reads behind its link."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartyPage:
    """One question. answered: when it was, "" as long as it is not; given, written: sent and refused."""

    label: str
    question: str
    number: str
    until: str
    url: str
    once: str
    answered: str = ""
    agreed: bool = False
    words: str = ""
    given: str = ""
    written: str = ""
    refusal: str = ""
