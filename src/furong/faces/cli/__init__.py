"""The command line `furong`."""


def main() -> int:
    """Placeholder until the first command lands."""
    return 0
