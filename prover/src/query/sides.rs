//! The two models of a run, checked against the registration before they are asked anything.

use std::sync::Arc;

use pot_inference::{
    Answer, Ask, Endpoint, EndpointSpec, InferenceError, LanguageModel, LocalModel, Tokenizer, endpoint::EndpointError,
    load_with_progress,
};
use pot_protocol::{
    digest::Digest,
    registration::{ModelFile, ModelIdentity, RawRegistration},
    score::ScoreKind,
    transcript::Side,
};

use super::pauses::Pauses;
use super::settings::{endpoint_options, load_options, of_reference};
use super::tokens::{TokensError, same};
use crate::{
    error::ProverError,
    run_folder::{Settings, Sources},
};

/// The engine of models in this process, as records name it before the device.
const ENGINE: &str = concat!("pot ", env!("CARGO_PKG_VERSION"), ", candle");

/// Most memory that the distributions of one batch may take, in bytes.
const ANSWERS: usize = 1 << 30;

/// One model of a run.
enum Model {
    Local(Box<LocalModel>),
    Endpoint(Box<Endpoint>),
}

impl Model {
    fn get(&self) -> &dyn LanguageModel {
        match self {
            Self::Local(model) => &**model,
            Self::Endpoint(model) => &**model,
        }
    }
}

/// Told how far the hashing of a model's files is: bytes done and in all.
pub type Hashing<'a> = &'a (dyn Fn(Side, u64, u64) + Sync);

/// Both models of a run.
pub struct Models {
    reference: Model,
    candidate: Model,
    top: u32,
}

impl Models {
    /// Opens local models and probes endpoints.
    ///
    /// # Errors
    /// [`ProverError::Model`] naming the side and what is wrong with it.
    pub fn load(sources: &Sources, hashing: Hashing<'_>) -> Result<Self, ProverError> {
        let failed = |side: Side| move |e: InferenceError| ProverError::model(format_args!("{side} model"), &e);
        let told = |side: Side| move |done, all| hashing(side, done, all);
        let (own, settings) = (of_reference(sources), &sources.settings);
        let reference = |layered| open(&sources.reference, &own, layered, None, &told(Side::Reference));
        let candidate = |settings: &Settings, layered, reference: &Model| {
            open(&sources.candidate, settings, layered, Some(reference), &told(Side::Candidate))
        };
        let mut first = reference(false).map_err(failed(Side::Reference))?;
        // The bound is one for both: the candidate has what the reference leaves.
        let left = settings.max_memory.map(|max| max.saturating_sub(first.held_bytes()));
        let second = match candidate(&Settings { max_memory: left, ..settings.clone() }, false, &first) {
            // They do not fit beside each other. Read part by part, one holds nothing while the other works.
            Err(InferenceError::Memory { .. }) if left != settings.max_memory => {
                drop(first);
                first = reference(true).map_err(failed(Side::Reference))?;
                candidate(settings, true, &first)
            }
            opened => opened,
        };
        let second = second.map_err(failed(Side::Candidate))?;
        Ok(Self { reference: first, candidate: second, top: settings.top })
    }

    /// One of the two.
    pub fn side(&self, side: Side) -> &dyn LanguageModel {
        match side {
            Side::Reference => self.reference.get(),
            Side::Candidate => self.candidate.get(),
        }
    }

    /// A model's identity as it is registered.
    pub fn identity(&self, side: Side) -> ModelIdentity {
        identity_of(self.side(side))
    }

    /// Whether all tokenizers that are needed run in this process.
    pub(super) fn tokenizes_here(&self) -> bool {
        self.reference.tokenizer().is_some() && self.candidate.tokenizer().is_some()
    }

    /// What the probe of an endpoint found, in words for people.
    pub fn probed(&self, side: Side) -> Option<String> {
        match side {
            Side::Reference => &self.reference,
            Side::Candidate => &self.candidate,
        }
        .endpoint()
        .map(|endpoint| endpoint.report().to_string())
    }

    /// The most bytes of weights held so far, for local models.
    pub fn peak_weight_bytes(&self, side: Side) -> Option<u64> {
        match if side == Side::Reference { &self.reference } else { &self.candidate } {
            Model::Local(model) => Some(model.peak_weight_bytes()),
            Model::Endpoint(_) => None,
        }
    }

    /// The engine of a model, as records name it.
    pub(super) fn engine(&self, side: Side) -> String {
        let model = if side == Side::Reference { &self.reference } else { &self.candidate };
        match (model, model.get().identity()) {
            (_, pot_inference::ModelIdentity::Endpoint(endpoint)) => {
                format!("{} ({})", endpoint.dialect, endpoint.server)
            }
            (Model::Local(local), _) => format!("{ENGINE}, {}", local.place()),
            (Model::Endpoint(_), _) => ENGINE.to_owned(),
        }
    }

    /// What `side` is asked for scores of `kind` with K scored positions.
    ///
    /// # Errors
    /// [`InferenceError::Kind`] for a kind without a scorer.
    pub(super) fn ask(&self, side: Side, kind: ScoreKind, k: u32) -> Result<Ask, InferenceError> {
        match (kind, side) {
            (ScoreKind::KlTopk, Side::Reference) => Ok(Ask::Distributions(k)),
            (ScoreKind::KlTopk, Side::Candidate) => Ok(Ask::Top { positions: k, top: self.top }),
            _ => Ask::of(kind, k),
        }
    }

    /// The tokens of a text under both models' tokenizers.
    ///
    /// Equal vocabularies say that an index means the same to both, and not that both split every text alike: files of
    /// one model cut words in their own ways. So kinds that compare token by token need both splits to be the same.
    ///
    /// # Errors
    /// The side whose tokenizer refuses the text, or where the two splits part.
    pub(super) fn tokens(&self, kind: ScoreKind, text: &str) -> Result<[Vec<u32>; 2], TokensError> {
        let tokenize = |side: Side| self.side(side).tokenize(text).map_err(|e| TokensError::Refused(side, e));
        let (reference, candidate) = (tokenize(Side::Reference)?, tokenize(Side::Candidate)?);
        if kind != ScoreKind::DeltaCe {
            same(&reference, &candidate).map_err(TokensError::Split)?;
        }
        Ok([reference, candidate])
    }

    /// How many challenges are asked together: what suits the models, within what their answers may take in memory.
    pub(super) fn batch(&self, kind: ScoreKind, k: u32) -> usize {
        // A model that is read anew for each batch wants large ones; otherwise the more careful side decides, so that a
        // server that fails does so for few challenges at a time.
        let suits = match [Side::Reference, Side::Candidate].map(|side| self.side(side).batch()) {
            [usize::MAX, _] | [_, usize::MAX] => usize::MAX,
            [reference, candidate] => reference.min(candidate),
        };
        let rows = match kind {
            ScoreKind::Kl => 2,
            ScoreKind::KlTopk => 1,
            _ => return suits.max(1),
        };
        let row = self.side(Side::Reference).vocabulary().saturating_mul(size_of::<f32>());
        let answers = row.saturating_mul(usize::try_from(k).unwrap_or(usize::MAX)).saturating_mul(rows);
        suits.min(ANSWERS / answers.max(1)).max(1)
    }

    /// The most tokens that both models take.
    pub fn longest_context(&self) -> usize {
        self.side(Side::Reference).max_positions().min(self.side(Side::Candidate).max_positions())
    }

    /// Checks before registration that the score kind is possible with these two models, by asking both once.
    ///
    /// # Errors
    /// [`ProverError::Model`] when `kind` compares token by token and the vocabularies differ, or a model cannot answer what
    /// `kind` needs.
    pub fn check_kind(&self, kind: ScoreKind) -> Result<(), ProverError> {
        let [reference, candidate] = [Side::Reference, Side::Candidate].map(|side| self.side(side));
        if kind != ScoreKind::DeltaCe && reference.tokenizer_id() != candidate.tokenizer_id() {
            return Err(ProverError::Model(format!(
                "the models have different vocabularies, so {kind} cannot compare them: use a delta-ce policy"
            )));
        }
        if matches!(kind, ScoreKind::Kl | ScoreKind::KlTopk) && reference.vocabulary() != candidate.vocabulary() {
            return Err(ProverError::Model(format!(
                "the models' vocabularies have {} and {} entries, so {kind} cannot compare them: use a delta-logprob or \
                 delta-ce policy",
                reference.vocabulary(),
                candidate.vocabulary()
            )));
        }
        for side in [Side::Reference, Side::Candidate] {
            let asked = self.ask(side, kind, 1).and_then(|ask| Answer::evaluate(self.side(side), TRIAL, ask));
            asked.map_err(|e| ProverError::model(format_args!("the {side} model cannot give {kind} scores"), &e))?;
        }
        Ok(())
    }

    /// Checks that these are the registered models, byte for byte.
    ///
    /// # Errors
    /// [`ProverError::Model`] naming the side that differs.
    pub fn check_registered(&self, registered: &RawRegistration) -> Result<(), ProverError> {
        for (side, identity) in [(Side::Reference, &registered.reference), (Side::Candidate, &registered.candidate)] {
            if self.identity(side) != *identity {
                return Err(ProverError::Model(format!(
                    "the {side} model is not the registered one ({}): its weights or settings changed since",
                    identity.name()
                )));
            }
        }
        Ok(())
    }
}

/// A text that is no challenge of any family, to see whether a model answers at all.
const TRIAL: &str = "This sentence asks nothing; it is there to be scored once.";

impl Model {
    fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::Local(_) => None,
            Self::Endpoint(endpoint) => Some(endpoint),
        }
    }

    /// The bytes of weights that it holds here while it works.
    fn held_bytes(&self) -> u64 {
        match self {
            Self::Local(model) => model.held_bytes(),
            Self::Endpoint(_) => 0,
        }
    }

    /// The tokenizer, for models that have it at hand.
    fn tokenizer(&self) -> Option<Arc<dyn Tokenizer>> {
        match self {
            Self::Local(model) => Some(model.tokenizer()),
            Self::Endpoint(endpoint) => endpoint.tokenizer().cloned(),
        }
    }
}

/// Opens a single model.
///
/// # Errors
/// [`ProverError::Model`] with what is wrong with it.
pub fn open_one(
    name: &str,
    settings: &Settings,
    hashing: &(dyn Fn(u64, u64) + Sync),
) -> Result<Box<dyn LanguageModel>, ProverError> {
    match open(name, settings, false, None, hashing) {
        Ok(Model::Local(model)) => Ok(model),
        Ok(Model::Endpoint(model)) => Ok(model),
        Err(e) => Err(ProverError::model("the model", &e)),
    }
}

fn open(
    name: &str,
    settings: &Settings,
    layered: bool,
    reference: Option<&Model>,
    hashing: &(dyn Fn(u64, u64) + Sync),
) -> Result<Model, InferenceError> {
    if !EndpointSpec::is_endpoint(name) {
        let options = load_options(settings, layered);
        return load_with_progress(name, &options, hashing).map(|model| Model::Local(Box::new(model)));
    }
    let tokenizer = reference.and_then(Model::tokenizer);
    let mut options = endpoint_options(settings);
    options.vocabulary = tokenizer.as_ref().and(reference).map(|model| model.get().vocabulary());
    let spec: EndpointSpec = name.parse().map_err(InferenceError::Endpoint)?;
    let mut pauses = Pauses::default();
    loop {
        match Endpoint::connect(&spec, &options, tokenizer.clone()) {
            Ok(model) => return Ok(Model::Endpoint(Box::new(model))),
            // A server that is loading its model, or is asked too often, says so.
            Err(e @ InferenceError::Endpoint(EndpointError::Status { .. })) => match pauses.next(e.retry()) {
                Some(pause) => std::thread::sleep(pause),
                None => return Err(e),
            },
            Err(e) => return Err(e),
        }
    }
}

/// A model's identity as it is registered.
pub fn identity_of(model: &dyn LanguageModel) -> ModelIdentity {
    match model.identity() {
        pot_inference::ModelIdentity::Endpoint(endpoint) => ModelIdentity::Endpoint {
            name: endpoint.url.clone(),
            dialect: endpoint.dialect.clone(),
            model: endpoint.model.clone(),
            server: if endpoint.server.is_empty() { "says nothing".to_owned() } else { endpoint.server.clone() },
            settings: endpoint.settings.clone(),
            tokenizer: Digest(endpoint.tokenizer),
        },
        pot_inference::ModelIdentity::Weights(weights) => ModelIdentity::Weights {
            name: weights.name.clone(),
            architecture: weights.architecture.clone(),
            parameters: weights.parameters,
            weights: Digest(weights.weights_sha256),
            config: Digest(weights.config_sha256),
            tokenizer: Digest(weights.tokenizer),
            dtype: weights.dtype.clone(),
            files: weights
                .files
                .iter()
                .map(|(name, sha256)| ModelFile { name: name.clone(), sha256: Digest(*sha256) })
                .collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // tests may panic

    use super::*;

    fn load(max_memory: Option<u64>) -> Result<Models, ProverError> {
        let settings = Settings { max_memory, ..Settings::default() };
        let (reference, candidate) = ("builtin:base".to_owned(), "builtin:larger".to_owned());
        Models::load(&Sources { reference, candidate, corpus: None, settings }, &|_, _, _| ())
    }

    #[test]
    fn one_bound_is_for_the_weights_of_both() {
        let held = |models: &Models| [models.reference.held_bytes(), models.candidate.held_bytes()];
        let whole = held(&load(None).unwrap());
        let both = whole[0] + whole[1];
        assert_eq!(held(&load(Some(both)).unwrap()), whole);
        // A byte less, and the candidate is read part by part in what the reference leaves.
        let [reference, part] = held(&load(Some(both - 1)).unwrap());
        assert!(reference == whole[0] && part < whole[1], "{reference} and {part} of {whole:?}");
        assert_eq!(held(&load(Some(whole[0] + part)).unwrap()), [whole[0], part]);
        // Where that is too little for its largest part, both are, and nothing is held of the one that does not work.
        let models = load(Some(whole[0] + part - 1)).unwrap();
        let parts = held(&models);
        assert!(parts[0] < whole[0] && parts[1] == part, "{parts:?}");
        for side in [Side::Reference, Side::Candidate] {
            Answer::evaluate(models.side(side), TRIAL, models.ask(side, ScoreKind::Kl, 4).unwrap()).unwrap();
            assert!(models.peak_weight_bytes(side).unwrap() <= part.max(parts[0]));
        }
        // The largest part of either is the least that will do.
        let least = parts[0].max(parts[1]);
        assert_eq!(held(&load(Some(least)).unwrap()), parts);
        let refused = load(Some(least - 1)).err().unwrap().to_string();
        assert!(refused.contains(" model: "), "{refused}");
    }
}
