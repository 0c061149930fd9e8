"""The picture of the house: rooms, the folders and files in them, and which room uses which, read from the imports.

Owns the reading of imports, which the test of the architecture shares, and the drawing as
SVG, which loads nothing from anywhere.  Beside `make`, which writes the picture.
"""

import ast
import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "addon" / "pixelwitness"
PICTURE = Path(__file__).parent / "pictures" / "house.svg"

FLOORS: tuple[tuple[str, ...], ...] = (
    ("cli", "pytest_plugin"),
    ("live", "testing", "verify", "guard"),
    ("scan",),
    ("report",),
    ("policy", "store", "sources"),
    ("rulebook",),
    ("meaning",),
    ("core",),
)
"""The rooms from the roof down; a room uses rooms below it and none beside or above it."""

Edges = Mapping[str, frozenset[str]]
"""For each user the names of what it uses."""


# Reading ---------------------------------------------------------------------


@cache
def modules() -> Mapping[str, Path]:
    """Return the file of each module of the package, by its name without ``pixelwitness.``."""
    paths = sorted(PACKAGE.rglob("*.py"))
    named = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path for path in paths
    }
    del named["__init__"]
    return named


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> Sequence[str]:
    """Return every name that a file imports, in full; raise ValueError for a relative import."""
    found: list[str] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.level:
                raise ValueError(f"{path}:{node.lineno}: a relative import hides the direction")
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return found


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the modules of the package that a file imports, without ``pixelwitness.``."""
    for imported in imports(path):
        name = imported.removeprefix("pixelwitness.")
        if name != imported:
            yield name if name in modules() else name.rpartition(".")[0]


def room_of(module: str) -> str:
    """Return the room in which a module stands.

    >>> room_of("meaning.text.forms"), room_of("verify")
    ('meaning', 'verify')
    """
    return module.partition(".")[0]


def uses() -> Edges:
    """Return which room imports from which others."""
    rooms = [room for floor in FLOORS for room in floor]
    found: dict[str, set[str]] = {room: set() for room in rooms}
    for name, path in modules().items():
        if room_of(name) in found:
            found[room_of(name)] |= {room_of(module) for module in imported_modules(path)}
    return {room: frozenset(used & found.keys() - {room}) for room, used in found.items()}


def nearest(edges: Edges) -> Edges:
    """Leave out what is used only by way of what is drawn anyway.

    >>> drawn = nearest({"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()})
    >>> {user: sorted(used) for user, used in drawn.items()}
    {'a': ['b'], 'b': ['c'], 'c': []}
    """

    @cache
    def below(room: str) -> frozenset[str]:
        return edges[room].union(*(below(used) for used in edges[room]))

    return {room: used - frozenset().union(*(below(other) for other in used)) for room, used in edges.items()}


def folders(room: str) -> Mapping[str, list[str]]:
    """Return the files of a room by the folder in which they stand, its own files under the empty name.

    The folders come in the order in which they use each other, the highest first.
    """
    found: dict[str, list[str]] = {}
    used: dict[str, set[str]] = {}
    for name, path in modules().items():
        if room_of(name) != room or path.name == "__init__.py":
            continue
        folder = _folder(name)
        found.setdefault(folder, []).append(name.rpartition(".")[2])
        used.setdefault(folder, set()).update(
            _folder(module) for module in imported_modules(path) if room_of(module) == room
        )
    return {folder: found[folder] for folder in _highest_first(found, used)}


def signs() -> Iterator[Sequence[str]]:
    """Yield a row for each room and folder, from the roof down: its path, and the first sentence of its head."""
    for floor in FLOORS:
        for room in floor:
            for folder in ("", *(folder for folder in folders(room) if folder)):
                name = f"{room}.{folder}" if folder else room
                sentence = (ast.get_docstring(tree_of(modules()[name])) or "").partition("\n")[0]
                yield f"`{name.replace('.', '/')}{'/' if room in PACKAGES else '.py'}`", sentence


def _folder(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else ""


def _highest_first(names: Iterable[str], used: Mapping[str, set[str]]) -> list[str]:
    def depth(name: str) -> int:
        return max((1 + depth(other) for other in used[name] - {name} if other in used), default=0)

    return sorted(names, key=lambda name: (-depth(name), name))


PACKAGES = frozenset(folder.name for folder in PACKAGE.iterdir() if folder.is_dir())
"""The rooms that are folders; the others are one file."""


# Drawing ---------------------------------------------------------------------

_WIDTH = 1200
_MARGIN = 16
_GAP = 44
"""Height between floors, in which the arrows run."""
_HEAD = 26
_LINE = 17
_LETTER = 7.3
"""Width of a letter of the small text, on the careful side."""

_STYLE = """
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2933 }
.room { fill: #f4f6f8; stroke: #52606d }
.room-name { font-size: 15px; font-weight: bold }
.folder { fill: #ffffff; stroke: #9aa5b1 }
.folder-name { font-weight: bold }
.arrow { stroke: #52606d; fill: none; marker-end: url(#head) }
"""


def as_svg() -> str:
    """Return the picture."""
    parts: list[str] = []
    boxes: dict[str, tuple[float, float, float, float]] = {}
    top = float(_MARGIN)
    for floor in FLOORS:
        rooms = {room: folders(room) for room in floor}
        widths = _shares(rooms)
        height = max(_room_height(rooms[room], widths[room]) for room in floor)
        left = float(_MARGIN)
        for room in floor:
            boxes[room] = (left, top, widths[room], height)
            parts += _room(room, rooms[room], *boxes[room])
            left += widths[room] + _MARGIN
        top += height + _GAP
    arrows = [_arrow(boxes, user, used) for user, all_used in nearest(uses()).items() for used in sorted(all_used)]
    height = top - _GAP + _MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img">',
            "<title>The rooms of pixelwitness, from the commands down to the core, and which uses which</title>",
            f"<style>{_STYLE}</style>",
            '<defs><marker id="head" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">',
            '<path d="M0 0L8 4L0 8z" fill="#52606d"/></marker></defs>',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *arrows,  # behind the rooms: a line that passes a room does not enter it
            *parts,
            "</svg>\n",
        )
    )


def _shares(rooms: Mapping[str, Mapping[str, list[str]]]) -> dict[str, float]:
    """Share the width of a floor among its rooms: more to those that hold more."""
    weights = {room: 3 + sum(len(files) for files in held.values()) ** 0.7 for room, held in rooms.items()}
    room_for_all = _WIDTH - _MARGIN * (len(rooms) + 1)
    return {room: room_for_all * weight / sum(weights.values()) for room, weight in weights.items()}


def _columns(held: Mapping[str, list[str]], width: float) -> tuple[int, float]:
    count = max(1, min(len(held), int((width - _MARGIN) // 170)))
    return count, (width - _MARGIN) / count - _MARGIN


def _folder_lines(folder: str, files: list[str], width: float) -> list[str]:
    letters = int((width - 16) / _LETTER)
    lines: list[str] = []
    for file in files:
        if lines and len(lines[-1]) + len(file) + 2 <= letters:
            lines[-1] += f"  {file}"
        else:
            lines.append(file)
    return [folder + "/", *lines] if folder else lines


def _rows(held: Mapping[str, list[str]], width: float) -> list[list[tuple[str, list[str]]]]:
    count, column = _columns(held, width)
    drawn = [(folder, _folder_lines(folder, files, column)) for folder, files in held.items()]
    return [drawn[start : start + count] for start in range(0, len(drawn), count)]


def _room_height(held: Mapping[str, list[str]], width: float) -> float:
    return _HEAD + sum(_box_height(row) + 8 for row in _rows(held, width)) + 4


def _box_height(row: list[tuple[str, list[str]]]) -> float:
    return max(len(lines) for _, lines in row) * _LINE + 10


def _room(
    name: str, held: Mapping[str, list[str]], left: float, top: float, width: float, height: float
) -> Iterator[str]:
    yield _box("room", left, top, width, height)
    yield _text("room-name", left + 10, top + 19, f"{name}/" if name in PACKAGES else name)
    _, column = _columns(held, width)
    down = top + _HEAD
    for row in _rows(held, width):
        for place, (folder, lines) in enumerate(row):
            across = left + _MARGIN + place * (column + _MARGIN)
            if folder:
                yield _box("folder", across, down, column, _box_height(row))
            for number, line in enumerate(lines):
                style = "folder-name" if folder and number == 0 else "file"
                yield _text(style, across + 8, down + 18 + number * _LINE, line)
        down += _box_height(row) + 8


def _arrow(boxes: Mapping[str, tuple[float, float, float, float]], user: str, used: str) -> str:
    left, top, width, height = boxes[user]
    other_left, other_top, other_width, _ = boxes[used]
    # Straight down where the boxes stand above each other, else from middle to middle.
    overlap = max(left, other_left), min(left + width, other_left + other_width)
    start = end = sum(overlap) / 2
    if overlap[0] >= overlap[1]:
        start, end = left + width / 2, other_left + other_width / 2
    return f'<path class="arrow" d="M{start:.0f} {top + height:.0f}L{end:.0f} {other_top:.0f}"/>'


def _box(style: str, left: float, top: float, width: float, height: float) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return f'<rect class="{style}" x="{left:.0f}" y="{top:.0f}" {size} rx="4"/>'


def _text(style: str, left: float, base: float, text: str) -> str:
    return f'<text class="{style}" x="{left:.0f}" y="{base:.0f}" xml:space="preserve">{html.escape(text)}</text>'
