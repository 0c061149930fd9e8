"""Whether two commits give the same outputs, byte by byte: ``make same BASE=<commit>``.

Calls every command of both trees over the bundled recording, ``../shared/recordings`` and
``../shared/wire`` (those two where they are there), in every format that the command line
offers, and compares what they print, the files they write, their exit codes and all rows of
the databases.  A command or format that one side alone has is told.  Prints the counts of
what is the same and a short diff of what is not; ends with 1 when anything differs.

    python -m bench.same --base COMMIT [--head COMMIT] [--quick] [--only CORPUS]… [--fresh] [--lines 12]

Without ``--head`` the working tree is the head.  Both trees run under this interpreter with
its third-party packages, each with its own ``rules``.  What a tree gave is kept in
``$XDG_CACHE_HOME/pixelwitness-same``, by the content of the tree, the recordings and these
scripts, so that a base is computed once; remove that folder whenever you like.

Left out of the comparison:
  tool_version     a new version is no other output; set to ``VERSION`` before anything is imported
  rules_sha256, knowledge_sha256   change with every word in `rules/`; not in dumps, elsewhere by their exact values
  user_version     of the database: told by no output, and not dumped
  SCAN             of stored options and recordings (``scan``): says of which making the rows are, not what they hold
  the folders      of a tree and its run: temporary ones; wherever they are printed they become ``TREE`` and ``RUN``
Made equal for both: the key that ``export --redacted`` throws away, the day, time zone, language and width of the
terminal.  Rows are sorted, so that the order of storing is no difference.  Of ``live``, ``doctor`` and ``addon-path``
only the help is compared, and ``rules``, ``explain`` and the words they are asked for are those of the base.
"""

import argparse
import difflib
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copyfile, copytree

from bench import same_inputs
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PARTS_OF_A_TREE = ("addon", "rules", "pyproject.toml")
CORPORA = ("program", "demo", "bundled", "wire", "recordings")
_SHARED = ("wire", "recordings")
UNCOVERED = "no case in bench/same_outputs.py"
SHOWN = 40
"""Differences over a corpus that are shown; of further ones the cases are named."""
_WIDTH = 240
"""Characters of a line of a diff."""
_CONTEXT = 1

type Index = Mapping[str, Mapping[str, str]]
"""Case to its parts, each by the hash of its content."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is compared, and where results lie."""

    cache: Path
    shared: Path
    quick: bool
    fresh: bool


# Trees -----------------------------------------------------------------------------


def export_tree(commit: str | None, folder: Path) -> None:
    """Write the parts of a commit that run, those of the working tree where there is no commit."""
    if commit is not None:
        archive = subprocess.run(
            ["git", "-C", str(ROOT), "archive", commit, *PARTS_OF_A_TREE], check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        return
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PARTS_OF_A_TREE]
    for name in subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copyfile(ROOT / name, folder / name)


def site_of(tree: Path) -> Path:
    """Return a folder with a tree's packages where its own pyproject says that they belong, as in a wheel."""
    site = tree.with_name(f"{tree.name}-site")
    if not site.exists():
        project = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))
        places = project["tool"]["setuptools"]["package-dir"]
        for package in sorted(places):
            copytree(tree / places[package], site.joinpath(*package.split(".")), dirs_exist_ok=True)
    return site


def digest_of(*folders: Path) -> str:
    """Return a hash of all files below some folders, or of single files: names and contents."""
    digest = sha256()
    for folder in folders:
        for file in [folder] if folder.is_file() else sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(folder)).encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def names_of(tree: Path) -> dict[str, list[str]]:
    """Return the ids of a tree's rules, and every name in its rules and knowledge that might be explained."""
    rules = sorted(file.stem for file in (tree / "rules" / "detect").glob("*.yaml"))
    words = set(rules)
    for file in sorted((tree / "rules" / "knowledge").glob("*.yaml")):
        words.update(_names(YAML(typ="safe").load(file)))
    return {"rules": rules, "words": sorted(words)}


_NAMING = frozenset(("name", "names", "aliases", "label", "called", "id", "key", "fields"))


def _names(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _NAMING:
                yield from (text for text in _texts(value) if 0 < len(text) <= 40 and not text.startswith("-"))
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, list):
        yield from (text for text in value if isinstance(text, str))


# Outputs ---------------------------------------------------------------------------


def outputs_of(tree: Path, names: Mapping[str, list[str]], corpus: str, settings: Settings) -> Index:
    """Return what a tree gives over a corpus, from the cache where it was run before."""
    scripts = [Path(__file__).with_name(f"{name}.py") for name in ("same", "same_inputs", "same_outputs")]
    packages = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    about = [digest_of(tree), digest_of(*scripts), corpus, settings.quick, sys.version, packages]
    if corpus == "program":
        about.append(names)
    elif corpus == "bundled":
        about.append(digest_of(same_inputs.RECORDED))
    elif corpus in _SHARED:
        about.append(digest_of(settings.shared / corpus))
    kept = settings.cache / "indexes" / f"{sha256(json.dumps(about).encode()).hexdigest()}.json"
    if kept.exists() and not settings.fresh:
        return json.loads(kept.read_bytes())  # type: ignore[no-any-return]  # written below
    for folder in (settings.cache / "blobs", kept.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="same-") as temporary:
        # Outputs wrap their lines by the length of paths: all runs have one of the same length.
        run = Path(temporary).resolve()
        for name in ("tmp", ".git", "home"):
            (run / name).mkdir()
        same_inputs.write_files(run)
        (run / "names.json").write_text(json.dumps(names), encoding="utf-8")
        if corpus not in ("program", "demo"):
            bundled = next((ROOT / "addon").rglob("story.har"))
            same_inputs.write_recordings(corpus, run, bundled, settings.shared, quick=settings.quick)
        print(f"same: running the {tree.name} over {corpus}", file=sys.stderr, flush=True)
        _run(run, site_of(tree), corpus, settings)
        draft = kept.with_name(f"{kept.name}.{os.getpid()}")
        copyfile(run / "index.json", draft)
    draft.replace(kept)
    return json.loads(kept.read_bytes())  # type: ignore[no-any-return]  # written by same_outputs


def _run(run: Path, site: Path, corpus: str, settings: Settings) -> None:
    """Start the process that calls a tree's commands."""
    # Without `site` no editable installation gets in before the tree.
    path = [site, sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), ROOT]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "HOME": str(run / "home"),
        "TMPDIR": str(run / "tmp"),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": "xterm",
        "COLUMNS": "100",
        "LINES": "50",
        "SOURCE_DATE_EPOCH": "1796000000",
        "GITHUB_STEP_SUMMARY": "summary.md",
    }
    if "PYTHONHASHSEED" in os.environ:
        environment["PYTHONHASHSEED"] = os.environ["PYTHONHASHSEED"]
    command = [sys.executable, "-S", "-P", "-m", "bench.same_outputs", corpus, str(settings.cache)]
    if settings.quick:
        command.append("quick")
    subprocess.run(command, cwd=run, env=environment, check=True)


# Comparing -------------------------------------------------------------------------


def compare(base: Index, head: Index, content: Callable[[str], bytes], lines: int) -> Iterator[tuple[str, list[str]]]:
    """Yield (case, lines that say what differs) of each case of either side; none where nothing does."""
    for case in dict.fromkeys((*base, *head)):
        if case not in base or case not in head:
            yield case, [f"only in {'head' if case in head else 'base'}"]
            continue
        differences: list[str] = []
        for part in dict.fromkeys((*base[case], *head[case])):
            sides = base[case].get(part), head[case].get(part)
            if sides[0] == sides[1]:
                continue
            if sides[0] is None or sides[1] is None:
                differences.append(f"{part}: only in {'base' if sides[1] is None else 'head'}")
            else:
                differences += _differing(part, content(sides[0]), content(sides[1]), lines)
        yield case, differences


def _differing(part: str, base: bytes, head: bytes, lines: int) -> Iterator[str]:
    if part.endswith(".rows"):
        base, head, notes = _same_columns(base, head)
        yield from (f"{part}: {note}" for note in notes)
        if base == head:
            return
    before, after = _readable(base), _readable(head)
    if before == after:  # they differ in what made them readable
        before, after = base.decode("utf-8", "replace").splitlines(), head.decode("utf-8", "replace").splitlines()
    found = list(difflib.unified_diff(before, after, f"base {part}", f"head {part}", n=_CONTEXT, lineterm=""))
    yield from (_cut(line) for line in found[: lines + 2])
    if len(found) > lines + 2:
        yield f"… and {len(found) - lines - 2} further lines of the diff"
    if not found:
        yield f"{part}: bytes differ"


def _same_columns(base: bytes, head: bytes) -> tuple[bytes, bytes, list[str]]:
    """Return rows without the columns that one side alone has, and what these are."""
    sides = [[json.loads(line) for line in side.splitlines()] for side in (base, head)]
    names: list[list[str]] = [list(rows[0]) if rows else [] for rows in sides]
    if not all(sides) or names[0] == names[1]:
        return base, head, []
    notes = [
        f"columns only in {side}: {', '.join(name for name in own if name not in other)}"
        for side, own, other in (("base", *names), ("head", *reversed(names)))
        if set(own) - set(other)
    ]
    both = [name for name in names[0] if name in names[1]]
    plain = ["\n".join(sorted(json.dumps([row[name] for name in both]) for row in rows)).encode() for rows in sides]
    return plain[0], plain[1], notes or ["the order of columns differs"]


def _readable(data: bytes) -> list[str]:
    """Return lines that a diff can tell apart: JSON by its members, other long lines by their tags."""
    text = data.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False).splitlines()
    except ValueError:
        lines = text.splitlines()
    if any(len(line) > 4 * _WIDTH for line in lines):
        return text.replace("><", ">\n<").replace(", ", ",\n").splitlines()
    return lines


def _cut(line: str) -> str:
    line = line.encode("unicode_escape").decode() if not line.isprintable() else line
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}… ({len(line)} characters)"


def show(corpus: str, compared: Iterable[tuple[str, list[str]]]) -> int:
    """Print what was compared over a corpus, equal differences once; return how many cases differ."""
    same: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    cases_of: dict[tuple[str, ...], list[str]] = {}
    for case, differences in compared:
        if case.startswith(UNCOVERED):
            print(f"{corpus}: {case}")
        command = case.partition(" ")[0]
        (differing if differences else same)[command] += 1
        if differences:
            cases_of.setdefault(tuple(differences), []).append(case)
    for command in dict.fromkeys((*same, *differing)):
        differ = f", {differing[command]} differ" if differing[command] else ""
        print(f"{corpus}: {command}: {same[command]} same{differ}")
    for lines, cases in list(cases_of.items())[:SHOWN]:
        print()
        print("\n".join(f"{corpus}: {_cut(case)}" for case in cases))
        print("\n".join(f"  {line}" for line in lines))
    further = [case for cases in list(cases_of.values())[SHOWN:] for case in cases]
    if further:
        print(f"\n{corpus}: {len(further)} further cases differ:")
        print("\n".join(f"  {_cut(case)}" for case in further))
    sys.stdout.flush()
    return differing.total()


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.same", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--base", required=True, metavar="COMMIT")
    parser.add_argument("--head", metavar="COMMIT", help="by default the working tree")
    parser.add_argument(
        "--quick", action="store_true", help=f"{same_inputs.QUICK_RECORDINGS} recordings, fewer words and forms"
    )
    parser.add_argument("--only", action="append", choices=CORPORA, help="this corpus; may be given again")
    parser.add_argument("--fresh", action="store_true", help="run both trees, whatever the cache holds")
    parser.add_argument("--lines", type=int, default=12, help="lines of the diff of an output")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the folder of recordings and wire")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    asked = _arguments(words)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    settings = Settings(home / "pixelwitness-same", asked.shared.resolve(), asked.quick, asked.fresh)
    differ = 0

    def content(digest: str) -> bytes:
        return zlib.decompress((settings.cache / "blobs" / digest).read_bytes())

    with tempfile.TemporaryDirectory(prefix="same-trees-") as folder:
        trees = [Path(folder, side) for side in ("base", "head")]
        for tree, commit in zip(trees, (asked.base, asked.head), strict=True):
            tree.mkdir()
            export_tree(commit, tree)
        names = names_of(trees[0])
        for corpus in asked.only or CORPORA:
            if corpus in _SHARED and not (settings.shared / corpus).is_dir():
                print(f"{corpus}: left out, as there is no {settings.shared / corpus}")
                continue
            base, head = (outputs_of(tree, names, corpus, settings) for tree in trees)
            differ += show(corpus, compare(base, head, content, asked.lines))
    print(f"\n{differ} cases differ" if differ else "\nthe same")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
