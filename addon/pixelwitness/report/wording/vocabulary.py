"""The vocabulary of a report: what each class of data is called.

Owns the names where several fields share one.  Labels are the knowledge's;
what it does not name is called by its class.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pixelwitness.core.detect.rule import Channel
from pixelwitness.core.exposure.exposure import Exposure
from pixelwitness.core.exposure.exposure_parts import DataSent
from pixelwitness.meaning.names.announced_uses import AnnouncedUses
from pixelwitness.meaning.names.knowledge import plain_key
from pixelwitness.meaning.names.subjects import SAYS_NOTHING, About, about_of
from pixelwitness.report.statements.site_statements import Perspective, whom_to_address
from pixelwitness.report.wording.labels import event_sayings, identifiers, label_contact, label_form, spell_out


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels by data class, by setting and by key of user data."""

    labels: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """(label, what it tells) of each setting of a pixel."""
    match_keys: Mapping[str, str] = field(default_factory=dict)
    announced: AnnouncedUses = field(default_factory=AnnouncedUses)
    """What has been said of the use of such data."""
    region: str | None = None
    """For which that is asked; None for everywhere."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Titles of the built-in rules that find contacts of the pixel, by their ids."""
    signals: Mapping[str, str] = field(default_factory=dict)
    """What signals of consent are called, by their kinds."""
    families: frozenset[str] = frozenset()
    """Families of fields that hold data about the person."""
    text_hints: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What topics, interests and texts for an AI are called, by (kind, label)."""

    def perspective(self, exposure: Exposure) -> Perspective:
        """Return what statements are made with beside the exposure of a site."""
        tells = {key: tells for key, (_, tells) in self.settings.items()}
        return Perspective(self.families, frozenset(event_sayings()), tells, whom_to_address(exposure))

    def text_hint(self, kind: str, label: str) -> str:
        """Return what a topic or an interest is called."""
        return self.text_hints.get((kind, label)) or spell_out(label)

    def setting(self, key: str) -> str:
        """Return what a setting is called."""
        return self.settings[key][0] if key in self.settings else spell_out(key)

    def tells(self, key: str) -> str:
        """Return what a setting is about: ``takes``, ``sends``, ``limits`` or ``technical``."""
        return self.settings[key][1] if key in self.settings else "technical"

    def contact(self, channel: str, rule_id: str) -> str:
        """Return what a contact is called: by its channel, where that is the pixel by what its rule is for."""
        title = self.titles.get(rule_id, "") if channel == Channel.PIXEL else ""
        return title[:1].lower() + title[1:] if title else label_contact(channel)

    def signal(self, kind: str) -> str:
        """Return what a signal of consent is called."""
        return self.signals.get(kind) or spell_out(kind)

    def match_key(self, key: str) -> str:
        """Return what a key of user data (``em``) stands for."""
        return self.match_keys.get(plain_key(key)) or spell_out(key)

    def label(self, data_class: str) -> str:
        """Return the plain name of a class; its own, in words, where there is none."""
        return self.labels.get(data_class) or spell_out(data_class)

    def about_person(self, data: Iterable[DataSent]) -> tuple[str, ...]:
        """Name what was sent of the person and the browser: ``e-mail (SHA-256)``, ``browser known by _fbp``."""
        person: dict[str, set[str]] = {}
        known_by: set[str] = set()
        for datum in data:
            if datum.form in SAYS_NOTHING:
                continue
            for origin in datum.origins:
                about = about_of(datum.data_class, origin)
                if about is About.PERSON:
                    person.setdefault(self.label(datum.data_class), set()).add(label_form(datum.form))
                elif about is About.BROWSER:
                    known_by.add(self.known_by(datum.data_class, origin))
        named = [append_forms(label, forms) for label, forms in sorted(person.items())]
        if known_by:
            named.append("browser known by " + ", ".join(order_identifiers(known_by)))
        return tuple(named)

    def known_by(self, data_class: str, origin: str) -> str:
        """Return by what a field lets Meta know a browser again: the name of the cookie where it has one."""
        name = origin.partition("#")[0].rpartition(".")[2].lower()
        return identifiers().get(name) or self.label(data_class)


def vocabulary(region: str | None = None) -> Vocabulary:
    """Return the vocabulary of the built-in knowledge, with what was announced for a region."""
    # Imported here: a start that prints nothing of the rules does not pay for it.
    from pixelwitness.rulebook.knowledge.explanations import load_explanations
    from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
    from pixelwitness.rulebook.rules.rule_set import load_rules

    known = load_knowledge()
    return Vocabulary(
        {str(name): label for name, label in known.labels.items()},
        {setting.key: (setting.label, setting.tells) for setting in known.settings},
        {key: known.label(entry.data_class) for key, entry in known.entries["person"].items()},
        load_explanations().announced,
        region,
        {
            rule.id: rule.title
            for rule in load_rules().rules
            if rule.gives == "contact" and rule.channel == Channel.PIXEL
        },
        known.consent.signals,
        frozenset(name for name, family in known.families.items() if family.realm == "person"),
        {(one.kind, one.label): one.called for one in known.word_lists},
    )


def order_identifiers(names: Iterable[str]) -> list[str]:
    """Order names by which a browser is known, bare ones first; a click is named once.

    >>> order_identifiers({"_fbc (an ad click)", "fbclid (an ad click)", "_fbp"})
    ['_fbp', '_fbc (an ad click)']
    """
    left_over = set(names)
    if identifiers()["fbc"] in left_over:
        left_over.discard(identifiers()["fbclid"])
    return sorted(left_over, key=lambda name: (name.endswith(")"), name))


def append_forms(label: str, forms: Iterable[str]) -> str:
    """Put the forms behind a name.

    >>> append_forms("e-mail", {"SHA-256", "masked"}), append_forms("browser id", ())
    ('e-mail (SHA-256, masked)', 'browser id')
    """
    listed = ", ".join(sorted(forms, key=lambda form: (form.islower(), form)))
    return f"{label} ({listed})" if listed else label
