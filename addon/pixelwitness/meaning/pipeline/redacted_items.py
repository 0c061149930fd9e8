"""What is held of a recording until its turn in the order of time: redacted, but for what joins.

Owns the objects that stand for one sighting, one page's document and one signal or observation
after redaction.  The few texts still in them (ids, names, URLs by which copies and pages
are joined) stay in memory and never reach a record unredacted.
"""

from collections.abc import Iterator, Sequence

import msgspec

from pixelwitness.core.detect.rule import Channel, Confidence, Rule
from pixelwitness.core.detect.sighting import PageClaims, Sighting, Sign
from pixelwitness.core.exposure import records
from pixelwitness.core.join.attribution import UNKNOWN_PAGE, Attribution, Sender
from pixelwitness.core.join.visits import Document
from pixelwitness.core.wire.delivery import Outcome, Settling
from pixelwitness.core.wire.documents import is_visit
from pixelwitness.core.wire.exchange import Exchange
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.consent import ConsentState
from pixelwitness.meaning.hints.identity import Identifiers
from pixelwitness.meaning.hints.pixel_settings import PixelSetting
from pixelwitness.meaning.pipeline.app_sender import App
from pixelwitness.meaning.spot.finding import Finding

NO_REQUEST = Request("GET", "")
NO_CLAIMS = PageClaims()


class RequestFacts(msgspec.Struct, frozen=True, gc=False):
    """What rows need of a request: where in the recording it stood, and how it left."""

    position: int
    part: int | None
    line: int | None
    seen_at: float | None
    host: str
    receiver: Site | None
    method: str
    body_state: BodyState
    client: str
    page_ref: str | None
    initiator: str | None
    blocked: bool
    settling: Settling
    by_operator: bool = False
    host_claimed: bool = False

    @property
    def outcome(self) -> Outcome:
        """What became of the request, as far as it is known by now."""
        return self.settling.outcome

    @property
    def coordinates(self) -> str:
        """``<position>[.<part>]``, the part of an id that is not the recording."""
        return f"{self.position}" if self.part is None else f"{self.position}.{self.part}"


class Sent(msgspec.Struct, frozen=True, gc=False):
    """How a whole request left; its parts left with it."""

    settling: Settling
    blocked: bool = False
    by_operator: bool = False


def sent_with(exchange: Exchange, *, blocked: bool = False) -> Sent:
    """Return how an exchange's request left; ``blocked`` is our own block."""
    return Sent(Settling(exchange.outcome), blocked, exchange.by_operator)


class RedactedSighting(msgspec.Struct, gc=False):
    """An event's transmission or a contact after redaction; it gains its page when its turn has come."""

    request: RequestFacts
    sighting: Sighting
    """Without its request and fields."""
    fields: tuple[records.Field, ...]
    """Rows that still lack their owner."""
    event_kind: str
    findings: tuple[Finding, ...]
    identifiers: Identifiers
    """By which Meta could tell whom it is about."""
    app: App | None = None
    """The app that names itself in it."""
    attribution: Attribution = UNKNOWN_PAGE
    sender: str = "site"
    """``site`` or ``app:<package>``."""
    navigation: Document | None = None
    """The document that the request itself asks for, where it navigates."""
    consent: tuple[Finding, ...] = ()
    """What was visible of the site's consent when it left."""

    @property
    def rule(self) -> Rule:
        return self.sighting.rule

    @property
    def channel(self) -> Channel:
        """The way by which it went; an event or contact rule always names one."""
        rule = self.sighting.rule
        if rule.channel is None:
            raise ValueError(f"rule {rule.id} gives {rule.gives} and names no channel")
        return rule.channel

    @property
    def confidence(self) -> Confidence:
        """How sure it is that this is what the rule says; less where nothing but the request itself names the host."""
        sure = self.rule.confidence
        return Confidence.LIKELY if sure is Confidence.CERTAIN and self.request.host_claimed else sure

    @property
    def seen_at(self) -> float | None:
        return self.request.seen_at

    @property
    def by_operator(self) -> bool:
        return self.request.by_operator

    @property
    def settling(self) -> Settling:
        return self.request.settling

    @property
    def coordinates(self) -> tuple[int, int, int]:
        """(position, part, item), -1 for none."""
        part, item = self.request.part, self.sighting.item
        return self.request.position, -1 if part is None else part, -1 if item is None else item

    @property
    def first_party(self) -> bool | None:
        """Whether the page's own site received it; None when one of the two is unknown."""
        if self.attribution.site is None or self.request.receiver is None:
            return None
        return self.request.receiver == self.attribution.site

    def id_in(self, recording_id: str) -> str:
        """Return the id of the sighting in a recording: its coordinates, never a value."""
        request_id = f"{recording_id}-{self.request.coordinates}"
        return request_id if self.sighting.item is None else f"{request_id}-{self.sighting.item}"


class PageDocument(msgspec.Struct, frozen=True, gc=False):
    """A document's request, before it is known whether it is a visit or a frame."""

    request: RequestFacts
    url: str
    status: int | None
    document: Document
    answered_at: float | None = None
    """When it began to come: POSIX seconds."""


class RedactedSign(msgspec.Struct, frozen=True, gc=False):
    """A signal or an observation; of an answer only what may be stored is left."""

    request: RequestFacts
    sign: Sign
    """Without its request, value and fields."""
    claims: PageClaims = NO_CLAIMS
    """What the request says of the page that it came from."""
    settings: tuple[PixelSetting, ...] = ()
    evidence: str | None = None
    """Words of ours."""
    state: ConsentState | None = None
    """What a signal says."""


type RedactedItem = RedactedSighting | PageDocument | RedactedSign


def request_facts(request: Request, sent: Sent) -> RequestFacts:
    """Keep of a request, or of a part of one, what its rows need."""
    return RequestFacts(
        position=request.position,
        part=request.part,
        line=request.line,
        seen_at=request.seen_at,
        host=request.host,
        receiver=request.site,
        method=request.method,
        body_state=request.body_state,
        client=request.client,
        page_ref=request.page_ref,
        initiator=request.initiator,
        blocked=sent.blocked,
        settling=sent.settling,
        by_operator=sent.by_operator,
        host_claimed=request.host_claimed,
    )


def page_documents(exchange: Exchange, sent: Sent) -> Iterator[PageDocument]:
    """Yield the document that an exchange opened, if it did."""
    request, response = exchange.request, exchange.response
    if response is None or request.site is None or not is_visit(request, response):
        return
    yield PageDocument(
        request=request_facts(request, sent),
        url=request.url,
        status=response.status,
        document=document_of(request, request.site),
        answered_at=response.seen_at,
    )


def document_of(request: Request, site: Site) -> Document:
    """Return what a navigation to a site shows of whether a person saw it as a page."""
    headers = request.header_map
    return Document(
        site=site,
        page_ref=request.page_ref,
        referer=headers.get("referer"),
        said_by_browser="sec-fetch-dest" in headers,
        said_by_recorder=bool(request.resource_type),
    )


def sender_of(request: RequestFacts, channel: Channel, claims: PageClaims) -> Sender:
    """Return where a request came from, for attribution."""
    return Sender(
        channel=channel,
        claims=claims,
        client=request.client,
        page_ref=request.page_ref,
        initiator=request.initiator,
        receiver=request.receiver,
        seen_at=request.seen_at,
    )


def sort_by_time(items: Sequence[RedactedItem]) -> list[RedactedItem]:
    """Order by time, then position; what has no time stands where its neighbour before it stands."""
    now = float("-inf")
    keyed: list[tuple[float, int, int, RedactedItem]] = []
    for index, item in enumerate(sorted(items, key=lambda item: item.request.position)):
        now = now if item.request.seen_at is None else item.request.seen_at
        keyed.append((now, item.request.position, index, item))
    return [item for *_, item in sorted(keyed, key=lambda key: key[:3])]
