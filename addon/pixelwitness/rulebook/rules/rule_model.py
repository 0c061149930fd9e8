"""The shape of a rule file, as strict models.

Owns which keys there are, what each may hold, and the words for what does not fit.
What depends on more than one key is in `rule_checks`.  Must not know files or lines:
a problem has a place in the document.
"""

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from pixelwitness.core.detect.locator import Locator, LocatorError
from pixelwitness.core.detect.pattern import Pattern
from pixelwitness.core.detect.rule import Channel, Confidence
from pixelwitness.core.wire import sites
from pixelwitness.core.wire.request import BodyState
from pixelwitness.rulebook.rules.wire_text import UNSEEN_BODIES
from pixelwitness.rulebook.yaml.problems import meant

PAGE_CLAIMS = ("dl", "website_context", "event_source_url", "page_param", "rl")
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
_EVERYTHING = frozenset({".*", "(?s).*", "^.*$", "(?s)^.*$", ".*?"})


def problem(text: str) -> PydanticCustomError:
    """Make a validation error whose message is the text as it stands."""
    return PydanticCustomError("rule", "{text}", {"text": text})


def _word_of(what: str, known: Iterable[str]) -> Callable[[str], str]:
    words = tuple(map(str, known))

    def check(text: str) -> str:
        if text not in words:
            raise problem(f"{text!r} is not {what}; one of {', '.join(words)} is needed{meant(text, words)}")
        return text

    return check


def _locator(text: str) -> str:
    try:
        locator = Locator(text)
    except LocatorError as error:
        raise problem(f"not a locator: {error}") from error
    if "*" in "".join(name[:-1] for name in locator.names):
        raise problem(f"{text!r} has a * before the end of a name, where it would be a plain character")
    return text


def _pattern(text: str) -> str:
    try:
        Pattern(text).check()
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise problem(
            f"not a valid RE2 pattern: {words}; RE2 knows no look-around and no back-references, "
            "and a rule with a broken pattern would match nothing"
        ) from error
    if text in _EVERYTHING:
        raise problem(f"{text!r} matches everything, so this key has no effect; drop it or say more")
    return text


def _path(text: str) -> str:
    if not text:
        raise problem("is empty; a path has at least its '/', so this rule would match nothing")
    if re.match(r"\^?[\w:]", text):
        raise problem(f"{text!r} is matched against the whole path, which starts with '/': it would match nothing")
    if r"\?" in text or "#" in text:
        raise problem(f"{text!r} looks into the query, which is not part of the path; use a locator such as params.id")
    return _pattern(text)


def _site(text: str) -> str:
    site = sites.site_of(text)
    if site != text:
        hint = f"it belongs to the site {site!r}; " if site and "." in site else ""
        raise problem(f"{text!r} is not a site; {hint}name the site, or the exact name under host")
    return text


def _host(text: str) -> str:
    if sites.normal_host(text) != text or "/" in text or "*" in text or not text:
        raise problem(f"{text!r} is not an exact host in lower case, such as connect.facebook.net")
    return text


def _text(text: str) -> str:
    if not text.strip():
        raise problem("is empty; say something")
    return text


def _address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", text):
        raise problem("is not a public address; references start with https://")
    return text


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text):
        raise problem(f"{text!r} is not an id; lower-case words joined by hyphens, the name of the file")
    return text


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


type Text = Annotated[str, AfterValidator(_text)]
type LocatorText = Annotated[str, AfterValidator(_locator)]
type PatternText = Annotated[str, AfterValidator(_pattern)]
type Locators = Annotated[list[LocatorText], BeforeValidator(_listed), Field(min_length=1)]
type Words = Annotated[list[Text], BeforeValidator(_listed), Field(min_length=1)]
type Listed[T] = Annotated[list[T], BeforeValidator(_listed), Field(min_length=1)]


class Strict(BaseModel):
    """Nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AtLeastModel(Strict):
    """``at_least: {n: 2, of: […]}``."""

    n: Annotated[int, Field(ge=1)]
    of: Locators


class LiteralModel(Strict):
    """``literal: {url: […], body: […]}``: any of them."""

    url: Words | None = None
    body: Words | None = None


class ConditionsModel(Strict):
    """The keys of ``unless``, and of ``match`` apart from ``unless`` itself."""

    method: Listed[Annotated[str, AfterValidator(_word_of("a method in capitals", METHODS))]] | None = None
    site: Listed[Annotated[str, AfterValidator(_site)]] | None = None
    host: Listed[Annotated[str, AfterValidator(_host)]] | None = None
    path: Annotated[str, AfterValidator(_path)] | None = None
    all: Locators | None = None
    any: Locators | None = None
    at_least: AtLeastModel | None = None
    where: Annotated[dict[LocatorText, PatternText], Field(min_length=1)] | None = None
    document: Literal[True] | None = None
    body: Listed[Annotated[str, AfterValidator(_word_of("a body state", BodyState))]] | None = None
    literal: LiteralModel | None = None


class MatchModel(ConditionsModel):
    """``match``: every key must hold."""

    unless: ConditionsModel | None = None


type PageClaim = Annotated[str, AfterValidator(_word_of("a claim of a page", PAGE_CLAIMS))]


class DecodeModel(Strict):
    """``decode``: where a matching request holds what."""

    pixel_id: Locators | None = None
    event_name: Locators | None = None
    dedup_id: Locators | None = None
    sent_at: Locators | None = None
    counter: Locators | None = None
    in_frame: Locators | None = None
    page: dict[PageClaim, Locators] | None = None
    copy_of_pixel: Annotated[Locators | None, Field(alias="copy")] = None
    each: Locators | None = None
    fields: dict[Text, Locators] | None = None
    drop: Locators | None = None
    kind: Text | None = None
    value: Locators | None = None


def _texts(value: Any) -> Any:
    several = isinstance(value, list) and len(value) > 1 and all(isinstance(text, str) for text in value)
    if isinstance(value, str) or several:
        return value
    raise problem("is neither text nor a list of texts; put numbers in quotes: on the wire all is text")


type FieldTexts = dict[str, Annotated[str | list[str], BeforeValidator(_texts)]]


class SightingModel(Strict):
    """An event or contact as an example expects it, whole: what is left out is absent."""

    pixel_id: str | None = None
    event_name: str | None = None
    dedup_id: str | None = None
    fields: FieldTexts | None = None


class SignModel(Strict):
    """A signal or observation as an example expects it, whole."""

    kind: str | None = None
    value: str | None = None
    fields: FieldTexts | None = None


type UnseenBody = Annotated[str, AfterValidator(_word_of("a state of a body that is not shown", UNSEEN_BODIES))]


class ExampleModel(Strict):
    """One example; it is a test."""

    name: Text
    request: Text
    body_state: UnseenBody | None = None
    response: Text | None = None
    rule: Text | None = None
    events: list[SightingModel] | None = None
    contacts: list[SightingModel] | None = None
    signals: list[SignModel] | None = None
    observations: list[SignModel] | None = None


class RuleModel(Strict):
    """One rule file."""

    id: Annotated[str, AfterValidator(_id)]
    version: Annotated[int, Field(ge=1)]
    title: Text
    status: Literal["stable", "experimental", "deprecated"]
    gives: Literal["event", "contact", "signal", "observation"]
    channel: Annotated[str, AfterValidator(_word_of("a channel", Channel))] | None = None
    confidence: Annotated[str, AfterValidator(_word_of("a confidence", Confidence))]
    description: Text
    references: Annotated[list[Annotated[str, AfterValidator(_address)]], Field(min_length=1)]
    match: MatchModel
    decode: DecodeModel = DecodeModel()
    examples: Annotated[list[ExampleModel], Field(min_length=1)]
