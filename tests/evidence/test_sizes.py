"""How large bundles are, and what too large or too deep a file meets."""

import gzip
import time

import pytest

from normledger.evidence.bundle import MOST_BYTES
from normledger.evidence.verdict import Unproven
from normledger.evidence.verification import verify
from tests.evidence.bundles import good
from tests.evidence.forging import endorsed


def test_a_bilateral_agreement_s_bundle_has_at_most_30_kb() -> None:
    assert len(good()["consent"]) <= 30_000


def test_a_norm_with_a_hundred_endorsements_has_at_most_200_kb_in_gzip() -> None:
    raw = endorsed(100)
    verdict = verify(raw)
    assert len(verdict.claim["endorsed_by"]) == 100
    assert "exactly 100 parties" in verdict.says
    assert len(gzip.compress(raw)) <= 200_000


@pytest.mark.parametrize(
    "raw",
    [
        b" " * (MOST_BYTES + 1), b"[" * 1_000_000, b'{"a":' * 1_000_000, b'"' * 1_000_001, b'["' * 500_000,
        b'"' + b"\\" * 1_000_000, b"9" * 1_000_000, b'{"type":' + b"9" * 5_000 + b"}", b"\xff" * 1_000_000,
        b"[]" * 500_000, b'{"a":1' + b',"a":1' * 100_000 + b"}", b"[" * 64 + b"]" * 64, b"null", b"true",
        b'"evidence"', b"NaN", b"-0", b"1e999",
    ],
    ids=range(18),
)  # fmt: skip
def test_whatever_it_is_it_is_refused_soon(raw: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(Unproven) as caught:
        verify(raw)
    assert caught.value.step in ("size", "json", "version")
    assert time.perf_counter() - start < 5
    assert len(str(caught.value)) < 400


def test_a_longer_file_is_read_where_the_reader_allows_it() -> None:
    raw = good()["consent"]
    with pytest.raises(Unproven, match="at step size"):
        verify(raw, limit=len(raw) - 1)
    assert verify(raw, limit=len(raw)).says
