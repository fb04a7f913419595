//! Completions and man pages of the three programs, as their users make them.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use std::{fs, process::Command};

use pot_tests::{Ran, binary, scratch, text};

const PROGRAMS: [&str; 3] = ["pot-check", "pot-prove", "pot-setup"];

fn run(program: &str, args: &[&str]) -> Ran {
    Command::new(binary(program)).args(args).output().unwrap().into()
}

/// The commands of a program, or of one of its commands, as its help lists them.
fn commands(program: &str, of: &[&str]) -> Vec<String> {
    let help = run(program, &[of, &["--help"]].concat()).expect(0).stdout;
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).filter(|name| name != "help").collect()
}

/// Every command of a program with the commands inside it, as words.
fn all_commands(program: &str) -> Vec<Vec<String>> {
    let mut all = vec![];
    for name in commands(program, &[]) {
        all.extend(commands(program, &[&name]).into_iter().map(|inside| vec![name.clone(), inside]));
        all.push(vec![name]);
    }
    all
}

#[test]
fn completions_know_every_command_of_every_program_in_every_shell() {
    for program in PROGRAMS {
        let all = all_commands(program);
        assert!(all.len() > 5 && all.iter().any(|words| words == &["completions"]), "{program}: {all:?}");
        for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
            let script = run(program, &["completions", shell]).expect(0).stdout;
            assert!(script.contains(program));
            for words in &all {
                let last = words.last().unwrap();
                assert!(script.contains(last.as_str()), "{shell}: {program} {}", words.join(" "));
            }
        }
        run(program, &["completions", "abacus"]).expect(2);
    }
}

#[test]
fn bash_takes_the_completions() {
    let folder = scratch();
    for program in PROGRAMS {
        let script = folder.path().join(program);
        fs::write(&script, run(program, &["completions", "bash"]).expect(0).stdout).unwrap();
        // What a press of the tab key runs, after the words that are given.
        let complete = |words: &str, last: usize| {
            let call = format!(
                "source {}; COMP_WORDS=({words}); COMP_CWORD={last}; \
                 $(complete -p {program} | sed 's/.*-F \\([^ ]*\\).*/\\1/') {program} '' ''; echo ${{COMPREPLY[@]}}",
                text(&script),
            );
            Ran::from(Command::new("bash").args(["-c", &call]).output().unwrap()).expect(0).stdout
        };
        let offered = complete(&format!("{program} ''"), 1);
        for name in commands(program, &[]) {
            assert!(offered.split_whitespace().any(|word| word == name), "{program}: {name} is not in {offered}");
        }
    }
}

#[test]
fn every_command_has_a_man_page() {
    for program in PROGRAMS {
        let folder = scratch();
        let pages = folder.path().join("share/man1");
        run(program, &["man", text(&pages)]).expect(0).says("the man pages are in");
        let page = |words: &[String]| {
            let name = [&[program.to_owned()], words].concat().join("-");
            fs::read_to_string(pages.join(format!("{name}.1"))).unwrap_or_else(|e| panic!("{name}.1: {e}"))
        };
        assert!(page(&[]).starts_with(".ie"), "roff");
        for words in all_commands(program) {
            let page = page(&words);
            assert!(page.contains(".SH SYNOPSIS"), "{program} {words:?}");
        }
        // Made again it is the same, over what is there.
        let before = page(&[]);
        run(program, &["man", text(&pages)]).expect(0);
        assert_eq!(page(&[]), before);
        fs::write(folder.path().join("file"), "").unwrap();
        let refused = run(program, &["man", text(&folder.path().join("file"))]);
        assert!(refused.code == 1 || refused.code == 2, "{} {}", refused.code, refused.stderr);
        refused.says("file");
    }
}

#[test]
fn help_shows_its_examples() {
    for (program, command) in [("pot-check", "verify"), ("pot-check", "batch"), ("pot-prove", "audit")] {
        let example = format!("\n  {program} {command} ");
        run(program, &[command, "--help"]).expect(0).shows(&example);
        run(program, &[command, "-h"]).expect(0).shows(&example);
    }
}
