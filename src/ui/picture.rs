//! A picture of the window, once every panel is answered: for documents, and to see that the program runs.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use eframe::egui::{ColorImage, Context, Rect, ViewportCommand};

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
                    outcome
                        .set(png(&image).and_then(|png| write_whole(&path, &png).map_err(|error| error.to_string())));
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

/// What came of a picture of a part of the window.
#[derive(Debug)]
pub enum PartTaken {
    /// It is on the clipboard.
    Copied,
    /// It is to be saved under a name like this.
    Png(String, Vec<u8>),
    Failed(String),
}

/// Takes a picture of a part of the window.
#[derive(Debug)]
pub struct PartPicture {
    part: Rect,
    save_as: Option<String>,
    /// Frames to wait, so that the menu from which it was asked for is gone.
    frames_left: u32,
    taken: Arc<Mutex<Option<ColorImage>>>,
}

impl PartPicture {
    /// A picture to be taken; for the clipboard where it is not saved.
    pub fn new(part: Rect, save_as: Option<String>) -> Self {
        Self { part, save_as, frames_left: SETTLING, taken: Arc::default() }
    }

    /// Called in every frame until it gives what came of it.
    pub fn frame(&mut self, ctx: &Context) -> Option<PartTaken> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(image) = taken {
            let image = image.region(&self.part, Some(ctx.pixels_per_point()));
            return Some(match &self.save_as {
                None => {
                    ctx.copy_image(image);
                    PartTaken::Copied
                }
                Some(name) => match png(&image) {
                    Ok(bytes) => PartTaken::Png(name.clone(), bytes),
                    Err(error) => PartTaken::Failed(format!("The picture was not made: {error}")),
                },
            });
        }
        match self.frames_left {
            0 => {}
            1 => {
                let (slot, waker) = (Arc::clone(&self.taken), ctx.clone());
                ctx.request_screenshot(move |image| {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((*image).clone());
                    waker.request_repaint();
                });
                self.frames_left = 0;
            }
            _ => {
                self.frames_left -= 1;
                ctx.request_repaint();
            }
        }
        None
    }
}

fn png(image: &ColorImage) -> Result<Vec<u8>, String> {
    let [width, height] = image.size.map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    let bytes: Vec<u8> = image.pixels.iter().flat_map(eframe::egui::Color32::to_array).collect();
    let buffer = image::RgbaImage::from_raw(width, height, bytes).ok_or("the window gave half a picture")?;
    let mut png = std::io::Cursor::new(Vec::new());
    buffer.write_to(&mut png, image::ImageFormat::Png).map_err(|error| error.to_string())?;
    Ok(png.into_inner())
}
