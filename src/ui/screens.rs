//! What stands in place of the panels: the welcome screen, a running load, its findings.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Label, ProgressBar, RichText, Role, ScrollArea, Ui, WidgetInfo, vec2};
use egui_extras::{Column, TableBuilder};

use super::change::Outbox;
use super::command::{Command, Situation};
use super::jobs::Load;
use super::theme;
use crate::export::words::counted;
use crate::ingest::{Findings, Loaded, Place, TABLES};

/// Height of a row of findings, in points.
const ROW: f32 = 24.0;

/// Draws the welcome screen. Gives the recent workspace that was clicked.
pub fn welcome(ui: &mut Ui, recent: &[PathBuf], situation: &Situation, out: &mut Outbox) -> Option<PathBuf> {
    let mut opened = None;
    in_the_middle(ui, 560.0, |ui| {
        ui.label(RichText::new("The results of many schools together").font(theme::hero()));
        ui.label("Trends, headlines and every school of a group, for any group of pupils. Nobody sees a pupil.");
        ui.add_space(theme::space().two);
        for command in [Command::OpenDemo, Command::OpenPublic, Command::OpenWorkspace, Command::NewWorkspace] {
            let (name, about) = command.text();
            let button = egui::Button::new(RichText::new(name).font(theme::strong())).min_size(vec2(260.0, 34.0));
            ui.horizontal(|ui| {
                if ui.add_enabled(command.is_enabled(situation), button).clicked() {
                    out.commands.push(command);
                }
                ui.label(theme::muted(ui, about));
            });
        }
        if !recent.is_empty() {
            ui.add_space(theme::space().two);
            ui.label(RichText::new("Recent").font(theme::strong()));
            for path in recent {
                if ui.link(path.display().to_string()).clicked() {
                    opened = Some(path.clone());
                }
            }
        }
        ui.add_space(theme::space().two);
        ui.label(theme::muted(
            ui,
            "Published tables, result files, workspaces and saved views can be dropped on this window.",
        ));
    });
    opened
}

/// Draws a running load. Gives whether it is to be stopped.
pub fn loading(ui: &mut Ui, load: &Load) -> bool {
    let mut stop = false;
    let progress = load.progress();
    in_the_middle(ui, 480.0, |ui| {
        ui.label(RichText::new(&load.what).font(theme::title()));
        ui.add_space(theme::space().one);
        let done = 100.0 * progress.fraction;
        let bar = ProgressBar::new(progress.fraction as f32).desired_width(480.0).desired_height(10.0);
        ui.add(bar.fill(*theme::of(ui).accent))
            .widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, format!("{done:.0} % loaded")));
        let (read, all) = progress.rows;
        let left = crate::ingest::time_left(load.started.elapsed(), progress.fraction);
        ui.label(theme::muted(
            ui,
            format!("{done:.0} % · {} · {} of {} rows{left}", progress.what, counted(read), counted(all)),
        ));
        ui.add_space(theme::space().one);
        let stopping = load.cancel.is_cancelled();
        let words = if stopping { "Stopping…" } else { "Cancel" };
        stop =
            ui.add_enabled(!stopping, egui::Button::new(words)).on_hover_text("Nothing is loaded then (Esc)").clicked();
    });
    stop
}

/// What was done with the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithFindings {
    Save,
    Close,
}

/// Draws the findings of a load that loaded nothing.
pub fn findings(ui: &mut Ui, findings: &Findings) -> Option<WithFindings> {
    let mut done = None;
    egui::Frame::new().fill(*theme::of(ui).panel).corner_radius(theme::space().radius).inner_margin(16).show(
        ui,
        |ui| {
            let total = findings.total();
            let faults = if total == 1 { "1 fault".to_owned() } else { format!("{} faults", counted(total)) };
            ui.label(RichText::new(format!("Nothing was loaded: {faults} in the files")).font(theme::title()));
            ui.label(theme::muted(ui, "The workspace is as it was. Mend the files and load them again."));
            ui.horizontal(|ui| {
                if ui.button("Copy all").clicked() {
                    ui.ctx().copy_text(findings.to_string());
                }
                if ui.button("Save as CSV…").clicked() {
                    done = Some(WithFindings::Save);
                }
                if ui.button("Close").clicked() {
                    done = Some(WithFindings::Close);
                }
            });
            ui.add_space(theme::space().one);
            ScrollArea::horizontal().show(ui, |ui| table(ui, findings));
        },
    );
    done
}

fn table(ui: &mut Ui, findings: &Findings) {
    let listed = findings.listed();
    let heads = [("File", 200.0), ("Row", 80.0), ("Row group", 80.0), ("Column", 140.0)];
    let mut table = TableBuilder::new(ui).striped(true).auto_shrink(false);
    for (_, width) in heads {
        table = table.column(Column::initial(width).at_least(40.0).clip(true).resizable(true));
    }
    table
        .column(Column::remainder().at_least(300.0).clip(true))
        .header(ROW, |mut header| {
            for head in heads.map(|(head, _)| head).into_iter().chain(["What is there, and what to do"]) {
                header.col(|ui| {
                    ui.add(Label::new(RichText::new(head).font(theme::small_strong())));
                });
            }
        })
        .body(|body| {
            body.rows(ROW, listed.len(), |mut row| {
                let finding = &listed[row.index()];
                let (at, group) = match finding.place {
                    Place::File => (String::new(), String::new()),
                    Place::Row { row, row_group } => (row.to_string(), row_group.to_string()),
                    Place::Line { row } => (row.to_string(), String::new()),
                };
                let column = finding.column.clone().unwrap_or_default();
                for text in [finding.file.clone(), at, group, column, finding.message.clone()] {
                    row.col(|ui| {
                        // What does not fit is told whole on hover.
                        ui.add(Label::new(text).truncate().selectable(true));
                    });
                }
            });
        });
}

/// Draws what a load took, file by file. Gives whether it is to be closed.
pub fn report(ui: &mut Ui, loaded: &Loaded) -> bool {
    let mut close = false;
    egui::Frame::new().fill(*theme::of(ui).panel).corner_radius(theme::space().radius).inner_margin(16).show(
        ui,
        |ui| {
            ui.label(RichText::new("What was taken from the files").font(theme::title()));
            ui.horizontal(|ui| {
                if ui.button("Copy all").clicked() {
                    ui.ctx().copy_text(
                        in_lines(loaded).into_iter().flat_map(|(_, lines)| lines).collect::<Vec<_>>().join("\n"),
                    );
                }
                close = ui.button("Close").clicked();
            });
            ui.add_space(theme::space().one);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                for (name, lines) in in_lines(loaded) {
                    ui.label(RichText::new(name).font(theme::strong()));
                    for line in lines {
                        let text = theme::muted(ui, line);
                        ui.add(Label::new(text).wrap().selectable(true));
                    }
                    ui.add_space(theme::space().one);
                }
            });
        },
    );
    close
}

/// What a load took, as lines by file.
fn in_lines(loaded: &Loaded) -> Vec<(String, Vec<String>)> {
    let of_file = |file: &crate::ingest::LoadedFile| {
        let rows = counted(file.rows);
        let lines = match (&file.report, file.table) {
            (Some(report), _) => report.lines(),
            (None, Some(table)) => vec![format!("{rows} rows of {}", table.name())],
            (None, None) => vec![format!("{rows} rows")],
        };
        (file.name.clone(), lines)
    };
    let left_out = loaded.left_out.iter().map(|(name, why)| (name.clone(), vec![format!("left out: {why}")]));
    let known = loaded.known.iter().map(|name| (name.clone(), vec!["left out: loaded before".to_owned()]));
    loaded.files.iter().map(of_file).chain(left_out).chain(known).collect()
}

/// Draws in the middle of the room, at most this wide.
fn in_the_middle(ui: &mut Ui, width: f32, draw: impl FnOnce(&mut Ui)) {
    let room = ui.available_rect_before_wrap();
    let width = width.min(room.width() - 32.0);
    let top = room.top() + (0.22 * room.height()).min(180.0);
    let rect = egui::Rect::from_min_max(egui::pos2(room.center().x - width / 2.0, top), room.max);
    let mut middle = ui.new_child(egui::UiBuilder::new().max_rect(rect.with_max_x(rect.left() + width)));
    draw(&mut middle);
}

/// What dropped files are: the first workspace, the first saved view, and what is to be loaded. A `.toml` file beside
/// tables is a layout to read them by; alone it is a view.
pub fn sorted(dropped: Vec<PathBuf>) -> (Option<PathBuf>, Option<PathBuf>, Vec<PathBuf>) {
    let ends = |path: &Path, ending: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    let workspace = dropped.iter().find(|path| ends(path, "schoolbench")).cloned();
    let is_table = |path: &PathBuf| path.extension().is_none() || TABLES.iter().any(|ending| ends(path, ending));
    if dropped.iter().any(is_table) {
        let is_layout = |path: &PathBuf| ends(path, "toml");
        return (workspace, None, dropped.into_iter().filter(|path| is_table(path) || is_layout(path)).collect());
    }
    let view = dropped.into_iter().find(|path| ends(path, "toml"));
    (workspace, view, Vec::new())
}
