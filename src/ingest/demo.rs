//! The made-up authority that comes with the program: `data/demo/`, the output of `schoolbench synth`.

use std::io;
use std::path::{Path, PathBuf};

const FILES: [(&str, &[u8]); 4] = [
    ("schools.parquet", include_bytes!("../../data/demo/schools.parquet")),
    ("school_years.parquet", include_bytes!("../../data/demo/school_years.parquet")),
    ("pupils.parquet", include_bytes!("../../data/demo/pupils.parquet")),
    ("results.parquet", include_bytes!("../../data/demo/results.parquet")),
];

/// Writes the demo's files into a folder and names them.
///
/// # Errors
/// When a file cannot be written.
pub fn unpack(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let write = |(name, contents): (&str, &[u8])| {
        let path = folder.join(name);
        std::fs::write(&path, contents).map(|()| path)
    };
    FILES.into_iter().map(write).collect()
}
