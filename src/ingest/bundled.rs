//! The data that come with the program: the made-up authority, and a slice of England's published tables.

use std::io;
use std::path::{Path, PathBuf};

macro_rules! files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../data/", $folder, "/", $name)))),*]
    };
}

/// Data that come with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundled {
    /// A made-up authority: `data/demo/`, the output of `schoolbench synth`.
    Demo,
    /// England's published tables: `data/public/`, under the Open Government Licence.
    Public,
}

impl Bundled {
    fn files(self) -> &'static [(&'static str, &'static [u8])] {
        match self {
            Self::Demo => {
                files!("demo": "schools.parquet", "school_years.parquet", "pupils.parquet", "results.parquet")
            }
            Self::Public => files!("public":
                "absence_2022-23.parquet",
                "census_2022-23.parquet",
                "ks2_2016-17_850.parquet",
                "ks2_2017-18_850.parquet",
                "ks2_2018-19_850.parquet",
                "ks4_2017_2019_schools_like_yours.parquet",
                "ks4_2017_2019_schools_like_yours_england.parquet",
                "ks4_2022-23.parquet",
                "register_establishments.parquet",
                "register_gias_20220420.parquet",
                "successors_202203.parquet",
            ),
        }
    }

    /// Writes the files into a folder and names them.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn unpack(self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let write = |(name, contents): &(&str, &[u8])| {
            let path = folder.join(name);
            std::fs::write(&path, contents).map(|()| path)
        };
        self.files().iter().map(write).collect()
    }
}
