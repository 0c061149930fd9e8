"""What a runner of GitHub Actions reads in a log: its two ways of writing commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NEW = re.compile(r"\s*::(?P<name>[^: ]+)(?: (?P<properties>(?:(?!::).)*))?::(?P<data>.*)", re.DOTALL)
_OLD = re.compile(r"##\[(?P<name>[^\] ]+)")
_UNESCAPED = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_KNOWN = frozenset(
    (
        *("error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-matcher", "remove-matcher"),
        *("add-path", "set-env", "set-output", "save-state", "echo", "stop-commands", "internal-set-repo-path"),
    )
)


@dataclass(frozen=True, slots=True)
class Read:
    """A command as the runner takes it."""

    name: str
    data: str = ""
    properties: dict[str, str] = field(default_factory=dict)


def commands_in(log: str) -> Iterator[Read]:
    """Yield every command of a log; the runner takes all of these for the end of a line."""
    for line in re.split("\r\n|[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]", log):
        new = _NEW.fullmatch(line)
        if new is not None and new["name"].lower() in _KNOWN:
            pairs = (pair.split("=", 1) for pair in (new["properties"] or "").strip().split(",") if "=" in pair)
            yield Read(
                new["name"], _unescaped(new["data"], data=True), {key: _unescaped(value) for key, value in pairs}
            )
        elif old := _OLD.search(line):
            yield Read(old["name"])


def _unescaped(text: str, *, data: bool = False) -> str:
    for escape, meant in _UNESCAPED:
        if not (data and meant in ":,"):
            text = text.replace(escape, meant)
    return text
