#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    pot_hostile::run("time_stamp", bytes);
});
