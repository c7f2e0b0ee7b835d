//! The desk: never waits, newest wins, and an answer never stands under another question.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use schoolbench::desk::{Desk, Lane, LikeSchool, Options, PanelId, Reader, Status};
use schoolbench::method::similar::Preset;
use schoolbench::model::{KeyStage, Question, Scope, Words, Year};
use schoolbench::workspace::{Access, Workspace};

use crate::demo;

const PANEL: PanelId = PanelId(1);

/// A desk on the demo, and a signal for each answer that comes.
fn desk(cache_bytes: usize) -> (Desk, Receiver<()>) {
    let (sender, receiver) = sync_channel(10_000);
    let notify = Arc::new(move || {
        let _ = sender.try_send(());
    });
    let workspace = Workspace::open(demo::workspace(), Access::Read).unwrap();
    (Desk::new(workspace, Reader::default(), Options { cache_bytes, notify, ..Options::default() }).unwrap(), receiver)
}

fn question(years: &str, filter: &[&str], by: &str) -> Question {
    let words = Words {
        stage: "ks4".to_owned(),
        years: years.to_owned(),
        scope: "all".to_owned(),
        indicator: "att8,basics4".to_owned(),
        filter: filter.iter().map(|constraint| (*constraint).to_owned()).collect(),
        by: by.to_owned(),
        ..Words::default()
    };
    Question::try_from(words).unwrap()
}

/// Asks like a window: once per frame, sleeping until something has come.
fn until_ready(desk: &Desk, come: &Receiver<()>, panel: PanelId, question: &Question) {
    loop {
        let reply = desk.ask(panel, question, Lane::Interactive);
        match reply.status {
            Status::Ready => {
                assert_eq!(reply.answer.unwrap().question(), question, "ready with the answer to another question");
                return;
            }
            Status::Failed(error) => panic!("{error}"),
            Status::Waiting { .. } => come.recv_timeout(Duration::from_secs(30)).expect("an answer within 30 s"),
        }
    }
}

#[test]
fn the_previous_answer_stays_until_the_new_one_comes() {
    let (desk, come) = desk(1 << 20);
    let (first, second) = (question("2024", &[], ""), question("2024", &["fsm6=yes"], "school"));
    let at_once = desk.ask(PANEL, &first, Lane::Interactive);
    assert!(at_once.answer.is_none() && matches!(at_once.status, Status::Waiting { .. }));
    until_ready(&desk, &come, PANEL, &first);
    let meanwhile = desk.ask(PANEL, &second, Lane::Interactive);
    assert!(matches!(meanwhile.status, Status::Waiting { .. }));
    assert_eq!(meanwhile.answer.unwrap().question(), &first, "the previous answer, under its own question");
    until_ready(&desk, &come, PANEL, &second);
}

#[test]
fn what_is_known_comes_at_once() {
    let (desk, come) = desk(1 << 20);
    let (first, second) = (question("2024", &[], ""), question("2023", &[], ""));
    until_ready(&desk, &come, PANEL, &first);
    until_ready(&desk, &come, PANEL, &second);
    let again = desk.ask(PANEL, &first, Lane::Interactive);
    assert!(matches!(again.status, Status::Ready), "it was kept");
    let elsewhere = desk.ask(PanelId(2), &second, Lane::Background);
    assert!(matches!(elsewhere.status, Status::Ready), "another panel shares it");
}

#[test]
fn a_hand_that_changes_its_mind_all_the_time_gets_the_last_answer() {
    let filters = ["fsm6=yes", "eal=yes", "sen=K", "sex=F", "prior=low", "mobile=no", "term=summer", "attendance=pa"];
    let (desk, come) = desk(1 << 22);
    let mut last = None;
    for round in 0..40 {
        for filter in filters {
            let by = if round % 2 == 0 { "school,year" } else { "school" };
            let asked = question("2018-2024", &[filter], if round % 3 == 0 { by } else { "year" });
            let reply = desk.ask(PANEL, &asked, Lane::Interactive);
            if let (Status::Ready, Some(answer)) = (&reply.status, &reply.answer) {
                assert_eq!(answer.question(), &asked);
            }
            desk.end_frame();
            last = Some(asked);
        }
    }
    until_ready(&desk, &come, PANEL, &last.unwrap());
}

#[test]
fn many_panels_in_both_lanes_are_all_answered() {
    let (desk, come) = desk(1 << 22);
    let questions: Vec<_> = (0..12)
        .map(|n| question(["2022", "2023", "2024"][n % 3], &[], ["", "sex", "school", "prior"][n / 3]))
        .collect();
    for (n, asked) in questions.iter().enumerate() {
        let lane = if n % 2 == 0 { Lane::Interactive } else { Lane::Background };
        desk.ask(PanelId(n as u64), asked, lane);
    }
    for (n, asked) in questions.iter().enumerate() {
        until_ready(&desk, &come, PanelId(n as u64), asked);
    }
}

#[test]
fn kept_answers_stay_within_their_bytes() {
    let limit = 40_000;
    let (desk, _come) = desk(limit);
    for n in 0..30 {
        let asked =
            question("2018-2024", &[["sen=K", "sen=N", "sen=E"][n % 3]], ["school", "year", "school,sex"][n % 3]);
        desk.ask_and_wait(&asked).unwrap();
        assert!(desk.cached_bytes() <= limit, "{} bytes are kept", desk.cached_bytes());
    }
}

#[test]
fn a_desk_closes_while_it_works() {
    let (desk, _come) = desk(1 << 20);
    for n in 0..8 {
        desk.ask(PanelId(n), &question("2018-2024", &[], "school,ethnicity"), Lane::Interactive);
    }
    drop(desk);
}

#[test]
fn schools_that_are_not_there_are_named() {
    let (desk, _come) = desk(1 << 20);
    let words = Words {
        stage: "ks4".to_owned(),
        years: "2024".to_owned(),
        scope: "urn:100053,900001".to_owned(),
        indicator: "att8".to_owned(),
        ..Words::default()
    };
    let error = desk.ask_and_wait(&Question::try_from(words).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "school 100053 is not in this workspace; `schoolbench ask --list` shows what is");
}

#[test]
fn an_answer_tells_where_it_comes_from() {
    let (desk, _come) = desk(1 << 20);
    let answer = desk.ask_and_wait(&question("2024", &["fsm6=yes"], "")).unwrap();
    let provenance = answer.provenance();
    assert_eq!(provenance.sources, ["pupils.parquet", "results.parquet", "school_years.parquet", "schools.parquet"]);
    assert_eq!(provenance.revision, 1);
    assert!(provenance.rows >= 1 && provenance.sql[0].starts_with("SELECT "), "{provenance:?}");
    // 181 rows of the register; one school goes on under another URN.
    assert_eq!(answer.compared_with(), Some("same pupils, all 180 schools loaded"));
}

#[test]
fn a_school_is_compared_with_those_that_have_a_similar_intake() {
    let (desk, _) = desk(1 << 24);
    let words = |scope: &str, by: &str, compare: &str| {
        let words = Words {
            stage: "ks2".to_owned(),
            years: "2024".to_owned(),
            scope: scope.to_owned(),
            indicator: "reading_score,rwm_expected".to_owned(),
            by: by.to_owned(),
            compare: compare.to_owned(),
            ..Words::default()
        };
        desk.ask_and_wait(&Question::try_from(words).unwrap())
    };
    let every = words("all", "school", "none").unwrap();
    let shown = every.rows().find(|row| row.iter().all(|cell| cell.figure.is_ok())).unwrap();
    let school = shown[0].school().unwrap();
    let compared = words(&format!("urn:{school}"), "", "similar").unwrap();
    let wanted = LikeSchool {
        school,
        among: Scope::All,
        stage: KeyStage::Ks2,
        year: Year::new(2024).unwrap(),
        terms: Preset::terms_of_pupils().to_vec(),
        most: 50,
        phase: None,
        la: None,
        within_km: None,
    };
    let similar = desk.similar(&wanted).unwrap();
    // One in three of the demo's, which are too few for fifty.
    let most = similar.among / 3;
    let urns: Vec<String> = similar.neighbours.iter().take(most).map(|of| of.urn.to_string()).collect();
    assert!((20..50).contains(&urns.len()) && !urns.contains(&school.to_string()), "{}", urns.len());
    let label = compared.compared_with().unwrap();
    assert!(label.contains(&format!("{most} schools with a similar intake in 2023/24")), "{label}");
    let together = words(&format!("urn:{}", urns.join(",")), "", "none").unwrap();
    for (one, all) in compared.cells().iter().zip(together.cells()) {
        let comparison = one.figure.unwrap().comparison.unwrap().unwrap();
        assert!((comparison.comparator - all.figure.unwrap().value).abs() < 1e-9, "{one:?} {all:?}");
    }
    let several = words("all", "", "similar").unwrap_err().to_string();
    assert!(several.contains("choose one school"), "{several}");
}
