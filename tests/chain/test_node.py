"""What every chain has to do alike: the embedded one, Ganache, and Anvil."""

import pytest
import rlp
from eth_account import Account
from trie import HexaryTrie

from normledger.acts.release import DEPLOYER, create2
from normledger.chain.deployment import deploy, ensure_deployer
from normledger.chain.node import Node, Reverted, StateProof, connect
from normledger.errors import ChainError
from normledger.identifiers import Address, Hash, keccak
from tests.chain.bytecode import ERROR, INIT_CODE, RUNTIME, word
from tests.chain.conftest import OWNER, Chain
from tests.chains import KEY, Ganache

STRANGER = Address(bytes.fromhex("11" * 20))


@pytest.fixture
def contract(chain: Chain, request: pytest.FixtureRequest) -> Address:
    """The little contract at an address of this test's own."""
    return deploy(chain.sender, INIT_CODE, keccak(request.node.name.encode()))[0]


def test_the_same_code_lands_at_the_same_address_everywhere(chain: Chain) -> None:
    address, receipt = deploy(chain.sender, INIT_CODE)
    assert str(address) == "0x9435e8796F61872C09dD10d523bEccB35a770D2c" == str(create2(INIT_CODE))
    assert receipt is None or receipt.ok
    assert chain.node.code(address) == RUNTIME
    assert deploy(chain.sender, INIT_CODE) == (address, None)


def test_deployer_is_installed_once(chain: Chain) -> None:
    ensure_deployer(chain.sender)
    before = chain.node.nonce(OWNER)
    ensure_deployer(chain.sender)
    assert chain.node.nonce(OWNER) == before


def test_a_constructor_that_refuses_is_told_before_anything_is_sent(chain: Chain) -> None:
    ensure_deployer(chain.sender)
    before = chain.node.nonce(OWNER)
    with pytest.raises(Reverted):
        deploy(chain.sender, bytes.fromhex("5f5ffd"))
    assert chain.node.nonce(OWNER) == before


def test_blocks_are_linked_and_end_at_the_head(chain: Chain, contract: Address) -> None:
    receipt = chain.sender.send(contract, word(7))
    head = chain.node.head()
    assert (head.number, head.hash) == (receipt.block_number, receipt.block_hash)
    below = chain.node.block(head.number - 1)
    assert below is not None
    assert head.parent == below.hash
    assert head.time >= below.time
    assert chain.node.block(head.number + 1) is None


def test_final_block_is_the_head_where_nobody_else_extends_the_chain(chain: Chain, contract: Address) -> None:
    head, final = chain.node.head(), chain.node.final()
    assert final == head if chain.kind != "anvil" else final.number == max(0, head.number - 64)


def test_header_hashes_to_the_block_hash(chain: Chain, contract: Address) -> None:
    for number in (0, chain.node.head().number):
        raw, block = chain.node.header(number), chain.node.block(number)
        assert block is not None
        assert keccak(raw) == block.hash
        fields = len(rlp.decode(raw))
        assert fields == 17 or (chain.kind == "anvil" and fields == 19)  # it adds Cancun's two, even under Shanghai
    with pytest.raises(ChainError, match="has no block"):
        chain.node.header(chain.node.head().number + 1)


def test_logs_come_in_order_from_the_contracts_asked_for_and_no_other(chain: Chain, contract: Address) -> None:
    other, _ = deploy(chain.sender, INIT_CODE, keccak(b"other" + contract))
    receipts = [chain.sender.send(to, word(n)) for to, n in ((contract, 10), (other, 11), (contract, 12))]
    first, last = receipts[0].block_number, receipts[-1].block_number
    logs = chain.node.logs([contract], first, last)
    assert [(log.topics, log.data) for log in logs] == [((word(n),), word(n)) for n in (10, 12)]
    for log, receipt in zip(logs, (receipts[0], receipts[2]), strict=True):
        assert (log.block_number, log.block_hash) == (receipt.block_number, receipt.block_hash)
        assert (log.transaction, receipt.logs) == (receipt.transaction, (log,))
    assert [log.address for log in chain.node.logs([contract, other], first, last)] == [contract, other, contract]
    assert chain.node.logs([contract], first + 1, first + 1) == chain.node.logs([], first, last) == []
    assert chain.node.logs([contract], last, first) == []


def test_old_blocks_keep_their_state(chain: Chain, contract: Address) -> None:
    old = chain.sender.send(contract, word(21)).block_number
    chain.sender.send(contract, word(22))
    assert chain.node.call(contract, b"", block=old) == word(21)
    assert chain.node.call(contract, b"", sender=STRANGER) == word(22)
    assert chain.node.storage(contract, word(0), old) == word(21)
    assert chain.node.storage(contract, word(0)) == word(22)
    assert chain.node.storage(contract, word(5)) == word(0)
    assert chain.node.code(contract, old) == RUNTIME
    assert chain.node.code(STRANGER) == b""
    assert chain.node.balance(OWNER, old) > chain.node.balance(OWNER)


def test_a_refusal_tells_its_data_and_costs_nothing(chain: Chain, contract: Address) -> None:
    before = chain.node.nonce(OWNER)
    for attempt in (
        lambda: chain.node.call(contract, word(1)),
        lambda: chain.node.estimate(OWNER, contract, word(1)),
        lambda: chain.sender.send(contract, word(1)),
    ):
        with pytest.raises(Reverted, match="error 0xdeadbeef") as refused:
            attempt()
        assert refused.value.data == ERROR
    for empty in (lambda: chain.node.call(contract, word(2)), lambda: chain.node.estimate(OWNER, contract, word(2))):
        with pytest.raises(Reverted) as failed:
            empty()
        assert failed.value.data == b""
    assert chain.node.nonce(OWNER) == before


def test_a_transaction_undone_on_the_chain_is_never_returned_as_done(chain: Chain, contract: Address) -> None:
    before = chain.node.nonce(OWNER)
    with pytest.raises(Reverted, match="was undone in block") as undone:
        chain.sender.send(contract, word(1), gas=100_000)
    assert undone.value.data == ERROR
    assert chain.node.nonce(OWNER) == before + 1


def test_an_estimate_is_enough(chain: Chain, contract: Address) -> None:
    for to, data in (
        (contract, word(2**200)),
        (DEPLOYER, keccak(b"enough" + contract) + INIT_CODE),  # an inner creation, which holds gas back (EIP-150)
        (None, INIT_CODE),
    ):
        gas = chain.node.estimate(OWNER, to, data)
        receipt = chain.sender.send(to, data, gas=gas)
        assert receipt.gas_used <= gas <= receipt.gas_used * 11 // 10 + 5000


def test_money_moves_and_nonces_count(chain: Chain) -> None:
    poor, nonce = Address(keccak(b"poor")[:20]), chain.node.nonce(OWNER)
    before = chain.node.balance(poor)
    chain.sender.send(poor, b"", value=5)
    assert chain.node.balance(poor) == before + 5
    assert chain.node.nonce(OWNER) == chain.node.nonce(OWNER, pending=False) == nonce + 1
    highest, priority = chain.node.fees()
    assert highest >= (chain.node.base_fee() or 0) + priority


def _signed(nonce: int, chain_id: int, value: int = 0) -> bytes:
    transaction = {"nonce": nonce, "chainId": chain_id, "gas": 21000, "to": str(STRANGER), "value": value}
    fees = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**9, "type": 2}
    return bytes(Account.from_key(KEY).sign_transaction(transaction | fees).raw_transaction)


def test_what_the_chain_refuses_is_told_in_a_sentence(chain: Chain) -> None:
    nonce = chain.node.nonce(OWNER)
    for raw in (_signed(nonce, 999), _signed(nonce, chain.node.chain_id, 2**100), b"\x02junk"):
        with pytest.raises(ChainError, match="refuses eth_sendRawTransaction"):
            chain.node.submit(raw)
    assert chain.node.nonce(OWNER) == nonce
    assert chain.node.receipt(keccak(b"never sent")) is None


def test_legacy_transactions_are_taken(chain: Chain) -> None:
    transaction = {"nonce": chain.node.nonce(OWNER), "chainId": chain.node.chain_id, "gasPrice": 10**11, "gas": 21000}
    signed = Account.from_key(KEY).sign_transaction(transaction | {"to": str(STRANGER), "value": 1})
    receipt = chain.sender.wait(chain.node.submit(bytes(signed.raw_transaction)))
    assert receipt.ok
    assert receipt.gas_used == 21000


def _checked(node: Node, proof: StateProof, block: int) -> list[bytes]:
    """Verify a proof from the header alone, as a stranger would; the account's fields and each slot's value."""
    root = rlp.decode(node.header(block))[3]
    nodes = [rlp.decode(node) for node in proof.account_proof]
    account = rlp.decode(HexaryTrie.get_from_proof(root, keccak(proof.address), nodes))
    told = [
        proof.nonce,
        proof.balance,
        int.from_bytes(proof.storage_hash, "big"),
        int.from_bytes(proof.code_hash, "big"),
    ]
    assert [int.from_bytes(field, "big") for field in account] == told
    values: list[bytes] = []
    for slot in proof.storage:
        nodes = [rlp.decode(node) for node in slot.proof]
        found = HexaryTrie.get_from_proof(proof.storage_hash, keccak(slot.slot), nodes)
        values.append(Hash((rlp.decode(found) if found else b"").rjust(32, b"\0")))
        assert values[-1] == slot.value
    return values


def test_proofs_verify_against_the_header(chain: Chain, contract: Address) -> None:
    old = chain.sender.send(contract, word(31)).block_number
    new = chain.sender.send(contract, word(2**255)).block_number
    slots = [word(0), keccak(b"nothing here")]
    assert _checked(chain.node, chain.node.proof(contract, slots, old), old) == [word(31), word(0)]
    proof = chain.node.proof(contract, slots, new)
    assert _checked(chain.node, proof, new) == [word(2**255), word(0)]
    assert proof.code_hash == keccak(RUNTIME)
    assert _checked(chain.node, chain.node.proof(OWNER, [], new), new) == []


def test_what_a_reorganisation_drops_is_gone(chain: Chain, contract: Address) -> None:
    chain.sender.send(contract, word(41))
    go_back, kept = chain.keep(), chain.node.head()
    dropped = chain.sender.send(contract, word(42))
    go_back()
    assert chain.node.head() == kept
    assert chain.node.block(dropped.block_number) is None
    assert chain.node.receipt(dropped.transaction) is None
    assert chain.node.call(contract, b"") == word(41)
    other = chain.sender.send(contract, word(43))
    assert other.block_number == dropped.block_number
    assert other.block_hash != dropped.block_hash
    assert [log.data for log in chain.node.logs([contract], kept.number + 1, other.block_number)] == [word(43)]


def test_the_chain_is_there_again_after_a_restart(chain: Chain, contract: Address) -> None:
    if chain.restart is None:
        pytest.skip("Anvil forgets its chain when it stops")
    receipt = chain.sender.send(contract, word(51))
    head = chain.node.head()
    node = chain.restart()
    try:
        assert node.head() == head
        assert node.receipt(receipt.transaction) == receipt
        assert node.logs([contract], receipt.block_number, head.number) == list(receipt.logs)
        assert node.call(contract, b"") == word(51)
        assert node.call(contract, b"", block=receipt.block_number - 1) == word(0)
    finally:
        node.close()


@pytest.mark.tools
def test_web_sockets_carry_the_same(ganache: Ganache) -> None:
    node, other = connect(ganache.url.replace("http", "ws")), connect(ganache.url)
    assert node.head() == other.head()
    with pytest.raises(Reverted):
        node.estimate(OWNER, None, bytes.fromhex("5f5ffd"))
    node.close()
    assert node.head() == other.head()  # dialled again
    node.close()
