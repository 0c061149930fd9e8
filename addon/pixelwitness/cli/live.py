"""``live`` and ``addon-path``: the way to the proxy."""

from pathlib import Path

import click

from pixelwitness.cli.shared.options import db_option, keep_option, key_option, rules_option
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode


@click.command()
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[URL] [-- ARGUMENTS OF MITMPROXY…]")
@db_option
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8080,
    show_default=True,
    help="The port of this machine on which the proxy listens.",
)
@rules_option
@keep_option
@key_option
@click.option(
    "--ui",
    type=click.Choice(["dump", "console", "web"]),
    default="dump",
    show_default=True,
    help="Lines or a table of our own, mitmproxy's console, or mitmweb.",
)
@click.option(
    "--block",
    type=click.Choice(["off", "events", "all", "all+login"]),
    default="off",
    show_default=True,
    help="Keep events, or everything, from reaching Meta; logins only when named.",
)
def live(
    arguments: tuple[str, ...],
    db: Path,
    port: int,
    rules: tuple[Path, ...],
    keep_values: bool,
    key: Path | None,
    ui: str,
    block: str,
) -> ExitCode:
    """Start a proxy on this machine that witnesses your own traffic as it happens.

    With a URL a browser opens it in a profile of its own; when its window closes, the story is told.
    The proxy is mitmdump -s "$(pixelwitness addon-path)", bound to loopback. Needs the extra live.
    """
    from pixelwitness.live.start.launch import LiveOptions, run

    url = arguments[0] if arguments and not arguments[0].startswith("-") else None
    options = LiveOptions(
        db=db,
        port=port,
        key=key,
        rules=rules,
        keep_values=keep_values,
        block=block,
        ui=ui,  # type: ignore[arg-type]  # click has checked it
        arguments=arguments[1:] if url is not None else arguments,
    )
    return ExitCode(run(url, options, notify))


@click.command("addon-path")
def addon_path() -> ExitCode:
    """Print the path of the addon, for mitmdump -s "$(pixelwitness addon-path)"."""
    from pixelwitness.live.start.launch import shim_path

    emit([f"{shim_path()}\n"])
    return ExitCode.CLEAN
