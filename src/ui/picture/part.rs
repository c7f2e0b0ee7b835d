//! The picture of a panel, with the words that belong to what is seen below it.

use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::epaint::ClippedShape;
use eframe::egui::{ColorImage, Context, Rect};

use super::footer::Footer;
use super::{SETTLING, png};
use crate::ui::change::{PictureForm, Sitter};
use crate::ui::panels::Sitting;
use crate::ui::svg::svg;

/// What came of a picture of a panel.
#[derive(Debug)]
pub enum PartTaken {
    /// It is on the clipboard.
    Copied,
    /// It is to be saved under a name like this.
    File(String, Vec<u8>),
    Failed(String),
}

/// Takes a picture of a panel.
#[derive(Debug)]
pub struct PartPicture {
    panel: u64,
    form: PictureForm,
    /// Frames to wait, so that the menu from which it was asked for is gone.
    frames_left: u32,
    /// Frames in which the panel was not drawn.
    unseen: u32,
    /// The panel as it was when the window was asked for its pixels.
    asked: Option<Sitter>,
    pixels: Arc<Mutex<Option<Arc<ColorImage>>>>,
}

impl PartPicture {
    /// A picture to be taken.
    pub fn new(panel: u64, form: PictureForm) -> Self {
        Self { panel, form, frames_left: SETTLING, unseen: 0, asked: None, pixels: Arc::default() }
    }

    /// Whose picture it is, and of which kind.
    pub fn sitting(&self) -> Sitting {
        Sitting { panel: self.panel, as_lines: matches!(self.form, PictureForm::Svg(_)) }
    }

    /// Called in every frame, with the panel as that draws it, until it gives what came of it.
    pub fn frame(&mut self, ctx: &Context, sitter: Option<Sitter>) -> Option<PartTaken> {
        let Some(sitter) = sitter else {
            self.unseen += 1;
            ctx.request_repaint();
            let words = "The picture was not made: its panel is no longer on screen";
            return (self.unseen > SETTLING).then(|| PartTaken::Failed(words.to_owned()));
        };
        if self.frames_left > 0 {
            self.frames_left -= 1;
            ctx.request_repaint();
            return None;
        }
        if let PictureForm::Svg(name) = &self.form {
            return Some(PartTaken::File(name.clone(), drawn(ctx, &sitter).into_bytes()));
        }
        let Some(asked) = self.asked.clone() else {
            let (slot, waker) = (Arc::clone(&self.pixels), ctx.clone());
            ctx.request_screenshot(move |image| {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(image);
                waker.request_repaint();
            });
            self.asked = Some(sitter);
            return None;
        };
        let image = self.pixels.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if asked != sitter {
            // Other figures came meanwhile: whose the pixels are is not known, so they are taken again.
            (self.frames_left, self.asked) = (SETTLING, None);
            ctx.request_repaint();
            return None;
        }
        let Some(image) = cut(&image, sitter.part, ctx.pixels_per_point()) else {
            return Some(PartTaken::Failed("The picture was not made: its panel is not in the window".to_owned()));
        };
        let width = image.width() as f32 / ctx.pixels_per_point();
        let image = Footer::new(ctx, &sitter.words, width).below(ctx, image);
        let name = match &self.form {
            PictureForm::Png(name) | PictureForm::Svg(name) => name,
            PictureForm::Clipboard => {
                ctx.copy_image(image);
                return Some(PartTaken::Copied);
            }
        };
        let texts = [
            ("Title", sitter.title.clone()),
            ("Description", sitter.words.join("\n")),
            ("Software", "Schoolbench".to_owned()),
        ];
        Some(match png(&image, &texts) {
            Ok(bytes) => PartTaken::File(name.clone(), bytes),
            Err(error) => PartTaken::Failed(format!("The picture was not made: {error}")),
        })
    }
}

/// The panel as SVG, from the shapes that this frame has drawn so far.
fn drawn(ctx: &Context, sitter: &Sitter) -> String {
    let footer = Footer::new(ctx, &sitter.words, sitter.part.width());
    let inside = |clipped: &ClippedShape| ClippedShape {
        clip_rect: clipped.clip_rect.intersect(sitter.part),
        ..clipped.clone()
    };
    let mut shapes: Vec<ClippedShape> = ctx.graphics(|layers| {
        layers.get(sitter.layer).map(|list| list.all_entries().map(inside).collect()).unwrap_or_default()
    });
    shapes.extend(footer.shapes(sitter.part));
    svg(&shapes, sitter.part.union(footer.place(sitter.part)), &sitter.title, &sitter.words)
}

/// The pixels of a part of the window; nothing where it is outside.
fn cut(image: &ColorImage, part: Rect, scale: f32) -> Option<ColorImage> {
    let within = |points: f32, end: usize| ((points * scale).round().max(0.0) as usize).min(end);
    let [width, height] = image.size;
    let (left, right) = (within(part.left(), width), within(part.right(), width));
    let (top, bottom) = (within(part.top(), height), within(part.bottom(), height));
    let size = [right.checked_sub(left)?, bottom.checked_sub(top)?];
    let is_seen = size.iter().all(|side| *side > 0);
    is_seen.then(|| image.region_by_pixels([left, top], size))
}
