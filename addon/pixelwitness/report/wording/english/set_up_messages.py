"""The set-up of pixels in English: what they are set to take beside what they were seen to take.

Owns these sentences.  They say no more than the configuration does: a setting is no transmission.
"""

from pixelwitness.report.statements.site_kinds import PixelLimit, PixelSends, PixelTakes
from pixelwitness.report.wording.english.data_words import list_names, name_data, name_identifiers
from pixelwitness.report.wording.english.messages import follow, message
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary

_MOST = 6


def taken_words(statement: PixelTakes, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name what a pixel is set to take, the contact details one by one."""
    fields = ", ".join(dict.fromkeys(vocabulary.match_key(key) for key in statement.fields))
    names: dict[str, None] = {}
    for key in statement.settings:
        label = vocabulary.setting(key)
        names[f"{fields} {label}" if fields and key == "automatic_matching" else label] = None
    return tuple(names)


def seen_words(statement: PixelTakes, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Name what a pixel was seen to take."""
    known = name_identifiers(statement.seen_identifiers, vocabulary)
    browser = (f"browser known by {', '.join(known)}",) if known else ()
    return (*name_data(statement.seen, vocabulary), *browser)


def tell_pixel_takes(statement: PixelTakes, vocabulary: Vocabulary) -> Sentence:
    """Return what a pixel is set to take, and what it was seen to take."""
    pixel: Sentence = (Captured(statement.pixel_id or "without a number"),)
    taken = taken_words(statement, vocabulary)
    seen = seen_words(statement, vocabulary)
    if seen:
        observed = message("Seen to take: {seen}.", seen="; ".join(seen))
    else:
        observed = ("What it took was not recorded.",) if statement.is_unread else ("Seen to take: no identifier.",)
    if not taken:
        return follow(message("Pixel {pixel} is set to take nothing by itself.", pixel=pixel), observed)
    return follow(message("Pixel {pixel} is set to take: {taken}.", pixel=pixel, taken="; ".join(taken)), observed)


def tell_pixel_sends(statement: PixelSends, vocabulary: Vocabulary) -> Sentence:
    """Return where else a pixel is set to send events."""
    label = vocabulary.setting(statement.setting)
    if not statement.receivers:
        return message("It is set to send {label}.", label=label)
    names = list_names(statement.receivers, _MOST)
    return message("It is set to send {label}: {names}.", label=label, names=names)


def tell_pixel_limit(statement: PixelLimit, vocabulary: Vocabulary) -> Sentence:
    """Return what a pixel is set not to take; the filter's choice is a hint."""
    label = vocabulary.setting(statement.setting)
    names = list_names(statement.names, _MOST)
    limit = (
        message("It is limited: {label} ({names}).", label=label, names=names)
        if names
        else message("It is limited: {label}.", label=label)
    )
    warning = ("Such names are what Meta's filter took for personal data, and it may be wrong.",)
    return follow(limit, warning if statement.certainty == "hint" else ())
