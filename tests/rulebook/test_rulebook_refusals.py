"""Broken rule files are refused with file, line, field and what would be right."""

from pathlib import Path

import pytest

from pixelwitness.rulebook import RulesError, load_rules

GOOD = """\
id: shop-pixel
version: 1
title: The shop's own pixel
status: stable
gives: event
channel: relay
confidence: likely
description: The shop hands events on.
references: [https://docs.shop.example/pixel]
match:
  method: [GET]
  host: [t.shop.example]
  path: '/e/(?P<id>[0-9]+)'
  any: [params.ev]
decode:
  pixel_id: path.id
  event_name: params.ev
  fields:
    cd: params.cd
    param: params["*"]
examples:
  - name: an event
    request: GET https://t.shop.example/e/12?ev=Lead&cd[value]=5
    events:
      - pixel_id: '12'
        event_name: Lead
        fields: {cd.value: '5'}
  - name: another path
    request: GET https://t.shop.example/x/12?ev=Lead
    events: []
"""

CHANNELS = (
    "pixel, capi, capi-gateway, signals-gateway, server-gtm, relay, app-sdk, library, config, social-plugin, "
    "login, chat, audience-network, meta-ai, unknown"
)


def problems(folder: Path, text: str | bytes, name: str = "shop-pixel.yaml") -> list[str]:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        load_rules([folder])
    except RulesError as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


def changed(*changes: tuple[str, str]) -> str:
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_rule_that_the_table_breaks_is_good(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # --- the file itself -------------------------------------------------------------------------
        (
            "title: The shop's own pixel\n",
            "title: The shop's own pixel\ntitle: again\n",
            ["4: title: is there twice; keep one, the second would be ignored"],
        ),
        (
            "  method: [GET]",
            "  method: &m [GET]",
            ["11: uses an anchor or alias; write the value out where it is needed"],
        ),
        (
            "version: 1",
            "version: !!int 1",
            ["2: uses a tag; only mappings, lists, text, numbers, true and false are read"],
        ),
        ("channel: relay", "channel:", ["6: channel: has no value; give one or drop the key"]),
        (
            "status: stable\n",
            "status: stable\n  gives: x\n",
            ["5: is not YAML: mapping values are not allowed here"],
        ),
        # --- keys ------------------------------------------------------------------------------------
        ("  any: [", "  anny: [", ["14: match.anny: unknown key, it would have no effect; did you mean 'any'?"]),
        (
            "  event_name: params.ev",
            "  event_name: params.ev\n  zzz: red",
            ["18: decode.zzz: unknown key, it would have no effect"],
        ),
        ("title: The shop's own pixel\n", "", ["1: title: is missing; every rule states it"]),
        ("references: [https://docs.shop.example/pixel]\n", "", ["1: references: is missing; every rule states it"]),
        # --- values ----------------------------------------------------------------------------------
        (
            "id: shop-pixel",
            "id: other",
            ["1: id: 'other' is not the name of the file; call it 'shop-pixel' or rename the file"],
        ),
        (
            "id: shop-pixel",
            "id: Shop Pixel",
            ["1: id: 'Shop Pixel' is not an id; lower-case words joined by hyphens, the name of the file"],
        ),
        ("version: 1", "version: 0", ["2: version: found 0; at least 1 is needed"]),
        ("version: 1", "version: one", ["2: version: found text; a whole number is needed"]),
        ("version: 1", "version: true", ["2: version: found true or false; a whole number is needed"]),
        ("title: The shop's own pixel", "title: 7", ["3: title: found a number; text is needed"]),
        ("title: The shop's own pixel", "title: ' '", ["3: title: is empty; say something"]),
        (
            "status: stable",
            "status: stabel",
            ["4: status: found 'stabel'; 'stable', 'experimental' or 'deprecated' is needed; did you mean 'stable'?"],
        ),
        (
            "channel: relay",
            "channel: rely",
            [f"6: channel: 'rely' is not a channel; one of {CHANNELS} is needed; did you mean 'relay'?"],
        ),
        (
            "references: [https://docs.shop.example/pixel]",
            "references: [somewhere]",
            ["9: references[0]: is not a public address; references start with https://"],
        ),
        (
            "references: [https://docs.shop.example/pixel]",
            "references: []",
            ["9: references: is empty, so it has no effect; name at least one"],
        ),
        (
            "  method: [GET]",
            "  method: get",
            [
                "11: match.method: 'get' is not a method in capitals; "
                "one of GET, POST, HEAD, PUT, PATCH, DELETE, OPTIONS is needed"
            ],
        ),
        ("  any: [params.ev]", "  any: []", ["14: match.any: is empty, so it has no effect; name at least one"]),
        ("  any: [params.ev]", "  any: {a: b}", ["14: match.any: found a mapping; a list is needed"]),
        # --- sites and hosts -------------------------------------------------------------------------
        (
            "  host: [t.shop.example]",
            "  site: [t.shop.example]",
            [
                "12: match.site[0]: 't.shop.example' is not a site; it belongs to the site 'shop.example'; "
                "name the site, or the exact name under host"
            ],
        ),
        (
            "  host: [t.shop.example]",
            "  host: ['*.shop.example']",
            ["12: match.host[0]: '*.shop.example' is not an exact host in lower case, such as connect.facebook.net"],
        ),
        (
            "  host: [t.shop.example]",
            "  site: [other.example]\n  host: [t.shop.example]",
            ["13: match.host[0]: 't.shop.example' is on none of the sites of this rule, so it can never match"],
        ),
        (
            "  host: [t.shop.example]\n",
            "",
            [
                "10: match: names neither site nor host and has no literal and no document: true; "
                "every body of every request would have to be parsed for it"
            ],
        ),
        (
            "  host: [t.shop.example]\n",
            "  literal: {}\n",
            [
                "10: match: names neither site nor host and has no literal and no document: true; "
                "every body of every request would have to be parsed for it",
                "12: match.literal: url and body are both empty, so this key has no effect",
            ],
        ),
        # --- patterns --------------------------------------------------------------------------------
        (
            "  path: '/e/(?P<id>[0-9]+)'",
            "  path: '/e/(?P<id>[0-9]+'",
            [
                "13: match.path: not a valid RE2 pattern: missing ): /e/(?P<id>[0-9]+; RE2 knows no look-around "
                "and no back-references, and a rule with a broken pattern would match nothing"
            ],
        ),
        (
            "  path: '/e/(?P<id>[0-9]+)'",
            "  path: '/e/(?=x)(?P<id>[0-9]+)'",
            [
                "13: match.path: not a valid RE2 pattern: invalid perl operator: (?=; RE2 knows no look-around "
                "and no back-references, and a rule with a broken pattern would match nothing"
            ],
        ),
        (
            "  path: '/e/(?P<id>[0-9]+)'",
            "  path: 'e/(?P<id>[0-9]+)'",
            [
                "13: match.path: 'e/(?P<id>[0-9]+)' is matched against the whole path, which starts with '/': "
                "it would match nothing"
            ],
        ),
        (
            "  path: '/e/(?P<id>[0-9]+)'",
            "  path: ''",
            ["13: match.path: is empty; a path has at least its '/', so this rule would match nothing"],
        ),
        (
            "  path: '/e/(?P<id>[0-9]+)'",
            "  path: '.*'",
            ["13: match.path: '.*' matches everything, so this key has no effect; drop it or say more"],
        ),
        (
            "  path: '/e/(?P<id>[0-9]+)'",
            r"  path: '/e/(?P<id>[0-9]+)\?ev=.*'",
            [
                r"13: match.path: '/e/(?P<id>[0-9]+)\\?ev=.*' looks into the query, which is not part of the path; "
                "use a locator such as params.id"
            ],
        ),
        (
            "  any: [params.ev]",
            "  where: {params.ev: '['}",
            [
                "14: match.where.params.ev: not a valid RE2 pattern: missing ]: [; RE2 knows no look-around "
                "and no back-references, and a rule with a broken pattern would match nothing"
            ],
        ),
        # --- locators --------------------------------------------------------------------------------
        (
            "  any: [params.ev]",
            "  any: [query.ev]",
            [
                "14: match.any[0]: not a locator: 'query.ev' starts with 'query'; "
                "a locator starts with one of params, json, item, path, headers, cookies, response"
            ],
        ),
        (
            "  event_name: params.ev",
            "  event_name: params[ev]",
            [
                "17: decode.event_name: not a locator: 'params[ev]' cannot be read from '[ev]' on; "
                'steps are .name, ["any name"] and |json'
            ],
        ),
        (
            "  any: [params.ev]",
            "  where: {query.ev: 'x'}",
            [
                "14: match.where.query.ev: not a locator: 'query.ev' starts with 'query'; "
                "a locator starts with one of params, json, item, path, headers, cookies, response"
            ],
        ),
        (
            "    cd: params.cd",
            '    cd: params["c*d"]',
            [
                "19: decode.fields.cd: 'params[\"c*d\"]' has a * before the end of a name, "
                "where it would be a plain character"
            ],
        ),
        (
            "  pixel_id: path.id",
            "  pixel_id: path.number",
            ["16: decode.pixel_id: 'path.number': the pattern of match.path has no group (?P<number>…)"],
        ),
        (
            "  event_name: params.ev",
            "  event_name: [params.ev, item.name]",
            [
                "17: decode.event_name[1]: 'item.name': there are items only in decode, "
                "and only where decode.each says which"
            ],
        ),
        (
            "  any: [params.ev]",
            "  any: [response.text]",
            [
                "14: match.any[0]: 'response.text': only observations look at the answer; "
                "what was sent does not depend on it"
            ],
        ),
        (
            "    cd: params.cd",
            "    cd: params.access_token",
            [
                "19: decode.fields.cd: 'params.access_token' is what a caller proves itself with; "
                "it must not leave the request"
            ],
        ),
        # --- keys that need each other ---------------------------------------------------------------
        ("channel: relay\n", "", ["1: channel: is missing; events are counted by the way they take"]),
        (
            "  pixel_id: path.id",
            "  pixel_id: path.id\n  kind: consent",
            ["17: decode.kind: has no effect: only signals and observations have one, this gives event"],
        ),
        (
            "  any: [params.ev]",
            "  at_least: {n: 2, of: [params.ev, params.x]}",
            ["14: match.at_least.n: 2 of 2 locators; use all, or a number below 2"],
        ),
        (
            "  pixel_id: path.id",
            "  pixel_id: path.id\n  page: {dll: params.dl}",
            [
                "17: decode.page.dll: 'dll' is not a claim of a page; one of dl, website_context, event_source_url, "
                "page_param, rl is needed; did you mean 'dl'?"
            ],
        ),
        # --- examples --------------------------------------------------------------------------------
        (
            "    request: GET https://t.shop.example/x/12?ev=Lead",
            "    request: https://t.shop.example/x/12?ev=Lead",
            [
                "29: examples[1].request: does not start with a method and an absolute URL, "
                "such as GET https://shop.example/"
            ],
        ),
        (
            "      - pixel_id: '12'",
            "      - pixel_id: 12",
            ["25: examples[0].events[0].pixel_id: found a number; text is needed"],
        ),
        (
            "        fields: {cd.value: '5'}",
            "        fields: {cd.value: 5}",
            [
                "27: examples[0].events[0].fields.cd.value: is neither text nor a list of texts; "
                "put numbers in quotes: on the wire all is text"
            ],
        ),
        ("    events: []\n", "", ["28: examples[1]: expects nothing; say events: [] if nothing is to be found"]),
        (
            "  - name: another path",
            "  - name: an event",
            ["28: examples[1].name: 'an event' is the name of an earlier example; each has its own"],
        ),
        (
            "    events: []\n",
            "    events:\n      - {}\n",
            ["21: examples: all are expected to match; show at least one look-alike that must stay silent"],
        ),
        (
            "    events: []\n",
            "    events: []\n    body_state: recorded\n",
            [
                "31: examples[1].body_state: 'recorded' is not a state of a body that is not shown; "
                "one of not_recorded, too_big, undecodable is needed; did you mean 'not_recorded'?"
            ],
        ),
        (
            "    events: []\n",
            "    events: []\n    response: '200'\n",
            ["31: examples[1].response: has no effect: only observations look at the answer"],
        ),
        (
            "    events: []\n",
            "    events: []\n    rule: shop-pixel\n",
            ["31: examples[1].rule: is this rule, which is expected anyway; drop the key"],
        ),
    ],
)
def test_a_broken_rule_is_refused(tmp_path: Path, old: str, new: str, told: list[str]) -> None:
    assert problems(tmp_path, changed((old, new))) == [f"shop-pixel.yaml:{line}" for line in told]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "1: is empty; a rule is a mapping with id, version, title and so on"),
        (b"- a\n- b\n", "1: is not a mapping; a rule has keys such as id, title and match"),
        (b"a: 1\nb: \xff\n", "2: is not UTF-8; save the file as UTF-8"),
        (b"a: [1, 2\nb: 3\n", "2: is not YAML: expected ',' or ']', but got ':'"),
        (b"a: 1\n---\nb: 2\n", "2: is not YAML: but found another document"),
        (b"? [a]\n: 1\n", "1: has a list or mapping as a key; keys are text"),
        (b"a: " + b"x" * 1_000_000, "1: is 1000003 bytes long; at most 1000000 are read"),
        (b"a:\n" + b"- 1\n" * 10_000, "9999: holds more than 10000 values; split the rule"),
        (b"a: " + b"[" * 40 + b"]" * 40, "1: nests deeper than 32; a rule needs far less"),
        (b"a: &x [1]\nb: *x\n", "1: uses an anchor or alias; write the value out where it is needed"),
    ],
    ids=["empty", "list", "not UTF-8", "not YAML", "two documents", "odd key", "huge", "many", "deep", "bomb"],
)
def test_a_file_that_is_no_rule_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    assert problems(tmp_path, content) == [f"shop-pixel.yaml:{told}"]


def test_no_and_on_stay_text(tmp_path: Path) -> None:
    text = changed(
        ("title: The shop's own pixel", "title: no"), ("description: The shop hands events on.", "description: on")
    )
    (tmp_path / "shop-pixel.yaml").write_text(text, "utf-8")
    rule = next(rule for rule in load_rules([tmp_path]).rules if rule.id == "shop-pixel")
    assert (rule.title, rule.description) == ("no", "on")


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- 1\n", "utf-8")
    (tmp_path / "shop-pixel.yaml").write_text(
        changed(("version: 1", "version: 0"), ("status: stable", "status: x")), "utf-8"
    )
    with pytest.raises(RulesError) as error:
        load_rules([tmp_path])
    assert str(error.value).replace(f"{tmp_path}/", "").splitlines() == [
        "a.yaml:1: is not a mapping; a rule has keys such as id, title and match",
        "shop-pixel.yaml:2: version: found 0; at least 1 is needed",
        "shop-pixel.yaml:4: status: found 'x'; 'stable', 'experimental' or 'deprecated' is needed",
    ]
