"""Contracts at addresses that commit to their code: CREATE2 through the deterministic deployer that everybody uses.

The deployer is 69 bytes of code at one address on every chain. It came there by a transaction whose signature was made
up (r = s = 0x2222…), so nobody has the key of the account it came from and anyone may send it again elsewhere.
Source: github.com/Arachnid/deterministic-deployment-proxy; addresses as in EIP-1014.
"""

from normledger.acts.release import DEPLOYER, create2
from normledger.chain.node import Receipt
from normledger.chain.sender import Sender
from normledger.errors import ChainError
from normledger.identifiers import Address

_MAKER = Address.parse("0x3fAB184622Dc19b6109349B94811493BF2a45362")
_COST = 10**16  # wei: the transaction below offers 100 gwei for each of its 100,000 gas
_CODE = bytes.fromhex(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f5"
    "8015156039578182fd5b8082525050506014600cf3"
)
_TRANSACTION = bytes.fromhex(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe"
    + _CODE.hex()
    + "1ba0"
    + "22" * 32
    + "a0"
    + "22" * 32
)


def ensure_deployer(sender: Sender) -> None:
    """Put the deployer onto the chain if it is missing; `sender` then pays 0.01 of the chain's coin.

    Raises ChainError if the chain refuses its transaction (some take only those that name the chain, EIP-155).
    """
    node = sender.node
    if not node.code(DEPLOYER):
        if (lacking := _COST - node.balance(_MAKER)) > 0:
            sender.send(_MAKER, b"", value=lacking)
        try:
            sender.wait(node.submit(_TRANSACTION))
        except ChainError as error:
            raise ChainError(f"The deterministic deployer {DEPLOYER} cannot be put onto this chain: {error}") from error
    if node.code(DEPLOYER) != _CODE:
        raise ChainError(f"The chain at {node.name} has other code than the deterministic deployer's at {DEPLOYER}.")


def deploy(sender: Sender, init_code: bytes, salt: bytes = bytes(32)) -> tuple[Address, Receipt | None]:
    """The address of the contract that `init_code` makes, and the receipt; None if it was already there.

    Raises Reverted if the contract's constructor refuses, ChainError if no code lies at the address afterwards.
    """
    node, address = sender.node, create2(init_code, salt)
    if node.code(address):
        return address, None
    ensure_deployer(sender)
    receipt = sender.send(DEPLOYER, salt + init_code)
    if not node.code(address):
        raise ChainError(f"Transaction {receipt.transaction} succeeded, but there is no contract at {address}.")
    return address, receipt
