//! A model that runs in this process.

use candle_core::{Device, Tensor};
use sha2::{Digest, Sha256};

use crate::families::{Config, Network};
use crate::weights::Checkpoint;
use crate::{InferenceError, LanguageModel, LogProbs, ModelIdentity, tokenizer};

/// A model built from a safetensors file, computed in f32 on the CPU.
pub struct LocalModel {
    network: Network,
    identity: ModelIdentity,
    vocabulary: usize,
    max_positions: usize,
}

impl LocalModel {
    /// Builds the model in `file`, the bytes of a safetensors file, that is to be known as `name`. The configuration is
    /// `config` if given, else the one in the file's metadata.
    ///
    /// # Errors
    /// [`InferenceError`] for anything damaged, missing, superfluous, unknown or not finite.
    pub fn from_bytes(name: &str, file: &[u8], config: Option<&str>) -> Result<Self, InferenceError> {
        let mut weights = Checkpoint::read(name, file)?;
        let config_text = config.or(weights.config()).map(str::to_owned).ok_or_else(|| InferenceError::Config {
            origin: name.to_owned(),
            reason: "no 'config' in the file's metadata and no config.json beside it".to_owned(),
        })?;
        let config = Config::parse(name, &config_text)?;
        let network = Network::build(&config, &mut weights)?;
        weights.finish()?;
        let identity = ModelIdentity {
            name: name.to_owned(),
            architecture: config.architecture().to_owned(),
            weights_sha256: Sha256::digest(file).into(),
            config_sha256: Sha256::digest(&config_text).into(),
            tokenizer: tokenizer::digest(),
            parameters: weights.parameters(),
            dtype: format!("{}, computed in f32", weights.formats()),
        };
        Ok(Self { network, identity, vocabulary: config.vocabulary(), max_positions: config.max_positions() })
    }
}

impl LanguageModel for LocalModel {
    fn log_probabilities(&self, tokens: &[u32]) -> Result<LogProbs, InferenceError> {
        if tokens.is_empty() {
            return Err(InferenceError::EmptyPrompt);
        }
        if tokens.len() > self.max_positions {
            return Err(InferenceError::PromptTooLong { tokens: tokens.len(), max: self.max_positions });
        }
        let outside = |t: u32| usize::try_from(t).map_or(true, |t| t >= self.vocabulary);
        if let Some(&token) = tokens.iter().find(|t| outside(**t)) {
            return Err(InferenceError::BadToken { token, vocabulary: self.vocabulary });
        }
        let input = Tensor::from_slice(tokens, (1, tokens.len()), &Device::Cpu)?;
        let logits = self.network.forward(&input)?.flatten_all()?.to_vec1::<f32>()?;
        LogProbs::new(tokens.len(), self.vocabulary, logits)
    }

    fn tokenize(&self, text: &str) -> Result<Vec<u32>, InferenceError> {
        Ok(tokenizer::tokenize(text))
    }

    fn vocabulary(&self) -> usize {
        self.vocabulary
    }

    fn tokenizer_id(&self) -> [u8; 32] {
        self.identity.tokenizer
    }

    fn max_positions(&self) -> usize {
        self.max_positions
    }

    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }
}
