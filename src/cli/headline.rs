//! `schoolbench` without a command: a group's headline table, for the made-up authority where no workspace is named.

use std::io::{self, Write as _};
use std::path::PathBuf;

use super::error::CliError;
use super::import::load;
use crate::desk::{Desk, Options, Reader};
use crate::export::{self, Format};
use crate::ingest::demo;
use crate::model::{Compare, Draft, Filter, Indicator, KeyStage, Question, Scope, Source, Unit, Year};
use crate::workspace::{Access, Register, Workspace};

pub(super) fn run(workspace: Option<PathBuf>) -> Result<(), CliError> {
    let path = match workspace {
        Some(path) => path,
        None => demo_workspace()?,
    };
    let workspace = Workspace::open(&path, Access::Read)?;
    let years = workspace.years()?;
    let desk = Desk::new(workspace, Reader::default(), Options::default())?;
    let (scope, name) = group(desk.register());
    let mut out = io::stdout();
    for (stage, years) in years {
        let Some(year) = years.last().copied() else { continue };
        let Some(question) = headlines(stage, year, scope.clone())? else { continue };
        writeln!(out, "{name}, {stage}, {year}\n")?;
        let answer = desk.ask_and_wait(&question)?;
        export::write(&answer, desk.register(), Format::Table, &mut out)?;
        writeln!(out)?;
    }
    writeln!(out, "Workspace: {}", path.display())?;
    writeln!(out, "Ask it more: schoolbench ask --workspace {} --list", path.display())?;
    Ok(())
}

/// The workspace of the made-up authority in the user's data folder, made at first start.
fn demo_workspace() -> Result<PathBuf, CliError> {
    let folders = directories::ProjectDirs::from("uk", "Schoolbench", "schoolbench")
        .ok_or_else(|| CliError::Input("this user has no data folder; name a workspace with --workspace".to_owned()))?;
    let failed =
        |path: &PathBuf, source| CliError::File { what: "the demo cannot be unpacked", source, path: path.clone() };
    let folder = folders.data_dir().to_owned();
    std::fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))?;
    let workspace = folder.join("demo.schoolbench");
    if !workspace.exists() {
        let unpacked = tempfile::tempdir().map_err(|source| failed(&std::env::temp_dir(), source))?;
        let files = demo::unpack(unpacked.path()).map_err(|source| failed(&unpacked.path().to_owned(), source))?;
        load(&workspace, &files)?;
    }
    Ok(workspace)
}

/// The group that is shown first: the trust with the most schools, or all schools where there is none.
fn group(register: &Register) -> (Scope, String) {
    let size = |uid: &i32| register.schools_of(&Scope::Trust(*uid)).count();
    let largest = register.trusts().into_iter().max_by_key(|(uid, _)| (size(uid), -uid));
    match largest {
        Some((uid, name)) => (Scope::Trust(uid), format!("{name} ({} schools)", size(&uid))),
        None => (Scope::All, format!("All {} schools", register.schools().len())),
    }
}

/// The headline question of a key stage; `None` where it has no headlines.
fn headlines(stage: KeyStage, year: Year, scope: Scope) -> Result<Option<Question>, CliError> {
    let headline =
        |indicator: &Indicator| indicator.source() == Source::Outcomes && indicator.stages().contains(&stage);
    let indicators: Vec<Indicator> = Indicator::ALL.into_iter().filter(headline).collect();
    if indicators.iter().all(|indicator| indicator.unit() == Unit::Count) {
        return Ok(None);
    }
    let question = Question::new(Draft {
        stage,
        years: vec![year],
        pool: false,
        scope,
        indicators,
        subjects: Vec::new(),
        filter: Filter::everyone(),
        by: Vec::new(),
        compare: Compare::Same,
    })?;
    Ok(Some(question))
}
