//! The made-up authority: what it promises, and that the demo in the repository is what it makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::Int32Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use schoolbench::ingest::contract::Table;
use schoolbench::ingest::synth::{Plan, SynthError, Written, write};
use schoolbench::model::{Grade, KeyStage, Qualification, Subject, Year};
use tempfile::TempDir;

const TABLES: [Table; 4] = [Table::Schools, Table::SchoolYears, Table::Pupils, Table::Results];
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo");

fn make(plan: &Plan) -> (TempDir, Vec<Written>) {
    let folder = TempDir::new().unwrap();
    let written = write(plan, folder.path(), &mut |_, _| ControlFlow::Continue(())).unwrap();
    (folder, written)
}

/// Some schools of the demo, in all its years.
fn few() -> Plan {
    Plan::demo().with_schools(24)
}

fn read(folder: &Path, table: Table) -> RecordBatch {
    let path = folder.join(format!("{}.parquet", table.name()));
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().unwrap();
    concat_batches(&table.schema(), &batches).unwrap()
}

fn texts(rows: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let column = rows.column_by_name(column).unwrap().as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

fn numbers(rows: &RecordBatch, column: &str) -> Vec<Option<i32>> {
    rows.column_by_name(column).unwrap().as_primitive::<Int32Type>().iter().collect()
}

fn yes_no(rows: &RecordBatch, column: &str) -> Vec<Option<bool>> {
    rows.column_by_name(column).unwrap().as_boolean().iter().collect()
}

/// The years in which each URN of the demo has results.
fn years_of_schools() -> BTreeMap<i32, BTreeSet<i32>> {
    let rows = read(Path::new(DEMO), Table::Results);
    let mut years: BTreeMap<i32, BTreeSet<i32>> = BTreeMap::new();
    for (urn, year) in numbers(&rows, "urn").into_iter().zip(numbers(&rows, "year")) {
        years.entry(urn.unwrap()).or_default().insert(year.unwrap());
    }
    years
}

#[test]
fn demo_in_the_repository_is_what_is_made() {
    let (folder, written) = make(&Plan::demo());
    assert_eq!(written.iter().map(|file| file.table).collect::<Vec<_>>(), TABLES);
    for file in written {
        let (made, kept) = (read(folder.path(), file.table), read(Path::new(DEMO), file.table));
        assert_eq!(file.rows, made.num_rows() as u64);
        assert_eq!(made.num_rows(), kept.num_rows(), "rows of {}", file.table.name());
        if made != kept {
            let differs = (0..made.num_rows()).find(|row| made.slice(*row, 1) != kept.slice(*row, 1));
            panic!("{} differs at row {differs:?}; write data/demo again if that is meant", file.table.name());
        }
    }
}

#[test]
fn demo_is_small() {
    let bytes: u64 =
        TABLES.map(|table| fs::metadata(format!("{DEMO}/{}.parquet", table.name())).unwrap().len()).iter().sum();
    assert!(bytes < 8_000_000, "{bytes} bytes");
}

#[test]
fn files_have_the_schema_of_the_contract() {
    for table in TABLES {
        let path = format!("{DEMO}/{}.parquet", table.name());
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        assert_eq!(reader.schema().fields(), table.schema().fields());
    }
}

#[test]
fn same_seed_makes_the_same_bytes_and_another_does_not() {
    let bytes = |plan: &Plan| {
        let (folder, _) = make(plan);
        TABLES.map(|table| fs::read(folder.path().join(format!("{}.parquet", table.name()))).unwrap())
    };
    let first = bytes(&few());
    assert!(first == bytes(&few()));
    let other = bytes(&Plan { seed: 2, ..few() });
    assert!(first.iter().zip(&other).all(|(one, two)| one != two));
}

#[test]
fn a_school_in_a_year_does_not_depend_on_the_years_around_it() {
    let year = Year::new(2023).unwrap();
    let first_school = |plan: &Plan| {
        let (folder, _) = make(plan);
        let rows = read(folder.path(), Table::Results);
        let (urns, years) = (numbers(&rows, "urn"), numbers(&rows, "year"));
        let own: Vec<usize> =
            (0..rows.num_rows()).filter(|row| urns[*row] == Some(900_001) && years[*row] == Some(2023)).collect();
        rows.slice(own[0], own.len())
    };
    assert_eq!(first_school(&few()), first_school(&few().with_years(year, year)));
}

#[test]
fn cancelling_leaves_no_file() {
    for stop_after_rows in [0, 1] {
        let folder = TempDir::new().unwrap();
        let stopped = write(&few(), folder.path(), &mut |done, expected| {
            assert!(done <= expected);
            if done >= stop_after_rows { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(matches!(stopped, Err(SynthError::Cancelled)), "{stopped:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn progress_ends_when_all_is_done() {
    let folder = TempDir::new().unwrap();
    let mut told = Vec::new();
    let written = write(&few(), folder.path(), &mut |done, expected| {
        told.push((done, expected));
        ControlFlow::Continue(())
    });
    let rows = written.unwrap().iter().map(|file| file.rows).sum::<u64>();
    assert!(told.is_sorted_by_key(|(done, _)| *done));
    assert_eq!(told.last(), Some(&(rows, rows)));
}

#[test]
fn what_cannot_be_written_is_said_with_the_path_last() {
    let folder = TempDir::new().unwrap();
    let in_the_way = folder.path().join("in the way");
    File::create(&in_the_way).unwrap();
    let refused = write(&few(), &in_the_way, &mut |_, _| ControlFlow::Continue(())).unwrap_err();
    assert!(refused.to_string().ends_with("in the way"), "{refused}");
    let too_many = Plan::national().with_schools(100_000);
    let refused = write(&too_many, folder.path(), &mut |_, _| ControlFlow::Continue(())).unwrap_err();
    assert!(refused.to_string().starts_with("100000 schools are too many"), "{refused}");
}

#[test]
fn plans_keep_their_proportions() {
    let national = Plan::national();
    assert_eq!(national.years.iter().filter(|year| year.without_exams()).count(), 0);
    assert_eq!(national.years.len(), 10);
    let tenth = national.with_schools(2_020);
    assert_eq!((tenth.secondaries, tenth.primaries), (340, 1_680));
    assert_eq!((tenth.authorities, tenth.trusts), (15, 45));
    for schools in 0..5 {
        let plan = Plan::demo().with_schools(schools);
        assert_eq!(plan.secondaries + plan.primaries, schools);
        make(&plan);
    }
}

#[test]
fn no_rows_in_years_without_exams() {
    for table in [Table::SchoolYears, Table::Pupils, Table::Results] {
        let years: BTreeSet<i32> = numbers(&read(Path::new(DEMO), table), "year").into_iter().flatten().collect();
        assert_eq!(years, BTreeSet::from([2018, 2019, 2022, 2023, 2024]), "{}", table.name());
    }
    let mut plan = few().with_schools(2);
    plan.years = [2021, 2019, 2019].into_iter().filter_map(Year::new).collect();
    let (folder, _) = make(&plan);
    assert_eq!(numbers(&read(folder.path(), Table::SchoolYears), "year"), [Some(2019), Some(2019)]);
}

#[test]
fn peculiar_schools_are_there() {
    let years = years_of_schools();
    let schools = read(Path::new(DEMO), Table::Schools);
    let (urns, opened) = (numbers(&schools, "urn"), numbers(&schools, "opened"));
    let (closed, predecessor) = (numbers(&schools, "closed"), numbers(&schools, "predecessor_urn"));
    let row_of = |urn: i32| urns.iter().position(|of| *of == Some(urn)).unwrap();

    let missing = years.values().filter(|years| years.len() == 4 && years.contains(&2018) && years.contains(&2024));
    assert!(missing.count() >= 3, "schools with a missing year");

    let opened_late = years.iter().filter(|(_, years)| years.first() > Some(&2019));
    let opened_late: Vec<i32> =
        opened_late.map(|(urn, _)| *urn).filter(|urn| predecessor[row_of(*urn)].is_none()).collect();
    assert_eq!(opened_late.len(), 1);
    assert_eq!(opened[row_of(opened_late[0])], years[&opened_late[0]].first().copied());

    let converted: Vec<usize> = (0..urns.len()).filter(|row| predecessor[*row].is_some()).collect();
    assert_eq!(converted.len(), 1);
    let (new, old) = (converted[0], row_of(predecessor[converted[0]].unwrap()));
    assert_eq!(closed[old].map(|year| year + 1), opened[new]);
    let (new_years, old_years) = (&years[&urns[new].unwrap()], &years[&urns[old].unwrap()]);
    assert!(new_years.is_disjoint(old_years));
    assert_eq!(new_years | old_years, BTreeSet::from([2018, 2019, 2022, 2023, 2024]));
    assert_eq!(new_years.first().copied(), opened[new]);

    let pupils = read(Path::new(DEMO), Table::Pupils);
    let mut sexes: BTreeMap<Option<i32>, BTreeSet<Option<String>>> = BTreeMap::new();
    for ((urn, sex), stage) in
        numbers(&pupils, "urn").into_iter().zip(texts(&pupils, "sex")).zip(numbers(&pupils, "key_stage"))
    {
        if sex.is_some() && stage == Some(4) {
            sexes.entry(urn).or_default().insert(sex);
        }
    }
    let only = |sex: &str| sexes.values().filter(|of| **of == BTreeSet::from([Some(sex.to_owned())])).count();
    assert!(only("F") >= 1 && only("M") >= 1, "single-sex schools");
}

#[test]
fn every_result_is_in_the_words_of_the_field() {
    let rows = read(Path::new(DEMO), Table::Results);
    let columns = ["subject", "qualification", "grade"].map(|column| texts(&rows, column));
    let (years, stages) = (numbers(&rows, "year"), numbers(&rows, "key_stage"));
    let mut seen = BTreeSet::new();
    for row in 0..rows.num_rows() {
        let [subject, qualification, grade] = columns.each_ref().map(|column| column[row].clone().unwrap());
        seen.insert((stages[row], years[row], subject, qualification, grade));
    }
    for (stage, year, subject, qualification, grade) in seen {
        let subject = Subject::from_word(KeyStage::from_number(stage.unwrap()).unwrap(), &subject).unwrap();
        let qualification = Qualification::from_word(&qualification).unwrap();
        assert_eq!(qualification, subject.qualification);
        Grade::from_word(qualification, &grade).unwrap();
        if qualification == Qualification::Gcse {
            let number = grade.parse::<i32>().is_ok();
            let letter = !number && !["X", "U"].contains(&grade.as_str());
            let reformed = year.unwrap() >= subject.reformed;
            assert!(if reformed { !letter } else { !number }, "{} {grade} in {year:?}", subject.slug);
        }
    }
}

#[test]
fn pupils_are_believable() {
    let rows = read(Path::new(DEMO), Table::Pupils);
    let keys: BTreeSet<_> = texts(&rows, "pupil").into_iter().collect();
    assert_eq!(keys.len(), rows.num_rows(), "keys are distinct");

    let (fsm6, disadvantaged) = (yes_no(&rows, "fsm6"), yes_no(&rows, "disadvantaged"));
    assert!(fsm6.iter().zip(&disadvantaged).all(|pair| !matches!(pair, (Some(true), Some(false)))));

    for (number, column) in Table::Pupils.columns().iter().enumerate() {
        let nulls = rows.column(number).null_count() as f64 / rows.num_rows() as f64;
        let usual = if column.optional { 0.001..0.08 } else { -1.0..f64::MIN_POSITIVE };
        assert!(usual.contains(&nulls), "{} has {nulls} nulls", column.name);
    }
}
