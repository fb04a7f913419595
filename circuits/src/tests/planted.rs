//! The analysis of `pot-audit`, beside checks that know what the wires mean, finds nothing in the circuit and each of the
//! planted bugs in the circuit that has it.

use ark_bn254::Fr;
use ark_ff::{Field, PrimeField};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, SynthesisError};
use pot_audit::{
    instances::{Instance, covering},
    jacobian,
    mutants::{Mutants, mutate, mutate_inputs},
    system::System,
};
use pot_protocol::{
    commitment::BlindingSeed,
    rule::{Capacity, Progress, decide},
    score::Score,
};

use super::{
    Bug, Lies,
    harness::{INSTANCES, Random},
};
use crate::{VerdictCircuit, VerdictPrivate, VerdictPublic, builder::Builder, native};

const CAPACITY: Capacity = Capacity::C128;

/// What found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    /// An honest assignment is refused.
    Completeness,
    /// A private wire can have another value.
    Mutant,
    /// A public input can have another value.
    InputMutant,
    /// Private wires are not determined.
    Jacobian,
    /// No constraint has a public input.
    UnusedInput,
    /// A statement that the native check refuses is accepted.
    FalseStatement,
    /// What a lying prover assigned is no score, or not what an honest one assigns for the same scores.
    SecondReading,
    /// Two runs with equal scores have one root.
    LinkableRoots,
}

/// A circuit with a bug and a prover that lies.
struct Bent {
    circuit: VerdictCircuit,
    bug: Option<Bug>,
    lies: Lies,
}

impl ConstraintSynthesizer<Fr> for Bent {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let mut builder = Builder::new(cs);
        (builder.bug, builder.lies) = (self.bug, self.lies);
        self.circuit.synthesize(&mut builder)
    }
}

/// A circuit with or without a bug, under analysis.
struct Analysis {
    bug: Option<Bug>,
    system: System,
    names: Vec<&'static str>,
    instances: Vec<Instance>,
}

impl Analysis {
    fn of(bug: Option<Bug>) -> Self {
        let shape = Bent { circuit: VerdictCircuit::shape(CAPACITY), bug, lies: Lies::default() };
        let mut builder = Builder::new(ConstraintSystem::new_ref());
        builder.bug = bug;
        VerdictCircuit::shape(CAPACITY).synthesize(&mut builder).unwrap();
        let names = builder.into_names();
        let system = System::of(shape).unwrap();
        assert_eq!(INSTANCES + names.len(), system.wires());
        Self { bug, system, names, instances: covering(CAPACITY, 60, 5).unwrap() }
    }

    fn assign(&self, private: &VerdictPrivate, public: VerdictPublic, lies: Lies) -> Vec<Fr> {
        let circuit = VerdictCircuit::new(CAPACITY, public, private.clone());
        System::assign(Bent { circuit, bug: self.bug, lies }).unwrap()
    }

    fn honest(&self, instance: &Instance) -> Vec<Fr> {
        let (private, public) = parts(instance);
        self.assign(&private, public, Lies::default())
    }

    /// As assigned, with the public inputs that follow.
    fn restated(&self, instance: &Instance, private: &VerdictPrivate, lies: Lies) -> Vec<Fr> {
        let mut values = self.assign(private, parts(instance).1, lies);
        self.system.restate(&mut values);
        values
    }

    fn accepts(&self, values: &[Fr]) -> bool {
        self.system.broken(values).is_empty()
    }

    fn findings(&self) -> Vec<Finding> {
        let mut found = vec![];
        let mut note = |finding, there: bool| {
            if there && !found.contains(&finding) {
                found.push(finding);
            }
        };
        note(Finding::UnusedInput, !self.system.unused_inputs().is_empty());
        for instance in &self.instances {
            note(Finding::Completeness, !self.accepts(&self.honest(instance)));
            note(Finding::FalseStatement, self.false_statement(instance));
        }
        let given: Vec<bool> = std::iter::repeat_n(false, INSTANCES)
            .chain(self.names.iter().map(|name| name.starts_with("policy.") || *name == "rho.blinding"))
            .collect();
        for (seed, instance) in (0..).zip(self.instances.iter().step_by(30)) {
            let values = self.honest(instance);
            let accepts = |mutants: Mutants| !mutants.accepted.is_empty();
            note(Finding::Jacobian, !jacobian::determined(&self.system, &values, &given).loose.is_empty());
            note(Finding::Mutant, accepts(mutate(&self.system, &values, seed)));
            let mut inputs = mutate_inputs(&self.system, &values, seed);
            // d and −d have the same square; any d has a witness, as no clause says anything about it.
            inputs.accepted.retain(|mutant| *mutant != (1, -values[1]));
            note(Finding::InputMutant, accepts(inputs));
            note(Finding::SecondReading, self.second_reading(instance, &values, seed));
            note(Finding::LinkableRoots, self.linkable(instance));
        }
        found
    }

    /// Whether a prover gets away with a window that ends before it begins, or with scores after the stop.
    fn false_statement(&self, instance: &Instance) -> bool {
        let swapped = {
            let mut private = parts(instance).0;
            let c = &mut private.coefficients;
            (c.n_min, c.n_max) = (c.n_max, c.n_min);
            (c.n_min != c.n_max).then_some(private)
        };
        let longer = {
            let mut private = parts(instance).0;
            private.scores.push(Score::saturating(1));
            (private.scores.len() <= CAPACITY.scores()).then_some(private)
        };
        [swapped, longer].into_iter().flatten().any(|private| {
            let values = self.restated(instance, &private, Lies::default());
            self.accepts(&values) && !is_true(&private, &values)
        })
    }

    /// Whether a prover who lies about a flag or a bit of the scores gets away with what is no honest assignment.
    fn second_reading(&self, instance: &Instance, honest: &[Fr], seed: u64) -> bool {
        let hints: Vec<usize> =
            (0..self.names.len()).filter(|&i| ["score.flag", "score.bit"].contains(&self.names[i])).collect();
        let mut random = Random(seed);
        (0..100).any(|_| {
            let hint = hints[usize::try_from(random.below(hints.len() as u64)).unwrap()];
            let lies = Lies::default().and(hint, Fr::ONE - honest[INSTANCES + hint]);
            let values = self.restated(instance, &parts(instance).0, lies);
            if !self.accepts(&values) {
                return false;
            }
            let Some(scores) = self.scores(&values) else { return true };
            let n = usize::try_from(values[4].into_bigint().0[0] >> 3).unwrap().min(scores.len());
            let tail = scores[n..].iter().any(|score| *score != Score::ZERO);
            let (mut private, _) = parts(instance);
            private.scores = scores[..n].to_vec();
            tail || !is_true(&private, &values) || self.restated(instance, &private, Lies::default()) != values
        })
    }

    /// What the wires say that the scores are; nothing if that is not one value of 0 to 4607 each.
    fn scores(&self, values: &[Fr]) -> Option<Vec<Score>> {
        let named = |wanted: &'static str| {
            let wires = self.names.iter().zip(&values[INSTANCES..]).filter(move |(name, _)| **name == wanted);
            wires.map(|(_, value)| *value).collect::<Vec<_>>()
        };
        let sum = |values: &[Fr], weights: &[u64]| -> Fr {
            values.iter().zip(weights).map(|(value, weight)| *value * Fr::from(*weight)).sum()
        };
        let bits: Vec<u64> = (0..11).map(|bit| 1 << bit).collect();
        let of_score = |(flags, offset): (&[Fr], &[Fr])| {
            let x = sum(flags, &[64, 64, 128, 256, 512, 1024, 2048]) + sum(offset, &bits);
            let low = u16::try_from(x.into_bigint().0[0]).ok().filter(|low| Fr::from(*low) == x)?;
            Score::new(low).ok()
        };
        named("score.flag").chunks(7).zip(named("score.bit").chunks(11)).map(of_score).collect()
    }

    /// Whether another seed of blindings gives the same root.
    fn linkable(&self, instance: &Instance) -> bool {
        let root = |seed: u8| {
            let (mut private, _) = parts(instance);
            private.seed = BlindingSeed::new([seed; 32]);
            self.restated(instance, &private, Lies::default())[2]
        };
        root(1) == root(2)
    }
}

fn parts(instance: &Instance) -> (VerdictPrivate, VerdictPublic) {
    let private = VerdictPrivate {
        coefficients: instance.coefficients.clone(),
        scores: instance.scores.clone(),
        seed: BlindingSeed::new(instance.seed),
    };
    let public = VerdictPublic::of(CAPACITY, instance.digest.into(), &private, instance.outcome);
    (private, public)
}

/// Whether the public inputs state what the native rule makes of `private`.
fn is_true(private: &VerdictPrivate, values: &[Fr]) -> bool {
    let public = VerdictPublic { digest: values[1], score_root: values[2], policy: values[3], verdict: values[4] };
    matches!(decide(&private.coefficients, &private.scores), Progress::Decided(_))
        && native::check(CAPACITY, &public, private) == Ok(())
}

/// What finds a bug, in the order in which it is looked for.
fn found_by(bug: Bug) -> &'static [Finding] {
    use Finding::{
        Completeness, FalseStatement, InputMutant, Jacobian, LinkableRoots, Mutant, SecondReading, UnusedInput,
    };
    match bug {
        Bug::NoBooleanity => &[Jacobian, SecondReading],
        Bug::LooseFlags => &[SecondReading],
        Bug::NoRangeCheck => &[Mutant],
        Bug::NoWindowOrder => &[FalseStatement, Mutant],
        Bug::ShortRange => &[Completeness],
        Bug::LongRange => &[FalseStatement],
        Bug::UnconstrainedHint => &[Jacobian],
        Bug::LooseOr => &[Jacobian, Mutant],
        Bug::AliasedInput => &[InputMutant],
        Bug::UnusedDigest => &[UnusedInput, Jacobian, Mutant, InputMutant],
        Bug::UnboundPolicy => &[UnusedInput, InputMutant],
        Bug::NoBlinding => &[Completeness, SecondReading, LinkableRoots],
        Bug::OffByOneLook => &[Completeness, FalseStatement, SecondReading],
        Bug::SignConfusion => &[Completeness, FalseStatement, InputMutant, SecondReading],
        Bug::WrongClip => &[Completeness, FalseStatement],
        Bug::OpenTail => &[FalseStatement, SecondReading],
        Bug::StopsTwice => &[Completeness, SecondReading],
    }
}

#[test]
fn the_circuit_has_none_of_the_faults() {
    assert_eq!(Analysis::of(None).findings(), []);
}

#[test]
fn every_planted_bug_is_found() {
    for bug in Bug::ALL {
        let findings = Analysis::of(Some(bug)).findings();
        println!("{bug:?}: {findings:?}");
        assert_eq!(findings, found_by(bug), "{bug:?}");
    }
}
