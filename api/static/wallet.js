/* Signs a prepared act with a wallet of this browser: finds wallets (EIP-6963, else EIP-1193), asks for the account that
   the act names on the chain that it names, for a signature of its typed data (EIP-712), and hands that in.

   Words are the page's (#wallet-words), so that they are translated with it. Names from wallets are text, never markup. */

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n; // of secp256k1
const PATIENCE = 400; // milliseconds for wallets to announce themselves

const REFUSED = 4001; // EIP-1193
const UNKNOWN_CHAIN = 4902; // EIP-3085
const PENDING = -32002; // a question is open already, as MetaMask tells it
const UNABLE = [4200, -32601]; // EIP-1193, JSON-RPC 2.0

const box = document.getElementById("with-wallet");
const prepared = JSON.parse(document.getElementById("prepared").value);
const given = {}; // account → signature; a rotation takes two
let busy = false;

const word = (name, values = {}) => {
  const text = document.querySelector(`#wallet-words [data-word="${name}"]`).textContent;
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
};

const say = (name, values) => {
  document.getElementById("wallet-says").textContent = name ? word(name, values) : "";
};

class Told extends Error {
  constructor(name, values) {
    super(name);
    this.values = values;
  }
}

/* --- wallets */

const wallets = new Map(); // by the uuid that a wallet announced

const offer = (provider, name, icon) => {
  const button = document.createElement("button");
  button.type = "button";
  if (/^data:image\//.test(icon ?? "")) {
    const image = document.createElement("img");
    image.src = icon;
    image.alt = "";
    button.append(image);
  }
  const label = document.createElement("bdi");
  label.textContent = word("sign-with", { wallet: name });
  button.append(label);
  button.addEventListener("click", () => sign(provider, name));
  const item = document.createElement("li");
  item.append(button);
  document.getElementById("wallets").append(item);
  say("");
};

const announced = ({ detail }) => {
  const { info, provider } = detail ?? {};
  if (typeof provider?.request !== "function" || typeof info?.uuid !== "string" || wallets.has(info.uuid)) return;
  wallets.set(info.uuid, provider);
  offer(provider, String(info.name ?? info.rdns ?? "?").slice(0, 60), info.icon);
};

const discover = () => {
  box.hidden = false;
  say("looking");
  window.addEventListener("eip6963:announceProvider", announced);
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  setTimeout(() => {
    if (wallets.size) return;
    if (typeof window.ethereum?.request === "function") {
      wallets.set("window.ethereum", window.ethereum);
      offer(window.ethereum, word("browser"));
    } else {
      say("none");
    }
  }, PATIENCE);
};

/* --- asking one of them */

const codeOf = (error) => error?.data?.originalError?.code ?? error?.code;

const ask = async (provider, method, params) => {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    const code = codeOf(error);
    if (code === REFUSED) throw new Told("refused");
    if (code === PENDING) throw new Told("pending");
    throw error;
  }
};

const chooseAccount = async (provider, wanted) => {
  const offered = await ask(provider, "eth_requestAccounts");
  if (!Array.isArray(offered) || !offered.length) throw new Told("locked");
  const found = wanted.find((one) => offered.some((other) => String(other).toLowerCase() === one.toLowerCase()));
  if (!found) throw new Told("account", { offered: offered[0], wanted: wanted[0] });
  return found;
};

const chainOf = async (provider) => Number(await ask(provider, "eth_chainId"));

const called = (chain) => (box.dataset.chainName ? `${chain} (${box.dataset.chainName})` : String(chain));

/* What the wallet said: null where it did as asked, or an error's code. What its owner refused is thrown. */
const asked = async (provider, method, params) => {
  try {
    await ask(provider, method, params);
    return null;
  } catch (error) {
    if (error instanceof Told) throw error;
    return codeOf(error) ?? 0;
  }
};

const toChain = async (provider, chain) => {
  if ((await chainOf(provider)) === chain) return;
  const there = [{ chainId: `0x${chain.toString(16)}` }];
  if ((await asked(provider, "wallet_switchEthereumChain", there)) === UNKNOWN_CHAIN) {
    const added = box.dataset.addedChain && [JSON.parse(box.dataset.addedChain)];
    if (!added || (await asked(provider, "wallet_addEthereumChain", added)) !== null) {
      throw new Told("unknown-chain", { chain: called(chain) });
    }
    if ((await chainOf(provider)) !== chain) await asked(provider, "wallet_switchEthereumChain", there);
  }
  const actual = await chainOf(provider); // some wallets say that they switched, and did not
  if (actual !== chain) throw new Told("wrong-chain", { actual, chain: called(chain) });
};

const signTypedData = async (provider, account) => {
  try {
    return await ask(provider, "eth_signTypedData_v4", [account, JSON.stringify(prepared.typed_data)]);
  } catch (error) {
    if (UNABLE.includes(codeOf(error))) throw new Told("unable");
    throw error;
  }
};

/* A plain key's 65 bytes as the contracts take them: v 27 or 28, s in the lower half (EIP-2). A contract wallet's
   signature, of any other length, none at all among them, is left as it is (ERC-1271). */
const strict = (signature) => {
  if (typeof signature !== "string" || !/^0x([0-9a-fA-F]{2})*$/.test(signature)) throw new Told("odd");
  if (signature.length !== 132) return signature.toLowerCase();
  let v = parseInt(signature.slice(130), 16);
  if (v === 0 || v === 1) v += 27;
  let s = BigInt(`0x${signature.slice(66, 130)}`);
  if ((v === 27 || v === 28) && s > ORDER / 2n && s < ORDER) {
    s = ORDER - s;
    v = 55 - v;
  }
  return signature.slice(0, 66).toLowerCase() + s.toString(16).padStart(64, "0") + v.toString(16).padStart(2, "0");
};

const sign = async (provider, wallet) => {
  if (busy) return;
  busy = true;
  try {
    const accounts = [prepared.account, prepared.consent_of].filter(Boolean);
    say("asking", { wallet });
    const account = await chooseAccount(provider, accounts.filter((one) => !given[one]));
    await toChain(provider, prepared.typed_data.domain.chainId);
    given[account] = strict(await signTypedData(provider, account));
    const lacking = accounts.find((one) => given[one] === undefined);
    if (lacking) {
      say("once-more", { wanted: lacking });
    } else {
      say(given[account].length === 132 ? "sending" : "contract");
      await handIn();
    }
  } catch (error) {
    if (error instanceof Told) say(error.message, error.values);
    else say("failed", { reason: String(error?.message ?? error).slice(0, 300) });
  } finally {
    busy = false;
  }
};

/* --- handing in */

const randomKey = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const handIn = async () => {
  const signature = given[prepared.account];
  const body = { typed_data: prepared.typed_data, signature };
  if (box.dataset.posted === "/v1/submissions") {
    body.texts = prepared.texts;
    if (prepared.consent_of) body.consent = given[prepared.consent_of];
  }
  let answer;
  try {
    answer = await fetch(box.dataset.posted, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": `"${randomKey()}"` },
      body: JSON.stringify(body),
    });
  } catch {
    keep(signature);
    throw new Told("unreachable");
  }
  if (answer.ok) {
    location.assign(box.dataset.after);
    return;
  }
  const problem = await answer.json().catch(() => ({}));
  for (const account of Object.keys(given)) delete given[account];
  if (answer.status >= 500) keep(signature);
  throw new Told("not-taken", { reason: problem.detail ?? answer.statusText });
};

const keep = (signature) => {
  document.getElementById("f-signature").value = signature;
};

discover();
