//! The examples in the help. A test parses each line that begins with the program's name.

#[cfg(feature = "inference")]
pub(super) const REGISTER: &str = "\
Examples:
  # two models in files, under the policy `audit`
  pot-prove register --reference original.gguf --candidate quantised.gguf --policy audit --out run
  # a served model; the nonce comes from the public beacon ten minutes later, the registration is signed
  pot-prove register --reference folder --candidate vllm:http://localhost:8000#model --policy audit-delta-logprob --beacon-in 600 --sign-with auditor.key
  # the other party chooses and signs the nonce
  pot-prove register --candidate builtin:finetuned --counterparty Regulator --counterparty-key regulator.key.pub";

#[cfg(feature = "inference")]
pub(super) const RUN: &str = "\
Examples:
  # the run that was registered in ./pot-audit
  pot-prove run
  # with the counterparty's answer, or the beacon's round
  pot-prove run run --nonce nonce.json
  # after a crash, or when the endpoint is back
  pot-prove run run --resume --api-key-env API_KEY";

#[cfg(feature = "inference")]
pub(super) const AUDIT: &str = "\
Examples:
  # built-in models, nothing else prepared
  pot-prove audit
  # two models of your own, at most 8 GiB of their weights in memory
  pot-prove audit --reference original --candidate quantised.gguf --policy audit --max-memory 8GiB --out run
  # a model behind an endpoint; the key is read from the environment
  pot-prove audit --reference original --candidate openai:https://models.example/v1#m --policy quick-topk --api-key-env API_KEY
  # on with an audit that stopped
  pot-prove audit --resume --out run";

pub(super) const DECIDE: &str = "\
Examples:
  # a JSON array of scores in nats: [0.01, 0.02, …]
  pot-prove decide --policy audit --scores scores.json
  # the scores of a run
  pot-prove decide --policy quick --scores pot-audit/transcript.ndjson";

pub(super) const PROVE: &str = "\
Examples:
  # the finished run in ./pot-audit: writes bundle.pot there
  pot-prove prove
  # under one key of several in a key folder
  pot-prove prove run --keys keys --key 68f18c4e12d77f3b6fe7f442fb9f0c23ef43272e19d9b3ddf3958f107edae8db
  # with the proof that another prover made of the files of `pot-prove export`
  pot-prove prove run --proof-from proof.json";

pub(super) const OPEN: &str = "\
Examples:
  # what somebody asked for with `pot-check challenge-openings`
  pot-prove open run --request request.json --out openings.json
  # a sample that follows from the statement, which is worth less
  pot-prove open run --count 32";

pub(super) const KEYGEN: &str = "\
Examples:
  # writes auditor.key and auditor.key.pub
  pot-prove keygen --out auditor.key
  pot-prove keygen --out counterparty.key --algorithm ed25519";

pub(super) const ATTEST: &str = "\
Examples:
  # writes pot-audit/attestation.sigstore.json
  pot-prove attest --key auditor.key
  pot-prove attest run --key auditor.key --out attestation.sigstore.json";

pub(super) const REVEAL: &str = "\
Examples:
  # writes pot-audit/challenge.key: everybody can derive the prompts now
  pot-prove reveal
  pot-check verify pot-audit --transcript pot-audit --reveal pot-audit/challenge.key --trust ceremony.key";

pub(super) const PUBLISH: &str = "\
Examples:
  # signed now, with the scores and the challenge key given away
  pot-prove publish run --dir release --key auditor.key --with scores,challenge-key --model org/model --url https://models.example/m
  # as signed before with `pot-prove attest`, with the publisher's signature of the model beside it
  pot-prove publish run --dir release --attach model.sig
  pot-check verify release --identity auditor.key.pub --trust ceremony.key";

pub(super) const COUNTERSIGN: &str = "\
Examples:
  # a publisher: this identity is mine
  pot-prove countersign registration.pot --side reference --key publisher.key --out reference.sigstore.json
  # who serves the candidate: this is what it answered
  pot-prove countersign registration.pot --side candidate --transcript transcript.ndjson --key server.key --out answers.sigstore.json
  pot-check verify run --transcript run --attestation answers.sigstore.json --identity server.key.pub --trust ceremony.key";

#[cfg(feature = "inference")]
pub(super) const RERUN: &str = "\
Examples:
  # draw, have opened, ask again
  pot-check challenge-openings bundle.pot --count 16 --out request.json
  pot-prove open run --request request.json --out openings.json
  pot-prove rerun bundle.pot --openings openings.json --request request.json --reference original.gguf --candidate quantised.gguf";

pub(super) const COMPILE: &str = "\
Examples:
  # as `audit`, with a narrower margin and more questions
  pot-prove policy compile --name narrow --alpha 0.01 --gamma 0.05 --delta 0.2 --n-min 60 --n-max 800 --out narrow.json
  pot-prove policy check narrow.json
  pot-prove audit --policy narrow.json";
