#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    pot_hostile::run("acceptance", bytes);
});
