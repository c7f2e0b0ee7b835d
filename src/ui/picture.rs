//! A picture of the window, once every panel is answered: for documents, and to see that the program runs.

mod footer;
mod part;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::{ColorImage, Context, ViewportCommand};

pub use part::{PartPicture, PartTaken};

use super::jobs::write_whole;

/// Frames that are drawn after the last answer, so that what it brings has its size.
const SETTLING: u32 = 4;

/// How making the picture ended; nothing where none was asked for.
#[derive(Debug, Clone, Default)]
pub struct Outcome(Arc<Mutex<Option<Result<(), String>>>>);

impl Outcome {
    /// How it ended.
    ///
    /// # Errors
    /// Why there is no picture.
    pub fn result(&self) -> Result<(), String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(Ok(()))
    }

    pub(super) fn set(&self, result: Result<(), String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }
}

/// Takes one picture and closes the window.
#[derive(Debug)]
pub struct Picture {
    path: PathBuf,
    outcome: Outcome,
    settled: u32,
    taken: bool,
}

impl Picture {
    /// A picture to be taken.
    pub fn new(path: PathBuf, outcome: Outcome) -> Self {
        outcome.set(Err("the window was closed before it was answered".to_owned()));
        Self { path, outcome, settled: 0, taken: false }
    }

    /// Called in every frame; `answered` says that nothing is waited for.
    pub fn frame(&mut self, ctx: &Context, answered: bool) {
        if self.taken {
            return;
        }
        self.settled = if answered { self.settled + 1 } else { 0 };
        if answered {
            ctx.request_repaint();
        }
        if self.settled > SETTLING {
            self.taken = true;
            let (path, outcome, ctx_of_image) = (self.path.clone(), self.outcome.clone(), ctx.clone());
            ctx.request_screenshot(move |image| {
                let write = move || {
                    outcome.set(
                        png(&image, &[]).and_then(|png| write_whole(&path, &png).map_err(|error| error.to_string())),
                    );
                    ctx_of_image.send_viewport_cmd(ViewportCommand::Close);
                };
                if let Err(error) = std::thread::Builder::new().name("picture".to_owned()).spawn(write) {
                    tracing::error!("no thread for the picture: {error}");
                }
            });
        }
    }

    /// Ends without a picture, because the workspace cannot be shown.
    pub fn fail(&self, ctx: &Context, why: &str) {
        if !self.taken {
            self.outcome.set(Err(why.to_owned()));
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

/// The image as PNG, with texts under the names that the format has for them.
fn png(image: &ColorImage, texts: &[(&str, String)]) -> Result<Vec<u8>, String> {
    let [width, height] = image.size.map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    let bytes: Vec<u8> = image.pixels.iter().flat_map(eframe::egui::Color32::to_array).collect();
    let mut file = Vec::new();
    let written = (|| {
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        for (name, text) in texts {
            encoder.add_itxt_chunk((*name).to_owned(), text.clone())?;
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&bytes)?;
        writer.finish()
    })();
    written.map_err(|error: png::EncodingError| error.to_string())?;
    Ok(file)
}
