//! What the graphics card draws by itself: marks, and how densely they lie. Also where the nearest mark is.
//!
//! **Every picture can be drawn without a graphics card too, and is the same within what the eye tells apart. Nothing is
//! uploaded again while only the place on screen, the progress of a motion or the opacity changes.** The room knows neither
//! schools nor questions.

mod contours;
mod density;
mod device;
mod field;
mod grid;
mod marks;

pub use density::{Density, Look, MOST_LEVELS};
pub use device::Device;
pub use grid::Grid;
pub use marks::{Form, Mark, Marks};

use eframe::egui::epaint::PaintCallbackInfo;
use eframe::egui::{Pos2, Rect, pos2};

/// Where values stand on screen: the transform of a chart whose axes are even. Values are in the units of the axes, places
/// in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Points per unit: to the right, and downwards, so that the second is negative where values grow upwards.
    scale: [f64; 2],
    /// Where value 0 is.
    offset: [f64; 2],
}

impl Place {
    /// A frame on screen, and the values at its left and right, and at its bottom and top.
    pub fn new(frame: Rect, x: (f64, f64), y: (f64, f64)) -> Self {
        let axis = |(from, to): (f64, f64), begin: f32, end: f32| {
            let scale = f64::from(end - begin) / (to - from);
            (scale, f64::from(begin) - scale * from)
        };
        let (across, left) = axis(x, frame.left(), frame.right());
        let (down, zero) = axis(y, frame.bottom(), frame.top());
        Self { scale: [across, down], offset: [left, zero] }
    }

    /// Where a pair of values stands.
    pub fn point(&self, (x, y): (f64, f64)) -> Pos2 {
        pos2((self.offset[0] + self.scale[0] * x) as f32, (self.offset[1] + self.scale[1] * y) as f32)
    }

    /// The values of a place.
    fn value(&self, at: Pos2) -> (f64, f64) {
        let [x, y] = [0, 1].map(|axis| (f64::from(at[axis]) - self.offset[axis]) / self.scale[axis]);
        (x, y)
    }
}

/// Values brought to 0 to 1, so that single precision is enough for them however far in one looks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    low: [f64; 2],
    width: [f64; 2],
}

impl Span {
    /// From the lowest to the highest value of each axis. What is not finite does not count.
    fn of(values: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        for (x, y) in values {
            for (axis, value) in [x, y].into_iter().enumerate().filter(|(_, value)| value.is_finite()) {
                low[axis] = low[axis].min(value);
                high[axis] = high[axis].max(value);
            }
        }
        let width = [0, 1].map(|axis| if high[axis] > low[axis] { high[axis] - low[axis] } else { 1.0 });
        Self { low: [0, 1].map(|axis| if low[axis] > high[axis] { 0.0 } else { low[axis] }), width }
    }

    /// A pair of values as shares of the span.
    fn share(&self, (x, y): (f64, f64)) -> [f32; 2] {
        [((x - self.low[0]) / self.width[0]) as f32, ((y - self.low[1]) / self.width[1]) as f32]
    }

    /// The values of a share.
    fn value(&self, share: [f32; 2]) -> (f64, f64) {
        let [x, y] = [0, 1].map(|axis| self.low[axis] + f64::from(share[axis]) * self.width[axis]);
        (x, y)
    }

    /// Where shares stand in the pixels of a viewport: pixels per share, where share 0 is, and the viewport's size.
    fn in_pixels(&self, place: &Place, info: &PaintCallbackInfo) -> [[f32; 2]; 3] {
        let viewport = info.viewport_in_pixels();
        let pixels = f64::from(info.pixels_per_point);
        let corner = [f64::from(viewport.left_px), f64::from(viewport.top_px)];
        let scale = [0, 1].map(|axis| (place.scale[axis] * self.width[axis] * pixels) as f32);
        let zero = [0, 1]
            .map(|axis| ((place.offset[axis] + place.scale[axis] * self.low[axis]) * pixels - corner[axis]) as f32);
        [scale, zero, [viewport.width_px as f32, viewport.height_px as f32]]
    }
}

/// Numbers as the graphics card reads them.
fn bytes(numbers: impl IntoIterator<Item = f32>) -> Vec<u8> {
    numbers.into_iter().flat_map(f32::to_le_bytes).collect()
}
