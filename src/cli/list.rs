//! `schoolbench ask --list`: what can be asked of a workspace, and the words for it.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::admin::table::plain;
use super::group::Listed;
use crate::model::words::{counted, plural};
use crate::model::{Characteristic, Compare, Filter, Indicator, KeyStage, PupilGroup, Scope, Subject, Year};
use crate::workspace::{Workspace, WorkspaceError};

/// Writes the words of a workspace, and the groups that who asks sees.
///
/// # Errors
/// When the workspace cannot be read or the writer fails.
pub(super) fn write(workspace: &Workspace, groups: &[Listed], out: &mut dyn Write) -> io::Result<()> {
    let failed = |error: WorkspaceError| io::Error::other(error.to_string());
    let register = workspace.register().map_err(failed)?;
    let of_pupils = workspace.years().map_err(failed)?;
    let published = workspace.published().map_err(failed)?;
    for stage in KeyStage::ALL {
        let mut years: BTreeSet<Year> = published.years(stage).collect();
        years.extend(of_pupils.get(&stage).into_iter().flatten());
        if years.is_empty() {
            continue;
        }
        writeln!(out, "{stage} (--stage {})", stage.word())?;
        let endings: Vec<_> = years.iter().map(|year| year.ending().to_string()).collect();
        writeln!(out, "  years       {}", endings.join(","))?;
        let in_tables: BTreeSet<Year> = published.years(stage).collect();
        if !in_tables.is_empty() {
            let listed: Vec<_> = in_tables.iter().map(|year| year.ending().to_string()).collect();
            writeln!(out, "  published   {}", listed.join(","))?;
            let groups: BTreeSet<String> =
                in_tables.iter().flat_map(|year| published.groups(stage, *year)).map(Filter::word).collect();
            writeln!(out, "  published for {}", groups.into_iter().collect::<Vec<_>>().join(", "))?;
        }
        writeln!(out, "  indicators")?;
        let is_there = |of: &Indicator| {
            let published = || years.iter().any(|year| published.has(stage, *year, *of));
            of.stages().contains(&stage) && (!of.is_published_only() || published())
        };
        for indicator in Indicator::ALL.into_iter().filter(is_there) {
            writeln!(out, "    {:<24} {}", indicator.word(), indicator.label())?;
        }
        writeln!(out, "  subjects")?;
        for subject in Subject::all().filter(|subject| subject.key_stage == stage) {
            writeln!(out, "    {:<32} {}", subject.slug, subject.name)?;
        }
    }
    writeln!(out, "Filters (--filter) and breakdowns (--by)")?;
    for characteristic in Characteristic::ALL {
        let words: Vec<_> = characteristic.groups().map(PupilGroup::word).filter(|w| *w != "unknown").collect();
        writeln!(out, "  {:<18} {}={}", characteristic.label(), characteristic.word(), words.join("|"))?;
    }
    writeln!(out, "  School, subject and year can be broken down by too: --by school,subject,year")?;
    writeln!(out, "Comparators (--compare)")?;
    writeln!(out, "  {}", Compare::ALL.map(Compare::word).join(", "))?;
    writeln!(out, "Scopes (--scope)")?;
    writeln!(out, "  {:<18} {} schools", "all", counted(register.schools().len()))?;
    for (code, name) in register.authorities_of(&Scope::All) {
        writeln!(out, "  {:<18} {name}", format!("la:{code}"))?;
    }
    for (uid, name) in register.trusts() {
        writeln!(out, "  {:<18} {name}", format!("trust:{uid}"))?;
    }
    writeln!(out, "  {:<18} any schools by URN", "urn:N,N")?;
    for Listed { id, name, schools } in groups {
        let n = plural(i64::try_from(schools.len()).unwrap_or(i64::MAX), "school");
        writeln!(out, "  {:<18} {}, {n}", format!("group:{id}"), plain(name))?;
    }
    Ok(())
}
