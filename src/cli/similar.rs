//! `schoolbench similar`: schools with an intake like that of one school, as CSV or a table.

use std::io;
use std::path::PathBuf;

use super::error::CliError;
use super::person::{self, SignIn};
use crate::desk::{Desk, LikeSchool};
use crate::export;
use crate::method::disclosure::Policy;
use crate::method::similar::{Preset, Spread, Term};
use crate::model::{Indicator, KeyStage, LaCode, UnknownWord, Urn, Year};
use crate::workspace::{Access, Published, Workspace};

/// Arguments of `schoolbench similar`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Workspace to look in
    #[arg(long, value_name = "FILE")]
    workspace: PathBuf,
    /// The school, by its URN
    #[arg(long, value_name = "URN")]
    school: String,
    /// Key stage whose schools are compared: ks2, ks4
    #[arg(long)]
    stage: String,
    /// Year of the intake; the last in which there is one if none is given
    #[arg(long)]
    year: Option<String>,
    /// Inputs and weights: dfe (2026), schools-like-yours
    #[arg(long, default_value = "dfe")]
    preset: String,
    /// Another weight for an input, such as secondary_eal=0.1; 0 leaves it out. An input that the preset has not is compared in
    /// standard deviations of the schools loaded
    #[arg(long, value_name = "INPUT=WEIGHT")]
    weight: Vec<String>,
    /// How many schools
    #[arg(long, default_value_t = 50)]
    most: usize,
    /// Only schools of this phase, such as Primary
    #[arg(long)]
    phase: Option<String>,
    /// Only schools of this authority, by its code
    #[arg(long, value_name = "CODE")]
    la: Option<LaCode>,
    /// Only schools that are no farther away
    #[arg(long, value_name = "KM")]
    within: Option<f64>,
    /// Form of the answer: csv, table
    #[arg(long, default_value = "csv", value_parser = ["csv", "table"])]
    format: String,
    #[command(flatten)]
    sign_in: SignIn,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let (stage, school): (KeyStage, Urn) = (arguments.stage.parse()?, arguments.school.parse()?);
    let known = Preset::ALL.map(Preset::word);
    let preset = Preset::ALL.into_iter().find(|preset| preset.word() == arguments.preset);
    let preset = preset.ok_or_else(|| UnknownWord::expected("preset", &arguments.preset, known))?;
    let terms = terms(preset.terms(stage), &arguments.weight, stage)?;
    let workspace = Workspace::open(&arguments.workspace, Access::Read)?;
    let year = match &arguments.year {
        Some(year) => year.parse()?,
        None => last_year(&workspace.published()?, stage, &terms).ok_or_else(|| {
            let words: Vec<_> = terms.iter().map(|term| term.input.word()).collect();
            CliError::Input(format!(
                "no year of this workspace has an input ({}); name one with --year",
                words.join(", ")
            ))
        })?,
    };
    let seat = person::seat(&workspace, &arguments.sign_in, Policy::default())?;
    let among = seat.reader.schools_beside(school);
    let desk = Desk::new(workspace, seat.reader, seat.options)?;
    let wanted = LikeSchool {
        school,
        among,
        stage,
        year,
        terms,
        most: arguments.most,
        phase: arguments.phase.clone(),
        la: arguments.la,
        within_km: arguments.within,
    };
    let similar = desk.similar(&wanted)?;
    let out = &mut io::stdout();
    match arguments.format.as_str() {
        "table" => Ok(export::similar::table(&similar, desk.register(), &wanted, preset, out)?),
        _ => Ok(export::similar::csv(&similar, desk.register(), &wanted, out)?),
    }
}

/// The terms of the preset with the weights that were given.
fn terms(preset: &[Term], weights: &[String], stage: KeyStage) -> Result<Vec<Term>, CliError> {
    let mut terms = preset.to_vec();
    for given in weights {
        let wrong = || CliError::Input(format!("a weight is written as secondary_eal=0.1, not \"{given}\""));
        let (input, weight) = given.split_once('=').ok_or_else(wrong)?;
        let input: Indicator = input.parse()?;
        let weight: f64 =
            weight.parse().ok().filter(|weight: &f64| weight.is_finite() && *weight >= 0.0).ok_or_else(wrong)?;
        if !input.stages().contains(&stage) {
            return Err(CliError::Input(format!("{} is not made for {stage}", input.word())));
        }
        match terms.iter_mut().find(|term| term.input == input) {
            Some(term) => term.weight = weight,
            None => terms.push(Term { input, weight, spread: Spread::OfSchools }),
        }
    }
    terms.retain(|term| term.weight > 0.0);
    if terms.is_empty() {
        return Err(CliError::Input("every input is left out; give one a weight above 0".to_owned()));
    }
    Ok(terms)
}

/// The last year in which most of the inputs were published.
fn last_year(published: &Published, stage: KeyStage, terms: &[Term]) -> Option<Year> {
    let inputs_of = |year: &Year| terms.iter().filter(|term| published.has(stage, *year, term.input)).count();
    published.every_year().into_iter().filter(|year| inputs_of(year) > 0).max_by_key(|year| (inputs_of(year), *year))
}
