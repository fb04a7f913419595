//! What the end-to-end tests share: the binaries as processes, and one finished audit to work on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// Output of a command line that ran as a process.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; −1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Asserts the exit code, showing all output when it is another, and that nothing panicked.
    ///
    /// # Panics
    /// When the exit code is another or a panic was reported.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "an assertion")]
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert!(!self.stderr.contains("panicked"), "panic:\n{}", self.stderr);
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that stderr is one line (after progress) that contains `part`.
    ///
    /// # Panics
    /// When the last line of stderr does not contain `part`.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "an assertion")]
    #[track_caller]
    pub fn says(self, part: &str) -> Self {
        let last = self.stderr.lines().last().unwrap_or_default();
        assert!(last.contains(part), "expected '{part}' in the last line of:\n{}", self.stderr);
        self
    }
}

impl Ran {
    /// Asserts that `part` is somewhere in what was printed.
    ///
    /// # Panics
    /// When it is not.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, reason = "an assertion")]
    #[track_caller]
    pub fn shows(self, part: &str) -> Self {
        let found = self.stdout.contains(part) || self.stderr.contains(part);
        assert!(found, "expected '{part}' in\n{}\n{}", self.stdout, self.stderr);
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The root of the workspace.
///
/// # Panics
/// Never: this crate lies one level below it.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies below the workspace").to_owned()
}

/// Path of a binary of the workspace, built on first use: `cargo test` alone does not build other packages' binaries.
/// Each package is built by itself, as its users build it, so that features of one do not leak into another.
///
/// # Panics
/// When cargo cannot build it, and for a name that no binary has.
pub fn binary(name: &str) -> PathBuf {
    static BUILT: [(&str, &str, OnceLock<()>); 3] = [
        ("pot-prove", "pot-prover", OnceLock::new()),
        ("pot-setup", "pot-setup", OnceLock::new()),
        ("pot-check", "pot-verifier", OnceLock::new()),
    ];
    let found = BUILT.iter().find(|(binary, ..)| *binary == name);
    let (_, package, built) = found.unwrap_or_else(|| panic!("no binary {name}"));
    built.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--release", "--bins", "-p", package]).current_dir(workspace());
        // Set by cargo for the test, these look like changes to build scripts that read them, and half of all would be built
        // anew each time.
        let of_the_test = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_the_test)) {
            cargo.env_remove(name);
        }
        let status = cargo.status().expect("cargo runs");
        assert!(status.success(), "cargo build -p {package} failed");
    });
    target_folder().join("release").join(name)
}

/// The target folder that this test was built into: `<target>/<profile>/deps/<test>`.
fn target_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    test.ancestors().nth(3).expect("<target>/<profile>/deps/<test>").to_owned()
}

/// Runs `pot-prove` with the test's own key folder.
///
/// # Panics
/// When the process cannot be started.
pub fn prove(args: &[&str]) -> Ran {
    command("pot-prove", args).output().expect("pot-prove starts").into()
}

/// Runs `pot-check` with the test's own key folder.
///
/// # Panics
/// When the process cannot be started.
pub fn check(args: &[&str]) -> Ran {
    command("pot-check", args).output().expect("pot-check starts").into()
}

/// Runs `pot-setup` with the test's own key folder.
///
/// # Panics
/// When the process cannot be started.
pub fn setup(args: &[&str]) -> Ran {
    command("pot-setup", args).output().expect("pot-setup starts").into()
}

/// A command of the workspace with the test's own key folder.
pub fn command(name: &str, args: &[&str]) -> Command {
    let mut command = Command::new(binary(name));
    command.args(args).env("POT_KEY_DIR", key_folder());
    command
}

/// A key folder for all tests of a checkout, so that development keys are made once. Not the user's own.
pub fn key_folder() -> PathBuf {
    target_folder().join("pot-test-keys")
}

/// A folder that goes away with the test.
///
/// # Panics
/// When there is no room for one.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// `path` as text.
///
/// # Panics
/// When it is not UTF-8; temporary folders are.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are UTF-8")
}

/// A finished audit of two built-in models under QUICK, made once per test program.
///
/// # Panics
/// When the audit fails.
pub fn finished_audit() -> &'static Path {
    static AUDIT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = AUDIT.get_or_init(|| {
        let folder = scratch();
        let path = folder.path().join("audit");
        prove(&["audit", "--candidate", "builtin:finetuned", "--out", text(&path)]).expect(0);
        (folder, path)
    });
    path
}

/// All files below a folder.
///
/// # Panics
/// When the system refuses.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// Copies a folder with everything in it.
///
/// # Panics
/// When the system refuses.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
