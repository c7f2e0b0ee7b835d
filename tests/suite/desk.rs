//! The desk: never waits, newest wins, and an answer never stands under another question.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use schoolbench::desk::{Desk, Lane, LikeSchool, Options, PanelId, Reader, Status};
use schoolbench::method::disclosure::Policy;
use schoolbench::method::shield::{CrossTable, Dimension, Part, Schools, Shield};
use schoolbench::method::similar::Preset;
use schoolbench::model::{KeyStage, Question, Scope, Words, Year};
use schoolbench::workspace::{Access, Workspace};

use crate::demo;
use crate::oracle::dice::Dice;

const PANEL: PanelId = PanelId(1);

/// A desk on the demo, and a signal for each answer that comes.
fn desk(cache_bytes: usize) -> (Desk, Receiver<()>) {
    desk_with(cache_bytes, Options::default().before)
}

/// The same, with something to do before each question.
fn desk_with(cache_bytes: usize, before: Arc<dyn Fn(&Question) + Send + Sync>) -> (Desk, Receiver<()>) {
    let (sender, receiver) = sync_channel(10_000);
    let notify = Arc::new(move || {
        let _ = sender.try_send(());
    });
    let workspace = Workspace::open(demo::workspace(), Access::Read).unwrap();
    (
        Desk::new(workspace, Reader::default(), Options { cache_bytes, notify, before, ..Options::default() }).unwrap(),
        receiver,
    )
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
    until_ready_in(Lane::Interactive, desk, come, panel, question);
}

fn until_ready_in(lane: Lane, desk: &Desk, come: &Receiver<()>, panel: PanelId, question: &Question) {
    loop {
        let reply = desk.ask(panel, question, lane);
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

/// Given up at once, or after the other worker has answered some questions: before its shields are raised, on the way, or when
/// they are there.
#[test]
fn a_question_given_up_while_its_shields_are_raised_makes_way_for_the_next() {
    let first = question("2018-2024", &["fsm6=yes"], "school,ethnicity");
    let next = question("2024", &["sex=F"], "school");
    let beside = ["2018", "2019", "2020", "2021", "2022"].map(|year| question(year, &[], "sex"));
    let right = desk(1 << 24).0.ask_and_wait(&first).unwrap();
    for waits in 0..=beside.len() {
        let (started, start) = sync_channel(100);
        let asked_first = first.clone();
        let before = move |asked: &Question| {
            if *asked == asked_first {
                let _ = started.try_send(());
            }
        };
        let (desk, come) = desk_with(1 << 24, Arc::new(before));
        desk.ask(PANEL, &first, Lane::Interactive);
        start.recv_timeout(Duration::from_secs(30)).expect("a worker takes it up within 30 s");
        for asked in &beside[..waits] {
            until_ready_in(Lane::Background, &desk, &come, PanelId(2), asked);
        }
        until_ready(&desk, &come, PANEL, &next);
        // What was kept of the work on it, if anything, is whole.
        let again = desk.ask_and_wait(&first).unwrap();
        assert_eq!(again.cells(), right.cells(), "given up after {waits} other answers");
    }
}

/// A shield over twelve schools of three authorities, most of whose cells are small in the first authority.
fn raised(wanted: &(dyn Fn() -> bool + Sync)) -> Option<Shield> {
    let cells =
        (0..12u16).flat_map(|school| (0..2).flat_map(move |year| (0..3).map(move |value| (school, year, value))));
    let n = |school: u16, value: u16| match (school % 3, value) {
        (0, 1 | 2) => 2 + i64::from(school / 3),
        (_, 2) if school < 3 => 3,
        _ => 20 + i64::from(school),
    };
    let cells = cells.map(|(school, year, value)| (vec![school, year, value], n(school, value)));
    let table = CrossTable::new(vec![12, 2, 3], cells);
    let dimensions = [Dimension::School, Dimension::Year, Dimension::Value { not_known: None }];
    let authorities: Vec<i32> = (0..12).map(|school| school % 3).collect();
    let schools = Schools { authorities: &authorities, alike: &|a, b| u32::from(a % 3 == b % 3) };
    Shield::raise(&table, &dimensions, Policy::Standard.smallest_shown(), &schools, Vec::new(), wanted)
}

#[test]
fn a_school_by_itself_is_hidden_as_some_schools_that_are_only_it() {
    let mut dice = Dice(5);
    let (mut hidden, mut whole) = (0, 0);
    for nth in 0..300 {
        let (schools, years, values) = (1 + dice.below(6) as u16, 1 + dice.below(3) as u16, 2 + dice.below(2) as u16);
        let places = (0..schools).flat_map(|school| (0..years).map(move |year| (school, year)));
        let places = places.flat_map(|(school, year)| (0..values).map(move |value| [school, year, value]));
        let cells: Vec<([u16; 3], i64)> = places.clone().map(|at| (at, dice.below(12) as i64)).collect();
        let table = CrossTable::new([schools, years, values].map(usize::from).to_vec(), cells.into_iter());
        let dimensions = [Dimension::School, Dimension::Year, Dimension::Value { not_known: None }];
        let authorities: Vec<i32> = (0..schools).map(|_| dice.below(3) as i32).collect();
        let together = Schools { authorities: &authorities, alike: &|a, b| u32::from(a % 2 == b % 2) };
        let shield = Shield::raise(&table, &dimensions, 6, &together, Vec::new(), &|| true).unwrap();
        for [school, year, value] in places {
            let only: Vec<bool> = (0..schools).map(|other| other == school).collect();
            // A part of the schools is looked for among all guards, a school among those that concern it.
            let [one, some, all] = [Part::One(school), Part::Some(&only), Part::All]
                .map(|part| shield.hides(&[part, Part::One(year), Part::One(value)]));
            assert_eq!(one, some, "table {nth}: school {school}, year {year}, value {value}");
            (hidden, whole) = (hidden + usize::from(one), whole + usize::from(all));
        }
    }
    assert!(hidden > 100 && whole > 100, "{hidden} hidden, {whole} of all schools");
}

#[test]
fn a_shield_that_nobody_wants_any_more_is_given_up_soon_and_whole() {
    let whole = raised(&|| true).unwrap();
    let asked = AtomicUsize::new(0);
    let counting = |most: usize| move |asked: &AtomicUsize| asked.fetch_add(1, Ordering::Relaxed) < most;
    let always = counting(usize::MAX);
    assert_eq!(raised(&|| always(&asked)).as_ref(), Some(&whole));
    let cells = asked.into_inner();
    assert!(cells > 16 && !whole.is_empty(), "of {cells} small cells {} are guarded", whole.len());
    for most in 0..cells {
        let (asked, wanted) = (AtomicUsize::new(0), counting(most));
        assert_eq!(raised(&|| wanted(&asked)), None, "given up after {most} of {cells} cells");
        let asked = asked.into_inner();
        assert!(asked <= most + 3, "each authority stops at the first no: {asked} were begun after {most}");
    }
    let (asked, wanted) = (AtomicUsize::new(0), counting(cells));
    assert_eq!(raised(&|| wanted(&asked)), Some(whole), "wanted to the end");
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
