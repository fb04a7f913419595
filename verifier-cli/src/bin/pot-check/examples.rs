//! The examples in the help. A test parses each line that begins with the program's name.

pub(crate) const VERIFY: &str = "\
Examples:
  # the bundle alone, under a key that you have from somebody you trust
  pot-check verify bundle.pot --trust ceremony.key --require SAME
  # a run of your own, with everything opened: the verdict is derived without any key
  pot-check verify pot-audit --allow-development-key --scores pot-audit --transcript pot-audit --reveal pot-audit/secret/challenge-key
  # who says so, who chose the nonce, and how often this pair was tried
  pot-check verify bundle.pot --trust ceremony.key --attestation attestation.sigstore.json --nonce nonce.json --identity auditor.key.pub --registry known
  # what lies beside a release, by what you accept; the result for those who rely on you
  pot-check verify release --policy-file check.toml --trust ceremony.key --emit-svr svr.json --svr-key our.key
  # the records that you asked for with `pot-check challenge-openings`
  pot-check verify bundle.pot --trust ceremony.key --openings openings.json --request request.json --json";

pub(crate) const BATCH: &str = "\
Examples:
  # every bundle in a folder, each of which has to say SAME
  pot-check batch published --trust ceremony.key --require SAME
  # the bundles that a list names, as one JSON document
  pot-check batch list.txt --trust-file trusted.json --json
  # a list on standard input: `find . -name bundle.pot | pot-check batch -`
  pot-check batch - --allow-development-key

The exit code is 0 if all are accepted, else the first of 1, 3, 5 and 4 that one of them has.";

pub(crate) const EXPORT: &str = "\
Examples:
  # for snarkjs: verification_key.json, public.json and proof.json
  pot-check export bundle.pot --trust ceremony.key --snarkjs for-snarkjs
  # the complete call of our verifier contract, in hexadecimal
  pot-check export bundle.pot --trust ceremony.key --calldata=call";

pub(crate) const CHALLENGE_OPENINGS: &str = "\
Examples:
  # ask the auditor for 16 records, drawn with fresh randomness after the bundle was published
  pot-check challenge-openings bundle.pot --count 16 --out request.json
  # then, with what `pot-prove open --request request.json` answered
  pot-check verify bundle.pot --trust ceremony.key --openings openings.json --request request.json";

pub(crate) const NONCE: &str = "\
Examples:
  # with a key of `pot-prove keygen`, whose public half the auditor registered
  pot-check nonce registration.pot --key counterparty.key --out nonce.json";
