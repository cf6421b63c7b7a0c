"""A wallet for tests: announced to the page as real ones are, its answers from a real key through another library.

The page talks to it through EIP-6963 and EIP-1193 alone. It signs with eth-account's general encoder of typed data,
which shares no line with ours.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from playwright.sync_api import BrowserContext

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"

_SCRIPT = """
(() => {
  const provider = {
    request: async ({ method, params }) => {
      const answer = JSON.parse(await window[%(ask)s](JSON.stringify({ method, params: params ?? [] })));
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
  };
  if (%(legacy)s) { window.ethereum = provider; return; }
  const info = Object.freeze(%(info)s);
  const announce = () => window.dispatchEvent(
    new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
})();
"""


@dataclass
class Wallet:
    """What it holds and how it behaves. `answers` overrule it: by method, an error's code, or a value."""

    keys: list[bytes]
    chain: int = 20044
    name: str = "Test Wallet"
    icon: str = ICON
    known_chains: tuple[int, ...] = (1, 20044)
    answers: dict[str, Any] = field(default_factory=dict)
    switches: bool = True
    legacy: bool = False
    style: str = "strict"
    asked: list[str] = field(default_factory=list)
    signed: list[dict[str, Any]] = field(default_factory=list)
    added: list[dict[str, Any]] = field(default_factory=list)

    def announce(self, context: BrowserContext, uuid: str = "11111111-1111-4111-8111-111111111111") -> "Wallet":
        """Be there in every page of this context."""
        ask = f"ask_{uuid.replace('-', '')}"
        context.expose_function(ask, self._ask)
        info = {"uuid": uuid, "name": self.name, "icon": self.icon, "rdns": "example.wallet"}
        context.add_init_script(
            _SCRIPT % {"ask": json.dumps(ask), "info": json.dumps(info), "legacy": json.dumps(self.legacy)}
        )
        return self

    def _ask(self, text: str) -> str:
        question = json.loads(text)
        method = question["method"]
        self.asked.append(method)
        if method in self.answers:
            answer = self.answers[method]
            return json.dumps({"error": {"code": answer, "message": f"error {answer}"}} if isinstance(answer, int)
                              else {"result": answer})  # fmt: skip
        return json.dumps(self._answer(method, question["params"]))

    def _answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        match method:
            case "eth_requestAccounts":
                return {"result": [Account.from_key(key).address.lower() for key in self.keys]}
            case "eth_chainId":
                return {"result": hex(self.chain)}
            case "wallet_switchEthereumChain":
                wanted = int(params[0]["chainId"], 16)
                if wanted not in self.known_chains:
                    return {"error": {"code": -32603, "message": "?", "data": {"originalError": {"code": 4902}}}}
                if self.switches:
                    self.chain = wanted
                return {"result": None}
            case "wallet_addEthereumChain":
                self.added.append(params[0])
                self.known_chains += (int(params[0]["chainId"], 16),)
                return {"result": None}
            case "eth_signTypedData_v4":
                return {"result": self._sign(params[0], json.loads(params[1]))}
        return {"error": {"code": 4200, "message": f"{method} is not supported"}}

    def _sign(self, account: str, typed_data: dict[str, Any]) -> str:
        assert typed_data["domain"]["chainId"] == self.chain, "a wallet signs for its own chain only"
        self.signed.append(typed_data)
        key = next(key for key in self.keys if Account.from_key(key).address.lower() == account.lower())
        made = Account.from_key(key).sign_message(encode_typed_data(full_message=typed_data))
        r, s, v = made.r, made.s, made.v
        if self.style == "low v":
            v -= 27
        elif self.style == "high s":
            s, v = ORDER - s, 55 - v
        elif self.style == "contract":
            return "0x" + "AB" * 300
        elif self.style == "empty":
            return "0x"
        return f"0x{r:064X}{s:064x}{v:02x}"
