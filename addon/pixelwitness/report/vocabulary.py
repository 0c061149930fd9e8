"""The vocabulary of a report: what each class of data is called, and of what kind it is.

Owns the way from the knowledge (labels and groups of data classes) to words.
What the knowledge does not name is called by its class.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pixelwitness.core.exposure import DataSent
from pixelwitness.core.records import Field
from pixelwitness.report.words import COOKIES, form_word, own_word


class Group(StrEnum):
    """What a class of data is about."""

    PERSON = "person"
    """The person: e-mail, phone, name …"""
    BROWSER = "browser"
    """By which a browser, account or customer is known again."""
    CONTENT = "content"
    """What it was about: products, sums, searches."""
    PAGE = "page"
    """Where it was: address, title, referrer."""
    TECHNICAL = "technical"
    """Screen, library, times."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels and groups by data class."""

    labels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)

    def label(self, data_class: str) -> str:
        """Return the plain name of a class; its own, in words, where there is none."""
        return self.labels.get(data_class) or own_word(data_class)

    def group(self, data_class: str) -> Group:
        """Return what a class is about; a class nobody knows is told as content, never hidden."""
        return self.groups.get(data_class, Group.CONTENT)

    def known_by(self, one: Field) -> str:
        """Return by what a field lets Meta know a browser again: the name of the cookie where it has one."""
        name = one.field.partition("#")[0].rpartition(".")[2].lower()
        return COOKIES.get(name) or self.label(one.data_class)

    @property
    def identifying(self) -> frozenset[str]:
        """Classes by which a person, browser or account is known again."""
        return frozenset(name for name, group in self.groups.items() if group in (Group.PERSON, Group.BROWSER))

    def about_person(self, data: Iterable[DataSent]) -> tuple[str, ...]:
        """Name what was sent of the person and the browser: ``e-mail (SHA-256)``, person before browser."""
        named: dict[tuple[Group, str], set[str]] = {}
        for one in data:
            group = self.group(one.data_class)
            if group in (Group.PERSON, Group.BROWSER):
                forms = named.setdefault((group, self.label(one.data_class)), set())
                if group is Group.PERSON or one.form not in ("plain", "empty"):
                    forms.add(form_word(one.form))
        ordered = sorted(named.items(), key=lambda item: (item[0][0] is Group.BROWSER, item[0][1]))
        return tuple(with_forms(label, forms) for (_, label), forms in ordered)


def with_forms(label: str, forms: Iterable[str]) -> str:
    """Put the forms behind a name.

    >>> with_forms("e-mail", {"SHA-256", "masked"}), with_forms("browser id", ())
    ('e-mail (SHA-256, masked)', 'browser id')
    """
    told = ", ".join(sorted(forms, key=lambda form: (form.islower(), form)))
    return f"{label} ({told})" if told else label
