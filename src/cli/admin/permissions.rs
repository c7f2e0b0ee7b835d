//! Permission of schools, and the school users who see a group.

use std::collections::BTreeSet;
use std::io::Write;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::At;
use super::table::{Table, yes};
use super::words::Schools;
use crate::cli::error::CliError;
use crate::collab::{Command, PermissionState, Recorded};
use crate::export::words::plural;
use crate::model::Urn;

/// What is done with permission.
#[derive(clap::Subcommand)]
pub(super) enum Action {
    /// Record that schools were asked
    Request(Record),
    /// Record that schools have granted permission
    Grant(Record),
    /// Record that schools have refused
    Refuse(Record),
    /// Record that schools have withdrawn their permission
    Withdraw(Record),
    /// List the schools of a group and how far their permission is
    List {
        /// By number or name
        #[arg(long)]
        group: String,
    },
}

/// What is recorded, of which schools.
#[derive(clap::Args)]
pub(super) struct Record {
    /// By number or name
    #[arg(long)]
    group: String,
    #[command(flatten)]
    schools: Schools,
    /// Every school of the group
    #[arg(long, conflicts_with_all = ["urn", "schools_file"])]
    all: bool,
    /// The day on which it was, such as 2026-09-01; today where none is given
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Reference of the data-sharing agreement
    #[arg(long, default_value = "", value_name = "REFERENCE")]
    agreement: String,
}

/// Arguments of `schoolbench admin allocate`.
#[derive(clap::Args)]
pub(super) struct Allocate {
    /// By number or name
    #[arg(long)]
    group: String,
    /// The school; one's own where none is given
    #[arg(long)]
    urn: Option<Urn>,
    /// The school's users who see it beside the global ones: these and no others
    #[arg(long = "user", value_name = "PERSON", value_delimiter = ',', num_args = 1.., required_unless_present = "nobody")]
    users: Vec<String>,
    /// No user of the school but the global ones
    #[arg(long, conflicts_with = "users")]
    nobody: bool,
}

impl At<'_> {
    fn today() -> Date {
        Timestamp::now().to_zoned_datetime(TimeZone::UTC).date()
    }

    pub(super) fn permission(&self, action: &Action, out: &mut dyn Write) -> Result<(), CliError> {
        let (record, state) = match action {
            Action::Request(record) => (record, PermissionState::Requested),
            Action::Grant(record) => (record, PermissionState::Granted),
            Action::Refuse(record) => (record, PermissionState::Refused),
            Action::Withdraw(record) => (record, PermissionState::Withdrawn),
            Action::List { group } => return self.list_permissions(group, out),
        };
        let (id, group) = self.group(&record.group)?;
        let schools: BTreeSet<Urn> =
            if record.all { group.schools.keys().copied().collect() } else { record.schools.read()? };
        if schools.is_empty() {
            return Err(CliError::Input("name schools with --urn or --schools-file, or take --all".to_owned()));
        }
        let n = plural(schools.len() as i64, "school");
        let said = format!("Permission of {n} in group {id} “{}” is {}", group.name, state.words());
        let on = record.on.unwrap_or_else(Self::today);
        let recorded = Recorded { state, on, agreement: record.agreement.clone() };
        self.change(&Command::RecordPermission { group: id, schools, recorded }, &said, out)
    }

    pub(super) fn allocate(&self, allocate: &Allocate, out: &mut dyn Write) -> Result<(), CliError> {
        let (id, group) = self.group(&allocate.group)?;
        let school = allocate.urn.or(self.sight().own_school());
        let school = school.ok_or_else(|| CliError::Input("name the school with --urn".to_owned()))?;
        let users = self.users(&allocate.users)?;
        let n = plural(users.len() as i64, "user");
        let said = format!("{n} of {} allocated to group {id} “{}”", self.school(school), group.name);
        self.change(&Command::Allocate { group: id, school, users }, &said, out)
    }

    fn list_permissions(&self, word: &str, out: &mut dyn Write) -> Result<(), CliError> {
        let (id, group) = self.group(word)?;
        let sight = self.sight();
        let (owns, own) = (sight.owns(id, &group), sight.own_school());
        let columns = ["urn", "school", "permission", "on", "due", "overdue", "agreement", "recorded by", "users"];
        let mut table = Table::new(columns);
        for urn in sight.schools(id, &group) {
            let Some(member) = group.schools.get(&urn) else { continue };
            let permission = &member.permission;
            // What another school has agreed to in writing is between it and the owner.
            let mut row = [urn.to_string(), self.school(urn), permission.state.words().to_owned()]
                .into_iter()
                .chain(std::iter::repeat_n(String::new(), 6))
                .collect::<Vec<_>>();
            if owns || own == Some(urn) {
                let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
                row.truncate(3);
                row.extend([
                    day(permission.on),
                    day(permission.due),
                    yes(permission.is_overdue(Self::today())),
                    permission.agreement.clone(),
                    permission.by.map(|by| self.people.name(by).to_owned()).unwrap_or_default(),
                    member.users.len().to_string(),
                ]);
            }
            if let Ok(row) = row.try_into() {
                table.add(row);
            }
        }
        Ok(table.write(self.common.csv(), out)?)
    }
}
