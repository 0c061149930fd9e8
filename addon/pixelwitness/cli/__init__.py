"""The command line.

Owns the list of commands and how one ends: which exit code it has, and
that the last line on stderr says what a code other than 0 means.  A command's own
module is imported when it is called, and what is heavy inside it, so that
``--version`` and small scans start at once.
"""

from importlib import import_module

import click

from pixelwitness import __version__
from pixelwitness.cli.shared.failures import report_exit, report_failure
from pixelwitness.cli.shared.streams import prepare_streams

_COMMANDS = {
    "scan": ("scan", "Scan recordings into a database and sum up what sites told Meta."),
    "live": ("live", "Start a proxy that witnesses your own traffic as it happens."),
    "report": ("report", "Show what a database holds."),
    "profile": ("profile", "Show what could be inferred about this browser."),
    "reconcile": ("reconcile", "Compare what Meta's export lists with what was seen."),
    "explain": ("explain", "Explain a name: an event, a field, a cookie, a rule …"),
    "check": ("check", "Fail when anything was told to Meta: for tests and CI."),
    "guard": ("guard", "Keep recordings that hold sessions out of git."),
    "find": ("find", "Ask for an e-mail or phone, and say which sites sent it."),
    "rules": ("rules", "List, show and test the rules."),
    "diff": ("diff", "Show what differs between two recordings or databases."),
    "export": ("export", "Write a redacted copy of a database, for sharing."),
    "merge": ("merge", "Bring the recordings of several databases into one."),
    "verify": ("verify", "Scan the sources of a database again and compare."),
    "doctor": ("doctor", "Check that everything that is needed is there."),
    "demo": ("demo", "Show a story told by invented traffic."),
    "addon-path": ("live", "Print the path of the addon, for mitmdump -s."),
}
"""Command to its module here and its short help, so that ``--help`` imports none of them."""


_PREFIX = "PIXELWITNESS"


class _Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"pixelwitness.cli.{_COMMANDS[cmd_name][0]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is no command")
        # An option has one variable, PIXELWITNESS_DB, whatever the command.
        command.context_settings.setdefault("auto_envvar_prefix", _PREFIX)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name.lower(), _COMMANDS, n=1)
            right = f"did you mean {near[0]!r}?" if near else "--help lists the commands"
            ctx.fail(f"there is no command {name!r}; {right}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])


@click.group(
    cls=_Commands,
    name="pixelwitness",
    epilog=(
        "Every option of a command can be set by a variable of the environment, too: PIXELWITNESS_ and its name, as "
        "PIXELWITNESS_DB for --db or PIXELWITNESS_KEEP_VALUES=1 for --keep-values.\n\n"
        "Exit codes: 0 clean, 1 violations, 2 could not run, 3 nothing to scan, 4 incomplete, 130 interrupted."
    ),
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": _PREFIX},
)
@click.version_option(__version__, "-V", "--version", prog_name="pixelwitness", message="%(prog)s %(version)s")
def cli() -> None:
    """Show which site told Meta what about you, from recordings and live traffic."""


def main() -> int:
    """Run the command line and return the exit code of the process."""
    prepare_streams()
    try:
        code = cli.main(prog_name="pixelwitness", standalone_mode=False)
    except BaseException as error:
        code = report_failure(error)
    return report_exit(code)
