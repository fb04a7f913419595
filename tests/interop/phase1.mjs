// Powers of tau across snarkjs and this project: each contributes after the other, verifies the other's files, and prepares
// the same bytes.
//
//   npm ci --ignore-scripts
//   cargo build --release -p pot-setup
//   node phase1.mjs                          the checks, power 4
//   node phase1.mjs measure 12 16            instead: CPU seconds, wall seconds and memory of each step at these powers
//   node phase1.mjs measure-ours 16          only of this project's steps
//   node phase1.mjs measure-unprepared 16    without preparing, which takes snarkjs longest by far
//
// POT_BIN_DIR names the folder of the binaries (default: ../../target/release), POT_NODE_MODULES that of the npm packages.
// Measuring needs GNU time (Debian package `time`).
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = process.env.POT_NODE_MODULES ?? path.join(here, "node_modules");
if (!fs.existsSync(path.join(modules, "snarkjs"))) {
  console.log("SKIPPED: no npm packages here. `npm ci --ignore-scripts` in tests/interop installs the pinned ones.");
  process.exit(0);
}
const bin = process.env.POT_BIN_DIR ?? path.join(here, "../../target/release");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pot-phase1-"));
const at = (...parts) => path.join(folder, ...parts);
const cli = path.join(modules, "snarkjs/build/cli.cjs");
const VALUE = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

let failures = 0;
function check(name, holds, detail = "") {
  console.log(`${holds ? "ok  " : "FAIL"}  ${name}`);
  if (!holds) { failures += 1; console.log(detail); }
}
function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", cwd: folder, maxBuffer: 1 << 28 });
  return { ok: status === 0, status, text: `${stdout}${stderr}` };
}
const pot = (...args) => run(path.join(bin, "pot-setup"), ["phase1", ...args]);
const snarkjs = (...args) => run(process.execPath, [cli, "powersoftau", ...args]);
function must(result) {
  if (!result.ok) throw new Error(result.text);
  return result;
}
/** The sections of a file, by id. */
function sections(file) {
  const bytes = fs.readFileSync(at(file));
  const found = new Map();
  for (let position = 12; position < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(position + 4));
    found.set(bytes.readUInt32LE(position), bytes.subarray(position + 12, position + 12 + length));
    position += 12 + length;
  }
  return found;
}
/** snarkjs ends with 0 whatever it finds: only these words count. */
const snarkjsAccepts = (file) => snarkjs("verify", file).text.includes("Powers of Tau Ok!");
function bothAccept(file, what) {
  check(`snarkjs verify: ${what}`, snarkjsAccepts(file));
  const own = pot("verify", file);
  check(`pot-setup phase1 verify: ${what}`, own.ok, own.text);
}

try {
  const [mode, ...powers] = process.argv.slice(2);
  if (mode === undefined) checks();
  else if (["measure", "measure-ours", "measure-unprepared"].includes(mode)) powers.forEach((power) => measure(power, mode));
  else throw new Error(`unknown: ${mode}`);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
console.log(failures === 0 ? "all hold" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

function checks() {
  // Ours first, theirs in the middle, ours again, beacon.
  must(pot("new", "--power", "4", "--out", "a0.ptau"));
  must(snarkjs("new", "bn128", "4", "b0.ptau"));
  check("new powers are the same bytes", fs.readFileSync(at("a0.ptau")).equals(fs.readFileSync(at("b0.ptau"))));
  must(pot("contribute", "a0.ptau", "--out", "a1.ptau", "--name", "ours", "--entropy-text", "some text"));
  bothAccept("a1.ptau", "one contribution of ours");
  must(snarkjs("contribute", "a1.ptau", "a2.ptau", "--name=theirs", "-e=text"));
  bothAccept("a2.ptau", "theirs after ours");
  must(pot("contribute", "a2.ptau", "--out", "a3.ptau", "--name", "ours again"));
  bothAccept("a3.ptau", "ours after theirs");
  must(pot("beacon", "a3.ptau", "--out", "a4.ptau", "--beacon", VALUE, "--iterations", "10", "--name", "beacon"));
  bothAccept("a4.ptau", "our beacon");
  // The same beacon by snarkjs: the same points and the same next challenge. Only what lies unused in snarkjs' stored hash
  // states is different.
  must(snarkjs("beacon", "a3.ptau", "b4.ptau", VALUE, "10", "-n=beacon"));
  bothAccept("b4.ptau", "their beacon");
  const [ours, theirs] = [sections("a4.ptau"), sections("b4.ptau")];
  check("both beacons give the same points", [1, 2, 3, 4, 5, 6].every((id) => ours.get(id).equals(theirs.get(id))));
  // Preparing.
  must(pot("prepare", "a4.ptau", "--out", "a5.ptau"));
  must(snarkjs("prepare", "phase2", "a4.ptau", "b5.ptau"));
  check("prepared files are the same bytes", fs.readFileSync(at("a5.ptau")).equals(fs.readFileSync(at("b5.ptau"))));
  bothAccept("a5.ptau", "prepared by us");
  // Cut by snarkjs.
  must(snarkjs("truncate", "a5.ptau"));
  const cut = pot("verify", "a5_03.ptau");
  check("pot-setup phase1 verify: cut by snarkjs", cut.ok, cut.text);
  check("a cut file is not contributed to", pot("contribute", "a5_03.ptau", "--out", "x.ptau").status === 5);
  // Import.
  const unknown = pot("import", "a5.ptau");
  check("an unknown file is not imported", unknown.status === 5, unknown.text);
  const hash = /--blake2b ([0-9a-f]{128})/.exec(unknown.text)?.[1] ?? "";
  check("it is by its hash", pot("import", "a5.ptau", "--blake2b", hash).ok);
  check("and not by another", !pot("import", "a4.ptau", "--blake2b", hash).ok);
  // A bit of a contribution.
  const bytes = fs.readFileSync(at("a4.ptau"));
  bytes[bytes.length - 3000] ^= 1;
  fs.writeFileSync(at("bad.ptau"), bytes);
  check("an altered contribution is refused", !pot("verify", "bad.ptau").ok);
  check("snarkjs refuses it too", !snarkjsAccepts("bad.ptau"));
}

/** Every step of both programs on the same files, as a row of a Markdown table. */
function measure(power, mode) {
  const withPeer = mode !== "measure-ours";
  console.log(`\npower ${power}\n`);
  console.log("| step | ours CPU s | wall s | MiB | snarkjs CPU s | wall s | MiB | CPU ratio |\n|---|---|---|---|---|---|---|---|");
  const name = (file) => `${power}-${file}.ptau`;
  must(pot("new", "--power", power, "--out", name("0")));
  row("contribute", ["contribute", name("0"), "--out", name("1"), "--entropy-text", "x"], ["contribute", name("0"), name("b1"), "-e=x"]);
  row("beacon, 2^10 iterations", ["beacon", name("1"), "--out", name("2"), "--beacon", VALUE], ["beacon", name("1"), name("b2"), VALUE, "10"]);
  row("verify", ["verify", name("2")], ["verify", name("2")]);
  if (mode !== "measure-unprepared") {
    row("prepare", ["prepare", name("2"), "--out", name("3")], ["prepare", "phase2", name("2"), name("b3")]);
    row("verify prepared", ["verify", name("3")], ["verify", name("3")]);
    console.log(`\nfile ${fs.statSync(at(name("2"))).size} bytes, prepared ${fs.statSync(at(name("3"))).size} bytes`);
  }
  for (const file of fs.readdirSync(folder)) fs.rmSync(at(file));

  function row(step, ours, theirs) {
    const own = timed(path.join(bin, "pot-setup"), ["phase1", ...ours]);
    const peer = withPeer ? timed(process.execPath, [cli, "powersoftau", ...theirs]) : undefined;
    const cells = (t) => (t ? `${t.cpu.toFixed(2)} | ${t.wall} | ${t.mib}` : "– | – | –");
    console.log(`| ${step} | ${cells(own)} | ${cells(peer)} | ${peer ? (peer.cpu / own.cpu).toFixed(1) : "–"} |`);
  }
}

/** CPU and wall seconds, and the largest resident size, of one process. */
function timed(program, args) {
  const { text } = must(run("/usr/bin/time", ["-v", program, ...args]));
  const field = (label) => new RegExp(`${label}: ([0-9.:]+)`).exec(text)[1];
  const wall = /Elapsed \(wall clock\) time \(h:mm:ss or m:ss\): ([0-9.:]+)/.exec(text)[1];
  const seconds = wall.split(":").reduce((total, part) => total * 60 + Number(part), 0);
  const cpu = Number(field("User time \\(seconds\\)")) + Number(field("System time \\(seconds\\)"));
  return { cpu, wall: seconds.toFixed(1), mib: Math.round(Number(field("Maximum resident set size \\(kbytes\\)")) / 1024) };
}
