//! What the benches share: the data sets.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use schoolbench::desk::{Desk, Options, Reader};
use schoolbench::ingest::{Cancel, import};
use schoolbench::workspace::{Access, Workspace};

/// Results to ask about: the demo, and with `SCHOOLBENCH_NATIONAL=folder` all of a made-up England.
pub struct DataSet {
    pub name: &'static str,
    /// The folder of the Parquet files.
    pub files: PathBuf,
    /// The workspace in which they are loaded.
    pub workspace: PathBuf,
    /// A local authority of it.
    pub la: i32,
    _kept: Option<tempfile::TempDir>,
}

impl fmt::Display for DataSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The data sets of this run, loaded where they are not.
pub fn data_sets() -> &'static [DataSet] {
    static SETS: LazyLock<Vec<DataSet>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder for the demo");
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
        let workspace = folder.path().join("demo.schoolbench");
        let mut sets = vec![DataSet { name: "demo", files, workspace, la: 991, _kept: Some(folder) }];
        if let Some(files) = std::env::var_os("SCHOOLBENCH_NATIONAL").map(PathBuf::from) {
            let workspace = files.join("england.schoolbench");
            sets.push(DataSet { name: "national", files, workspace, la: 701, _kept: None });
        }
        for set in &sets {
            if !set.workspace.exists() {
                import(&set.workspace, std::slice::from_ref(&set.files), &Cancel::default(), &mut |_| {})
                    .expect("the data set loads");
            }
        }
        sets
    });
    &SETS
}

impl DataSet {
    /// A desk that keeps nothing, so that every question is worked on.
    pub fn desk(&self) -> Desk {
        let workspace = Workspace::open(&self.workspace, Access::Read).expect("the workspace opens");
        let options = Options { cache_bytes: 0, ..Options::default() };
        Desk::new(workspace, Reader::default(), options).expect("the desk opens")
    }
}
