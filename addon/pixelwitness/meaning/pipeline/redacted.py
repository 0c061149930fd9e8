"""What is held of a recording between looking and placing: redacted, but for what joins.

Owns the small frozen objects that stand for one sighting, one document, one sign
after redaction.  The few texts still in them (ids, names, URLs by which copies and
pages are joined) stay in memory and never reach a record unredacted.
"""

from collections.abc import Iterator

import msgspec

from pixelwitness.core.detect.rule import Channel, Confidence, Rule
from pixelwitness.core.detect.sighting import PageClaims, Sighting, Sign
from pixelwitness.core.join.attribution import Attribution, Document, Sender
from pixelwitness.core.wire.documents import is_visit
from pixelwitness.core.wire.exchange import Exchange
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.core.wire.sites import Site
from pixelwitness.meaning.hints.consent import State
from pixelwitness.meaning.hints.identity import Received
from pixelwitness.meaning.hints.pixel_settings import Told
from pixelwitness.meaning.hints.server_side import Hint
from pixelwitness.meaning.hints.texts import TextHint
from pixelwitness.meaning.keep.field_facts import FieldFacts
from pixelwitness.meaning.spot.finding import Understood

NO_REQUEST = Request("GET", "")
NO_CLAIMS = PageClaims()
NOTHING_RECEIVED = Received(())


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where in the recording something stood, and how it got there."""

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
    host_claimed: bool = False

    @property
    def coordinates(self) -> str:
        """``<position>[.<part>]``, the part of an id that is not the recording."""
        return f"{self.position}" if self.part is None else f"{self.position}.{self.part}"


class Seen(msgspec.Struct, frozen=True, gc=False):
    """One sighting after redaction: the texts beside ``fields`` serve joining and leave with this object."""

    place: Place
    rule: Rule
    sighting: Sighting
    fields: tuple[FieldFacts, ...]
    event_kind: str
    hints: tuple[Hint, ...] = ()
    """Why a server may report to Meta, too."""
    texts: tuple[TextHint, ...] = ()
    """What the words of its texts point at."""
    findings: tuple[Understood, ...] = ()
    """Readable personal data and the persona's."""
    received: Received = NOTHING_RECEIVED
    """By which identifiers Meta could tell whom it is about."""

    @property
    def channel(self) -> Channel:
        """The way by which it went; an event or contact rule always names one."""
        if self.rule.channel is None:
            raise ValueError(f"rule {self.rule.id} gives {self.rule.gives} and names no channel")
        return self.rule.channel

    @property
    def confidence(self) -> Confidence:
        """How sure it is that this is what the rule says; less where nothing but the request itself names the host."""
        sure = self.rule.confidence
        return Confidence.LIKELY if sure is Confidence.CERTAIN and self.place.host_claimed else sure

    @property
    def coordinates(self) -> tuple[int, int, int]:
        """(position, part, item), -1 for none."""
        part, item = self.place.part, self.sighting.item
        return self.place.position, -1 if part is None else part, -1 if item is None else item

    def id_in(self, recording_id: str) -> str:
        """Return the id of the sighting in a recording: its coordinates, never a value."""
        own = f"{recording_id}-{self.place.coordinates}"
        return own if self.sighting.item is None else f"{own}-{self.sighting.item}"


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A sighting and the page it belongs to."""

    seen: Seen
    attribution: Attribution
    consent: tuple[Understood, ...] = ()
    """What was visible of the site's consent when it left."""


class Page(msgspec.Struct, frozen=True, gc=False):
    """A document's request, before it is known whether it is a visit or a frame."""

    place: Place
    url: str
    status: int | None
    document: Document


class Shown(msgspec.Struct, frozen=True, gc=False):
    """A signal or an observation; of an answer only what may be stored is left."""

    place: Place
    sign: Sign
    claims: PageClaims = NO_CLAIMS
    """What the request says of the page that it came from."""
    settings: tuple[Told, ...] = ()
    evidence: str | None = None
    """Words of ours."""
    state: State | None = None
    """What a signal says."""


type Taken = Seen | Page | Shown


def without_values(sighting: Sighting) -> Sighting:
    """Let go of the request and of every value."""
    return msgspec.structs.replace(sighting, request=NO_REQUEST, fields=())


def place_of(request: Request, *, blocked: bool = False) -> Place:
    """Keep of a request what its rows need."""
    return Place(
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
        blocked=blocked,
        host_claimed=request.host_claimed,
    )


def pages_of(exchange: Exchange) -> Iterator[Page]:
    """Yield the document that an exchange opened, if it did."""
    request, response = exchange.request, exchange.response
    if response is None or request.site is None or not is_visit(request, response):
        return
    headers = request.header_map
    yield Page(
        place=place_of(request),
        url=request.url,
        status=response.status,
        document=Document(
            site=request.site,
            page_ref=request.page_ref,
            referer=headers.get("referer"),
            said_by_browser="sec-fetch-dest" in headers,
            said_by_recorder=bool(request.resource_type),
        ),
    )


def sender_of(place: Place, channel: Channel, claims: PageClaims) -> Sender:
    """Return where a request came from, for attribution."""
    return Sender(
        channel=channel,
        claims=claims,
        client=place.client,
        page_ref=place.page_ref,
        initiator=place.initiator,
        receiver=place.receiver,
    )


def in_time(taken: list[Taken]) -> list[Taken]:
    """Order by time, then position; what has no time stands where its neighbour before it stands."""
    now = float("-inf")
    keyed: list[tuple[float, int, int, Taken]] = []
    for index, one in enumerate(sorted(taken, key=lambda one: one.place.position)):
        now = now if one.place.seen_at is None else one.place.seen_at
        keyed.append((now, one.place.position, index, one))
    return [one for *_, one in sorted(keyed, key=lambda key: key[:3])]
