#!/usr/bin/env python3
"""A second implementation of the decision rule and of its certificate, standard library only.

It shares no code with the Rust one and takes other ways where it can: gains come from a table per bet, the looks from a
list, logarithms from 60-digit decimals.

    rule.py check POLICY.json...            checks certificates
    rule.py decide POLICY.json SCORES.json  decides a JSON array of integer scores
    rule.py fixture PRESET_FOLDER OUT.json  writes tests/data/rule/decisions.json
"""
import decimal
import itertools
import json
import pathlib
import random
import sys

LOOKS = list(range(10, 26)) + [
    27, 30, 33, 36, 39, 42, 46, 50, 55, 60, 65, 71, 77, 85, 92, 101, 110, 120, 128, 140, 153, 167, 183, 200, 219, 240,
    261, 285, 310, 337, 367, 400, 436, 476, 519, 566, 617, 673, 734, 800, 869, 943, 1024]
KNOTS = {"A": [0, 64, 128, 256, 512], "B": [0, 64, 128, 256, 512, 1024, 2048, 4607]}
CLAIMS = {"same": ("A", -1), "different": ("A", +1), "strict": ("B", -1), "strong": ("B", +1)}
SATURATION = 4607
NULL_LEVEL = 2**25 - 1


def gain(bet, knots, y):
    """What the score y adds to a bet's statistic."""
    total = bet["c"]
    for j, (left, right) in enumerate(itertools.pairwise(knots)):
        inside = sorted((left, y, right))[1] - left
        total += bet["a"][j] * inside
        if j < len(bet["b"]):
            total += bet["b"][j] * inside * (right - left - inside)
    return total


class Policy:
    def __init__(self, document):
        self.document, self.numbers = document, document["coefficients"]
        self.tables = {
            claim: [([gain(bet, KNOTS[clip], min(y, KNOTS[clip][-1])) for y in range(SATURATION + 1)], bet["t"])
                    for bet in self.numbers[claim]]
            for claim, (clip, _) in CLAIMS.items()}

    def holds(self, claim, scores):
        return any(sum(map(table.__getitem__, scores)) >= level for table, level in self.tables[claim])

    def decide(self, scores):
        """(verdict, n, grade); the verdict is GO ON when the scores end too early."""
        first, last = self.numbers["n_min"], self.numbers["n_max"]
        for n in (n for n in LOOKS if first <= n <= min(last, len(scores))):
            seen = scores[:n]
            high = sum(min(x, 512) for x in seen) >= n * self.numbers["tau"]
            verdict, grade = ("different", "strong") if high else ("same", "strict")
            if self.holds(verdict, seen):
                return verdict.upper(), n, self.holds(grade, seen)
        return ("UNDECIDED", last, False) if len(scores) >= last else ("GO ON", len(scores), False)

    def check(self):
        """Raises unless every condition of the certificate holds."""
        D = decimal.Decimal
        decimal.getcontext().prec = 60
        margin, scale = D("1e-45"), D(2) ** 20
        p, betting = self.document["parameters"], self.document["betting"]
        alpha, gamma, eta, delta = (D(p[k]) for k in ("alpha", "gamma", "eta", "delta"))
        low = gamma * min(D(1), 2 * eta)
        assert 0 < alpha < 1 and 0 < gamma < D("0.5") and 0 < eta <= 1 and gamma < delta < D("4.5")
        assert p["n_min"] in LOOKS and p["n_max"] in LOOKS and p["n_min"] <= p["n_max"]
        assert (p["n_min"], p["n_max"]) == (self.numbers["n_min"], self.numbers["n_max"])
        # 4.5 nats are 4608 units, one more than a score can be.
        null = {"same": low, "different": gamma, "strict": low * 4607 / 4608, "strong": delta}
        for claim, (clip, sign) in CLAIMS.items():
            top, t = KNOTS[clip][-1], D(betting[claim]["tq"]) / 256
            assert 0 < t < top and sign * (t - null[claim] * 1024) >= D("0.5"), claim
            assert sum(betting[claim]["weight"]) <= 1024, claim
            stakes = zip(self.numbers[claim], betting[claim]["lambda"], betting[claim]["weight"], self.tables[claim])
            for bet, stake, weight, (table, level) in stakes:
                if stake == 0 and weight == 0:
                    assert bet == {"c": 0, "a": [0] * len(bet["a"]), "b": [0] * 4, "t": NULL_LEVEL}
                    continue
                assert p["kind"] != "delta-ce" or sign > 0, claim
                assert 0 < stake < 1000 and 0 < weight, claim
                assert level >= ((1024 / (alpha * weight)).ln() + margin) * scale and 0 < level < 2**25, claim
                for y in range(top + 1):
                    share = (y - t) / t if sign > 0 else (t - y) / (top - t)
                    limit = ((1 + stake * share / 1000).ln() - margin) * scale
                    assert table[y] <= limit and abs(table[y]) < 2**23 - 2**15, (claim, y)
        tau = self.numbers["tau"] * 256
        assert betting["same"]["tq"] <= tau <= betting["different"]["tq"]


def splitmix(seed):
    """The generator of the fixture's scores: splitmix64."""
    mask = 2**64 - 1
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def scores(law, a, b, p, seed, length):
    """Scores of a law with integer parameters; each score takes two numbers of the generator."""
    draws = splitmix(seed)
    for i in range(length):
        u, v = next(draws) >> 32, next(draws) >> 32
        often = u % 1000 < p
        uniform = v * (a + 1) >> 32
        if law == "uniform":
            yield uniform
        elif law == "rare":
            yield uniform if often else 0
        elif law == "two-point":
            yield b if often else a
        elif law == "cubic":
            yield (v * v >> 32) * v * a >> 64
        elif law == "drift":
            yield uniform if i < p else v * (b + 1) >> 32


def fixture(folder):
    """Rows of [preset, law, a, b, p, seed, length, verdict, n, grade] around each policy's thresholds."""
    choose, rows = random.Random(20), []
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        policy = Policy(json.loads(path.read_text()))
        tau, last = policy.numbers["tau"], policy.numbers["n_max"]
        for k in range(500):
            law = ("uniform", "rare", "two-point", "cubic", "drift")[k % 5]
            a = min(SATURATION, int(tau * 10 ** choose.uniform(-2, 1.7)))
            b = min(SATURATION, a + int(tau * 10 ** choose.uniform(-1, 1.5)))
            p = choose.choice([5, 20, 60, 150, 300, 500, 800, 950])
            length = last if k % 10 else choose.randrange(0, last)
            spec = [path.stem, law, a, b, p, choose.getrandbits(48), length]
            rows.append(spec + list(policy.decide(list(scores(*spec[1:])))))
    return rows


def main(command, *files):
    if command == "check":
        for file in files:
            Policy(json.loads(pathlib.Path(file).read_text())).check()
            print(file, "ok")
    elif command == "decide":
        policy, values = (json.loads(pathlib.Path(f).read_text()) for f in files)
        print(*Policy(policy).decide(values))
    elif command == "fixture":
        rows = fixture(files[0])
        pathlib.Path(files[1]).write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 2 else sys.exit(__doc__)
