// Proofs across snarkjs and this project: circom's files prove in ours, ours in snarkjs, and each verifies in both.
//
//   npm ci --ignore-scripts
//   cargo build --release -p pot-setup -p pot-prover -p pot-verifier --bins
//   node prove.mjs
//
// POT_BIN_DIR names the folder of the binaries (default: ../../target/release), POT_RUN a finished run of capacity 128 to
// prove instead of a new one between the built-in models.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, "node_modules");
if (!fs.existsSync(modules)) {
  console.log("SKIPPED: no npm packages here. `npm ci --ignore-scripts` in tests/interop installs the pinned ones.");
  process.exit(0);
}
const bin = process.env.POT_BIN_DIR ?? path.join(here, "../../target/release");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pot-prove-"));
const at = (...parts) => path.join(folder, ...parts);

let failures = 0;
function check(name, holds, detail = "") {
  console.log(`${holds ? "ok  " : "FAIL"}  ${name}`);
  if (!holds) { failures += 1; console.log(detail); }
}
function spawn(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", cwd: folder });
  return { ok: status === 0, status, text: `${stdout}${stderr}`, stdout };
}
const ours = (program, ...args) => spawn(path.join(bin, program), args);
const peer = (program, ...args) => spawn(process.execPath, [path.join(modules, program), ...args]);
const snarkjs = (...args) => peer("snarkjs/build/cli.cjs", ...args);
/** Runs what a later step needs. */
function must(result) {
  if (!result.ok) throw new Error(result.text);
  return result;
}
const verifies = (vk, publicSignals, proof) => snarkjs("groth16", "verify", vk, publicSignals, proof);
const same = (a, b) => fs.readFileSync(at(a)).equals(fs.readFileSync(at(b)));
const edit = (from, to, change) => {
  const bytes = fs.readFileSync(at(from));
  fs.writeFileSync(at(to), change(bytes) ?? bytes);
};

try {
  circom();
  verdict();
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? "all hold" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

/** A circuit, a witness and a key that are not ours. */
function circom() {
  fs.copyFileSync(path.join(here, "../../setup/testdata/snarkjs/powers.circom"), at("powers.circom"));
  must(peer("circom2/cli.js", "powers.circom", "--r1cs", "--wasm"));
  fs.writeFileSync(at("input.json"), '{"fifth":"243","x":"3","y":"11"}');
  must(snarkjs("wtns", "calculate", "powers_js/powers.wasm", "input.json", "powers.wtns"));
  must(snarkjs("powersoftau", "new", "bn128", "4", "0.ptau"));
  must(snarkjs("powersoftau", "contribute", "0.ptau", "1.ptau", "-e=one"));
  must(snarkjs("powersoftau", "prepare", "phase2", "1.ptau", "final.ptau"));
  must(snarkjs("groth16", "setup", "powers.r1cs", "final.ptau", "new.zkey"));
  must(snarkjs("zkey", "contribute", "new.zkey", "powers.zkey", "-e=two"));
  must(snarkjs("zkey", "export", "verificationkey", "powers.zkey", "vk.json"));

  must(ours("pot-setup", "export", "verification-key", "powers.zkey", "--out", "our-vk.json"));
  check("our verification_key.json of a snarkjs zkey is snarkjs' own, byte for byte", same("vk.json", "our-vk.json"));

  const prove = (wtns, out, ...more) => ours("pot-prove", "groth16", "--zkey", "powers.zkey", "--wtns", wtns,
    "--proof", `${out}.proof.json`, "--public", `${out}.public.json`, ...more);
  const proved = prove("powers.wtns", "ours", "--r1cs", "powers.r1cs");
  check("circom's r1cs and wtns under snarkjs' zkey prove in ours", proved.ok, proved.text);
  const verified = verifies("vk.json", "ours.public.json", "ours.proof.json");
  check("and snarkjs verifies that proof", verified.ok && verified.text.includes("OK!"), verified.text);
  must(snarkjs("groth16", "prove", "powers.zkey", "powers.wtns", "theirs.proof.json", "theirs.public.json"));
  check("our public.json is snarkjs' own, byte for byte", same("ours.public.json", "theirs.public.json"));

  const refused = (name, result, status, text) =>
    check(name, result.status === status && result.text.includes(text), `${result.status} ${result.text}`);
  // The last value is x⁴: no public one.
  edit("powers.wtns", "wrong.wtns", (bytes) => { bytes[bytes.length - 32] ^= 1; });
  refused("a witness that does not satisfy the r1cs is refused, with the constraint", prove("wrong.wtns", "wrong", "--r1cs", "powers.r1cs"), 3, "does not satisfy constraint");
  refused("and without the r1cs no proof of it is written", prove("wrong.wtns", "wrong"), 1, "does not verify");
  check("nothing was written for it", !fs.existsSync(at("wrong.proof.json")));
  refused("a key that nobody contributed to is refused", ours("pot-prove", "groth16", "--zkey", "new.zkey", "--wtns", "powers.wtns", "--proof", "n.json", "--public", "p.json"), 1, "gamma = delta");
}

/** The verdict circuit of 128 scores, under a key of ours. */
function verdict() {
  if (process.env.POT_RUN) {
    fs.cpSync(process.env.POT_RUN, at("run"), { recursive: true });
  } else {
    must(ours("pot-prove", "register", "--out", "run"));
    must(ours("pot-prove", "run", "run"));
  }
  fs.cpSync(at("run"), at("second"), { recursive: true });
  const id = must(ours("pot-setup", "dev", "--capacity", "128", "--key-dir", "keys")).stdout.trim();
  const zkey = path.join("keys", id, "circuit.zkey");
  must(ours("pot-setup", "export", "verification-key", id, "--key-dir", "keys", "--out", "verdict-vk.json"));
  must(snarkjs("zkey", "export", "verificationkey", zkey, "their-vk.json"));
  check("snarkjs reads the verifying key out of our zkey as we do", same("verdict-vk.json", "their-vk.json"));

  const exported = ours("pot-prove", "export", "run", "--r1cs", "verdict.r1cs", "--wtns", "verdict.wtns");
  check("a finished run is exported", exported.ok, exported.text);
  must(ours("pot-setup", "export", "r1cs", "--capacity", "128", "--out", "circuit.r1cs"));
  check("its r1cs is the circuit's, whatever the run", same("verdict.r1cs", "circuit.r1cs"));
  const info = snarkjs("r1cs", "info", "verdict.r1cs");
  check("snarkjs r1cs info: 12,544 constraints, 4 public inputs",
    info.ok && /Constraints: 12544/.test(info.text) && /Public Inputs: 4/.test(info.text), info.text);
  const checked = snarkjs("wtns", "check", "verdict.r1cs", "verdict.wtns");
  check("snarkjs wtns check", checked.ok && checked.text.includes("WITNESS IS CORRECT"), checked.text);

  const proved = snarkjs("groth16", "prove", zkey, "verdict.wtns", "their.proof.json", "their.public.json");
  check("snarkjs groth16 prove works with our zkey and wtns", proved.ok, proved.text);
  const verified = verifies("verdict-vk.json", "their.public.json", "their.proof.json");
  check("snarkjs verifies its own proof under our key", verified.ok && verified.text.includes("OK!"), verified.text);
  edit("their.proof.json", "negated.proof.json", (bytes) => {
    const proof = JSON.parse(bytes);
    proof.pi_a = JSON.parse(fs.readFileSync(at("ours.proof.json"))).pi_a;
    return JSON.stringify(proof);
  });
  const bad = ours("pot-prove", "prove", "run", "--keys", "keys", "--proof-from", "negated.proof.json");
  check("a proof that does not verify makes no bundle", bad.status === 1 && !fs.existsSync(at("run/bundle.pot")), bad.text);
  const taken = ours("pot-prove", "prove", "run", "--keys", "keys", "--proof-from", "their.proof.json");
  check("snarkjs' proof makes a bundle", taken.ok, taken.text);
  const pot = (run) => ours("pot-check", "verify", `${run}/bundle.pot`, "--allow-development-key", "--trust", `${run}/verifying.key`);
  const accepted = pot("run");
  check("pot-check accepts what snarkjs proved", accepted.ok, accepted.text);

  const own = ours("pot-prove", "prove", "second", "--keys", "keys", "--key", id);
  check("the same run proves in ours", own.ok, own.text);
  check("pot-check accepts that too", pot("second").ok, pot("second").text);
  must(ours("pot-check", "export", "second/bundle.pot", "--snarkjs", "exported", "--allow-development-key", "--trust", "second/verifying.key"));
  const back = verifies("exported/verification_key.json", "exported/public.json", "exported/proof.json");
  check("snarkjs verifies our proof, from pot-check export", back.ok && back.text.includes("OK!"), back.text);
  check("both proofs are for the same public inputs", JSON.stringify(JSON.parse(fs.readFileSync(at("exported/public.json"))))
    === JSON.stringify(JSON.parse(fs.readFileSync(at("their.public.json")))));

  const general = ours("pot-prove", "groth16", "--zkey", zkey, "--wtns", "verdict.wtns", "--r1cs", "verdict.r1cs", "--proof", "g.proof.json", "--public", "g.public.json");
  check("pot-prove groth16 proves the exported files", general.ok, general.text);
  check("and snarkjs verifies that", verifies("verdict-vk.json", "g.public.json", "g.proof.json").text.includes("OK!"));
  must(ours("pot-setup", "keys", "export", id, "--key-dir", "keys", "--out", "moved"));
  const imported = ours("pot-setup", "keys", "import", "moved", "--key-dir", "others");
  check("the key moves to another folder under its id, checked in full", imported.ok && imported.stdout.trim() === id, imported.text);
}
