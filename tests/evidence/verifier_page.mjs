// Runs the pure part of api/static/verifier.html without a browser, and keeps the libraries inlined there honest.
//
//     node verifier_page.mjs inline      writes the libraries' part of the page anew from node_modules
//     node verifier_page.mjs libraries   prints what that part must be
//     node verifier_page.mjs verify      reads one case a line ({"file", "block_hash", "trust"}) from standard input
//                                        and prints one verdict a line: {"verdict": …} or {"step": …, "sentence": …}
//     node verifier_page.mjs ask         the same with questions to the page's parts ({"ask", "with"}): see `ASKED`
//
// Belongs here: what a test needs of Node. Does not belong here: anything that decides about a bundle.

import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const ROOT = new URL("../../", import.meta.url);
const PAGE = fileURLToPath(new URL("api/static/verifier.html", ROOT));

/** The modules that the page needs, each after those that it imports. */
const MODULES = [
    "@noble/hashes/utils.js",
    "@noble/hashes/_u64.js",
    "@noble/hashes/hmac.js",
    "@noble/hashes/sha3.js",
    "@noble/curves/utils.js",
    "@noble/curves/abstract/modular.js",
    "@noble/curves/abstract/curve.js",
    "@noble/curves/abstract/der.js",
    "@noble/curves/abstract/weierstrass.js",
];

const nameOf = (module) =>
    "$" +
    module
        .replace(/^@noble\//, "")
        .replace(/\.js$/, "")
        .replace(/[^a-z0-9]/g, "_");

const packageOf = (module) => module.split("/").slice(0, 2).join("/");

const read = (path) => readFileSync(fileURLToPath(new URL(`node_modules/${path}`, ROOT)), "utf8");

/** The module that `from` means by `named`. */
const resolved = (from, named) => (named.startsWith(".") ? new URL(named, `file:///${from}`).pathname.slice(1) : named);

/** One module as a function's body: its text as it is, but for its import and export lines. */
function inlined(module) {
    const taken = [];
    const given = [];
    const text = read(module)
        .replace(/^import (\{[^}]*\}|\* as \w+) from ['"]([^'"]+)['"];\n/gm, (_, names, from) => {
            const name = nameOf(resolved(module, from));
            taken.push(
                names.startsWith("*")
                    ? `const ${names.slice(5)} = ${name};`
                    : `const ${names.replace(/ as /g, ": ")} = ${name};`,
            );
            return "";
        })
        .replace(/^export \{([^}]*)\} from ['"][^'"]+['"];\n/gm, "")
        .replace(/^export \{([^}]*)\};\n/gm, (_, names) => {
            given.push(
                ...names
                    .split(",")
                    .map((one) => one.trim())
                    .filter(Boolean),
            );
            return "";
        })
        .replace(/^export ((?:async )?function|const|let|class) (\w+)/gm, (_, what, name) => {
            given.push(name);
            return `${what} ${name}`;
        })
        .replace(/^export default .*\n/gm, "")
        .replace(/^\/\/# sourceMappingURL=.*\n?/gm, "")
        .trimEnd();
    if (/^(import|export)\b/m.test(text)) throw new Error(`${module} imports or exports in a way not known here`);
    if (text.includes("</script")) throw new Error(`${module} would end the script`);
    return [
        `const ${nameOf(module)} = (() => {`,
        ...taken,
        `/* ==== begin ${module} ==== */`,
        text,
        `/* ==== end ${module} ==== */`,
        `return { ${given.join(", ")} };`,
        "})();",
    ].join("\n");
}

/** The libraries' part of the page: licences, then the modules. */
function libraries() {
    const packages = [...new Set(MODULES.map(packageOf))];
    const licences = packages.map((name) => {
        const { version, license } = JSON.parse(read(`${name}/package.json`));
        return `${name} ${version} (${license})\n\n${read(`${name}/LICENSE`).trimEnd()}`;
    });
    return `\n"use strict";\n/*!\n${licences.join("\n\n")}\n*/\n${MODULES.map(inlined).join("\n")}\n`;
}

/** Where the script with this id begins and ends in the page. */
function place(page, id) {
    const opening = `<script id="${id}">`;
    const start = page.indexOf(opening) + opening.length;
    if (start < opening.length) throw new Error(`the page has no script ${id}`);
    return [start, page.indexOf("</script>", start)];
}

function script(id) {
    const page = readFileSync(PAGE, "utf8");
    return page.slice(...place(page, id));
}

/** What the page's pure part offers. */
function verifier() {
    const offered =
        "{ verify, Unproven, readClause, foundOutcomes, contentHash, Law, W, FUNCTION_WORDS, wordsOf, vectorsOf, alike }";
    return vm.runInThisContext(`${script("libraries")}\n${script("verifier")}\n;(${offered})`, {
        filename: "verifier.html",
    });
}

/** Parts of the page that a test asks by themselves, with plain data in and out. */
const ASKED = {
    /** The classes of words by which sentences are read, and the words by which languages are told. */
    words: ({ W, FUNCTION_WORDS }) =>
        [W, FUNCTION_WORDS].map((classes) =>
            Object.fromEntries(
                Object.entries(classes).map(([name, one]) => [name, one instanceof Set ? [...one].sort() : one]),
            ),
        ),
    /** What a clause's principal sentence asks. */
    read: ({ readClause }, text, language) => readClause(text, language),
    /** The outcomes that the method finds among the clauses of these documents. */
    find: ({ foundOutcomes, contentHash }, documents, threshold) => {
        const texts = new Map(
            documents.map((data) => [contentHash(data), { document: { hash: contentHash(data), data } }]),
        );
        return foundOutcomes(texts, new Map(), threshold).sort((one, other) => (one.id < other.id ? -1 : 1));
    },
    /** Which texts are alike from a floor on, as pairs with their dot products. */
    alike: ({ wordsOf, vectorsOf, alike }, texts, floor) =>
        alike(vectorsOf(texts.map(wordsOf), 30), floor).flatMap((row, one) =>
            [...row]
                .filter(([other]) => one < other)
                .sort(([first], [second]) => first - second)
                .map(([other, dot]) => [one, other, dot]),
        ),
    /** What stands of an agreement at a time: by whom it is in force, and what each clause does between two. */
    law: ({ Law, contentHash }, data, acts, time, kinds, parties) => {
        const given = acts.map((one) => ({
            ...one,
            number: BigInt(one.number),
            block: BigInt(one.block),
            time: BigInt(one.time),
        }));
        const law = new Law({ hash: contentHash(data), data }, given, time, kinds);
        const effects = (one) =>
            parties.map((other) => law.clauses.map((clause) => law.effect(one, other, clause, new Set())));
        return {
            force: law.force,
            ended: law.ended,
            contracting: Object.fromEntries([...law.contracting(time)].map(([party, spell]) => [party, spell.start])),
            bound: Object.fromEntries(
                [...law.members.values()].filter((one) => one.bound).map((one) => [one.party, one.since]),
            ),
            applying: [...law.members.values()].filter((one) => !one.bound).map((one) => one.party),
            reservations: law.reservations.map((one) => `${one.party} ${one.clause} ${one.act.digest}`).sort(),
            changes: law.changes.map((one) => `${one.type} ${one.content} ${one.since}`).sort(),
            effects: parties.map(effects),
        };
    },
};

async function main(what) {
    if (what === "libraries") {
        process.stdout.write(libraries());
    } else if (what === "inline") {
        const page = readFileSync(PAGE, "utf8");
        const [start, end] = place(page, "libraries");
        writeFileSync(PAGE, page.slice(0, start) + libraries() + page.slice(end));
    } else if (what === "verify") {
        const { verify, Unproven } = verifier();
        for await (const line of createInterface({ input: process.stdin })) {
            const { file, block_hash, trust, repeat } = JSON.parse(line);
            const bytes = repeat ? Buffer.from(repeat[0].repeat(repeat[1])) : Buffer.from(file, "base64");
            let told;
            try {
                told = { verdict: verify(new Uint8Array(bytes), { blockHash: block_hash, trust }) };
            } catch (error) {
                if (!(error instanceof Unproven)) throw error;
                told = { step: error.step, sentence: error.sentence };
            }
            process.stdout.write(JSON.stringify(told) + "\n");
        }
    } else if (what === "ask") {
        const offered = verifier();
        for await (const line of createInterface({ input: process.stdin })) {
            const { ask, with: given } = JSON.parse(line);
            process.stdout.write(JSON.stringify(ASKED[ask](offered, ...given)) + "\n");
        }
    } else {
        throw new Error("say inline, libraries, verify or ask");
    }
}

await main(process.argv[2]);
