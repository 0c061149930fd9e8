"""The one sanitiser: what captured text looks like before any eye or terminal meets it.

Owns the edge where text leaves the program.  Everything that is not printable
becomes a visible escape, so no terminal, log or CI runner can take it for a command.
"""

import re

LIMIT = 200
"""Characters of one captured text that a terminal is shown."""
CELL_LIMIT = 2_000
"""Characters of one captured text in a cell of a file."""

# What a CI runner reads as a command when it begins a line, or (the older form) stands anywhere in it.
# GitHub: ::error and ##[error]; Azure and TeamCity: ##vso[ and ##teamcity[.
_RUNNER_COMMAND = re.compile(r"::(?=[A-Za-z\[])|##(?=\w*\[)")

_SCHEME = re.compile(r"\s*https?://", re.IGNORECASE)


def safe_text(text: str, limit: int = LIMIT) -> str:
    r"""Return text of at most ``limit`` characters that is printable throughout.

    Control characters (C0, DEL, C1), formatting ones (bidi and the like),
    surrogates, private and unassigned ones and line separators become escapes;
    what is cut off leaves an ellipsis.  An escape is never cut in two.

    >>> print(safe_text("boots\x1b[2J \u202efdp.exe"))
    boots\x1b[2J \u202efdp.exe
    >>> safe_text("a" * 10, limit=5)
    'aaaa…'
    """
    if len(text) > limit * 4:  # far more than can be shown: the rest need not be looked at
        text, cut = text[:limit], True
    else:
        cut = False
    if not text.isprintable():
        text = "".join(character if character.isprintable() else "\0" + _escape(character) for character in text)
    text = _RUNNER_COMMAND.sub(lambda found: "\0" + _escape(found[0][0]) + found[0][1:], text)
    if "\0" not in text:
        return text if len(text) <= limit and not cut else text[: max(limit - 1, 0)] + "…"
    pieces = [piece for piece in re.split(r"\0(\\x..|\\u....|\\U........)", text) if piece]
    return _joined(pieces, limit, cut=cut)


def unlinked(text: str) -> str:
    """Return a text that is an address without its scheme, so that no viewer makes a link of it; any other as it is.

    >>> unlinked("https://shop.example/a?b=1"), unlinked("boots")
    ('shop.example/a?b=1', 'boots')
    """
    return text if (found := _SCHEME.match(text)) is None else text[found.end() :]


def _joined(pieces: list[str], limit: int, *, cut: bool) -> str:
    """Join plain texts and escapes up to a length; only plain text is cut inside."""
    whole = "".join(pieces)
    if len(whole) <= limit and not cut:
        return whole
    room, kept = max(limit - 1, 0), []
    for piece in pieces:
        if len(piece) > room:
            if not piece.startswith("\\"):
                kept.append(piece[:room])
            break
        kept.append(piece)
        room -= len(piece)
    return "".join(kept) + "…"


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def defanged(host: str) -> str:
    """Return a host as text that nothing takes for an address.

    >>> defanged("www.facebook.com"), defanged("localhost")
    ('www.facebook[.]com', 'localhost')
    """
    before, dot, last = host.rpartition(".")
    return f"{before}[.]{last}" if dot else host


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "visit"), counted(1234, "visit"), counted(2, "body", "bodies")
    ('1 visit', '1,234 visits', '2 bodies')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def numbered(name: str, number: int) -> str:
    """Put how often behind a name, unless it is once.

    >>> numbered("Purchase", 1), numbered("PageView", 3)
    ('Purchase', 'PageView \u00d73')
    """
    return name if number == 1 else f"{name} \u00d7{number:,}"


def listed(words: list[str] | tuple[str, ...], last: str = "and") -> str:
    """Return words as a sentence lists them.

    >>> listed(["e-mail"]), listed(["e-mail", "phone", "name"])
    ('e-mail', 'e-mail, phone and name')
    """
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + f" {last} {words[-1]}"
