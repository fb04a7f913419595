//! The verifying keys that come with the programs: the files under `params/`.

/// A key that comes with a program.
#[derive(Clone, Copy, Debug)]
pub struct BuiltInKey {
    /// What it is, for people: which ceremony, and over what.
    pub label: &'static str,
    /// Its id, pinned here beside the file: whoever exchanges the file has to change this too.
    pub id: &'static str,
    /// The verifying-key file.
    pub bytes: &'static [u8],
    /// Whether one party made all contributions, and so could forge: then it is worth what a development key is.
    pub rehearsal: bool,
}

/// Every key that comes with the programs. `params/README.md` says how each was made.
pub const BUILT_IN: &[BuiltInKey] = &[BuiltInKey {
    label: "rehearsal of November 2026, 128 scores",
    id: "f26fabf4ca31709cee56f30a96b60ede84f4260cb164cdd5df22949b328c3efa",
    bytes: include_bytes!("../../../params/rehearsal-2026-11/c128/verifying.key"),
    rehearsal: true,
}];
