//! How the cost of an answer grows with the number of results: three charts side by side, as SVG by the program's own export.

use std::collections::BTreeMap;

use eframe::egui::{Align2, Color32, Context, Painter, Pos2, RawInput, Rect, Shape, Stroke, Theme, Ui, pos2, vec2};
use schoolbench::ui::svg::svg;
use schoolbench::ui::theme;
use serde::Deserialize;

/// Size of the picture, in points.
const SIZE: (f32, f32) = (1400.0, 420.0);

/// Room for the titles, for the words under and left of the axes, and for the names at the lines' ends.
const TOP: f32 = 62.0;
const BOTTOM: f32 = 40.0;
const LEFT: f32 = 52.0;
const RIGHT: f32 = 160.0;

/// Distance between the names at the lines' ends.
const APART: f32 = 15.0;

const QUESTIONS: [(&str, &str); 3] =
    [("tiles", "Tiles of an authority"), ("trends", "Its subjects by year"), ("scatter", "Every school of England")];

#[derive(Debug, Deserialize)]
struct Results {
    rows: Vec<Row>,
}

/// What a peer took for a question at a size.
#[derive(Debug, Deserialize)]
struct Row {
    peer: String,
    question: String,
    results: f64,
    warm: Option<Times>,
}

#[derive(Debug, Deserialize)]
struct Times {
    p50: f64,
}

/// A peer's number among the peers, and its points: results and milliseconds.
type Lines<'a> = BTreeMap<&'a str, (usize, Vec<(f64, f64)>)>;

/// The chart of the results that `run.py` wrote.
pub fn chart(results: &str) -> String {
    let Results { rows } = serde_json::from_str(results).expect("results");
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_theme(Theme::Light);
    let whole = Rect::from_min_size(Pos2::ZERO, vec2(SIZE.0, SIZE.1));
    let mut shapes = Vec::new();
    // Fonts are there from the second frame on.
    for _ in 0..2 {
        let input = RawInput { screen_rect: Some(whole), ..RawInput::default() };
        let mut output = ctx.run_ui(input, |ui| paint(ui, whole, &rows));
        output.textures_delta.clear();
        shapes = output.shapes;
    }
    let told = rows.iter().filter_map(|row| {
        let p50 = row.warm.as_ref()?.p50;
        let million = row.results / 1e6;
        Some(format!("{}, {}: {million:.1} million results, {}", row.peer, row.question, took(p50)))
    });
    svg(&shapes, whole, "Time of an answer by the number of results", &told.collect::<Vec<_>>())
}

fn paint(ui: &mut Ui, whole: Rect, rows: &[Row]) {
    let colours = theme::colours(Theme::Light);
    let painter = ui.ctx().layer_painter(eframe::egui::LayerId::background());
    painter.rect_filled(whole, 0.0, *colours.panel);
    let title = "Time of an answer after a change of pupils and authority (median), by the number of results";
    painter.text(whole.min + vec2(16.0, 12.0), Align2::LEFT_TOP, title, theme::strong(), *colours.text);
    let mut peers: Vec<&str> = Vec::new();
    for row in rows {
        if !peers.contains(&row.peer.as_str()) {
            peers.push(&row.peer);
        }
    }
    let of = |row: &Row| row.warm.as_ref().map(|times| (row.results.log10(), times.p50.log10()));
    let all: Vec<(f64, f64)> = rows.iter().filter_map(of).collect();
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let x = ends(&mut all.iter().map(|point| point.0));
    let y = ends(&mut all.iter().map(|point| point.1));
    if x.0 > x.1 {
        return;
    }
    let scales = ((x.0 - 0.1, x.1 + 0.1), (y.0.floor(), y.1.ceil().max(y.0.floor() + 1.0)));
    let width = whole.width() / QUESTIONS.len() as f32;
    for (nth, (question, name)) in QUESTIONS.into_iter().enumerate() {
        let left = whole.left() + nth as f32 * width;
        let frame = Rect::from_min_max(
            pos2(left + LEFT, whole.top() + TOP),
            pos2(left + width - RIGHT, whole.bottom() - BOTTOM),
        );
        let mut lines = Lines::new();
        for row in rows.iter().filter(|row| row.question == question) {
            let place = peers.iter().position(|peer| *peer == row.peer).unwrap_or_default();
            if let Some(point) = of(row) {
                lines.entry(&row.peer).or_insert((place, Vec::new())).1.push(point);
            }
        }
        let at = frame.left_top() - vec2(0.0, 10.0);
        painter.text(at, Align2::LEFT_BOTTOM, name, theme::small_strong(), *colours.text);
        Chart { frame, scales, lines }.paint(&painter, colours);
    }
}

/// One of the charts. Both scales are powers of ten.
struct Chart<'a> {
    frame: Rect,
    scales: ((f64, f64), (f64, f64)),
    lines: Lines<'a>,
}

impl Chart<'_> {
    fn place(&self, (x, y): (f64, f64)) -> Pos2 {
        let share = |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)) as f32;
        let (across, up) = (share(x, self.scales.0), share(y, self.scales.1));
        pos2(self.frame.left() + across * self.frame.width(), self.frame.bottom() - up * self.frame.height())
    }

    fn paint(&self, painter: &Painter, colours: &theme::Colours) {
        let frame = self.frame;
        let grid = Stroke::new(1.0, *colours.grid);
        let (low, high) = self.scales.1;
        for power in (low as i32)..=(high as i32) {
            let y = self.place((self.scales.0.0, f64::from(power))).y;
            painter.line_segment([pos2(frame.left(), y), pos2(frame.right(), y)], grid);
            let words = took(10_f64.powi(power));
            painter.text(pos2(frame.left() - 8.0, y), Align2::RIGHT_CENTER, words, theme::small(), *colours.muted);
        }
        let sizes = self.lines.values().max_by_key(|(_, points)| points.len());
        for (x, _) in sizes.map(|(_, points)| points.as_slice()).unwrap_or_default() {
            let at = pos2(self.place((*x, low)).x, frame.bottom());
            painter.line_segment([pos2(at.x, frame.top()), at], grid);
            let words = format!("{:.0} million", 10_f64.powf(*x) / 1e6);
            painter.text(at + vec2(0.0, 6.0), Align2::CENTER_TOP, words, theme::small(), *colours.muted);
        }
        let mut names: Vec<(Pos2, &str, Color32)> = Vec::new();
        for (name, (place, points)) in &self.lines {
            let ink = colours.series(*place);
            let mut way: Vec<Pos2> = points.iter().map(|point| self.place(*point)).collect();
            way.sort_by(|a, b| a.x.total_cmp(&b.x));
            for pair in way.windows(2) {
                painter.line_segment([pair[0], pair[1]], Stroke::new(2.0, ink));
            }
            for at in &way {
                painter.add(mark(*place, *at, ink));
            }
            if let Some(end) = way.last() {
                names.push((*end, name, ink));
            }
        }
        names.sort_by(|a, b| a.0.y.total_cmp(&b.0.y));
        let mut free = frame.top();
        for (end, name, ink) in names {
            let at = pos2(end.x + 10.0, end.y.max(free));
            free = at.y + APART;
            painter.text(at, Align2::LEFT_CENTER, name, theme::small_strong(), ink);
        }
    }
}

/// A peer's mark, so that colour is not all that tells them apart.
fn mark(place: usize, at: Pos2, ink: Color32) -> Shape {
    let corners = |ways: &[(f32, f32)]| {
        let around = ways.iter().map(|(x, y)| at + 5.0 * vec2(*x, *y)).collect();
        Shape::convex_polygon(around, ink, Stroke::NONE)
    };
    match place % 6 {
        0 => Shape::circle_filled(at, 4.5, ink),
        1 => corners(&[(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)]),
        2 => corners(&[(0.0, -1.0), (1.0, 0.8), (-1.0, 0.8)]),
        3 => corners(&[(0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0)]),
        4 => corners(&[(-1.0, -0.8), (1.0, -0.8), (0.0, 1.0)]),
        _ => Shape::circle_stroke(at, 4.0, Stroke::new(2.0, ink)),
    }
}

/// Milliseconds in words.
fn took(ms: f64) -> String {
    match ms {
        _ if ms < 10.0 => format!("{} ms", (10.0 * ms).round() / 10.0),
        _ if ms < 1_000.0 => format!("{ms:.0} ms"),
        _ if ms < 10_000.0 => format!("{} s", (ms / 100.0).round() / 10.0),
        _ => format!("{:.0} s", ms / 1e3),
    }
}
