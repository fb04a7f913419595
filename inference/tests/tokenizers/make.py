"""Makes the small models in this folder, each as a Hugging Face folder and as a GGUF file of the same weights.

    pip install tokenizers==0.23.3 gguf==0.19.0 safetensors numpy
    python make.py

`bytes/` has a byte-level BPE as Qwen's and Llama 3's, `pieces/` a SentencePiece-like one as Gemma's. The GGUF files hold
what llama.cpp's `convert_hf_to_gguf.py` writes: the type of each token, `[PAD…]` in the rows that no token has, spaces
in added tokens, scores in the order of the merges. The vocabularies were learnt from texts of this repository as they
were then: running this again makes others.
"""

import json
import pathlib
import re

import gguf
import numpy
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
WIDTH, INNER, LAYERS, HEADS, KEY_HEADS = 16, 24, 2, 4, 2


def texts():
    names = ["README.md", "SECURITY.md", "docs/statistics.md", "docs/soundness.md"]
    yield from (line for name in names for line in (ROOT / name).read_text().splitlines())
    yield from (f"{a} plus {b} is {a + b}, isn't it? I'd say {a * b}." for a in range(40) for b in range(0, 40, 7))


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    split = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(__import__("tokenizers").Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(vocab_size=340, initial_alphabet=alphabet, show_progress=False))
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False)])
    tokenizer.add_special_tokens(["<|last|>"])
    return tokenizer


def pieces():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    # Words are learnt apart; afterwards, as in Gemma's file, no text has a space left to be cut at.
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    first = ["<pad>", "<eos>", "<bos>", "<unk>", "<mark>", "▁▁", "▁▁▁▁", *(f"<0x{b:02X}>" for b in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=len(first) + 190, special_tokens=first, show_progress=False, limit_alphabet=90)
    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [t for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    for token in data["added_tokens"]:
        token["special"] = token["content"] not in ["<mark>", "▁▁", "▁▁▁▁"]
    # Runs of spaces are joined before anything else, as Gemma's are.
    data["model"]["merges"] = [["▁", "▁"], ["▁▁", "▁▁"], *data["model"]["merges"]]
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    return tokenizer


def weights(rows, seed):
    generator = numpy.random.default_rng(seed)
    head = WIDTH // HEADS
    shapes = {"model.embed_tokens.weight": (rows, WIDTH)}
    for layer in range(LAYERS):
        for part, shape in {
            "self_attn.q_proj": (WIDTH, WIDTH),
            "self_attn.k_proj": (KEY_HEADS * head, WIDTH),
            "self_attn.v_proj": (KEY_HEADS * head, WIDTH),
            "self_attn.o_proj": (WIDTH, WIDTH),
            "mlp.gate_proj": (INNER, WIDTH),
            "mlp.up_proj": (INNER, WIDTH),
            "mlp.down_proj": (WIDTH, INNER),
            "self_attn.q_norm": (head,),
            "self_attn.k_norm": (head,),
            "input_layernorm": (WIDTH,),
            "post_attention_layernorm": (WIDTH,),
        }.items():
            shapes[f"model.layers.{layer}.{part}.weight"] = shape
    shapes["model.norm.weight"] = (WIDTH,)
    return {name: generator.normal(1.0 if "norm" in name else 0.0, 0.4, shape).astype(numpy.float16) for name, shape in shapes.items()}


GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def gguf_name(name):
    if name == "model.embed_tokens.weight":
        return "token_embd.weight"
    if name == "model.norm.weight":
        return "output_norm.weight"
    layer, part = re.fullmatch(r"model\.layers\.(\d+)\.(.*)\.weight", name).groups()
    return f"blk.{layer}.{GGUF_NAMES[part]}.weight"


def looks_special(token):
    return bool(re.fullmatch(r"<\|.*\|>", token))


def vocabulary(tokenizer, rows, sentencepiece):
    """Texts, scores and types as the converter writes them."""
    by_id = {number: text for text, number in tokenizer.get_vocab(with_added_tokens=True).items()}
    added = tokenizer.get_added_tokens_decoder()
    texts, scores, types = [], [], []
    for number in range(rows):
        text = by_id.get(number)
        score, kind = -1000.0 - number, gguf.TokenType.NORMAL
        if text is None:
            text, kind = f"[PAD{number}]", gguf.TokenType.UNUSED
        elif number in added:
            if added[number].special or looks_special(text):
                kind = gguf.TokenType.UNKNOWN if text == "<unk>" else gguf.TokenType.CONTROL
            else:
                text, kind = text.replace("▁", " "), gguf.TokenType.USER_DEFINED
        elif sentencepiece and re.fullmatch(r"<0x[0-9A-F]{2}>", text):
            kind = gguf.TokenType.BYTE
        else:
            score = -float(number)
        texts.append(text)
        scores.append(score)
        types.append(kind)
    return texts, scores, types


def make(name, tokenizer, seed, sentencepiece):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    # Embeddings have a few rows more than there are tokens.
    rows = -(-tokenizer.get_vocab_size() // 16) * 16 + 16
    tensors = weights(rows, seed)
    config = dict(
        model_type="qwen3",
        vocab_size=rows,
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KEY_HEADS,
        head_dim=WIDTH // HEADS,
        max_position_embeddings=2048,
        rms_norm_eps=1e-5,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        attention_bias=False,
        hidden_act="silu",
    )
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file(tensors, folder / "model.safetensors")

    writer = gguf.GGUFWriter(folder / "model.gguf", "qwen3")
    writer.add_block_count(LAYERS)
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_key_length(WIDTH // HEADS)
    writer.add_value_length(WIDTH // HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    texts, scores, types = vocabulary(tokenizer, rows, sentencepiece)
    writer.add_tokenizer_model("llama" if sentencepiece else "gpt2")
    writer.add_tokenizer_pre("default" if sentencepiece else "gpt-2")
    writer.add_token_list(texts)
    writer.add_token_types(types)
    if sentencepiece:
        writer.add_token_scores(scores)
        writer.add_bos_token_id(2)
        writer.add_add_bos_token(True)
        writer.add_add_space_prefix(False)
    else:
        merges = json.loads((folder / "tokenizer.json").read_text())["model"]["merges"]
        writer.add_token_merges([" ".join(pair) for pair in merges])
    for tensor, values in tensors.items():
        writer.add_tensor(gguf_name(tensor), values if values.ndim > 1 else values.astype(numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(name, tokenizer.get_vocab_size(), "tokens", rows, "rows", [f.stat().st_size for f in sorted(folder.iterdir())])


if __name__ == "__main__":
    make("bytes", byte_level(), 1, False)
    make("pieces", pieces(), 2, True)
