//! A workspace that is loaded year by year answers as one that is loaded at once, and years that are there are left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Int64Type};
use duckdb::{Config, Connection};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use schoolbench::engine::{self, Plan, Slice};
use schoolbench::ingest::{Cancel, Fault, ImportError, Loaded, import};
use schoolbench::workspace::{Access, Workspace};
use tempfile::TempDir;

use crate::demo;
use crate::fixture::{self, Data, contents};
use crate::oracle::Asked;
use crate::oracle::dice::Dice;

const SLICES: usize = 200;

/// The years of the demo.
const YEARS: [i64; 5] = [2018, 2019, 2022, 2023, 2024];

/// The demo's files with the rows of some years only.
pub fn demo_of(folder: &Path, years: &[i64]) -> PathBuf {
    let to = folder.join(years.iter().map(i64::to_string).collect::<Vec<_>>().join("-"));
    fs::create_dir(&to).unwrap();
    for name in ["schools.parquet", "school_years.parquet", "pupils.parquet", "results.parquet"] {
        let file = File::open(demo::files().join(name)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(to.join(name)).unwrap(), reader.schema().clone(), None);
        let writer = writer.as_mut().unwrap();
        for batch in reader.build().unwrap() {
            writer.write(&with_years(&batch.unwrap(), years)).unwrap();
        }
        writer.finish().unwrap();
    }
    to
}

fn with_years(batch: &RecordBatch, years: &[i64]) -> RecordBatch {
    let Some(year) = batch.column_by_name("year") else { return batch.clone() };
    let year = cast(year, &DataType::Int64).unwrap();
    let kept: BooleanArray =
        year.as_primitive::<Int64Type>().iter().map(|year| Some(years.contains(&year.unwrap()))).collect();
    filter_record_batch(batch, &kept).unwrap()
}

pub fn load(workspace: &Path, files: &[PathBuf]) -> Loaded {
    import(workspace, files, &Cancel::default(), &mut |_| {}).unwrap()
}

/// Writes the files of some data into a folder of their own and loads them.
fn load_data(workspace: &Path, data: &Data) -> Loaded {
    let folder = TempDir::new().unwrap();
    load(workspace, &data.write(folder.path()))
}

fn reading(path: &Path) -> Workspace {
    Workspace::open(path, Access::Read).unwrap()
}

/// What a workspace holds, in any order of its rows and whatever numbers its pupils have.
fn held(path: &Path) -> BTreeMap<&'static str, (i64, i64)> {
    let workspace = reading(path);
    let tables = [
        ("schools", "*"),
        ("school_years", "*"),
        ("school_lines", "*"),
        ("expected", "*"),
        ("pupils", "* EXCLUDE pupil"),
        ("results_by_school", "* EXCLUDE pupil"),
        ("results_by_subject", "* EXCLUDE pupil"),
        ("results_cube", "*"),
        ("outcomes_by_school", "*"),
        ("outcomes_by_year", "*"),
        ("outcomes_cube", "*"),
        ("schoolbench", "most_results, most_in_subject"),
    ];
    let of = |(table, columns): (&'static str, &str)| {
        let sql = format!(
            "SELECT COUNT(*), CAST(COALESCE(SUM(HASH(r)), 0) % 1000000007 AS BIGINT) FROM (SELECT {columns} FROM {table}) AS r"
        );
        (table, workspace.connection().query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap())
    };
    tables.into_iter().map(of).collect()
}

/// Every way to some slices by chance gives the same tallies in both workspaces.
pub fn same_answers(one: &Path, other: &Path, seed: u64) {
    let (one, other) = (reading(one), reading(other));
    let mut dice = Dice(seed);
    let mut answered = 0;
    for _ in 0..SLICES {
        for slice in Slice::of(&Asked::by_chance(&mut dice).question()) {
            for path in engine::Path::ALL.into_iter().filter(|path| path.can_answer(&slice)) {
                let plan = Plan::on(&slice, path);
                let expected = engine::run(one.connection(), &plan).unwrap();
                assert_eq!(engine::run(other.connection(), &plan).unwrap(), expected, "{path:?}: {slice:?}");
                answered += usize::from(!expected.rows.is_empty());
            }
        }
    }
    assert!(answered > SLICES / 2, "only {answered} answers had rows");
}

/// The rows of some years with where they stand, as one number per projection; and where the first row group, which is of
/// earlier years only, stands in the file.
fn places(path: &Path, years: &[i64]) -> Vec<(String, i64)> {
    let workspace = reading(path);
    let years = years.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let number = |sql: String| workspace.connection().query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let mut places = Vec::new();
    for table in [
        "results_by_school",
        "results_by_subject",
        "results_cube",
        "outcomes_by_school",
        "outcomes_by_year",
        "outcomes_cube",
        "pupils",
    ] {
        let rows = format!(
            "SELECT CAST(SUM(HASH(r)) % 1000000007 AS BIGINT) FROM
             (SELECT rowid AS place, * FROM {table} WHERE year IN ({years})) AS r"
        );
        places.push((format!("rows of {table}"), number(rows)));
    }
    for table in ["results_by_school", "results_by_subject"] {
        let segments = format!(
            "SELECT CAST(SUM(HASH(s)) % 1000000007 AS BIGINT) FROM (SELECT column_name, segment_id, start, count, block_id,
             block_offset FROM pragma_storage_info('{table}') WHERE row_group_id = 0 AND persistent) AS s"
        );
        places.push((format!("first row group of {table}"), number(segments)));
    }
    places
}

#[test]
fn year_by_year_is_as_all_at_once() {
    let folder = TempDir::new().unwrap();
    let workspace = folder.path().join("by_year.schoolbench");
    // Not in the order of years: one comes between two that are there.
    let loads: [&[i64]; 3] = [&[2018, 2019, 2023], &[2022], &[2024]];
    let mut there: Vec<i64> = Vec::new();
    for (nth, years) in loads.iter().enumerate() {
        let before = (nth > 0).then(|| places(&workspace, &there));
        let loaded = load(&workspace, &[demo_of(folder.path(), years)]);
        assert_eq!(loaded.runs, nth as i64 + 1, "a run of its own: {years:?}");
        if let Some(before) = before {
            assert_eq!(places(&workspace, &there), before, "rows of {there:?} stand elsewhere after {years:?}");
        }
        there.extend(*years);
    }
    assert_eq!(there.iter().collect::<BTreeSet<_>>(), YEARS.iter().collect());
    assert_eq!(held(&workspace), held(demo::workspace()));
    same_answers(demo::workspace(), &workspace, 11);
    let _checked: fixture::Contents = contents(&workspace);
}

#[test]
fn many_runs_are_told_of() {
    let (_folder, workspace) = fixture::workspace();
    for (year, told) in [(2018, false), (2019, false), (2022, true), (2025, true)] {
        assert_eq!(load_data(&workspace, &Data::of(&[year])).should_be_compacted(), told, "after {year}");
    }
    let _checked: fixture::Contents = contents(&workspace);
}

/// A key stage of a known year is new too.
#[test]
fn key_stages_one_after_the_other() {
    let (_folder, at_once) = workspace_of(&[Data::of(&[2023, 2024])]);
    let of_stage = |stage| {
        let mut data = Data::of(&[2023, 2024]);
        data.pupils.retain(|pupil| pupil.key_stage == stage);
        data.results.retain(|result| result.key_stage == stage);
        data
    };
    for stages in [[4, 2], [2, 4]] {
        let (_folder, by_stage) = workspace_of(&stages.map(of_stage));
        assert_eq!(held(&by_stage), held(&at_once), "{stages:?}");
    }
}

fn workspace_of(loads: &[Data]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("some.schoolbench");
    for data in loads {
        load_data(&path, data);
    }
    (folder, path)
}

/// Years of which something is there are made anew as a whole, also together with a year that is new.
#[test]
fn what_overlaps_is_made_anew() {
    let years = [2023, 2024, 2025];
    let (_folder, at_once) = workspace_of(&[Data::of(&years)]);
    let part = |years: &[i64], first: bool| {
        let mut data = Data::of(years);
        data.pupils.retain(|pupil| (pupil.urn < 100_003) == first);
        data.results.retain(|result| (result.urn < 100_003) == first);
        data
    };
    let loads = [part(&[2023], true), part(&[2024, 2025], true), part(&[2023], false), part(&[2024, 2025], false)];
    let (_folder, in_parts) = workspace_of(&loads[..2]);
    assert_eq!(load_data(&in_parts, &loads[2]).runs, 1, "schools of a known year");
    assert_eq!(load_data(&in_parts, &loads[3]).runs, 1);
    assert_eq!(held(&in_parts), held(&at_once));
    let _checked: fixture::Contents = contents(&in_parts);

    let (_folder, mixed) = workspace_of(&[part(&[2023, 2024], true)]);
    let mut rest = part(&[2023, 2024], false);
    let new = Data::of(&[2025]);
    rest.pupils.extend(new.pupils);
    rest.results.extend(new.results);
    rest.school_years = Data::of(&years).school_years;
    assert_eq!(load_data(&mixed, &rest).runs, 1, "a new year together with a known one");
    assert_eq!(held(&mixed), held(&at_once));
}

/// Pupils first, and their results with a later load: the results belong to a year that is there.
#[test]
fn results_of_pupils_of_an_earlier_load() {
    let (_folder, at_once) = workspace_of(&[Data::of(&[2023, 2025])]);
    let pupils = Data { results: Vec::new(), ..Data::of(&[2025]) };
    let (_folder, later) = workspace_of(&[Data::of(&[2023]), pupils]);
    assert_ne!(held(&later), held(&at_once));
    let results = Data { pupils: Vec::new(), schools: Vec::new(), school_years: Vec::new(), ..Data::of(&[2025]) };
    assert_eq!(load_data(&later, &results).runs, 1);
    assert_eq!(held(&later), held(&at_once));

    // A result that is there is found, also where it came with a run of its own.
    let (_folder, by_year) = workspace_of(&[Data::of(&[2023]), Data::of(&[2025])]);
    for (workspace, year) in [(&later, 2025), (&by_year, 2023), (&by_year, 2025)] {
        let mut again = Data { pupils: Vec::new(), ..Data::of(&[year]) };
        again.results.truncate(1);
        let folder = TempDir::new().unwrap();
        let error = import(workspace, &again.write(folder.path()), &Cancel::default(), &mut |_| {}).unwrap_err();
        let ImportError::Findings(findings) = &error else { panic!("{error:?}") };
        assert!(findings.listed().iter().any(|finding| finding.fault == Fault::Duplicate), "{year}: {findings}");
    }
}

/// Value added of years without national tables is against the workspace itself, year by year.
#[test]
fn value_added_of_years_without_national_tables() {
    let of = |years: &[i64]| {
        let mut data = Data::of(years);
        let (schools, pupils, results) = (data.schools.clone(), data.pupils.clone(), data.results.clone());
        for nth in 1..=1000 {
            let urn = |urn: i64| urn + 10 * nth;
            let ks4 = schools[0].clone();
            data.schools.push(fixture::School { urn: urn(ks4.urn), ..ks4 });
            for pupil in pupils.iter().filter(|pupil| pupil.urn == 100_001 && pupil.pupil.ends_with("-05")) {
                let key = format!("{nth}-{}", pupil.pupil);
                data.pupils.push(fixture::Pupil { pupil: key, urn: urn(pupil.urn), ..pupil.clone() });
            }
            for result in results.iter().filter(|of| of.urn == 100_001 && of.pupil.ends_with("-05")) {
                let key = format!("{nth}-{}", result.pupil);
                data.results.push(fixture::Exam { pupil: key, urn: urn(result.urn), ..result.clone() });
            }
        }
        data
    };
    let (_folder, at_once) = workspace_of(&[of(&[2018, 2019])]);
    let (_folder, by_year) = workspace_of(&[of(&[2019]), of(&[2018])]);
    let made = "SELECT COUNT(*) FROM (SELECT DISTINCT year FROM expected WHERE origin = 1)";
    let years: i64 = reading(&by_year).connection().query_row(made, [], |row| row.get(0)).unwrap();
    assert_eq!(years, 2, "both years are measured against the workspace itself");
    assert_eq!(held(&by_year), held(&at_once));
}

/// Headlines that an older program made are made anew, with whatever load comes next.
#[test]
fn a_run_is_not_laid_beside_older_headlines() {
    for older in ["UPDATE schoolbench SET headlines = 2", "UPDATE expected SET points = points + 1 WHERE year = 2023"] {
        let (_folder, workspace) = fixture::workspace();
        let connection = Connection::open_with_flags(&workspace, Config::default()).unwrap();
        connection.execute_batch(older).unwrap();
        connection.close().unwrap();
        assert_eq!(load_data(&workspace, &Data::of(&[2025])).runs, 1, "{older}");
        let (_folder, at_once) = workspace_of(&[Data::of(&[2023, 2024, 2025])]);
        assert_eq!(held(&workspace), held(&at_once), "{older}");
    }
}

#[test]
fn cancelled_in_every_phase_of_a_run() {
    let folder = TempDir::new().unwrap();
    let files = Data::of(&[2025]).write(folder.path());
    let (_folder, workspace) = fixture::workspace();
    let before = contents(&workspace);
    let mut phases: Vec<&'static str> = Vec::new();
    let loaded = import(&workspace, &files, &Cancel::default(), &mut |progress| {
        if !phases.contains(&progress.what) {
            phases.push(progress.what);
        }
    });
    assert_eq!(loaded.unwrap().runs, 2);
    assert!(phases.len() > 10 && phases.last() == Some(&"done"), "{phases:?}");
    let after = contents(&workspace);
    for phase in phases.iter().filter(|phase| **phase != "done") {
        let (folder, workspace) = fixture::workspace();
        let cancel = Cancel::default();
        let cancelled = import(&workspace, &files, &cancel, &mut |progress| {
            if progress.what == *phase {
                cancel.cancel();
            }
        });
        assert!(matches!(cancelled, Err(ImportError::Cancelled)), "{phase}: {cancelled:?}");
        assert_eq!(contents(&workspace), before, "{phase}");
        assert_eq!(load(&workspace, &files).runs, 2, "{phase}");
        assert_eq!(contents(&workspace), after, "again, after {phase}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "files beside the workspace, {phase}");
    }
}

#[test]
fn killed_at_any_moment_of_a_run() {
    const MOMENTS: u32 = 15;
    let files = TempDir::new().unwrap();
    let (base, new) = (demo_of(files.path(), &[2018, 2019, 2023]), demo_of(files.path(), &[2022]));
    let start = |workspace: &Path| {
        let mut command = fixture::binary();
        command.args(["import", "--workspace"]).arg(workspace).arg(&new);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let workspace = files.path().join("some.schoolbench");
    load(&workspace, &[base]);
    let bytes = fs::read(&workspace).unwrap();
    let before = contents(&workspace);
    let started = Instant::now();
    assert!(start(&workspace).wait().unwrap().success());
    let elapsed = started.elapsed();
    let after = contents(&workspace);
    let mut undone = 0;
    for nth in 0..MOMENTS {
        let folder = TempDir::new().unwrap();
        let workspace = folder.path().join("some.schoolbench");
        fs::write(&workspace, &bytes).unwrap();
        let mut child = start(&workspace);
        let moment = elapsed.mul_f64(1.1 * f64::from(nth) / f64::from(MOMENTS));
        let (_sender, receiver) = sync_channel::<()>(0);
        // The moment itself is what is tested.
        let _ = receiver.recv_timeout(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = contents(&workspace);
        assert!(found == before || found == after, "killed after {moment:?}: {found:?}");
        undone += i32::from(found == before);
        assert!(start(&workspace).wait().unwrap().success(), "again, killed after {moment:?}");
        assert_eq!(contents(&workspace), after, "loaded again, killed after {moment:?}");
    }
    assert!(undone > 0, "no load was killed before its end");
}
