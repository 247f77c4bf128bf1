"""Text from files and tables, made safe to print."""


def printable(text: str) -> str:
    r"""Return a text in which every character that does not print is escaped.

    Names of files and cells of tables may hold characters that move the cursor, change
    colours or reverse the direction of writing. They are shown as Python writes them:
    `\x1b`, `\n`, `\u202e`.
    """
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode()
        for one in text
    )
