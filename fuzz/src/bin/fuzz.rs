//! libFuzzer around the target that `JUMPSEAT_FUZZ_TARGET` names: one binary for all, linked once.
#![no_main]

use std::sync::LazyLock;

use jumpseat_fuzz::Target;
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("JUMPSEAT_FUZZ_TARGET").expect("cargo xtask fuzz names the target");
    jumpseat_fuzz::target(&name).expect("cargo xtask fuzz names a target that exists")
});

fuzz_target!(|data: &[u8]| (TARGET.run)(data));
