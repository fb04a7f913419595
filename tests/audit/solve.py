#!/usr/bin/env python3
"""Asks cvc5 the questions that `questions_for_a_solver` in pot-circuits wrote, and prints the answers as a table.

    python3 -m venv cvc5 && cvc5/bin/pip install cvc5-gpl
    mkdir smt && POT_SMT_DIR=$PWD/smt cargo test --release -p pot-circuits -- --ignored questions_for_a_solver
    cvc5/bin/python tests/audit/solve.py smt [SECONDS]

Each question gets SECONDS (default 300); one that is not answered in time is reported as a time-out. Ends with 1 if any
question has a solution: then a gadget has two witnesses.
"""

import subprocess
import sys
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


def ask(path, seconds):
    """The first answer of either of the two solvers for finite fields."""
    solvers = {
        how: subprocess.Popen([sys.executable, "-c", ASK, path, how], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for how in ("split", "gb")
    }
    begun = time.monotonic()
    try:
        while time.monotonic() - begun < seconds:
            for how, solver in solvers.items():
                if solver.poll() == 0:
                    answer = solver.stdout.read().decode().strip()
                    if answer in ("sat", "unsat"):
                        return answer, how, time.monotonic() - begun
            if all(solver.poll() is not None for solver in solvers.values()):
                return "no answer", "", time.monotonic() - begun
            time.sleep(0.02)
        return "time-out", "", seconds
    finally:
        for solver in solvers.values():
            solver.kill()


def main():
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 300.0
    print("| question | constraints | answer | solver | seconds |\n|---|---|---|---|---|")
    solved = False
    for path in sorted(folder.glob("*.smt2")):
        answer, how, took = ask(path, seconds)
        solved |= answer == "sat"
        rows = path.read_text().count("(assert (= ")
        print(f"| {path.stem} | {rows} | {answer} | {how} | {took:.1f} |", flush=True)
    sys.exit(1 if solved else 0)


main()
