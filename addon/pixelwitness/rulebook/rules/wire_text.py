"""Requests and answers as an example of a rule writes them.

    POST https://www.facebook.com/tr/
    content-type: application/x-www-form-urlencoded

    id=1234567890123456&ev=Lead

Owns that notation.  Must not know rules.
"""

import re

from pixelwitness.core.wire.request import BodyState, Headers, Request, Response

UNSEEN_BODIES = (BodyState.NOT_RECORDED, BodyState.TOO_BIG, BodyState.UNDECODABLE)
"""What an example may say of a body that it does not show."""

_FIRST_LINE = re.compile(r"([A-Z]+) ([a-z][a-z0-9+.-]*:\S+)")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)")


class WireTextError(ValueError):
    """Text that is no request or answer; the message says what was found and what would be right."""


def read_request(text: str, body_state: BodyState | None = None) -> Request:
    r"""Read a request: ``METHOD URL``, header lines, an empty line, the body.

    >>> read_request("POST https://shop.example/x\naccept: */*\n\na=1\n").body
    b'a=1'
    """
    first, headers, content = _split(text)
    found = _FIRST_LINE.fullmatch(first)
    if found is None:
        raise WireTextError("does not start with a method and an absolute URL, such as GET https://shop.example/")
    if body_state is not None and content:
        raise WireTextError(f"holds a body and is said to be {body_state.value}; keep one of the two")
    body = _body(content, headers)
    state = body_state or (BodyState.RECORDED if body else BodyState.EMPTY)
    return Request(found[1], found[2], headers, body or None, state)


def read_response(text: str) -> Response:
    r"""Read an answer: the status, header lines, an empty line, the body; ``none`` where there was none.

    >>> answer = read_response("200\ncontent-type: text/html\n\n<p>hello")
    >>> answer.status, answer.mime_type, answer.text
    (200, 'text/html', '<p>hello')
    """
    if text.strip() == "none":
        return Response()
    first, headers, content = _split(text)
    if not re.fullmatch(r"[1-5]\d\d", first):
        raise WireTextError("does not start with a status, such as 200; write none where no answer came")
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    return Response(int(first), headers, kind, content or None)


def _split(text: str) -> tuple[str, Headers, str]:
    head, _, content = text.strip("\n").partition("\n\n")
    first, *rows = head.split("\n")
    headers = []
    for row in rows:
        found = _HEADER.fullmatch(row)
        if found is None:
            raise WireTextError("has a line before the empty one that is no header, such as referer: https://…")
        headers.append((found[1], found[2].rstrip()))
    return first.strip(), tuple(headers), content


def _body(content: str, headers: Headers) -> bytes:
    multipart = any(n.lower() == "content-type" and v.lower().startswith("multipart/") for n, v in headers)
    if multipart:  # a YAML block knows \n only, a browser writes CRLF between the parts
        content = re.sub(r"\r?\n", "\r\n", content) + "\r\n"
    return content.encode()
