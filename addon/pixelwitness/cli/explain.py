"""``explain``: what a name means, in words for a person who is no programmer."""

from pathlib import Path

import click

from pixelwitness.cli.shared.options import rules_option
from pixelwitness.cli.shared.streams import emit
from pixelwitness.policy.exit_code import ExitCode


@click.command()
@click.argument("name", nargs=-1, required=True)
@rules_option
def explain(name: tuple[str, ...], rules: tuple[Path, ...]) -> ExitCode:
    """Explain an event, field, channel, cookie, rule, kind of data, topic or interest.

    Names are taken as they are met: Purchase, ud.em, ud[em], _fbp, capi, "Conversions API".
    """
    from pixelwitness.report.answers.explanation import (
        UnknownNameError,
        build_glossary,
        explanation_lines,
        find_explanations,
    )
    from pixelwitness.report.formats.format_table import end_lines
    from pixelwitness.rulebook.knowledge.explanations import load_explanations
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
    from pixelwitness.rulebook.rules.rule_set import load_rules

    knowledge, explanations = load_knowledge(), load_explanations()
    words = build_glossary(explanations.words, knowledge, load_rules(rules).rules, explanations.announced)
    try:
        found = find_explanations(" ".join(name), words, knowledge)
    except UnknownNameError as error:
        raise click.UsageError(str(error)) from error
    emit(end_lines(explanation_lines(found)))
    return ExitCode.CLEAN
