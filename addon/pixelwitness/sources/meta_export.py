"""Meta's export: the archive that a person downloads, and the activity of businesses that it lists.

Owns the shapes of its JSON (the older list of businesses, the records of 2026, Facebook's and
Instagram's), the repair of broken names, and the limits.  The archive is hostile until shown
otherwise: nothing is extracted, everything is bounded.  Must not know a store.
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pixelwitness.core.wire.exchange import Problem
from pixelwitness.core.wire.json_text import Json, NotJsonError, loads
from pixelwitness.meaning.hints.reconciliation import ListedEvent

MAX_BYTES = 64 << 20
"""Of one file, expanded."""
MAX_FILES = 100_000
"""Files of a folder or archive whose names are looked at."""
MAX_LISTED = 1_000_000
"""Events of one export."""
MAX_NAME = 300

_NAMES = ("off-facebook_activity", "off_facebook_activity", "off_meta_technologies", "off-meta_activity")
"""What the file's own name holds, whatever the folder is called in a language."""
_TIMES = range(946_684_800, 4_102_444_800)
"""POSIX seconds of the years 2000 to 2099."""


@dataclass(slots=True)
class Export:
    """What an export lists."""

    listed: list[ListedEvent] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """Names of the files that were read."""
    problems: list[Problem] = field(default_factory=list)


def read_export(path: Path) -> Export:
    """Read a zip archive, a folder or a JSON file; what is wrong with it becomes a `Problem`, never an exception.

    Raises `OSError` when the path cannot be opened at all.
    """
    export = Export()
    if path.is_dir():
        _read_folder(path, export)
    elif zipfile.is_zipfile(path):
        _read_zip(path, export)
    elif _is_html(path.name):
        _note_html(path.name, export)
    else:
        with path.open("rb") as file:
            _read_json(path.name, file.read(MAX_BYTES + 1), export)
    if not export.files and not export.problems:
        reason = "no list of activity off Meta was found in it; it is a file your_activity_off_meta_technologies.json"
        export.problems.append(Problem(path.name, reason))
    return export


def _read_folder(folder: Path, export: Export) -> None:
    number = 0
    for found in sorted(folder.rglob("*")):
        number += 1
        if number > MAX_FILES:
            export.problems.append(Problem(folder.name, f"more than {MAX_FILES} files; the rest is left out"))
            return
        if not _is_activity(found.name) or found.is_symlink() or not found.is_file():
            continue
        if _is_html(found.name):
            _note_html(found.name, export)
            continue
        with found.open("rb") as file:
            _read_json(found.name, file.read(MAX_BYTES + 1), export)


def _read_zip(path: Path, export: Export) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_FILES:
                export.problems.append(Problem(path.name, f"more than {MAX_FILES} files; the rest is left out"))
            for member in members[:MAX_FILES]:
                name = PurePosixPath(member.filename.replace("\\", "/")).name
                if not _is_activity(name) or member.is_dir():
                    continue
                if _is_html(name):
                    _note_html(name, export)
                elif member.flag_bits & 1:
                    export.problems.append(Problem(name, "is encrypted; unpack the archive and name the folder"))
                elif member.file_size > MAX_BYTES:
                    export.problems.append(Problem(name, f"is {member.file_size:,} bytes long; {MAX_BYTES:,} are read"))
                else:
                    with archive.open(member) as file:
                        _read_json(name, file.read(MAX_BYTES + 1), export)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        export.problems.append(
            Problem(path.name, f"the archive is damaged or of an unknown kind ({type(error).__name__})")
        )


def _is_activity(name: str) -> bool:
    plain = name.lower()
    return plain.endswith((".json", ".html", ".htm")) and any(part in plain for part in _NAMES)


def _is_html(name: str) -> bool:
    return name.lower().endswith((".html", ".htm"))


def _note_html(name: str, export: Export) -> None:
    if not any("HTML" in problem.what for problem in export.problems):
        reason = "is the HTML form of the export, which cannot be read yet; ask Meta for the JSON form"
        export.problems.append(Problem(name, reason))


def _read_json(name: str, data: bytes, export: Export) -> None:
    if len(data) > MAX_BYTES:
        export.problems.append(Problem(name, f"is longer than {MAX_BYTES:,} bytes, which are read at most"))
        return
    try:
        value = loads(data)
    except (NotJsonError, RecursionError, ValueError):
        export.problems.append(Problem(name, "is not JSON, or nests too deep"))
        return
    known = False
    for business, events in _find_businesses(value):
        known = True
        for event in events:
            if len(export.listed) >= MAX_LISTED:
                export.problems.append(Problem(name, f"lists more than {MAX_LISTED:,} events; the rest is left out"))
                return
            listed = _decode_event(business, event)
            if listed is not None:
                export.listed.append(listed)
    if known or _is_empty(value):
        export.files.append(name)
    else:
        export.problems.append(Problem(name, "holds no list of businesses in a shape that is known"))


def _is_empty(value: Json) -> bool:
    return value == [] or (isinstance(value, dict) and [*value.values()] == [[]])


def _find_businesses(value: Json) -> Iterator[tuple[str, list[Json]]]:
    """Yield (name, events) of each business, in either shape."""
    records = value
    if isinstance(value, dict):
        # The older list stands under off_facebook_activity_v2; the number has changed before.
        records = next((values for values in value.values() if isinstance(values, list)), None)
    for record in records if isinstance(records, list) else ():
        if not isinstance(record, dict):
            continue
        name, events = record.get("name"), record.get("events")
        if isinstance(name, str) and isinstance(events, list):
            yield repair_latin1(name)[:MAX_NAME], events
            continue
        title, values = record.get("title"), record.get("label_values")
        if isinstance(title, str) and isinstance(values, list):
            yield repair_latin1(title)[:MAX_NAME], [*_events_of_labels(values)]


def _events_of_labels(values: list[Json]) -> Iterator[Json]:
    """Yield the events of a record of 2026, whose labels are in the account's language."""
    for value in values:
        vec = value.get("vec") if isinstance(value, dict) else None
        for row in vec if isinstance(vec, list) else ():
            cells = row.get("dict") if isinstance(row, dict) else None
            if isinstance(cells, list):
                yield _event_of_cells(cells)


def _event_of_cells(cells: list[Json]) -> Json:
    event: dict[str, Json] = {}
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        value, time = cell.get("value"), cell.get("timestamp_value")
        if time is not None:
            event.setdefault("timestamp", time)
        elif isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
            event.setdefault("id", value)
        elif isinstance(value, str):
            event.setdefault("type", value)
    return event


def _decode_event(business: str, event: Json) -> ListedEvent | None:
    if not isinstance(event, dict):
        return None
    kind, number, time = event.get("type"), event.get("id"), event.get("timestamp")
    if not isinstance(kind, str) or not kind.strip():
        return None
    is_number = isinstance(number, str | int) and not isinstance(number, bool)
    return ListedEvent(
        business, repair_latin1(kind)[:100], str(number)[:40] if is_number else None, _parse_seconds(time)
    )


def _parse_seconds(time: Json) -> float | None:
    if isinstance(time, str) and time.isdigit() and len(time) < 16:
        time = int(time)
    if isinstance(time, bool) or not isinstance(time, int | float):
        return None
    for seconds in (time, time / 1000):
        if _TIMES.start <= seconds < _TIMES.stop:
            return float(seconds)
    return None


def repair_latin1(text: str) -> str:
    r"""Return a text whose UTF-8 was read as Latin-1 as it was meant; any other as it is.

    >>> repair_latin1("Caf\u00c3\u00a9 M\u00c3\u00bcller"), repair_latin1("Caf\u00e9"), repair_latin1("\u5e97")
    ('Caf\xe9 M\xfcller', 'Caf\xe9', '\u5e97')
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
