//! Tables with letters, cells, rows and bytes changed by chance: whatever comes, nothing panics and nothing is half-loaded.

use std::path::{Path, PathBuf};

use schoolbench::ingest::tables::{Layouts, examine};
use schoolbench::ingest::{Cancel, ImportError, import};
use tempfile::TempDir;

use super::slice;
use crate::oracle::dice::Dice;

/// How many inputs are tried; more where `SCHOOLBENCH_MUTATIONS` says so.
const TRIES: usize = 4_000;

fn tries() -> usize {
    std::env::var("SCHOOLBENCH_MUTATIONS").ok().and_then(|tries| tries.parse().ok()).unwrap_or(TRIES)
}

/// Slices small enough to be tried thousands of times.
const SLICES: [&str; 10] = [
    "england_filtered_2022-23.csv",
    "fft_schoolslikeyours_ks4_national.json",
    "gias_lookup_202203.csv",
    "england_census_2022-23.csv",
    "england_abs_2022-23.csv",
    "made_up_ees_ks4.csv",
    "made_up_ees_ks2.csv",
    "made_up_mat_ks4.csv",
    "made_up_mat_ks4.xlsx",
    "dfe_sap_establishment_1924.csv",
];

const WORDS: [&str; 16] = [
    "SUPP",
    "NE",
    "",
    " ",
    "\"",
    ",",
    "\n",
    "-1",
    "1e308",
    "NaN",
    "%",
    "9999999999999999999",
    "\u{feff}",
    "é",
    "\0",
    "'",
];

fn mutated(dice: &mut Dice, whole: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..1 + dice.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.below(bytes.len());
        let end = (at + dice.below(40)).min(bytes.len());
        match dice.below(7) {
            0 => bytes[at] = dice.below(256) as u8,
            1 => drop(bytes.drain(at..end)),
            2 => bytes.truncate(at),
            3 => drop(bytes.splice(at..end, dice.one(&WORDS).bytes())),
            4 => {
                let copied = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                drop(bytes.splice(to..to, copied));
            }
            5 => bytes.insert(at, dice.below(256) as u8),
            _ => bytes.swap(at, end.saturating_sub(1)),
        }
    }
    bytes
}

#[test]
fn no_table_however_changed_brings_the_readers_down() {
    let tries = tries();
    let whole: Vec<(PathBuf, Vec<u8>)> = SLICES
        .iter()
        .map(|name| {
            let path = Path::new("2018-19").join(name);
            (path, std::fs::read(slice(name)).unwrap())
        })
        .collect();
    let mut dice = Dice(20_261_124);
    let (mut known, mut faulty) = (0, 0);
    for _ in 0..tries {
        let (path, bytes) = &whole[dice.below(whole.len())];
        let examined = examine(path, mutated(&mut dice, bytes), &Layouts::default());
        known += usize::from(examined.layout.is_some());
        faulty += usize::from(!examined.findings.is_empty());
        // Every row is accounted for, unless the reading broke off with a finding.
        let report = &examined.report;
        let rows = report.taken + report.left_out.values().sum::<u64>();
        assert!(rows == report.rows || !examined.findings.is_empty(), "{}: {report:?}", path.display());
    }
    // The changes are neither so large that nothing is known any more nor so small that nothing is found.
    assert!(known * 4 > tries && faulty * 10 > tries, "{known} known and {faulty} faulty of {tries}");
}

#[test]
fn a_changed_table_is_loaded_whole_or_not_at_all() {
    let mut dice = Dice(7);
    let folder = TempDir::new().unwrap();
    let workspace = folder.path().join("w.schoolbench");
    super::load(&workspace, &[slice("dfe_sap_establishment_1924.csv")]).unwrap();
    let before = std::fs::read(&workspace).unwrap();
    let (mut loaded, mut refused) = (0, 0);
    // A load takes a hundred times as long as a reading.
    for nth in 0..tries() / 60 {
        let name = dice.one(&["england_filtered_2022-23.csv", "england_abs_2022-23.csv", "england_census_2022-23.csv"]);
        let path = folder.path().join(format!("{nth}_{name}"));
        let bytes = mutated(&mut dice, &std::fs::read(slice(name)).unwrap());
        std::fs::write(&path, &bytes).unwrap();
        let examined = examine(&path, bytes, &Layouts::default());
        match import(&workspace, &[path], &Cancel::default(), &mut |_| {}) {
            Ok(brought) => {
                loaded += 1;
                assert!(examined.findings.is_empty(), "{}", examined.findings);
                let report = brought.files[0].report.as_ref().unwrap();
                assert_eq!((report.taken, report.rows), (examined.report.taken, examined.report.rows));
                std::fs::write(&workspace, &before).unwrap();
            }
            Err(ImportError::Findings(_)) => {
                refused += 1;
                assert!(std::fs::read(&workspace).unwrap() == before, "{nth}: the workspace was changed");
            }
            Err(other) => panic!("{nth}: {other}"),
        }
    }
    assert!(loaded > 5 && refused > 5, "{loaded} loaded, {refused} refused");
}
