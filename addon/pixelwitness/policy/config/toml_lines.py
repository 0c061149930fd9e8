"""Lines of a TOML file: where a key stands, which the parser does not report.

Owns a plain search for heads and keys, good for messages only: of a file that says the same
in an uncommon way (dotted keys, tables in one line) it finds the line of what is around.
"""

import re
from collections.abc import Sequence

type TomlPath = tuple[str | int, ...]

_HEAD = re.compile(r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)\s*=""")
_STEP = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)\s*""")


def find_line(text: str, place: Sequence[str | int]) -> int:
    r"""Return the 1-based line of a place, else that of the nearest table around it, else 1.

    >>> find_line('a = 1\n[[site]]\n[[site]]\nmatch = "*"\n[site.allow]\ndata = []\n', ("site", 1, "allow", "data", 0))
    6
    >>> find_line("a = 1\n", ("b",))
    1
    """
    best, depth = 1, 0
    wanted = tuple(place)
    here: TomlPath = ()
    counts: dict[TomlPath, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.fullmatch(line)
        key = None if head else _KEY.match(line)
        if head:
            here = found = _table_path(head[2], counts, is_array=head[1] == "[[")
        elif key:
            found = (*here, _plain(key[1]))
        else:
            continue
        if len(found) > depth and wanted[: len(found)] == found:
            best, depth = number, len(found)
    return best


def _table_path(head: str, counts: dict[TomlPath, int], *, is_array: bool) -> TomlPath:
    """Return the place that a table's head opens: the last table of each array on the way."""
    steps = [_plain(step) for step in _STEP.findall(head)]
    here: TomlPath = ()
    for number, step in enumerate(steps, 1):
        here = (*here, step)
        if is_array and number == len(steps):
            counts[here] = counts.get(here, -1) + 1
        if here in counts:
            here = (*here, counts[here])
    return here


def _plain(step: str) -> str:
    return step[1:-1] if step[:1] in ("'", '"') else step
