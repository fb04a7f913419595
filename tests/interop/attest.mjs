// What pot-prove signs, in the hands of other clients: Sigstore's verifier takes the bundles and refuses changed ones, their
// predicates fit the published schema, and a model that `model_signing` signed is known as the one that was audited.
//
//   npm ci --ignore-scripts
//   cargo build --release -p pot-prover -p pot-verifier
//   node attest.mjs
//
// POT_BIN_DIR names the folder of the binaries (default: ../../target/release). The last part needs PyPI's `model-signing`
// (1.1.1 was used) and is skipped without the command `model_signing`, or the one that POT_MODEL_SIGNING names.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { spawnSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
if (!fs.existsSync(path.join(here, "node_modules/@sigstore/verify"))) {
  console.log("SKIPPED: no npm packages here. `npm ci --ignore-scripts` in tests/interop installs the pinned ones.");
  process.exit(0);
}
const { bundleFromJSON } = await import("@sigstore/bundle");
const { Verifier, toSignedEntity, toTrustMaterial } = await import("@sigstore/verify");
const { Ajv2020 } = await import("ajv/dist/2020.js");

const bin = process.env.POT_BIN_DIR ?? path.join(here, "../../target/release");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pot-attest-"));
const at = (...parts) => path.join(folder, ...parts);
const env = { ...process.env, POT_KEY_DIR: at("keys") };
let failures = 0;
function check(name, holds, detail = "") {
  console.log(`${holds ? "ok  " : "FAIL"}  ${name}`);
  if (!holds) { failures += 1; console.log(detail); }
}
function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", cwd: folder, env });
  return { status, text: `${stdout}${stderr}` };
}
const prove = (...args) => {
  const ran = run(path.join(bin, "pot-prove"), ...args);
  if (ran.status !== 0) throw new Error(ran.text);
};
const potCheck = (...args) => run(path.join(bin, "pot-check"), ...args);
const read = (file) => JSON.parse(fs.readFileSync(at(file), "utf8"));
const payload = (bundle) => JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString("utf8"));

/** Sigstore's verifier with this one key and no logs or time-stamps. */
function sigstore(bundle, pem) {
  const key = createPublicKey(fs.readFileSync(at(pem)));
  const empty = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const trust = toTrustMaterial(empty, () => ({ publicKey: key, validFor: () => true }));
  try {
    new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundleFromJSON(bundle)));
    return true;
  } catch {
    return false;
  }
}
const schema = JSON.parse(fs.readFileSync(path.join(here, "../../docs/schemas/verdict-v1.schema.json"), "utf8"));
const fits = new Ajv2020({ allErrors: true }).compile(schema);

try {
  prove("keygen", "--out", "p256");
  prove("keygen", "--out", "other");
  prove("keygen", "--out", "ed25519", "--algorithm", "ed25519");
  prove("register", "--out", "run", "--sign-with", "p256");
  prove("audit", "--resume", "--out", "run");
  for (const [key, file] of [["p256", "p256.json"], ["ed25519", "ed25519.json"]]) {
    prove("attest", "run", "--key", key, "--out", file);
    attestation(key, file);
  }
  const registration = read("run/registration.sigstore.json");
  check("Sigstore takes the registration", sigstore(registration, "p256.pub"));
  check("its predicate is the registration", payload(registration).predicateType === "urn:proof-of-training:registration:v1");
  modelSigning();
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? "all hold" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

function attestation(key, file) {
  const signed = read(file);
  check(`Sigstore takes what ${key} signed`, sigstore(signed, `${key}.pub`));
  check("and not under another key", !sigstore(signed, "other.pub"));
  const changed = structuredClone(signed);
  const said = payload(changed);
  said.predicate.verdict = "DIFFERENT";
  changed.dsseEnvelope.payload = Buffer.from(JSON.stringify(said)).toString("base64");
  check("nor with another verdict", !sigstore(changed, `${key}.pub`));
  const { predicate } = payload(signed);
  check("the predicate fits the schema", fits(predicate), JSON.stringify(fits.errors));
  for (const field of Object.keys(predicate)) {
    const { [field]: _, ...rest } = predicate;
    check(`and not without ${field}`, !fits(rest));
  }
  check("nor with a field of one's own", !fits({ ...predicate, mine: 1 }));
}

/** A folder that `model_signing` signs, audited against itself. */
function modelSigning() {
  const program = process.env.POT_MODEL_SIGNING ?? "model_signing";
  if (run(program, "--version").status !== 0) {
    console.log("SKIPPED: PyPI's model-signing is not there (`pip install model-signing==1.1.1 pyopenssl`)");
    return;
  }
  const release = path.join(here, "../../inference/tests/tokenizers/bytes");
  fs.cpSync(release, at("model"), { recursive: true, filter: (file) => !file.endsWith(".gguf") });
  const signed = run(program, "sign", "key", "model", "--private_key", "p256", "--signature", "model.sig");
  if (signed.status !== 0) throw new Error(signed.text);
  prove("audit", "--reference", "model", "--candidate", "model", "--out", "folder");
  prove("attest", "folder", "--key", "p256", "--out", "folder.json");
  const root = payload(read("model.sig")).subject[0].digest.sha256;
  const ours = payload(read("folder.json")).subject.filter(({ name }) => name === "reference");
  check("model-signing and the attestation name one root", ours.length === 1 && ours[0].digest.sha256 === root, `${root} ${JSON.stringify(ours)}`);
  const args = ["verify", "folder", "--allow-development-key", "--identity", "p256.pub", "--attestation", "model.sig"];
  const ran = potCheck(...args);
  check("pot-check takes model-signing's signature", ran.status === 0 && ran.text.includes("all files that the models were read from are among 3"), ran.text);
  const verified = run(program, "verify", "key", "model", "--public_key", "p256.pub", "--signature", "model.sig");
  check("and model-signing takes our key", verified.status === 0, verified.text);
}
