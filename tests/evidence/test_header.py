"""Headers of every fork since London read to the same number, time and root; nothing else is a header."""

import pytest
import rlp

from normledger.errors import InputError
from normledger.evidence.header import FORKS, read_header
from normledger.identifiers import keccak

FIELDS: list[bytes] = [
    b"\1" * 32, b"\2" * 32, b"\3" * 20, b"\4" * 32, b"\5" * 32, b"\6" * 32, b"\7" * 256, b"", b"\x01\x00", b"\x0f",
    b"", b"\x6b\x49\xd2\x00", b"extra", b"\x08" * 32, bytes(8), b"\x09", b"\x0a" * 32, b"", b"", b"\x0b" * 32,
    b"\x0c" * 32,
]  # fmt: skip


@pytest.mark.parametrize("count", sorted(FORKS))
def test_every_fork_s_header_reads(count: int) -> None:
    raw = rlp.encode(FIELDS[:count])
    header = read_header(raw)
    assert (header.number, header.time, header.state_root) == (256, 1_800_000_000, b"\4" * 32)
    assert header.hash == keccak(raw)


@pytest.mark.parametrize("count", [0, 1, 15, 18, 19, 22])
def test_other_numbers_of_fields_are_refused(count: int) -> None:
    with pytest.raises(InputError, match="fields"):
        read_header(rlp.encode([*FIELDS, b"\1" * 32][:count]))


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, b"\1" * 31), (3, b""), (6, bytes(255)), (8, b"\0\1"), (11, [b"\1"]), (12, [b""]), (14, b"")],
)
def test_a_field_of_another_shape_is_refused(place: int, value: object) -> None:
    fields = [*FIELDS[:place], value, *FIELDS[place + 1 :]]
    with pytest.raises(InputError, match="this is no block header"):
        read_header(rlp.encode(fields))


def test_a_time_beyond_every_calendar_is_refused() -> None:
    for time, good in ((253_402_300_799, True), (253_402_300_800, False), (2**200, False)):
        fields = [*FIELDS[:11], time.to_bytes((time.bit_length() + 7) // 8, "big"), *FIELDS[12:]]
        if good:
            assert read_header(rlp.encode(fields)).time == time
        else:
            with pytest.raises(InputError, match="beyond the year 9999"):
                read_header(rlp.encode(fields))
