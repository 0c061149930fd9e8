"""Makes what the documentation takes from the program: help texts, tables and the picture of the demo.

Run it after a change of commands, rules, knowledge or limits: ``python docs/make.py``.
Owns the made parts of the pages, those between ``<!-- made: NAME -->`` and ``<!-- end -->``;
everything else is written by hand.  A test fails when a part is older than the program.
"""

import importlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

DOCS = Path(__file__).parent
WIDTH = 96
"""Columns of help texts."""

_PART = re.compile(r"(<!-- made: ([\w -]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def made(page: str) -> str:
    """Return a page with its made parts as the program has them now; raise KeyError for an unknown part."""

    def renewed(part: re.Match[str]) -> str:
        return f"{part[1]}{''.join(f'{line}\n' for line in _lines(part[2]))}{part[3]}"

    return _PART.sub(renewed, page)


def pages() -> list[Path]:
    """Return every page of the documentation, the front page first."""
    return [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))]


def _lines(name: str) -> Iterator[str]:
    if name.startswith("help "):
        return _help(name.removeprefix("help "))
    if name.startswith("words "):
        return _words(name.removeprefix("words "))
    if name.startswith("lists "):
        return _lists(name.removeprefix("lists "))
    if name in ("schemas", "statements") or name.startswith("keys "):
        return _schemas(name)
    if name.startswith(("channel", "coverage")):
        return _channels_and_coverage(name)
    return {
        "rules": _rules,
        "rule details": _rule_details,
        "families": _families,
        "classes": _classes,
        "names": _names,
        "forms": _forms,
        "events": _events,
        "owners": _owners,
        "settings": _settings,
        "signals": _signals,
        "limited-data-use": _limited_data_use,
        "uses": _uses,
        "advice": _advice,
        "limits": _limits,
        "policy checks": _policy_checks,
        "policy presets": _policy_presets,
        "addon options": _addon_options,
        "rooms": _rooms,
    }[name]()


# Commands ----------------------------------------------------------------------


def commands() -> dict[str, "click.Command"]:
    """Return every command by its words, the program itself as the empty text; groups too."""
    import click

    from pixelwitness.cli import cli

    found: dict[str, click.Command] = {"": cli}
    todo: list[tuple[str, click.Group]] = [("", cli)]
    while todo:
        words, group = todo.pop()
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            if command is None:
                continue
            path = f"{words} {name}".strip()
            found[path] = command
            if isinstance(command, click.Group):
                todo.append((path, command))
    return found


def _help(words: str) -> Iterator[str]:
    import click

    command = commands()["" if words == "pixelwitness" else words]
    name = words if words == "pixelwitness" else f"pixelwitness {words}"
    settings: dict[str, Any] = {"info_name": name, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, help_option_names=["-h", "--help"], **settings)
    yield "```text"
    yield from (line.rstrip() for line in command.get_help(context).splitlines())
    yield "```"


# Rules and knowledge -------------------------------------------------------------


def _table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


def _rules() -> Iterator[str]:
    from pixelwitness.rulebook.rules.rule_set import load_rules

    rules = sorted(load_rules().rules, key=lambda rule: (rule.gives != "event", rule.id))
    return _table(
        ("Rule", "Gives", "Channel", "How sure", "What it recognises"),
        ((f"[`{one.id}`](#{one.id})", one.gives, one.channel or "", str(one.confidence), one.title) for one in rules),
    )


def _rule_details() -> Iterator[str]:
    from pixelwitness.rulebook.rules.rule_set import load_rules

    for rule in sorted(load_rules().rules, key=lambda rule: rule.id):
        yield f"### {rule.id}"
        yield ""
        yield f"{rule.title}: {rule.gives}, {rule.confidence}, {rule.status}, version {rule.version}."
        yield from re.split(r"(?<=[.;]) (?=[A-Z])", " ".join(rule.description.split()))
        yield ""
        yield from (f"- <{address}>" for address in rule.references)
        yield ""


@cache
def _knowledge(file: str) -> Mapping[str, Any]:
    from importlib import resources

    from pixelwitness.rulebook.yaml import yaml_text

    value = yaml_text.read((resources.files("pixelwitness.rules") / "knowledge" / file).read_bytes()).value
    assert isinstance(value, dict)
    return value


def _code(names: Sequence[object]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _families() -> Iterator[str]:
    return _table(
        ("Families", "Hold", "How it got in"),
        ((_code(one["names"]), one["realm"], one["matching"]) for one in _knowledge("fields.yaml")["families"]),
    )


def _classes() -> Iterator[str]:
    from pixelwitness.meaning.names.subjects import about_of

    labels = _knowledge("fields.yaml")["classes"]
    return _table(
        ("Class", "In reports", "About"),
        ((f"`{name}`", label, str(about_of(name, ""))) for name, label in labels.items()),
    )


def _names() -> Iterator[str]:
    places = ("person", "custom", "context", "cookie", "url", "anywhere")

    def kept(entry: Mapping[str, Any]) -> str:
        if entry.get("secret"):
            return "never, in no mode"
        keep = entry.get("keep")
        return "no" if keep is None else f"as {keep}" if isinstance(keep, str) else f"one of {_code(keep)}"

    def rows() -> Iterator[Sequence[str]]:
        for entry in _knowledge("fields.yaml")["fields"]:
            told = "<br>".join(f"{place}: {_code(entry[place])}" for place in places if place in entry)
            yield f"`{entry['class']}`", told, kept(entry)

    return _table(("Class", "Names", "Value stored by default"), rows())


def _forms() -> Iterator[str]:
    from pixelwitness.meaning.text.forms import Form
    from pixelwitness.report.wording.labels import label_form

    return _table(("Form", "In reports"), ((f"`{form}`", label_form(form)) for form in Form))


def _events() -> Iterator[str]:
    return _table(
        ("Kind", "Names"), ((one["kind"], _code(one["names"])) for one in _knowledge("events.yaml")["events"])
    )


def _settings() -> Iterator[str]:
    return _table(
        ("Setting", "In reports", "Tells what it"),
        ((f"`{one['key']}`", one["label"], one["tells"]) for one in _knowledge("config.yaml")["settings"]),
    )


def _signals() -> Iterator[str]:
    return _table(
        ("Kind", "In reports", "Read of it"),
        ((f"`{one['kind']}`", one["label"], one["reads"]) for one in _knowledge("consent.yaml")["signals"]),
    )


def _limited_data_use() -> Iterator[str]:
    use = _knowledge("consent.yaml")["limited_data_use"]
    told = (("country", "dpoco", use["countries"]), ("state", "dpost", use["states"]))
    return _table(
        ("Code", "Sent as", "Means"),
        ((str(one["code"]), f"{what}, `{sent}`", one["name"]) for what, sent, codes in told for one in codes),
    )


def _owners() -> Iterator[str]:
    return _table(
        ("Service", "Sites"), ((one["name"], _code(one["sites"])) for one in _knowledge("owners.yaml")["owners"])
    )


# Channels and coverage --------------------------------------------------------------


def _channels_and_coverage(name: str) -> Iterator[str]:
    from docs import channels, peers

    if name.startswith("channel "):
        return channels.page(name.removeprefix("channel "))
    return {
        "channels": lambda: _table(("Channel", "What it is", "Rules"), channels.index()),
        "coverage": lambda: _table(("Row", "Feature", "What pixelwitness does", "Shown by"), peers.rows()),
        "coverage others": lambda: _table(*peers.others()),
        "coverage told": peers.told,
        "coverage sources": peers.sources,
    }[name]()


def _schemas(name: str) -> Iterator[str]:
    from docs import schemas

    if name == "schemas":
        return _table(("Schema", "Output"), schemas.index())
    if name == "statements":
        return schemas.kinds()
    return _table(("Key", "Holds"), schemas.keys(name.removeprefix("keys ")))


# Words and announced uses ----------------------------------------------------------


def _words(kind: str) -> Iterator[str]:
    from pixelwitness.rulebook.knowledge.explanations import load_explanations

    found = [one for one in load_explanations().words if one.kind == kind]
    return _table(
        ("Word", "Also called", "What it means", "Sources"),
        ((one.name, ", ".join(one.aliases), one.text, _numbered_sources(one.sources)) for one in found),
    )


def _numbered_sources(sources: Sequence[str]) -> str:
    return ", ".join(f"[{number}]({address})" for number, address in enumerate(sources, 1))


def _lists(kind: str) -> Iterator[str]:
    from pixelwitness.meaning.names.word_lists import shown_word
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

    for one in load_knowledge().word_lists:
        if one.kind == kind:
            yield f"- **{one.called}** (`{one.label}`): {', '.join(map(shown_word, one.words))}"


def _uses() -> Iterator[str]:
    from pixelwitness.meaning.names.announced_uses import introduction
    from pixelwitness.rulebook.knowledge.explanations import load_explanations

    for use in load_explanations().announced.uses:
        effective = f" In force from {use.effective} on." if use.effective else ""
        unsettled = f" Not settled: {'; '.join(use.conflicts)}." if use.conflicts else ""
        where = f" Where: {use.regions.told}."
        sources = _numbered_sources(use.sources)
        yield f"- `{use.id}`: {introduction(use)}: {use.claim}.{effective}{where}{unsettled} Sources: {sources}."


def _advice() -> Iterator[str]:
    from pixelwitness.rulebook.knowledge.explanations import load_explanations

    for one in load_explanations().announced.can_do:
        when = "; ".join(
            word
            for word in (f"since {one.since}" if one.since else "", f"until {one.until}" if one.until else "")
            if word
        )
        yield f"- {one.text}{f' ({when})' if when else ''}"


# Policies -----------------------------------------------------------------------


def _policy_checks() -> Iterator[str]:
    from pixelwitness.policy.config.checks import CHECKS

    return _table(("Check", "Finds", "Means"), ((f"`{name}`", one.title, one.help) for name, one in CHECKS.items()))


def _policy_presets() -> Iterator[str]:
    from pixelwitness.policy.config.checks import PRESETS

    return _table(
        ("Preset", "Says", "Asks"),
        (
            (f"`{name}`", one.help, ", ".join(f"`{check}` as {level}" for check, level in one.checks.items()))
            for name, one in PRESETS.items()
        ),
    )


# Limits --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Limit:
    what: str
    where: str
    """Module and name of the constant, below the package."""
    beyond: str
    unit: Callable[[float], str]


def _bytes(value: float) -> str:
    for size, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if value % size == 0:
            return f"{value / size:g} {name}"
    return f"{value:,.0f} bytes"


def _number(value: float) -> str:
    return f"{value:,.0f}"


_LIMITS = (
    _Limit("One body of a request", "core.wire.request:BODY_LIMIT", "body state `too_big`", _bytes),
    _Limit("Start of a body in which any-host rules search", "core.detect.screen:BODY_WINDOW", "not searched", _bytes),
    _Limit("Depth of JSON in a request", "core.wire.json_text:MAX_DEPTH", "left as text", _number),
    _Limit("Events in one request", "core.detect.extraction:MAX_ITEMS", "not looked at, told, incomplete", _number),
    _Limit(
        "Fields of one transmission", "core.detect.extraction:MAX_FIELDS", "not looked at, told, incomplete", _number
    ),
    _Limit("Parameters of one request", "core.wire.params:MAX_PAIRS", "not looked at, told, incomplete", _number),
    _Limit("Entries of one HAR", "sources.har.entry_list:MAX_ENTRIES", "recording incomplete", _number),
    _Limit(
        "One value in a HAR",
        "sources.har.text_window:MAX_VALUE",
        "its longest texts are cut, else unusable",
        _bytes,
    ),
    _Limit("Compressed input, expanded", "sources.files.archives:MAX_EXPANDED", "read up to there, incomplete", _bytes),
    _Limit(
        "Ratio of expanded to compressed",
        "sources.files.archives:MAX_RATIO",
        "read up to there, incomplete",
        lambda value: f"{value:.0f} to 1",
    ),
    _Limit(
        "Expanded bytes up to which the ratio is free", "sources.files.archives:RATIO_FLOOR", "the ratio counts", _bytes
    ),
    _Limit(
        "Members of a zip archive", "sources.files.archives:MAX_MEMBERS", "further ones are left out, and told", _number
    ),
    _Limit(
        "Copies joined by dedup id", "core.join.folding:WINDOW", "two events", lambda value: f"{value / 3600:.0f} hours"
    ),
    _Limit("Problems of one file told one by one", "cli.shared.scanning:MAX_PROBLEMS", "counted", _number),
    _Limit("Violations of one site told one by one", "report.check.check_text:MAX_SHOWN", "counted", _number),
    _Limit(
        "Entries of one recording told one by one by guard", "report.answers.guard_text:MAX_ENTRIES", "counted", _number
    ),
    _Limit("SARIF: results", "report.check.sarif:MAX_RESULTS", "left out, with a notification", _number),
    _Limit("GitHub: annotations, of errors and of warnings", "report.check.github:MAX_EACH", "counted", _number),
    _Limit("GitHub: summary of a step", "report.check.github_summary:MAX_BYTES", "rows are counted", _bytes),
    _Limit("A page of HTML", "report.html.page:SIZE", "less room for rows, down to the least", _bytes),
    _Limit("A page of HTML: sentences of all cards", "report.html.page_evidence:ROOM_SENTENCES", "counted", _number),
    _Limit("A page of HTML: events and contacts", "report.html.page_evidence:ROOM_EVENTS", "counted", _number),
    _Limit("A page of HTML: rows of what was sent", "report.html.page_evidence:ROOM_FIELDS", "counted", _number),
    _Limit("A page of HTML: findings", "report.html.page_evidence:ROOM_FINDINGS", "counted", _number),
    _Limit("A page of HTML: rows that a site has at least", "report.html.page_evidence:AT_LEAST", "", _number),
    _Limit("A page of HTML: recordings in full", "report.html.method:MAX_RECORDINGS", "counted", _number),
    _Limit("A rule file", "rulebook.yaml.yaml_text:MAX_BYTES", "refused", _bytes),
    _Limit("A policy or declaration", "policy.config.policy_file:MAX_BYTES", "refused", _bytes),
    _Limit("A baseline", "policy.baseline:MAX_BYTES", "refused", _bytes),
    _Limit(
        "Places that one violation of `check` names", "policy.violations.aggregation:MAX_PLACES", "counted", _number
    ),
    _Limit("Characters of one text read for topics", "meaning.names.word_lists:MAX_READ", "not looked at", _number),
    _Limit("Texts of one event read for topics", "meaning.hints.text_hints:MAX_TEXTS", "not looked at", _number),
    _Limit("One file of Meta's export", "sources.meta_export:MAX_BYTES", "not read, and told", _bytes),
    _Limit("Events of Meta's export", "sources.meta_export:MAX_LISTED", "left out, and told", _number),
    _Limit("Wait for another program's lock", "store.database:BUSY_SECONDS", "exit 2", lambda value: f"{value:.0f} s"),
    _Limit("A database copied before its schema changes", "store.upgrade:COPIED_UP_TO", "not copied, and told", _bytes),
    _Limit("Live: batches that wait for the store", "live.saving.writer:MOST_WAITING", "dropped, counted", _number),
    _Limit("Live: open requests", "live.hooks.live_session:MOST_OPEN", "the oldest answers are not looked at", _number),
    _Limit(
        "Live: names at which a client took the certificate",
        "live.hooks.tls_refusals:MOST_NAMES",
        "the oldest are let go: hanging up there counts as refusing",
        _number,
    ),
)


def _limits() -> Iterator[str]:
    def rows() -> Iterator[Sequence[str]]:
        for one in _LIMITS:
            module, _, name = one.where.partition(":")
            value = getattr(importlib.import_module(f"pixelwitness.{module}"), name)
            yield one.what, one.unit(value), one.beyond

    return _table(("Limit", "Value", "Beyond it"), rows())


def _addon_options() -> Iterator[str]:
    from pixelwitness.live.hooks.addon_options import OPTIONS, PREFIX

    def rows() -> Iterator[Sequence[str]]:
        for one in OPTIONS:
            choices = f" ({' or '.join(one.choices)})" if one.choices else ""
            yield f"`{PREFIX}{one.name}`", f"`{one.default}`" if one.default else "", one.help + choices

    return _table(("Option", "Default", "What it does"), rows())


def _rooms() -> Iterator[str]:
    from docs import house

    return _table(("Room", "What it holds"), house.signs())


def main() -> None:
    """Renew every page, the published schemas and the drawn pictures."""
    from docs import house, schemas

    for path in pages():
        text = path.read_text("utf-8")
        renewed = made(text)
        if renewed != text:
            path.write_text(renewed, "utf-8")
    schemas.FOLDER.mkdir(exist_ok=True)
    for path, text in schemas.files().items():
        path.write_text(text, "utf-8")
    house.PICTURE.write_text(house.as_svg(), "utf-8")
    subprocess.run([sys.executable, str(DOCS / "picture.py")], check=True)


if __name__ == "__main__":
    sys.path.insert(0, str(DOCS.parent))  # for the neighbours, which are imported as docs.…
    main()
