//! `schoolbench synth`: a made-up authority as Parquet files.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use super::error::CliError;
use super::import::{cancelled_by_ctrl_c, progress_bar};
use crate::ingest::synth::{Plan, write};
use crate::ingest::time_left;
use crate::model::Year;
use crate::model::words::counted;

/// Arguments of `schoolbench synth`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Folder to write to; made if there is none
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// How much: demo (one authority) or national (all of a made-up England)
    #[arg(long, default_value = "demo")]
    size: String,
    /// Number of schools, primary and secondary as the size has them
    #[arg(long)]
    schools: Option<u32>,
    /// Years, such as 2018-2024; years without exams are left out
    #[arg(long, value_name = "FIRST-LAST")]
    years: Option<String>,
    /// Another seed makes other schools
    #[arg(long)]
    seed: Option<u64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let mut plan = match arguments.size.as_str() {
        "demo" => Plan::demo(),
        "national" => Plan::national(),
        other => return Err(CliError::Input(format!("size \"{other}\" is not known; right would be: demo, national"))),
    };
    if let Some(schools) = arguments.schools {
        plan = plan.with_schools(schools);
    }
    if let Some(years) = &arguments.years {
        let (first, last) = years.split_once('-').unwrap_or((years, years));
        let (first, last): (Year, Year) = (first.parse()?, last.parse()?);
        plan = plan.with_years(first, last);
    }
    if let Some(seed) = arguments.seed {
        plan.seed = seed;
    }
    let cancel = cancelled_by_ctrl_c();
    let bar = progress_bar();
    let started = Instant::now();
    let written = write(&plan, &arguments.out, &mut |done, expected| {
        let fraction = done as f64 / expected.max(1) as f64;
        bar.set_position((fraction * 1000.0) as u64);
        bar.set_message(format!("{} rows{}", counted(done), time_left(started.elapsed(), fraction)));
        if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish_and_clear();
    let mut stderr = std::io::stderr();
    for file in written? {
        writeln!(stderr, "wrote {} rows of {}: {}", counted(file.rows), file.table.name(), file.path.display())?;
    }
    writeln!(stderr, "done in {:.1} s", started.elapsed().as_secs_f64())?;
    Ok(())
}
