"""Makes the fixtures of `forward_reference.rs`: small models of every family with random weights, and the logits that
the `transformers` library (5.24 with torch 2.15, on the CPU, in float32) computes from them.

    python transformers_logits.py            # writes one folder per model beside this file

Each model is built from a configuration in the older spelling of its family (`config.older.json`); `config.json` is
what the library saves of it, in the newer one. Sizes are tiny and chosen so that every field matters: heads that are
not hidden_size / num_attention_heads wide, fewer key and value heads, windows and original lengths shorter than the
prompt, caps that are reached.
"""

import json
import math
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

HERE = pathlib.Path(__file__).parent
VOCABULARY = 80
LENGTHS = (44, 17, 16, 12)

LLAMA = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=40,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    rms_norm_eps=1e-3,
    tie_word_embeddings=False,
)
GEMMA = dict(LLAMA, head_dim=12, hidden_activation="gelu_pytorch_tanh", query_pre_attn_scalar=10, sliding_window=6)
del GEMMA["tie_word_embeddings"]

MODELS = {
    "gpt2": dict(
        model_type="gpt2",
        vocab_size=VOCABULARY,
        n_positions=48,
        n_embd=32,
        n_layer=2,
        n_head=4,
        layer_norm_epsilon=1e-3,
    ),
    "gpt_neox": dict(
        model_type="gpt_neox",
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=64,
        layer_norm_eps=1e-3,
        rotary_pct=0.25,
        rotary_emb_base=500,
        hidden_act="gelu",
    ),
    "gpt_neox_serial": dict(
        model_type="gpt_neox",
        vocab_size=VOCABULARY,
        hidden_size=32,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        layer_norm_eps=1e-3,
        rotary_pct=0.5,
        use_parallel_residual=False,
        attention_bias=False,
        hidden_act="relu",
    ),
    "llama": dict(
        LLAMA,
        model_type="llama",
        head_dim=20,
        attention_bias=True,
        mlp_bias=True,
        rope_theta=300.0,
        rope_scaling=dict(
            rope_type="llama3",
            factor=8.0,
            low_freq_factor=1.0,
            high_freq_factor=4.0,
            original_max_position_embeddings=32,
        ),
    ),
    "llama_linear": dict(
        LLAMA,
        model_type="llama",
        tie_word_embeddings=True,
        rope_theta=700.0,
        rope_scaling=dict(type="linear", factor=3.0),
    ),
    "mistral": dict(LLAMA, model_type="mistral", head_dim=12, sliding_window=7, rope_theta=400.0),
    "qwen2": dict(LLAMA, model_type="qwen2", rope_theta=900.0, sliding_window=5, use_sliding_window=False),
    "qwen2_window": dict(
        LLAMA,
        model_type="qwen2",
        sliding_window=5,
        use_sliding_window=True,
        max_window_layers=1,
        tie_word_embeddings=True,
    ),
    "qwen3": dict(LLAMA, model_type="qwen3", head_dim=12, rope_theta=800.0, attention_bias=True),
    "phi3": dict(
        LLAMA,
        model_type="phi3",
        partial_rotary_factor=0.75,
        original_max_position_embeddings=16,
        sliding_window=9,
        pad_token_id=0,
        rope_scaling=dict(
            type="longrope",
            short_factor=[1.0, 1.1, 1.3],
            long_factor=[1.5, 2.0, 3.5],
        ),
    ),
    "gemma2": dict(
        GEMMA,
        model_type="gemma2",
        num_hidden_layers=3,
        attn_logit_softcapping=2.0,
        final_logit_softcapping=3.0,
        rope_theta=600.0,
    ),
    "gemma3_text": dict(
        GEMMA,
        model_type="gemma3_text",
        num_hidden_layers=4,
        sliding_window_pattern=3,
        rope_theta=50000.0,
        rope_local_base_freq=200.0,
        rope_scaling=dict(rope_type="linear", factor=8.0),
        final_logit_softcapping=4.0,
    ),
    # Seen with pictures: the text part as the published files have it, which leave to the library what is usual.
    "gemma3": dict(
        model_type="gemma3",
        mm_tokens_per_image=4,
        boi_token_index=70,
        eoi_token_index=71,
        image_token_index=72,
        text_config=dict(
            model_type="gemma3_text",
            vocab_size=VOCABULARY,
            hidden_size=16,
            intermediate_size=24,
            num_hidden_layers=7,
            head_dim=6,
            rope_scaling=dict(rope_type="linear", factor=8.0),
            sliding_window=6,
        ),
        vision_config=dict(
            model_type="siglip_vision_model",
            hidden_size=8,
            intermediate_size=8,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=28,
            patch_size=14,
            vision_use_head=False,
        ),
    ),
}


def randomise(model, seed):
    """Weights that keep activations near one, with norms and biases far from their neutral values."""
    generator = torch.Generator().manual_seed(seed)
    gemma = model.config.model_type.startswith("gemma")
    for name, weight in sorted(model.named_parameters()):
        noise = torch.randn(weight.shape, generator=generator)
        with torch.no_grad():
            if "norm" in name or "ln_" in name:
                middle = 0.0 if gemma or name.endswith("bias") else 1.0
                weight.copy_(middle + 0.3 * noise)
            elif weight.dim() == 1:
                weight.copy_(0.3 * noise)
            elif "embed" in name or "wte" in name or "wpe" in name or "lm_head" in name:
                weight.copy_(0.5 * noise)
            else:
                weight.copy_(1.3 * noise / math.sqrt(min(weight.shape)))


def main():
    wanted = sys.argv[1:] or MODELS
    for seed, (name, older) in enumerate(MODELS.items()):
        if name not in wanted:
            continue
        config = CONFIG_MAPPING[older["model_type"]].from_dict(json.loads(json.dumps(older)))
        kind = AutoModelForImageTextToText if "vision_config" in older else AutoModelForCausalLM
        model = kind.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
        randomise(model, seed)
        folder = HERE / name
        model.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        (folder / "config.older.json").write_text(json.dumps(older, indent=1) + "\n")
        out = {}
        for length in LENGTHS:
            generator = torch.Generator().manual_seed(1000 + seed)
            tokens = torch.randint(0, VOCABULARY, (1, length), generator=generator)
            with torch.no_grad():
                logits = model(tokens, use_cache=False).logits
            out[f"tokens.{length}"] = tokens[0].to(torch.int32)
            out[f"logits.{length}"] = logits[0].contiguous()
            print(name, length, "spread of logits", float(logits.std()))
        save_file(out, folder / "logits.safetensors")


if __name__ == "__main__":
    main()
