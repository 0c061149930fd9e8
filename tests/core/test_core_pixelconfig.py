"""Calls of a configuration are found in any text, and only the calls."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelwitness.core.detect.config_script import MAX_CALLS, MAX_TEXT, Setting, settings_of

ID = "1234567890123456"


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        (f'config.set("{ID}", "a", {{"b":[1,"x"]}});', Setting("set", "a", ID, {"b": [1, "x"]})),
        ('config.set(null, "a", {"waitTimeMs":500});', Setting("set", "a", None, {"waitTimeMs": 500})),
        (f'config.set("{ID}","a",null)', Setting("set", "a", ID, None)),
        (f'instance.optIn("{ID}", "InferredEvents", true);', Setting("opt_in", "InferredEvents", ID, True)),
        (f'instance.optIn("{ID}","InferredEvents",!0);', Setting("opt_in", "InferredEvents", ID, True)),
        (f'instance.optIn("{ID}","InferredEvents",!1);', Setting("opt_in", "InferredEvents", ID, False)),
        ('fbq.loadPlugin("openbridge3");', Setting("plugin", "openbridge3", None, True)),
        (f'fbq.set("estRules", "{ID}", [{{"rule_id":"7"}}]);', Setting("fbq", "estRules", ID, [{"rule_id": "7"}])),
        ('fbq.set("experiments", [1]);', Setting("fbq", "experiments", None, [1])),
        ('x&&config.set(null,"a",1)', Setting("set", "a", None, 1)),
        ('config.set (\n  null ,\n  "a" ,\n  [ ]\n)', Setting("set", "a", None, [])),
        ('config.set(null, "a", "b);(c {[");', Setting("set", "a", None, "b);(c {[")),
        (r'config.set(null, "a", "\"; \\");', Setting("set", "a", None, '"; \\')),
        ('config.set(null, "a", "it\'s; so");', Setting("set", "a", None, "it's; so")),
        ('config.set(null, "a", "one\n   two");', Setting("set", "a", None, "one\n   two")),
        ('var r=/[/"\'`]/g,s=2;config.set(null,"a",1)', Setting("set", "a", None, 1)),
        ('var open = \'never closed\nconfig.set(null, "a", 1);', Setting("set", "a", None, 1)),
        ('/* it\'s "so */ config.set(null, "a", 1);', Setting("set", "a", None, 1)),
        ('"https://cdn.example/a"; config.set(null, "a", 1);', Setting("set", "a", None, 1)),
    ],
)
def test_a_call_is_found(text: str, setting: Setting) -> None:
    assert settings_of(text) == (setting,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'config.set(null, "a", function () { return {}; });',
        'config.set(null, "a", {key: 1});',
        'config.set(null, "a", value);',
        "config.set(null, 'a', {});",
        'config.set(null, "a");',
        'config.set(null, "a", 1, 2);',
        'config.set("a-site", "a", 1);',
        'config.set(12345, "a", 1);',
        "config.set(null, 7, {});",
        f'instance.optIn("{ID}", "A", "true");',
        'instance.optIn(null, "A", true);',
        'fbq.loadPlugin("a", "b");',
        "fbq.loadPlugin(7);",
        "fbq.set();",
        'fbq.set("estRules", "shop", []);',
        '// config.set(null, "a", 1);',
        '/* config.set(null, "a", 1);\nconfig.set(null, "b", 1); */',
        '/* config.set(null, "a", 1);',
        "x = 'config.set(null, \"a\", 1);';",
        'x = "a"; y = \'b; config.set(null, "a", 1); c\';',
        'x = "config.set(null, \\"a\\", 1);";',
        'x = `config.set(null, "a", 1);`;',
        'myconfig.set(null, "a", 1);',
        'a.config.set(null, "a", 1);',
        '$fbq.set("a", 1);',
        'config.set(null, "a", {"b": 1}',
        'config.set(null, "a", {"b": "1}',
        'config.set(null, "a", {"b": 1]);',
        'config.set(null, "a", ' + "[" * 500 + "]" * 500 + ");",
        "config.set(",
    ],
)
def test_what_only_looks_like_a_call_is_none(text: str) -> None:
    assert settings_of(text) == ()


def test_calls_come_in_their_order_and_one_that_cannot_be_read_costs_no_other() -> None:
    text = 'fbq.loadPlugin("a");\nconfig.set(null, "b", function(){});\nfbq.loadPlugin("c"); fbq.loadPlugin("d");'
    assert [one.name for one in settings_of(text)] == ["a", "c", "d"]


def test_more_than_a_configuration_holds_is_not_looked_at() -> None:
    assert len(settings_of('fbq.loadPlugin("a");' * (MAX_CALLS + 5))) == MAX_CALLS
    assert settings_of(" " * MAX_TEXT + 'fbq.loadPlugin("a");') == ()


@pytest.mark.parametrize(
    "piece",
    [
        'config.set("12345","a",',
        'config.set("12345","a",[',
        'config.set("',
        "(/[",
        '"\\',
        "'",
        "/*",
        "`\n",
        "=/a",
        "x*",
    ],
)
def test_hostile_text_is_read_to_its_end(piece: str) -> None:
    text = 'config.set(1);"\n' + piece * (200_000 // len(piece))
    started = time.process_time()
    settings_of(text)
    assert time.process_time() - started < 30  # no measurement: a search that starts over would never end


_PIECES = f'config.set( instance.optIn( fbq.set( fbq.loadPlugin( "{ID}" "a" null true'.split()
_SIGNS = [*",(){}[]\"'`\\/*;=:é\n\x00\ud83d", "//", "/*", "*/"]
_SCRIPT = st.lists(st.sampled_from([*_PIECES, *_SIGNS]), max_size=60).map("".join)


@given(st.text() | _SCRIPT)
def test_no_text_raises(text: str) -> None:
    for one in settings_of(text):
        assert one.pixel_id is None or re.fullmatch(r"\d{5,25}", one.pixel_id)
