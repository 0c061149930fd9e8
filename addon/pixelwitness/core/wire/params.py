"""Names and values of a request: query strings, URL-encoded forms, multipart forms.

Owns the way from raw text to ordered pairs, and from pairs to the nested view in
which ``ud[em]`` is ``em`` inside ``ud``.  Must not know rules or what names mean.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice, pairwise

import yarl

type Pairs = Sequence[tuple[str, str]]
type Tree = dict[str, str | Tree]

OWN = ""
"""Key of a name's own value where the name also has parts (``ud=1&ud[em]=2``)."""

_MAX_NESTING = 8
_LONGEST_PIECE = 1_000
"""Characters of a piece of a query whose decoded form is remembered: most of a session's come again and again."""
_SHORT = 60
"""Characters of a name whose steps are remembered: the same few come in every request."""
MAX_PAIRS = 10_000
_LEFT_OUT = ("\t", "\r", "\n")
"""Browsers leave these out of addresses."""
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")


def query_pairs(query: str) -> Pairs:
    """Decode a query string or URL-encoded form into pairs, in order, blanks kept.

    Bytes that are not UTF-8 become U+FFFD and broken escapes stay as they are,
    so nothing raises and nothing is lost.

    >>> query_pairs("ud%5Bem%5D=a%40b&cd[value]=19.90&x&q=hiking+boots")
    [('ud[em]', 'a@b'), ('cd[value]', '19.90'), ('x', ''), ('q', 'hiking boots')]
    """
    if not query:
        return ()
    text = query.lstrip("?")
    for sign in _LEFT_OUT:
        if sign in text:
            text = text.replace(sign, "")
    pieces = (piece for piece in text.split("&") if piece)
    return [_short_pair(piece) if len(piece) <= _LONGEST_PIECE else _pair(piece) for piece in islice(pieces, MAX_PAIRS)]


def _pair(piece: str) -> tuple[str, str]:
    """Decode one piece as `yarl` does, which is asked only where there is anything to decode."""
    if "%" not in piece and "+" not in piece:
        name, _, value = piece.partition("=")
        return name, value
    return next(iter(yarl.URL("?" + piece.replace("#", "%23"), encoded=True).query.items()))


_short_pair = lru_cache(maxsize=4096)(_pair)


def multipart_pairs(body: str, boundary: str | None) -> Pairs:
    r"""Decode a ``multipart/form-data`` body; a file part counts as its text.

    Without a boundary (exporters drop it) the first line of the body names it.
    A part that never ends keeps what is there.

    >>> multipart_pairs('--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n12\r\n--x--\r\n', "x")
    [('id', '12')]
    """
    delimiter = _delimiter(body, boundary)
    if delimiter is None:
        return ()
    pairs: list[tuple[str, str]] = []
    edges = [found.span() for found in delimiter.finditer(body)]
    edges.append((len(body), len(body)))
    for (_, start), (end, _) in pairwise(edges[: MAX_PAIRS + 1]):
        head, gap, value = _head_and_value(body[start:end])
        name = _disposition_name(head) if gap else None
        if name is not None:
            pairs.append((name, value))
    return pairs


def _delimiter(body: str, boundary: str | None) -> re.Pattern[str] | None:
    if not boundary or f"--{boundary}" not in body:
        first_line = body.lstrip().split("\n", 1)[0].rstrip("\r")
        if not first_line.startswith("--") or len(first_line) < 3:
            return None
        boundary = first_line[2:]
    return re.compile(r"(?:\A|\r?\n)--" + re.escape(boundary) + r"(?:--)?[ \t]*(?=\r?\n|\Z)")


def _head_and_value(part: str) -> tuple[str, str, str]:
    found = re.search(r"\r?\n\r?\n", part)
    if found is None:
        return part, "", ""
    return part[: found.start()], found[0], part[found.end() :]


def _disposition_name(head: str) -> str | None:
    found = re.search(r'(?i)content-disposition:[^\r\n]*?;[ \t]*name="((?:[^"\\\r\n]|\\.)*)"', head)
    if found is None:
        found = re.search(r"(?i)content-disposition:[^\r\n]*?;[ \t]*name=([^;\s]+)", head)
    if found is None:
        return None
    # Browsers escape quote, CR and LF of a name as %22, %0D and %0A, and nothing else.
    return found[1].replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n").replace('\\"', '"')


@lru_cache(maxsize=4096)
def _path_of_short_name(name: str) -> tuple[str, ...]:
    return path_of_name(name)


def path_of_name(name: str) -> tuple[str, ...]:
    """Split a bracketed name into its steps; a name that is not well bracketed is one step.

    >>> path_of_name("cd[contents][0]"), path_of_name("expv2[]"), path_of_name("a]b[")
    (('cd', 'contents', '0'), ('expv2', ''), ('a]b[',))
    """
    head, bracket, _ = name.partition("[")
    if not bracket or not head:
        return (name,)
    steps = _BRACKETED.findall(name)
    if len(steps) > _MAX_NESTING or head + "".join(f"[{step}]" for step in steps) != name:
        return (name,)
    return (head, *steps)


def nest(pairs: Iterable[tuple[str, str]]) -> tuple[Tree, tuple[str, ...]]:
    """Nest pairs by their bracketed names; the first value of a name wins.

    Returns the tree and the names that came again with another value.
    ``name[]`` counts up: each occurrence is a part of its own.

    >>> nest([("id", "1"), ("ud[em]", "a"), ("id", "2"), ("e[]", "x"), ("e[]", "y")])
    ({'id': '1', 'ud': {'em': 'a'}, 'e': {'0': 'x', '1': 'y'}}, ('id',))
    """
    tree: Tree = {}
    conflicts: dict[str, None] = {}
    for name, value in pairs:
        node, last = tree, name
        if "[" in name:
            *parents, last = _path_of_short_name(name) if len(name) <= _SHORT else path_of_name(name)
            for step in parents:
                child = node.get(step)
                if not isinstance(child, dict):
                    child = {} if child is None else {OWN: child}
                    node[step] = child
                node = child
            if parents and last == "":
                last = str(len(node))
        present = node.setdefault(last, value)
        if isinstance(present, dict):
            present = present.setdefault(OWN, value)
        if present != value:
            conflicts[name] = None
    return tree, tuple(conflicts)
