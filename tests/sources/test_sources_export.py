"""Meta's export: both shapes, from a zip, a folder or the file itself; broken, hostile and unreadable ones."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pixelwitness.meaning.hints.reconciliation import ListedEvent
from pixelwitness.sources.meta_export import MAX_BYTES, Export, read_export

NAME = "your_activity_off_meta_technologies.json"
OLD_NAME = "your_off-facebook_activity.json"

OLDER: dict[str, Any] = {
    "off_facebook_activity_v2": [
        {
            "name": "shop.example",
            "events": [
                {"id": 127359960673129, "type": "VIEW_CONTENT", "timestamp": 1629564900},
                {"id": 127359960673129, "type": "PURCHASE", "timestamp": 1629565200},
            ],
        },
        {"name": "Caf\u00c3\u00a9 M\u00c3\u00bcller", "events": [{"id": 1, "type": "CUSTOM", "timestamp": 1629564900}]},
        {"name": "empty.example", "events": []},
    ]
}


def record(title: str, *events: tuple[str, str, int], labels: tuple[str, str, str, str]) -> dict[str, Any]:
    heading, number, kind, received = labels
    rows = [
        {
            "dict": [
                {"label": number, "value": one_id},
                {"label": kind, "value": name},
                {"label": received, "timestamp_value": at},
            ]
        }
        for one_id, name, at in events
    ]
    return {"title": title, "fbid": "10", "media": [], "label_values": [{"label": heading, "vec": rows}]}


ENGLISH = ("Events", "ID", "Event", "Received on")
GERMAN = ("Ereignisse", "ID", "Ereignis", "Empfangen am")
RECORDS = [
    record("shop.example", ("1001", "PAGE_VIEW", 1700000000), ("1001", "ADD_TO_CART", 1700000060), labels=ENGLISH),
    record("Schuhe GmbH", ("1002", "PURCHASE", 1700000100), labels=GERMAN),
]

OF_OLDER = [
    ListedEvent("shop.example", "VIEW_CONTENT", "127359960673129", 1629564900.0),
    ListedEvent("shop.example", "PURCHASE", "127359960673129", 1629565200.0),
    ListedEvent("Café Müller", "CUSTOM", "1", 1629564900.0),
]
OF_RECORDS = [
    ListedEvent("shop.example", "PAGE_VIEW", "1001", 1700000000.0),
    ListedEvent("shop.example", "ADD_TO_CART", "1001", 1700000060.0),
    ListedEvent("Schuhe GmbH", "PURCHASE", "1002", 1700000100.0),
]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def read(tmp_path: Path, value: Any, name: str = NAME) -> Export:
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return read_export(path)


@pytest.mark.parametrize(("value", "expected"), [(OLDER, OF_OLDER), (RECORDS, OF_RECORDS)])
def test_both_shapes_give_the_same_kind_of_list(value: Any, expected: list[ListedEvent], tmp_path: Path) -> None:
    export = read(tmp_path, value)

    assert export.listed == expected
    assert (export.files, export.problems) == ([NAME], [])


@pytest.mark.parametrize(
    "member",
    [
        f"apps_and_websites_off_of_facebook/{OLD_NAME}",
        f"your_facebook_activity/apps_and_websites_off_of_facebook/{NAME}",
        f"apps_and_websites_off_of_instagram/apps_and_websites/{NAME}",
    ],
)
def test_a_zip_is_read_without_unpacking_it(member: str, tmp_path: Path) -> None:
    members = {member: json.dumps(OLDER).encode(), "messages/inbox.json": b'{"off_facebook_activity_v2": "no"}'}

    export = read_export(zipped(tmp_path / "facebook.zip", members))

    assert export.listed == OF_OLDER
    assert [one.name for one in tmp_path.iterdir()] == ["facebook.zip"]


def test_a_folder_is_read_with_both_accounts(tmp_path: Path) -> None:
    for folder, value in (("facebook", OLDER), ("instagram", RECORDS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / NAME).write_text(json.dumps(value), "utf-8")
    (tmp_path / "other.json").write_text("[]")

    export = read_export(tmp_path)

    assert export.listed == [*OF_OLDER, *OF_RECORDS]
    assert export.files == [NAME, NAME]


def test_the_html_form_is_named_as_not_readable_yet(tmp_path: Path) -> None:
    html = "your_activity_off_meta_technologies.html"
    (tmp_path / html).write_text("<html>")
    for path in (tmp_path, tmp_path / html, zipped(tmp_path / "a.zip", {f"x/{html}": b"<html>"})):
        export = read_export(path)
        assert export.listed == []
        assert [one.what for one in export.problems] == [
            "is the HTML form of the export, which cannot be read yet; ask Meta for the JSON form"
        ]


def test_an_archive_without_the_list_says_what_is_missing(tmp_path: Path) -> None:
    export = read_export(zipped(tmp_path / "a.zip", {"posts/your_posts.json": b"[]"}))
    assert export.files == []
    assert "your_activity_off_meta_technologies.json" in export.problems[0].what


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    assert read(tmp_path, []).files == [NAME]
    assert read(tmp_path, {"off_facebook_activity_v2": []}).files == [NAME]


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (1629564900, 1629564900.0),
        (1629564900123, 1629564900.123),
        ("1629564900", 1629564900.0),
        (0, None),
        (-5, None),
        (True, None),
        (10**30, None),
        (None, None),
        ({"a": 1}, None),
        ("yesterday", None),
    ],
)
def test_a_time_is_seconds_or_not_recorded(time: Any, expected: float | None, tmp_path: Path) -> None:
    value = {"v": [{"name": "shop.example", "events": [{"id": 1, "type": "PURCHASE", "timestamp": time}]}]}
    assert read(tmp_path, value).listed == [ListedEvent("shop.example", "PURCHASE", "1", expected)]


@pytest.mark.parametrize(
    "value",
    [
        "not json",
        "[" * 50_000,
        "\x00\x01",
        '{"a": ' * 5_000,
        "null",
        "7",
        '"text"',
        [1, None, "x", [], {}],
        [{"title": 1, "label_values": 2}],
        {"v": [{"name": "a", "events": 3}]},
        {"v": {"name": "a"}},
    ],
)
def test_what_is_no_export_is_told_never_raised(value: Any, tmp_path: Path) -> None:
    export = read(tmp_path, value)
    assert export.listed == []
    assert len(export.problems) == 1


def test_odd_events_among_good_ones_are_left_out(tmp_path: Path) -> None:
    odd: list[Any] = [None, 1, {}, {"type": 5}, {"type": " "}, {"type": "PURCHASE"}, {"type": "X" * 5_000, "id": [1]}]
    listed = read(tmp_path, {"v": [{"name": "n" * 5_000, "events": odd}]}).listed
    assert [(len(one.business), len(one.type), one.id, one.at) for one in listed] == [
        (300, 8, None, None),
        (300, 100, None, None),
    ]


def test_a_bomb_in_the_archive_is_not_expanded(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {NAME: b" " * (MAX_BYTES + 10)})
    assert path.stat().st_size < 1_000_000

    export = read_export(path)

    assert export.files == []
    assert f"{MAX_BYTES:,}" in export.problems[0].what


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {NAME: json.dumps(OLDER).encode() * 50}).read_bytes()
    at = whole.index(b"technologies.json") + 30
    broken = io.BytesIO(whole[:at] + bytes(40) + whole[at + 40 :]).getvalue()
    (tmp_path / "b.zip").write_bytes(broken)

    export = read_export(tmp_path / "b.zip")

    assert export.files == []
    assert len(export.problems) == 1


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text(json.dumps(OLDER))
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / NAME).symlink_to(tmp_path / "outside.json")
    assert read_export(folder).listed == []
