//! Does the program stay whole under a hand that clicks ten times a second for ten minutes?
//!
//! `cargo bench --bench soak -- SECONDS` (600 unless told); on the demo, or with `SCHOOLBENCH_NATIONAL=folder` on all of a made-up
//! England. Filters, groups and dashboards are chosen by chance, ten changes in a second, whether or not the last is answered.
//! Now and then the hand rests: then it is measured how long the last change takes, and an answer that the window has is noted.
//! At the end, when memory has been measured, each is compared with that of a desk that has kept nothing. It fails where an
//! answer is another, where memory has grown by more than a tenth, beyond what caches may hold, since the first minute, or where
//! work went on for a second after nobody wanted it any more.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

mod shared;
#[path = "shared/stage.rs"]
mod stage;

use std::io::Write as _;
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use schoolbench::desk::Answer;
use schoolbench::model::{Characteristic, Filter, PupilGroup, Scope, Urn};
use schoolbench::ui::{Change, Place};
use shared::data_sets;
use stage::{Stage, ms, quantile};

/// Between two changes.
const BEAT: Duration = Duration::from_millis(100);

/// After so many changes the hand rests.
const UNTIL_REST: usize = 50;

/// An interrupt that is heeded so late was missed.
const HEEDED_WITHIN: Duration = Duration::from_secs(1);

/// MiB that DuckDB may take.
const DATABASE: u32 = 512;

/// Bytes by which caches of answers, slices, figures, cells, shields and draws may still fill after the first minute.
const CACHES: u64 = (3 * 64 + 256 + 384 + 16) << 20;

const PLACES: [Place; 5] = [Place::Overview, Place::Subjects, Place::Subject, Place::Schools, Place::Workbench];

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let seconds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(600);
    let set = data_sets().last().expect("there is the demo");
    let mut stage = Stage::of(set, Some(DATABASE));
    let urns: Vec<Urn> =
        stage.desk().register().schools().filter(|of| of.phase == "Secondary").map(|of| of.urn).collect();
    let authorities: Vec<i32> = stage.desk().register().schools().map(|of| of.la_code).collect();
    stage.change(Change::Scope(Scope::La(set.la)));
    let mut dice = ChaCha8Rng::seed_from_u64(20_261_125);
    let mut below = |most: usize| (dice.next_u64() % most as u64) as usize;
    let (began, mut changes) = (Instant::now(), 0);
    let (mut rests, mut frames, mut told) = (Vec::new(), Vec::new(), Vec::new());
    let (mut first_minute, mut unheeded) = (None, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(seconds) {
        let change = match below(20) {
            0 => Change::Scope(Scope::La(authorities[below(authorities.len())])),
            1 => {
                let some = (0..2 + below(30)).map(|_| urns[below(urns.len())]);
                Change::Scope(Scope::Schools(some.collect()))
            }
            2 => Change::Scope(Scope::All),
            3 | 4 => Change::Place(PLACES[below(PLACES.len())]),
            _ => Change::Filter((0..below(3)).fold(Filter::everyone(), |filter, _| filter.or(group(&mut below)))),
        };
        let since = Instant::now();
        stage.window.apply(change);
        changes += 1;
        while since.elapsed() < BEAT {
            let frame = Instant::now();
            stage.pass();
            frames.push(frame.elapsed());
            // The window sleeps until an answer comes; here until the next beat at the latest.
            stage.desk().wait_until_settled(BEAT.saturating_sub(since.elapsed()));
        }
        let unwanted = stage.desk().told().into_iter().map(|line| line.told.unwanted);
        unheeded = unwanted.fold(unheeded, Duration::max);
        if changes % UNTIL_REST == 0 {
            let since = Instant::now();
            stage.settle();
            rests.push(since.elapsed());
            let questions = std::mem::take(&mut *stage.begun.lock().expect("no panic"));
            let question = questions[below(questions.len())].clone();
            let answer = stage.desk().ask_and_wait(&question).map(|answer| shown(&answer));
            told.extend(answer.ok().map(|answer| (question, answer)));
        }
        if first_minute.is_none() && began.elapsed() > Duration::from_secs(60.min(seconds / 2)) {
            first_minute = resident();
        }
    }
    let mut out = std::io::stdout();
    let [half, most, slowest] = [0.5, 0.95, 1.0].map(|share| ms(quantile(&mut rests, share)));
    let [frame, slow_frame] = [0.5, 0.99].map(|share| ms(quantile(&mut frames, share)));
    writeln!(
        out,
        "{set}: {changes} changes in {seconds} s, {} frames, {frame} at the median, {slow_frame} at p99",
        frames.len()
    )
    .expect("a place to print");
    writeln!(out, "answered after a rest: {half} at the median, {most} at p95, {slowest} at the slowest")
        .expect("a place to print");
    writeln!(out, "a question that nobody asked any more went on for {} at the most", ms(unheeded))
        .expect("a place to print");
    let memory = first_minute.zip(resident());
    if let Some((before, after)) = memory {
        writeln!(out, "memory: {} MB after a minute, {} MB at the end", before >> 20, after >> 20)
            .expect("a place to print");
        for kept in stage.desk().kept() {
            writeln!(out, "  {kept:?}").expect("a place to print");
        }
    }
    drop(stage);
    let (plain, mut compared) = (set.desk(), 0);
    for (question, of_window) in told {
        let of_plain = plain.ask_and_wait(&question).map(|answer| shown(&answer)).expect("an answer");
        // Which small numbers protect which depends on the groups that were looked at: only plain figures are compared.
        if !of_window.contains("Protects") && !of_plain.contains("Protects") {
            assert_eq!(of_window, of_plain, "{question:?}");
            compared += 1;
        }
    }
    writeln!(out, "{compared} answers compared").expect("a place to print");
    let within = |(before, after): (u64, u64)| after <= before + before / 10 + CACHES + (u64::from(DATABASE) << 20);
    assert!(memory.is_none_or(within), "memory has grown");
    assert!(unheeded < HEEDED_WITHIN, "an interrupt was missed");
}

/// What an answer shows.
fn shown(answer: &Answer) -> String {
    format!("{:?}", answer.cells())
}

fn group(below: &mut impl FnMut(usize) -> usize) -> PupilGroup {
    let groups: Vec<PupilGroup> = Characteristic::ALL.into_iter().flat_map(Characteristic::groups).collect();
    groups[below(groups.len())]
}

/// Bytes of memory that the program holds, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}
