//! What a module for Node needs of the linker.

fn main() {
    napi_build::setup();
}
