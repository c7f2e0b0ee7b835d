//! A table of figures: names stay at the left and the first rows on top while the rest is scrolled. Only what is seen is drawn.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    self, Align, Color32, FontId, Galley, Painter, Rangef, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};

use super::Scene;
use crate::method::interval::Significance;
use crate::model::Urn;
use crate::ui::change::Change;
use crate::ui::theme;
use crate::ui::widgets::{Mark, paint_mark};

/// Height of a row, and of the heads, in points.
const ROW: f32 = 26.0;
const HEAD: f32 = 40.0;

/// Width of the names; in a narrow panel no more than this share of it.
const NAMES: f32 = 210.0;
const MOST_NAMES: f32 = 0.42;

/// Room for what stands before a name: a pin or a rank.
const LEAD: f32 = 24.0;

/// Between a figure and the edge of its column.
const PAD: f32 = 10.0;

/// Width of a column of figures, and of the notes beside them.
const FIGURE: f32 = 94.0;
const NOTE: f32 = 62.0;

/// The rows that stay on top take no more than this share of the panel.
const MOST_FIXED: f32 = 0.6;

/// A table, all of its words made.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// The head of the names.
    pub names: Head,
    pub columns: Vec<Head>,
    pub rows: Vec<Row>,
    /// How many of the first rows stay on top.
    pub fixed: usize,
}

/// The head of a column.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub words: String,
    pub hint: String,
    /// What a click does; nothing where there is no name.
    pub does: Option<String>,
    /// Whether the rows are in order of this column, and then whether from low to high.
    pub sorted: Option<bool>,
    /// Whether figures have notes beside them.
    pub notes: bool,
}

impl Head {
    fn width(&self) -> f32 {
        if self.notes { FIGURE + NOTE } else { FIGURE }
    }
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    Nothing,
    /// A pin, and whether it is in.
    Pin(bool),
    Rank(usize),
}

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// The school that a click selects and a double click opens; a row of anything else cannot be clicked.
    pub urn: Option<Urn>,
    pub name: String,
    pub lead: Lead,
    pub cells: Vec<Words>,
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub text: String,
    /// Beside the text, in grey.
    pub note: String,
    /// How it differs from what it is compared with.
    pub differs: Option<Significance>,
}

/// What was done with the table, apart from what it does itself: selecting and opening schools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    /// The head of a column was clicked; `None` for that of the names.
    Head(Option<usize>),
    Pin(Urn),
}

/// Where things stand in a frame.
struct Lay {
    seen: Rect,
    /// Right end of the names.
    names: f32,
    /// Left ends of the columns, which may be under the names, and the right end of the last.
    ends: Vec<f32>,
}

impl Lay {
    fn column(&self, nth: usize) -> Rangef {
        Rangef::new(self.ends[nth], self.ends[nth + 1])
    }

    /// The columns that are seen.
    fn columns(&self) -> std::ops::Range<usize> {
        let before = self.ends.partition_point(|end| *end <= self.names).saturating_sub(1);
        let until = self.ends.partition_point(|end| *end < self.seen.right());
        before..until.min(self.ends.len() - 1).max(before)
    }

    fn column_at(&self, x: f32) -> Option<usize> {
        let nth = self.ends.partition_point(|end| *end <= x).checked_sub(1)?;
        (x >= self.names && nth + 1 < self.ends.len()).then_some(nth)
    }
}

impl Words {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// As it is read aloud.
    pub fn in_words(&self) -> String {
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        let differs = match self.differs {
            None => "",
            Some(Significance::Above) => ", above",
            Some(Significance::Below) => ", below",
            Some(Significance::NotDifferent) => ", cannot be told apart",
        };
        format!("{}{note}{differs}", self.text)
    }
}

impl Grid {
    /// Draws the table. `tip` tells more of a cell, by its row and column; of a row's name where there is no column.
    pub fn ui(
        &self,
        ui: &mut Ui,
        id: u64,
        scene: &mut Scene<'_>,
        tip: &dyn Fn(&mut Ui, usize, Option<usize>),
    ) -> Option<Did> {
        let names = NAMES.min(ui.available_width() * MOST_NAMES);
        let edge = theme::space().two;
        let width = names + self.columns.iter().map(Head::width).sum::<f32>() + edge;
        let height = HEAD + ROW * self.rows.len() as f32 + edge;
        let area = ScrollArea::both().id_salt(("grid", id)).auto_shrink(false);
        let drawn = area.show_viewport(ui, |ui, viewport| {
            ui.set_min_size(vec2(width, height));
            let origin = ui.max_rect().min;
            let seen = Rect::from_min_size(origin + viewport.min.to_vec2(), viewport.size());
            let mut ends = vec![origin.x + names];
            ends.extend(self.columns.iter().scan(origin.x + names, |end, head| {
                *end += head.width();
                Some(*end)
            }));
            let lay = Lay { seen, names: seen.left() + names, ends };
            let room = ((seen.height() * MOST_FIXED - HEAD) / ROW).max(0.0) as usize;
            let fixed = self.fixed.min(room).min(self.rows.len());
            let (under_heads, top) = (seen.top() + HEAD, seen.top() + HEAD + fixed as f32 * ROW);
            let moving = Rect::from_min_max(pos2(seen.left(), top), seen.max);
            let on_top = Rect::from_min_max(pos2(seen.left(), under_heads), pos2(seen.right(), top));
            let mut did = None;
            let first = fixed + (viewport.min.y.max(0.0) / ROW) as usize;
            let last = first + (moving.height().max(0.0) / ROW) as usize + 2;
            for nth in first..last.min(self.rows.len()) {
                let y = origin.y + HEAD + nth as f32 * ROW;
                did = did.or(self.row_ui(ui, nth, y, moving, &lay, scene, tip));
            }
            for nth in 0..fixed {
                let y = under_heads + nth as f32 * ROW;
                did = did.or(self.row_ui(ui, nth, y, on_top, &lay, scene, tip));
            }
            let strong = Stroke::new(1.0, *theme::of(ui).line_strong);
            ui.painter().with_clip_rect(seen.intersect(ui.clip_rect())).hline(seen.x_range(), top, strong);
            did.or(self.heads_ui(ui, &lay))
        });
        drawn.inner
    }

    fn heads_ui(&self, ui: &Ui, lay: &Lay) -> Option<Did> {
        let heads = Rect::from_min_size(lay.seen.min, vec2(lay.seen.width(), HEAD));
        let corner = Rect::from_x_y_ranges(Rangef::new(lay.seen.left(), lay.names), heads.y_range());
        let others = Rect::from_x_y_ranges(Rangef::new(lay.names, lay.seen.right()), heads.y_range());
        ui.painter().with_clip_rect(heads.intersect(ui.clip_rect())).rect_filled(heads, 0.0, *theme::of(ui).sunken);
        let mut did = None;
        for nth in lay.columns() {
            let rect = Rect::from_x_y_ranges(lay.column(nth), heads.y_range());
            let id = ui.scope_id().with(("head", nth));
            if head_ui(ui, &self.columns[nth], id, rect, others, Align::RIGHT) {
                did = Some(Did::Head(Some(nth)));
            }
        }
        let id = ui.scope_id().with("names");
        if head_ui(ui, &self.names, id, corner, corner, Align::LEFT) {
            did = Some(Did::Head(None));
        }
        did
    }

    #[expect(clippy::too_many_arguments, reason = "where it stands, and what it draws from")]
    fn row_ui(
        &self,
        ui: &Ui,
        nth: usize,
        y: f32,
        region: Rect,
        lay: &Lay,
        scene: &mut Scene<'_>,
        tip: &dyn Fn(&mut Ui, usize, Option<usize>),
    ) -> Option<Did> {
        let row = self.rows.get(nth)?;
        let whole = Rect::from_x_y_ranges(lay.seen.x_range(), Rangef::new(y, y + ROW));
        let rect = whole.intersect(region);
        if !rect.is_positive() {
            return None;
        }
        let id = match row.urn {
            Some(urn) => ui.scope_id().with(("school", urn.number())),
            None => ui.scope_id().with(("row", nth)),
        };
        let selected = row.urn.is_some_and(|urn| scene.view.selected.contains(&urn));
        let sense = if row.urn.is_some() { Sense::click() } else { Sense::hover() };
        let response = ui.interact(rect, id, sense);
        response.widget_info(|| match row.urn {
            Some(_) => WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, self.in_words(row)),
            None => WidgetInfo::labeled(Role::Label, true, self.in_words(row)),
        });
        if response.gained_focus() {
            // What stays on top would hide it.
            ui.scroll_to_rect(
                Rect::from_min_max(pos2(rect.left(), y - (region.top() - lay.seen.top())), whole.max),
                None,
            );
        }
        self.paint_row(ui, row, whole, region, lay, &response, (selected, scene.hovered));
        let mut did = None;
        if let (Some(urn), Lead::Pin(pinned)) = (row.urn, row.lead) {
            let rect = Rect::from_min_size(whole.min, vec2(LEAD, ROW)).intersect(region);
            let shown = pinned || response.contains_pointer() || response.has_focus();
            if rect.is_positive() && pin_ui(ui, id.with("pin"), rect, &row.name, pinned, shown) {
                did = Some(Did::Pin(urn));
            }
        }
        if let Some(urn) = row.urn {
            if response.contains_pointer() {
                scene.out.hovered = Some(urn);
            }
            if response.double_clicked() {
                scene.out.changes.push(Change::School(urn));
            } else if response.clicked() {
                scene.select(ui, urn);
            }
        }
        if let Some(at) = response.hover_pos() {
            let column = lay.column_at(at.x);
            response.on_hover_ui_at_pointer(|ui| tip(ui, nth, column));
        }
        did
    }

    #[expect(clippy::too_many_arguments, reason = "where it stands, and how it is marked")]
    fn paint_row(
        &self,
        ui: &Ui,
        row: &Row,
        whole: Rect,
        region: Rect,
        lay: &Lay,
        response: &Response,
        (selected, hovered): (bool, Option<Urn>),
    ) {
        let colours = theme::of(ui);
        let clip = region.intersect(ui.clip_rect());
        let under = row.urn.is_some() && (response.contains_pointer() || row.urn == hovered);
        let fill = match (selected, under) {
            (true, _) => *colours.accent_soft,
            (false, true) => *colours.hover,
            (false, false) if row.urn.is_none() || row.lead == Lead::Pin(true) => *colours.sunken,
            (false, false) => *colours.panel,
        };
        let all = ui.painter().with_clip_rect(clip);
        all.rect_filled(whole, 0.0, fill);
        let right = Rect::from_x_y_ranges(Rangef::new(lay.names, lay.seen.right()), region.y_range());
        let painter = ui.painter().with_clip_rect(right.intersect(ui.clip_rect()));
        for nth in lay.columns() {
            let (Some(cell), Some(head)) = (row.cells.get(nth), self.columns.get(nth)) else { continue };
            let rect = Rect::from_x_y_ranges(lay.column(nth), whole.y_range());
            paint_cell(&painter, cell, rect, head.notes, colours);
        }
        let names = Rect::from_x_y_ranges(Rangef::new(lay.seen.left(), lay.names), whole.y_range());
        all.hline(lay.seen.x_range(), whole.bottom(), Stroke::new(1.0, *colours.grid));
        all.vline(lay.names, whole.y_range(), Stroke::new(1.0, *colours.line));
        if selected {
            all.rect_filled(Rect::from_min_size(names.min, vec2(3.0, ROW)), 0.0, *colours.select);
        }
        let left = names.left() + if row.lead == Lead::Nothing { PAD } else { LEAD + 4.0 };
        if let Lead::Rank(rank) = row.lead {
            let rank = all.layout_no_wrap(rank.to_string(), theme::small(), *colours.muted);
            let at = pos2(names.left() + LEAD - rank.size().x, whole.center().y - rank.size().y / 2.0);
            all.galley(at, rank, *colours.muted);
        }
        let font = if row.urn.is_none() || selected { theme::small_strong() } else { theme::body() };
        let name = cut(&all, &row.name, font, *colours.text, names.right() - left - 6.0, 1, Align::LEFT);
        all.galley(pos2(left, whole.center().y - name.size().y / 2.0), name, *colours.text);
        if response.has_focus() {
            let ring = Stroke::new(1.5, *colours.accent);
            all.rect_stroke(whole.intersect(region).shrink(1.0), 0.0, ring, StrokeKind::Inside);
        }
    }

    /// A row as it is read aloud.
    fn in_words(&self, row: &Row) -> String {
        let rank = if let Lead::Rank(rank) = row.lead { format!(", number {rank}") } else { String::new() };
        let cells = self.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.text.is_empty());
        let cells: Vec<String> = cells.map(|(head, cell)| format!("{} {}", head.words, cell.in_words())).collect();
        format!("{}{rank}: {}", row.name, cells.join("; "))
    }
}

fn paint_cell(painter: &Painter, cell: &Words, rect: Rect, notes: bool, colours: &theme::Colours) {
    let middle = rect.center().y;
    let mut right = rect.right() - PAD;
    if notes {
        let note = cut(painter, &cell.note, theme::small(), *colours.muted, NOTE, 1, Align::LEFT);
        painter.galley(pos2(right - note.size().x, middle - note.size().y / 2.0), note, *colours.muted);
        right -= NOTE;
    }
    let ink = if cell.text == "·" { *colours.muted } else { *colours.text };
    let room = right - rect.left() - if cell.differs.is_some() { 20.0 } else { 6.0 };
    let text = cut(painter, &cell.text, theme::body(), ink, room, 1, Align::LEFT);
    let left = right - text.size().x;
    painter.galley(pos2(left, middle - text.size().y / 2.0), text, ink);
    let at = pos2(left - 10.0, middle);
    match cell.differs {
        Some(Significance::Above) => paint_mark(painter, Mark::Up, at, 4.0, *colours.above, Stroke::NONE),
        Some(Significance::Below) => paint_mark(painter, Mark::Down, at, 4.0, *colours.below, Stroke::NONE),
        Some(Significance::NotDifferent) => {
            let ring = Stroke::new(1.2, *colours.level);
            paint_mark(painter, Mark::Circle, at, 2.8, Color32::TRANSPARENT, ring);
        }
        None => {}
    }
}

/// The head of a column. Gives whether it was clicked.
fn head_ui(ui: &Ui, head: &Head, id: egui::Id, rect: Rect, region: Rect, align: Align) -> bool {
    let colours = theme::of(ui);
    let shown = rect.intersect(region);
    if !shown.is_positive() {
        return false;
    }
    let sense = if head.does.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(shown, id, sense);
    response.widget_info(|| match &head.does {
        Some(does) => WidgetInfo::selected(Role::Button, ui.is_enabled(), head.sorted.is_some(), does),
        None => WidgetInfo::labeled(Role::Label, true, &head.words),
    });
    if response.gained_focus() {
        ui.scroll_to_rect(shown, None);
    }
    let painter = ui.painter().with_clip_rect(shown.intersect(ui.clip_rect()));
    if head.does.is_some() && (response.hovered() || response.has_focus()) {
        painter.rect_filled(rect, 0.0, *colours.hover);
    }
    let sign = if head.sorted.is_some() { 14.0 } else { 0.0 };
    let room = rect.width() - 1.5 * PAD - sign;
    let words = cut(&painter, &head.words, theme::small_strong(), *colours.text, room, 2, align);
    let top = rect.center().y - words.size().y / 2.0;
    let left = if align == Align::RIGHT { rect.right() - PAD } else { rect.left() + PAD + sign };
    painter.galley(pos2(left, top), words, *colours.text);
    if let Some(ascending) = head.sorted {
        let mark = if ascending { Mark::Up } else { Mark::Down };
        paint_mark(&painter, mark, pos2(rect.left() + PAD, rect.center().y), 3.5, *colours.accent, Stroke::NONE);
    }
    if response.has_focus() {
        painter.rect_stroke(shown.shrink(1.0), 0.0, Stroke::new(1.5, *colours.accent), StrokeKind::Inside);
    }
    let clicked = response.clicked();
    if !head.hint.is_empty() {
        response.on_hover_text(&head.hint);
    }
    clicked
}

/// A pin that keeps a row on top. Gives whether it was clicked.
fn pin_ui(ui: &Ui, id: egui::Id, rect: Rect, name: &str, pinned: bool, shown: bool) -> bool {
    let colours = theme::of(ui);
    let response = ui.interact(rect, id, Sense::click());
    let does = format!("{} {name}", if pinned { "Unpin" } else { "Pin" });
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), pinned, &does));
    if shown || response.hovered() || response.has_focus() {
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let ink = if pinned || response.hovered() { *colours.accent } else { *colours.muted };
        let at = pos2(rect.center().x + 2.0, rect.center().y - 3.0);
        painter.line_segment([at, at + vec2(0.0, 9.0)], Stroke::new(1.3, ink));
        let fill = if pinned { ink } else { *colours.panel };
        painter.circle(at, 3.6, fill, Stroke::new(1.3, ink));
        if response.has_focus() {
            painter.rect_stroke(rect.shrink(2.0), 2.0, Stroke::new(1.5, *colours.accent), StrokeKind::Inside);
        }
    }
    let clicked = response.clicked();
    response.on_hover_text(if pinned { "Let it move with the others" } else { "Keep it on top" });
    clicked
}

/// Text on a few lines, cut where it does not fit.
fn cut(
    painter: &Painter,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
    lines: usize,
    align: Align,
) -> Arc<Galley> {
    let mut job = LayoutJob::simple(text.to_owned(), font, colour, width.max(0.0));
    job.wrap = TextWrapping { max_rows: lines, ..TextWrapping::wrap_at_width(width.max(0.0)) };
    if lines == 1 {
        job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    }
    job.halign = align;
    painter.layout_job(job)
}
