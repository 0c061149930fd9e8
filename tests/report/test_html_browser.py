"""The HTML report in a real browser: nothing is asked for, nothing runs, and nobody is kept from reading it."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.exposed import BOOTS, EMAIL, FBP, REC, contact, datum, event, finding, recording, signal, visit
from tests.report.page import ELEMENTS, made
from tests.sites.browse import CHROMIUM

from pixelwitness.core.exposure.exposure import SeenEvent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}"),
]

type Scheme = Literal["light", "dark"]
PHONE = {"width": 375, "height": 812}

# Of each kind of place that a page has: text, attributes, style sheets, pictures, raw text, comments.
PAYLOADS = (
    "<script>alert(1)</script>",
    "</title></style></script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)><animate onbegin=alert(1) attributeName=x>',
    "' autofocus onfocus=alert(1) x='",
    "</text></svg><iframe srcdoc='<script>parent.alert(1)</script>'>",
    "]]><foreignObject><body onload=alert(1)>",
    "}*{background:url(https://evil.example/a)}@import 'https://evil.example/b';",
    "<link rel=stylesheet href=https://evil.example/c><base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/d'>",
    "javascript:alert(1)",
    "https://www.facebook.com/tr/?id=1&ev=Purchase&ud[em]=x",
    "{{ 7*7 }}{% for x in y %}${alert(1)}",
    "<!--><details open ontoggle=alert(1)>",
    "\u202etxt.exe\u2066\u0000\u001b[2J\u0085\u2028\ud83d",
    "url(#a);fill:url(https://evil.example/e)",
)


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page that is being opened with the network cut, and all that it tried."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open_all(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")

    @property
    def nothing(self) -> dict[str, list[str]]:
        return {
            name: found
            for name, found in (
                ("requests", self.requests),
                ("console", self.console),
                ("dialogs", self.dialogs),
                ("errors", self.errors),
                ("violations", self.page.evaluate("window.violations")),
            )
            if found
        }


@contextmanager
def opened(browser: Browser, file: Path, **look: Any) -> Iterator[Watched]:
    context: BrowserContext = browser.new_context(offline=True, **look)
    context.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation',"
        " one => window.violations.push(one.violatedDirective + ' ' + one.blockedURI))"
    )
    page = context.new_page()
    watched = Watched(page)

    def other(url: str) -> bool:
        return url != file.as_uri() and url != "data:,"

    def refuse(route: Any) -> None:
        watched.requests.append(route.request.url)
        route.abort()

    page.route(other, refuse)
    page.on("request", lambda one: watched.requests.append(one.url) if other(one.url) else None)
    page.on("console", lambda one: watched.console.append(one.text))
    page.on("pageerror", lambda one: watched.errors.append(str(one)))

    def dismissed(dialog: Any) -> None:
        watched.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    try:
        page.goto(file.as_uri())
        yield watched
    finally:
        context.close()


def put(folder: Path, page: str) -> Path:
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    return file


@pytest.fixture(scope="module", name="report")
def _report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in which every part has something to tell."""
    events: list[SeenEvent] = [
        event("Purchase", *BOOTS, EMAIL, FBP, position=3),
        event("Lead", EMAIL, datum("ud.ph", "phone"), site="clinic.example", position=4, body_state="not_recorded"),
        event("PageView", FBP, site="news.example", position=5, blocked=True, transport="beacon"),
        *(event("PageView", FBP, site=f"a-site-with-a-rather-long-name-{n}.example", position=6 + n) for n in range(3)),
    ]
    contacts = [contact(), contact("login", site="facebook.com"), contact("social-plugin", site="map.example")]
    signals = [signal(position=2), signal("denied", site="news.example", position=4)]
    row = recording(
        options='{"keep_values": true}', bodies_not_recorded=1, complete=False, sources=("a/rather/long/path/" * 6,)
    )
    visits = [visit(), visit("garden.example", 1)]
    page = made(events, contacts, signals=signals, recordings=[row], visits=visits, limits=["Only what was asked for."])
    return put(tmp_path_factory.mktemp("report"), page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_the_network_cut_nothing_is_asked_for_and_nothing_is_refused(
    browser: Browser, report: Path, scheme: Scheme
) -> None:
    with opened(browser, report, color_scheme=scheme) as watched:
        watched.open_all()
        watched.page.emulate_media(media="print")

        assert watched.nothing == {}
        assert watched.page.title().startswith("What sites told Meta")


def test_a_server_of_the_page_is_asked_for_it_alone(browser: Browser, report: Path) -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path == "/report.html" else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            if self.path == "/report.html":
                self.wfile.write(report.read_bytes())

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/report.html", wait_until="networkidle")
        page.close()
    finally:
        server.shutdown()
        server.server_close()

    assert asked == ["/report.html"]


def hostile(text: str) -> str:
    """Return a page in which every place that can hold captured text holds this one."""
    places = dict.fromkeys(("page_url", "pixel_id", "channel", "receiver_host", "transport", "rule_id"), text)
    fields = (datum(text, "email", text, text), datum("cd.content_name", "product", value=text))
    events = [
        event(name, *fields, site=text, position=n, confidence=text, attribution_certainty=text, **places)
        for n, name in enumerate((text, "Purchase", "SubscribedButtonClick", None))
    ]
    found = finding("topic", text, text, text, certainty=text)
    events = [
        *(_with(one, found) for one in events),
        event(text, *fields, site=text, position=9, blocked=True, **places),
    ]
    contacts = [
        contact(text, *fields, site=text, **{name: places[name] for name in ("pixel_id", "receiver_host", "rule_id")})
    ]
    row = recording(
        sources=(text,), kind=text, sha256=text, exporter=text, user_agent=text, tool_version=text, options=text,
        rules_sha256=text, knowledge_sha256=text, suffix_list=text, first_seen=text, last_seen=text, id=REC,
    )  # fmt: skip
    visits = [visit(text), visit("garden.example", 1)]
    return made(events, contacts, recordings=[row], visits=visits, signals=[signal(text, site=text, kind=text)])


def _with(seen: SeenEvent, found: Any) -> SeenEvent:
    return SeenEvent(seen.event, seen.transmissions, seen.fields, (found,))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_captured_text_takes_no_effect_anywhere(browser: Browser, payload: str, tmp_path: Path) -> None:
    with opened(browser, put(tmp_path, hostile(payload))) as watched:
        watched.open_all()
        there = set(watched.page.evaluate("[...document.querySelectorAll('*')].map(one => one.localName)"))
        links = watched.page.evaluate(
            "[...document.links].map(one => one.getAttribute('href')).filter(one => !one.startsWith('#'))"
        )

        assert watched.nothing == {}
        assert (there - ELEMENTS, links) == (set(), [])
        assert watched.page.evaluate("document.querySelectorAll('meta[http-equiv]').length") == 1
        assert watched.page.title().startswith("What sites told Meta")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", PHONE["width"])])
def test_axe_finds_no_fault(browser: Browser, report: Path, scheme: Scheme, width: int) -> None:
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    with opened(browser, report, bypass_csp=True, **look) as watched:
        watched.open_all()
        watched.page.evaluate(axe)
        found = watched.page.evaluate("axe.run()")

    assert found["passes"]
    faults = [
        (one["impact"], one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]
    ]
    assert faults == []


def test_all_that_is_folded_on_screen_is_open_on_paper(browser: Browser, report: Path) -> None:
    visible = "[...document.querySelectorAll('details table')].map(one => one.checkVisibility())"
    with opened(browser, report, viewport={"width": 794, "height": 1123}) as watched:
        on_screen = watched.page.evaluate(visible)
        watched.page.emulate_media(media="print")
        on_paper = watched.page.evaluate(visible)
        wide = watched.page.evaluate("document.documentElement.scrollWidth")

    assert len(on_paper) > 10
    assert (set(on_screen), set(on_paper)) == ({False}, {True})
    assert wide <= 794


@pytest.mark.parametrize("width", [320, PHONE["width"], 768, 1024])
def test_no_width_makes_the_page_scroll_sideways(browser: Browser, report: Path, width: int) -> None:
    with opened(browser, report, viewport={"width": width, "height": 800}) as watched:
        watched.open_all()
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_key_leads_past_the_contents(browser: Browser, report: Path) -> None:
    with opened(browser, report) as watched:
        page = watched.page
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the report"
        assert skip.bounding_box()["x"] >= 0  # type: ignore[index]  # it is there
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_dark_and_light_are_other_colours_and_paper_is_white(browser: Browser, report: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    colours = {}
    for scheme in ("light", "dark"):
        with opened(browser, report, color_scheme=scheme) as watched:
            colours[scheme] = watched.page.evaluate(ground)
            watched.page.emulate_media(media="print")
            assert watched.page.evaluate(ground) == "rgb(255, 255, 255)"

    assert colours == {"light": "rgb(247, 245, 240)", "dark": "rgb(20, 22, 26)"}
