//! How long does loading take?
//!
//! `cargo bench --bench load`; with `SCHOOLBENCH_NATIONAL=folder` all of a made-up England too, into a folder beside it.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

use std::path::{Path, PathBuf};

use divan::Bencher;
use schoolbench::ingest::{Cancel, import};

fn main() {
    divan::main();
}

fn load(bencher: Bencher<'_, '_>, files: &Path, beside: &Path) {
    bencher.with_inputs(|| tempfile::tempdir_in(beside).expect("a folder for the workspace")).bench_local_values(
        |folder| {
            let files =
                ["schools", "school_years", "pupils", "results"].map(|table| files.join(format!("{table}.parquet")));
            let workspace = folder.path().join("bench.schoolbench");
            import(&workspace, &files, &Cancel::default(), &mut |_| {}).expect("the files load");
            folder
        },
    );
}

#[divan::bench(sample_count = 5)]
fn demo(bencher: Bencher<'_, '_>) {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
    load(bencher, &files, &std::env::temp_dir());
}

#[divan::bench(sample_count = 1)]
fn national(bencher: Bencher<'_, '_>) {
    match std::env::var_os("SCHOOLBENCH_NATIONAL").map(PathBuf::from) {
        Some(files) => load(bencher, &files, &files),
        None => bencher.bench_local(|| "not asked for: set SCHOOLBENCH_NATIONAL"),
    }
}
