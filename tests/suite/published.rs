//! England's published tables: every layout, every code, every figure against a naive reading of the same files.

mod figures;
mod identity;
mod layouts;
mod mutated;
mod public;
mod readers;
mod similar;
mod slices;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use schoolbench::desk::{Answer, Desk, Figure, Options, Reader, Reason};
use schoolbench::ingest::tables::Layouts;
use schoolbench::ingest::{Cancel, Findings, ImportError, Loaded, import_with};
use schoolbench::model::{Question, Words};
use schoolbench::workspace::{Access, Workspace};
use tempfile::TempDir;

/// The slice of the published tables that comes with the repository.
pub fn public_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/public")
}

/// A slice of a table as it comes, from `tests/data/published`.
pub fn slice(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/published").join(name)
}

/// A workspace with the public slice. Only to read: tests share it.
pub fn public() -> &'static Path {
    static WORKSPACE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = WORKSPACE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("public.schoolbench");
        load(&path, &[public_files()]).unwrap();
        (folder, path)
    });
    path
}

pub fn load(workspace: &Path, files: &[PathBuf]) -> Result<Loaded, ImportError> {
    import_with(workspace, files, &Layouts::default(), &Cancel::default(), &mut |_| {})
}

/// Files loaded into a workspace of their own.
pub fn loaded(files: &[PathBuf]) -> (TempDir, PathBuf, Loaded) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("tables.schoolbench");
    let loaded = load(&path, files).unwrap_or_else(|error| match error {
        ImportError::Findings(findings) => panic!("{findings}"),
        other => panic!("{other}"),
    });
    (folder, path, loaded)
}

/// What is found in files that are not loaded; nothing is left behind.
pub fn refused(files: &[PathBuf]) -> Findings {
    let folder = TempDir::new().unwrap();
    let findings = match load(&folder.path().join("tables.schoolbench"), files) {
        Err(ImportError::Findings(findings)) => findings,
        other => panic!("findings were expected, not {other:?}"),
    };
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was left behind");
    findings
}

pub fn desk(workspace: &Path) -> Desk {
    let workspace = Workspace::open(workspace, Access::Read).unwrap();
    Desk::new(workspace, Reader::default(), Options::default()).unwrap()
}

/// A question in words: stage, years, scope, indicators, filter, breakdown, comparator.
pub struct Ask<'a> {
    pub stage: &'a str,
    pub years: &'a str,
    pub scope: &'a str,
    pub indicator: &'a str,
    pub filter: &'a str,
    pub by: &'a str,
    pub compare: &'a str,
    pub pool: bool,
}

impl Default for Ask<'_> {
    fn default() -> Self {
        let (stage, years, scope, indicator) = ("ks2", "2019", "all", "rwm_expected");
        Self { stage, years, scope, indicator, filter: "", by: "", compare: "none", pool: false }
    }
}

pub fn ask(desk: &Desk, ask: &Ask<'_>) -> Arc<Answer> {
    let words = Words {
        test: String::new(),
        many: false,
        stage: ask.stage.to_owned(),
        years: ask.years.to_owned(),
        pool: ask.pool,
        scope: ask.scope.to_owned(),
        indicator: ask.indicator.to_owned(),
        subject: String::new(),
        filter: ask.filter.split_whitespace().map(str::to_owned).collect(),
        by: ask.by.to_owned(),
        compare: ask.compare.to_owned(),
    };
    desk.ask_and_wait(&Question::try_from(words).unwrap()).unwrap()
}

/// The only cell of an answer.
pub fn only(answer: &Answer) -> Result<Figure, Reason> {
    let [cell] = answer.cells() else { panic!("one cell was expected: {:?}", answer.cells()) };
    cell.figure
}

/// The cells of an answer by school.
pub fn by_school(answer: &Answer) -> BTreeMap<i32, Result<Figure, Reason>> {
    answer.cells().iter().map(|cell| (cell.school().unwrap().number(), cell.figure)).collect()
}

/// A table as a naive reader sees it: rows of cells by the names of the columns, trimmed.
pub struct Naive {
    columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Naive {
    /// Reads a CSV file in UTF-8, or else in Latin-1.
    pub fn csv(path: &Path) -> Self {
        let latin = |bytes: &[u8]| bytes.iter().copied().map(char::from).collect();
        let text = String::from_utf8(std::fs::read(path).unwrap()).unwrap_or_else(|error| latin(error.as_bytes()));
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let trimmed = |row: csv::StringRecord| row.iter().map(|cell| cell.trim().to_owned()).collect();
        let rows = reader.records().map(|row| trimmed(row.unwrap())).collect();
        Self { columns, rows }
    }

    /// Reads a Parquet file of texts.
    pub fn parquet(path: &Path) -> Self {
        use parquet::file::reader::{FileReader as _, SerializedFileReader};
        let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        let schema = reader.metadata().file_metadata().schema_descr();
        let columns = schema.columns().iter().map(|column| column.name().to_owned()).collect();
        let text = |field: &parquet::record::Field| match field {
            parquet::record::Field::Str(text) => text.trim().to_owned(),
            _ => String::new(),
        };
        let rows = reader.get_row_iter(None).unwrap();
        let rows = rows.map(|row| row.unwrap().get_column_iter().map(|(_, field)| text(field)).collect()).collect();
        Self { columns, rows }
    }

    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name.eq_ignore_ascii_case(column))
    }

    /// A cell of a row; blank where the row is too short.
    pub fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        self.place(column).and_then(|place| row.get(place)).map_or("", String::as_str)
    }
}

/// A number as the tables write it, percent sign or not.
pub fn number(cell: &str) -> Option<f64> {
    cell.trim_end_matches('%').trim().parse().ok()
}
