"""Whatever was captured, no rule raises."""

import json

from hypothesis import given
from hypothesis import strategies as st
from tests.rules.builtin import DETECTOR, examples

from pixelwitness.core.wire.request import BodyState, Request

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT | st.just("data"), inner, max_size=4),
    max_leaves=20,
)
URLS = st.one_of(
    ANY_TEXT,
    st.deferred(lambda: st.sampled_from([example.request.url for example in examples().values()])).flatmap(
        lambda url: st.tuples(st.integers(0, len(url)), ANY_TEXT).map(
            lambda cut: url[: cut[0]] + cut[1] + url[cut[0] :]
        )
    ),
    st.builds("https://graph.facebook.com/{}/events?{}".format, st.integers(0), ANY_TEXT),
)
BODIES = st.one_of(
    st.none(),
    st.binary(max_size=200),
    JSON.map(lambda value: json.dumps({"data": value}).encode()),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.deferred(lambda: st.sampled_from([example.request.body or b"" for example in examples().values()])),
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["content-type", "cookie", "referer", "Sec-Fetch-Dest"]) | ANY_TEXT,
        st.sampled_from(["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])
        | ANY_TEXT,
    ),
    max_size=4,
)


@given(
    method=st.sampled_from(["GET", "POST", "OPTIONS"]) | ANY_TEXT,
    url=URLS,
    headers=HEADERS,
    body=BODIES,
    state=st.sampled_from(BodyState),
    form=st.none() | st.lists(st.tuples(ANY_TEXT | st.sampled_from(["id", "ev", "data"]), ANY_TEXT), max_size=5),
)
def test_no_request_makes_detection_raise(
    method: str,
    url: str,
    headers: list[tuple[str, str]],
    body: bytes | None,
    state: BodyState,
    form: list[tuple[str, str]] | None,
) -> None:
    request = Request(method, url, tuple(headers), body, state, form)
    again = Request(method, url, tuple(headers), body, state, form)
    assert outcome(request) == outcome(again)


def outcome(request: Request) -> list[object]:
    found = DETECTOR.detect(request)
    wanted = DETECTOR.screen.wants_url(request.url)
    sightings = (*found.events, *found.contacts)
    return [wanted, *((one.rule.id, one.pixel_id, one.event_name, one.claims, one.fields) for one in sightings)]
