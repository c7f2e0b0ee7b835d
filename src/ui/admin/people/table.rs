//! The table of people: searched, filtered, sorted.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use eframe::egui::{self, Button, Label, RichText, Sense, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder};

use super::organisation_words;
use super::reach;
use crate::collab::{OrganisationId, People, Person, PersonId, Rights, Role};
use crate::ui::admin::{Key, Room};
use crate::ui::theme;
use crate::ui::widgets::{Pick, picker, search_field};

/// Height of a row, in points: a name and an e-mail.
const ROW: f32 = 42.0;

/// Which people are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    All,
    Administrators,
    Users,
    Global,
    NeedPassword,
    Inactive,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::All, Self::Administrators, Self::Users, Self::Global, Self::NeedPassword, Self::Inactive];

    fn words(self) -> &'static str {
        match self {
            Self::All => "everybody",
            Self::Administrators => "administrators",
            Self::Users => "users",
            Self::Global => "global users",
            Self::NeedPassword => "who need a password",
            Self::Inactive => "deactivated",
        }
    }
}

/// By what the rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Sort {
    #[default]
    Person,
    Organisation,
    Role,
    Global,
    SignIn,
    Groups,
}

impl Sort {
    const ALL: [Self; 6] = [Self::Person, Self::Organisation, Self::Role, Self::Global, Self::SignIn, Self::Groups];

    fn words(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Organisation => "Organisation",
            Self::Role => "Role",
            Self::Global => "Global",
            Self::SignIn => "Sign-in",
            Self::Groups => "Groups",
        }
    }
}

/// Whether somebody can sign in, in words. From best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignIn {
    Can,
    Demo,
    OneTime,
    NeedsPassword,
    Inactive,
}

impl SignIn {
    /// How it stands with a person.
    pub fn of(people: &People, id: PersonId, person: &Person) -> Self {
        match (person.active, people.keys.get(&id)) {
            (false, _) => Self::Inactive,
            (true, Some(key)) if key.once => Self::OneTime,
            (true, Some(_)) => Self::Can,
            (true, None) if people.setup.demo => Self::Demo,
            (true, None) => Self::NeedsPassword,
        }
    }

    /// "can sign in", "needs a password" ...
    pub fn words(self) -> &'static str {
        match self {
            Self::Can => "can sign in",
            Self::Demo => "without password",
            Self::OneTime => "one-time password",
            Self::NeedsPassword => "needs a password",
            Self::Inactive => "deactivated",
        }
    }
}

/// A row.
#[derive(Debug, Clone)]
struct Line {
    id: PersonId,
    name: String,
    email: String,
    organisation: OrganisationId,
    of: String,
    role: Role,
    global: bool,
    sign_in: SignIn,
    /// The groups that they see and that may be named.
    groups: Vec<String>,
    /// In small letters.
    sought: String,
}

/// The table as it stands.
#[derive(Debug, Default)]
pub struct Table {
    search: String,
    organisation: Option<OrganisationId>,
    kind: Kind,
    sort: Sort,
    backwards: bool,
    /// Of what the rows were made.
    made: Option<Key>,
    lines: Vec<Line>,
    /// Places in `lines` of those shown, in order.
    shown: Vec<usize>,
    /// Whether they are to be found again.
    stale: bool,
}

impl Table {
    /// Draws search, filters and rows. Gives whose card is to be opened.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        room: &Room<'_>,
        managed: &BTreeSet<OrganisationId>,
        ticked: &mut BTreeSet<PersonId>,
    ) -> Option<PersonId> {
        self.make(room, managed);
        self.filters(ui, room, managed);
        if std::mem::take(&mut self.stale) {
            self.shown = self.find();
        }
        let shown = std::mem::take(&mut self.shown);
        ui.horizontal(|ui| {
            let (n, of) = (shown.len(), self.lines.len());
            ui.label(theme::muted(ui, format!("{n} of {of} people")));
            if ui.add_enabled(n > 0, Button::new("Tick all shown").small()).clicked() {
                ticked.extend(shown.iter().filter_map(|at| self.lines.get(*at)).map(|line| line.id));
            }
        });
        let mut opened = None;
        if shown.is_empty() {
            ui.add_space(theme::space().two);
            ui.label(if !self.lines.is_empty() {
                "Nobody is like this: change the search or the filters above"
            } else {
                "There is nobody yet: add a person above, or import a list below"
            });
            ui.add_space(theme::space().two);
        } else {
            opened = self.rows(ui, &shown, ticked);
        }
        self.shown = shown;
        opened
    }

    fn make(&mut self, room: &Room<'_>, managed: &BTreeSet<OrganisationId>) {
        let made = room.key();
        if self.made == Some(made) {
            return;
        }
        let known = reach::known_groups(room);
        let within = room.people.persons.iter().filter(|(_, person)| managed.contains(&person.organisation));
        let line = |(id, person): (&PersonId, &Person)| {
            let seen = Rights::of(room.people, *id).groups;
            let of = organisation_words(room, person.organisation);
            Line {
                id: *id,
                name: person.name.clone(),
                email: person.email.clone(),
                organisation: person.organisation,
                role: person.role,
                global: person.global,
                sign_in: SignIn::of(room.people, *id, person),
                groups: seen.into_iter().filter(|(id, _)| known.contains(id)).map(|(_, seen)| seen.name).collect(),
                sought: format!("{} {} {of}", person.name, person.email).to_lowercase(),
                of,
            }
        };
        self.lines = within.map(line).collect();
        self.made = Some(made);
        self.stale = true;
        self.organisation = self.organisation.filter(|id| managed.contains(id));
    }

    fn filters(&mut self, ui: &mut Ui, room: &Room<'_>, managed: &BTreeSet<OrganisationId>) {
        ui.horizontal_wrapped(|ui| {
            let hint = "Search name, e-mail, organisation";
            let field = search_field(ui, &mut self.search, "Search people", hint, 260.0);
            self.stale |= field.changed();
            if managed.len() > 1 {
                let name = self.organisation.map_or_else(|| "all".to_owned(), |id| organisation_words(room, id));
                let lines = || {
                    let all = std::iter::once(Pick::new(None, "all"));
                    all.chain(managed.iter().map(|id| Pick::new(Some(*id), organisation_words(room, *id)))).collect()
                };
                if let Some(picked) = picker(ui, "Organisation", &self.organisation, &name, lines) {
                    (self.organisation, self.stale) = (picked, true);
                }
            }
            let lines = || Kind::ALL.map(|kind| Pick::new(kind, kind.words())).into();
            if let Some(picked) = picker(ui, "Show", &self.kind, self.kind.words(), lines) {
                (self.kind, self.stale) = (picked, true);
            }
        });
    }

    /// The rows that are sought, in order.
    fn find(&self) -> Vec<usize> {
        let sought: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let is_shown = |line: &Line| {
            let kind = match self.kind {
                Kind::All => true,
                Kind::Administrators => line.role == Role::Administrator,
                Kind::Users => line.role == Role::User,
                Kind::Global => line.global,
                Kind::NeedPassword => line.sign_in == SignIn::NeedsPassword,
                Kind::Inactive => line.sign_in == SignIn::Inactive,
            };
            kind && self.organisation.is_none_or(|id| id == line.organisation)
                && sought.iter().all(|word| line.sought.contains(word))
        };
        let by_name = |a: &Line, b: &Line| (a.name.to_lowercase(), &a.email).cmp(&(b.name.to_lowercase(), &b.email));
        let order = |a: &Line, b: &Line| match self.sort {
            Sort::Person => Ordering::Equal,
            Sort::Organisation => a.of.cmp(&b.of),
            Sort::Role => a.role.cmp(&b.role),
            Sort::Global => b.global.cmp(&a.global),
            Sort::SignIn => a.sign_in.cmp(&b.sign_in),
            Sort::Groups => b.groups.len().cmp(&a.groups.len()),
        };
        let mut shown: Vec<usize> = (0..self.lines.len()).filter(|at| is_shown(&self.lines[*at])).collect();
        shown.sort_by(|a, b| {
            let (a, b) = (&self.lines[*a], &self.lines[*b]);
            order(a, b).then_with(|| by_name(a, b))
        });
        if self.backwards {
            shown.reverse();
        }
        shown
    }

    fn rows(&mut self, ui: &mut Ui, shown: &[usize], ticked: &mut BTreeSet<PersonId>) -> Option<PersonId> {
        let mut opened = None;
        let lines = &self.lines;
        let (mut sort, mut backwards) = (self.sort, self.backwards);
        let widths = [170.0, 104.0, 60.0, 134.0, 62.0];
        let mut table = TableBuilder::new(ui)
            .id_salt("people")
            .striped(true)
            .auto_shrink([false, true])
            .max_scroll_height(460.0)
            .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
            .column(Column::exact(26.0))
            .column(Column::remainder().at_least(170.0).clip(true));
        for width in widths {
            table = table.column(Column::exact(width).clip(true));
        }
        let table = table.header(28.0, |mut header| {
            header.col(|_| {});
            for by in Sort::ALL {
                header.col(|ui| {
                    let arrow = match (sort == by, backwards) {
                        (true, false) => " ↑",
                        (true, true) => " ↓",
                        (false, _) => "",
                    };
                    let text = RichText::new(format!("{}{arrow}", by.words())).font(theme::small_strong());
                    let response = ui.add(Button::new(text).frame(false));
                    let name = format!("Sort by {}", by.words().to_lowercase());
                    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
                    if response.on_hover_text(name).clicked() {
                        (sort, backwards) = (by, sort == by && !backwards);
                    }
                });
            }
        });
        table.body(|body| {
            body.rows(ROW, shown.len(), |mut row| {
                let Some(line) = shown.get(row.index()).and_then(|at| lines.get(*at)) else { return };
                row.col(|ui| {
                    let mut is_ticked = ticked.contains(&line.id);
                    let response = ui.checkbox(&mut is_ticked, "");
                    response.widget_info(|| {
                        WidgetInfo::selected(egui::Role::CheckBox, true, is_ticked, format!("Tick {}", line.email))
                    });
                    if response.changed() {
                        if is_ticked {
                            ticked.insert(line.id)
                        } else {
                            ticked.remove(&line.id)
                        };
                    }
                });
                row.col(|ui| {
                    if person(ui, line) {
                        opened = Some(line.id);
                    }
                });
                let faint = line.sign_in == SignIn::Inactive;
                let mut text = |words: &str, hover: &str| {
                    row.col(|ui| {
                        let words = RichText::new(words);
                        let words = if faint { words.color(*theme::of(ui).muted) } else { words };
                        let label = ui.add(Label::new(words).truncate().sense(Sense::hover()));
                        if !hover.is_empty() {
                            label.on_hover_text(hover);
                        }
                    });
                };
                text(&line.of, &line.of);
                text(line.role.word(), "");
                text(if line.global { "yes" } else { "no" }, "");
                text(line.sign_in.words(), "");
                let names = if line.groups.is_empty() { "No groups".to_owned() } else { line.groups.join("\n") };
                text(&line.groups.len().to_string(), &names);
            });
        });
        if (sort, backwards) != (self.sort, self.backwards) {
            (self.sort, self.backwards, self.stale) = (sort, backwards, true);
            ui.ctx().request_repaint();
        }
        opened
    }
}

/// A name that opens the card, above the e-mail. Gives whether it was clicked.
fn person(ui: &mut Ui, line: &Line) -> bool {
    let mut clicked = false;
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(2.0);
        let link = egui::Link::new(RichText::new(&line.name));
        clicked = ui.add(link).on_hover_text(format!("Open the card of {}", line.name)).clicked();
        ui.add(Label::new(theme::muted(ui, &line.email)).truncate()).on_hover_text(&line.email);
    });
    clicked
}
