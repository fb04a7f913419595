//! What all three programs do alike with their own command lines: completions for shells, man pages, and the examples in
//! their help, which a test of each program parses.

use std::{fs, io, path::PathBuf};

use clap::Command;
use clap_complete::Shell;

/// The commands that make something out of the program's own command line.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Pages {
    /// Print completions for a shell, in the form that this shell loads.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write a man page for each command.
    Man {
        /// The folder to write into, such as `/usr/local/share/man/man1`. It is made if it is not there; earlier pages in it
        /// are overwritten.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// A script, for standard output.
    Script(Vec<u8>),
    /// Pages in this folder.
    Pages(PathBuf),
}

impl Pages {
    /// Makes it for the program with this command line.
    ///
    /// # Errors
    /// When a page cannot be written.
    pub fn make(&self, mut command: Command) -> io::Result<Made> {
        match self {
            Self::Completions { shell } => {
                let name = command.get_name().to_owned();
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut command, name, &mut script);
                Ok(Made::Script(script))
            }
            Self::Man { folder } => {
                let at = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", folder.display()));
                fs::create_dir_all(folder).map_err(at)?;
                clap_mangen::generate_to(command, folder).map_err(at)?;
                Ok(Made::Pages(folder.clone()))
            }
        }
    }
}

/// The examples in the help of a program and of all its commands: the lines after their help that begin with the program's name,
/// as the words of a command line, and how many of them each command has.
pub fn examples(command: &Command) -> Vec<(String, Vec<Vec<String>>)> {
    let mut all = vec![];
    collect(command, command.get_name(), command.get_name(), &mut all);
    all
}

fn collect(command: &Command, program: &str, path: &str, all: &mut Vec<(String, Vec<Vec<String>>)>) {
    let after = command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string).unwrap_or_default();
    let line = |line: &str| {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        (words.first().map(String::as_str) == Some(program)).then_some(words)
    };
    all.push((path.to_owned(), after.lines().filter_map(line).collect()));
    for sub in command.get_subcommands() {
        collect(sub, program, &format!("{path} {}", sub.get_name()), all);
    }
}
