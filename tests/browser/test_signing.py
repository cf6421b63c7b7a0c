"""A signatory at her browser: with a wallet, without one, without scripts, in a ceremony; strings that want to run."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from playwright.sync_api import Browser, BrowserContext, Page, expect

from normledger.acts.signature import sign
from normledger.cli.offline import sign_file
from normledger.documents.document import Agreement, Clause, Founder, Rules
from normledger.identifiers import Digest, keccak
from tests.browser.conftest import Service, violations
from tests.browser.injections import INJECTIONS
from tests.browser.wallets import Wallet

PATIENCE = 15_000
"""Milliseconds for an act to be recorded, on a machine that does much else."""


@pytest.fixture
def context(browser: Browser, service: Service) -> Iterator[BrowserContext]:
    """A fresh profile that notes what it asks elsewhere, and whatever goes wrong in its pages."""
    made = browser.new_context(base_url=service.url)
    made.set_default_timeout(PATIENCE)
    elsewhere: list[str] = []
    made.on("request", lambda request: elsewhere.append(request.url) if not _here(request.url, service) else None)
    faults: list[str] = []
    made.on("weberror", lambda error: faults.append(str(error.error)))
    yield made
    made.close()
    assert elsewhere == [], "a page asked somebody else"
    assert faults == []


def _here(url: str, service: Service) -> bool:
    return url.startswith((service.url, "data:"))


def endorse_form(page: Page, service: Service, party: str, stance: str = "endorse", reason: str = "") -> None:
    page.goto(f"/norms/{service.norm}/endorse")
    page.get_by_label("The party that signs").fill(str(service.exercise.parties[party]))
    page.locator(f"input[value={stance}]").check()
    page.get_by_label("Why").fill(reason)
    page.get_by_role("button", name="Prepare").click()
    expect(page.get_by_role("heading", name="Read, then sign")).to_be_visible()


def stances(service: Service) -> dict[str, str]:
    view = service.workspace.newest()
    return {view.parties[one.party].name: one.kind.term for one in view.norm(str(service.norm)).stances}


def called(service: Service, party: str) -> str:
    return service.workspace.newest().parties[service.exercise.parties[party]].name


def final(page: Page, state: str = "final: the chain can no longer take it back") -> None:
    page.wait_for_url(re.compile("/submissions/0x"))
    expect(page.locator("#way")).to_contain_text(state, timeout=PATIENCE)


def test_a_signatory_endorses_with_her_wallet_and_withdraws_again(service: Service, context: BrowserContext) -> None:
    wallet = Wallet([service.exercise.key_of("sandrelle")]).announce(context)
    page = context.new_page()
    endorse_form(page, service, "sandrelle", reason="It protects those who protect us.")
    assert f"{called(service, 'sandrelle')} endorses the norm" in str(page.locator("#sentence").text_content())
    page.get_by_role("button", name="Sign with Test Wallet").click()
    final(page)
    assert stances(service)[called(service, "sandrelle")] == "endorsement"
    assert wallet.signed[0]["primaryType"] == "Endorsement"
    assert wallet.asked == ["eth_requestAccounts", "eth_chainId", "eth_signTypedData_v4"]
    endorse_form(page, service, "sandrelle", "withdraw")
    page.get_by_role("button", name="Sign with Test Wallet").click()
    final(page)
    assert called(service, "sandrelle") not in stances(service)


def answering(method: str, answer: Any) -> Callable[[Wallet], None]:
    return lambda wallet: wallet.answers.update({method: answer})


def elsewhere(**values: Any) -> Callable[[Wallet], None]:
    return lambda wallet: wallet.__dict__.update(chain=1, **values)


REFUSALS: dict[str, tuple[list[Callable[[Wallet], None]], str]] = {
    "refused": ([answering("eth_signTypedData_v4", 4001)], "You refused in the wallet. Nothing was signed."),
    "no account shown": ([answering("eth_requestAccounts", 4001)], "You refused in the wallet."),
    "open question": ([answering("eth_requestAccounts", -32002)], "has a question open already"),
    "locked": ([answering("eth_requestAccounts", [])], "unlock it"),
    "another account": ([lambda one: one.keys.__setitem__(0, keccak(b"other"))], "Choose that account in the wallet"),
    "unknown chain": ([elsewhere(known_chains=(1,))], "does not know chain 20044"),
    "does not switch": ([elsewhere(switches=False)], "is on chain 1, the act is for chain 20044"),
    "will not switch": ([elsewhere(), answering("wallet_switchEthereumChain", 4001)], "You refused"),
    "can not switch": ([elsewhere(), answering("wallet_switchEthereumChain", 4200)], "Switch it there"),
    "can not sign": ([answering("eth_signTypedData_v4", -32601)], "can’t sign typed data"),
    "odd answer": ([answering("eth_signTypedData_v4", "yes")], "is no signature"),
    "odd error": ([answering("eth_chainId", 7)], "The wallet failed: error 7"),
}


def test_whatever_the_wallet_refuses_is_told_and_may_be_tried_again(service: Service, context: BrowserContext) -> None:
    key = service.exercise.key_of("umbrelle")
    wallet = Wallet([key]).announce(context)
    page = context.new_page()
    endorse_form(page, service, "umbrelle", "oppose")
    says = page.locator("#wallet-says")
    for name, (spoil, told) in REFUSALS.items():
        for one in spoil:
            one(wallet)
        page.get_by_role("button", name="Sign with Test Wallet").click()
        expect(says).to_contain_text(told, timeout=PATIENCE)
        assert "/submissions/" not in page.url, name
        wallet.answers.clear()
        wallet.keys[0] = key
        wallet.__dict__.update(chain=20044, known_chains=(1, 20044), switches=True)
    before = stances(service)
    wallet.chain = 1  # and now it knows the chain, and switches
    page.get_by_role("button", name="Sign with Test Wallet").click()
    final(page)
    assert wallet.chain == 20044
    assert stances(service) != before


@pytest.fixture
def named_chain(service: Service) -> Iterator[None]:
    """A service whose operator has said what wallets are to know of its chain."""
    usual = service.workspace.configuration
    service.workspace.configuration = replace(
        usual, public_node="https://node.example.org/rpc", chain_name="The Exercise’s Chain", coin="EXC"
    )
    yield
    service.workspace.configuration = usual


@pytest.mark.usefixtures("named_chain")
def test_a_wallet_that_does_not_know_the_chain_is_offered_it(service: Service, context: BrowserContext) -> None:
    wallet = Wallet([service.exercise.key_of("umbrelle")]).announce(context)
    page = context.new_page()
    endorse_form(page, service, "umbrelle", reason="On its own chain.")
    says = page.locator("#wallet-says")
    for answer, told in ((4001, "You refused"), (4200, "does not know chain 20044 (The Exercise’s Chain). Add that")):
        wallet.__dict__.update(chain=1, known_chains=(1,), answers={"wallet_addEthereumChain": answer})
        page.get_by_role("button", name="Sign with Test Wallet").click()
        expect(says).to_contain_text(told)
        assert wallet.signed == []
    wallet.answers.clear()
    wallet.asked.clear()
    page.get_by_role("button", name="Sign with Test Wallet").click()
    final(page)
    assert wallet.asked == [
        "eth_requestAccounts", "eth_chainId", "wallet_switchEthereumChain", "wallet_addEthereumChain", "eth_chainId",
        "wallet_switchEthereumChain", "eth_chainId", "eth_signTypedData_v4",
    ]  # fmt: skip
    assert wallet.added == [{
        "chainId": "0x4e4c", "chainName": "The Exercise’s Chain", "rpcUrls": ["https://node.example.org/rpc"],
        "nativeCurrency": {"name": "EXC", "symbol": "EXC", "decimals": 18},
    }]  # fmt: skip


def test_a_contract_wallet_that_is_not_there_yet_is_told(service: Service, context: BrowserContext) -> None:
    """Its owners signed, and nobody has deployed it on this chain."""
    wallet = Wallet([keccak(b"an owner")]).announce(context)
    later = Account.from_key(keccak(b"later")).address
    wallet.answers |= {"eth_requestAccounts": [later], "eth_signTypedData_v4": "0x" + "ab" * 130}
    page = context.new_page()
    page.goto("/sign?kind=claim")
    page.get_by_label("The identifier that it claims").fill("exercise:ngo:later")
    page.get_by_label("Its name for people").fill("Later")
    page.get_by_label("What it claims to be").select_option("ngo")
    page.get_by_label("The account", exact=False).first.fill(later)
    page.get_by_role("button", name="Prepare").click()
    page.get_by_role("button", name="Sign with Test Wallet").click()
    expect(page.locator("#wallet-says")).to_contain_text(
        f"if {later} is a contract wallet, deploy it on this chain first"
    )


@pytest.mark.parametrize("style", ["low v", "high s"])
def test_signatures_of_odd_form_are_made_strict(service: Service, context: BrowserContext, style: str) -> None:
    Wallet([service.exercise.key_of("hobnail")], style=style).announce(context)
    page = context.new_page()
    endorse_form(page, service, "hobnail", reason=f"With {style}.")
    page.get_by_role("button", name="Sign with Test Wallet").click()
    final(page)


def test_a_contract_wallet_signs_by_its_own_rule(service: Service, context: BrowserContext) -> None:
    """A Safe's signature may be long, or empty where its owners approved the digest on the chain (ERC-1271)."""
    wallet = Wallet([keccak(b"an owner")]).announce(context)
    wallet.answers["eth_requestAccounts"] = [str(service.safe)]
    page = context.new_page()
    for stance, signature in (("endorse", "0x" + "AB" * 300), ("oppose", "0x")):
        wallet.answers["eth_signTypedData_v4"] = signature
        endorse_form(page, service, "safe", stance)
        page.get_by_role("button", name="Sign with Test Wallet").click()
        final(page)
    assert stances(service)["The Safe"] == "opposition"


def test_a_signature_that_the_service_refuses_is_told(service: Service, context: BrowserContext) -> None:
    Wallet([service.exercise.key_of("norvale")], style="contract").announce(context)
    page = context.new_page()
    endorse_form(page, service, "norvale")
    page.get_by_role("button", name="Sign with Test Wallet").click()
    expect(page.locator("#wallet-says")).to_contain_text("was not taken: A plain signature has 65 bytes")


def test_several_wallets_are_offered_by_name_and_none_is_told(service: Service, context: BrowserContext) -> None:
    key = service.exercise.key_of("norvale")
    Wallet([key], name="First").announce(context, "11111111-1111-4111-8111-111111111111")
    Wallet([key], name="<b>Second</b>", icon="javascript:alert(1)").announce(
        context, "22222222-2222-4222-8222-222222222222"
    )
    page = context.new_page()
    endorse_form(page, service, "norvale")
    buttons = page.locator("#wallets button")
    expect(buttons).to_have_text(["Sign with First", "Sign with <b>Second</b>"])
    assert buttons.nth(0).locator("img").count() == 1
    assert buttons.nth(1).locator("img").count() == 0
    assert violations(page) == []


def test_a_lone_wallet_of_the_old_form_is_found(service: Service, context: BrowserContext) -> None:
    Wallet([service.exercise.key_of("norvale")], legacy=True).announce(context)
    page = context.new_page()
    endorse_form(page, service, "norvale")
    page.get_by_role("button", name="Sign with the browser’s wallet").click()
    final(page)


def test_without_a_wallet_the_page_says_what_to_do(service: Service, context: BrowserContext) -> None:
    page = context.new_page()
    endorse_form(page, service, "norvale")
    expect(page.locator("#wallet-says")).to_contain_text("no wallet that announces itself")


def test_when_the_service_is_away_the_signature_is_not_lost(service: Service, context: BrowserContext) -> None:
    Wallet([service.exercise.key_of("norvale")]).announce(context)
    page = context.new_page()
    endorse_form(page, service, "norvale", reason="Kept.")
    page.route("**/v1/submissions", lambda route: route.abort())
    page.get_by_role("button", name="Sign with Test Wallet").click()
    expect(page.locator("#wallet-says")).to_contain_text("the service can’t be reached")
    page.unroute("**/v1/submissions")
    page.get_by_role("button", name="Hand in the signature").click()
    final(page)


def test_a_rotation_is_signed_by_both_accounts(service: Service, context: BrowserContext) -> None:
    new = keccak(b"new account")
    wallet = Wallet([service.exercise.key_of("lanterns")]).announce(context)
    page = context.new_page()
    page.goto("/sign?kind=rotation")
    page.get_by_label("The party that signs").fill(str(service.exercise.parties["lanterns"]))
    page.get_by_label("The account", exact=False).first.fill(Account.from_key(new).address)
    page.get_by_role("button", name="Prepare").click()
    page.get_by_role("button", name="Sign with Test Wallet").click()
    expect(page.locator("#wallet-says")).to_contain_text("sign once more")
    wallet.keys = [new]
    page.get_by_role("button", name="Sign with Test Wallet").click()
    final(page)
    party = service.workspace.newest().parties[service.exercise.parties["lanterns"]]
    assert str(party.account) == Account.from_key(new).address


def test_the_way_without_wallet_and_scripts(service: Service, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(base_url=service.url, java_script_enabled=False, accept_downloads=True)
    page = context.new_page()
    page.goto("/sign")
    page.get_by_label("What is to be done").select_option("opposition")
    page.get_by_label("The agreement or norm").fill(str(service.norm))
    page.get_by_label("The party that signs").fill(str(service.exercise.parties["hobnail"]))
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("The words").fill("We thought again.")
    page.get_by_role("button", name="Prepare").click()
    assert not page.locator("#with-wallet").is_visible()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the file").click()
    file, signed, key = tmp_path / "act.json", tmp_path / "signed.json", tmp_path / "key"
    downloading.value.save_as(file)
    key.write_text(service.exercise.key_of("hobnail").hex())
    sign_file(file, str(key), signed, as_json=False)
    page.get_by_label("The signed file").set_input_files(signed)
    page.get_by_role("button", name="Hand in the signature").click()
    page.wait_for_url(re.compile("/submissions/0x"))
    for _ in range(100):
        if "final: the chain can no longer" in page.locator("#way").inner_text():
            break
        page.get_by_role("link", name="Look again").click()
    assert "final" in page.locator("#way").inner_text()
    assert stances(service)[called(service, "hobnail")] == "opposition"
    context.close()


def draft(service: Service, title: str, names: tuple[str, ...], *texts: str) -> Agreement:
    view = service.workspace.newest()
    parties = [view.parties[service.exercise.parties[name]] for name in names]
    founders = sorted((Founder(one.id, one.identifier, one.kind, one.name) for one in parties), key=lambda one: one.id)
    clauses = tuple(Clause(str(number), text) for number, text in enumerate(texts, start=1))
    return Agreement(title, clauses, Rules("voluntary", "multi-stakeholder", "open"), tuple(founders))


def test_three_sign_a_draft_in_any_order_each_at_her_own_browser(service: Service, browser: Browser) -> None:
    names = ("sandrelle", "norvale", "umbrelle")
    text = draft(service, "Understanding of three", names, "Each should warn the others.")
    page = browser.new_page(base_url=service.url)
    page.goto("/ceremonies")
    page.get_by_label("or the document pasted").fill(json.dumps(text.to_json()))
    page.get_by_role("button", name="Open the ceremony").click()
    page.wait_for_url(re.compile("/ceremonies/."))
    assert violations(page) == []
    link = page.url
    for count, name in enumerate(("umbrelle", "sandrelle", "norvale"), start=1):
        context = browser.new_context(base_url=service.url)
        Wallet([service.exercise.key_of(name)]).announce(context)
        signing = context.new_page()
        signing.goto(link)
        signing.get_by_label("The founder that signs").select_option(str(service.exercise.parties[name]))
        signing.get_by_role("button", name="Prepare the signature").click()
        signing.get_by_role("button", name="Sign with Test Wallet").click()
        signing.wait_for_url(re.compile("/ceremonies/"))
        expect(signing.get_by_role("heading", name="Understanding of three")).to_be_visible()
        if count < 3:
            expect(signing.locator("table")).to_contain_text("○ awaited")
            assert signing.get_by_text("✓ has signed").count() == count
        context.close()
    for _ in range(100):
        page.reload()
        if "the chain holds all signatures" in page.inner_text("main"):
            break
    assert page.get_by_text("✓✓ signed, and on the chain").count() == 3
    acts = service.workspace.newest().agreement("Understanding of three").acts
    assert len({act.recorded.transaction for act in acts}) == 1
    page.close()


def test_the_pages_of_signing_have_no_axe_violations(service: Service, context: BrowserContext) -> None:
    page = context.new_page()
    for path in (
        "/sign",
        "/sign?kind=full-powers",
        "/sign?kind=claim",
        "/ceremonies",
        f"/norms/{service.norm}/endorse",
    ):
        page.goto(path)
        assert violations(page) == [], path
    endorse_form(page, service, "norvale")
    assert violations(page) == []
    publication = service.workspace.newest().norm(str(service.norm)).publication.digest
    page.goto(f"/submissions/{publication}")
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/sign?kind=full-powers")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_hundred_injected_strings_run_nowhere(service: Service, context: BrowserContext) -> None:
    assert len(INJECTIONS) >= 100
    work, everything = service.workspace, "\n".join(INJECTIONS)
    key = keccak(b"evil")
    account = Account.from_key(key).address
    page = context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())

    def harmless(where: str) -> None:
        assert page.evaluate("window.pwned") is None, where
        assert page.locator("img, iframe, object, video, marquee, base, [autofocus], script:not([src])").count() == 0, (
            where
        )
        assert dialogs == [], where

    claim: dict[str, Any] = {
        "kind": "claim", "identifier": "exercise:name:" + INJECTIONS[0], "party_kind": "ngo",
        "profile": {"name": INJECTIONS[0] + INJECTIONS[-1]}, "account": account,
    }  # fmt: skip
    prepared = page.request.post("/v1/preparations", data=claim).json()
    signature = "0x" + sign(Digest.parse(prepared["digest"]), key).hex()
    body = {"typed_data": prepared["typed_data"], "signature": signature, "texts": prepared["texts"]}
    assert page.request.post("/v1/submissions", data=body).status == 202
    for _ in range(300):
        if any(str(one.account) == account for one in work.newest().parties.values()):
            break
        time.sleep(0.05)
    party = next(one for one in work.newest().parties.values() if str(one.account) == account)
    Wallet([key], name=INJECTIONS[0], icon=INJECTIONS[7]).announce(context)

    page.goto(f"/norms/{service.norm}/endorse")
    page.get_by_label("The party that signs").fill(str(party.id))
    page.get_by_label("Why").fill(everything)
    page.get_by_role("button", name="Prepare").click()
    page.locator("#wallets button").wait_for()
    harmless("prepared")
    assert INJECTIONS[20] in str(page.locator("#sentence").text_content())
    page.locator("#wallets button").click()
    final(page)
    harmless("submission")

    other = work.newest().parties[service.exercise.parties["norvale"]]
    founders = [Founder(one.id, one.identifier, one.kind, one.name) for one in (party, other)]
    clauses = tuple(Clause(f"{number}{text[:20]}", text, text) for number, text in enumerate(INJECTIONS))
    text = Agreement(
        INJECTIONS[90],
        clauses,
        Rules("voluntary", "bilateral", "open"),
        tuple(sorted(founders, key=lambda one: one.id)),
    )
    page.goto("/ceremonies")
    page.get_by_label("or the document pasted").fill(json.dumps(text.to_json()))
    page.get_by_role("button", name="Open the ceremony").click()
    page.wait_for_url(re.compile("/ceremonies/."))
    harmless("ceremony")
    page.get_by_label("The founder that signs").select_option(str(party.id))
    page.get_by_role("button", name="Prepare the signature").click()
    page.locator("#wallets button").wait_for()
    harmless("ceremony, prepared")

    for one in INJECTIONS:
        form = dict.fromkeys(("party", "subject", "clause", "text"), one) | {"kind": "reservation"}
        answer = page.request.post("/sign", form=form)
        assert answer.status in (404, 422), answer.text()
        page.set_content(answer.text())
        harmless(one)
    assert party.id in {one.party for one in work.newest().norm(str(service.norm)).stances}
