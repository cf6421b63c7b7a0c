"""Links acts to a subject's word: the running commitment that shows that no act is missing.

word = keccak(abi.encode(previous word, kind, digest, party, signer, block number, block time)), as in
contracts/Consent.sol, `_link`. The register's words link new subjects in the same way, a subject's id standing where
an act's digest would.
"""

from struct import Struct

from normledger.acts.act import ActKind
from normledger.identifiers import ZERO, Address, Hash, PartyId, Word, keccak

NOTHING = Word(ZERO)
"""The word of a subject on which nothing was recorded yet."""


_LINKED = Struct(">32s 31xB 32s 32s 12x20s 24xQ 24xQ")


def link(previous: Hash, kind: ActKind, digest: Hash, party: PartyId, signer: Address, block: int, time: int) -> Word:
    """The next word of a subject; `time` is the block's, in Unix seconds."""
    return bytes.__new__(Word, keccak(_LINKED.pack(previous, kind, digest, party, signer, block, time)))
