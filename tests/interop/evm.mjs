// Runs our verifier contract offline on good proofs and on every class of bad one, and snarkjs on the exported files.
//
//   npm ci --ignore-scripts
//   cargo build --release -p pot-setup --bins --example evm_cases && cargo build --release -p pot-verifier
//   node evm.mjs [--mutants]
//
// POT_BIN_DIR names the folder of the binaries (default: ../../target/release). With --mutants each check of the contract
// is removed in turn, and a case has to fail for it.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
if (!fs.existsSync(path.join(here, "node_modules"))) {
  console.log("SKIPPED: no npm packages here. `npm ci --ignore-scripts` in tests/interop installs the pinned ones.");
  process.exit(0);
}
const require = createRequire(import.meta.url);
const solc = require("solc");
const { keccak256 } = require("js-sha3");
const { createEVM } = await import("@ethereumjs/evm");
const { Common, Mainnet, Hardfork } = await import("@ethereumjs/common");
const { createAddressFromString } = await import("@ethereumjs/util");
const { buildBn128 } = await import("ffjavascript");

const bin = process.env.POT_BIN_DIR ?? path.join(here, "../../target/release");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pot-evm-"));
const at = (...parts) => path.join(folder, ...parts);
const run = (program, ...args) => execFileSync(path.join(bin, program), args, { encoding: "utf8", stdio: "pipe" });

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const GAS_LIMIT = 5_000_000n;
const WORDS = 8;

// ---- bytes

const word = (x) => x.toString(16).padStart(64, "0");
const number = (bytes) => BigInt("0x" + (Buffer.from(bytes).toString("hex") || "0"));
const hex = (text) => Uint8Array.from(Buffer.from(text.replace(/^0x/, ""), "hex"));
const SELECTOR = keccak256("verify(bytes,uint256[8])").slice(0, 8);

const call = (statement, proof) =>
  hex(SELECTOR + word(32 + 32 * WORDS) + proof.map(word).join("") + word(statement.length)
    + Buffer.from(statement).toString("hex").padEnd(64 * Math.ceil(statement.length / 32), "0"));

const edited = (bytes, offset, replacement) => {
  const copy = Uint8Array.from(bytes);
  copy.set(replacement, offset);
  return copy;
};
const u32 = (x) => [x >>> 24, (x >>> 16) & 255, (x >>> 8) & 255, x & 255];
const spliced = (bytes, offset, remove, insert) =>
  Uint8Array.from([...bytes.slice(0, offset), ...insert, ...bytes.slice(offset + remove)]);

/** Offsets of the fields of a statement, read by a second walk than the contract's. */
function layout(s) {
  const offsets = {};
  let i = 4;
  const u64 = () => Number(number(s.slice(i, i + 8)));
  const field = (name, length) => { offsets[name] = i; i += length; };
  const string = (name) => { offsets[name] = i; i += 8 + u64(); };
  const option = (name) => { offsets[name] = i; i += 1 + 32 * s[i]; };
  field("runId", 32); field("sequence", 8); option("previous"); field("times", 16);
  for (const side of ["reference", "candidate"]) {
    field(side, 4);
    if (s[i - 1] === 0) {
      string(side + "Name"); string("architecture"); field("digests", 104); string("dtype");
      offsets[side + "Files"] = i;
      const files = u64();
      i += 8;
      for (let k = 0; k < files; k++) { string("file"); i += 32; }
    } else {
      for (const name of ["Name", "Dialect", "Model", "Server", "Settings"]) string(side + name);
      i += 32;
    }
  }
  string("policyName"); field("document", 32); field("pi", 32);
  string("family"); field("familyVersion", 2); option("corpus"); field("kind", 4);
  field("positions", s[i + 3] === 0 ? 8 : 4); field("calibration", 4); field("commitment", 32);
  offsets.nonceSource = i;
  const source = s[i + 3];
  i += 4;
  if (source === 0) i += 32;
  else if (source === 3) i += 40;
  else string("counterparty");
  if (source === 2) string("counterpartyKey");
  field("nonce", 32); field("capacity", 4); field("circuit", 32); field("verdict", 4); field("grade", 1); field("n", 4);
  field("root", 32); field("evidence", 32); field("attempts", 12); field("sealedAt", 8);
  if (i !== s.length) throw new Error(`the statement has ${s.length} bytes, its fields ${i}`);
  return offsets;
}

// ---- proofs out of the trapdoor of the test's own key

const curve = await buildBn128(true);
const SECRET = { alpha: 1009n, beta: 2003n, delta: 4001n, ic: [11n, 22n, 33n, 44n, 55n] };
const mod = (x) => ((x % R) + R) % R;
const power = (x, e) => { let y = 1n; for (; e > 0n; e >>= 1n, x = mod(x * x)) if (e & 1n) y = mod(y * x); return y; };
const g1 = (k) => curve.G1.toObject(curve.G1.toAffine(curve.G1.timesFr(curve.G1.g, curve.Fr.e(mod(k))))).slice(0, 2);
const g2 = (k) => {
  const [[x0, x1], [y0, y1]] = curve.G2.toObject(curve.G2.toAffine(curve.G2.timesFr(curve.G2.g, curve.Fr.e(mod(k)))));
  return [x1, x0, y1, y0];
};
function forge(inputs, a = 123n, b = 456n) {
  const sum = SECRET.ic.slice(1).reduce((sum, k, i) => sum + k * inputs[i], SECRET.ic[0]);
  const c = mod((a * b - SECRET.alpha * SECRET.beta - sum) * power(SECRET.delta, R - 2n));
  return [...g1(a), ...g2(b), ...g1(c)];
}
const digestOf = (statement) => createHash("sha256").update("pot/stmt/v1".padEnd(16, "\0")).update(statement).digest();
/** The inputs that a statement's bytes stand for, whatever is wrong with them. */
function inputsOf(s) {
  const o = layout(s);
  const said = [1n, 2n, 0n][s[o.verdict + 3]] ?? 3n;
  const v = said + 4n * BigInt(s[o.grade]) + 8n * number(s.slice(o.n, o.n + 4));
  return [number(digestOf(s)) & ((1n << 253n) - 1n), number(s.slice(o.root, o.root + 32)), number(s.slice(o.pi, o.pi + 32)), v];
}

// ---- contracts

function compile(source, name = "PotVerifier") {
  const settings = {
    optimizer: { enabled: true, runs: 1_000_000 },
    evmVersion: "cancun",
    outputSelection: { "*": { "*": ["abi", "evm.deployedBytecode.object", "evm.methodIdentifiers"] } },
  };
  const input = { language: "Solidity", sources: { "a.sol": { content: source } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const problems = (output.errors ?? []).map((e) => e.formattedMessage);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const { abi, evm } = output.contracts["a.sol"][name];
  const errors = new Map(abi.filter((x) => x.type === "error").map((x) =>
    [keccak256(`${x.name}(${x.inputs.map((i) => i.type).join(",")})`).slice(0, 8), x.name]));
  return { code: hex(evm.deployedBytecode.object), errors, methods: evm.methodIdentifiers };
}

const common = new Common({ chain: Mainnet, hardfork: Hardfork.Cancun });
const CONTRACT = createAddressFromString("0x00000000000000000000000000000000000c0de5");
const VERDICTS = ["UNDECIDED", "SAME", "DIFFERENT", "SAME-TOPK"];

async function execute(contract, data, gasLimit = GAS_LIMIT) {
  const evm = await createEVM({ common });
  await evm.stateManager.putCode(CONTRACT, contract.code);
  // A transaction begins with the precompiles and the called contract warm (EIP-2929).
  evm.journal.addAlwaysWarmAddress(CONTRACT.toString().slice(2), true);
  for (const [precompile] of evm.precompiles) evm.journal.addAlwaysWarmAddress(precompile, true);
  const { execResult } = await evm.runCall({ to: CONTRACT, data, gasLimit, isStatic: true });
  const back = Buffer.from(execResult.returnValue);
  const gas = execResult.executionGasUsed;
  if (execResult.exceptionError) {
    const selector = back.subarray(0, 4).toString("hex");
    return { outcome: contract.errors.get(selector) ?? `${execResult.exceptionError.error} ${selector}`.trim(), gas };
  }
  const words = Array.from({ length: back.length / 32 }, (_, i) => back.subarray(32 * i, 32 * (i + 1)));
  const [verdict, graded, n] = words.map(number);
  return {
    outcome: "ok", gas, verdict: VERDICTS[Number(verdict)], graded: graded === 1n, n: Number(n),
    digest: words[3]?.toString("hex"), policy: words[4]?.toString("hex"),
  };
}

// ---- the cases

run("examples/evm_cases", at("cases"));
const { statements, stray_g2: stray } = JSON.parse(fs.readFileSync(at("cases/cases.json"), "utf8"));
const source = (key, ...policies) => {
  const out = at(`${path.basename(path.dirname(key))}-${policies.join("-")}.sol`);
  run("pot-setup", "export", "solidity", "--key", key, ...policies.flatMap((p) => ["--policy", p]), "--out", out);
  return fs.readFileSync(out, "utf8");
};

/** Cases against the contract with the trapdoor's key: name, call, and the outcome that is expected. */
function trapdoorCases() {
  const cases = [];
  const add = (name, data, outcome, expected = {}) => cases.push({ name, data, outcome, expected });
  for (const s of statements) {
    const bytes = Uint8Array.from(s.statement);
    const inputs = s.inputs.map((x) => BigInt("0x" + x));
    const own = inputsOf(bytes);
    if (own.some((x, i) => x !== inputs[i])) throw new Error(`${s.name}: the public inputs differ`);
    add(`statement: ${s.name}`, call(bytes, forge(inputs)), "ok",
      { verdict: s.verdict, graded: s.grade, n: s.n, digest: s.digest, policy: s.document });
  }
  const shape = (name) => Uint8Array.from(statements.find((s) => s.name === name).statement);
  const plain = shape("plain");
  const o = layout(plain);
  const good = forge(inputsOf(plain));
  const withProof = (change) => call(plain, change([...good]));
  const set = (i, x) => (proof) => { proof[i] = x; return proof; };

  // Proofs.
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = good;
  add("proof: (−A, −B, C), the known second proof", withProof(() => [ax, Q - ay, bx1, bx0, Q - by1, Q - by0, cx, cy]), "ok");
  add("proof: another proof of the same", call(plain, forge(inputsOf(plain), 5n, 6n)), "ok");
  add("proof: −A alone", withProof(set(1, Q - ay)), "ProofInvalid");
  add("proof: −B alone", withProof((p) => { p[4] = Q - by1; p[5] = Q - by0; return p; }), "ProofInvalid");
  add("proof: −C", withProof(set(7, Q - cy)), "ProofInvalid");
  add("proof: other points of the groups", withProof(() => [...g1(5n), ...g2(6n), ...g1(7n)]), "ProofInvalid");
  for (const [name, i] of [["A", 1], ["B", 4], ["C", 7]]) {
    add(`proof: ${name} off its curve`, withProof(set(i, (good[i] + 1n) % Q)), "PrecompileFailed");
  }
  add("proof: B outside the subgroup", withProof((p) => [p[0], p[1], ...stray.map(BigInt), p[6], p[7]]), "PrecompileFailed");
  add("proof: B with the coefficients in snarkjs' order", withProof(() => [ax, ay, bx0, bx1, by0, by1, cx, cy]), "PrecompileFailed");
  good.forEach((x, i) => add(`proof: word ${i} + q`, withProof(set(i, x + Q)), "CoordinateNotReduced"));
  add("proof: word 0 is q", withProof(set(0, Q)), "CoordinateNotReduced");
  for (const [name, from, to] of [["A", 0, 2], ["B", 2, 6], ["C", 6, 8]]) {
    add(`proof: ${name} at infinity`, withProof((p) => p.fill(0n, from, to)), "PointAtInfinity");
  }

  // Inputs: a proof of one value with a statement of another.
  ["d", "ρ", "π", "v"].forEach((name, i) => {
    const inputs = inputsOf(plain);
    inputs[i] += 1n;
    add(`input: a proof for another ${name}`, call(plain, forge(inputs)), "ProofInvalid");
  });
  const keep = (name, change, outcome) => {
    const changed = change(plain);
    add(`statement byte: ${name}`, call(changed, good), outcome);
  };
  keep("of the nonce", (s) => edited(s, o.nonce, [s[o.nonce] ^ 1]), "ProofInvalid");
  keep("of the evidence root", (s) => edited(s, o.evidence, [s[o.evidence] ^ 1]), "ProofInvalid");
  keep("of a name", (s) => edited(s, o.referenceName + 8, [65]), "ProofInvalid");
  keep("the verdict", (s) => edited(s, o.verdict, u32(1)), "ProofInvalid");
  keep("the grade", (s) => edited(s, o.grade, [s[o.grade] ^ 1]), "ProofInvalid");
  keep("n", (s) => edited(s, o.n, u32(12)), "ProofInvalid");
  keep("the last", (s) => edited(s, s.length - 1, [s[s.length - 1] ^ 1]), "ProofInvalid");

  // Statements that are wrong, each with a proof that holds for it.
  const forged = (name, bytes, outcome, inputs = inputsOf(bytes)) =>
    add(`forged: ${name}`, call(bytes, forge(inputs)), outcome);
  const root = number(plain.slice(o.root, o.root + 32));
  forged("ρ + r", edited(plain, o.root, hex(word(root + R))), "ScoreRootNotReduced");
  const pi = number(plain.slice(o.pi, o.pi + 32));
  forged("π + r", edited(plain, o.pi, hex(word(pi + R))), "PolicyNotAllowed");
  forged("a policy that is not listed", edited(plain, o.document, [plain[o.document] ^ 1]), "PolicyNotAllowed");
  forged("another π under a listed document", edited(plain, o.pi + 31, [plain[o.pi + 31] ^ 1]), "PolicyNotAllowed");
  const planted = edited(edited(plain, o.pi + 31, [plain[o.pi + 31] ^ 1]), o.runId, plain.slice(o.pi, o.pi + 32));
  forged("the listed π planted in the run id", planted, "PolicyNotAllowed",
    inputsOf(planted).map((x, i) => (i === 2 ? pi : x)));
  forged("another score kind", edited(plain, o.kind, u32(3)), "OtherScoreKind");
  forged("another circuit", edited(plain, o.circuit, [plain[o.circuit] ^ 1]), "OtherCircuit");
  forged("the other capacity", edited(plain, o.capacity, u32(1)), "OtherCircuit");
  const claim = inputsOf(plain);
  forged("verdict word 3", edited(plain, o.verdict, u32(3)), "VerdictRange");
  forged("verdict word 2^32 − 1", edited(plain, o.verdict, u32(0xffffffff)), "VerdictRange", claim);
  forged("grade 2", edited(plain, o.grade, [2]), "VerdictRange");
  forged("n = 129", edited(plain, o.n, u32(129)), "VerdictRange");
  const broken = (name, bytes) => add(`layout: ${name}`, call(bytes, good), "StatementLayout");
  broken("another version", edited(plain, 0, [0, 2]));
  broken("another registration version", edited(plain, 2, [0, 2]));
  for (const [name, offset, byte] of [["option 2 for the previous digest", o.previous, 2], ["model kind 2", o.reference + 3, 2],
    ["option 2 for the corpus", o.corpus, 2]]) {
    broken(name, edited(plain, offset, [byte]));
  }
  // As if these were the other kind that there is, so that nothing else is wrong.
  broken("positions 2", spliced(plain, o.positions, 8, u32(2)));
  broken("nonce source 4", spliced(plain, o.nonceSource, 36, [...u32(4), ...Array(8).fill(0)]));
  broken("257 files", edited(plain, o.candidateFiles, [0, 0, 0, 0, 0, 0, 1, 1]));
  broken("a string of 2^64 − 1 bytes behind the policy", edited(plain, o.family, Array(8).fill(255)));
  const swallowing = (length) => call(edited(plain, o.candidateName, length), good);
  add("layout: a string of 2^64 − 1 bytes", swallowing(Array(8).fill(255)), "PolicyNotAllowed");
  add("layout: a string that swallows the policy", swallowing([0, 0, 0, 0, 0, 0, 2, 0]), "PolicyNotAllowed");
  broken("a byte inserted before the fixed part", spliced(plain, o.nonce, 0, [0]));
  broken("a byte after the end", spliced(plain, plain.length, 0, [0]));
  broken("the last byte missing", plain.slice(0, -1));
  add("layout: no statement", call(new Uint8Array(), good), "StatementLayout");

  // Calls.
  const data = call(plain, good);
  add("call: a byte too many", Uint8Array.from([...data, 0]), "CalldataLength");
  add("call: a word too many", Uint8Array.from([...data, ...Array(32).fill(0)]), "CalldataLength");
  add("call: a byte too few", data.slice(0, -1), "revert");
  add("call: a word too few", data.slice(0, -32), "revert");
  add("call: the selector alone", data.slice(0, 4), "revert");
  add("call: nothing", new Uint8Array(), "revert");
  return cases;
}

const meets = (result, { outcome, expected }) =>
  (outcome === "revert" ? result.outcome !== "ok" : result.outcome === outcome)
  && Object.entries(expected).every(([name, value]) => result[name] === value);

let failures = 0;
const check = (holds, what) => { if (!holds) { failures += 1; console.log(`FAILED: ${what}`); } };
const show = (name, result) => {
  const said = result.outcome === "ok" ? `${result.verdict}${result.graded ? " (graded)" : ""} after ${result.n}` : result.outcome;
  console.log(`${name.padEnd(54)} ${said.padEnd(26)} ${String(result.gas).padStart(9)} gas`);
};

/** What a call costs beside its execution: EIP-2028, and EIP-7623's floor. */
function transaction(data, execution) {
  const zeros = data.filter((b) => b === 0).length;
  const nonzeros = data.length - zeros;
  const paid = 21_000n + BigInt(4 * zeros + 16 * nonzeros) + execution;
  const floor = 21_000n + BigInt(10 * zeros + 40 * nonzeros);
  return paid > floor ? paid : floor;
}

// ---- real proofs, exported by pot-check

const snarkjs = (...args) => spawnSync(process.execPath, [path.join(here, "node_modules/snarkjs/build/cli.cjs"), ...args], { encoding: "utf8" });
console.log("real proofs, through pot-check export");
for (const [name, policies, verdict, n] of [
  ["real-128", ["quick"], "SAME", 11], ["real-1024", ["audit", "extended", "forensic"], "SAME", 30], ["topk", ["quick", "quick-topk"], "SAME-TOPK", 11],
]) {
  const key = at("cases", name, "verifying.key");
  const flags = [at("cases", name, "bundle.pot"), "--trust", key, "--allow-development-key"];
  const contract = compile(source(key, ...policies));
  check(contract.methods["verify(bytes,uint256[8])"] === SELECTOR, "the selector is not the compiler's");
  const data = hex(run("pot-check", "export", ...flags, "--calldata=call").trim());
  const result = await execute(contract, data);
  show(`${name}: ${policies.join(", ")}`, result);
  check(result.outcome === "ok" && result.verdict === verdict && result.n === n, `${name} on the EVM`);
  const statement = Math.ceil(Number(number(data.slice(292, 324))) + 16);
  const sha = BigInt(60 + 12 * Math.ceil(statement / 32));
  const inputs = inputsOf(data.slice(324, 324 + Number(number(data.slice(292, 324)))));
  const additions = 2n + BigInt([...inputs[3].toString(2)].filter((bit) => bit === "1").length);
  const parts = {
    pairing: 181_000n, "2 multiplications": 12_000n, [`${additions} additions`]: 150n * additions, "SHA-256": sha,
    [`${additions + 4n} warm calls`]: 100n * (additions + 4n),
  };
  const rest = Object.values(parts).reduce((rest, x) => rest - x, result.gas);
  console.log(`  = ${Object.entries(parts).map(([k, v]) => `${v} ${k}`).join(" + ")} + ${rest} all else`
    + `; a transaction of it ${transaction(data, result.gas)}; code ${contract.code.length} bytes`);

  const files = at(`${name}-json`);
  run("pot-check", "export", ...flags, "--snarkjs", files);
  const json = (file) => path.join(files, file);
  const verify = () => snarkjs("groth16", "verify", json("verification_key.json"), json("public.json"), json("proof.json"));
  check(verify().stdout.includes("OK!"), `${name}: snarkjs groth16 verify`);
  const again = spawnSync(path.join(bin, "pot-check"), ["export", ...flags, "--snarkjs", files], { encoding: "utf8" });
  check(again.status === 2 && again.stderr.includes("not overwritten"), `${name}: an export is not overwritten`);
  const untrusted = spawnSync(path.join(bin, "pot-check"), ["export", flags[0], "--snarkjs", at("none"), "--trust", key], { encoding: "utf8" });
  check(untrusted.status === 5 && !fs.existsSync(at("none")), `${name}: nothing is exported under a refused key`);
  const words = hex(run("pot-check", "export", ...flags, "--calldata").trim());
  const soliditycall = snarkjs("zkey", "export", "soliditycalldata", json("public.json"), json("proof.json"));
  const theirs = [...soliditycall.stdout.matchAll(/0x[0-9a-f]{64}/gi)].map(([x]) => x.slice(2)).join("").toLowerCase();
  check(theirs === Buffer.from(words).toString("hex"), `${name}: --calldata is what snarkjs writes`);
  const text = fs.readFileSync(json("public.json"), "utf8");
  fs.writeFileSync(json("public.json"), text.replace(/"(\d+)"\n\]/, (_, v) => `"${BigInt(v) + 1n}"\n]`));
  const wrong = verify();
  check(!wrong.stdout.includes("OK!"), `${name}: snarkjs refuses another verdict word`);
}

// ---- every class of bad call

console.log("\nthe contract under the test's own key");
const ownSource = source(at("cases/own-128/verifying.key"), "quick", "quick-topk");
const own = compile(ownSource);
const cases = trapdoorCases();
for (const one of cases) {
  const result = await execute(own, one.data);
  show(one.name, result);
  check(meets(result, one), `${one.name}: expected ${one.outcome} ${JSON.stringify(one.expected)}, got ${JSON.stringify(result, (_, x) => typeof x === "bigint" ? String(x) : x)}`);
}
for (const gas of [100_000n, 150_000n, 190_000n]) {
  const result = await execute(own, cases[0].data, gas);
  show(`call: with ${gas} gas`, result);
  check(result.outcome !== "ok", `a call with ${gas} gas`);
}


console.log("\nevery bit of v, at both capacities");
const plain = Uint8Array.from(statements[0].statement);
for (const capacity of [128, 1024]) {
  const text = source(at("cases", `own-${capacity}`, "verifying.key"), "quick");
  const circuit = hex(text.match(/CIRCUIT = 0x([0-9a-f]{64});/)[1]);
  const o = layout(plain);
  const fitted = edited(edited(plain, o.capacity, u32(capacity === 128 ? 0 : 1)), o.circuit, circuit);
  const contract = compile(text);
  for (const [n, verdict, grade] of [[capacity, 2, 0], [capacity - 1, 1, 1], ...[1, 2, 4].map((n) => [n * capacity / 8, 0, 1])]) {
    const s = edited(edited(edited(fitted, o.n, u32(n)), o.verdict, u32(verdict)), o.grade, [grade]);
    const result = await execute(contract, call(s, forge(inputsOf(s))));
    show(`v = ${inputsOf(s)[3]} at capacity ${capacity}`, result);
    const expected = { verdict: ["SAME", "DIFFERENT", "UNDECIDED"][verdict], graded: grade === 1, n };
    check(meets(result, { outcome: "ok", expected }), `v of n = ${n} at capacity ${capacity}`);
  }
}

if (process.argv.includes("--mutants")) {
  console.log("\nthe contract without one of its checks");
  const checks = [...ownSource.matchAll(/revert (\w+)\([^)]*\);/g)];
  for (const [i, found] of checks.entries()) {
    const name = `${i + 1}/${checks.length} ${found[1]}`;
    // Only lack of gas gets to the checks of the additions and multiplications, and then too little is left to go on.
    const behind = ownSource.slice(found.index + found[0].length);
    if (found[1] === "PrecompileFailed" && !behind.trimStart().startsWith("if (one")) continue;
    const replacement = found[1] === "PolicyNotAllowed" ? "return (D_X, D_Y, 0);" : "{}";
    const contract = compile(ownSource.slice(0, found.index) + replacement + ownSource.slice(found.index + found[0].length));
    let caught;
    for (const one of cases.filter((one) => one.outcome === found[1])) {
      caught ??= meets(await execute(contract, one.data), one) ? undefined : one.name;
    }
    console.log(`${name}: ${caught ? `noticed by '${caught}'` : "NOT NOTICED"}`);
    check(caught, `check ${name} is not tested`);
  }
}

fs.rmSync(folder, { recursive: true });
console.log(failures === 0 ? `\nall ${cases.length} cases and the real proofs as expected` : `\n${failures} FAILED`);
process.exit(failures === 0 ? 0 : 1);
