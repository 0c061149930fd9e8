"""What was done to a value before it was sent, and what tokens are made of."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelwitness.meaning.keep.tokens import tokenizer
from pixelwitness.meaning.text.forms import Form, bare, form_of, without_appendix

SHA256 = hashlib.sha256(b"jane.doe@example.com").hexdigest()
MD5 = hashlib.md5(b"jane.doe@example.com", usedforsecurity=False).hexdigest()
SHA1 = hashlib.sha1(b"jane.doe@example.com", usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("jane.doe@example.com", Form.PLAIN),
        ("", Form.EMPTY),
        (" \t", Form.EMPTY),
        (SHA256, Form.SHA256),
        (SHA256.upper(), Form.SHA256),
        (MD5, Form.MD5),
        (SHA1, Form.SHA1),
        (SHA256 + ".AQQCAQMC", Form.SHA256_APPENDIX),
        (SHA256 + ".Ag", Form.SHA256_APPENDIX),
        (MD5 + ".AQYCAQMB", Form.MD5_APPENDIX),
        (SHA1 + ".AQYCAQMB", Form.SHA1_APPENDIX),
        ("203.0.113.7.AQQAAQMC", Form.PLAIN_APPENDIX),
        ("2001:db8::7.AQYCAQMB.AQYCAQMB", Form.PLAIN_APPENDIX),
        ("fb.1.1795304924588.IwAR0abc.AQQCAQMC", Form.PLAIN_APPENDIX),
        ("fb.1.1795304924588.386876714.Bg", Form.PLAIN_APPENDIX),
        (hashlib.sha256(b"").hexdigest(), Form.EMPTY_HASH),
        (hashlib.md5(b"", usedforsecurity=False).hexdigest(), Form.EMPTY_HASH),
        (hashlib.sha1(b"", usedforsecurity=False).hexdigest(), Form.EMPTY_HASH),
        (hashlib.sha256(b"").hexdigest() + ".AQQCAQMC", Form.EMPTY_HASH),
        (hashlib.sha256(b"undefined").hexdigest(), Form.JUNK_HASH),
        (hashlib.sha256(b"null").hexdigest(), Form.JUNK_HASH),
        (" ^***.^**@^******.*** ", Form.MASKED),
        ("+## ### #######", Form.MASKED),
        ("^~* ^****", Form.MASKED),
        ("_removed_", Form.REMOVED),
        ("19.90", Form.NUMBER),
        ("-3", Form.NUMBER),
        ("1e+21", Form.NUMBER),
        ("true", Form.BOOLEAN),
        ("False", Form.BOOLEAN),
    ],
)
def test_a_value_has_one_form(text: str, form: Form) -> None:
    assert form_of(text) is form


@pytest.mark.parametrize(
    "text",
    [
        SHA256[:-1],  # cut off: too short for a hash, so nothing can be said
        SHA256 + "0",
        "g" * 64,
        SHA256 + ".boots",
        SHA256 + ".ABCDEFGH",  # not a version that the builder writes
        SHA256 + ".AQQCAQM",
        "Made in the U.S.BA",
        "shop.AQ",
        "removed",
        "C# & F#",
        "...",
        "19,90 EUR",
        "truely",
        "+49 170 1234567",
        "fb.1.1795304543470.798313286598662472",
    ],
)
def test_what_only_looks_like_a_form_stays_plain(text: str) -> None:
    assert form_of(text) is Form.PLAIN


def test_appendices_come_off_and_nothing_else() -> None:
    assert without_appendix("2001:db8::7.AQYCAQMB.AQYCAQMB") == "2001:db8::7"
    assert without_appendix("jane.doe@example.com") == "jane.doe@example.com"
    assert bare(SHA256.upper() + ".AQQCAQMC") == SHA256
    assert bare("Jane.Doe") == "Jane.Doe"


def test_one_hash_has_one_token_in_whatever_dress() -> None:
    token = tokenizer(b"key of a study")
    dresses = [SHA256, SHA256.upper(), SHA256 + ".AQQCAQMC", SHA256 + ".Ag"]
    assert {token(one) for one in dresses} == {token(SHA256)}
    assert len({token(SHA256), token(MD5), token("jane.doe@example.com"), token(""), token("Jane")}) == 5


def test_a_token_is_hex_of_fixed_length_and_bound_to_its_key() -> None:
    one, other = tokenizer(b"one")("jane"), tokenizer(b"other")("jane")
    assert len(one) == len(other) == 32
    assert set(one) <= set("0123456789abcdef")
    assert one != other


@given(st.text())
def test_no_text_is_without_form_and_token(text: str) -> None:
    assert form_of(text) in Form
    assert len(tokenizer(b"key")(text)) == 32


@given(st.text(st.characters(categories=["Cs", "Cc", "Cf"]), min_size=1))
def test_surrogates_and_controls_have_tokens(text: str) -> None:
    assert len(tokenizer(b"key")(text)) == 32
