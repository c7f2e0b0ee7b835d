//! What stands below the picture of a panel: of whom it is, how it was made, from which files, and the day.

use std::sync::Arc;

use eframe::egui::epaint::{ClippedShape, TextShape};
use eframe::egui::text::LayoutJob;
use eframe::egui::{Color32, ColorImage, Context, Galley, Rect, Shape, Vec2, pos2, vec2};

use crate::ui::theme;

/// Lines below a picture, laid out in its width.
pub(super) struct Footer {
    galley: Arc<Galley>,
    /// Its size in points, with the room around the lines.
    size: Vec2,
    ink: Color32,
    paper: Color32,
}

impl Footer {
    /// Lays out lines for a picture of some width in points.
    pub fn new(ctx: &Context, words: &[String], width: f32) -> Self {
        let colours = theme::colours(ctx.theme());
        let room = (width - 2.0 * theme::space().one).max(40.0);
        let job = LayoutJob::simple(words.join("\n"), theme::small(), *colours.muted, room);
        let galley = ctx.fonts_mut(|fonts| fonts.layout_job(job));
        let size = vec2(width, galley.size().y.ceil() + 2.0 * theme::space().one);
        Self { galley, size, ink: *colours.muted, paper: *colours.panel }
    }

    /// Where it stands below a picture.
    pub fn place(&self, picture: Rect) -> Rect {
        Rect::from_min_size(picture.left_bottom(), self.size)
    }

    /// The shapes of it below a picture.
    pub fn shapes(&self, picture: Rect) -> [ClippedShape; 2] {
        let place = self.place(picture);
        let text = TextShape::new(place.min + self.margin(), Arc::clone(&self.galley), self.ink);
        let paper = Shape::rect_filled(place, 0, self.paper);
        [ClippedShape::new(place, paper), ClippedShape::new(place, Shape::Text(text))]
    }

    /// A picture with the lines below it, in pixels: the letters are taken from where the window's own are.
    pub fn below(&self, ctx: &Context, picture: ColorImage) -> ColorImage {
        let scale = ctx.pixels_per_point();
        let [width, height] = picture.size;
        let more = (self.size.y * scale).ceil().max(0.0) as usize;
        let mut pixels = picture.pixels;
        pixels.resize(width * (height + more), self.paper);
        let letters = ctx.fonts_mut(|fonts| fonts.image());
        for row in &self.galley.rows {
            for glyph in &row.glyphs {
                let shape = glyph.uv_rect;
                let at: Vec2 = (row.pos.to_vec2() + self.margin() + glyph.pos.to_vec2() + shape.offset) * scale;
                let corner = pos2(at.x.round(), at.y.round());
                for (down, v) in (shape.min[1]..shape.max[1]).enumerate() {
                    for (right, u) in (shape.min[0]..shape.max[0]).enumerate() {
                        let (x, y) = (corner.x + right as f32, corner.y + down as f32);
                        let inside = x >= 0.0 && y >= 0.0 && (x as usize) < width && (y as usize) < more;
                        let letter = letters.pixels.get(usize::from(v) * letters.width() + usize::from(u));
                        let (true, Some(letter)) = (inside, letter) else { continue };
                        if let Some(pixel) = pixels.get_mut((height + y as usize) * width + x as usize) {
                            *pixel = pixel.blend(self.ink.gamma_multiply_u8(letter.a()));
                        }
                    }
                }
            }
        }
        ColorImage::new([width, height + more], pixels)
    }

    fn margin(&self) -> Vec2 {
        Vec2::splat(theme::space().one)
    }
}
