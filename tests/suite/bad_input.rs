//! Bad input: each fault is found and told, and nothing of the load is in the workspace afterwards.
//!
//! A load is tried twice: into a workspace that holds the fixture, whose file must then be the same to the byte, and into
//! one that is not there, which must then still not be there. The file is long because it is a list.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, UInt64Array,
};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use schoolbench::ingest::contract::{Kind, Table};
use schoolbench::ingest::{Cancel, Fault, Finding, Findings, ImportError, Loaded, Place, Progress, import};
use tempfile::TempDir;

use crate::fixture::{self, Data, Exam, Pupil, School, binary, contents};

/// A fault, the column that it is told of (or ""), and the row (or 0 where it is of the file).
type Told = (Fault, &'static str, u64);

fn load(workspace: &Path, files: &[PathBuf]) -> Result<Loaded, ImportError> {
    import(workspace, files, &Cancel::default(), &mut |_| {})
}

fn findings(name: &str, result: Result<Loaded, ImportError>) -> Findings {
    match result {
        Err(ImportError::Findings(findings)) => findings,
        other => panic!("{name}: findings were expected, not {other:?}"),
    }
}

/// What is found in files, which are left out of a workspace as a whole.
fn refused(name: &str, files: &[PathBuf]) -> Findings {
    let (folder, loaded) = fixture::workspace();
    let before = fs::read(&loaded).unwrap();
    let found = findings(name, load(&loaded, files));
    assert!(fs::read(&loaded).unwrap() == before, "{name}: the bytes of the workspace changed");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{name}: something was left beside the workspace");

    let folder = TempDir::new().unwrap();
    findings(name, load(&folder.path().join("fresh.schoolbench"), files));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{name}: this was left behind: {left:?}");
    found
}

fn told(finding: &Finding) -> (Fault, &str, u64) {
    let row = match finding.place {
        Place::Row { row, .. } | Place::Line { row } => row,
        Place::File => 0,
    };
    (finding.fault, finding.column.as_deref().unwrap_or_default(), row)
}

/// Files are refused for exactly these reasons.
fn check(name: &str, files: &[PathBuf], expected: &[Told]) {
    let found = refused(name, files);
    let told: Vec<_> = found.listed().iter().map(told).collect();
    assert_eq!(told, expected, "{name}:\n{found}");
    assert!(found.listed().iter().all(|finding| !finding.message.is_empty()), "{name}");
}

/// The next year of the fixture, with one thing changed, is refused.
fn check_rows(name: &str, alter: fn(&mut Data), expected: &[Told]) {
    let folder = TempDir::new().unwrap();
    let mut data = Data::of(&[2025]);
    alter(&mut data);
    check(name, &data.write(folder.path()), expected);
}

/// The next year of the fixture, with a table changed as a whole, is refused.
fn check_table(name: &str, table: Table, alter: impl Fn(RecordBatch) -> RecordBatch, expected: &[Told]) {
    let folder = TempDir::new().unwrap();
    let data = Data::of(&[2025]);
    let files = data.write(folder.path());
    fixture::write(&alter(data.batch(table)), &folder.path().join(format!("{}.parquet", table.name())));
    check(name, &files, expected);
}

/// A table with a column put in the place of the one with its name, or added.
fn with_column(batch: &RecordBatch, name: &str, column: ArrayRef) -> RecordBatch {
    let mut columns: Vec<(String, ArrayRef)> =
        batch.schema().fields().iter().map(|f| f.name().clone()).zip(batch.columns().iter().cloned()).collect();
    match columns.iter_mut().find(|(of, _)| of == name) {
        Some((_, old)) => *old = column,
        None => columns.push((name.to_owned(), column)),
    }
    table_of(columns)
}

fn table_of(columns: Vec<(String, ArrayRef)>) -> RecordBatch {
    let field = |(name, column): &(String, ArrayRef)| Field::new(name, column.data_type().clone(), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, column)| column).collect()).unwrap()
}

/// Numbers with the first replaced.
fn first_number(batch: &RecordBatch, column: &str, first: f64) -> RecordBatch {
    let old = batch.column_by_name(column).unwrap().as_any().downcast_ref::<Float64Array>().unwrap();
    let new: Float64Array = [Some(first)].into_iter().chain(old.iter().skip(1)).collect();
    with_column(batch, column, Arc::new(new))
}

// ---- Files that are no tables ----

/// A folder with this one file in it, and the file.
fn one_file(name: &str, contents: &[u8]) -> (TempDir, Vec<PathBuf>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, contents).unwrap();
    (folder, vec![path])
}

/// The bytes of a good file of pupils of the next year.
fn pupils_file() -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    fs::read(fixture::write(&Data::of(&[2025]).batch(Table::Pupils), &folder.path().join("pupils.parquet"))).unwrap()
}

#[test]
fn files_that_are_not_parquet() {
    let whole = pupils_file();
    let csv = b"pupil,urn,year\n1,100001,2024\n".to_vec();
    let mut cases = vec![("csv".to_owned(), csv), ("letters".to_owned(), b"PAR1".to_vec())];
    for bytes in [1, 4, 11, 12, whole.len() / 4, whole.len() / 2, whole.len() - 8, whole.len() - 1] {
        cases.push((format!("cut after {bytes} bytes"), whole[..bytes].to_vec()));
    }
    cases.push(("first half gone".to_owned(), whole[whole.len() - 100..].to_vec()));
    let mut long_footer = whole.clone();
    let end = whole.len() - 8;
    long_footer[end..end + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    cases.push(("a footer longer than the file".to_owned(), long_footer));
    for (name, bytes) in cases {
        let (_folder, files) = one_file("pupils.parquet", &bytes);
        check(&name, &files, &[(Fault::NotParquet, "", 0)]);
    }
}

#[test]
fn empty_files_and_folders() {
    let (_folder, files) = one_file("pupils.parquet", b"");
    check("no bytes", &files, &[(Fault::Empty, "", 0)]);
    check_table("no rows", Table::Pupils, |batch| batch.slice(0, 0), &[(Fault::Empty, "", 0)]);
    let (folder, _) = one_file("pupils.csv", b"pupil,urn\n");
    check("a folder without a known table", &[folder.path().to_owned()], &[(Fault::UnknownTable, "", 0)]);
    let (folder, _) = one_file("notes.txt", b"nothing to load\n");
    check("a folder without tables", &[folder.path().to_owned()], &[(Fault::Empty, "", 0)]);
}

#[test]
fn files_that_cannot_be_read() {
    let folder = TempDir::new().unwrap();
    check("no such file", &[folder.path().join("results.parquet")], &[(Fault::Unreadable, "", 0)]);
    fs::create_dir(folder.path().join("pupils.parquet")).unwrap();
    check("a folder in the place of a file", &[folder.path().to_owned()], &[(Fault::Unreadable, "", 0)]);
}

#[cfg(unix)]
#[test]
fn a_file_without_the_right_to_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, files) = one_file("pupils.parquet", &pupils_file());
    fs::set_permissions(&files[0], fs::Permissions::from_mode(0o0)).unwrap();
    // The superuser reads it all the same.
    if File::open(&files[0]).is_err() {
        check("no right", &files, &[(Fault::Unreadable, "", 0)]);
    }
}

#[test]
fn a_broken_page() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("results.parquet");
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(zstd).set_dictionary_enabled(false).build();
    let batch = Data::of(&[2025]).batch(Table::Results);
    let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    let metadata = writer.close().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    for name in ["pupil", "urn", "subject", "grade"] {
        let column = metadata.row_group(0).columns().iter().find(|c| c.column_path().string() == name).unwrap();
        let (start, length) = column.byte_range();
        let middle = (start + length / 2) as usize;
        let kept = bytes.clone();
        bytes[middle - 8..middle + 8].iter_mut().for_each(|byte| *byte ^= 0xff);
        fs::write(&path, &bytes).unwrap();
        let found = refused(name, std::slice::from_ref(&path));
        assert_eq!(found.listed()[0].fault, Fault::Unreadable, "{name}:\n{found}");
        bytes = kept;
    }
}

/// A file of this table that something happens to once it was looked at.
fn while_reading(table: Table, happens: fn(&Path)) -> Vec<(Fault, String, u64)> {
    let (_folder, workspace) = fixture::workspace();
    let before = fs::read(&workspace).unwrap();
    let folder = TempDir::new().unwrap();
    let files = Data::of(&[2025]).write(folder.path());
    let path = folder.path().join(format!("{}.parquet", table.name()));
    let mut happened = false;
    let mut tell = |progress: Progress| {
        if progress.what == "reading school years" && !happened {
            happens(&path);
            happened = true;
        }
    };
    let found = findings(table.name(), import(&workspace, &files, &Cancel::default(), &mut tell));
    assert!(happened && fs::read(&workspace).unwrap() == before, "the workspace changed");
    found.listed().iter().map(told).map(|(fault, column, row)| (fault, column.to_owned(), row)).collect()
}

#[test]
fn a_file_that_goes_away_half_way() {
    let broke_off = [(Fault::Unreadable, String::new(), 0)];
    for table in [Table::Results, Table::National] {
        assert_eq!(while_reading(table, |path| fs::remove_file(path).unwrap()), broke_off, "deleted");
        let cut = |path: &Path| File::options().write(true).open(path).unwrap().set_len(200).unwrap();
        assert_eq!(while_reading(table, cut), broke_off, "cut");
    }
}

// ---- Columns ----

#[test]
fn missing_columns() {
    for table in Table::ALL {
        let needed: Vec<_> = table.columns().iter().filter(|column| !column.optional).map(|c| c.name).collect();
        let last = *needed.last().unwrap();
        let without = |batch: RecordBatch| {
            let nth = batch.schema().index_of(last).unwrap();
            let others: Vec<_> = (0..batch.num_columns()).filter(|other| *other != nth).collect();
            batch.project(&others).unwrap()
        };
        check_table(table.name(), table, without, &[(Fault::MissingColumn, last, 0)]);
        let all: Vec<Told> = needed.iter().map(|name| (Fault::MissingColumn, *name, 0)).collect();
        let other = |_| table_of(vec![("other".to_owned(), Arc::new(Int32Array::from(vec![1])))]);
        check_table(table.name(), table, other, &all);
    }
}

#[test]
fn columns_of_the_wrong_type() {
    for table in Table::ALL {
        let wrong = |batch: RecordBatch| {
            let rows = batch.num_rows();
            let column = |kind| -> ArrayRef {
                match kind {
                    Kind::Text => Arc::new(Int32Array::from(vec![1; rows])),
                    Kind::Whole => Arc::new(Float64Array::from(vec![2.0; rows])),
                    Kind::Decimal => Arc::new(StringArray::from(vec!["2"; rows])),
                    Kind::YesNo => Arc::new(Int32Array::from(vec![1; rows])),
                }
            };
            table_of(table.columns().iter().map(|c| (c.name.to_owned(), column(c.kind))).collect())
        };
        let all: Vec<Told> = table.columns().iter().map(|column| (Fault::WrongType, column.name, 0)).collect();
        check_table(table.name(), table, wrong, &all);
    }
}

#[test]
fn too_many_columns() {
    let number: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let many = (0..10_000).map(|nth| (format!("column{nth}"), number.clone())).collect();
    let folder = TempDir::new().unwrap();
    let path = fixture::write(&table_of(many), &folder.path().join("pupils.parquet"));
    check("10,000 columns", &[path], &[(Fault::TooManyColumns, "", 0)]);
}

#[test]
fn two_columns_of_one_name() {
    let twice = |batch: RecordBatch| {
        let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        let columns = names.into_iter().zip(batch.columns().iter().cloned());
        table_of(columns.chain([("urn".to_owned(), batch.column(0).clone())]).collect())
    };
    check_table("urn twice", Table::SchoolYears, twice, &[(Fault::Duplicate, "", 0)]);
}

#[test]
fn columns_of_no_table() {
    let folder = TempDir::new().unwrap();
    let batch = table_of(vec![("height".to_owned(), Arc::new(Int32Array::from(vec![1])))]);
    let path = fixture::write(&batch, &folder.path().join("mountains.parquet"));
    check("another table", &[path], &[(Fault::UnknownTable, "", 0)]);
}

#[test]
fn text_that_is_not_utf8() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("schools.parquet");
    let raw = BinaryArray::from_iter_values((0..5).map(|_| [0xff, 0xfe, b'a']));
    let batch = with_column(&Data::of(&[2025]).batch(Table::Schools), "name", Arc::new(raw));
    let path = fixture::write(&batch, &path);
    check("bytes that do not say they are text", &[path], &[(Fault::WrongType, "name", 0)]);
}

/// A file of results whose last column, a text, holds the bytes FF FE in its last row, though it says that it is UTF-8.
fn results_with_raw_bytes(path: &Path, raw: &str, dictionary: bool) {
    let exam = Data::of(&[2025]).results.remove(0);
    let schema = "message results { required int32 urn; required int32 year; required int32 key_stage;
        required binary pupil (UTF8); required binary subject (UTF8); required binary qualification (UTF8);
        required binary grade (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_dictionary_enabled(dictionary).build());
    let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema, properties).unwrap();
    let mut rows = writer.next_row_group().unwrap();
    for number in [exam.urn, exam.year, exam.key_stage] {
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<parquet::data_type::Int32Type>().write_batch(&[number as i32], None, None).unwrap();
        column.close().unwrap();
    }
    let texts = [("pupil", &*exam.pupil), ("subject", exam.subject), ("qualification", "gcse"), ("grade", &exam.grade)];
    for (name, text) in texts {
        let value = if name == raw { ByteArray::from(vec![0xff, 0xfe]) } else { ByteArray::from(text) };
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&[value], None, None).unwrap();
        column.close().unwrap();
    }
    rows.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn text_that_says_it_is_utf8_and_is_not() {
    for column in ["pupil", "subject", "qualification", "grade"] {
        for dictionary in [false, true] {
            let (folder, mut files) = fixture::files();
            files.retain(|path| !path.ends_with("results.parquet"));
            let path = folder.path().join("results.parquet");
            results_with_raw_bytes(&path, column, dictionary);
            files.push(path);
            let name = format!("{column}, dictionary: {dictionary}");
            check(&name, &files, &[(Fault::Unreadable, "", 0)]);
        }
    }
}

// ---- Values ----

#[test]
fn numbers_out_of_range() {
    let out = |column, row| [(Fault::OutOfRange, column, row)];
    check_rows("negative year", |data| data.school_years[2].year = -2023, &out("year", 3));
    check_rows("year 3024", |data| data.school_years[2].year = 3024, &out("year", 3));
    check_rows("month 13", |data| data.pupils[5].birth_month = Some(13), &out("birth_month", 6));
    check_rows("101 percent", |data| data.pupils[5].attendance_pct = Some(101.0), &out("attendance_pct", 6));
    check_rows("100.1 percent", |data| data.school_years[0].pct_fsm6 = Some(100.1), &out("pct_fsm6", 1));
    check_rows("negative percent", |data| data.school_years[0].pct_fsm6 = Some(-0.1), &out("pct_fsm6", 1));
    check_rows("three decimals", |data| data.results[8].points = Some(5.125), &out("points", 9));
    check_rows("negative points", |data| data.results[8].points = Some(-1.0), &out("points", 9));
    check_rows("negative sd", |data| data.national[0].sd = Some(-1.0), &out("sd", 1));
    check_rows("negative roll", |data| data.school_years[1].roll = Some(-1), &out("roll", 2));
    let five_digits = |data: &mut Data| data.schools.push(School { urn: 12_345, ..data.schools[0].clone() });
    check_rows("urn of five digits", five_digits, &out("urn", 6));
    let seven_digits = |data: &mut Data| data.schools.push(School { urn: 1_000_000, ..data.schools[0].clone() });
    check_rows("urn of seven digits", seven_digits, &out("urn", 6));
}

#[test]
fn numbers_that_are_none() {
    for (name, value) in [("NaN", f64::NAN), ("infinity", f64::INFINITY), ("minus infinity", f64::NEG_INFINITY)] {
        for (table, column) in [(Table::Pupils, "prior_score"), (Table::Results, "points"), (Table::National, "mean")] {
            let alter = |batch: RecordBatch| first_number(&batch, column, value);
            check_table(&format!("{name} as {column}"), table, alter, &[(Fault::OutOfRange, column, 1)]);
        }
    }
}

#[test]
fn numbers_that_are_too_large() {
    let wide = |column: &'static str, first: i64| {
        move |batch: RecordBatch| {
            let old = batch.column_by_name(column).unwrap().as_any().downcast_ref::<Int32Array>().unwrap();
            let others = old.iter().skip(1).map(|number| number.map(i64::from));
            let new: Int64Array = [Some(first)].into_iter().chain(others).collect();
            with_column(&batch, column, Arc::new(new))
        }
    };
    let one = 1i64 << 32; // A cast to 32 bits would make 2 of 2^32 + 2.
    check_table("roll", Table::SchoolYears, wide("roll", one + 2), &[(Fault::OutOfRange, "roll", 1)]);
    check_table("trust", Table::Schools, wide("trust_uid", i64::MAX), &[(Fault::OutOfRange, "trust_uid", 1)]);
    check_table("month", Table::Pupils, wide("birth_month", one + 2), &[(Fault::OutOfRange, "birth_month", 1)]);
    check_table("n", Table::National, wide("n", i64::MIN), &[(Fault::OutOfRange, "n", 1)]);
}

/// A number that needs more than 63 bits is a finding, not a value that is not there.
#[test]
fn numbers_of_64_bits_without_sign() {
    let huge = |column: &'static str| {
        move |batch: RecordBatch| with_column(&batch, column, Arc::new(UInt64Array::from(vec![u64::MAX; 1])))
    };
    check_table("n of published", Table::Published, huge("n"), &[(Fault::OutOfRange, "n", 1)]);
    let found = {
        let folder = TempDir::new().unwrap();
        let batch = huge("year")(Data::of(&[2025]).batch(Table::Published));
        refused("year of published", &[fixture::write(&batch, &folder.path().join("published.parquet"))])
    };
    assert!(found.listed().iter().any(|finding| finding.column.as_deref() == Some("year")), "{found}");
}

/// Points that no grade of the qualification has: the old scale, in which a GCSE was worth up to 58, would make an
/// Attainment 8 that the workspace cannot hold.
#[test]
fn points_beyond_the_qualification() {
    let old_scale = |data: &mut Data| data.results[0].points = Some(58.0);
    check_rows("58 points", old_scale, &[(Fault::OutOfRange, "points", 1)]);
}

#[test]
fn key_stage_3() {
    let pupil = |data: &mut Data| {
        let pupil = Pupil { pupil: "p".to_owned(), key_stage: 3, ..data.pupils[0].clone() };
        data.pupils.push(pupil);
    };
    check_rows("pupil", pupil, &[(Fault::OutOfRange, "key_stage", 61)]);
    check_rows("result", |data| data.results[0].key_stage = 3, &[(Fault::OutOfRange, "key_stage", 1)]);
    check_rows("benchmark", |data| data.national[0].key_stage = 3, &[(Fault::OutOfRange, "key_stage", 1)]);
    check_rows("published", |data| data.published[0].key_stage = 3, &[(Fault::OutOfRange, "key_stage", 1)]);
}

#[test]
fn words_that_are_not_known() {
    let unknown = |column, row| [(Fault::UnknownWord, column, row)];
    check_rows("sex", |data| data.pupils[4].sex = Some("X"), &unknown("sex", 5));
    check_rows("sex in full", |data| data.pupils[4].sex = Some("Female"), &unknown("sex", 5));
    check_rows("sen", |data| data.pupils[4].sen = Some("S"), &unknown("sen", 5));
    check_rows("ethnicity", |data| data.pupils[4].ethnicity = Some("ABAN"), &unknown("ethnicity", 5));
    check_rows("subject", |data| data.results[6].subject = "alchemy", &unknown("subject", 7));
    check_rows("subject of another stage", |data| data.results[6].subject = "gps", &unknown("subject", 7));
    check_rows("qualification", |data| data.results[6].qualification = "igcse", &unknown("qualification", 7));
    let other_stage = |data: &mut Data| data.results[0].qualification = "ks2_test";
    check_rows("qualification of another stage", other_stage, &unknown("qualification", 1));
    check_rows("grade", |data| data.results[3].grade = "10".to_owned(), &unknown("grade", 4));
    check_rows("grade of another kind", |data| data.results[3].grade = "9-9".to_owned(), &unknown("grade", 4));
    check_rows("grade in another case", |data| data.results[3].grade = "u".to_owned(), &unknown("grade", 4));
    check_rows("score beyond 120", |data| data.results[346].grade = "121".to_owned(), &unknown("grade", 347));
}

#[test]
fn values_that_are_missing() {
    let empty_first = |column: &'static str| {
        move |batch: RecordBatch| {
            let none = arrow::array::new_null_array(batch.column_by_name(column).unwrap().data_type(), 1);
            let rest = batch.column_by_name(column).unwrap().slice(1, batch.num_rows() - 1);
            let mixed = arrow::compute::concat(&[&none, &rest]).unwrap();
            with_column(&batch, column, mixed)
        }
    };
    let of_table = [
        (Table::Schools, "name"),
        (Table::SchoolYears, "year"),
        (Table::Results, "pupil"),
        (Table::Results, "urn"),
        (Table::Results, "grade"),
        (Table::National, "measure"),
        (Table::Published, "pupil_group"),
    ];
    for (table, column) in of_table {
        check_table(column, table, empty_first(column), &[(Fault::MissingValue, column, 1)]);
    }
    // The pupil is then not there for its results.
    let mut expected = vec![(Fault::MissingValue, "pupil", 1)];
    expected.extend((1..=7).map(|row| (Fault::WithoutPupil, "pupil", row)));
    check_table("pupil", Table::Pupils, empty_first("pupil"), &expected);
}

/// "Empty means null, never 0, -1 or an empty text."
#[test]
fn an_empty_text_is_not_a_value() {
    check_rows("name", |data| data.schools[1].name = "", &[(Fault::MissingValue, "name", 2)]);
    let nameless = |data: &mut Data| {
        let pupil = Pupil { pupil: String::new(), ..data.pupils[0].clone() };
        data.pupils.push(pupil);
    };
    check_rows("pupil", nameless, &[(Fault::MissingValue, "pupil", 61)]);
}

// ---- Rows that do not go together ----

#[test]
fn rows_that_are_there_twice() {
    let twice = |column, row| [(Fault::Duplicate, column, row)];
    check_rows("school", |data| data.schools.push(data.schools[0].clone()), &twice("urn", 6));
    check_rows("school year", |data| data.school_years.push(data.school_years[0].clone()), &twice("urn", 6));
    check_rows("pupil", |data| data.pupils.push(data.pupils[0].clone()), &twice("pupil", 61));
    let other_year = |data: &mut Data| data.pupils.push(Pupil { year: 2024, ..data.pupils[0].clone() });
    check_rows("pupil in another year", other_year, &twice("pupil", 61));
    check_rows("result", |data| data.results.push(data.results[0].clone()), &twice("subject", 349));
    let other_grade = |data: &mut Data| data.results.push(Exam { grade: "X".to_owned(), ..data.results[0].clone() });
    check_rows("result with another grade", other_grade, &twice("subject", 349));
    check_rows("benchmark", |data| data.national.push(data.national[0].clone()), &twice("measure", 2));
    check_rows("published", |data| data.published.push(data.published[0].clone()), &twice("measure", 2));
}

#[test]
fn a_pupil_of_an_earlier_load() {
    let (_folder, workspace) = fixture::workspace();
    let folder = TempDir::new().unwrap();
    let mut data = Data::of(&[2025]);
    data.pupils.push(Data::of(&[2023]).pupils.remove(0));
    data.results.push(Data::of(&[2023]).results.remove(0));
    let found = findings("earlier", load(&workspace, &data.write(folder.path())));
    let told: Vec<_> = found.listed().iter().map(told).collect();
    assert_eq!(told, [(Fault::Duplicate, "pupil", 61), (Fault::Duplicate, "subject", 349)]);
}

#[test]
fn a_pupil_in_two_schools() {
    let moved = |data: &mut Data| data.pupils.push(Pupil { urn: 100_002, ..data.pupils[0].clone() });
    check_rows("two schools", moved, &[(Fault::TwoSchools, "urn", 61)]);
}

#[test]
fn rows_without_the_row_they_need() {
    let result = |data: &mut Data| data.results[0].pupil = "nobody".to_owned();
    check_rows("result without pupil", result, &[(Fault::WithoutPupil, "pupil", 1)]);
    let other_stage = |data: &mut Data| {
        let result = Exam { key_stage: 2, subject: "maths", qualification: "ks2_test", ..data.results[0].clone() };
        data.results.push(Exam { grade: "100".to_owned(), ..result });
    };
    check_rows("result of another stage", other_stage, &[(Fault::WithoutPupil, "pupil", 349)]);
    let pupil = |data: &mut Data| {
        let pupil = Pupil { pupil: "p".to_owned(), urn: 999_999, ..data.pupils[0].clone() };
        data.pupils.push(pupil);
    };
    check_rows("pupil without school", pupil, &[(Fault::WithoutSchool, "urn", 61)]);
    check_rows("school year", |data| data.school_years[0].urn = 999_999, &[(Fault::WithoutSchool, "urn", 1)]);
    check_rows("published", |data| data.published[0].urn = 999_999, &[(Fault::WithoutSchool, "urn", 1)]);
}

#[test]
fn results_that_disagree_with_their_pupil() {
    check_rows("urn", |data| data.results[1].urn = 100_002, &[(Fault::Disagrees, "urn", 2)]);
    check_rows("year", |data| data.results[1].year = 2024, &[(Fault::Disagrees, "year", 2)]);
}

// ---- Several faults ----

#[test]
fn faults_of_several_files_are_told_together() {
    let two = |data: &mut Data| {
        data.pupils[0].sex = Some("?");
        data.results[0].grade = "?".to_owned();
        data.national[0].sd = Some(-1.0);
    };
    let expected = [(Fault::UnknownWord, "sex", 1), (Fault::UnknownWord, "grade", 1), (Fault::OutOfRange, "sd", 1)];
    check_rows("three files", two, &expected);

    let folder = TempDir::new().unwrap();
    let mut files = Data::of(&[2025]).write(folder.path());
    fs::write(&files[2], b"not Parquet").unwrap();
    files.push(folder.path().join("nowhere.parquet"));
    // What seems to be missing because a file cannot be read is not told.
    check("two unreadable", &files, &[(Fault::NotParquet, "", 0), (Fault::Unreadable, "", 0)]);
}

#[test]
fn more_than_twenty_of_a_kind_are_counted() {
    let folder = TempDir::new().unwrap();
    let mut data = Data::of(&[2025]);
    data.results.iter_mut().take(52).for_each(|result| result.grade = "?".to_owned());
    data.results[60].subject = "alchemy";
    let found = refused("52 of a kind", &data.write(folder.path()));
    assert_eq!((found.total(), found.listed().len()), (53, 21));
    let unlisted: Vec<_> = found.unlisted().map(|(_, column, fault, more)| (column, fault, more)).collect();
    assert_eq!(unlisted, [(Some("grade"), Fault::UnknownWord, 32)]);
    assert!(found.to_string().ends_with("32 more of the same kind (UnknownWord)\n"), "{found}");
}

#[test]
fn rows_are_counted_over_row_groups() {
    let folder = TempDir::new().unwrap();
    let mut data = Data::of(&[2025]);
    data.results[349 - 2].grade = "?".to_owned();
    let files = data.write(folder.path());
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(100)).build();
    let batch = data.batch(Table::Results);
    let file = File::create(&files[3]).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let found = refused("row groups", &files);
    assert_eq!(found.listed()[0].place, Place::Row { row: 348, row_group: 4 });
}

// ---- Loads that are good ----

#[test]
fn the_same_file_again_is_noticed() {
    let (_folder, workspace) = fixture::workspace();
    let before = fs::read(&workspace).unwrap();
    let (_files_folder, files) = fixture::files();
    let loaded = load(&workspace, &files).unwrap();
    assert!(loaded.files.is_empty() && loaded.known.len() == files.len(), "{loaded:?}");
    assert!(fs::read(&workspace).unwrap() == before, "the bytes of the workspace changed");

    let (folder, mut files) = one_file("other name.parquet", &pupils_file());
    files.push(folder.path().join("pupils.parquet"));
    fs::copy(&files[0], &files[1]).unwrap();
    let loaded = load(&workspace, &files).unwrap();
    assert_eq!((loaded.files.len(), loaded.known.len()), (1, 1), "one file under two names: {loaded:?}");
}

#[test]
fn a_further_year_adds_to_the_first() {
    let load_years = |loads: &[&[i64]]| {
        let folder = TempDir::new().unwrap();
        let workspace = folder.path().join("years.schoolbench");
        for years in loads {
            let files = TempDir::new().unwrap();
            load(&workspace, &Data::of(years).write(files.path())).unwrap();
        }
        contents(&workspace)
    };
    let (both, one_by_one) = (load_years(&[&[2023, 2024]]), load_years(&[&[2023], &[2024]]));
    assert_eq!((both.revision, one_by_one.revision), (1, 2));
    // Published figures name the file that they are from.
    let of_files = ["sources", "pupils", "published"];
    assert_eq!(both.tables["published"].0, one_by_one.tables["published"].0);
    for (name, rows) in both.tables.iter().filter(|(name, _)| !of_files.contains(name)) {
        // Pupils are numbered in the order in which they come, which is the same here.
        assert_eq!(Some(rows), one_by_one.tables.get(name), "{name}");
    }
    assert_eq!(both.tables["pupils"].0, 120);
    assert_eq!(one_by_one.tables["results_by_school"].0, 2 * (36 * 7 + 24 * 4));
}

#[test]
fn other_types_that_hold_the_same_values_are_taken() {
    use arrow::compute::cast;
    use arrow::datatypes::DataType;
    let folder = TempDir::new().unwrap();
    let other = |kind| match kind {
        DataType::Utf8 => DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::LargeUtf8)),
        DataType::Int32 => DataType::UInt64,
        DataType::Float64 => DataType::Float32,
        kind => kind,
    };
    let data = Data::of(&[2023, 2024]);
    let mut files = Vec::new();
    for table in Table::ALL {
        let batch = data.batch(table);
        let columns = batch.columns().iter().map(|column| cast(column, &other(column.data_type().clone())).unwrap());
        let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        let path = folder.path().join(format!("{}.parquet", table.name()));
        files.push(fixture::write(&table_of(names.into_iter().zip(columns).collect()), &path));
    }
    let workspace = folder.path().join("types.schoolbench");
    load(&workspace, &files).unwrap();
    let (_folder, usual) = fixture::workspace();
    let (mut here, mut there) = (contents(&workspace), contents(&usual));
    here.tables.remove("sources");
    there.tables.remove("sources");
    assert_eq!(here, there);
}

/// A column without any value has no type in files of pandas.
#[test]
fn a_column_of_nothing_is_taken_where_it_may_be_empty() {
    let folder = TempDir::new().unwrap();
    let batch = Data::of(&[2025]).batch(Table::Pupils);
    let nothing = arrow::array::NullArray::new(batch.num_rows());
    let batch = with_column(&batch, "prior_score", Arc::new(nothing));
    let (_folder, workspace) = fixture::workspace();
    load(&workspace, &[fixture::write(&batch, &folder.path().join("pupils.parquet"))]).unwrap();
}

// ---- Bytes changed at random ----

#[test]
fn bytes_changed_at_random_never_load_by_half() {
    const ROUNDS: u64 = 300;
    let (folder, workspace) = fixture::workspace();
    let before = fs::read(&workspace).unwrap();
    let path = folder.path().join("pupils.parquet");
    let whole = pupils_file();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut below = |n: usize| (random.next_u64() % n as u64) as usize;
    let mut loaded = 0;
    for round in 0..ROUNDS {
        let mut bytes = whole.clone();
        let changes: Vec<(usize, u8)> = (0..=below(4)).map(|_| (below(bytes.len()), below(256) as u8)).collect();
        changes.iter().for_each(|(at, byte)| bytes[*at] = *byte);
        fs::write(&path, &bytes).unwrap();
        match catch_unwind(AssertUnwindSafe(|| load(&workspace, std::slice::from_ref(&path)))) {
            Err(_) => panic!("round {round}: it panicked with {changes:?}"),
            Ok(Ok(_)) => {
                loaded += 1;
                let rows = contents(&workspace).tables["pupils"].0;
                assert!([120, 180].contains(&rows), "round {round}: {rows} pupils with {changes:?}");
                fs::write(&workspace, &before).unwrap();
            }
            Ok(Err(ImportError::Findings(_))) => {
                assert!(fs::read(&workspace).unwrap() == before, "round {round}: changed by {changes:?}");
            }
            Ok(Err(other)) => panic!("round {round}: {other} with {changes:?}"),
        }
    }
    assert!((1..ROUNDS).contains(&loaded), "{loaded} of {ROUNDS} loaded");
}

// ---- The command line ----

fn run_import(workspace: &Path, files: &[PathBuf]) -> Output {
    binary().arg("import").arg("--workspace").arg(workspace).args(files).output().unwrap()
}

#[test]
fn the_command_line_lists_the_faults() {
    let (_folder, workspace) = fixture::workspace();
    let ask = || {
        let question = ["--stage", "ks4", "--years", "2024", "--scope", "all", "--indicator", "att8", "--by", "school"];
        binary().arg("ask").arg("--workspace").arg(&workspace).args(question).output().unwrap().stdout
    };
    let before = (fs::read(&workspace).unwrap(), ask());
    assert!(!before.1.is_empty());
    let folder = TempDir::new().unwrap();
    let mut data = Data::of(&[2025]);
    data.pupils[0].sex = Some("?");
    data.results.iter_mut().take(30).for_each(|result| result.grade = "?".to_owned());
    let output = run_import(&workspace, &data.write(folder.path()));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(output.stdout.is_empty());
    let first = "pupils.parquet, row 1 (row group 1), column sex: \"?\" is not known; right would be: F, M\n";
    assert!(told.contains(first), "{told}");
    assert!(told.contains("results.parquet, column grade: 10 more of the same kind"), "{told}");
    assert!(told.ends_with("schoolbench: 31 faults found; nothing was loaded\n"), "{told}");
    assert!((fs::read(&workspace).unwrap(), ask()) == before, "the workspace changed");
}

#[test]
fn a_workspace_in_a_folder_that_is_not_there() {
    let (folder, files) = fixture::files();
    let output = run_import(&folder.path().join("no folder/new.schoolbench"), &files);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(!told.contains("please report this"), "{told}");
}

// ---- A full disk ----

/// Loads on a disk of `kilobytes`, onto which `workspace` was copied before, if there is one. The disk is a tmpfs that
/// only the script sees, so that nothing stays mounted whatever happens; what is on it afterwards is copied to `out`.
///
/// `None` where the system does not let us make one: then these tests do less, see [`file_size_limit`].
#[cfg(target_os = "linux")]
fn load_on_small_disk(kilobytes: u64, workspace: Option<&Path>, files: &[PathBuf], out: &Path) -> Option<Output> {
    const SCRIPT: &str = r#"
        mount -t tmpfs -o size="$1"k none "$2" || exit 99
        if [ -n "$3" ]; then cp "$3" "$2/small.schoolbench" || exit 98; fi
        program=$4; out=$5; disk=$2; shift 5
        "$program" import --workspace "$disk/small.schoolbench" "$@"
        code=$?
        cp -r "$disk/." "$out"
        exit $code"#;
    let disk = TempDir::new().unwrap();
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "bash", "-c", SCRIPT, "script"]);
    command.arg(kilobytes.to_string()).arg(disk.path()).arg(workspace.unwrap_or(Path::new("")));
    command.arg(env!("CARGO_BIN_EXE_schoolbench")).arg(out).args(files);
    let output = command.output().ok()?;
    assert_ne!(output.status.code(), Some(98), "the workspace does not fit on the disk");
    let told = String::from_utf8_lossy(&output.stderr);
    let no_mount = output.status.code() == Some(99) || told.starts_with("unshare: ");
    (!no_mount).then_some(output)
}

/// Files that make a load of some megabytes.
fn larger_files() -> (TempDir, Vec<PathBuf>) {
    use schoolbench::ingest::synth::{Plan, write};
    use std::ops::ControlFlow;
    let folder = TempDir::new().unwrap();
    let written = write(&Plan::demo().with_schools(30), folder.path(), &mut |_, _| ControlFlow::Continue(())).unwrap();
    let files = written.into_iter().map(|file| file.path).collect();
    (folder, files)
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_changes_nothing() {
    let (_files_folder, files) = larger_files();
    let (_folder, workspace) = fixture::workspace();
    let before = contents(&workspace);
    let size = fs::metadata(&workspace).unwrap().len() / 1024;
    let mut loaded = false;
    for kilobytes in [size + 8, size + 200, size + 500, size + 1000, size + 2000, size + 4000, size + 8000, 200_000] {
        let out = TempDir::new().unwrap();
        let Some(output) = load_on_small_disk(kilobytes, Some(&workspace), &files, out.path()) else { return };
        let told = String::from_utf8_lossy(&output.stderr);
        let after = contents(&out.path().join("small.schoolbench"));
        loaded = output.status.success();
        if loaded {
            assert_eq!(after.revision, 2, "{kilobytes} KB");
        } else {
            assert_eq!(output.status.code(), Some(4), "{kilobytes} KB: {told}");
            assert!(told.contains("the disk is full"), "{kilobytes} KB: {told}");
            assert_eq!(after, before, "{kilobytes} KB");
        }
    }
    assert!(loaded, "there is room in 200 MB");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_no_new_workspace() {
    let (_files_folder, files) = larger_files();
    for kilobytes in [0, 8, 100, 1500, 3000] {
        let out = TempDir::new().unwrap();
        // A size of 0 would be without limit.
        let Some(output) = load_on_small_disk(kilobytes.max(4), None, &files, out.path()) else { return };
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{kilobytes} KB: {told}");
        assert!(told.contains("the disk is full"), "{kilobytes} KB: {told}");
        let left: Vec<_> = fs::read_dir(out.path()).unwrap().collect();
        assert!(left.is_empty(), "{kilobytes} KB: {left:?}");
    }
}

/// A limit on the size of files works everywhere, without any right. It does less than a small disk: other files can
/// still grow, and the system's error is another one.
#[cfg(unix)]
#[test]
fn a_limit_on_the_size_of_files_changes_nothing() {
    let (_files_folder, files) = larger_files();
    let (_folder, workspace) = fixture::workspace();
    let before = contents(&workspace);
    let size = fs::metadata(&workspace).unwrap().len() / 1024;
    let script = r#"trap '' XFSZ; ulimit -f "$1"; shift; exec "$@""#;
    let mut command = Command::new("bash");
    command.args(["-c", script, "script"]).arg((size + 200).to_string()).arg(env!("CARGO_BIN_EXE_schoolbench"));
    let output = command.arg("import").arg("--workspace").arg(&workspace).args(&files).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert_eq!(contents(&workspace), before, "{told}");
}
