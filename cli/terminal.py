"""Texts of others on a terminal: what would move, colour or command it is left out."""

INSTEAD = "�"


def printable(text: str) -> str:
    """Replace what is no character to be seen, ends of lines included."""
    return "".join(c if c.isprintable() else INSTEAD for c in text)


def printable_lines(text: str) -> str:
    """Replace what is no character to be seen, and leave ends of lines."""
    return "\n".join(map(printable, text.split("\n")))
