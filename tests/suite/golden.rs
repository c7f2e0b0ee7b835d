//! Answers of the real command line on the fixture, which fits a screen.
//!
//! Checked by hand: Ash (100001) in 2023 has the grades 9 8 8 7 6 6 5 5 4 3 2 1, together 64, and Attainment 8 is ten
//! times the grade: 640 / 12 = 53.33, with an interval of 1.96 x 20 / sqrt(12) = 11.32 either way. Beech has 53 and
//! Cedar 43 grades, so all schools have 1600 / 36 = 44.44. Nine of Ash's twelve have a 4 or better: 75 %. In 2024 its
//! six girls are a grade better: 700 / 12 = 58.33, and the girl with a 3 now has a 4: ten of twelve, 83.33 %. Three of
//! twelve pupils have FSM6, which is too few; of three schools together they are nine.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::LazyLock;

use insta::assert_snapshot;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{self, binary};

/// The fixture's workspace, to read only.
fn workspace() -> &'static Path {
    static WORKSPACE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(fixture::workspace);
    &WORKSPACE.1
}

fn ask(flags: &str) -> Output {
    ask_of(workspace(), flags)
}

fn ask_of(workspace: &Path, flags: &str) -> Output {
    binary().arg("ask").arg("--workspace").arg(workspace).args(flags.split_whitespace()).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What an answered question writes.
fn answer(flags: &str) -> String {
    let output = ask(flags);
    assert!(output.status.success(), "ask {flags}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

const BY_SCHOOL_AND_YEAR: &str = "--stage ks4 --years 2023,2024 --indicator att8,basics4 --by school,year";
const WITHHELD: &str = "--stage ks4 --years 2024 --indicator pupils,att8,basics5 --by school,fsm6 --compare other";

#[test]
fn by_school_and_year() {
    assert_snapshot!("by_school_and_year_csv", answer(BY_SCHOOL_AND_YEAR));
}

#[test]
fn small_groups_are_withheld_with_the_reason() {
    assert_snapshot!("withheld_csv", answer(WITHHELD));
    assert_snapshot!("withheld_table", answer(&format!("{WITHHELD} --format table")));
}

#[test]
fn years_together_and_one_by_one() {
    let flags = "--stage ks2 --years 2022-2024 --indicator pupils,rwm_expected,reading_score --compare none";
    assert_snapshot!("ks2_by_year_csv", answer(flags));
    assert_snapshot!("ks2_pooled_csv", answer(&format!("{flags} --pool --by school")));
}

#[test]
fn subjects_of_a_trust() {
    let flags = "--stage ks4 --years 2023 --scope trust:5001 --subject maths,combined_science --by subject,school \
                 --indicator entries,grade7plus,avg_points --compare same";
    assert_snapshot!("subjects_csv", answer(flags));
}

#[test]
fn as_json() {
    let flags = "--stage ks4 --years 2024 --scope la:301 --indicator att8,pupils --filter sex=F --filter fsm6=no,yes";
    let text = answer(&format!("{flags} --by sen --compare previous --format json"));
    let mut json: Value = serde_json::from_str(&text).unwrap();
    // How it was made is the business of `paths`.
    let sql = json["provenance"].as_object_mut().unwrap().remove("sql").unwrap();
    assert!(sql.as_array().unwrap().iter().all(|sql| sql.as_str().unwrap().starts_with("SELECT ")), "{sql}");
    assert_snapshot!("girls_json", serde_json::to_string_pretty(&json).unwrap());
}

/// Of the 36 pupils nine have FSM6 and six EAL; in one school three and two, and six are girls.
#[test]
fn intake_beside_results() {
    let all = "pct_fsm6,pct_disadvantaged,pct_eal,pct_sen,pct_girls,pct_prior_low,pct_prior_high,att8";
    let flags = format!("--stage ks4 --years 2023 --indicator {all} --compare none");
    assert_snapshot!("intake_csv", answer(&flags));
    let strict = answer(&format!("{flags} --policy strict"));
    assert_eq!(strict.matches("withheld: fewer than 11 pupils").count(), 5, "nine, nine, six, six and nine: {strict}");
    let flags = "--stage ks4 --years 2023 --indicator pct_girls,pct_fsm6,att8 --by school --compare same";
    assert_snapshot!("intake_by_school_csv", answer(flags));
}

#[test]
fn the_words_of_a_workspace() {
    assert_snapshot!("list", answer("--list"));
}

const ASKED: &str = "--stage ks4 --years 2024 --indicator att8";

/// The exit code, and that the error stream says something.
fn refused(flags: &str, code: i32, says: &str) {
    let output = ask(flags);
    assert_eq!(output.status.code(), Some(code), "ask {flags}: {}", stderr(&output));
    assert!(stderr(&output).contains(says), "ask {flags} does not say \"{says}\": {}", stderr(&output));
    assert!(output.stdout.is_empty(), "ask {flags} answers all the same");
}

#[test]
fn bad_input_ends_with_2_and_says_what_would_be_right() {
    refused("--stage ks4 --years 2024 --indicator att9", 2, "right would be: pupils, att8, att8_english");
    refused("--stage ks4 --years 2024 --indicator value_lost", 2, "value_added");
    refused("--stage ks4 --years 2024 --indicator entries --subject alchemy", 2, "physics");
    refused("--stage ks4 --years 2024 --indicator att8 --by subject", 2, "per pupil, not per subject");
    refused("--stage ks4 --indicator att8", 2, "such as 2024");
    refused("--years 2024 --indicator att8", 2, "ks2, ks4, ks5");
    refused("--stage ks4 --years 2024", 2, "indicator");
    refused(&format!("{ASKED} --scope urn:999999"), 2, "school 999999");
    refused(&format!("{ASKED} --scope la:999"), 2, "la:999");
    refused(&format!("{ASKED} --scope all --compare la"), 2, "2 local authorities");
    refused(&format!("{ASKED} --compare similar"), 2, "choose one school");
    refused(&format!("{ASKED} --filter house=red"), 2, "looked_after");
    refused(&format!("{ASKED} --policy lax"), 2, "standard, strict");
    refused(&format!("{ASKED} --format xlsx"), 2, "csv, json, parquet, table");
    refused(&format!("{ASKED} --colour red"), 2, "--colour");
    refused(&format!("{ASKED} --out /nowhere/at/all.csv"), 2, "/nowhere/at/all.csv");
    refused("--question /nowhere/at/all.toml", 2, "/nowhere/at/all.toml");
}

/// The owner of the data sees small groups, and still nobody's own figure.
#[test]
fn the_open_policy_shows_small_groups_and_no_pupil() {
    let pupils = |policy: &str| -> Vec<i64> {
        let asked = format!("--stage ks4 --years 2024 --indicator pupils --by school,fsm6 --policy {policy}");
        let rows = answer(&asked);
        let column = |line: &str| line.split(',').nth(4).and_then(|n| n.parse().ok());
        rows.lines().skip(1).filter_map(column).collect()
    };
    let (open, standard) = (pupils("open"), pupils("standard"));
    assert!(open.iter().any(|n| (2..6).contains(n)), "{open:?}");
    assert!(!open.contains(&1), "{open:?}");
    assert!(standard.iter().all(|n| *n == 0 || *n >= 6) && standard.len() < open.len(), "{standard:?}");
}

#[test]
fn a_workspace_that_is_not_there_ends_with_4_and_is_not_made() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.schoolbench");
    let output = ask_of(&missing, ASKED);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("missing.schoolbench"), "{}", stderr(&output));
    assert!(!missing.exists());
    let foreign = folder.path().join("notes.txt");
    fs::write(&foreign, "these are not the tables that you are looking for").unwrap();
    assert_eq!(ask_of(&foreign, ASKED).status.code(), Some(4));
}

#[test]
fn the_strict_policy_withholds_more() {
    let flags = "--stage ks4 --years 2024 --indicator att8 --filter sex=F --by school";
    assert_eq!(answer(flags).matches("withheld").count(), 0, "six girls in each school");
    let strict = answer(&format!("{flags} --policy strict"));
    assert_eq!(strict.matches("withheld: fewer than 11 pupils").count(), 3, "{strict}");
}

#[test]
fn a_file_has_the_bytes_of_the_output_stream() {
    let folder = TempDir::new().unwrap();
    for format in ["csv", "json", "table", "parquet"] {
        let flags = format!("{WITHHELD} --format {format}");
        let path = folder.path().join("answer");
        let output = ask(&format!("{flags} --out {}", path.display()));
        assert!(output.status.success() && output.stdout.is_empty(), "{format}: {}", stderr(&output));
        assert!(fs::read(&path).unwrap() == ask(&flags).stdout, "{format} differs in a file");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was left beside the file");
}

#[cfg(unix)]
#[test]
fn a_file_can_be_read_by_whom_other_files_can() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let (written, plain) = (folder.path().join("answer.csv"), folder.path().join("plain"));
    assert!(ask(&format!("{ASKED} --out {}", written.display())).status.success());
    fs::write(&plain, "").unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        format!("{:o}", mode(&written)),
        format!("{:o}", mode(&plain)),
        "rights of an answer and of any new file"
    );
}

#[test]
fn a_question_in_a_file_is_the_same_as_flags() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("question.toml");
    fs::write(
        &path,
        "stage = 'ks4'\nyears = '2024'\nindicator = 'pupils,att8,basics5'\nby = 'school,fsm6'\ncompare = 'other'\n",
    )
    .unwrap();
    let file = format!("--question {}", path.display());
    assert_eq!(answer(&file), answer(WITHHELD));
    let flags = format!("{WITHHELD} --years 2023 --filter sex=F").replace("--years 2024 ", "");
    assert_eq!(answer(&format!("{file} --years 2023 --filter sex=F")), answer(&flags), "flags win");
    fs::write(&path, "stage = 'ks4'\ncolour = 'red'\n").unwrap();
    refused(&file, 2, "colour");
    let output = ask(&file);
    let told = stderr(&output);
    let last = told.lines().last().unwrap_or_default();
    assert!(last.ends_with("question.toml") && last != "question.toml", "the path stands last: {told}");
}

#[test]
fn parquet_holds_what_csv_holds() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("answer.parquet");
    let flags = "--stage ks4 --years 2023,2024 --indicator pupils,att8,basics4 --by school,fsm6,year --compare all";
    assert!(ask(&format!("{flags} --format parquet --out {}", path.display())).status.success());
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(n) => n.to_string(),
        Field::Double(x) => x.to_string(),
        other => panic!("{other} has an unexpected type"),
    };
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    let rows: Vec<Vec<(String, String)>> =
        rows.map(|row| row.get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect()).collect();

    let csv = answer(flags);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let names = reader.headers().unwrap().clone();
    let expected = reader.records().map(|record| {
        names.iter().map(str::to_owned).zip(record.unwrap().iter().map(str::to_owned)).collect::<Vec<_>>()
    });
    let expected: Vec<Vec<(String, String)>> = expected.collect();
    assert_eq!(rows.len(), 3 * 2 * 2 * 3, "schools, FSM6, years and indicators");
    assert_eq!(rows, expected);
}

#[test]
fn a_reader_that_goes_away_is_not_told_of() {
    // More than any buffer on the way holds.
    let flags = "--stage ks4 --years 2023,2024 --indicator pupils,att8,basics4,basics5,ebacc_aps,entries,avg_points \
                 --by school,sex,sen,prior,term --policy strict";
    assert!(answer(flags).len() > 16_000);
    for format in ["csv", "json", "table", "parquet"] {
        let mut child = binary()
            .arg("ask")
            .arg("--workspace")
            .arg(workspace())
            .args(flags.split_whitespace())
            .args(["--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(stderr(&output), "", "{format} into a closed pipe");
    }
}
