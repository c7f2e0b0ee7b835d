//! The colours: contrast by WCAG 2.2, worked out here.

use eframe::egui::{Color32, Theme};
use schoolbench::ui::theme::{Colour, colours};

/// For text, and for marks and borders that say something.
const TEXT: f64 = 4.5;
const MARK: f64 = 3.0;

/// Relative luminance (WCAG 2.2).
fn luminance(colour: Color32) -> f64 {
    let [red, green, blue, _] = colour.to_array().map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: Color32, other: Color32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_contrast_is_that_of_the_standard() {
    let near = |ratio: f64, right: f64| (ratio - right).abs() < 0.01;
    assert!(near(contrast(Color32::BLACK, Color32::WHITE), 21.0));
    assert!(near(contrast(Color32::from_hex("#777777").unwrap(), Color32::WHITE), 4.48));
    assert!(near(contrast(Color32::WHITE, Color32::WHITE), 1.0));
}

#[test]
fn text_and_marks_stand_out_from_what_is_behind_them() {
    let mut weak = Vec::new();
    for theme in [Theme::Light, Theme::Dark] {
        let c = colours(theme);
        let mut check = |name: String, ink: Colour, behind: Colour, least: f64| {
            let ratio = contrast(*ink, *behind);
            if ratio < least {
                weak.push(format!("{theme:?}: {name} has {ratio:.2}, needs {least}"));
            }
        };
        let surfaces =
            [("panel", c.panel), ("canvas", c.canvas), ("sunken", c.sunken), ("raised", c.raised), ("hover", c.hover)];
        for (surface, behind) in surfaces {
            for (name, ink) in [("text", c.text), ("muted", c.muted)] {
                check(format!("{name} on {surface}"), ink, behind, TEXT);
            }
        }
        for (name, ink, behind) in [
            ("above on above_soft", c.above, c.above_soft),
            ("below on below_soft", c.below, c.below_soft),
            ("level on panel", c.level, c.panel),
            ("accent on panel", c.accent, c.panel),
            ("accent on accent_soft", c.accent, c.accent_soft),
            ("text on accent_soft", c.text, c.accent_soft),
            ("text on below_soft", c.text, c.below_soft),
            ("on_accent on accent", c.on_accent, c.accent),
            ("select on panel", c.select, c.panel),
            ("warning on raised", c.warning, c.raised),
            ("error on raised", c.error, c.raised),
        ] {
            check(name.to_owned(), ink, behind, TEXT);
        }
        let series = c.series.iter().enumerate().map(|(place, ink)| (format!("series {place}"), *ink));
        let ramp = c.ramp.iter().enumerate().map(|(place, ink)| (format!("ramp {place}"), *ink));
        let marks = [("above", c.above), ("below", c.below), ("line_strong", c.line_strong)];
        let marks = marks.into_iter().map(|(name, ink)| (name.to_owned(), ink));
        for (name, ink) in series.chain(ramp).chain(marks) {
            check(format!("{name} on panel"), ink, c.panel, MARK);
        }
    }
    assert!(weak.is_empty(), "{}", weak.join("\n"));
}

#[test]
fn both_themes_say_the_same_with_other_colours() {
    let (light, dark) = (colours(Theme::Light), colours(Theme::Dark));
    assert_eq!(light.series.len(), dark.series.len());
    assert_eq!(light.ramp.len(), dark.ramp.len());
    for c in [light, dark] {
        for (place, one) in c.series.iter().enumerate() {
            assert!(!c.series[..place].contains(one), "two lines of a chart have one colour: {one:?}");
        }
        // Light to dark, or dark to light: the ramp reads without colour.
        let lightness: Vec<f64> = c.ramp.iter().map(|step| luminance(**step)).collect();
        let falls = lightness.is_sorted_by(|a, b| a > b);
        assert!(falls || lightness.is_sorted_by(|a, b| a < b), "{lightness:?}");
    }
    assert!(luminance(*light.panel) > luminance(*dark.panel));
}
