"""Ponder (https://ponder.sh) reads the same events, as the peer of `index-10k`; offline, into the PGlite it brings.

It is no dependency: `npm install ponder viem hono` in any folder, and NORMLEDGER_PONDER names that folder. How long it
took it tells itself: from the start of its backfill to its end, without starting up and without making the secondary
index. Belongs here: the smallest project of Ponder's that keeps what the bare peer keeps.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from normledger.acts import release
from normledger.acts.act import Contract
from tests.chains import free_port

FINAL = 64
"""Blocks to put on top: what is near the head Ponder reads block by block, more slowly."""

_CALLS = ("claim", "sign", "publish", "takeStances")

_CONFIG = """
import { createConfig } from "ponder";
const abi = [{ type: "event", name: "Recorded", anonymous: false, inputs: [
  { name: "subject", type: "bytes32", indexed: true }, { name: "call", type: "bytes", indexed: false } ] }] as const;
const asked = JSON.parse(process.env.ASKED!);
export default createConfig({
  database: { kind: "pglite" },
  chains: { anvil: { id: asked.chain, rpc: asked.url } },
  contracts: { Ledgers: { abi, chain: "anvil", address: asked.addresses, startBlock: 0, endBlock: asked.head } },
});
"""

_SCHEMA = """
import { index, onchainTable, primaryKey } from "ponder";
export const acts = onchainTable("acts", (t) => ({
  block: t.bigint().notNull(), log: t.integer().notNull(), place: t.integer().notNull(), hash: t.hex().notNull(),
  subject: t.hex().notNull(), kind: t.bigint().notNull(), number: t.bigint().notNull(), deadline: t.bigint().notNull(),
  party: t.hex().notNull(), content: t.hex().notNull(), signature: t.hex().notNull(),
}), (acts) => ({ key: primaryKey({ columns: [acts.block, acts.log, acts.place] }), on: index().on(acts.subject) }));
"""

_HANDLER = """
import { readFileSync } from "node:fs";
import { ponder } from "ponder:registry";
import { acts } from "ponder:schema";
import { concat, decodeFunctionData } from "viem";
const abi = JSON.parse(readFileSync("abi.json", "utf-8"));
const short = (1n << 64n) - 1n;
const act = (stamp: bigint, party: any, content: any, seal: any) => ({
  kind: stamp >> 128n, number: (stamp >> 64n) & short, deadline: stamp & short, party, content,
  signature: concat([seal.r, seal.vs]),
});
const founder = (stamp: bigint) => Number((stamp >> 64n) & short);
function told(name: string, [first, second, third, fourth, fifth]: any): any[] {
  if (name === "claim")
    return [{ kind: 1n, number: 0n, deadline: fourth, party: "0x", content: third, signature: fifth.signature }];
  if (name === "sign")
    return second.map((one: any) => act(one.stamp, first.parties[founder(one.stamp)], first.document, one.seal));
  const stances = name === "publish" ? [second] : second;
  return stances.map((one: any) => act(one.stamp, one.partyOrNorm, one.content, one.seal));
}
ponder.on("Ledgers:Recorded", async ({ event, context }) => {
  const { functionName, args } = decodeFunctionData({ abi, data: event.args.call });
  await context.db.insert(acts).values(told(functionName, args).map((fields, place) => ({
    block: event.block.number, log: event.log.logIndex, place, hash: event.transaction.hash,
    subject: event.args.subject, ...fields,
  })));
});
"""

_PROJECT = {
    "package.json": '{"private": true, "type": "module"}',
    "ponder.config.ts": _CONFIG,
    "ponder.schema.ts": _SCHEMA,
    "src/index.ts": _HANDLER,
    "src/api/index.ts": 'import { Hono } from "hono";\nexport default new Hono();\n',
}


def missing() -> str:
    """Why Ponder can't be measured; empty if it can."""
    if shutil.which("node") is None:
        return "Node is not on PATH"
    if not (_installed() / "ponder").exists():
        return "NORMLEDGER_PONDER names no folder in which `npm install ponder viem hono` was run"
    return ""


def backfill(folder: Path, url: str, chain_id: int, head: int, logs: int) -> float:
    """Seconds that Ponder takes to fetch, decode and keep these contracts' events up to block `head`.

    Raises RuntimeError with what it said, where it does not get through, or indexes another number of logs.
    """
    for name, text in _PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "abi.json").write_text(json.dumps(_abi()), "utf-8")
    (folder / "node_modules").symlink_to(_installed().resolve())
    addresses = [str(address) for address in release.current().addresses]
    asked = {"url": url, "chain": chain_id, "addresses": addresses, "head": head}
    environment = os.environ | {"ASKED": json.dumps(asked), "PONDER_TELEMETRY_DISABLED": "true"}
    command = ["node", "node_modules/.bin/ponder", "start", "--schema", "bench", "--log-format", "json"]
    with subprocess.Popen(
        [*command, "--port", str(free_port())], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        try:
            return _told(running.stdout, logs)
        finally:
            running.kill()


def _told(lines: Iterable[str], logs: int) -> float:
    said, indexed = [], 0
    for line in lines:
        said.append(line)
        try:
            told = json.loads(line)
        except ValueError:
            continue
        indexed += told.get("event_count", 0)
        if told.get("msg", "").startswith("Completed backfill indexing"):
            if indexed != logs:
                raise RuntimeError(f"Ponder indexed {indexed} logs of {logs}")
            return float(told["duration"]) / 1000
    raise RuntimeError("Ponder did not get through: " + "".join(said)[-2000:])


def _abi() -> list[dict[str, Any]]:
    """The functions whose calls the events repeat; two contracts may have the same."""
    entries = [entry for contract in Contract for entry in release.artifact(contract.title)["abi"]]
    return [entry for entry in entries if entry["type"] == "function" and entry["name"] in _CALLS]


def _installed() -> Path:
    return Path(os.environ.get("NORMLEDGER_PONDER", "ponder")) / "node_modules"
