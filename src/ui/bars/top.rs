//! The bar at the top: workspace, group, key stage, years, comparator.

use eframe::egui::{self, Label, RichText, Theme, Ui};

use super::scope::scope_picker;
use crate::model::words::counted;
use crate::model::{Compare, Judged, Test};
use crate::ui::change::{Change, Outbox};
use crate::ui::command::{Command, Situation};
use crate::ui::questions::filter_in_words;
use crate::ui::session::{Catalogue, Session};
use crate::ui::theme;
use crate::ui::view::{Kind, Place, View};
use crate::ui::widgets::{Icon, Pick, icon_button, picker, segment};

/// What the bar shows.
#[derive(Debug)]
pub struct TopBar<'a> {
    pub session: Option<(&'a Session, &'a View)>,
    pub situation: Situation,
}

/// Draws the bar.
pub fn top_bar(ui: &mut Ui, bar: &TopBar<'_>, out: &mut Outbox) {
    ui.horizontal(|ui| {
        menus(ui, bar, out);
        if let Some((session, view)) = bar.session {
            ui.separator();
            scope_picker(ui, view, &session.catalogue, out);
            crumbs(ui, view, &session.catalogue, out);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| icons(ui, bar, out));
    });
    if let Some((session, view)) = bar.session {
        ui.add_space(theme::space().half);
        ui.horizontal_wrapped(|ui| choices(ui, session, view, out));
    }
}

fn menus(ui: &mut Ui, bar: &TopBar<'_>, out: &mut Outbox) {
    ui.label(RichText::new("Schoolbench").font(theme::title()).color(*theme::of(ui).accent));
    ui.add_space(theme::space().half);
    let workspace = [
        Command::OpenWorkspace,
        Command::NewWorkspace,
        Command::AddFiles,
        Command::OpenDemo,
        Command::OpenPublic,
        Command::CloseWorkspace,
        Command::Administration,
        Command::AdministrationApart,
        Command::BeginPeople,
        Command::ChangePassword,
        Command::SignOut,
        Command::Quit,
    ];
    let view = [
        Command::Back,
        Command::Forward,
        Command::Undo,
        Command::Redo,
        Command::ClearFilter,
        Command::ClearSelection,
        Command::SelectGroup,
        Command::ToggleLink,
        Command::OpenView,
        Command::SaveView,
    ];
    let window = [
        Command::ResetLayout,
        Command::ThemeLight,
        Command::ThemeDark,
        Command::ThemeSystem,
        Command::ZoomIn,
        Command::ZoomOut,
        Command::ZoomReset,
        Command::FullScreen,
        Command::Diagnostics,
        Command::Palette,
    ];
    let groups: [(&str, Vec<Command>); 3] = [
        ("Workspace", workspace.to_vec()),
        ("View", Place::ALL.map(Command::Go).into_iter().chain(view).collect()),
        ("Window", Kind::ALL.map(Command::Add).into_iter().chain(window).collect()),
    ];
    ui.scope(|ui| {
        egui::containers::menu::menu_style(ui.style_mut());
        for (name, commands) in groups {
            ui.menu_button(name, |ui| {
                ui.set_min_width(260.0);
                for command in commands {
                    command_line(ui, command, &bar.situation, out);
                }
            });
        }
    });
}

/// A command in a menu, with its keys.
fn command_line(ui: &mut Ui, command: Command, situation: &Situation, out: &mut Outbox) {
    let (name, about) = command.text();
    let mut button = egui::Button::new(name);
    if let Some(keys) = command.shortcut() {
        button = button.shortcut_text(ui.ctx().format_shortcut(&keys));
    }
    let response = ui.add_enabled(command.is_enabled(situation), button);
    if response.on_hover_text(about).clicked() {
        out.commands.push(command);
    }
}

/// From where the school was opened, and what is looked at of it.
fn crumbs(ui: &mut Ui, view: &View, catalogue: &Catalogue, out: &mut Outbox) {
    if let Some(group) = &view.from {
        let name = catalogue.name_of(group);
        let button =
            ui.button(format!("All of {name}")).on_hover_text("Back to the group from which the school was opened");
        if button.clicked() {
            out.changes.push(Change::Scope(group.clone()));
        }
    }
    let subject = view.subject.filter(|_| view.place == Place::Subject).map(|subject| subject.name.clone());
    let pupils = (!view.filter.is_everyone()).then(|| filter_in_words(&view.filter));
    let further: Vec<String> = subject.into_iter().chain(pupils).collect();
    if !further.is_empty() {
        let words = format!("› {}", further.join(" › "));
        ui.add(Label::new(theme::muted(ui, words.clone())).truncate()).on_hover_text(words);
    }
}

fn icons(ui: &mut Ui, bar: &TopBar<'_>, out: &mut Outbox) {
    let mut give = |ui: &mut Ui, icon: Icon, command: Command| {
        let (name, _) = command.text();
        let keys = command.shortcut().map(|keys| format!(" ({})", ui.ctx().format_shortcut(&keys)));
        let name = format!("{name}{}", keys.unwrap_or_default());
        if icon_button(ui, icon, &name, command.is_enabled(&bar.situation)).clicked() {
            out.commands.push(command);
        }
    };
    if ui.ctx().theme() == Theme::Dark {
        give(ui, Icon::Light, Command::ThemeLight);
    } else {
        give(ui, Icon::Dark, Command::ThemeDark);
    }
    give(ui, Icon::Find, Command::Palette);
    give(ui, Icon::Redo, Command::Redo);
    give(ui, Icon::Undo, Command::Undo);
    give(ui, Icon::Forward, Command::Forward);
    give(ui, Icon::Back, Command::Back);
}

fn choices(ui: &mut Ui, session: &Session, view: &View, out: &mut Outbox) {
    let catalogue = &session.catalogue;
    for stage in catalogue.stages() {
        if segment(ui, &stage.to_string(), stage == view.stage).clicked() && stage != view.stage {
            out.changes.push(Change::Stage(stage));
        }
    }
    ui.add_space(theme::space().half);
    let (first, last) = view.years;
    let years = || catalogue.years(view.stage).iter().map(|year| Pick::new(*year, year.to_string())).collect();
    if let Some(picked) = picker(ui, "From", &first, &first.to_string(), years) {
        out.changes.push(Change::Years(picked, last.max(picked)));
    }
    if let Some(picked) = picker(ui, "To", &last, &last.to_string(), years) {
        out.changes.push(Change::Years(first.min(picked), picked));
    }
    ui.add_space(theme::space().half);
    let published = !catalogue.years(view.stage).iter().any(|year| catalogue.has_pupils(view.stage, *year));
    let comparator = |compare| comparator(compare, published);
    let comparators = || {
        let is_offered = |compare: &Compare| *compare != Compare::Similar || view.is_of_one_school(catalogue);
        let offered = Compare::ALL.into_iter().filter(is_offered);
        offered.map(|compare| Pick::new(compare, comparator(compare))).collect()
    };
    if let Some(picked) = picker(ui, "Compare with", &view.compare, comparator(view.compare), comparators) {
        out.changes.push(Change::Compare(picked));
    }
    let judgements = || {
        let of = |test| [false, true].map(|many| Judged { test, many });
        Test::ALL.into_iter().flat_map(of).map(|judged| Pick::new(judged, judgement(judged))).collect()
    };
    if let Some(picked) = picker(ui, "Judged by", &view.judged, judgement(view.judged), judgements) {
        out.changes.push(Change::Judged(picked));
    }
    let selected = view.selected.len();
    if selected > 0 {
        ui.add_space(theme::space().half);
        let words = if selected == 1 {
            "1 school selected".to_owned()
        } else {
            format!("{} schools selected", counted(selected))
        };
        ui.label(RichText::new(words).font(theme::small_strong()).color(*theme::of(ui).select));
        let mut link = view.link;
        if ui.checkbox(&mut link, "Link").on_hover_text("Tiles and trends show the selected schools").changed() {
            out.changes.push(Change::Link(link));
        }
        let about = Command::SelectGroup.text().1;
        if ui.button("Make group").on_hover_text(about).clicked() {
            out.commands.push(Command::SelectGroup);
        }
        if ui.button("Clear").on_hover_text("Select no school (Esc)").clicked() {
            out.commands.push(Command::ClearSelection);
        }
    }
}

/// How it is judged whether figures differ, on screen.
fn judgement(judged: Judged) -> &'static str {
    match (judged.test, judged.many) {
        (Test::Interval, false) => "interval",
        (Test::Interval, true) => "interval, many at once",
        (Test::Difference, false) => "difference",
        (Test::Difference, true) => "difference, many at once",
    }
}

/// A comparator on screen. Of published figures it is what the tables state of England, where they do.
fn comparator(compare: Compare, published: bool) -> &'static str {
    match compare {
        Compare::Same if published => "same pupils, England",
        Compare::Other if published => "other pupils, England",
        Compare::All if published => "all pupils, England",
        Compare::Same => "same pupils, all schools",
        Compare::Other => "other pupils, all schools",
        Compare::All => "all pupils, all schools",
        Compare::InSchool => "other pupils, same schools",
        Compare::La => "same pupils, the authority",
        Compare::Similar => "same pupils, similar schools",
        Compare::Previous => "same schools, years before",
        Compare::None => "nothing",
    }
}
