#!/usr/bin/env python3
"""Asks cvc5 the questions that `questions_for_a_solver` in pot-circuits wrote, and prints the answers as a table.

    python3 -m venv cvc5 && cvc5/bin/pip install cvc5-gpl
    mkdir smt && POT_SMT_DIR=$PWD/smt cargo test --release -p pot-circuits -- --ignored questions_for_a_solver
    cvc5/bin/python tests/audit/solve.py smt [SECONDS]

A file has the constraints of a gadget once for each of two witnesses, and then asks wire by wire whether it can differ. What has
no solution under some of the constraints has none under all: so a wire is asked about under those that are next to it first,
then under more of them, then under all; each time with the wires apart that were shown to be equal, and with these as one.
Whatever is shown makes the others easier, so after a sweep that showed something the easiest tries come first again; and what is
the same product of wires that are equal needs no solver. A question gets SECONDS (default 300). Ends with 1 if one has a solution
under all constraints: then a gadget has two witnesses.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASK = """
import sys, cvc5
solver = cvc5.Solver()
solver.setOption("ff-solver", sys.argv[2])
symbols = cvc5.SymbolManager(solver)
parser = cvc5.InputParser(solver, symbols)
parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[1])
while not (command := parser.nextCommand()).isNull():
    answer = command.invoke(solver, symbols).strip()
    if answer:
        print(answer)
"""
VARIABLE = re.compile(r"\b(?:[abs]\d+|[ab]bit\d+)\b")
# How a wire is asked about: how far from it the constraints are, None being all of them; and whether equal wires are one.
TRIES = ((0, False), (0, True), (1, False), (1, True), (None, False), (None, True))
# Seconds for one try, unless it is under all constraints.
TRY = 5.0


def ask(text, seconds):
    """The first answer of either of the two solvers for finite fields."""
    with tempfile.NamedTemporaryFile("w", suffix=".smt2") as file:
        file.write(text)
        file.flush()
        command = [sys.executable, "-c", ASK, file.name]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        solvers = [subprocess.Popen([*command, how], **pipes) for how in ("split", "gb")]
        begun, running, errors = time.monotonic(), list(solvers), []
        try:
            while running and time.monotonic() - begun < seconds:
                for solver in [solver for solver in running if solver.poll() is not None]:
                    running.remove(solver)
                    answer, error = (text.decode().strip() for text in solver.communicate())
                    errors += [error] if solver.returncode != 0 else []
                    if answer in ("sat", "unsat"):
                        return answer
                time.sleep(0.005)
            if len(errors) == len(solvers):
                sys.exit(f"cvc5 could not be asked: {errors[0]}")
            return "time-out"
        finally:
            for solver in solvers:
                solver.kill()
                solver.wait()


def variables(text):
    return set(VARIABLE.findall(text))


class Question:
    """A gadget's constraints, and what may be equal: pairs of a wire and its twin, or a wire and 0."""

    def __init__(self, text):
        base, _, asked = text.partition("(push 1)\n")
        lines = base.splitlines()
        self.head = [line for line in lines if not line.startswith(("(assert", "(declare-const"))]
        self.rows = [line for line in lines if line.startswith("(assert")]
        self.asked = re.findall(r"^\(assert \(not \(= (\S+) (.*)\)\)\)$", asked, re.MULTILINE)
        if not self.asked:
            # "unsat" would be said of nothing.
            sys.exit("a file asks about no wire: write the questions anew")
        # A row's lowest bit is what its other bits leave: no wire, but easier to go on from where it is known.
        two = self.asked[0][1] != "(as ff0 F)"
        helpers = sorted({v for row in self.rows for v in variables(row) if v.startswith("abit")})
        self.helpers = [(helper, f"b{helper[1:]}") for helper in helpers if two]
        # What stands for a variable that was shown to be equal to something, and the variables in what was shown.
        self.name, self.known = {}, set()

    def shown(self, wire, other):
        self.known |= variables(f"{wire} {other}")
        self.name |= {wire: other} if other.startswith("(") else {other: wire}

    def near(self, wires, radius):
        """The rows no further from `wires` than that, and those that say nothing of further wires."""
        if radius is None:
            return self.rows
        reached, near = variables(" ".join(wires)), set()
        for _ in range(radius + 1):
            near = {row for row in self.rows if variables(row) & reached}
            further = {v for row in near for v in variables(row) if not v.startswith("s")}
            reached = reached | (further - self.known)
        inner = set().union(*map(variables, near)) if near else set()
        return [row for row in self.rows if row in near or variables(row) <= inner]

    def as_one(self, row):
        """The row with one name for wires that are equal."""
        return VARIABLE.sub(lambda v: self.name.get(v[0], v[0]), row)

    def congruent(self, left):
        """The pairs that are left without those that are one product of wires that are equal."""
        products = {}
        for row in self.rows:
            if found := re.fullmatch(r"\(assert \(= (\(ff\.mul .*\)) ([ab]\d+)\)\)", self.as_one(row)):
                pair = (products.setdefault(found[1], found[2]), found[2])
                if pair in left:
                    self.shown(*pair)
        return [pair for pair in left if pair[0] not in self.known]

    def try_one(self, pair, radius, as_one, seconds):
        rows = [*self.near(pair, radius), f"(assert (not (= {pair[0]} {pair[1]})))"]
        rows = list(dict.fromkeys(map(self.as_one, rows) if as_one else rows))
        declared = [f"(declare-const {v} F)" for v in sorted(set().union(*map(variables, rows)))]
        answer = ask("\n".join([*self.head, *declared, *rows, "(check-sat)\n"]), seconds)
        # Under some of the constraints a solution says nothing.
        return "open" if answer == "sat" and radius is not None else answer

    def answer(self, seconds):
        until, at, left = time.monotonic() + seconds, 0, self.congruent(self.asked + self.helpers)
        while left and at < len(TRIES):
            still = []
            for pair in left:
                rest = until - time.monotonic()
                # Under all constraints there is nothing else to try.
                most = TRY if TRIES[at][0] is not None else max(TRY, rest / len(left) / 2)
                answer = self.try_one(pair, *TRIES[at], min(most, rest)) if rest > 0 else "time-out"
                if answer == "sat":
                    return "sat"
                if answer == "unsat":
                    self.shown(*pair)
                else:
                    still.append(pair)
            at = 0 if len(still) < len(left) and at > 0 else at + 1
            left = self.congruent(still)
        shown = sum(pair[0] in self.known for pair in self.asked)
        return "unsat" if shown == len(self.asked) else f"time-out, {shown} of the wires unsat"


def main():
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 300.0
    print("| question | constraints | wires | answer | seconds |\n|---|---|---|---|---|")
    solved = False
    for path in sorted(folder.glob("*.smt2")):
        question, begun = Question(path.read_text()), time.monotonic()
        answer = question.answer(seconds)
        solved |= answer == "sat"
        took = time.monotonic() - begun
        print(f"| {path.stem} | {len(question.rows)} | {len(question.asked)} | {answer} | {took:.0f} |", flush=True)
    sys.exit(1 if solved else 0)


main()
