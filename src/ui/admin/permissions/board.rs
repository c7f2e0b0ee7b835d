//! The schools of a group and their permission, as a table and as a file.

use std::collections::BTreeSet;

use eframe::egui::{self, Label, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder};
use jiff::civil::Date;

use super::parts::{chip, day, marked, overdue, overdue_words};
use crate::collab::lists::guarded;
use crate::collab::{Group, OrganisationKind, People, Permission, PermissionState, PersonId, Role as PersonRole};
use crate::model::Urn;
use crate::ui::theme;
use crate::ui::widgets::Mark;
use crate::workspace::Register;

/// Height of a row of two lines, in points.
const ROW: f32 = 46.0;
const HEAD: f32 = 26.0;

/// A school on the board.
#[derive(Debug)]
pub struct Row {
    pub urn: Urn,
    pub name: String,
    /// Its URN, with those under which it stood before.
    number: String,
    pub phase: String,
    pub permission: Permission,
    /// Days since the answer was due, where it is overdue.
    pub overdue: Option<i64>,
    /// Who recorded it; empty where nobody did.
    pub by: String,
    /// The active administrators of the school: names and e-mail addresses.
    pub administrators: Vec<(String, String)>,
    /// What a search looks at, in small letters.
    sought: String,
}

/// All schools of a group, by name.
#[derive(Debug, Default)]
pub struct Board {
    pub rows: Vec<Row>,
}

/// Which schools are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    #[default]
    All,
    State(PermissionState),
    Overdue,
    NoAdministrator,
}

impl Filter {
    pub const ALL: [Self; 8] = [
        Self::All,
        Self::State(PermissionState::NotAsked),
        Self::State(PermissionState::Requested),
        Self::Overdue,
        Self::State(PermissionState::Granted),
        Self::State(PermissionState::Refused),
        Self::State(PermissionState::Withdrawn),
        Self::NoAdministrator,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::State(state) => super::parts::named(state),
            Self::Overdue => "Overdue",
            Self::NoAdministrator => "No administrator",
        }
    }

    fn takes(self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::State(state) => row.permission.state == state,
            Self::Overdue => row.overdue.is_some(),
            Self::NoAdministrator => row.administrators.is_empty(),
        }
    }
}

impl Board {
    /// The board of a group on a day.
    pub fn of(group: &Group, people: &People, register: &Register, today: Date) -> Self {
        let row = |(urn, member): (&Urn, &crate::collab::Member)| {
            let school = register.school(*urn);
            let (name, number) = (register.called(*urn), register.number(*urn));
            let administrators = administrators(people, register, *urn);
            let permission = member.permission.clone();
            let contacts = administrators.iter().map(|(_, name, email)| format!("{name} {email}"));
            let contacts: Vec<String> = contacts.collect();
            let sought = format!("{name} {number} {} {}", permission.agreement, contacts.join(" ")).to_lowercase();
            Row {
                urn: *urn,
                name,
                number,
                phase: school.map(|school| school.phase.clone()).unwrap_or_default(),
                overdue: overdue(&permission, today),
                by: permission.by.map(|by| people.name(by).to_owned()).unwrap_or_default(),
                permission,
                administrators: administrators.into_iter().map(|(_, name, email)| (name, email)).collect(),
                sought,
            }
        };
        let mut rows: Vec<Row> = group.schools.iter().map(row).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name).then(a.urn.cmp(&b.urn)));
        Self { rows }
    }

    /// How many schools a filter takes.
    pub fn count(&self, filter: Filter) -> usize {
        self.rows.iter().filter(|row| filter.takes(row)).count()
    }

    /// The places of the rows that a filter takes and that have every word of a search.
    pub fn shown(&self, filter: Filter, search: &str) -> Vec<usize> {
        let search = search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let fits = |row: &Row| filter.takes(row) && words.iter().all(|word| row.sought.contains(word));
        self.rows.iter().enumerate().filter(|(_, row)| fits(row)).map(|(place, _)| place).collect()
    }

    /// The board as CSV, of which no cell is a formula to a spreadsheet.
    ///
    /// # Errors
    /// Where the rows cannot be written.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record([
            "urn",
            "school",
            "phase",
            "permission",
            "date",
            "due",
            "days_overdue",
            "agreement",
            "recorded_by",
            "administrators",
            "emails",
        ])?;
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        for row in &self.rows {
            let (names, emails): (Vec<&str>, Vec<&str>) =
                row.administrators.iter().map(|(name, email)| (name.as_str(), email.as_str())).unzip();
            writer.write_record([
                row.urn.to_string().as_str(),
                &guarded(&row.name),
                &row.phase,
                row.permission.state.words(),
                &date(row.permission.on),
                &date(row.permission.due),
                &row.overdue.map(|days| days.to_string()).unwrap_or_default(),
                &guarded(&row.permission.agreement),
                &guarded(&row.by),
                &guarded(&names.join("; ")),
                &guarded(&emails.join("; ")),
            ])?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }
}

/// The people who administer a school and may sign in: number, name, e-mail.
fn administrators(people: &People, register: &Register, urn: Urn) -> Vec<(PersonId, String, String)> {
    let Some(school) = people.organisation_of(OrganisationKind::School(register.head(urn))) else { return Vec::new() };
    let of = people.people_of(school).filter(|(_, person)| person.active && person.role == PersonRole::Administrator);
    of.map(|(id, person)| (id, person.name.clone(), person.email.clone())).collect()
}

/// Draws the rows that are shown, at most this high; ticks are kept in `ticked`.
pub fn table(ui: &mut Ui, board: &Board, shown: &[usize], ticked: &mut BTreeSet<Urn>, highest: f32) {
    let colours = theme::of(ui);
    let row_height = ROW + ui.spacing().item_spacing.y;
    let height = (shown.len() as f32 * row_height).min(highest);
    let tick = 26.0;
    // The scroll bar and the gaps between the columns need room too.
    let room = (ui.available_width() - tick - 6.0 * ui.spacing().item_spacing.x - 12.0).max(520.0);
    let mut table = TableBuilder::new(ui)
        .id_salt("permissions board")
        .striped(true)
        .auto_shrink([false, true])
        .min_scrolled_height(height)
        .max_scroll_height(height)
        .column(Column::exact(tick));
    for share in [0.29, 0.17, 0.19, 0.16, 0.19] {
        table = table.column(Column::exact(room * share).clip(true));
    }
    table
        .header(HEAD, |mut header| {
            header.col(|ui| tick_all(ui, board, shown, ticked));
            for head in ["School", "Permission", "Answer due", "Agreement", "Administrators of the school"] {
                header.col(|ui| {
                    ui.add(Label::new(RichText::new(head).font(theme::small_strong())).truncate());
                });
            }
        })
        .body(|body| {
            body.rows(ROW, shown.len(), |mut line| {
                let Some(row) = shown.get(line.index()).and_then(|place| board.rows.get(*place)) else { return };
                line.set_selected(ticked.contains(&row.urn));
                line.col(|ui| {
                    let mut on = ticked.contains(&row.urn);
                    if tick_box(ui, &mut on, &format!("Tick {}", row.name)) {
                        if on {
                            ticked.insert(row.urn);
                        } else {
                            ticked.remove(&row.urn);
                        }
                    }
                });
                line.col(|ui| {
                    two_lines(ui, RichText::new(&row.name), &format!("URN {} · {}", row.number, row.phase));
                });
                line.col(|ui| {
                    chip(ui, row.permission.state, &row.name);
                    if let Some(on) = row.permission.on {
                        below(ui, &day(on));
                    }
                });
                line.col(|ui| match (row.overdue, row.permission.due) {
                    (Some(days), due) => {
                        marked(ui, Mark::Up, *colours.warning, &overdue_words(days));
                        below(ui, &due.map(day).unwrap_or_default());
                    }
                    (None, Some(due)) => {
                        ui.label(day(due));
                    }
                    (None, None) => {
                        ui.label(theme::muted(ui, "–"));
                    }
                });
                line.col(|ui| {
                    let agreement = &row.permission.agreement;
                    let by = if row.by.is_empty() { String::new() } else { format!("recorded by {}", row.by) };
                    let first = if agreement.is_empty() { "–" } else { agreement.as_str() };
                    two_lines(ui, RichText::new(first), &by);
                });
                line.col(|ui| match row.administrators.as_slice() {
                    [] => {
                        let none = marked(ui, Mark::Up, *colours.warning, "No administrator");
                        none.on_hover_text(
                            "Nobody of the school can answer here or pick its users. Add an administrator for the school \
                             under Users I manage, or record its answer yourself.",
                        );
                    }
                    [(name, email), more @ ..] => {
                        let and = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
                        let shown = two_lines(ui, RichText::new(format!("{name}{and}")), email);
                        let all = row.administrators.iter().map(|(name, email)| format!("{name}, {email}"));
                        shown.on_hover_text(all.collect::<Vec<_>>().join("\n"));
                    }
                });
            });
        });
}

fn tick_all(ui: &mut Ui, board: &Board, shown: &[usize], ticked: &mut BTreeSet<Urn>) {
    let urns = || shown.iter().filter_map(|place| board.rows.get(*place)).map(|row| row.urn);
    let mut all = !shown.is_empty() && urns().all(|urn| ticked.contains(&urn));
    if tick_box(ui, &mut all, &format!("Tick all {} shown", shown.len())) {
        if all {
            ticked.extend(urns());
        } else {
            for urn in urns() {
                ticked.remove(&urn);
            }
        }
    }
}

/// A box without words beside it. Gives whether it was pressed.
fn tick_box(ui: &mut Ui, on: &mut bool, name: &str) -> bool {
    let response = ui.add(egui::Checkbox::without_text(on));
    let info = WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *on, name);
    response.widget_info(|| info.clone());
    response.on_hover_text(name).changed()
}

fn two_lines(ui: &mut Ui, first: RichText, second: &str) -> egui::Response {
    let response = ui.add(Label::new(first).truncate());
    if !second.is_empty() {
        below(ui, second);
    }
    response
}

fn below(ui: &mut Ui, words: &str) {
    let words = theme::muted(ui, words);
    ui.add(Label::new(words).truncate());
}
