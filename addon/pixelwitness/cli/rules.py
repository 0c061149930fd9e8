"""``rules``: list, show and test the rules."""

from pathlib import Path

import click

from pixelwitness.cli.shared.options import rules_option
from pixelwitness.cli.shared.streams import emit, notify
from pixelwitness.policy.exit_code import ExitCode
from pixelwitness.report.wording.safe_text import counted, safe_text


@click.group()
def rules() -> None:
    """List, show and test the rules."""


@rules.command("list")
@rules_option
def list_rules(rules: tuple[Path, ...]) -> ExitCode:
    """List every rule: id, what it gives, channel, confidence, title."""
    from pixelwitness.rulebook.rules.rule_set import load_rules

    ordered = sorted(load_rules(rules).rules, key=lambda rule: rule.id)
    width = max((len(rule.id) for rule in ordered), default=0)
    emit(
        f"{safe_text(rule.id):<{width}}  {rule.gives:<11}  {rule.channel or '-':<16}  {rule.confidence:<7}"
        f"  {safe_text(rule.title)}\n"
        for rule in ordered
    )
    return ExitCode.CLEAN


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@rules_option
def show_rule(rule_id: str, rules: tuple[Path, ...]) -> ExitCode:
    """Print one rule as it is written, with its examples."""
    from pixelwitness.rulebook.rules.rule_set import UnknownRuleError, load_rules

    try:
        source = load_rules(rules).source(rule_id)
    except UnknownRuleError as error:
        raise click.UsageError(str(error)) from error
    emit([f"# {safe_text(source.shown, 400)}\n"])
    emit(safe_text(line, 10_000) + "\n" for line in source.text.splitlines())
    return ExitCode.CLEAN


@rules.command("test")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[DIR]…")
def test_rules(folders: tuple[Path, ...]) -> ExitCode:
    """Run the examples of all rules, and of those in DIR."""
    from pixelwitness.rulebook.rules.rule_examples import run_examples
    from pixelwitness.rulebook.rules.rule_set import load_rules

    outcomes = run_examples(load_rules(folders))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        emit(
            [
                f"{safe_text(outcome.rule_id)}: {safe_text(outcome.example)}\n",
                f"  expected {safe_text(repr(dict(outcome.expected)), 2_000)}\n",
                f"  got      {safe_text(repr(dict(outcome.got)), 2_000)}\n",
            ]
        )
    rules_tested = len({outcome.rule_id for outcome in outcomes})
    notify(
        f"{counted(len(outcomes), 'example')} of {counted(rules_tested, 'rule')}: "
        f"{len(outcomes) - len(failed):,} hold, {len(failed):,} fail"
    )
    return ExitCode.VIOLATIONS if failed else ExitCode.CLEAN
