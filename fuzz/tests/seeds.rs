//! Every seed and every input that once broke a target, through its target.

use std::{fs, path::Path};

use jumpseat_fuzz::{TARGETS, target};

fn seeds() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds"))
}

#[test]
fn every_seed_passes_its_target() {
    for target in TARGETS {
        let mut inputs = vec![Vec::new()];
        for file in fs::read_dir(seeds().join(target.name)).expect("each target has a folder of seeds") {
            let path = file.unwrap().path();
            inputs.push(fs::read(&path).unwrap());
        }
        assert!(inputs.len() > 1, "{} has no seeds", target.name);
        for input in inputs {
            every_prefix(&input, target.run);
        }
    }
}

/// Truncation is what decoders forget most often. Long inputs are cut at a thousand places.
fn every_prefix(input: &[u8], run: fn(&[u8])) {
    let step = input.len().div_ceil(1000).max(1);
    for end in (0..input.len()).step_by(step) {
        run(&input[..end]);
    }
    run(input);
}

#[test]
fn every_folder_of_seeds_has_its_target() {
    for folder in fs::read_dir(seeds()).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(target(&name).is_some(), "seeds/{name} has no target");
    }
}
