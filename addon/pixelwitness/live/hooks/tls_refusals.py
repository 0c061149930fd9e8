"""The count of clients that refused the certificate of the proxy.

Owns the difference between one that refuses the proxy's certificate and one that merely
hangs up, as browsers do with a connection they no longer need.  Must not know what is done
with the number.
"""

from collections import Counter
from dataclasses import dataclass, field

from mitmproxy.connection import Connection, ConnectionState
from mitmproxy.tls import TlsData

MOST_NAMES = 20_000
"""Names kept at once, by client, of those accepted and of those hung up on; beyond it what is not kept counts."""

type _Name = tuple[str, str]
"""A client's address and the name that it asked for."""


@dataclass(slots=True)
class TlsRefusals:
    """The refused connections of one session, as far as its handshakes show them."""

    _refused: int = 0
    _hung_up: Counter[_Name] = field(default_factory=Counter)
    _accepted: dict[_Name, None] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """How many connections refused the certificate, as far as is known by now."""
        return self._refused + self._hung_up.total()

    def established(self, data: TlsData) -> None:
        """Note a handshake that succeeded: where the client hung up on that name, it was not over the certificate."""
        name = _name_of(data)
        self._hung_up.pop(name, None)
        if name not in self._accepted and len(self._accepted) >= MOST_NAMES:
            del self._accepted[next(iter(self._accepted))]
        self._accepted[name] = None

    def failed(self, data: TlsData) -> None:
        """Note a handshake that failed.

        Some clients, Apple's among them, answer a certificate they do not trust by hanging up
        without an alert.  So whoever does that counts, unless it takes the certificate for that
        name at another time.
        """
        if _is_gone_before_the_certificate(data):
            return
        name = _name_of(data)
        if _has_an_objection(data):
            self._refused += 1
        elif name not in self._accepted:
            if name in self._hung_up or len(self._hung_up) < MOST_NAMES:
                self._hung_up[name] += 1
            else:
                self._refused += 1


def _name_of(data: TlsData) -> _Name:
    server = data.context.server.address
    return _address_of(data.conn), data.conn.sni or (server[0] if server else "")


def _address_of(connection: Connection) -> str:
    return str(connection.peername[0]) if connection.peername else ""


def _is_gone_before_the_certificate(data: TlsData) -> bool:
    if data.conn.transport_protocol != "tcp" or ConnectionState.CAN_READ in data.conn.state:
        return False
    return data.ssl_conn is None or data.ssl_conn.get_state_string() == b"before SSL initialization"


def _has_an_objection(data: TlsData) -> bool:
    """Say whether TLS itself failed: by an alert of the client's, or as no version or cipher suits both."""
    return data.ssl_conn is None or data.ssl_conn.get_state_string() == b"error"
