//! `schoolbench ask`: a question from flags or a TOML file, its answer as CSV, JSON, Parquet or a table.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::admin::words::text_of;
use super::error::CliError;
use super::list;
use super::person::{self, Seat, SignIn};
use crate::desk::{Answer, Desk};
use crate::export::{self, Format};
use crate::method::disclosure::Policy;
use crate::model::words::counted;
use crate::model::{Definition, Question, UnknownWord, Words};
use crate::workspace::{Access, Workspace};

/// Arguments of `schoolbench ask`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Workspace to ask
    #[arg(long, value_name = "FILE")]
    workspace: PathBuf,
    /// Print the indicators, subjects, filters and scopes of the workspace and their words
    #[arg(long)]
    list: bool,
    /// The question in a TOML file, in the words of these flags; flags that are given as well win
    #[arg(long, value_name = "FILE")]
    question: Option<PathBuf>,
    /// Key stage: ks2, ks4, ks5
    #[arg(long)]
    stage: Option<String>,
    /// Years: 2023,2024 or 2020-2024
    #[arg(long)]
    years: Option<String>,
    /// Pool several years into one figure
    #[arg(long)]
    pool: bool,
    /// Schools: all, la:936, trust:5143, urn:100053,100054; a group that you see by number or name: group:3,
    /// "group:Feeders of Ash"
    #[arg(long)]
    scope: Option<String>,
    /// Indicators: att8,basics4,...
    #[arg(long)]
    indicator: Option<String>,
    /// Subjects: physics,...
    #[arg(long)]
    subject: Option<String>,
    /// Pupil filter: fsm6=yes; sen=K,E; several flags narrow it down
    #[arg(long)]
    filter: Vec<String>,
    /// Break down by: school,subject,year,sex,...
    #[arg(long)]
    by: Option<String>,
    /// Compare with: same, other, all, in_school, la, similar, previous, none
    #[arg(long)]
    compare: Option<String>,
    /// How differences are judged: interval (the comparator is taken as exact), difference (z for means, Newcombe for shares)
    #[arg(long)]
    test: Option<String>,
    /// Correct for many comparisons at once (Benjamini-Hochberg, 5 %)
    #[arg(long)]
    many: bool,
    #[command(flatten)]
    sign_in: SignIn,
    /// How small groups are withheld: standard (fewer than 6 pupils), strict (fewer than 11), open (for the owner of the data:
    /// no figure of a single pupil)
    #[arg(long, default_value = "standard")]
    policy: String,
    /// Form of the answer: csv, json, table, parquet
    #[arg(long, default_value = "csv")]
    format: String,
    /// Write the answer to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Split the one figure's difference from its comparator into what the intake explains and what is left
    #[arg(long)]
    intake: bool,
    /// Print on the error stream how the answer was made
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let format: Format = arguments.format.parse()?;
    let policy = policy(&arguments.policy)?;
    if arguments.list {
        let workspace = Workspace::open(&arguments.workspace, Access::Read)?;
        let seat = person::seat(&workspace, &arguments.sign_in, policy)?;
        return Ok(list::write(&workspace, &seat.groups(), &mut io::stdout().lock())?);
    }
    let mut words = words(arguments)?;
    let sit_down = || -> Result<(Workspace, Seat), CliError> {
        let workspace = Workspace::open(&arguments.workspace, Access::Read)?;
        let seat = person::seat(&workspace, &arguments.sign_in, policy)?;
        Ok((workspace, seat))
    };
    let (question, (workspace, seat)) = match words.scope.strip_prefix("group:").map(str::to_owned) {
        None => (Question::try_from(words)?, sit_down()?),
        // Which schools these are depends on who asks.
        Some(group) => {
            let (workspace, seat) = sit_down()?;
            words.scope = seat.scope_of(&group)?.to_string();
            (Question::try_from(words)?, (workspace, seat))
        }
    };
    let desk = Desk::new(workspace, seat.reader, seat.options)?;
    let answer = desk.ask_and_wait(&question)?;
    if arguments.intake {
        let explained = answer.explained().map_err(Arc::new)?;
        match &arguments.out {
            None => export::contextual::csv(&explained, &mut io::stdout())?,
            Some(path) => write_whole(path, |out| export::contextual::csv(&explained, out))?,
        }
        return Ok(());
    }
    match &arguments.out {
        None => export::write(&answer, desk.register(), format, &mut io::stdout())?,
        Some(path) => write_whole(path, |out| export::write(&answer, desk.register(), format, out))?,
    }
    if arguments.explain {
        explain(&answer, &mut io::stderr())?;
    }
    Ok(())
}

/// The words of the question: those of the file, and over them those of the flags.
fn words(arguments: &Arguments) -> Result<Words, CliError> {
    let mut words = match &arguments.question {
        None => Words::default(),
        Some(path) => {
            let text = text_of(path, "the question cannot be read")?;
            toml::from_str(&text)
                .map_err(|error| CliError::Input(format!("the question is not right: {error}{}", path.display())))?
        }
    };
    let given = [
        (&arguments.stage, &mut words.stage),
        (&arguments.years, &mut words.years),
        (&arguments.scope, &mut words.scope),
        (&arguments.indicator, &mut words.indicator),
        (&arguments.subject, &mut words.subject),
        (&arguments.by, &mut words.by),
        (&arguments.compare, &mut words.compare),
        (&arguments.test, &mut words.test),
    ];
    for (flag, word) in given {
        if let Some(flag) = flag {
            word.clone_from(flag);
        }
    }
    if !arguments.filter.is_empty() {
        words.filter.clone_from(&arguments.filter);
    }
    words.pool |= arguments.pool;
    words.many |= arguments.many;
    Ok(words)
}

fn policy(word: &str) -> Result<Policy, CliError> {
    let known = [Policy::Open, Policy::Standard, Policy::Strict];
    let found = known.into_iter().find(|policy| policy.word() == word);
    Ok(found.ok_or_else(|| UnknownWord::expected("policy", word, known.map(Policy::word)))?)
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<(), CliError> {
    let failed = |source| CliError::File { what: "the answer cannot be written", source, path: path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // A temporary file is for its owner only; an answer is for whom other new files are.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    write(file.as_file_mut()).map_err(failed)?;
    file.persist(path).map(|_| ()).map_err(|error| failed(error.error))
}

/// How an answer was made: what it is of, in which files, by which statements.
fn explain(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let provenance = answer.provenance();
    for indicator in answer.question().indicators() {
        let Definition { words, document } = indicator.definition();
        writeln!(out, "{}: {words} ({document})", indicator.word())?;
    }
    if let Some(compared_with) = answer.compared_with() {
        writeln!(out, "compared with: {compared_with}")?;
        writeln!(out, "{}", answer.question().judged().words())?;
    }
    for note in &provenance.notes {
        writeln!(out, "{note}")?;
    }
    match &provenance.spread {
        Some(spread) => writeln!(out, "intervals of means: 1.96 standard deviations of {spread}")?,
        None => writeln!(out, "intervals of means: none, or only those that were published")?,
    }
    writeln!(out, "intervals of shares: Wilson, 95 %")?;
    let elapsed_ms = provenance.elapsed.as_secs_f64() * 1000.0;
    writeln!(
        out,
        "made in {elapsed_ms:.1} ms from {} rows of tallies, revision {}",
        counted(provenance.rows),
        provenance.revision
    )?;
    writeln!(out, "files: {}", provenance.sources.join(", "))?;
    for sql in &provenance.sql {
        writeln!(out, "{sql};")?;
    }
    Ok(())
}
