"""Messages about findings in English: what texts point at, conflicts of parameters and pages, and all other kinds.

Owns these sentences; data about the person have theirs in ``site_messages``.
"""

from collections.abc import Mapping

from pixelwitness.report.statements.site_kinds import Conflict, OtherFinding, TextHint
from pixelwitness.report.statements.statement import Certainty
from pixelwitness.report.wording.english.data_words import list_names
from pixelwitness.report.wording.english.messages import message, plural
from pixelwitness.report.wording.labels import spell_out
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

MAX_FIELDS = 4
"""Names of fields that one sentence lists."""


def tell_text_hint(statement: TextHint, vocabulary: Vocabulary) -> Sentence:
    """Return at what texts point; it is a hint in any case."""
    return message(
        _HINTS[statement.about],
        label=vocabulary.text_hint(statement.about, statement.label),
        fields=list_names(statement.fields, MAX_FIELDS) or ("its texts",),
        reason=safe_text(statement.reason),
    )


_HINTS: Mapping[str, str] = {
    "topic": "A hint at a sensitive topic, {label}, in {fields}: {reason}.",
    "interest": "A hint at an interest, {label}, in {fields}: {reason}.",
    "instruction_text": "Text that could reach an AI, {label}, in {fields}: {reason}.",
}


def tell_conflict(statement: Conflict, vocabulary: Vocabulary) -> Sentence:
    """Return what speaks against what, and how often."""
    one, many = _CONFLICT[statement.certainty == "certain"]
    return plural(statement.events + statement.contacts, one, many, reason=safe_text(statement.reason))


_CONFLICT: Mapping[bool, tuple[str, str]] = {
    True: (
        "{number} request claims another page than what was seen: {reason}.",
        "{number} requests claim another page than what was seen: {reason}.",
    ),
    False: (
        "{number} request may claim another page than what was seen: {reason}.",
        "{number} requests may claim another page than what was seen: {reason}.",
    ),
}
"""Of other conflicts than about the page none is known yet."""


def tell_finding(statement: OtherFinding, vocabulary: Vocabulary) -> Sentence:
    """Return a finding of a kind without a statement of its own."""
    kind, label = spell_out(statement.finding), spell_out(statement.label)
    text = (
        f"{_SURELY[statement.certainty]} in {{fields}}: {{reason}}."
        if statement.fields
        else (f"{_SURELY[statement.certainty]}: {{reason}}.")
    )
    return message(
        text,
        kind=kind,
        label=label,
        fields=list_names(statement.fields, MAX_FIELDS),
        reason=safe_text(statement.reason),
    )


_SURELY: Mapping[Certainty, str] = {
    "certain": "Found ({kind}): {label}",
    "likely": "Likely found ({kind}): {label}",
    "hint": "A hint ({kind}): {label}",
}
