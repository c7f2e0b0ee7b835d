//! What people write never becomes a formula or a row of a file that the program writes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schoolbench::collab::audit::{Row, csv as audit_csv};
use schoolbench::desk::{Desk, Options, Reader};
use schoolbench::export::sheet::{self, Separator, Told};
use schoolbench::model::{Compare, Draft, Filter, Indicator, Judged, KeyStage, Question, Scope, Year};
use schoolbench::workspace::{Access, Workspace};

use crate::fixture;

#[test]
fn an_address_that_looks_like_a_formula_is_text_in_the_audit() {
    let row = Row {
        seq: 1,
        at: Timestamp::now(),
        who: None,
        email: "=HYPERLINK(\"http://some.example\")".to_owned(),
        what: "is not signed in".to_owned(),
        about: "+1".to_owned(),
        command: None,
        before: BTreeMap::new(),
        after: BTreeMap::new(),
    };
    let mut written = Vec::new();
    audit_csv(&[row], &mut written).unwrap();
    let mut reader = csv::Reader::from_reader(written.as_slice());
    let record = reader.records().next().unwrap().unwrap();
    assert_eq!((&record[2], &record[4]), ("'=HYPERLINK(\"http://some.example\")", "'+1"));
}

#[test]
fn a_name_with_a_line_break_makes_no_row_of_a_panels_file() {
    let (_folder, path) = fixture::workspace();
    let desk = Desk::new(Workspace::open(&path, Access::Read).unwrap(), Reader::default(), Options::default()).unwrap();
    let question = Question::new(Draft {
        stage: KeyStage::Ks4,
        years: vec![Year::new(2024).unwrap()],
        pool: false,
        scope: Scope::All,
        indicators: vec![Indicator::Att8],
        subjects: Vec::new(),
        filter: Filter::everyone(),
        by: Vec::new(),
        compare: Compare::None,
        judged: Judged::default(),
    });
    let answer = desk.ask_and_wait(&question.unwrap()).unwrap();
    let told = Told { heading: "Ours\n=1+1\r@sum".to_owned(), publishers: Vec::new(), answer: &answer };
    let mut written = Vec::new();
    sheet::write(&[told], desk.register(), Separator::Comma, &mut written).unwrap();
    let text = String::from_utf8(written).unwrap();
    assert!(text.starts_with("# Ours =1+1 @sum\n"), "{text}");
    assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count(), 2, "a head and a row: {text}");
}
