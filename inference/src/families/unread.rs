//! The fields of a `config.json` that no family reads: those that say nothing about the logits are known by name, and
//! every other is refused, because it may ask for a computation that is not done here.

use serde_json::{Map, Value};

/// Fields that do not change the logits of a causal language model, sorted: they are about training, generation,
/// classifiers and the keeping of files. All that `transformers` 4.46 to 5.24 writes for the families here, and what
/// published models have beside that (`full_attn_mod` and `interpolate_factor` of Phi-4-mini, `is_llama_config` of
/// `SmolLM`, `n_ctx` of the first GPT-2 files), which that library reads in none of these families.
const PASSIVE: [&str; 94] = [
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_commit_hash",
    "_flash_attn_2_enabled",
    "_name_or_path",
    "_num_labels",
    "architectures",
    "attention_dropout",
    "attention_probs_dropout_prob",
    "attn_implementation",
    "attn_pdrop",
    "auto_map",
    "bad_words_ids",
    "begin_suppress_tokens",
    "bos_token_id",
    "cache_implementation",
    "chunk_size_feed_forward",
    "classifier_dropout",
    "decoder_start_token_id",
    "diversity_penalty",
    "do_sample",
    "dtype",
    "early_stopping",
    "embd_pdrop",
    "encoder_no_repeat_ngram_size",
    "eos_token_id",
    "exponential_decay_length_penalty",
    "finetuning_task",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "full_attn_mod",
    "gradient_checkpointing",
    "hidden_dropout",
    "hidden_dropout_prob",
    "id2label",
    "initializer_range",
    "interpolate_factor",
    "is_decoder",
    "is_llama_config",
    "keys_to_ignore_at_inference",
    "label2id",
    "length_penalty",
    "max_length",
    "max_new_tokens",
    "min_length",
    "model_max_length",
    "model_type",
    "n_ctx",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_labels",
    "num_return_sequences",
    "output_attentions",
    "output_hidden_states",
    "output_past",
    "output_scores",
    "pad_token_id",
    "prefix",
    "pretraining_tp",
    "problem_type",
    "remove_invalid_values",
    "reorder_and_upcast_attn",
    "repetition_penalty",
    "resid_pdrop",
    "return_dict",
    "return_dict_in_generate",
    "sep_token_id",
    "summary_activation",
    "summary_first_dropout",
    "summary_proj_to_labels",
    "summary_type",
    "summary_use_proj",
    "suppress_tokens",
    "task_specific_params",
    "temperature",
    "tf_legacy_loss",
    "tie_encoder_decoder",
    "tokenizer",
    "tokenizer_class",
    "top_k",
    "top_p",
    "torch_dtype",
    "torchscript",
    "transformers.js_config",
    "transformers_version",
    "typical_p",
    "unk_token_id",
    "unsloth_fixed",
    "unsloth_version",
    "use_bfloat16",
    "use_cache",
    "use_flash_attn",
    "use_return_dict",
];

/// The first field of `config` that asks for something, is not `read` and not known to be passive.
pub(crate) fn unknown(config: &Map<String, Value>, read: impl Fn(&str) -> bool) -> Option<&str> {
    let known = |name: &str| read(name) || PASSIVE.binary_search(&name).is_ok();
    config.iter().find(|(name, value)| !known(name) && asks(value)).map(|(name, _)| name.as_str())
}

/// Null, false, and an empty text, list or object ask for nothing.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passive_fields_are_sorted() {
        assert!(PASSIVE.is_sorted_by(|a, b| a < b));
    }
}
