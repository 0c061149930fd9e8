"""The floor: the least that any program does which stores a HAR's hash and looks at each of its requests.

SHA-256 of the file, and one typed decode of what a request's first look needs:
URL, method, status, media type, page and times.  Nothing is detected or stored.

    python -m bench.floor FILE
"""

import hashlib
import mmap
import sys
from pathlib import Path

import msgspec


class Request(msgspec.Struct):
    method: str
    url: str


class Content(msgspec.Struct):
    mimeType: str = ""  # noqa: N815  the format's name


class Response(msgspec.Struct):
    status: int
    content: Content


class Entry(msgspec.Struct):
    request: Request
    response: Response
    startedDateTime: str  # noqa: N815  the format's name
    time: float
    pageref: str | None = None


class Log(msgspec.Struct):
    entries: list[Entry]


class Har(msgspec.Struct):
    log: Log


def main() -> None:
    with Path(sys.argv[1]).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        digest = hashlib.sha256(content).hexdigest()
        har = msgspec.json.decode(content, type=Har)
    print(digest, len(har.log.entries))


if __name__ == "__main__":
    main()
