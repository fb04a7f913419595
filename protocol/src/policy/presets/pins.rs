//! The presets' digests. `compile_presets` prints this table; a test recomputes every line of it.

use super::Preset;

/// Digest of the document (SHA-256).
pub(super) fn document(preset: Preset) -> &'static str {
    match preset {
        Preset::Quick => "d2cc0b74017e99372e3fbb1ded43e9d1198f1edda668f5042149930642d86b10",
        Preset::Audit => "9e42114314b99517ad56d7e896637fae27478dbb36d9e9d028e0c2255e1dc965",
        Preset::Extended => "6e38c2e236a6289f61fcfb8dc277c5651f163fa33266dbfcc2cf4c7d6c7f03e6",
        Preset::Forensic => "603df4e42393b8c70375e0f1cf8e56b7c9f60e56341a890ac45c21b579502d4e",
        Preset::AuditStrict => "febb4bf474813af54e79fc4a13c528622c4f2b49e4e2e0b8a13d76aa8deeb9bb",
        Preset::QuickDeltaLogprob => "a3fa81d39bbb2d54350bb3413652bc4a2bb85d2466714b0b6f982d84249c1d19",
        Preset::AuditDeltaLogprob => "0d20302b6e133842e63ffb6cb06d966f40741b9f8fc77ea88622732488603f3b",
        Preset::ExtendedDeltaLogprob => "44eb9c9d19c583ada43aaa8a9083ed6a6f4379e9f46de24038de6e9cdad1d516",
        Preset::QuickTopk => "7a543c28378b21ed226bbcfede00598409a44ddbf9929ac5f735c1ca81b6d33d",
        Preset::AuditTopk => "36f3bbfb13441fd5a9523ec623533b1a69b21e0943d1492fce77635f6d1ae08d",
        Preset::ExtendedTopk => "8f8a962fa5c09dee3c5e115b956d10d7abcd513e89f809ef6430932b3d994d5a",
    }
}

/// π, the Poseidon digest of the coefficients, big-endian. Bets do not depend on what a score measures, so kinds with equal
/// thresholds share theirs.
pub(super) fn coefficients(preset: Preset) -> &'static str {
    match preset {
        Preset::Quick | Preset::QuickTopk => "274d8a417a922f8cd7a3d911a20c1596e8fa8cf29409f6344d65a1e760e66f71",
        Preset::Audit | Preset::AuditTopk => "23bffd526080a1e659863956efd5181086e4b1035dcfc95ce240ce8bbd4f7f22",
        Preset::Extended | Preset::ExtendedTopk => "11b50b8b1ad23c41cfbb7865d96525101a0a4a34f70c79ba2dfb6687022cbf17",
        Preset::Forensic => "020c798bc0ca89c5e7b69fe66ea86a8a0059583bf47aae19f0a9e8055817d0d7",
        Preset::AuditStrict => "181ecff3bf0d37a4def008f33534d0703d4dcc5f0426defc949d53e5d6ebffbb",
        Preset::QuickDeltaLogprob => "0e4573af37434c3fa37e395f1a1409818297f76e51b5fc637cb3b4ab24540c17",
        Preset::AuditDeltaLogprob => "2a95415ee23a733b7dd38b2ca6700f76c6eb01439b09227ed48189a810908952",
        Preset::ExtendedDeltaLogprob => "0fda003ba22a4c26a12c47ac0e4b7e942da7c907159b02c90e8b34a69706979d",
    }
}
