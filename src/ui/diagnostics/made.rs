//! What the diagnostics show, made once for every change.

use std::sync::Arc;
use std::time::Duration;

use crate::desk::{End, Kept, Line, Told};
use crate::export::words::{counted, plural};
use crate::model::words::some_of;
use crate::model::{Breakdown, Question};
use crate::ui::session::Catalogue;
use crate::ui::words;
use crate::workspace::memory::Stock;

/// Most indicators of a question that are named.
const MOST_NAMED: usize = 3;

/// The columns of the table, and what they say. Times are in milliseconds.
pub const HEADS: [(&str, &str); 8] = [
    ("Question", "What was asked, the newest first"),
    ("Queued", "Milliseconds from being asked until a worker was free"),
    ("SQL", "Milliseconds in the database, in all its statements"),
    ("Shields", "Milliseconds of raising the shields that keep small numbers from being worked out, without their SQL"),
    ("Gate", "Milliseconds of putting tallies together, judging them, and making figures of them"),
    ("Frame", "Milliseconds of the panel that drew the answer first; – where none has"),
    ("Ended", "Whether it was answered anew or from the cache, stopped, or failed"),
    ("Figures", "Figures of the answer, those that are withheld among them"),
];

/// Stock of memory, and the most bytes that were seen in files.
pub type Memory = (Arc<Stock>, u64);

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    pub told: Arc<Told>,
    /// What was asked.
    pub asked: String,
    /// The same with its number, for who listens.
    pub name: String,
    /// In the order of the columns, from the second.
    pub cells: [String; HEADS.len() - 1],
}

/// What is drawn, and what it was made of.
#[derive(Debug)]
pub struct Made {
    revision: u64,
    memory: Option<Memory>,
    pub summary: Vec<String>,
    /// The newest first.
    pub rows: Vec<Row>,
}

impl Made {
    /// Makes it from what the desk tells.
    pub fn new(revision: u64, lines: Vec<Line>, memory: Option<Memory>, kept: &[Kept], catalogue: &Catalogue) -> Self {
        let of_memory = memory.as_ref().map_or_else(|| "Memory is being looked at".to_owned(), in_words);
        let kept: Vec<String> =
            kept.iter().map(|of| format!("{} {} in {}", counted(of.values), of.what, bytes(of.bytes as u64))).collect();
        let summary = vec![of_questions(&lines), of_memory, format!("Kept: {}", kept.join(", "))];
        let rows = lines.into_iter().map(|line| Row::new(line, catalogue)).collect();
        Self { revision, memory, summary, rows }
    }

    /// Whether it was made of these.
    pub fn is_of(&self, revision: u64, memory: Option<&Memory>) -> bool {
        let same = match (&self.memory, memory) {
            (Some((made, most)), Some((now, most_now))) => Arc::ptr_eq(made, now) && most == most_now,
            (None, None) => true,
            _ => false,
        };
        same && self.revision == revision
    }

    /// Whether a question is among the rows.
    pub fn has(&self, told: &Arc<Told>) -> bool {
        self.rows.iter().any(|row| Arc::ptr_eq(&row.told, told))
    }

    /// Bytes of the machine, where they are known.
    pub fn machine(&self) -> Option<u64> {
        self.memory.as_ref().and_then(|(stock, _)| stock.machine)
    }

    /// The limit where none is set, " (6.0 GiB)", where it is known.
    pub fn usual_limit(&self) -> String {
        self.memory.as_ref().map(|(stock, _)| format!(" ({})", bytes(stock.usual_limit))).unwrap_or_default()
    }

    /// All of it, with every statement, to be sent to somebody.
    pub fn as_text(&self) -> String {
        let mut text = format!("Diagnostics of Schoolbench {}\n", env!("CARGO_PKG_VERSION"));
        for line in &self.summary {
            text += &format!("{line}\n");
        }
        for row in &self.rows {
            text += &format!("\n{}\n", row.name);
            let cells = HEADS[1..].iter().zip(&row.cells).map(|((head, _), cell)| format!("{head} {cell}"));
            text += &format!("{}\n{}\n", cells.collect::<Vec<_>>().join(" · "), sql_of(&row.told));
        }
        text
    }
}

impl Row {
    fn new(line: Line, catalogue: &Catalogue) -> Self {
        let Line { told, frame } = line;
        let asked = asked(&told.question, catalogue);
        let end = match &told.end {
            End::Answered => "answered".to_owned(),
            End::FromCache => "from cache".to_owned(),
            End::Stopped => "stopped".to_owned(),
            End::Failed(_) => "failed".to_owned(),
        };
        let cells = [
            milliseconds(told.queued),
            milliseconds(told.sql),
            milliseconds(told.shields),
            milliseconds(told.gate),
            frame.map_or_else(|| "–".to_owned(), milliseconds),
            end,
            counted(told.cells),
        ];
        let name = format!("Question {}: {asked}", counted(told.nth));
        Self { told, asked, name, cells }
    }
}

/// How a question ended, unless it was answered, and its statements with their times; or why there are none.
pub fn sql_of(told: &Told) -> String {
    let ended = match &told.end {
        End::Failed(why) => Some(format!("-- failed: {why}")),
        End::FromCache => Some("-- answered from the cache, without SQL".to_owned()),
        End::Stopped => {
            let after = milliseconds(told.unwanted);
            Some(format!("-- stopped {after} ms after nobody asked it any more"))
        }
        End::Answered if told.statements.is_empty() => Some("-- answered without SQL".to_owned()),
        End::Answered => None,
    };
    let statement = |statement: &crate::desk::Statement| {
        let took = statement.took.map_or_else(|| "kept from before".to_owned(), |took| milliseconds(took) + " ms");
        format!("-- {took}\n{};", statement.sql)
    };
    let mut parts: Vec<String> = ended.into_iter().chain(told.statements.iter().map(statement)).collect();
    if told.left_out > 0 {
        let left_out = i64::try_from(told.left_out).unwrap_or(i64::MAX);
        parts.push(format!("-- {} more, not kept here", plural(left_out, "statement")));
    }
    parts.join("\n\n")
}

/// What was asked: "Attainment 8 · Ash Trust · KS4 · all pupils · 2024 · by school".
fn asked(question: &Question, catalogue: &Catalogue) -> String {
    let indicators: Vec<&str> = question.indicators().iter().map(|of| words::short(*of)).collect();
    let by = |by: &Breakdown| match by {
        Breakdown::School => "school",
        Breakdown::Subject => "subject",
        Breakdown::Year => "year",
        Breakdown::Pupils(characteristic) => characteristic.label(),
    };
    let by: Vec<&str> = question.by().iter().map(by).collect();
    let by = if by.is_empty() { String::new() } else { format!(" · by {}", by.join(", ")) };
    format!("{} · {}{by}", some_of(&indicators, MOST_NAMED), words::question(question, catalogue))
}

fn of_questions(lines: &[Line]) -> String {
    let of = |end: &End| lines.iter().filter(|line| line.told.end == *end).count();
    let mut took: Vec<Duration> =
        lines.iter().filter(|line| line.told.end == End::Answered).map(|line| line.told.took()).collect();
    took.sort_unstable();
    let longest = took.last().map(|longest| {
        let half = took.get(took.len() / 2).copied().unwrap_or_default();
        format!(
            "; of those answered anew half took at most {} ms, the longest {} ms",
            milliseconds(half),
            milliseconds(*longest)
        )
    });
    let told = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let (cached, anew) = (of(&End::FromCache), of(&End::Answered));
    let longest = longest.unwrap_or_default();
    format!(
        "Questions: the last {}, {} from the cache, {} answered anew{longest}",
        plural(told, "question"),
        counted(cached),
        counted(anew)
    )
}

fn in_words((stock, most_spilled): &Memory) -> String {
    let seen = match (stock.has_spilled, most_spilled) {
        (_, 1..) => format!(", at most {} seen", bytes(*most_spilled)),
        (true, 0) => ", something at a time when nobody looked".to_owned(),
        (false, 0) => ", never any".to_owned(),
    };
    let resident = match (stock.resident, stock.most_resident) {
        (Some(now), Some(most)) => format!("the program holds {}, at most {} so far", bytes(now), bytes(most)),
        _ => "what the program holds is not known here".to_owned(),
    };
    let machine = stock.machine.map(|machine| format!("; the machine has {}", bytes(machine))).unwrap_or_default();
    format!(
        "Memory: DuckDB holds {} of at most {}; {} spilled to files{seen}; {resident}{machine}",
        bytes(stock.held),
        stock.limit,
        bytes(stock.spilled)
    )
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", 1000.0 * time.as_secs_f64())
}

/// "512 KiB", "1.2 MiB", "6.0 GiB".
pub fn bytes(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    match bytes >> 20 {
        0 => format!("{:.0} KiB", 1024.0 * mib),
        1..1024 => format!("{mib:.1} MiB"),
        _ => format!("{:.1} GiB", mib / 1024.0),
    }
}
