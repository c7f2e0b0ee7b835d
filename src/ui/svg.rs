//! Shapes of the window as SVG: lines stay lines and words stay words.

use eframe::egui::emath::TSTransform;
use eframe::egui::epaint::{
    BandShape, CircleShape, ClippedShape, ColorMode, EllipseShape, PathStroke, RectShape, TextShape, Vertex, WHITE_UV,
};
use eframe::egui::text::{ByteIndex, TextFormat};
use eframe::egui::{Color32, FontFamily, Mesh, Pos2, Rect, Shape, Stroke, StrokeKind, TextureId, Vec2, pos2, vec2};

/// What stands at the beginning of every file.
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Draws shapes that stand in a part of the window, in points. `title` and `words` are what a reader that sees nothing is told.
/// The same shapes give the same text.
///
/// Left out are images, what the graphics card draws by itself, and shadows.
pub fn svg(shapes: &[ClippedShape], part: Rect, title: &str, words: &[String]) -> String {
    let mut drawing = Drawing { part, body: String::new(), clips: Vec::new(), group: None };
    for clipped in shapes {
        drawing.clipped(clipped);
    }
    drawing.leave();
    let Drawing { body, clips, .. } = drawing;
    let clips: String = clips
        .iter()
        .enumerate()
        .map(|(nth, clip)| format!("<clipPath id=\"clip{nth}\"><rect {}/></clipPath>\n", sides(*clip)))
        .collect();
    let (left, top, width, height) =
        (number(part.left()), number(part.top()), number(part.width()), number(part.height()));
    format!(
        "{HEAD}<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"{left} {top} {width} {height}\" role=\"img\" font-family=\"'IBM Plex Sans', sans-serif\" \
         stroke-linejoin=\"round\" xml:space=\"preserve\">\n<title>{}</title>\n<desc>{}</desc>\n<defs>\n{clips}</defs>\n\
         {body}</svg>\n",
        escaped(title),
        escaped(&words.join("\n")),
    )
}

struct Drawing {
    part: Rect,
    body: String,
    /// The parts to which shapes are cut.
    clips: Vec<Rect>,
    /// The cut that the last shapes have: the whole part has none.
    group: Option<usize>,
}

impl Drawing {
    fn clipped(&mut self, clipped: &ClippedShape) {
        let seen = clipped.clip_rect.intersect(self.part);
        let moved = clipped.transform_after_tessellation;
        let is_moved = moved != TSTransform::IDENTITY;
        if !seen.is_positive() || !is_moved && !clipped.shape.visual_bounding_rect().intersects(seen) {
            return;
        }
        let nth = self.clips.iter().position(|clip| *clip == seen);
        let nth = (seen != self.part).then(|| nth.unwrap_or(self.clips.len()));
        if nth != self.group {
            self.leave();
            if let Some(nth) = nth {
                if nth == self.clips.len() {
                    self.clips.push(seen);
                }
                self.body.push_str(&format!("<g clip-path=\"url(#clip{nth})\">\n"));
            }
            self.group = nth;
        }
        if is_moved {
            let (scale, by) = (number(moved.scaling), moved.translation);
            let matrix = format!("matrix({scale} 0 0 {scale} {} {})", number(by.x), number(by.y));
            self.body.push_str(&format!("<g transform=\"{matrix}\">\n"));
        }
        self.shape(&clipped.shape);
        if is_moved {
            self.body.push_str("</g>\n");
        }
    }

    /// Ends the group of shapes that are cut alike.
    fn leave(&mut self) {
        if self.group.take().is_some() {
            self.body.push_str("</g>\n");
        }
    }

    fn element(&mut self, name: &str, attributes: &str) {
        self.body.push_str(&format!("<{name} {attributes}/>\n"));
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Circle(CircleShape { center, radius, fill, stroke }) => {
                if let Some(paint) = paint(*fill, *stroke) {
                    let at = format!("cx=\"{}\" cy=\"{}\"", number(center.x), number(center.y));
                    self.element("circle", &format!("{at} r=\"{}\" {paint}", number(*radius)));
                }
            }
            Shape::Ellipse(EllipseShape { center, radius, fill, stroke, angle }) => {
                if let Some(paint) = paint(*fill, *stroke) {
                    let at = format!("cx=\"{}\" cy=\"{}\"", number(center.x), number(center.y));
                    let radii = format!("rx=\"{}\" ry=\"{}\"", number(radius.x), number(radius.y));
                    self.element("ellipse", &format!("{at} {radii} {paint}{}", turned(*angle, *center)));
                }
            }
            Shape::LineSegment { points: [from, to], stroke } => {
                if let Some(paint) = paint(Color32::TRANSPARENT, *stroke) {
                    self.element("path", &format!("d=\"{}\" {paint}", way(&[*from, *to], false)));
                }
            }
            Shape::Path(path) => self.path(&way(&path.points, path.closed), path.fill, &path.stroke, &path.points),
            Shape::QuadraticBezier(curve) => {
                let [from, over, to] = curve.points;
                let d = format!("M{}Q{} {}{}", place(from), place(over), place(to), end(curve.closed));
                self.path(&d, curve.fill, &curve.stroke, &curve.points);
            }
            Shape::CubicBezier(curve) => {
                let [from, first, second, to] = curve.points;
                let d =
                    format!("M{}C{} {} {}{}", place(from), place(first), place(second), place(to), end(curve.closed));
                self.path(&d, curve.fill, &curve.stroke, &curve.points);
            }
            Shape::Band(band) => self.band(band),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Mesh(mesh) => self.triangles(mesh, Vec2::ZERO, |_| true, |vertex| vertex.color),
            Shape::Text(text) => self.text(text),
        }
    }

    fn path(&mut self, d: &str, fill: Color32, stroke: &PathStroke, points: &[Pos2]) {
        let colour = match &stroke.color {
            ColorMode::Solid(colour) => *colour,
            // A line whose colour changes along it has the one in its middle.
            ColorMode::UV(colour_at) => {
                let bounds = Rect::from_points(points);
                points.get(points.len() / 2).map(|middle| colour_at(bounds, *middle)).unwrap_or_default()
            }
        };
        if let Some(paint) = paint(fill, Stroke::new(stroke.width, colour)).filter(|_| !d.is_empty()) {
            self.element("path", &format!("d=\"{d}\" {paint}"));
        }
    }

    fn band(&mut self, band: &BandShape) {
        let upper = band.points.iter().map(|point| pos2(point.x, point.y.min));
        let lower = band.points.iter().rev().map(|point| pos2(point.x, point.y.max));
        let d = way(&upper.chain(lower).collect::<Vec<_>>(), true);
        if let Some(paint) = paint(band.fill, band.stroke).filter(|_| !d.is_empty()) {
            self.element("path", &format!("d=\"{d}\" {paint}{}", turned(band.angle, Pos2::ZERO)));
        }
    }

    fn rect(&mut self, shape: &RectShape) {
        let is_of_an_image = shape.fill_texture_id() != TextureId::default();
        let is_a_shadow = shape.blur_width > 0.0;
        let Some(paint) = paint(shape.fill, shape.stroke).filter(|_| !is_of_an_image && !is_a_shadow) else { return };
        // The line of a rectangle in SVG is half inside.
        let outwards = match shape.stroke_kind {
            _ if shape.stroke.is_empty() => 0.0,
            StrokeKind::Inside => -shape.stroke.width / 2.0,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => shape.stroke.width / 2.0,
        };
        let rect = shape.rect.expand(outwards);
        if rect.width() < 0.0 || rect.height() < 0.0 {
            return;
        }
        let widest = (rect.width().min(rect.height()) / 2.0).max(0.0);
        let radius = |of: u8| if of == 0 { 0.0 } else { (f32::from(of) + outwards).clamp(0.0, widest) };
        let corners = shape.corner_radius;
        let turned = turned(shape.angle, shape.rect.center());
        if corners.is_same() {
            let round = if corners.nw == 0 { String::new() } else { format!(" rx=\"{}\"", number(radius(corners.nw))) };
            return self.element("rect", &format!("{}{round} {paint}{turned}", sides(rect)));
        }
        let [nw, ne, se, sw] = [corners.nw, corners.ne, corners.se, corners.sw].map(radius);
        let arc = |radius: f32, to: Pos2| format!("A{0} {0} 0 0 1 {1}", number(radius), place(to));
        let d = [
            format!("M{}", place(rect.left_top() + vec2(nw, 0.0))),
            format!("L{}", place(rect.right_top() - vec2(ne, 0.0))),
            arc(ne, rect.right_top() + vec2(0.0, ne)),
            format!("L{}", place(rect.right_bottom() - vec2(0.0, se))),
            arc(se, rect.right_bottom() - vec2(se, 0.0)),
            format!("L{}", place(rect.left_bottom() + vec2(sw, 0.0))),
            arc(sw, rect.left_bottom() - vec2(0.0, sw)),
            format!("L{}", place(rect.left_top() + vec2(0.0, nw))),
            arc(nw, rect.left_top() + vec2(nw, 0.0)),
        ];
        self.element("path", &format!("d=\"{}Z\" {paint}{turned}", d.concat()));
    }

    /// The triangles of a mesh that are no image, those of one colour after each other in one path. All go round the same
    /// way, so that no seams are seen between them.
    fn triangles(
        &mut self,
        mesh: &Mesh,
        by: Vec2,
        wanted: impl Fn(usize) -> bool,
        colour: impl Fn(&Vertex) -> Color32,
    ) {
        if mesh.texture_id != TextureId::default() {
            return;
        }
        let mut run: Option<(Color32, String)> = None;
        let mut draw = |run: Option<(Color32, String)>| {
            if let Some((colour, d)) = run
                && let Some(paint) = paint(colour, Stroke::NONE)
            {
                self.element("path", &format!("d=\"{d}\" {paint}"));
            }
        };
        for corners in mesh.triangles() {
            let corners = corners.map(|index| index as usize);
            let [Some(a), Some(b), Some(c)] = corners.map(|index| mesh.vertices.get(index)) else { continue };
            if ![a, b, c].iter().all(|vertex| vertex.uv == WHITE_UV) || !corners.iter().all(|index| wanted(*index)) {
                continue;
            }
            let mean = mean([colour(a), colour(b), colour(c)]);
            let around = (b.pos - a.pos).x * (c.pos - a.pos).y - (b.pos - a.pos).y * (c.pos - a.pos).x;
            let [second, third] = if around < 0.0 { [c, b] } else { [b, c] };
            let d = way(&[a.pos + by, second.pos + by, third.pos + by], true);
            match &mut run {
                Some((of, all)) if *of == mean => all.push_str(&d),
                _ => draw(run.replace((mean, d))),
            }
        }
        draw(run);
    }

    /// Words: each row, and in it each part of one type and colour, is an element.
    fn text(&mut self, shape: &TextShape) {
        let job = &shape.galley.job;
        let dimmed = |colour: Color32| {
            let colour = if colour == Color32::PLACEHOLDER { shape.fallback_color } else { colour };
            if shape.opacity_factor < 1.0 { colour.gamma_multiply(shape.opacity_factor) } else { colour }
        };
        if shape.opacity_factor <= 0.0 {
            return;
        }
        let turned = turned(shape.angle, shape.pos);
        if !turned.is_empty() {
            self.body.push_str(&format!("<g{turned}>\n"));
        }
        // Which section each letter is of; what is cut short ends in a letter of the last.
        let mut letter = 0;
        let sections: Vec<usize> = job
            .text
            .char_indices()
            .map(|(at, _)| job.sections.iter().position(|of| of.byte_range.contains(&ByteIndex(at))).unwrap_or(0))
            .collect();
        for row in &shape.galley.rows {
            let at = shape.pos + row.pos.to_vec2();
            let visuals = &row.visuals;
            let behind_or_under = |index: usize| !visuals.glyph_vertex_range.contains(&index);
            self.triangles(&visuals.mesh, at.to_vec2(), behind_or_under, |vertex| dimmed(vertex.color));
            let mut run: Option<Run<'_>> = None;
            for glyph in &row.glyphs {
                let nth = sections.get(letter).or(sections.last()).copied().unwrap_or(0);
                letter += 1;
                let Some(section) = job.sections.get(nth) else { continue };
                let (from, to) = (at + glyph.pos.to_vec2(), at.x + glyph.max_x());
                match &mut run {
                    Some(run) if run.section == nth => run.add(glyph.chr, to),
                    _ if glyph.chr.is_whitespace() => {}
                    _ => {
                        let begun =
                            Run { section: nth, format: &section.format, from, text: String::new(), to, seen: 0 };
                        self.run(run.replace(begun), shape, &dimmed);
                        if let Some(run) = &mut run {
                            run.add(glyph.chr, to);
                        }
                    }
                }
            }
            self.run(run, shape, &dimmed);
            if !shape.underline.is_empty() {
                let bottom = row.rect().bottom() + shape.pos.y;
                let line = [pos2(at.x, bottom), pos2(at.x + row.size.x, bottom)];
                self.shape(&Shape::LineSegment { points: line, stroke: shape.underline });
            }
            letter += usize::from(row.ends_with_newline);
        }
        if !turned.is_empty() {
            self.body.push_str("</g>\n");
        }
    }

    fn run(&mut self, run: Option<Run<'_>>, shape: &TextShape, dimmed: &dyn Fn(Color32) -> Color32) {
        let Some(run) = run else { return };
        let colour = shape.override_text_color.unwrap_or(run.format.color);
        let Some(fill) = fill(dimmed(colour)) else { return };
        let text = run.text.get(..run.seen).unwrap_or(&run.text);
        let font = &run.format.font_id;
        let family = match &font.family {
            FontFamily::Proportional => "",
            FontFamily::Monospace => " font-family=\"Hack, monospace\"",
            FontFamily::Name(name) => match &**name {
                "medium" => " font-weight=\"500\"",
                "semibold" => " font-weight=\"600\"",
                _ => "",
            },
        };
        let slope = if run.format.italics { " font-style=\"italic\"" } else { "" };
        // Where the reader has another font, the words still take the room that they have in the window.
        let width = run.to - run.from.x;
        let fitted = text.chars().nth(1).filter(|_| width > 0.0);
        let fitted = fitted.map(|_| format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", number(width)));
        self.body.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{family}{slope}{} {fill}>{}</text>\n",
            number(run.from.x),
            number(run.from.y),
            number(font.size),
            fitted.unwrap_or_default(),
            escaped(text)
        ));
    }
}

/// Letters of a row that have one type and colour.
struct Run<'a> {
    section: usize,
    format: &'a TextFormat,
    /// Where the base line of the first letter begins.
    from: Pos2,
    text: String,
    /// Where the last letter that is seen ends, and how many bytes of the text that is.
    to: f32,
    seen: usize,
}

impl Run<'_> {
    fn add(&mut self, letter: char, to: f32) {
        self.text.push(letter);
        if !letter.is_whitespace() {
            (self.to, self.seen) = (to, self.text.len());
        }
    }
}

/// How a shape is filled and its line drawn; nothing where neither is seen.
fn paint(of: Color32, line: Stroke) -> Option<String> {
    let inside = fill(of);
    let line = colour("stroke", line.color)
        .filter(|_| line.width > 0.0)
        .map(|colour| format!(" {colour} stroke-width=\"{}\"", number(line.width)));
    if inside.is_none() && line.is_none() {
        return None;
    }
    Some(format!("{}{}", inside.unwrap_or_else(|| "fill=\"none\"".to_owned()), line.unwrap_or_default()))
}

fn fill(of: Color32) -> Option<String> {
    colour("fill", of)
}

/// A colour, and how much is seen through it; nothing where it is not seen.
fn colour(name: &str, colour: Color32) -> Option<String> {
    let [red, green, blue, opacity] = colour.to_srgba_unmultiplied();
    let through = match opacity {
        0 => return None,
        u8::MAX => String::new(),
        opacity => format!(" {name}-opacity=\"{}\"", number(f32::from(opacity) / 255.0)),
    };
    Some(format!("{name}=\"#{red:02x}{green:02x}{blue:02x}\"{through}"))
}

fn mean(colours: [Color32; 3]) -> Color32 {
    let part = |nth: usize| {
        let sum: u16 = colours.iter().map(|colour| u16::from(colour.to_array()[nth])).sum();
        u8::try_from(sum / 3).unwrap_or(u8::MAX)
    };
    Color32::from_rgba_premultiplied(part(0), part(1), part(2), part(3))
}

/// A line through points that can be drawn.
fn way(points: &[Pos2], closed: bool) -> String {
    let drawn = points.iter().filter(|point| point.is_finite());
    let mut way = String::new();
    for (nth, point) in drawn.enumerate() {
        way.push(if nth == 0 { 'M' } else { 'L' });
        way.push_str(&place(*point));
    }
    if !way.is_empty() {
        way.push_str(end(closed));
    }
    way
}

fn end(closed: bool) -> &'static str {
    if closed { "Z" } else { "" }
}

fn place(at: Pos2) -> String {
    format!("{} {}", number(at.x), number(at.y))
}

fn sides(rect: Rect) -> String {
    let [x, y, width, height] = [rect.left(), rect.top(), rect.width(), rect.height()].map(number);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

/// Turns clockwise around a point, by radians.
fn turned(angle: f32, around: Pos2) -> String {
    if angle == 0.0 {
        return String::new();
    }
    format!(" transform=\"rotate({} {})\"", number(angle.to_degrees()), place(around))
}

/// A number with two decimals at most: a hundredth of a point is not seen.
fn number(value: f32) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// Text as it may stand in XML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(letter),
            // XML has no word for these.
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
