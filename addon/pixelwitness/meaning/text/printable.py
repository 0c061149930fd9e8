"""Printable text: captured text without characters that could act on whatever shows it.

Owns the one form in which captured text may be stored: no control characters, no
surrogates (no database takes them), no signs that turn or hide text, bounded.
"""


def printable(text: str, longest: int) -> str:
    r"""Return text in at most ``longest`` characters, everything that does not print as an escape.

    >>> print(printable("boots\x1b[2J\ud800", 50), printable("abcdef", 4))
    boots\x1b[2J\ud800 abc…
    """
    cut = len(text) > longest
    if cut:
        text = text[:longest]
    if not text.isprintable():
        text = "".join(one if one.isprintable() else _escape(one) for one in text)
        cut = cut or len(text) > longest
    return text[: longest - 1] + "…" if cut else text


def _escape(one: str) -> str:
    number = ord(one)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
