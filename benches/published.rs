//! England's published tables: how long does loading them take, and an answer from them?
//!
//! `cargo bench --bench published`; the slice that comes with the program, and with `SCHOOLBENCH_PUBLISHED=folder` all
//! tables in a folder. Every question goes the whole way, and nothing is kept between two of them. Beside a scatter chart
//! stands what an analyst would do: read the table again and pick two columns.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::Bencher;
use duckdb::Connection;
use schoolbench::desk::{Desk, Options, Reader};
use schoolbench::ingest::{Cancel, import};
use schoolbench::model::{Question, Words};
use schoolbench::workspace::{Access, Workspace};
use tempfile::TempDir;

fn main() {
    divan::main();
}

fn slice() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/public")
}

/// The tables of this run: all that are at hand, else the slice.
fn tables() -> PathBuf {
    std::env::var_os("SCHOOLBENCH_PUBLISHED").map_or_else(slice, PathBuf::from)
}

fn load(folder: &Path, files: &Path) -> PathBuf {
    let workspace = folder.join("published.schoolbench");
    import(&workspace, &[files.to_owned()], &Cancel::default(), &mut |_| {}).expect("the tables load");
    workspace
}

#[divan::bench(sample_count = 5)]
fn load_tables(bencher: Bencher<'_, '_>) {
    let new_folder = || tempfile::tempdir().expect("a folder");
    bencher.with_inputs(new_folder).bench_local_values(|folder| {
        load(folder.path(), &tables());
        folder
    });
}

static LOADED: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = load(folder.path(), &tables());
    (folder, workspace)
});

fn ask(bencher: Bencher<'_, '_>, stage: &str, years: &str, scope: &str, indicator: &str, filter: &str, by: &str) {
    let workspace = Workspace::open(&LOADED.1, Access::Read).expect("the workspace opens");
    let options = Options { cache_bytes: 0, ..Options::default() };
    let desk = Desk::new(workspace, Reader::default(), options).expect("the desk opens");
    let words = Words {
        stage: stage.to_owned(),
        years: years.to_owned(),
        scope: scope.to_owned(),
        indicator: indicator.to_owned(),
        filter: filter.split_whitespace().map(str::to_owned).collect(),
        by: by.to_owned(),
        ..Words::default()
    };
    let question = Question::try_from(words).expect("the question is right");
    bencher.bench_local(|| desk.ask_and_wait(&question).expect("an answer"));
}

#[divan::bench(sample_count = 50)]
fn tiles_of_an_authority(bencher: Bencher<'_, '_>) {
    ask(bencher, "ks4", "2017-2023", "la:202", "att8,p8,basics4,ebacc_entry,ebacc_aps", "", "year");
}

#[divan::bench(sample_count = 50)]
fn tiles_of_all_schools(bencher: Bencher<'_, '_>) {
    ask(bencher, "ks4", "2017-2023", "all", "att8,p8,basics4,ebacc_entry,ebacc_aps", "", "year");
}

#[divan::bench(sample_count = 50)]
fn scatter_of_every_secondary(bencher: Bencher<'_, '_>) {
    ask(bencher, "ks4", "2019", "all", "att8,pct_disadvantaged,pupils", "", "school");
}

#[divan::bench(sample_count = 50)]
fn scatter_of_disadvantaged_pupils(bencher: Bencher<'_, '_>) {
    ask(bencher, "ks4", "2019", "all", "att8,p8,pupils", "disadvantaged=yes", "school");
}

#[divan::bench(sample_count = 50)]
fn key_stage_2_of_an_authority(bencher: Bencher<'_, '_>) {
    ask(bencher, "ks2", "2017-2019", "la:850", "rwm_expected,reading_score,maths_score", "disadvantaged=yes", "school");
}

/// An analyst's query over the table itself.
#[divan::bench(sample_count = 10)]
fn analyst_scatter_over_the_table(bencher: Bencher<'_, '_>) {
    let connection = Connection::open_in_memory().expect("DuckDB opens");
    let table = slice().join("ks4_2017_2019_schools_like_yours.parquet");
    let sql = format!(
        "SELECT urn, school_name, TRY_CAST(a8_2019 AS DOUBLE), 100 * TRY_CAST(frac_pp_2019 AS DOUBLE),
             TRY_CAST(tpup_2019 AS INTEGER) FROM read_parquet('{}')",
        table.display()
    );
    let mut statement = connection.prepare(&sql).expect("the analyst's query");
    bencher.bench_local(|| statement.query_arrow([]).expect("an answer").map(|batch| batch.num_rows()).sum::<usize>());
}
