"""What understanding an event costs, beside detecting, folding and attributing it: CPU, pure functions only.

Takes events as Meta's library sends them and as its servers' libraries do; nothing is read or stored.
"""

import json
import time
from collections.abc import Callable, Iterator
from statistics import median
from urllib.parse import quote

from pixelwitness.core.detect.detector import Detector
from pixelwitness.core.detect.sighting import Sighting
from pixelwitness.core.join.attribution import attribute
from pixelwitness.core.join.folding import Folding
from pixelwitness.core.join.visits import Visits
from pixelwitness.core.wire.delivery import Delivery, Outcome, Settling
from pixelwitness.core.wire.request import BodyState, Request
from pixelwitness.meaning.hints.identity import NO_IDENTIFIERS
from pixelwitness.meaning.hints.text_hints import TextReader, reader_of
from pixelwitness.meaning.keep.redaction import Redactor
from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.names.knowledge import Knowledge
from pixelwitness.meaning.pipeline.classification import classify_sighting
from pixelwitness.meaning.pipeline.redacted_items import RedactedSighting, Sent, request_facts, sender_of
from pixelwitness.meaning.spot import personal_data
from pixelwitness.meaning.spot.persona import Datum, Persona, Recogniser
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge
from pixelwitness.rulebook.rules.rule_set import load_rules

EVENTS = 400
PERSONA = Persona(
    (
        Datum("email", "jane.doe@example.com"),
        Datum("phone", "+49 170 1234567"),
        Datum("first_name", "Jane"),
        Datum("last_name", "Doe"),
        Datum("city", "Berlin"),
        Datum("birth_date", "1990-05-04"),
        Datum("id", "user-42"),
        Datum("phrase", "pain in my left knee"),
    )
)
_HASH = "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"


def requests() -> list[Request]:
    """Return events, none like another: three of the pixel to one of a server."""
    made = []
    for number in range(EVENTS):
        page = f"https://shop.example/products/hiking-boots-{number}?step=2&variant={number * 7}&utm_source=mail"
        if number % 4:
            made.append(_pixel(number, page))
        else:
            made.append(_server(number, page))
    return made


def _pixel(number: int, page: str) -> Request:
    contents = json.dumps([{"id": f"SKU-{number}", "quantity": 1}])
    query = (
        f"id=1234567890123456&ev=Purchase&dl={quote(page, safe='')}&rl={quote('https://shop.example/cart', safe='')}"
        f"&if=false&ts={1795304543508 + number}&cd[value]={number}.9&cd[currency]=EUR&cd[content_type]=product"
        f"&cd[contents]={quote(contents)}&cd[content_name]=Hiking%20boots%20no%20{number}&sw=1920&sh=1080"
        f"&v=2.9.324&r=stable&ec={number}&o=4126&fbp=fb.1.1795304543470.{number}798313286&ler=empty"
        f"&pmd[title]=Hiking%20boots%20{number}%20-%20Example%20Shop&ud[em]={_HASH}&ud[fn]={_HASH[::-1]}"
        f"&plt=321.4&it=1795304543289&coo=false&eid=order-{number}&rqm=GET"
    )
    return Request("GET", f"https://www.facebook.com/tr/?{query}", (("referer", page),), position=number, seen_at=1e9)


def _server(number: int, page: str) -> Request:
    event = {
        "event_name": "Purchase",
        "event_time": 1795300000 + number,
        "event_id": f"order-{number}",
        "event_source_url": page,
        "action_source": "website",
        "user_data": {"em": [_HASH], "client_ip_address": "203.0.113.7", "client_user_agent": "UA", "fbp": "fb.1.1.2"},
        "custom_data": {"value": number, "currency": "EUR", "contents": [{"id": f"SKU-{number}", "quantity": 1}]},
    }
    body = json.dumps({"data": [event]}).encode()
    url = "https://graph.facebook.com/v24.0/1234567890123456/events"
    headers = (("content-type", "application/json"),)
    return Request("POST", url, headers, body, BodyState.RECORDED, position=number, seen_at=1e9)


def budgets(rounds: int) -> Iterator[tuple[str, float, float | None, str]]:
    """Yield (what, measured, the most it may be, unit) of an event; the ratio says by how much understanding adds."""
    knowledge, detector = load_knowledge(), load_rules(()).detector()
    costs: dict[str, list[float]] = {}
    for _ in range(rounds):
        # New ones in each round: what a round remembers must not serve the next.
        plain = Redactor(knowledge, tokenizer(b"key"))
        knowing = Redactor(knowledge, tokenizer(b"key"), recogniser=Recogniser(PERSONA))
        reader = reader_of(knowledge)
        events = requests()
        found = _timed(costs, "core", lambda: _core(detector, events, knowledge))  # noqa: B023  called at once
        _timed(costs, "redaction", lambda: [plain.fields(one.fields) for one in found])  # noqa: B023
        plain = Redactor(knowledge, tokenizer(b"key"))
        _timed(costs, "all", lambda: [_classify(sighting, plain, reader) for sighting in found])  # noqa: B023
        _timed(costs, "persona", lambda: [_classify(sighting, knowing, reader) for sighting in found])  # noqa: B023
    cost = {name: median(runs) / EVENTS * 1e6 for name, runs in costs.items()}
    yield "detect, fold and attribute an event", cost["core"], None, "µs"
    yield "redaction of it", cost["redaction"], None, "µs"
    beside = cost["all"] - cost["redaction"]
    yield "understanding it, beside redaction", beside / cost["core"], 1.0, "× detect, fold, attribute"
    yield "the same with a persona", (cost["persona"] - cost["redaction"]) / cost["core"], None, "× the same"


def _timed[T](costs: dict[str, list[float]], name: str, work: Callable[[], T]) -> T:
    personal_data.remembered.cache_clear()
    started = time.process_time()
    done = work()
    costs.setdefault(name, []).append(time.process_time() - started)
    return done


def _core(detector: Detector, events: list[Request], knowledge: Knowledge) -> list[Sighting]:
    visits: Visits = Visits({}, knowledge.is_metas_own)
    folding: Folding[RedactedSighting] = Folding()
    found = []
    for request in events:
        for sighting in detector.detect(request).events:
            facts = request_facts(request, _sent())
            member = RedactedSighting(facts, sighting, (), "custom", (), NO_IDENTIFIERS)
            member.attribution = attribute(sender_of(facts, member.channel, sighting.claims), visits)
            folding.add(member)
            found.append(sighting)
    return found


def _classify(sighting: Sighting, redactor: Redactor, reader: TextReader) -> RedactedSighting:
    return classify_sighting(sighting, request_facts(sighting.request, _sent()), redactor, reader, takes_cookies=True)


def _sent() -> Sent:
    return Sent(Settling(Outcome(Delivery.ANSWERED, "status")))
