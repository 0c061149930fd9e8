"""What a configuration says becomes rows of our own making, and nothing else of it is kept."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelwitness.core.detect.config_script import Setting, settings_of
from pixelwitness.core.wire.json_text import Json
from pixelwitness.meaning.hints.pixel_settings import MAX_NAMES, MAX_ROWS, pixel_settings
from pixelwitness.rulebook.knowledge.knowledge_loader import load_knowledge

ID = "1234567890123456"
MEANINGS = load_knowledge().settings
HASH = hashlib.sha256(b"password").hexdigest()


def told(*calls: Setting) -> list[tuple[str, Any]]:
    return [(row.key, json.loads(row.value)) for row in pixel_settings(calls, ID, MEANINGS)]


def set_to(name: str, value: Json, pixel: str | None = ID) -> Setting:
    return Setting("set", name, pixel, value)


def on(feature: str, value: bool = True) -> Setting:
    return Setting("opt_in", feature, ID, value)


@pytest.mark.parametrize(
    ("calls", "rows"),
    [
        (
            [set_to("automaticMatching", {"selectedMatchKeys": ["em", "fn"]}), on("AutomaticMatching")],
            [("automatic_matching", {"on": True, "fields": ["em", "fn"]})],
        ),
        (
            [set_to("automaticMatching", {"selectedMatchKeys": ["em"]})],
            [("automatic_matching", {"on": False, "fields": ["em"]})],
        ),
        ([on("AutomaticMatchingForPartnerIntegrations")], [("partner_matching", {"on": True})]),
        ([on("AutomaticMatching", value=False)], [("automatic_matching", {"on": False})]),
        (
            [set_to("inferredEvents", {"buttonSelector": "extended", "disableRestrictedData": False})],
            [("automatic_events", {"on": False, "buttons": "extended", "restricted_data_left_out": False})],
        ),
        (
            [
                set_to(
                    "openbridge",
                    {
                        "endpoints": [
                            {"endpoint": "https://capig.shop.example/events", "usePathCookie": True},
                            {"endpoint": "mpc-prod.a.run.app", "targetDomain": "shop.example", "fallbackDomain": ""},
                            "no object",
                        ],
                        "eventsFilter": {"filteringMode": "blocklist", "eventNames": ["Microdata"]},
                        "additionalUserData": {"sendFBLoginID": True},
                    },
                ),
                on("OpenBridge"),
            ],
            [
                ("gateway", {"on": True, "host": "capig.shop.example", "path_cookie": True}),
                ("gateway", {"on": True, "host": "mpc-prod.a.run.app", "for_host": "shop.example"}),
                ("gateway_events", {"mode": "blocklist", "events": ["Microdata"]}),
                ("gateway_user_data", {"facebook_login_id": True}),
            ],
        ),
        (
            [set_to("triggersgwpixeltrackcommand", {"sgwPixelId": "1111222233334444", "sgwHostUrl": "//sgw.example/"})],
            [("signals_gateway", {"on": False, "host": "sgw.example", "gateway_pixel": ["1111222233334444"]})],
        ),
        (
            [
                set_to(
                    "unwantedData",
                    {
                        "blacklisted_keys": {
                            "PageView": {"cd": [], "url": ["password", "jane.doe@example.com", HASH]},
                            "Lead": {"cd": [], "url": []},
                        },
                        "sensitive_keys": {"PageView": {"cd": [HASH], "url": []}},
                    },
                )
            ],
            [
                (
                    "unwanted_data",
                    {
                        "on": False,
                        "event": "PageView",
                        "address": ["password", "{email}"],
                        "address_hashed": 1,
                        "certainty": "hint",
                    },
                ),
                ("sensitive_data", {"event": "PageView", "custom_data": 1, "address": 0, "certainty": "hint"}),
            ],
        ),
        (
            [
                Setting(
                    "fbq",
                    "estRules",
                    ID,
                    [
                        {
                            "condition": {"type": 1, "conditions": [{"targetType": 1, "value": "Jane Doe's basket"}]},
                            "derived_event_name": "Lead",
                            "rule_status": "ACTIVE",
                            "rule_id": "592048018721030",
                        }
                    ],
                )
            ],
            [("event_rule", {"name": "Lead", "status": "ACTIVE", "conditions": 1})],
        ),
        (
            [
                Setting(
                    "fbq",
                    "iwlExtractors",
                    ID,
                    [
                        {
                            "domain_uri": "www.shop.example",
                            "event_type": "Purchase",
                            "extractor_type": "CSS",
                            "extractor_config": {
                                "parameter_selectors": [{"parameter_type": "value", "selector": ".jane > b"}]
                            },
                        }
                    ],
                )
            ],
            [
                (
                    "extractor",
                    {"name": "Purchase", "kind": "CSS", "parameters": ["value"], "host": "www.shop.example"},
                )
            ],
        ),
        (
            [set_to("botblocking", {"rules": {"spider_bot_rules": "HeadlessChrome/\ncurl"}}), on("BotBlocking")],
            [("bot_blocking", {"on": True, "headless": True})],
        ),
        (
            [set_to("botblocking", {"rules": {"spider_bot_rules": ["googlebot"]}}), on("BotBlocking")],
            [("bot_blocking", {"on": True, "headless": False})],
        ),
        (
            [set_to("protectedDataMode", {"standardParams": {"value": True, "em": False}, "disableAM": True})],
            [("protected_mode", {"on": False, "allowed": ["value"], "automatic_matching_off": True})],
        ),
        (
            [set_to("clientSidePixelForking", {"forkedPixels": [{"id": 1111222233334444}, {"2222333344445555": {}}]})],
            [("forked_pixels", {"on": False, "pixels": ["1111222233334444", "2222333344445555"]})],
        ),
        (
            [set_to("prohibitedSources", {"prohibitedSources": [{"domain": HASH}]}), on("ProhibitedSources")],
            [("prohibited_sources", {"on": True, "sites": 1})],
        ),
        (
            [set_to("prohibitedPixels", {"lockWebpage": True, "blockReason": "traffic_permissions"})],
            [("prohibited_pixel", {"on": False, "locked": True, "reason": "traffic_permissions"})],
        ),
        (
            [set_to("cookie", {"fbcParamsConfig": {"params": [{"prefix": "", "query": "fbclid"}, {"query": "brid"}]}})],
            [("first_party_cookies", {"on": False, "click_parameters": ["fbclid", "brid"]})],
        ),
        (
            [set_to("actionID", {"portNumber": 12387, "rtcPortNumbers": [12580, 12581], "enableWebRTC": False})],
            [("local_ports", {"on": False, "port": 12387, "rtc_ports": 2, "rtc": False})],
        ),
        (
            [set_to("googleAnalyticsBridge", {"measurementId": "jane.doe@example.com"})],
            [("analytics_bridge", {"on": False})],
        ),
        (
            [set_to("gating", {"gatings": []}), on("Timezone"), on("Off", value=False), set_to("a@b.example", 1)],
            [("other", {"names": ["Timezone", "gating", "{email}"]})],
        ),
        ([Setting("plugin", "openbridge3", None, True)], []),
    ],
)
def test_a_setting_is_told_in_words_of_ours(calls: list[Setting], rows: list[tuple[str, Any]]) -> None:
    assert told(*calls) == rows


def test_what_is_set_for_every_pixel_belongs_to_the_pixel_that_was_asked_for() -> None:
    other = "2222333344445555"
    calls = [set_to("inferredEvents", {"buttonSelector": None}, None), Setting("opt_in", "InferredEvents", other, True)]
    assert [(row.pixel_id, row.key, row.value) for row in pixel_settings(calls, ID, MEANINGS)] == [
        (ID, "automatic_events", '{"on":false}'),
        (other, "automatic_events", '{"on":true}'),
    ]


def test_what_comes_twice_is_told_once_and_lists_are_bounded() -> None:
    rule: Json = {"derived_event_name": "Lead"}
    many: list[Json] = [{"derived_event_name": f"Event{n}"} for n in range(1_000)]
    names: list[Json] = [f"key{n}" for n in range(1_000)]
    assert told(Setting("fbq", "estRules", ID, [rule, rule])) == [("event_rule", {"name": "Lead"})]
    assert len(told(Setting("fbq", "estRules", ID, many))) == MAX_ROWS
    ((_, value),) = told(set_to("automaticMatching", {"selectedMatchKeys": names}))
    assert len(value["fields"]) == MAX_NAMES


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_NAMES = st.sampled_from(sorted({name for one in MEANINGS for name in (*one.sets, *one.features)})) | st.text(
    max_size=9
)


def _shaped(value: Json) -> st.SearchStrategy[Json]:
    keys = [step for one in MEANINGS for kept in one.keep for step in kept.of.split(".") if step not in ("", "*")]
    return st.dictionaries(
        st.sampled_from(sorted({*keys, "endpoints", "blacklisted_keys"})), st.just(value), max_size=5
    )


@given(
    st.lists(
        st.builds(
            Setting, st.sampled_from(["set", "fbq", "opt_in"]), _NAMES, st.just(ID), _JSON | _JSON.flatmap(_shaped)
        )
    )
)
def test_no_configuration_raises(calls: list[Setting]) -> None:
    for row in pixel_settings(calls, ID, MEANINGS):
        assert isinstance(json.loads(row.value), dict)


def test_a_person_in_a_configuration_is_not_kept_wherever_it_stands() -> None:
    planted = "jane.doe@example.com"
    text = "".join(
        f'config.set("{ID}", "{name}", {json.dumps(value)});'
        for one in MEANINGS
        for name in one.sets
        for value in ([{kept.of.split(".")[0]: planted for kept in one.keep}], {planted: [planted]}, planted)
    )
    rows = pixel_settings(settings_of(text), planted, MEANINGS)
    assert not [row for row in rows if planted in row.value]
