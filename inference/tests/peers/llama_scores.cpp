// llama.cpp as a peer: evaluates given token ids and says how long that took or what it answered.
//
//   llama_scores MODEL.gguf PROMPTS K THREADS STACK CACHE
//
// PROMPTS has the ids of one prompt a line, separated by commas. As in an audit, the last token of a prompt is not
// evaluated, and logits are computed for the last K positions before it. STACK prompts go into one call of llama_decode.
// CACHE is f16 (llama.cpp's default) or f32. Commands come on standard input, one a line:
//
//   time      evaluates all prompts and prints the seconds spent in llama_decode
//   answers   prints, for each scored position, the most likely token and the log-probability of the prompt's next token
//
// Build: c++ -O2 -I llama.cpp/include -I llama.cpp/ggml/include llama_scores.cpp libllama.so libggml*.so
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "llama.h"

using Prompt = std::vector<llama_token>;

static std::vector<Prompt> read_prompts(const char * path) {
    std::vector<Prompt> prompts;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        Prompt prompt;
        std::istringstream fields(line);
        for (std::string id; std::getline(fields, id, ',');) prompt.push_back(std::stoi(id));
        if (prompt.size() > 1) prompts.push_back(prompt);
    }
    return prompts;
}

// Prints the answer at one position, whose next token is `next`.
static void print_answer(const float * logits, int vocabulary, llama_token next) {
    const int best = int(std::max_element(logits, logits + vocabulary) - logits);
    double sum = 0.0;
    for (int i = 0; i < vocabulary; i++) sum += std::exp(double(logits[i]) - double(logits[best]));
    std::printf("%d:%.9g\n", best, double(logits[next]) - double(logits[best]) - std::log(sum));
}

int main(int argc, char ** argv) {
    if (argc != 7) {
        std::fprintf(stderr, "usage: llama_scores MODEL PROMPTS K THREADS STACK f16|f32\n");
        return 2;
    }
    const std::vector<Prompt> prompts = read_prompts(argv[2]);
    const size_t k = std::stoul(argv[3]), stack = std::stoul(argv[5]);
    size_t longest = 0;
    for (const Prompt & prompt : prompts) longest = std::max(longest, prompt.size());

    llama_log_set([](ggml_log_level level, const char * text, void *) {
        if (level == GGML_LOG_LEVEL_ERROR) std::fputs(text, stderr);
    }, nullptr);
    llama_backend_init();
    llama_model_params model_params = llama_model_default_params();
    model_params.n_gpu_layers = 0;
    llama_model * model = llama_model_load_from_file(argv[1], model_params);
    if (!model) return 1;
    llama_context_params params = llama_context_default_params();
    params.n_ctx = uint32_t(stack * ((longest + 255) / 256 * 256));
    params.n_batch = uint32_t(stack * longest);
    params.n_ubatch = std::min<uint32_t>(params.n_batch, 512);
    params.n_seq_max = uint32_t(stack);
    params.n_threads = params.n_threads_batch = std::atoi(argv[4]);
    if (std::string(argv[6]) == "f32") params.type_k = params.type_v = GGML_TYPE_F32;
    llama_context * context = llama_init_from_model(model, params);
    if (!context) return 1;
    const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    llama_batch batch = llama_batch_init(int32_t(params.n_batch), 0, 1);

    for (std::string command; std::getline(std::cin, command);) {
        double seconds = 0.0;
        for (size_t from = 0; from < prompts.size(); from += stack) {
            const size_t to = std::min(from + stack, prompts.size());
            batch.n_tokens = 0;
            std::vector<std::pair<int, llama_token>> scored;
            for (size_t p = from; p < to; p++) {
                const Prompt & prompt = prompts[p];
                for (size_t t = 0; t + 1 < prompt.size(); t++) {
                    const int at = batch.n_tokens++;
                    const bool wanted = t + 1 + k >= prompt.size();
                    batch.token[at] = prompt[t];
                    batch.pos[at] = llama_pos(t);
                    batch.n_seq_id[at] = 1;
                    batch.seq_id[at][0] = llama_seq_id(p - from);
                    batch.logits[at] = wanted;
                    if (wanted) scored.push_back({at, prompt[t + 1]});
                }
            }
            const auto begin = std::chrono::steady_clock::now();
            llama_memory_clear(llama_get_memory(context), true);
            if (llama_decode(context, batch) != 0) return 1;
            llama_synchronize(context);
            seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            if (command == "answers") {
                for (const auto & [at, next] : scored) print_answer(llama_get_logits_ith(context, at), vocabulary, next);
            }
        }
        if (command == "time") std::printf("%.9g\n", seconds);
        std::fflush(stdout);
    }
    llama_batch_free(batch);
    llama_free(context);
    llama_model_free(model);
    return 0;
}
