//! The circuit, clause by clause.

use ark_bn254::Fr;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, SynthesisError, SynthesisMode,
};
use pot_protocol::{
    commitment::BlindingSeed,
    policy::{Bet, Coefficients},
    rule::Capacity,
    score::Score,
};

use crate::{
    builder::{Builder, Result, Wire},
    gadgets::{
        commitment::score_root, features::Sums, grade::grade, looks::Run, policy::PolicyWires, score::ScoreWires,
        segment::offsets, window::Window,
    },
    statement::{VerdictPrivate, VerdictPublic},
};

/// The verdict circuit of one capacity with its assignment.
#[derive(Clone, Debug)]
pub struct VerdictCircuit {
    capacity: Capacity,
    public: VerdictPublic,
    private: VerdictPrivate,
}

impl VerdictCircuit {
    /// The circuit with an assignment. Run [`crate::native::check`] first: it says what is wrong with a bad one.
    pub fn new(capacity: Capacity, public: VerdictPublic, private: VerdictPrivate) -> Self {
        Self { capacity, public, private }
    }

    /// The circuit's shape, for setup: the constraints do not depend on any value.
    pub fn shape(capacity: Capacity) -> Self {
        let zero = Fr::ZERO;
        let public = VerdictPublic { digest: zero, score_root: zero, policy: zero, verdict: zero };
        let coefficients = Coefficients {
            n_min: 0,
            n_max: 0,
            tau: 0,
            same: [Bet::NULL, Bet::NULL],
            different: [Bet::NULL, Bet::NULL],
            strict: [Bet::NULL],
            strong: [Bet::NULL, Bet::NULL],
        };
        Self::new(capacity, public, VerdictPrivate { coefficients, scores: vec![], seed: BlindingSeed::new([0; 32]) })
    }

    /// The fifteen clauses.
    pub(crate) fn synthesize(&self, builder: &mut Builder) -> Result<()> {
        let mut public = [Wire::zero(), Wire::zero(), Wire::zero(), Wire::zero()];
        for (wire, value) in public.iter_mut().zip(self.public.to_inputs()) {
            *wire = builder.input(value)?;
        }
        let [digest, root, policy_digest, verdict] = public;
        let Stated { scores, policy, window, word } = self.rule(builder)?;

        // 12. π.
        let computed = policy.digest(builder, &window)?;
        builder.equal(&computed, &policy_digest)?;
        builder.end_part("policy digest");

        // 13. ρ.
        let computed = score_root(builder, self.capacity, &scores, &self.private.seed)?;
        builder.equal(&computed, &root)?;
        builder.end_part("score root");

        // 14. v: see below.
        builder.equal(&word, &verdict)?;

        // 15. d occurs in a constraint, so that a proof cannot be reused for another d.
        builder.product("digest.square", &digest, &digest)?;
        builder.end_part("public");
        Ok(())
    }

    /// Clauses 1 to 11, and the word of clause 14: what the rule makes of the scores.
    pub(crate) fn rule(&self, builder: &mut Builder) -> Result<Stated> {
        let looks = self.capacity.looks();
        // 1. scores in 0..=4607, as segment and offset.
        let padded = self.private.scores.iter().copied().chain(std::iter::repeat(Score::ZERO));
        let scores =
            padded.take(self.capacity.scores()).map(|s| ScoreWires::new(builder, s)).collect::<Result<Vec<_>>>()?;
        builder.end_part("scores");

        // 4. n_min and n_max are looks, n_min ≤ n_max.
        let policy = PolicyWires::new(builder, &self.private.coefficients)?;
        let window = Window::new(builder, looks, &self.private.coefficients)?;
        builder.end_part("window");

        let (mut run, mut sums, mut from) = (Run::new(), Sums::new(), 0);
        for (i, &n) in looks.iter().enumerate() {
            let to = (n as usize).min(scores.len());
            let segment = &scores[from..to];
            // 10. (before the first look the run cannot have stopped.)
            if i > 0 {
                run.zero_tail(builder, segment.iter().map(|s| &s.x))?;
                builder.end_part("zero tail");
            }
            // 2, 3. segment values and bumps, running sums.
            sums.add(segment, &offsets(builder, segment)?);
            builder.end_part("segments");
            // 5 to 9.
            #[cfg(test)]
            let n = n + u32::from(builder.bug == Some(crate::tests::Bug::OffByOneLook));
            run.look(builder, &policy, n, &sums, (&window.started[i], &window.last[i]))?;
            builder.end_part("looks");
            from = to;
        }

        // 11. the grade.
        let grade = grade(builder, &policy, &run, &scores, &sums)?;
        builder.end_part("grade");

        // 14. v = V_S + 2·V_D + 4·G + 8·n: booleans and a look, so v has one reading.
        let mut word = run.same.clone();
        word.add(2u64, &run.different);
        word.add(4u64, &grade);
        word.add(8u64, &run.n);
        Ok(Stated { scores, policy, window, word })
    }
}

/// The wires that the public inputs are about.
pub(crate) struct Stated {
    scores: Vec<ScoreWires>,
    policy: PolicyWires,
    window: Window,
    pub(crate) word: Wire,
}

impl ConstraintSynthesizer<Fr> for VerdictCircuit {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> std::result::Result<(), SynthesisError> {
        self.synthesize(&mut Builder::new(cs))
    }
}

/// Number of constraints of each part of a circuit, in the order of their first appearance.
pub fn parts(capacity: Capacity) -> Vec<(&'static str, usize)> {
    counted(capacity).into_parts()
}

/// What each private variable of a circuit is, in the order of the assignment: `score.bit`, `poseidon.fifth`, ….
pub fn witness_names(capacity: Capacity) -> Vec<&'static str> {
    counted(capacity).into_names()
}

/// A builder after a whole circuit without matrices and values.
fn counted(capacity: Capacity) -> Builder {
    let cs = ConstraintSystem::new_ref();
    // Counting needs neither matrices nor values.
    cs.set_mode(SynthesisMode::Prove { construct_matrices: false, generate_lc_assignments: false });
    let mut builder = Builder::new(cs);
    let shaped = VerdictCircuit::shape(capacity).synthesize(&mut builder);
    debug_assert!(shaped.is_ok());
    builder
}

/// Number of constraints of a circuit.
pub fn constraint_count(capacity: Capacity) -> usize {
    parts(capacity).into_iter().map(|(_, count)| count).sum()
}
