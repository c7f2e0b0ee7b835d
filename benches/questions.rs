//! How long does an answer take, and how long would an analyst's star join over the same Parquet take?
//!
//! `cargo bench --bench questions`; with `SCHOOLBENCH_NATIONAL=folder` on all of a made-up England too. Every question goes
//! the whole way: desk, engine, comparator, gate. Nothing is kept between two of them.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

mod shared;

use divan::Bencher;
use duckdb::Connection;
use schoolbench::model::{Grade, Question, Words};
use shared::{DataSet, data_sets};

fn main() {
    divan::main();
}

/// The questions of a dashboard.
impl DataSet {
    /// Overview tiles of a local authority: headlines of every year, for FSM6 pupils, beside the same pupils everywhere.
    pub fn tiles(&self) -> Question {
        self.question(&format!("la:{}", self.la), "pupils,att8,basics4,basics5,ebacc_aps", "", "year")
    }

    /// Subject trend lines of a local authority: every subject in every year, for FSM6 pupils.
    pub fn trends(&self) -> Question {
        self.question(&format!("la:{}", self.la), "entries,grade4plus,avg_points", "", "subject,year")
    }

    /// A scatter chart of every school: one subject in the last year, for FSM6 pupils.
    pub fn scatter(&self) -> Question {
        self.question("all", "entries,avg_points", "maths", "school")
    }

    /// A group of twenty schools by subject and year.
    pub fn group(&self) -> Question {
        let first = if self.name == "demo" { 900_001 } else { 900_100 };
        let urns: Vec<_> = (0..20).map(|n| (first + n).to_string()).collect();
        self.question(&format!("urn:{}", urns.join(",")), "entries,grade4plus,avg_points", "", "subject,year")
    }

    fn question(&self, scope: &str, indicator: &str, subject: &str, by: &str) -> Question {
        let years = if by.contains("year") { "2013-2024" } else { "2024" };
        let words = Words {
            stage: "ks4".to_owned(),
            years: years.to_owned(),
            scope: scope.to_owned(),
            indicator: indicator.to_owned(),
            subject: subject.to_owned(),
            filter: vec!["fsm6=yes".to_owned()],
            by: by.to_owned(),
            ..Words::default()
        };
        Question::try_from(words).expect("the question is right")
    }
}

fn ask(bencher: Bencher<'_, '_>, set: &DataSet, question: &Question) {
    let desk = set.desk();
    bencher.bench_local(|| desk.ask_and_wait(question).expect("an answer"));
}

#[divan::bench(args = data_sets(), sample_count = 50)]
fn tiles(bencher: Bencher<'_, '_>, set: &DataSet) {
    ask(bencher, set, &set.tiles());
}

#[divan::bench(args = data_sets(), sample_count = 50)]
fn trends(bencher: Bencher<'_, '_>, set: &DataSet) {
    ask(bencher, set, &set.trends());
}

#[divan::bench(args = data_sets(), sample_count = 50)]
fn trends_of_twenty_schools(bencher: Bencher<'_, '_>, set: &DataSet) {
    ask(bencher, set, &set.group());
}

#[divan::bench(args = data_sets(), sample_count = 50)]
fn scatter(bencher: Bencher<'_, '_>, set: &DataSet) {
    ask(bencher, set, &set.scatter());
}

/// The query an analyst would write over the Parquet files: without comparator, interval or gate.
mod star_join {
    use super::*;

    fn run(bencher: Bencher<'_, '_>, set: &DataSet, select: &str, place: &str, group: &str) {
        let connection = Connection::open_in_memory().expect("DuckDB opens");
        let values = Grade::all().iter().map(|grade| {
            let points = grade.points.map_or("NULL".to_owned(), |points| format!("{}", f64::from(points) / 100.0));
            format!("('{}', '{}', {points})", grade.qualification.word(), grade.grade)
        });
        let values: Vec<_> = values.collect();
        connection
            .execute_batch(&format!(
                "CREATE TABLE grades AS SELECT * FROM (VALUES {}) AS g(qualification, grade, points)",
                values.join(", ")
            ))
            .expect("the points table");
        let file = |name: &str| format!("read_parquet('{}')", set.files.join(name).display());
        let sql = format!(
            "SELECT {select} FROM {results} AS r
             JOIN {pupils} AS p ON p.pupil = r.pupil AND p.key_stage = r.key_stage
             JOIN {schools} AS s ON s.urn = r.urn
             JOIN grades AS g ON g.qualification = r.qualification AND g.grade = r.grade
             WHERE r.key_stage = 4 AND p.fsm6 AND {place} {group}",
            results = file("results.parquet"),
            pupils = file("pupils.parquet"),
            schools = file("schools.parquet"),
        );
        let mut statement = connection.prepare(&sql).expect("the analyst's query");
        bencher
            .bench_local(|| statement.query_arrow([]).expect("an answer").map(|batch| batch.num_rows()).sum::<usize>());
    }

    const FIGURES: &str = "COUNT(*), AVG(g.points), AVG(CASE WHEN g.points >= 4 THEN 1 ELSE 0 END)";

    /// Basics only: Attainment 8 is no star join.
    #[divan::bench(args = data_sets(), sample_count = 3)]
    fn tiles(bencher: Bencher<'_, '_>, set: &DataSet) {
        let best = |subjects: &str| format!("MAX(CASE WHEN r.subject IN ({subjects}) THEN g.points END)");
        let (maths, english) = (best("'maths'"), best("'english_language', 'english_literature'"));
        let select = format!("r.pupil, r.year, {maths} >= 4 AND {english} >= 4");
        run(bencher, set, &select, &format!("s.la_code = {}", set.la), "GROUP BY r.pupil, r.year");
    }

    #[divan::bench(args = data_sets(), sample_count = 3)]
    fn trends(bencher: Bencher<'_, '_>, set: &DataSet) {
        let select = format!("r.subject, r.year, {FIGURES}");
        run(bencher, set, &select, &format!("s.la_code = {}", set.la), "GROUP BY r.subject, r.year");
    }

    #[divan::bench(args = data_sets(), sample_count = 3)]
    fn scatter(bencher: Bencher<'_, '_>, set: &DataSet) {
        let select = format!("r.urn, s.name, {FIGURES}");
        run(bencher, set, &select, "r.subject = 'maths' AND r.year = 2024", "GROUP BY r.urn, s.name");
    }
}
