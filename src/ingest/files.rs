//! The files of a load: those that were named, and those in folders that were named.

use std::path::{Path, PathBuf};

use super::finding::{Fault, Finding, Findings, Place};
use super::tables::Layout;

/// A file of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub path: PathBuf,
    /// Whether it was found in a folder; a table in a folder that nobody knows is left out, one that was named is a fault.
    pub in_folder: bool,
}

/// Endings of files that hold tables.
pub const TABLES: [&str; 6] = ["parquet", "csv", "xlsx", "xls", "tsv", "json"];

/// Takes the layouts of the user's own (`.toml`) out of the files that were named.
pub(super) fn own_layouts(named: &[PathBuf], findings: &mut Findings) -> (Vec<Layout>, Vec<PathBuf>) {
    let is_layout = |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let (layouts, files): (Vec<PathBuf>, Vec<PathBuf>) = named.iter().cloned().partition(is_layout);
    let mut found = Vec::new();
    let mut problem = |path: &Path, fault, message| {
        findings.push(Finding { file: path.display().to_string(), place: Place::File, column: None, fault, message });
    };
    for path in &layouts {
        match Layout::from_file(path) {
            Ok(layout) => found.push(layout),
            Err(error) => problem(path, Fault::BadLayout, error.to_string()),
        }
    }
    if let (Some(path), true) = (layouts.first(), files.is_empty()) {
        let message = "this is a layout, and no table is named to read by it; name one as well".to_owned();
        problem(path, Fault::Empty, message);
    }
    (found, files)
}

/// The files, with folders and the folders in them opened: the tables in them by name.
pub(super) fn files_in(named: &[PathBuf], findings: &mut Findings) -> Vec<Named> {
    let mut found = Vec::new();
    for path in named {
        if !path.is_dir() {
            found.push(Named { path: path.clone(), in_folder: false });
            continue;
        }
        let mut inside = Vec::new();
        let mut problem = |fault, message| {
            let file = path.display().to_string();
            findings.push(Finding { file, place: Place::File, column: None, fault, message });
        };
        match walk(path, &mut inside) {
            Ok(()) if inside.is_empty() => {
                let message = "there is no table in this folder (Parquet, CSV, XLSX or JSON); name another".to_owned();
                problem(Fault::Empty, message);
            }
            Ok(()) => found.extend(inside.into_iter().map(|path| Named { path, in_folder: true })),
            Err(error) => problem(Fault::Unreadable, format!("the folder cannot be read ({error}); check its rights")),
        }
    }
    found
}

/// Folders in folders are opened this deep: deeper ones are not meant.
const DEEPEST: usize = 8;

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    fn within(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
        let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        let mut entries: Vec<PathBuf> = entries.collect::<Result<_, _>>()?;
        entries.sort();
        for path in entries {
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let ends = |ending: &&str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
            // A folder that is called like a table stands in the place of one: it cannot be read, and is told of.
            if path.is_dir() && !TABLES.iter().any(ends) {
                if depth < DEEPEST && !hidden && !path.is_symlink() {
                    within(&path, depth + 1, found)?;
                }
            } else if !hidden && TABLES.iter().any(ends) {
                found.push(path);
            }
        }
        Ok(())
    }
    within(folder, 0, found)
}
