"""Text of strangers as a terminal may show it: nothing in it moves the cursor, changes colours or turns text around."""


def printable(text: str) -> str:
    """The same with spaces for what is not to be seen; lines stay lines."""
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)
