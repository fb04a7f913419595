//! One run, challenge by challenge: intent, answer, record, each on disk before the next step.

use std::{collections::BTreeMap, time::Instant};

use pot_inference::{Answer, InferenceError, Prompt, Retry, Scored, figures};
use pot_protocol::{
    challenge::{Family, RunKey},
    digest::Digest,
    policy::Policy,
    registration::Registration,
    rule::{Outcome, Rule, Standing},
    transcript::{Event, Record, Side, SideRecord, next_look, unread},
};

use super::{Models, pauses::Pauses, tokens::TokensError};
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
    /// Answers to open challenges, by index and side.
    answers: BTreeMap<(u64, usize), Answered>,
}

/// A challenge as it is put to both models.
struct Asked {
    index: u64,
    text: String,
    /// The reference's tokens, then the candidate's.
    tokens: [Vec<u32>; 2],
}

impl Asked {
    fn prompt(&self, side: Side) -> Prompt<'_> {
        Prompt { text: &self.text, tokens: &self.tokens[slot(side)] }
    }
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
        let nonce = registration.nonce(folder.nonce_file(registration)?.as_ref())?;
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
        Ok(Self { registration, policy, family, models, key, log, answers: BTreeMap::new() })
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
            for record in self.next_batch()? {
                outcome = rule.push(record.score);
                report(&Progress { standing: rule.standing(), outcome });
            }
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

    /// Asks and seals the next batch: up to the next look of the rule and never beyond it.
    fn next_batch(&mut self) -> Result<Vec<Record>, ProverError> {
        let sealed = self.log.state().records().len() as u64;
        let look = next_look(self.policy.coefficients(), sealed);
        let indices: Vec<u64> =
            (sealed..look).take(self.models.batch(self.registration.fields().kind, self.registration.k())).collect();
        let prompts = self.prompts(&indices)?;
        // The reference answers before the candidate is asked, so that neither can be chosen after the other.
        for side in [Side::Reference, Side::Candidate] {
            self.ask_all(side, &prompts)?;
            self.recall(side, &prompts)?;
        }
        prompts.iter().map(|prompt| self.seal(prompt)).collect()
    }

    fn prompts(&self, indices: &[u64]) -> Result<Vec<Asked>, ProverError> {
        let kind = self.registration.fields().kind;
        let prompt = |&index: &u64| {
            let text = self.family.challenge(&self.key, index).text;
            let tokens = self.models.tokens(kind, &text).map_err(|e| match e {
                TokensError::Refused(side, e) => {
                    ProverError::Answer { index, side: side.to_string(), message: e.to_string() }
                }
                TokensError::Split(split) => ProverError::Split { index, split: split.to_string() },
            })?;
            Ok(Asked { index, text, tokens })
        };
        indices.iter().map(prompt).collect()
    }

    /// Asks `side` about all `prompts` that it has not answered yet, again where that can help.
    fn ask_all(&mut self, side: Side, prompts: &[Asked]) -> Result<(), ProverError> {
        let mut pauses = Pauses::default();
        loop {
            let state = self.log.state();
            let unanswered = |asked: &&Asked| state.half(asked.index, side).answer.is_none();
            let open: Vec<&Asked> = prompts.iter().filter(unanswered).collect();
            if open.is_empty() {
                return Ok(());
            }
            let mut attempts = Vec::with_capacity(open.len());
            for asked in &open {
                // After a crash between intent and answer, asking again is one more attempt.
                let attempt = self.log.state().half(asked.index, side).attempts.saturating_add(1);
                self.check_attempts(asked.index, side, attempt)?;
                self.log.append(&Event::Intent { index: asked.index, side, attempt, at: now_millis() })?;
                attempts.push(attempt);
            }
            let (started_at, clock) = (now_millis(), Instant::now());
            let answers = self.answer(side, &open);
            let millis = u32::try_from(clock.elapsed().as_millis()).unwrap_or(u32::MAX);
            let mut failed: Option<(Retry, u64, String)> = None;
            for ((asked, attempt), answer) in open.iter().zip(attempts).zip(answers) {
                let index = asked.index;
                match answer {
                    Ok(answer) => {
                        let (digest, content) = (Digest(answer.digest()), self.kept(side, &answer));
                        self.log.append(&Event::Answer { index, side, attempt, digest, content, at: now_millis() })?;
                        self.answers.insert((index, slot(side)), Answered { answer, started_at, millis });
                    }
                    Err(e) => {
                        let (retry, message) = (e.retry(), e.to_string());
                        let error: String = message.chars().filter(|c| !c.is_control()).take(500).collect();
                        self.log.append(&Event::Failure { index, side, attempt, error, at: now_millis() })?;
                        failed = match failed {
                            // What can never work is what is said and stopped at.
                            Some(first @ (Retry::Never, ..)) => Some(first),
                            _ => Some((retry, index, message)),
                        };
                    }
                }
            }
            let Some((retry, index, message)) = failed else { continue };
            let Some(pause) = pauses.next(retry) else {
                return Err(ProverError::Answer { index, side: side.to_string(), message });
            };
            std::thread::sleep(pause);
        }
    }

    fn answer(&self, side: Side, open: &[&Asked]) -> Vec<Result<Answer, InferenceError>> {
        let prompts: Vec<Prompt<'_>> = open.iter().map(|asked| asked.prompt(side)).collect();
        match self.models.ask(side, self.registration.fields().kind, self.registration.k()) {
            Ok(ask) => self.models.side(side).answers(&prompts, ask),
            Err(e) => vec![Err(e)],
        }
    }

    fn check_attempts(&self, index: u64, side: Side, attempt: u32) -> Result<(), ProverError> {
        let allowed = self.policy.parameters().max_attempts;
        if attempt <= allowed {
            return Ok(());
        }
        Err(ProverError::Spent { index, side, allowed })
    }

    /// What the log keeps of an answer beside its digest: all of it, where the model cannot be made to say it again.
    fn kept(&self, side: Side, answer: &Answer) -> Option<String> {
        if self.models.side(side).repeats() { None } else { answer.scored().to_text() }
    }

    /// After a crash the log may hold answers that this process has not seen. A local model gives them again, bit for
    /// bit, and the logged digests show it; another's were kept. These are no second attempts at other answers. All of a
    /// batch are asked together, since a model that is held part by part is read once for each call.
    fn recall(&mut self, side: Side, prompts: &[Asked]) -> Result<(), ProverError> {
        let failed = |index: u64, message: String| ProverError::Answer { index, side: side.to_string(), message };
        let (kind, k) = (self.registration.fields().kind, self.registration.k());
        let mut lost = Vec::new();
        for asked in prompts.iter().filter(|asked| !self.answers.contains_key(&(asked.index, slot(side)))) {
            let half = self.log.state().half(asked.index, side);
            let Some(logged) = half.answer else {
                return Err(failed(asked.index, "its answer is missing".to_owned()));
            };
            lost.push((asked, half.asked_at, logged));
        }
        let gone = lost.iter().filter(|(.., logged)| logged.content.is_none());
        let unkept: Vec<&Asked> = gone.map(|(asked, ..)| *asked).collect();
        let (started_at, clock) = (now_millis(), Instant::now());
        let mut again = if unkept.is_empty() { Vec::new() } else { self.answer(side, &unkept) }.into_iter();
        let millis = u32::try_from(clock.elapsed().as_millis()).unwrap_or(u32::MAX);
        for (asked, asked_at, logged) in lost {
            let (answer, started_at, millis) = match logged.content {
                Some(text) => {
                    let kept = self.models.ask(side, kind, k).and_then(|ask| {
                        Answer::new(self.models.side(side), asked.prompt(side), ask, Scored::from_text(&text)?)
                    });
                    // It was given then, and not now; a clock may have jumped back meanwhile.
                    (kept, asked_at, u32::try_from(logged.at.saturating_sub(asked_at)).unwrap_or(u32::MAX))
                }
                None => (again.next().unwrap_or(Err(InferenceError::OtherAnswer)), started_at, millis),
            };
            let answer = answer.map_err(|e| failed(asked.index, e.to_string()))?;
            if Digest(answer.digest()) != logged.digest {
                return Err(failed(asked.index, "it answers differently than before the interruption".to_owned()));
            }
            self.answers.insert((asked.index, slot(side)), Answered { answer, started_at, millis });
        }
        Ok(())
    }

    fn answered(&mut self, index: u64, side: Side) -> Result<Answered, ProverError> {
        let message = "its answer is missing".to_owned();
        self.answers.remove(&(index, slot(side))).ok_or(ProverError::Answer { index, side: side.to_string(), message })
    }

    fn seal(&mut self, asked: &Asked) -> Result<Record, ProverError> {
        let index = asked.index;
        let attempts = [Side::Reference, Side::Candidate].map(|side| self.log.state().half(index, side).attempts);
        let reference = self.answered(index, Side::Reference)?;
        let candidate = self.answered(index, Side::Candidate)?;
        let (kind, k) = (self.registration.fields().kind, self.registration.k());
        let unscored = |e: String| ProverError::Answer { index, side: "pair of answers".to_owned(), message: e };
        let figures = figures(kind, k, &reference.answer, &candidate.answer).map_err(|e| unscored(e.to_string()))?;
        let score = figures.score(kind, k).map_err(|e| unscored(e.to_string()))?;
        let mut salt = [0; 16];
        salt.copy_from_slice(&random32()?[..16]);
        let record = Record {
            index,
            prompt: asked.text.clone(),
            reference: self.side_record(Side::Reference, attempts[0], &reference),
            candidate: self.side_record(Side::Candidate, attempts[1], &candidate),
            figures,
            score,
            salt,
        };
        // All answers of a run so far are in its log, also those from before an interruption.
        if let Some((side, unread)) = unread(self.log.state().records(), &record, self.registration) {
            return Err(ProverError::Unread { index, side, unread });
        }
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
            engine: self.models.engine(side),
            dtype: self.models.identity(side).dtype().to_owned(),
        }
    }
}

fn slot(side: Side) -> usize {
    match side {
        Side::Reference => 0,
        Side::Candidate => 1,
    }
}
