"""What the tests of the documentation read out of its pages: blocks, links, headings, tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"<!-- file: (\S+) -->\n\Z")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is said to be, its text."""

    language: str
    file: str | None
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _FENCE.finditer(text):
        before = text[: found.start()]
        file = _FILE.search(before)
        yield Block(found[1], file[1] if file else None, found[2], before.count("\n") + 1)


def hunks(block: Block) -> Iterator[tuple[str, str, str]]:
    """Yield what a block of ``diff`` changes: the file, the lines as they are, the lines as they become."""
    file = ""
    for line in block.text.splitlines(keepends=True):
        if line.startswith("+++ b/"):
            file = line.removeprefix("+++ b/").strip()
    for hunk in re.split(r"^@@.*\n", block.text, flags=re.MULTILINE)[1:]:
        lines = [line if line.strip() else f" {line.lstrip(' ')}" for line in hunk.splitlines(keepends=True)]
        before, after = ("".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
        yield file, before, after


def change(folder: Path, block: Block) -> None:
    """Change files as a block of ``diff`` says; fail where the lines that it names do not stand there once."""
    for file, before, after in hunks(block):
        text = (folder / file).read_text("utf-8")
        assert text.count(before) == 1, f"line {block.line}: {file} holds {text.count(before)} times:\n{before}"
        (folder / file).write_text(text.replace(before, after), "utf-8")


@dataclass(frozen=True)
class Command:
    """A command of a console block and the lines it should print, ``…`` standing for anything."""

    text: str
    expected: tuple[str, ...]


def session(block: Block) -> list[Command]:
    found: list[tuple[list[str], list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0].append(line[2:])
        else:
            found[-1][1].append(line)
    return [Command("\n".join(text), tuple(expected)) for text, expected in found]


def fits(expected: tuple[str, ...], printed: str) -> bool:
    """Say whether output is what was expected: whole lines, in order; a line of … is any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"[ ]*\n" for line in expected
    )
    return re.fullmatch(pattern, printed if not printed or printed.endswith("\n") else printed + "\n") is not None


def prose(page: Path) -> str:
    """Return a page without its fenced blocks, code spans kept."""
    return _FENCE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(page)))


def tables(page: Path) -> dict[str, list[list[str]]]:
    """Return the rows of each table by the heading above it, head rows left out."""
    found: dict[str, list[list[str]]] = {}
    heading, rows = "", 0
    for line in prose(page).splitlines():
        if head := re.match(r"#+ (.+)", line):
            heading = head[1]
        if not line.startswith("|"):
            rows = 0
            continue
        rows += 1
        if rows > 2:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            found.setdefault(heading, []).append(cells)
    return found


def first_words(page: Path, heading: str) -> list[str]:
    """Return the first column of the table under a heading, without the signs for code and links."""
    return [re.sub(r"`|(?<!\[)\](?=\()|^\[", "", row[0]) for row in tables(page)[heading]]
