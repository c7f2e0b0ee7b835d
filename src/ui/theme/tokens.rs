//! The tokens of the look, from `data/theme/tokens.toml`: the only place with colours.

use std::sync::LazyLock;

use eframe::egui::{Color32, Theme};
use serde::{Deserialize, Deserializer};

static TOKENS: LazyLock<Tokens> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "compiled in, and read by every test of the window")]
    toml::from_str(include_str!("../../../data/theme/tokens.toml")).expect("data/theme/tokens.toml is complete")
});

/// All tokens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    pub size: Sizes,
    pub space: Spaces,
    light: Colours,
    dark: Colours,
}

/// Sizes of type, in points.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    pub small: f32,
    pub body: f32,
    pub strong: f32,
    pub title: f32,
    pub hero: f32,
}

/// Distances, in points.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spaces {
    pub half: f32,
    pub one: f32,
    pub two: f32,
    pub three: f32,
    pub radius: u8,
}

/// The colours of one theme, by what they say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Colours {
    pub canvas: Colour,
    pub panel: Colour,
    pub raised: Colour,
    pub sunken: Colour,
    pub hover: Colour,
    pub line: Colour,
    pub line_strong: Colour,
    pub grid: Colour,
    pub text: Colour,
    pub muted: Colour,
    pub accent: Colour,
    pub accent_soft: Colour,
    pub on_accent: Colour,
    pub above: Colour,
    pub above_soft: Colour,
    pub below: Colour,
    pub below_soft: Colour,
    pub level: Colour,
    pub select: Colour,
    pub warning: Colour,
    pub error: Colour,
    pub shadow: Colour,
    pub series: Vec<Colour>,
    pub ramp: Vec<Colour>,
}

/// A colour as the token file writes it: `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub Color32);

impl std::ops::Deref for Colour {
    type Target = Color32;

    fn deref(&self) -> &Color32 {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let colour = Color32::from_hex(&text);
        colour.map(Self).map_err(|_| serde::de::Error::custom(format!("{text} is no colour; write #rrggbb")))
    }
}

/// The tokens.
pub fn tokens() -> &'static Tokens {
    &TOKENS
}

/// The colours of a theme.
pub fn colours(theme: Theme) -> &'static Colours {
    match theme {
        Theme::Light => &TOKENS.light,
        Theme::Dark => &TOKENS.dark,
    }
}

impl Colours {
    /// The colour of a line of a chart; they repeat after the last.
    pub fn series(&self, place: usize) -> Color32 {
        self.series[place % self.series.len()].0
    }

    /// The colour of a share between low (0) and high (1), in even steps.
    pub fn ramp(&self, share: f64) -> Color32 {
        let last = self.ramp.len() - 1;
        let at = share.clamp(0.0, 1.0) * last as f64;
        let (below, part) = (at.floor() as usize, at.fract() as f32);
        self.ramp[below].lerp_to_gamma(self.ramp[(below + 1).min(last)].0, part)
    }
}
