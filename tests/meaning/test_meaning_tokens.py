"""Tokens are what RFC 2104 says, whatever the length of the key."""

import hmac

import pytest

from pixelwitness.meaning.keep.tokens import tokenizer


@pytest.mark.parametrize("length", [0, 1, 32, 64, 65, 200])
@pytest.mark.parametrize("text", ["", "jane.doe@example.com", "grün", "\ud83d", "x" * 5_000])
def test_a_token_is_the_hmac_of_the_text(length: int, text: str) -> None:
    key = bytes(range(length))
    expected = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:32]
    assert [tokenizer(key)(text) for _ in range(2)] == [expected] * 2
