//! The made-up authority that comes with the repository, loaded once for all tests.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use schoolbench::ingest::{Cancel, import};
use tempfile::TempDir;

/// The folder of the demo's Parquet files.
pub fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo")
}

/// A workspace with the demo. Only to read: tests share it.
pub fn workspace() -> &'static Path {
    static WORKSPACE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = WORKSPACE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("demo.schoolbench");
        import(&path, &[files()], &Cancel::default(), &mut |_| {}).unwrap();
        (folder, path)
    });
    path
}
