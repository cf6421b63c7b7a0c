"""A contract assembled by hand, so that these tests need no compiler.

Without input it returns what it stores. With a word it stores the word and writes it as an event's topic and data,
except that it refuses 1 with the error 0xdeadbeef, and 2 with an invalid opcode.
"""

from normledger.identifiers import Hash

ERROR = bytes.fromhex("deadbeef")

_READ = "36600c57" + "5f545f5260205ff3"  # no input: return storage[0]
_WRITE = "5b" + "5f35" + "80600114602857" + "80600214603557" + "805f55" + "805f52" + "60205fa1" + "00"
_REFUSE = "5b" + "63deadbeef5f526004601cfd"
_FAIL = "5b" + "fe"

RUNTIME = bytes.fromhex(_READ + _WRITE + _REFUSE + _FAIL)
INIT_CODE = bytes.fromhex(f"60{len(RUNTIME):02x}600a5f3960{len(RUNTIME):02x}5ff3") + RUNTIME

assert RUNTIME[0x28] == RUNTIME[0x35] == 0x5B


def word(number: int) -> Hash:
    """The number as the 32 bytes that the contract takes."""
    return Hash(number.to_bytes(32, "big"))
