//! A table of figures: names stay at the left and the first rows on top while the rest is scrolled. Only what is seen is drawn.

mod cell;

use eframe::egui::{
    self, Align, Painter, Rangef, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

pub(super) use cell::{BANDS, Picture, Shows, Words, mark};

use super::Scene;
use crate::model::Urn;
use crate::ui::change::Change;
use crate::ui::theme;
use crate::ui::widgets::{Icon, Mark, paint_icon, paint_mark};
use cell::{cut, ground_of};

/// Height of a row, and of the heads, in points.
const ROW: f32 = 26.0;
const HEAD: f32 = 40.0;

/// Least and greatest width of the names; in a narrow panel no more than this share of it.
const NAMES: (f32, f32) = (200.0, 320.0);
const MOST_NAMES: f32 = 0.42;

/// Room for what stands before a name, a pin or a rank, and behind it: what opens the row.
const LEAD: f32 = 24.0;

/// Between a figure and the edge of its column.
const PAD: f32 = 10.0;

/// Least and greatest width of a column of figures; width of the notes beside them.
const FIGURE: (f32, f32) = (92.0, 150.0);
const NOTE: f32 = 54.0;

/// The rows that stay on top take no more than this share of the panel.
const MOST_FIXED: f32 = 0.6;

/// A table. The words of a row are made when it is seen, by [`Tells::row`].
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// The head of the names.
    pub names: Head,
    pub columns: Vec<Head>,
    /// How many rows there are.
    pub rows: usize,
    /// How many of the first rows stay on top.
    pub fixed: usize,
    /// Whether the grounds of cells, too, say that they differ.
    pub grounds: bool,
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
    /// What stands below it.
    pub shows: Shows,
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Lead {
    #[default]
    Nothing,
    /// A pin, and whether it is in.
    Pin(bool),
    Rank(usize),
}

/// A row.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The school that a click selects and a double click opens.
    pub urn: Option<Urn>,
    pub name: String,
    pub lead: Lead,
    /// Whether it can be opened: a school by a button behind its name, anything else by its name.
    pub opens: bool,
    pub cells: Vec<Words>,
}

/// What stands in the rows, and more about the cells.
pub(super) struct Tells<'a> {
    /// A row by its number, in every frame in which it is seen.
    pub row: &'a dyn Fn(usize) -> Row,
    /// Tells more of a cell, by its row and column; of a row's name where there is no column.
    pub tip: &'a dyn Fn(&mut Ui, usize, Option<usize>),
    /// A cell read aloud by itself. Where there is nothing here, a row is read aloud as a whole.
    pub aloud: Option<&'a dyn Fn(usize, usize) -> String>,
}

/// What was done with the table, apart from what it does itself: selecting and opening schools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    /// The head of a column was clicked; `None` for that of the names.
    Head(Option<usize>),
    Pin(Urn),
    /// A row of something other than a school is to be opened.
    Open(usize),
}

/// The table in a frame, and where things stand.
struct Lay<'a> {
    grid: &'a Grid,
    tells: &'a Tells<'a>,
    seen: Rect,
    /// Right end of the names.
    names: f32,
    /// Left ends of the columns, which may be under the names, and the right end of the last.
    ends: Vec<f32>,
    /// Whether there is room for notes.
    notes: bool,
}

impl Grid {
    /// Draws the table into what room there is.
    pub fn ui(&self, ui: &mut Ui, id: u64, scene: &mut Scene<'_>, tells: &Tells<'_>) -> Option<Did> {
        let edge = theme::space().two;
        let (widths, notes) = self.widths(ui.available_width() - ui.spacing().scroll.allocated_width() - edge);
        let size = vec2(widths.iter().sum::<f32>() + edge, HEAD + ROW * self.rows as f32 + edge);
        let area = ScrollArea::both().id_salt(("grid", id)).auto_shrink(false).content_margin(0);
        let drawn = area.show_viewport(ui, |ui, viewport| {
            ui.set_min_size(size);
            let origin = ui.max_rect().min;
            let seen = Rect::from_min_size(origin + viewport.min.to_vec2(), viewport.size());
            let end_of = |end: &mut f32, width: &f32| {
                *end += width;
                Some(*end)
            };
            let ends: Vec<f32> = widths.iter().scan(origin.x, end_of).collect();
            let names = seen.left() + widths.first().copied().unwrap_or_default();
            let lay = Lay { grid: self, tells, seen, names, ends, notes };
            let room = ((seen.height() * MOST_FIXED - HEAD) / ROW).max(0.0) as usize;
            let fixed = self.fixed.min(room).min(self.rows);
            let (under_heads, top) = (seen.top() + HEAD, seen.top() + HEAD + fixed as f32 * ROW);
            let moving = Rect::from_min_max(pos2(seen.left(), top), seen.max);
            let on_top = Rect::from_min_max(pos2(seen.left(), under_heads), pos2(seen.right(), top));
            let mut did = None;
            // One more at either end: the keyboard goes on to it, and it is brought into view.
            let first = (fixed + (viewport.min.y.max(0.0) / ROW) as usize).saturating_sub(1).max(fixed);
            let last = first + (moving.height().max(0.0) / ROW) as usize + 3;
            for nth in first..last.min(self.rows) {
                let y = origin.y + HEAD + nth as f32 * ROW;
                did = did.or(lay.row_ui(ui, nth, y, moving, scene));
            }
            for nth in 0..fixed {
                let y = under_heads + nth as f32 * ROW;
                did = did.or(lay.row_ui(ui, nth, y, on_top, scene));
            }
            let strong = Stroke::new(1.0, *theme::of(ui).line_strong);
            ui.painter().with_clip_rect(seen.intersect(ui.clip_rect())).hline(seen.x_range(), top, strong);
            did.or(lay.heads_ui(ui))
        });
        drawn.inner
    }

    /// The widths of the names and of each column, and whether there is room for notes: they go where without them all
    /// columns are seen. What room is left is shared in proportion to how much each may grow.
    fn widths(&self, room: f32) -> (Vec<f32>, bool) {
        let limits_of = |notes: bool| -> Vec<(f32, f32)> {
            let names = (NAMES.0.min(room * MOST_NAMES).max(0.0), NAMES.1);
            std::iter::once(names).chain(self.columns.iter().map(|head| head.shows.limits(notes))).collect()
        };
        let least = |limits: &[(f32, f32)]| limits.iter().map(|(least, _)| least).sum::<f32>();
        let notes = least(&limits_of(true)) <= room || least(&limits_of(false)) > room;
        let limits = limits_of(notes);
        let grows: f32 = limits.iter().map(|(least, most)| most - least).sum();
        let share = ((room - least(&limits)) / grows.max(1.0)).clamp(0.0, 1.0);
        (limits.iter().map(|(least, most)| (least + share * (most - least)).floor()).collect(), notes)
    }

    /// A row as it is read aloud.
    fn in_words(&self, row: &Row) -> String {
        let rank = if let Lead::Rank(rank) = row.lead { format!(", number {rank}") } else { String::new() };
        let cells = self.columns.iter().zip(&row.cells).filter(|(_, cell)| !cell.text.is_empty());
        let cells: Vec<String> = cells.map(|(head, cell)| format!("{} {}", head.words, cell.in_words())).collect();
        format!("{}{rank}: {}", row.name, cells.join("; "))
    }
}

impl Lay<'_> {
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

    fn heads_ui(&self, ui: &Ui) -> Option<Did> {
        let heads = Rect::from_min_size(self.seen.min, vec2(self.seen.width(), HEAD));
        let (corner, others) = heads.split_left_right_at_x(self.names);
        ui.painter().with_clip_rect(heads.intersect(ui.clip_rect())).rect_filled(heads, 0.0, *theme::of(ui).sunken);
        let mut did = None;
        // One more at either end, for the keyboard.
        let columns = self.columns();
        for nth in columns.start.saturating_sub(1)..(columns.end + 1).min(self.grid.columns.len()) {
            let rect = Rect::from_x_y_ranges(self.column(nth), heads.y_range());
            let id = ui.scope_id().with(("head", nth));
            let head = &self.grid.columns[nth];
            let align = if head.shows.is_from_left() { Align::LEFT } else { Align::RIGHT };
            if head_ui(ui, head, id, rect, others, align) {
                did = Some(Did::Head(Some(nth)));
            }
        }
        let id = ui.scope_id().with("names");
        if head_ui(ui, &self.grid.names, id, corner, corner, Align::LEFT) {
            did = Some(Did::Head(None));
        }
        did
    }

    fn row_ui(&self, ui: &Ui, nth: usize, y: f32, region: Rect, scene: &mut Scene<'_>) -> Option<Did> {
        let row = &(self.tells.row)(nth);
        let whole = Rect::from_x_y_ranges(self.seen.x_range(), Rangef::new(y, y + ROW));
        let hidden = !whole.intersect(region).is_positive();
        let id = match row.urn {
            Some(urn) => ui.scope_id().with(("school", urn.number())),
            None => ui.scope_id().with(("row", nth)),
        };
        let selected = row.urn.is_some_and(|urn| scene.view.selected.contains(&urn));
        let sense = if row.urn.is_some() { Sense::click() } else { Sense::hover() };
        let response = ui.interact(seen_of(whole, region), id, sense);
        let in_words = || {
            let by_name = hidden || self.tells.aloud.is_some();
            if by_name { row.name.clone() } else { self.grid.in_words(row) }
        };
        response.widget_info(|| match row.urn {
            Some(_) => WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, in_words()),
            None => WidgetInfo::labeled(Role::Label, true, in_words()),
        });
        // What stays on top would hide it.
        let in_full = whole.with_min_y(y - (region.top() - self.seen.top()));
        if response.gained_focus() {
            ui.scroll_to_rect(in_full, None);
        }
        if !hidden {
            self.paint_row(ui, nth, row, whole, region, &response, (selected, scene.hovered));
            self.cells_ui(ui, nth, row, id, whole, region);
        }
        let mut did = None;
        if let (Some(urn), Lead::Pin(pinned), false) = (row.urn, row.lead, hidden) {
            let rect = Rect::from_min_size(whole.min, vec2(LEAD, ROW)).intersect(region);
            let shown = pinned || response.contains_pointer() || response.has_focus();
            if rect.is_positive() && pin_ui(ui, id.with("pin"), rect, &row.name, pinned, shown) {
                did = Some(Did::Pin(urn));
            }
        }
        if row.opens {
            let names = whole.with_max_x(self.names);
            let rect = if row.urn.is_some() { names.with_min_x((self.names - LEAD).max(whole.left())) } else { names };
            let open = ui.interact(seen_of(rect, region), id.with("open"), Sense::click());
            let name = format!("Open {}", row.name);
            open.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if open.gained_focus() {
                ui.scroll_to_rect(in_full, None);
            }
            let painter = ui.painter().with_clip_rect(region.intersect(ui.clip_rect()));
            if row.urn.is_some() {
                let colours = theme::of(ui);
                let ink = if open.hovered() || open.has_focus() { *colours.accent } else { *colours.muted };
                paint_icon(&painter, Icon::Forward, Rect::from_center_size(rect.center(), vec2(11.0, 11.0)), ink);
            }
            focus_ring(ui, &painter, &open, rect);
            match row.urn {
                Some(urn) if open.clicked() => scene.out.changes.push(Change::School(urn)),
                None if open.clicked() => did = Some(Did::Open(nth)),
                _ => {}
            }
            let open = open.on_hover_cursor(egui::CursorIcon::PointingHand);
            open.on_hover_text(name);
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
            let column = self.column_at(at.x);
            if column.is_none() || self.tells.aloud.is_none() {
                response.on_hover_ui_at_pointer(|ui| (self.tells.tip)(ui, nth, column));
            }
        }
        did
    }

    /// The cells of a row, where they are told of one by one.
    fn cells_ui(&self, ui: &Ui, nth: usize, row: &Row, id: egui::Id, whole: Rect, region: Rect) {
        let Some(aloud) = self.tells.aloud else { return };
        let right = region.with_min_x(self.names);
        let columns = self.columns().zip(self.grid.columns.get(self.columns()).unwrap_or_default());
        for (column, head) in columns {
            let rect = Rect::from_x_y_ranges(self.column(column), whole.y_range()).intersect(right);
            let is_there = row.cells.get(column).is_some_and(|cell| !cell.is_nothing());
            if is_there && rect.is_positive() {
                let response = ui.interact(rect, id.with(column), Sense::hover());
                let role = if head.shows.is_picture() { Role::Image } else { Role::Label };
                response.widget_info(|| WidgetInfo::labeled(role, true, aloud(nth, column)));
                response.on_hover_ui(|ui| (self.tells.tip)(ui, nth, Some(column)));
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "which it is, where it stands, and how it is marked")]
    fn paint_row(
        &self,
        ui: &Ui,
        nth: usize,
        row: &Row,
        whole: Rect,
        region: Rect,
        response: &Response,
        (selected, hovered): (bool, Option<Urn>),
    ) {
        let colours = theme::of(ui);
        let under = response.contains_pointer() || (row.urn.is_some() && row.urn == hovered);
        let fill = match (selected, under) {
            (true, _) => *colours.accent_soft,
            (false, true) => *colours.hover,
            (false, false) if nth < self.grid.fixed => *colours.sunken,
            (false, false) => *colours.panel,
        };
        let all = ui.painter().with_clip_rect(region.intersect(ui.clip_rect()));
        all.rect_filled(whole, 0.0, fill);
        let painter = all.with_clip_rect(region.with_min_x(self.names).intersect(ui.clip_rect()));
        for column in self.columns() {
            let (Some(cell), Some(head)) = (row.cells.get(column), self.grid.columns.get(column)) else { continue };
            let rect = Rect::from_x_y_ranges(self.column(column), whole.y_range());
            if let Some(soft) = cell.differs.filter(|_| self.grid.grounds).and_then(|of| ground_of(of, colours)) {
                painter.rect_filled(rect.shrink(2.0), theme::space().radius, soft);
            }
            cell.paint(&painter, rect, &head.shows, self.notes, colours);
        }
        all.hline(whole.x_range(), whole.bottom(), Stroke::new(1.0, *colours.grid));
        all.vline(self.names, whole.y_range(), Stroke::new(1.0, *colours.line));
        self.paint_name(ui, &all, row, whole.with_max_x(self.names), response.id, selected);
        focus_ring(ui, &all, response, whole.intersect(region));
    }

    fn paint_name(&self, ui: &Ui, painter: &Painter, row: &Row, names: Rect, id: egui::Id, selected: bool) {
        let colours = theme::of(ui);
        let middle = names.center().y;
        if selected {
            // Not by colour alone: a bar stands before the name.
            painter.rect_filled(Rect::from_min_size(names.min, vec2(3.0, ROW)), 0.0, *colours.select);
        }
        let left = names.left() + if row.lead == Lead::Nothing { PAD } else { LEAD + 4.0 };
        if let Lead::Rank(rank) = row.lead {
            let rank = painter.layout_no_wrap(rank.to_string(), theme::small(), *colours.muted);
            let at = pos2(names.left() + LEAD - rank.size().x, middle - rank.size().y / 2.0);
            painter.galley(at, rank, *colours.muted);
        }
        let is_link = row.opens && row.urn.is_none();
        let lit = is_link && ui.ctx().read_response(id.with("open")).is_some_and(|of| of.hovered() || of.has_focus());
        let ink = if lit { *colours.accent } else { *colours.text };
        let strong = selected || (row.urn.is_none() && !row.opens);
        let font = if strong { theme::small_strong() } else { theme::body() };
        let behind = if row.opens && !is_link { LEAD } else { 6.0 };
        let name = cut(painter, &row.name, font, ink, names.right() - left - behind, 1, Align::LEFT);
        let at = pos2(left, middle - name.size().y / 2.0);
        if lit {
            let below = at.y + name.size().y;
            painter.hline(at.x..=at.x + name.size().x, below, Stroke::new(1.0, ink));
        }
        painter.galley(at, name, ink);
    }
}

/// The part of a rect that is seen; out of sight it takes no room from what is in sight.
fn seen_of(rect: Rect, region: Rect) -> Rect {
    let seen = rect.intersect(region);
    if seen.is_positive() { seen } else { Rect::from_min_size(region.clamp(rect.center()), vec2(0.0, 0.0)) }
}

fn focus_ring(ui: &Ui, painter: &Painter, response: &Response, rect: Rect) {
    if response.has_focus() {
        let ring = Stroke::new(1.5, *theme::of(ui).accent);
        painter.rect_stroke(rect.shrink(1.0), 0.0, ring, StrokeKind::Inside);
    }
}

/// The head of a column. Gives whether it was clicked.
fn head_ui(ui: &Ui, head: &Head, id: egui::Id, rect: Rect, region: Rect, align: Align) -> bool {
    let colours = theme::of(ui);
    let shown = seen_of(rect, region);
    let sense = if head.does.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(shown, id, sense);
    response.widget_info(|| match &head.does {
        Some(does) => WidgetInfo::selected(Role::Button, ui.is_enabled(), head.sorted.is_some(), does),
        None => WidgetInfo::labeled(Role::Label, true, &head.words),
    });
    if response.gained_focus() {
        // The names would hide it.
        let names = region.left() - ui.clip_rect().left();
        ui.scroll_to_rect(rect.with_min_x(rect.left() - names.max(0.0)), None);
    }
    let painter = ui.painter().with_clip_rect(rect.intersect(region).intersect(ui.clip_rect()));
    if head.does.is_some() && (response.hovered() || response.has_focus()) {
        painter.rect_filled(rect, 0.0, *colours.hover);
    }
    let two = head.shows.has_second_line();
    let (line, second) = rect.shrink2(vec2(0.0, 2.0)).split_top_bottom_at_fraction(if two { 0.5 } else { 1.0 });
    let sign = if head.sorted.is_some() { 14.0 } else { 0.0 };
    let lines = if two { 1 } else { 2 };
    let room = rect.width() - 1.5 * PAD - sign;
    let words = cut(&painter, &head.words, theme::small_strong(), *colours.text, room, lines, align);
    let top = line.center().y - words.size().y / 2.0;
    let left = if align == Align::RIGHT { rect.right() - PAD } else { rect.left() + PAD + sign };
    painter.galley(pos2(left, top), words, *colours.text);
    head.shows.second_line(&painter, second, colours);
    if let Some(ascending) = head.sorted {
        let mark = if ascending { Mark::Up } else { Mark::Down };
        paint_mark(&painter, mark, pos2(rect.left() + PAD, line.center().y), 3.5, *colours.accent, Stroke::NONE);
    }
    focus_ring(ui, &painter, &response, shown);
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
