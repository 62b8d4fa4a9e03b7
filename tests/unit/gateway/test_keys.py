"""What makes a key, and what is kept of it."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access import keys
from gateway.access.errors import AdminKeyWeak, KeyNameInvalid


@given(st.binary(min_size=32, max_size=32))
def test_a_key_carries_all_of_its_random_bytes_and_fits_a_header(entropy: bytes) -> None:
    key = keys.make_key(entropy)
    assert key.startswith("csk_")
    assert len(key) == 4 + 43
    assert keys.bearer(f"Bearer {key}".encode()) == key


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_is_never_made_of_less_than_it_should_be(size: int) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        keys.make_key(bytes(size))


def test_only_the_hash_is_kept() -> None:
    key = keys.make_key(secrets.token_bytes(32))
    assert keys.hash_key(key) == hashlib.sha256(key.encode()).hexdigest()
    assert keys.shown_prefix(key) == key[:8]


def test_hashes_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    """In constant time, and by nothing else: whatever that says is so, of the secret before a rotation as well."""
    assert keys.same_hash("a" * 64, "a" * 64)
    assert not keys.same_hash("a" * 64, "a" * 63 + "b")
    now = datetime(2018, 2, 28, tzinfo=UTC)
    previous = keys.Previous("csk_bbbb", "b" * 64, now + timedelta(hours=1))
    key = keys.Key(1, "Ana", "csk_aaaa", "a" * 64, now, "suite", None, None, previous=previous)
    asked: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        asked.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    for shown in ("a" * 64, "b" * 64):
        with pytest.raises(LookupError):
            key.good_until(shown, now)
        assert asked == [(key.hash.encode(), shown.encode()), (previous.hash.encode(), shown.encode())]
        asked.clear()


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (b"Bearer abc", "abc"),
        (b"bearer abc", "abc"),
        (b"BEARER   a.b_c~d+e/f-g==", "a.b_c~d+e/f-g=="),
        (b"", None),
        (b"Bearer", None),
        (b"Bearer ", None),
        (b"Bearer a b", None),
        (b"Bearer a,b", None),
        (b"Bearer \xff", None),
        (b"Bearer =abc", None),
        (b"Basic YTpi", None),
        (b"abc", None),
        (b"Bearer " + b"a" * 9000, None),
        (b"Bearer abc\n", None),
    ],
)
def test_what_counts_as_a_bearer_header(header: bytes, key: str | None) -> None:
    assert keys.bearer(header) == key


def test_a_chosen_key_needs_32_characters() -> None:
    assert keys.admin_key("k" * 32) == "k" * 32
    with pytest.raises(AdminKeyWeak, match="it has 31"):
        keys.admin_key("k" * 31)


@pytest.mark.parametrize("secret", ["k" * 31 + " ", "k" * 32 + "\n", "ü" * 32, "k" * 40 + '"', "k" * 600])
def test_a_chosen_key_must_fit_a_header(secret: str) -> None:
    with pytest.raises(AdminKeyWeak):
        keys.admin_key(secret)


@given(st.text(alphabet="abcXYZ019._~+/-", min_size=32, max_size=500))
def test_whatever_is_taken_as_a_chosen_key_can_be_sent(secret: str) -> None:
    assert keys.bearer(f"Bearer {keys.admin_key(secret)}".encode()) == secret


@pytest.mark.parametrize("name", ["first", "Ana Nowak", "etl@plymouth.example", "a", "x" * 64])
def test_names_a_key_may_have(name: str) -> None:
    assert keys.key_name(name) == name


@pytest.mark.parametrize("name", ["", " a", "a ", "x" * 65, "a\r\nX-Actor: b", "naïve", "-a", "a;b"])
def test_names_that_could_not_travel_as_an_actor(name: str) -> None:
    with pytest.raises(KeyNameInvalid):
        keys.key_name(name)
