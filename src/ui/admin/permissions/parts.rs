//! What the permissions board and the school's page share: states as chips, days in words, asking once more.

use eframe::egui::{
    self, Color32, Id, Label, Response, RichText, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, vec2,
};
use jiff::civil::Date;

use super::follows::Line;
use crate::collab::{Command, Permission, PermissionState};
use crate::export::words::plural;
use crate::ui::admin::parts::{button, note};
use crate::ui::theme;
use crate::ui::widgets::{Icon, Mark, dialog, paint_icon, paint_mark};

/// A sign before words, both in one colour: what it says does not hang on the colour.
pub fn marked(ui: &mut Ui, mark: Mark, ink: Color32, words: &str) -> Response {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(12.0, 14.0), Sense::hover());
        paint_mark(ui.painter(), mark, rect.center(), 4.0, ink, Stroke::NONE);
        ui.add(Label::new(RichText::new(words).font(theme::small_strong()).color(ink)).wrap())
    })
    .inner
}

/// The state of a school's permission: its word, a sign and a colour.
pub fn chip(ui: &mut Ui, state: PermissionState, school: &str) -> Response {
    let colours = theme::of(ui);
    let (fill, ink) = match state {
        PermissionState::NotAsked => (*colours.sunken, *colours.muted),
        PermissionState::Requested => (*colours.accent_soft, *colours.accent),
        PermissionState::Granted => (*colours.above_soft, *colours.above),
        PermissionState::Refused | PermissionState::Withdrawn => (*colours.below_soft, *colours.below),
    };
    let galley = ui.painter().layout_no_wrap(state.words().to_owned(), theme::small_strong(), ink);
    let (sign, pad, height) = (9.0, theme::space().one, 20.0);
    let size = vec2(galley.size().x + sign + 2.5 * pad, height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{school}: {}", state.words())));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, height / 2.0, fill);
        let centre = egui::pos2(rect.left() + pad + sign / 2.0, rect.center().y);
        let square = egui::Rect::from_center_size(centre, egui::Vec2::splat(sign));
        match state {
            PermissionState::NotAsked => {
                ui.painter().circle_stroke(centre, sign / 2.0 - 0.5, Stroke::new(1.5, ink));
            }
            PermissionState::Requested => paint_icon(ui.painter(), Icon::More, square, ink),
            PermissionState::Granted => paint_icon(ui.painter(), Icon::Tick, square, ink),
            PermissionState::Refused => paint_icon(ui.painter(), Icon::Close, square, ink),
            PermissionState::Withdrawn => paint_icon(ui.painter(), Icon::Undo, square, ink),
        }
        let at = egui::pos2(square.right() + pad / 2.0, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, ink);
    }
    response
}

/// "Granted", "Not asked": a state as the name of something to choose.
pub fn named(state: PermissionState) -> &'static str {
    match state {
        PermissionState::NotAsked => "Not asked",
        PermissionState::Requested => "Requested",
        PermissionState::Granted => "Granted",
        PermissionState::Refused => "Refused",
        PermissionState::Withdrawn => "Withdrawn",
    }
}

/// "25 November 2026".
pub fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// How many days ago an answer was due; `None` where it is not overdue.
pub fn overdue(permission: &Permission, today: Date) -> Option<i64> {
    let due = permission.due.filter(|_| permission.is_overdue(today))?;
    due.until(today).ok().map(|span| i64::from(span.get_days()))
}

/// "overdue by 3 days".
pub fn overdue_words(days: i64) -> String {
    format!("overdue by {}", plural(days, "day"))
}

/// By when a request of a day asks for the answer.
pub fn due_of(on: Date, answer_days: u32) -> Option<Date> {
    on.checked_add(jiff::Span::new().try_days(i64::from(answer_days)).ok()?).ok()
}

/// A day as it is typed: 2026-11-25.
pub fn typed(text: &str) -> Result<Date, String> {
    let wrong = |_| format!("“{}” is not a day; write year, month and day, such as 2026-11-25", text.trim());
    text.trim().parse().map_err(wrong)
}

/// The fields of what is recorded: the day and the reference of the agreement.
pub fn fields(ui: &mut Ui, on: &mut String, agreement: &mut String) {
    ui.horizontal_wrapped(|ui| {
        let name = ui.label("Date");
        let hint = "Year, month, day: 2026-11-25";
        let field = TextEdit::singleline(on).id_salt("date of permission").desired_width(92.0);
        ui.add(field).labelled_by(name.id).on_hover_text(hint);
        let name = ui.label("Agreement reference");
        let field = TextEdit::singleline(agreement).id_salt("agreement of permission").desired_width(150.0);
        let hint = "Reference of the data-sharing agreement; left empty, the one that is recorded stays";
        ui.add(field).labelled_by(name.id).on_hover_text(hint);
    });
}

/// Something that is asked once more before it is done, with what follows from it.
#[derive(Debug, Clone)]
pub struct Confirm {
    pub title: String,
    /// What it is about, in a line.
    pub about: String,
    pub follows: Vec<Line>,
    /// What is said where nothing follows.
    pub nothing: String,
    /// Who will be told.
    pub told: String,
    /// The words of the button that does it.
    pub yes: &'static str,
    pub command: Command,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Yes,
    No,
}

impl Confirm {
    /// Draws it over the page. `Some` once it is answered.
    pub fn ui(&self, ui: &Ui, busy: bool) -> Option<Reply> {
        dialog(ui, Id::unique("confirm permission"), 540.0, Reply::No, |ui| {
            let mut answer = None;
            ui.label(RichText::new(&self.title).font(theme::title()));
            ui.add_space(theme::space().one);
            ui.add(Label::new(&self.about).wrap());
            ui.add_space(theme::space().one);
            ui.label(RichText::new("What follows").font(theme::strong()));
            ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]).show(ui, |ui| {
                let colours = theme::of(ui);
                for line in &self.follows {
                    let (mark, ink) =
                        if line.opens { (Mark::Up, *colours.above) } else { (Mark::Down, *colours.below) };
                    ui.horizontal_top(|ui| {
                        let (rect, _) = ui.allocate_exact_size(vec2(14.0, 18.0), Sense::hover());
                        paint_mark(ui.painter(), mark, rect.center(), 4.5, ink, Stroke::NONE);
                        ui.add(Label::new(&line.words).wrap());
                    });
                }
                if self.follows.is_empty() {
                    ui.add(Label::new(&self.nothing).wrap());
                }
            });
            note(ui, &self.told);
            ui.add_space(theme::space().two);
            ui.horizontal(|ui| {
                if button(ui, self.yes, busy.then_some("Something is being carried out")) {
                    answer = Some(Reply::Yes);
                }
                if ui.button("Cancel").clicked() {
                    answer = Some(Reply::No);
                }
            });
            answer
        })
    }
}
