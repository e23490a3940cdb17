"""The root of what a verb answers when it cannot do as asked."""


class Refusal(Exception):
    """The act was not done, and nothing was written.

    The message is for the user: it names the thing, the likely cause and the remedy. Faces show it
    as it is (HTTP 4xx, exit status 2).
    """
