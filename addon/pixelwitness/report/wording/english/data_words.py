"""Data in words: what went along, by which somebody is known, and who sent it.

Owns the names of data with their forms, of identifiers and of senders.  Labels are the vocabulary's.
"""

from collections.abc import Iterable, Sequence

from pixelwitness.meaning.names.knowledge import DataClass
from pixelwitness.report.statements.statement import Carried, Identifier
from pixelwitness.report.wording.english.messages import list_all, message
from pixelwitness.report.wording.labels import identifiers as identifier_names
from pixelwitness.report.wording.labels import label_form
from pixelwitness.report.wording.safe_text import safe_text
from pixelwitness.report.wording.sentence import Captured, Sentence
from pixelwitness.report.wording.vocabulary import Vocabulary, append_forms, order_identifiers

APP = "app:"
"""With which the name of a sender begins that is an app."""


def name_data(data: Iterable[Carried], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return data with all forms of a class behind its name: ``e-mail (SHA-256, masked)``."""
    forms: dict[str, set[str]] = {}
    for one in data:
        forms.setdefault(vocabulary.label(one.data_class), set()).update((label_form(one.form),) if one.form else ())
    return tuple(append_forms(label, of) for label, of in sorted(forms.items()))


def name_identifiers(identifiers: Iterable[Identifier], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return by what somebody is known: the names of cookies where they have one, bare ones first."""
    known = identifier_names()
    names = {known.get(one.name) or vocabulary.label(one.data_class) for one in identifiers}
    return tuple(order_identifiers(names))


def name_thing(identifiers: Iterable[Identifier]) -> str:
    """Return what is known again by identifiers: a device where an app's SDK names one, else a browser."""
    return "device" if {one.data_class for one in identifiers} == {DataClass.DEVICE_ID} else "browser"


def name_sender(site: str | None) -> Sentence:
    """Return who sent it, as a message begins with it.

    >>> name_sender("shop.example"), name_sender("app:com.shop"), name_sender(None)
    (('shop.example',), ('The app ', 'com.shop'), ('A page that nothing names',))
    """
    if site is None or site == "unknown":
        return ("A page that nothing names",)
    if site.startswith(APP):
        return ("The app ", Captured(site.removeprefix(APP)))
    return (Captured(site),)


def list_names(names: Sequence[str], most: int = 3, total: int | None = None) -> Sentence:
    """Return captured names as a sentence lists them, at most so many."""
    shown: list[Sentence] = [(Captured(name),) for name in names[:most]]
    rest = (len(names) if total is None else total) - len(shown)
    return list_all([*shown, message("{number} more", number=rest)] if rest > 0 else shown)


def list_words(words: Sequence[str]) -> Sentence:
    """Return words of ours, or of a database, as a sentence lists them."""
    return list_all([safe_text(word) for word in words])
