//! What the desk tells of its own work: times that add up, statements, a bounded log for one person's eyes; and the memory.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use schoolbench::desk::{Desk, End, Lane, MOST_TOLD, Options, PanelId, Reader};
use schoolbench::model::{Question, Words};
use schoolbench::workspace::memory::{self, LEAST, Stock};
use schoolbench::workspace::{Access, Workspace};

use crate::{demo, fixture};

/// Nothing here takes as long.
const LONGEST: Duration = Duration::from_secs(60);

fn question(filter: &str, by: &str) -> Question {
    let words = Words {
        stage: "ks4".to_owned(),
        years: "2024".to_owned(),
        scope: "all".to_owned(),
        indicator: "att8,basics4".to_owned(),
        filter: (!filter.is_empty()).then(|| filter.to_owned()).into_iter().collect(),
        by: by.to_owned(),
        ..Words::default()
    };
    Question::try_from(words).unwrap()
}

fn desk() -> Desk {
    let workspace = Workspace::open(demo::workspace(), Access::Read).unwrap();
    Desk::new(workspace, Reader::default(), Options::default()).unwrap()
}

/// A desk that works on a question only when it is let, and tells when one was taken up and when something has come.
struct HeldUp {
    desk: Desk,
    let_pass: SyncSender<()>,
    taken_up: Receiver<Question>,
    come: Receiver<()>,
}

fn held_up() -> HeldUp {
    let (let_pass, passes) = sync_channel::<()>(100);
    let passes = Mutex::new(passes);
    let (take_up, taken_up) = sync_channel(100);
    let (tell, come) = sync_channel(100);
    let options = Options {
        before: Arc::new(move |question| {
            let _ = take_up.try_send(question.clone());
            let _ = passes.lock().unwrap().recv_timeout(LONGEST);
        }),
        notify: Arc::new(move || {
            let _ = tell.try_send(());
        }),
        ..Options::default()
    };
    let workspace = Workspace::open(demo::workspace(), Access::Read).unwrap();
    let desk = Desk::new(workspace, Reader::default(), options).unwrap();
    HeldUp { desk, let_pass, taken_up, come }
}

#[test]
fn a_question_is_told_with_its_times_and_its_statements() {
    let desk = desk();
    let before = desk.told_revision();
    assert!(desk.told().is_empty());
    let asked = question("fsm6=yes", "school");
    let answer = desk.ask_and_wait(&asked).unwrap();
    assert_ne!(desk.told_revision(), before);
    let told = desk.told();
    let [line] = told.as_slice() else { panic!("one question is one line: {told:#?}") };
    let told = &line.told;
    assert_eq!((told.nth, &told.end, &told.question), (1, &End::Answered, &asked));
    assert_eq!(told.cells, answer.cells().len());
    assert!(told.statements.iter().all(|statement| statement.sql.starts_with("SELECT ")), "{told:#?}");
    assert!(told.statements.iter().any(|statement| statement.took.is_some()), "{told:#?}");
    let statements: Vec<&String> = told.statements.iter().map(|statement| &statement.sql).collect();
    assert!(answer.provenance().sql.iter().all(|sql| statements.contains(&sql)), "the answer's statements are told");
    let of_statements: Duration = told.statements.iter().filter_map(|statement| statement.took).sum();
    assert_eq!((told.left_out, told.sql), (0, of_statements), "the time in SQL is that of its statements");
    assert!(told.sql > Duration::ZERO && told.shields > Duration::ZERO && told.gate > Duration::ZERO, "{told:#?}");
    assert_eq!(told.took(), told.queued + told.sql + told.shields + told.gate);
    assert!(told.took() >= answer.provenance().elapsed, "no time is lost");
}

#[test]
fn an_answer_from_the_cache_says_so_and_has_no_statements() {
    let desk = desk();
    let asked = question("", "school");
    let answer = desk.ask_and_wait(&asked).unwrap();
    desk.ask_and_wait(&asked).unwrap();
    let told = desk.told();
    let ends: Vec<&End> = told.iter().map(|line| &line.told.end).collect();
    assert_eq!(ends, [&End::FromCache, &End::Answered], "the newest first");
    let cached = &told[0].told;
    assert!(cached.statements.is_empty() && cached.took() == Duration::ZERO, "{cached:#?}");
    assert_eq!(cached.cells, answer.cells().len());
    let kept = desk.kept();
    let answers = kept.iter().find(|kept| kept.what == "answers").unwrap();
    assert_eq!((answers.values, answers.bytes), (1, desk.cached_bytes()));
}

#[test]
fn the_first_frame_of_an_answer_is_told_once() {
    let desk = desk();
    let (one, other) = (question("", ""), question("eal=yes", ""));
    let (one, other) = (desk.ask_and_wait(&one).unwrap(), desk.ask_and_wait(&other).unwrap());
    let frames = || desk.told().iter().map(|line| line.frame).collect::<Vec<_>>();
    assert_eq!(frames(), [None, None]);
    let took = Duration::from_millis(7);
    desk.drawn(&[Arc::clone(&one)], took);
    assert_eq!(frames(), [None, Some(took)]);
    let revision = desk.told_revision();
    desk.drawn(&[one], Duration::from_millis(1));
    assert_eq!(
        (frames(), desk.told_revision()),
        (vec![None, Some(took)], revision),
        "nothing changes by drawing again"
    );
    desk.drawn(&[other], took);
    assert_eq!(frames(), [Some(took), Some(took)]);
}

#[test]
fn the_log_is_bounded() {
    let desk = desk();
    let questions = [question("", ""), question("fsm6=yes", "")];
    let asked = MOST_TOLD + 10;
    for nth in 0..asked {
        desk.ask_and_wait(&questions[nth % 2]).unwrap();
    }
    let numbers: Vec<u64> = desk.told().iter().map(|line| line.told.nth).collect();
    let expected: Vec<u64> = (11..=asked as u64).rev().collect();
    assert_eq!(numbers, expected, "the last {MOST_TOLD}, the newest first");
}

#[test]
fn a_question_that_fails_is_told_with_the_reason() {
    let desk = desk();
    let words = Words {
        stage: "ks4".to_owned(),
        years: "2024".to_owned(),
        scope: "urn:100053".to_owned(),
        indicator: "att8".to_owned(),
        ..Words::default()
    };
    let asked = Question::try_from(words).unwrap();
    let error = desk.ask_and_wait(&asked).unwrap_err();
    assert_eq!(desk.told()[0].told.end, End::Failed(error.to_string()));
}

#[test]
fn waiting_for_a_worker_is_told() {
    let HeldUp { desk, let_pass, come, .. } = held_up();
    let questions = ["", "eal=yes", "sen=K"].map(|filter| question(filter, "school"));
    let began = Instant::now();
    for (panel, question) in (1..).zip(&questions) {
        desk.ask(PanelId(panel), question, Lane::Interactive);
    }
    // There are two workers.
    let_pass.send(()).unwrap();
    while desk.told().is_empty() {
        come.recv_timeout(LONGEST).unwrap();
    }
    for _ in 0..2 {
        let_pass.send(()).unwrap();
    }
    while desk.told().len() < 3 {
        come.recv_timeout(LONGEST).unwrap();
    }
    let told = desk.told();
    let first = &told[2].told;
    let third = told.iter().find(|line| line.told.question == questions[2]).unwrap();
    let worked = first.sql + first.shields + first.gate;
    assert!(third.told.queued > worked, "the third waits for one of the others: {told:#?}");
    assert!(third.told.queued < began.elapsed());
}

#[test]
fn what_nobody_asks_any_more_tells_how_long_it_went_on() {
    let HeldUp { desk, let_pass, taken_up, come } = held_up();
    let (first, second) = (question("", "school"), question("eal=yes", "school"));
    let before = Instant::now();
    desk.ask(PanelId(1), &first, Lane::Interactive);
    assert_eq!(taken_up.recv_timeout(LONGEST), Ok(first.clone()));
    desk.ask(PanelId(1), &second, Lane::Interactive);
    let since = Instant::now();
    // The other worker is at it: some time has gone by for the first.
    assert_eq!(taken_up.recv_timeout(LONGEST), Ok(second.clone()));
    let at_least = since.elapsed();
    for _ in 0..2 {
        let_pass.send(()).unwrap();
    }
    while desk.told().len() < 2 {
        come.recv_timeout(LONGEST).unwrap();
    }
    let told = desk.told();
    let of = |question: &Question| Arc::clone(&told.iter().find(|line| line.told.question == *question).unwrap().told);
    let (first, second) = (of(&first), of(&second));
    assert_eq!((&first.end, &second.end), (&End::Stopped, &End::Answered));
    assert!(first.unwanted >= at_least && first.unwanted <= before.elapsed(), "{first:?}");
    assert_eq!(second.unwanted, Duration::ZERO, "it was wanted to the end");
}

#[test]
fn who_sits_down_next_is_told_nothing_of_before() {
    let HeldUp { desk, let_pass, come, .. } = held_up();
    let_pass.send(()).unwrap();
    desk.ask_and_wait(&question("", "")).unwrap();
    assert_eq!(desk.told().len(), 1);
    while come.try_recv().is_ok() {}
    desk.ask(PanelId(1), &question("eal=yes", "school"), Lane::Interactive);
    let revision = desk.told_revision();
    desk.admit(Reader::default());
    assert!(desk.told().is_empty() && desk.told_revision() != revision);
    // What was being worked on for whoever sat here before, if it was, is not told to who sits here now.
    let_pass.send(()).unwrap();
    let_pass.send(()).unwrap();
    desk.ask_and_wait(&question("sen=K", "")).unwrap();
    let told = desk.told();
    assert_eq!((told.len(), told[0].told.nth, &told[0].told.question), (1, 1, &question("sen=K", "")));
}

#[test]
fn no_two_desks_share_a_revision() {
    let (one, other) = (desk(), desk());
    assert_ne!(one.told_revision(), other.told_revision());
}

/// Bytes of a size as DuckDB writes it: "6.0 GiB".
fn in_bytes(size: &str) -> f64 {
    let (number, unit) = size.split_once(' ').unwrap();
    let power = ["KiB", "MiB", "GiB", "TiB"].iter().position(|known| *known == unit).unwrap();
    number.parse::<f64>().unwrap() * 1024_f64.powi(i32::try_from(power).unwrap() + 1)
}

#[test]
fn memory_is_bounded_by_a_quarter_of_the_machine_or_as_is_said() {
    let (_folder, path) = fixture::workspace();
    let workspace = Workspace::open(&path, Access::Read).unwrap();
    let limit = || -> String {
        workspace.connection().query_row("SELECT current_setting('memory_limit')", [], |row| row.get(0)).unwrap()
    };
    let usual = memory::usual_limit() as f64;
    assert!((in_bytes(&limit()) - usual).abs() < 0.06 * usual, "{} is not {usual} bytes", limit());
    if let Some(machine) = memory::machine() {
        assert!(memory::usual_limit() == (machine / 4).max(LEAST));
    }
    workspace.bound_memory(512 << 20).unwrap();
    assert_eq!(limit(), "512.0 MiB");
    workspace.bound_memory(1).unwrap();
    assert_eq!(limit(), "256.0 MiB", "DuckDB is left enough to work");
}

#[test]
fn stock_of_memory_is_taken_by_a_worker() {
    let (_folder, path) = fixture::workspace();
    let (tell, come) = sync_channel(100);
    let notify = Arc::new(move || {
        let _ = tell.try_send(());
    });
    let options = Options { memory: Some(512 << 20), notify, ..Options::default() };
    let desk = Desk::new(Workspace::open(&path, Access::Read).unwrap(), Reader::default(), options).unwrap();
    assert!(desk.stock().is_none(), "nobody has asked");
    let until = |limit: &str| -> (Arc<Stock>, u64) {
        loop {
            if let Some(stock) = desk.stock().filter(|(stock, _)| stock.limit == limit) {
                return stock;
            }
            come.recv_timeout(LONGEST).unwrap();
        }
    };
    desk.take_stock();
    let (stock, most_spilled) = until("512.0 MiB");
    assert_eq!((stock.spilled, stock.has_spilled, most_spilled), (0, false, 0), "so little is not put into files");
    assert_eq!(stock.usual_limit, memory::usual_limit());
    if cfg!(target_os = "linux") {
        assert!(stock.resident.is_some_and(|resident| resident > 0) && stock.most_resident >= stock.resident);
        assert!(stock.machine > stock.resident);
    }
    desk.bound_memory(Some(300 << 20));
    until("300.0 MiB");
    assert!(desk.told().is_empty(), "looking at memory is no question");
}
