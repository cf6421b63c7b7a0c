// What wallets sign: the digest of each typed data by viem and by ethers, in the order given.
// Standard input: a JSON list of typed data as `eth_signTypedData_v4` takes it. Standard output: a list of [viem, ethers].
import { TypedDataEncoder } from "ethers";
import { hashTypedData } from "viem";

let text = "";
for await (const part of process.stdin) text += part;

const digests = JSON.parse(text).map((data) => {
  // ethers derives the domain's type itself and refuses to be told it.
  const { EIP712Domain, ...types } = data.types;
  return [hashTypedData(data), TypedDataEncoder.hash(data.domain, types, data.message)];
});
process.stdout.write(JSON.stringify(digests));
