//! One run, challenge by challenge: intent, answer, record, each on disk before the next step.

use std::time::Instant;

use pot_inference::{Answer, figures};
use pot_protocol::{
    challenge::{Family, RunKey},
    digest::Digest,
    policy::Policy,
    registration::Registration,
    rule::{Outcome, Rule, Standing},
    transcript::{Event, Next, Record, Side, SideRecord},
};

use super::{Models, sides::ENGINE};
use crate::{
    error::ProverError,
    run_folder::{Log, RunFolder, now_millis, random32},
};

/// What a run shows while it goes on.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The rule's own view: n, sums, how far each claim is.
    pub standing: Standing,
    /// The outcome, once there is one.
    pub outcome: Option<Outcome>,
}

/// A run that queries both models until the rule stops.
pub struct Session<'a> {
    registration: &'a Registration,
    policy: &'a Policy,
    family: &'a Family,
    models: &'a Models,
    key: RunKey,
    log: Log,
    /// Answers to the open challenge, reference and candidate.
    answers: [Option<Answered>; 2],
}

struct Answered {
    answer: Answer,
    started_at: u64,
    millis: u32,
}

impl<'a> Session<'a> {
    /// Begins a run, or resumes the one in the folder.
    ///
    /// # Errors
    /// [`ProverError`] when there is a run and `resume` is not set, when models, policy, nonce or secrets are not the
    /// registered ones, or the transcript does not replay.
    pub fn start(
        folder: &RunFolder,
        registration: &'a Registration,
        policy: &'a Policy,
        family: &'a Family,
        models: &'a Models,
        resume: bool,
    ) -> Result<Self, ProverError> {
        models.check_registered(registration.fields())?;
        let nonce = registration.nonce(folder.nonce_file()?.as_ref())?;
        let secrets = folder.secrets()?;
        if !secrets.key().verify(&registration.fields().key_commitment.0) {
            return Err(ProverError::input(&folder.path("secret/challenge-key"), "not the registered challenge key"));
        }
        let log = match (folder.has("transcript.ndjson"), resume) {
            (false, _) => Log::begin(folder, registration.digest(), nonce)?,
            (true, true) => Log::resume(folder, registration.digest(), nonce)?,
            (true, false) => {
                return Err(ProverError::Usage(format!(
                    "{} holds a transcript: pass --resume to go on with it",
                    folder.root().display()
                )));
            }
        };
        if log.state().registration() != registration.digest() || log.state().nonce() != nonce {
            return Err(ProverError::input(&folder.path("transcript.ndjson"), "belongs to another registration"));
        }
        let key = secrets.key().derive(&nonce.0, &registration.digest().0);
        Ok(Self { registration, policy, family, models, key, log, answers: [None, None] })
    }

    /// Runs to the rule's stop. `report` is called after every record, and once at the start.
    ///
    /// # Errors
    /// [`ProverError::Answer`] pauses the run at its challenge; everything sealed so far stays.
    pub fn run(mut self, report: &mut dyn FnMut(&Progress)) -> Result<Outcome, ProverError> {
        let mut rule = Rule::new(self.policy.coefficients());
        let mut outcome = None;
        for (at, record) in self.log.state().records().iter().enumerate() {
            if outcome.is_some() {
                return Err(ProverError::Sealed(format!("the transcript goes on after its decision at n = {at}")));
            }
            self.check_sealed(record)?;
            outcome = rule.push(record.score);
        }
        report(&Progress { standing: rule.standing(), outcome });
        loop {
            if let Some(outcome) = outcome {
                return Ok(outcome);
            }
            let record = self.next_record()?;
            outcome = rule.push(record.score);
            report(&Progress { standing: rule.standing(), outcome });
        }
    }

    /// A record that was sealed earlier must still follow from the registration.
    fn check_sealed(&self, record: &Record) -> Result<(), ProverError> {
        let refuse = |m: String| ProverError::Sealed(format!("the sealed record {} {m}", record.index));
        record.check(self.registration).map_err(|e| refuse(e.to_string()))?;
        if self.family.challenge(&self.key, record.index).text != record.prompt {
            return Err(refuse("holds another prompt than its challenge".to_owned()));
        }
        Ok(())
    }

    fn next_record(&mut self) -> Result<Record, ProverError> {
        loop {
            match self.log.state().next() {
                Next::Seal { index } => return self.seal(index),
                Next::Ask { index, side, attempt } => self.ask(index, side, attempt)?,
                // The process died between intent and answer: ask again, as one more attempt.
                Next::Await { index, side, attempt } => self.ask(index, side, attempt.saturating_add(1))?,
            }
        }
    }

    fn ask(&mut self, index: u64, side: Side, attempt: u32) -> Result<(), ProverError> {
        let allowed = self.policy.parameters().max_attempts;
        if attempt > allowed {
            return Err(ProverError::Answer {
                index,
                side: side.to_string(),
                message: format!(
                    "the policy allows {allowed} attempts for one answer and they are spent: this run has failed, \
                     register a new one"
                ),
            });
        }
        self.log.append(&Event::Intent { index, side, attempt, at: now_millis() })?;
        match self.evaluate(index, side) {
            Ok(answered) => {
                let digest = Digest(answered.answer.digest());
                self.log.append(&Event::Answer { index, side, attempt, digest, at: now_millis() })?;
                self.answers[slot(side)] = Some(answered);
                Ok(())
            }
            Err(message) => {
                let error: String = message.chars().filter(|c| !c.is_control()).take(500).collect();
                self.log.append(&Event::Failure { index, side, attempt, error, at: now_millis() })?;
                Err(ProverError::Answer { index, side: side.to_string(), message })
            }
        }
    }

    fn evaluate(&self, index: u64, side: Side) -> Result<Answered, String> {
        let prompt = self.family.challenge(&self.key, index).text;
        let (started_at, clock) = (now_millis(), Instant::now());
        let answer =
            Answer::evaluate(self.models.side(side), &prompt, self.registration.k()).map_err(|e| e.to_string())?;
        let millis = u32::try_from(clock.elapsed().as_millis()).unwrap_or(u32::MAX);
        Ok(Answered { answer, started_at, millis })
    }

    /// After a crash the log may hold an answer that this process has not seen. A local model gives it again, bit for
    /// bit, and the logged digest shows it: this is no second attempt at another answer.
    fn recall(&mut self, index: u64, side: Side, logged: Digest) -> Result<Answered, ProverError> {
        if let Some(answered) = self.answers[slot(side)].take() {
            return Ok(answered);
        }
        let failed = |message| ProverError::Answer { index, side: side.to_string(), message };
        let answered = self.evaluate(index, side).map_err(failed)?;
        if Digest(answered.answer.digest()) != logged {
            return Err(failed("it answers differently than before the interruption".to_owned()));
        }
        Ok(answered)
    }

    fn seal(&mut self, index: u64) -> Result<Record, ProverError> {
        let mut logged = [Digest::default(); 2];
        let mut attempts = [0; 2];
        for side in [Side::Reference, Side::Candidate] {
            attempts[slot(side)] = self.log.state().attempts_spent(side);
            logged[slot(side)] = self.log.state().answered(side).unwrap_or_default();
        }
        let reference = self.recall(index, Side::Reference, logged[0])?;
        let candidate = self.recall(index, Side::Candidate, logged[1])?;
        let (kind, k) = (self.registration.fields().kind, self.registration.k());
        let unscored = |e: String| ProverError::Answer { index, side: "pair of answers".to_owned(), message: e };
        let figures = figures(kind, k, &reference.answer, &candidate.answer).map_err(|e| unscored(e.to_string()))?;
        let score = figures.score(kind, k).map_err(|e| unscored(e.to_string()))?;
        let mut salt = [0; 16];
        salt.copy_from_slice(&random32()?[..16]);
        let record = Record {
            index,
            prompt: self.family.challenge(&self.key, index).text,
            reference: self.side_record(Side::Reference, attempts[0], &reference),
            candidate: self.side_record(Side::Candidate, attempts[1], &candidate),
            figures,
            score,
            salt,
        };
        self.log.append(&Event::Record(Box::new(record.clone())))?;
        Ok(record)
    }

    fn side_record(&self, side: Side, attempts: u32, answered: &Answered) -> SideRecord {
        SideRecord {
            tokens: answered.answer.tokens().to_vec(),
            attempts,
            answer: Digest(answered.answer.digest()),
            started_at: answered.started_at,
            millis: answered.millis,
            engine: ENGINE.to_owned(),
            dtype: self.models.side(side).identity().dtype.clone(),
        }
    }
}

fn slot(side: Side) -> usize {
    match side {
        Side::Reference => 0,
        Side::Candidate => 1,
    }
}
