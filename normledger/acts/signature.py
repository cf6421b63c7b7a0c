"""Sign a digest; recover the signer, strictly.

The same rules as contracts/Consent.sol: 65 bytes r ‖ s ‖ v, v 27 or 28, s in the lower half of the order (EIP-2),
r and s not zero; or EIP-2098's 64 bytes, in which v hides in the highest bit of s. A laxer verifier would call valid
what the chain never took.
"""

from coincurve import PrivateKey, PublicKey

from normledger.errors import SignatureError
from normledger.identifiers import Address, Digest, keccak

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of secp256k1 (SEC 2, section 2.4.1)."""

_NIL, _HALF, _ORDER = (number.to_bytes(32, "big") for number in (0, ORDER // 2, ORDER))
_PARITY = {27: b"\0", 28: b"\1"}


def address_of(private_key: bytes) -> Address:
    """The plain account of a 32-byte private key."""
    return _address(PrivateKey(private_key).public_key)


def sign(digest: Digest, private_key: bytes) -> bytes:
    """A strict 65-byte signature, its nonce by RFC 6979: the same key and digest give the same bytes."""
    compact = PrivateKey(private_key).sign_recoverable(digest, hasher=None)
    return compact[:64] + bytes([compact[64] + 27])


def recover(digest: Digest, signature: bytes) -> Address:
    """The account that made this signature. Raises `SignatureError` with what makes it unacceptable."""
    if len(signature) == 64:
        signature = expanded(signature)
    if len(signature) != 65:
        raise SignatureError(f"A plain signature has 65 bytes, this one has {len(signature)}; sign again.")
    r, s, v = signature[:32], signature[32:64], signature[64]  # compared as bytes: a verifier does so by the thousand
    if v not in _PARITY:
        raise SignatureError(f"A signature's last byte is 27 or 28, here it is {v}; sign again with a current wallet.")
    if not _NIL < r < _ORDER or not _NIL < s < _ORDER:
        raise SignatureError("The signature's r or s is outside the curve's order; sign again.")
    if s > _HALF:
        raise SignatureError("The signature has a high s (EIP-2) and the chain would refuse it; sign again.")
    try:
        key = PublicKey.from_signature_and_message(r + s + _PARITY[v], digest, hasher=None)
    except Exception as error:  # coincurve raises a bare Exception when no point answers to r
        raise SignatureError("No account answers to this signature; sign again.") from error
    return _address(key)


def compact(signature: bytes) -> bytes:
    """A strict 65-byte signature in EIP-2098's 64 bytes: r ‖ (parity of v, s)."""
    return signature[:32] + bytes([signature[32] | (signature[64] - 27) << 7]) + signature[33:64]


def expanded(signature: bytes) -> bytes:
    """The 65 bytes of a signature in EIP-2098's short form."""
    if signature[32] < 0x80:
        return signature[:64] + b"\x1b"
    return signature[:32] + bytes([signature[32] & 0x7F]) + signature[33:64] + b"\x1c"


def is_by(digest: Digest, signature: bytes, account: Address) -> bool:
    """Whether this is `account`'s plain signature."""
    try:
        return recover(digest, signature) == account
    except SignatureError:
        return False


def _address(key: PublicKey) -> Address:
    return bytes.__new__(Address, keccak(key.format(compressed=False)[1:])[12:])  # 20 bytes for certain
