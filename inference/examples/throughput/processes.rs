//! What processes use, as Linux counts it, and the peer process.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// CPU seconds and peak of resident memory in MiB of one process.
pub(crate) struct Usage {
    pub(crate) cpu: f64,
    pub(crate) peak: f64,
}

impl Usage {
    /// That of the process with this id, or `self`.
    pub(crate) fn of(process: &str) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // The name may hold spaces; user and system time are fields 14 and 15, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        Self { cpu: (ticks(11) + ticks(12)) / 100.0, peak: kib / 1024.0 }
    }
}

/// A running `llama_scores`; it ends with its standard input.
pub(crate) struct Peer {
    child: Child,
    commands: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    positions: usize,
    prompts: tempfile::NamedTempFile,
}

impl Peer {
    /// Starts `program` on the same tokens, with K, threads, stack and cache as `settings`.
    pub(crate) fn start(program: &str, model: &str, prompts: &[Vec<u32>], settings: [String; 4]) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        for tokens in prompts {
            let ids: Vec<String> = tokens.iter().map(ToString::to_string).collect();
            writeln!(file, "{}", ids.join(",")).unwrap();
        }
        let positions = prompts.len() * settings[0].parse::<usize>().unwrap();
        let mut child = Command::new(program)
            .arg(model)
            .arg(file.path())
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (commands, lines) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
        Self { child, commands, lines, positions, prompts: file }
    }

    fn line(&mut self) -> String {
        let prompts = self.prompts.path().display();
        self.lines.next().unwrap_or_else(|| panic!("the peer ended while it evaluated {prompts}")).unwrap()
    }

    /// Evaluates all prompts: wall seconds as the peer took them around its evaluation, CPU seconds from outside.
    pub(crate) fn time(&mut self) -> (f64, f64) {
        let before = self.usage().cpu;
        writeln!(self.commands, "time").unwrap();
        let wall = self.line().parse().unwrap();
        (wall, self.usage().cpu - before)
    }

    /// Most likely token and log-probability of the next one, for each scored position.
    pub(crate) fn answers(&mut self) -> Vec<(u32, f64)> {
        writeln!(self.commands, "answers").unwrap();
        let answer = |line: String| {
            let (best, next) = line.split_once(':').unwrap();
            (best.parse().unwrap(), next.parse().unwrap())
        };
        (0..self.positions).map(|_| answer(self.line())).collect()
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage::of(&self.child.id().to_string())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
