"""The addon's options: declared to mitmproxy, checked, turned into settings.

Owns names, defaults and what makes a value wrong.  All are text on mitmproxy's
side: a wrong value of a typed option silently keeps an addon from running, a
wrong text is refused here with a message.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from mitmproxy.addonmanager import Loader
from mitmproxy.exceptions import OptionsError
from mitmproxy.options import Options

from pixelwitness.live.hooks.block import Block
from pixelwitness.report.wording.safe_text import listed

PREFIX = "pixelwitness_"

type OnError = Literal["continue", "stop"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its name without the prefix, its default, what it may be, what it does."""

    name: str
    default: str
    help: str
    choices: tuple[str, ...] = ()


OPTIONS = (
    Option("db", "pixelwitness.sqlite", "The database that takes what is found; it is made when it is not there."),
    Option("key", "", "The file of the key under which values become tokens; by default it lies beside the database."),
    Option("rules", "", "Folders with rules of your own beside the built-in ones, separated by commas."),
    Option(
        "keep_values",
        "no",
        "Store the values of fields, too (never tokens, sessions or the like). For traffic of your own only.",
        ("no", "yes"),
    ),
    Option(
        "block",
        "off",
        "What does not leave for Meta and is answered here with 204: requests with events, or with the library and"
        " other contacts, too; checks of the login only when they are named.",
        get_args(Block.__value__),
    ),
    Option(
        "persona", "", "A TOML file that names the identity you invented for the test; wherever it goes, it is found."
    ),
    Option(
        "on_error",
        "continue",
        "What a fault of pixelwitness means for the proxy: go on browsing, or stop the proxy.",
        ("continue", "stop"),
    ),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one session, checked."""

    db: Path
    key: Path | None = None
    rules: tuple[Path, ...] = ()
    keep_values: bool = False
    persona: Path | None = None
    block: Block = "off"
    on_error: OnError = "continue"


def declare_options(loader: Loader) -> None:
    """Declare every option to mitmproxy."""
    for option in OPTIONS:
        choices: Sequence[str] | None = option.choices or None
        loader.add_option(PREFIX + option.name, str, option.default, option.help, choices)


def find_misstated(options: Options) -> list[str]:
    """Return what mitmproxy would keep silent about: mistyped names of ours, and values given twice.

    An error of the first kind it never notices, one of the second keeps a script from running without a word.
    """
    known = {PREFIX + option.name for option in OPTIONS}
    right = f"use one of {', '.join(sorted(known))}"
    waiting: Mapping[str, object] = options.deferred
    unknown = [f"{name}: there is no such option; {right}" for name in waiting if _is_mistyped(name, known)]
    twice = [
        f"{name}: it is given {len(values)} times; give it once"
        for name, stated in waiting.items()
        if name in known and len(values := getattr(stated, "val", ())) > 1
    ]
    return unknown + twice


def _is_mistyped(name: str, known: Collection[str]) -> bool:
    return name not in known and name.replace("-", "_").startswith(PREFIX.rstrip("_"))


def read_settings(options: Options) -> Settings:
    """Return the settings that mitmproxy's options state.

    Raises `OptionsError` naming the option, what was found and what would be right.
    """
    stated = {option.name: cast("str", getattr(options, PREFIX + option.name)) for option in OPTIONS}
    settings = check_settings(stated)
    if settings.block != "off" and options.stream_large_bodies:
        found = f"it is {settings.block!r} while stream_large_bodies lets bodies pass before they can be judged"
        raise _wrong_option("block", found, "unset one of the two")
    return settings


def saves_flows_as_they_end(options: Options) -> bool:
    """Say whether mitmproxy writes each flow to a file when it ends, with the marks that it has by then."""
    return bool(getattr(options, "save_stream_file", None))


def check_settings(stated: Mapping[str, str]) -> Settings:
    """Return settings made of texts by option name; raises `OptionsError`."""
    for option in OPTIONS:
        found = stated[option.name]
        if option.choices and found not in option.choices:
            raise _wrong_option(option.name, f"{found!r} is none of its values", f"use {listed(option.choices, 'or')}")
    database = stated["db"].strip()
    if not database:
        raise _wrong_option("db", "no file is named", "name a database, e.g. pixelwitness.sqlite")
    rules = tuple(_path(name) for name in stated["rules"].split(",") if name.strip())
    for folder in rules:
        if not folder.exists():
            raise _wrong_option("rules", f"there is no {str(folder)!r}", "name a folder of rule files")
    return Settings(
        db=_path(database),
        key=_path(stated["key"]) if stated["key"].strip() else None,
        rules=rules,
        keep_values=stated["keep_values"] == "yes",
        persona=_persona(stated["persona"]),
        block=cast("Block", stated["block"]),
        on_error=cast("OnError", stated["on_error"]),
    )


def _persona(stated: str) -> Path | None:
    if not stated.strip():
        return None
    file = _path(stated)
    if not file.is_file():
        raise _wrong_option("persona", f"there is no file {str(file)!r}", "name a persona file, e.g. persona.toml")
    return file


def _path(text: str) -> Path:
    return Path(text.strip()).expanduser()


def options_error(text: str) -> OptionsError:
    """Return mitmproxy's own error for options: raised early it ends the start with this text."""
    return OptionsError(text)  # type: ignore[no-untyped-call]  # mitmproxy leaves it untyped


def _wrong_option(name: str, found: str, right: str) -> OptionsError:
    return options_error(f"{PREFIX}{name}: {found}; {right}")
