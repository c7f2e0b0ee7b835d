//! Diagnostics: where the time of the last questions went, with their SQL, and the memory that is taken.
//!
//! They hold times, sizes and statements of who sits here, and no figure.

mod made;

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Button, Context, Label, RichText, Role, ScrollArea, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder};

use super::session::Session;
use super::theme;
use super::widgets::{Pick, picker};
use crate::desk::{Desk, Told};
use made::{HEADS, Made, bytes, sql_of};

/// Height of a row, in points.
const ROW: f32 = 24.0;

/// While questions are being answered, memory is looked at again after so long: what spills does so for a moment only.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Limits of memory that are offered, in MiB.
const LIMITS: [u32; 8] = [512, 1 << 10, 2 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];

/// The window of diagnostics.
#[derive(Debug, Default)]
pub struct Diagnostics {
    open: bool,
    made: Option<Made>,
    /// The question whose statements are shown, and those.
    chosen: Option<(Arc<Told>, String)>,
    /// When stock of memory was asked for last, and after which change of the log.
    looked: Option<(u64, Instant)>,
}

impl Diagnostics {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens or closes it.
    pub fn toggle(&mut self) {
        *self = Self { open: !self.open, ..Self::default() };
    }

    /// Forgets what it shows: nobody may look now.
    pub fn forget(&mut self) {
        (self.made, self.chosen, self.looked) = (None, None, None);
    }

    /// Draws it where it is open. `memory` is the limit that is set, in MiB. Gives the one that is chosen.
    pub fn ui(&mut self, ui: &Ui, session: &Session, memory: Option<u32>, waiting: bool) -> Option<Option<u32>> {
        if !self.open {
            return None;
        }
        self.look(ui.ctx(), &session.desk, waiting);
        self.make(session);
        let mut open = true;
        let window = egui::Window::new("Diagnostics").open(&mut open).default_size([940.0, 560.0]).min_width(420.0);
        // Beside the rail and below the bars, by which the next question is asked.
        let window = window.default_pos([112.0, 168.0]);
        let shown = window.show(ui.ctx(), |ui| self.content(ui, memory));
        if !open {
            self.toggle();
        }
        shown.and_then(|shown| shown.inner).flatten()
    }

    /// Has memory looked at after every change, and now and then while questions are being answered.
    fn look(&mut self, ctx: &Context, desk: &Desk, waiting: bool) {
        let revision = desk.told_revision();
        let is_due = match self.looked {
            Some((of, at)) => of != revision || waiting && at.elapsed() >= LOOK_EVERY,
            None => true,
        };
        if is_due {
            self.looked = Some((revision, Instant::now()));
            desk.take_stock();
        }
        if waiting {
            ctx.request_repaint_after(LOOK_EVERY);
        }
    }

    /// Makes what is drawn, where anything has changed.
    fn make(&mut self, session: &Session) {
        let desk = &session.desk;
        let (revision, stock) = (desk.told_revision(), desk.stock());
        if self.made.as_ref().is_some_and(|made| made.is_of(revision, stock.as_ref())) {
            return;
        }
        let made = Made::new(revision, desk.told(), stock, &desk.kept(), &session.catalogue);
        // What somebody else asked, or what is no longer told of, is not shown either.
        self.chosen = self.chosen.take().filter(|(told, _)| made.has(told));
        self.made = Some(made);
    }

    fn content(&mut self, ui: &mut Ui, memory: Option<u32>) -> Option<Option<u32>> {
        let made = self.made.as_ref()?;
        for line in &made.summary {
            ui.add(Label::new(theme::muted(ui, line.as_str())).wrap());
        }
        let mut picked = None;
        ui.horizontal_wrapped(|ui| {
            picked = limit(ui, made, memory);
            if ui.button("Copy as text").clicked() {
                ui.ctx().copy_text(made.as_text());
            }
        });
        ui.add_space(theme::space().half);
        let room = ui.available_height();
        if made.rows.is_empty() {
            ui.label("No question has been asked yet");
            return picked;
        }
        if let Some(told) = table(ui, made, self.chosen.as_ref().map(|(told, _)| told), (0.6 * room).max(4.0 * ROW)) {
            let sql = sql_of(&told);
            self.chosen = Some((told, sql));
        }
        ui.separator();
        ScrollArea::both().id_salt("statements").auto_shrink(false).show(ui, |ui| match &self.chosen {
            Some((_, sql)) => {
                ui.add(Label::new(RichText::new(sql).monospace()).extend().selectable(true));
            }
            None => {
                ui.label(theme::muted(ui, "Choose a question to read its SQL"));
            }
        });
        picked
    }
}

/// The limit of memory, to choose.
fn limit(ui: &mut Ui, made: &Made, memory: Option<u32>) -> Option<Option<u32>> {
    let words = |mib: Option<u32>| match mib {
        None => format!("a quarter of the machine's{}", made.usual_limit()),
        Some(mib) => bytes(u64::from(mib) << 20),
    };
    let lines = || {
        let fits = |mib: &u32| made.machine().is_none_or(|machine| u64::from(*mib) << 20 < machine);
        let limits = LIMITS.into_iter().filter(fits).map(Some);
        std::iter::once(None).chain(limits).map(|mib| Pick::new(mib, words(mib))).collect()
    };
    picker(ui, "Memory limit of DuckDB", &memory, &words(memory), lines)
}

/// Draws the questions. Gives the one that was clicked.
fn table(ui: &mut Ui, made: &Made, chosen: Option<&Arc<Told>>, height: f32) -> Option<Arc<Told>> {
    let mut clicked = None;
    let mut table = TableBuilder::new(ui)
        .id_salt("questions")
        .striped(true)
        .auto_shrink(false)
        .min_scrolled_height(2.0 * ROW)
        .max_scroll_height(height)
        .sense(egui::Sense::click())
        .cell_layout(egui::Layout::left_to_right(egui::Align::Center))
        .column(Column::remainder().at_least(120.0).clip(true));
    for (head, _) in HEADS.into_iter().skip(1) {
        // Its words are longer than numbers.
        let width = if head == "Ended" { 86.0 } else { 66.0 };
        table = table.column(Column::initial(width).at_least(48.0).clip(true).resizable(true));
    }
    table
        .header(ROW, |mut header| {
            for (head, about) in HEADS {
                header.col(|ui| {
                    ui.add(Label::new(RichText::new(head).font(theme::small_strong())).truncate()).on_hover_text(about);
                });
            }
        })
        .body(|body| {
            body.rows(ROW, made.rows.len(), |mut row| {
                let Some(line) = made.rows.get(row.index()) else { return };
                let is_chosen = chosen.is_some_and(|told| Arc::ptr_eq(told, &line.told));
                row.col(|ui| {
                    let response = ui.add(Button::selectable(is_chosen, line.asked.as_str()).truncate());
                    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, line.name.as_str()));
                    if response.on_hover_text(line.asked.as_str()).clicked() {
                        clicked = Some(Arc::clone(&line.told));
                    }
                });
                for text in &line.cells {
                    row.col(|ui| {
                        ui.add(Label::new(text.as_str()).truncate().selectable(false));
                    });
                }
                if row.response().clicked() {
                    clicked = Some(Arc::clone(&line.told));
                }
            });
        });
    clicked
}
