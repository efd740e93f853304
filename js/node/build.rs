//! Tells the linker that Node itself brings the functions that the addon calls.

fn main() {
    napi_build::setup();
}
