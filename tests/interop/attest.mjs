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
const { Ajv } = await import("ajv");
const { default: addFormats } = await import("ajv-formats");
const { default: YAML } = await import("yaml");

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
const schema = (name) => JSON.parse(fs.readFileSync(path.join(here, "../../docs/schemas", name), "utf8"));
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
const fits = ajv.compile(schema("verdict-v1.schema.json"));
const isReport = ajv.compile(schema("report-v1.schema.json"));

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
  reports();
  release();
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

/** What `pot-check verify --json` prints, with everything given, with nothing, and for refusals. */
function reports() {
  prove("countersign", "run/registration.pot", "--side", "candidate", "--key", "p256", "--transcript", "run/transcript.ndjson", "--out", "answers.json");
  fs.writeFileSync(at("check.toml"), 'format = "pot acceptance v1"\nverdicts = ["SAME"]\n[[signer]]\nrole = "auditor"\nfile = "p256.pub"\n');
  const allow = ["--allow-development-key", "--json"];
  const everything = ["--transcript", "run", "--scores", "run", "--reveal", "run/secret/challenge-key", "--identity", "p256.pub", "--attestation", "p256.json",
    "--attestation", "answers.json", "--attestation", "run/registration.sigstore.json", "--policy-file", "check.toml", "--registry", "run", "--emit-svr", "svr.json", "--svr-key", "other"];
  const json = (...args) => {
    const { status, text } = run(path.join(bin, "pot-check"), "verify", ...args);
    return { status, report: JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) };
  };
  for (const [name, expected, ...args] of [
    ["nothing given", 0, "run", ...allow],
    ["everything given", 0, "run", ...allow, ...everything],
    ["a verdict that is not demanded", 4, "run", ...allow, "--require", "DIFFERENT"],
    ["an untrusted key", 5, "run", "--json"],
    ["no bundle", 3, "p256", "--json"],
  ]) {
    const { status, report } = json(...args);
    check(`the report fits its schema: ${name}`, status === expected && report.exit === expected && isReport(report), JSON.stringify(isReport.errors));
  }
  const { report } = json("run", ...allow);
  for (const field of Object.keys(report)) {
    const { [field]: _, ...rest } = report;
    check(`and not without ${field}`, !isReport(rest));
  }
  check("Sigstore takes the verification result", sigstore(read("svr.json"), "other.pub"));
  const { predicateType, predicate } = payload(read("svr.json"));
  check("which is an SVR v0.2", predicateType === "https://in-toto.io/attestation/svr/v0.2" && predicate.verifier.policies[0].name === "check.toml" && predicate.properties.includes("POT_VERDICT_SAME"));
}

/** The bill of materials fits CycloneDX's own schema, and the sums are what sha256sum reads. */
function release() {
  prove("publish", "run", "--dir", "release", "--key", "p256", "--with", "scores");
  const schemas = path.join(here, "node_modules/@cyclonedx/cyclonedx-library/res/schema");
  const load = (name) => JSON.parse(fs.readFileSync(path.join(schemas, name), "utf8"));
  const draft7 = addFormats(new Ajv({ strict: false, allErrors: true }));
  draft7.addFormat("iri-reference", true);
  draft7.addFormat("idn-email", true);
  for (const name of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]) draft7.addSchema(load(name), `http://cyclonedx.org/schema/${name}`);
  const isBom = draft7.compile(load("bom-1.6.SNAPSHOT.schema.json"));
  const bom = read("release/ml-bom.cdx.json");
  check("the bill of materials fits CycloneDX 1.6", isBom(bom), JSON.stringify(isBom.errors));
  check("and not with an unknown kind of component", !isBom({ ...bom, components: [{ ...bom.components[0], type: "model" }] }));
  const claim = bom.declarations.claims[0];
  const refs = new Set([...bom.components, ...bom.declarations.evidence].map((part) => part["bom-ref"]));
  check("its claim is about a component and rests on evidence that is there", refs.has(claim.target) && claim.evidence.every((ref) => refs.has(ref)));
  const sums = spawnSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: at("release"), encoding: "utf8" });
  check("sha256sum takes the sums", sums.status === 0, sums.stdout + sums.stderr);
  check("pot-check takes the release", potCheck("verify", "release", "--allow-development-key", "--identity", "p256.pub").status === 0);
  const card = fs.readFileSync(at("release/model-card.md"), "utf8").split("---\n");
  const head = YAML.parse(card[1]);
  const [result] = head["model-index"][0].results;
  check("the model card's head is YAML with a result", card.length === 3 && result.metrics[0].value === "SAME" && result.task.type === "text-generation" && typeof result.dataset.name === "string");
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
