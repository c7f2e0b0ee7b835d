//! The look: fonts, type, colours and distances, from one token file.

mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText, Shadow, Stroke,
    Style, TextStyle, Theme, Visuals, vec2,
};

pub use tokens::{Colour, Colours, Spaces, Tokens, colours, tokens};

/// IBM Plex Sans, SIL Open Font License 1.1 (`data/fonts/OFL.txt`): its digits have one width.
const FACES: [(&str, &[u8]); 3] = [
    ("regular", include_bytes!("../../../data/fonts/IBMPlexSans-Regular.ttf")),
    ("medium", include_bytes!("../../../data/fonts/IBMPlexSans-Medium.ttf")),
    ("semibold", include_bytes!("../../../data/fonts/IBMPlexSans-SemiBold.ttf")),
];

/// Gives a context our fonts and both styles.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        ctx.set_style_of(theme, style(theme));
    }
}

/// The style of menus that hold boxes to tick and buttons: those of the window, with their borders.
pub fn boxes(_style: &mut Style) {}

/// The colours of the theme that `ui` is drawn in.
pub fn of(ui: &egui::Ui) -> &'static Colours {
    colours(if ui.visuals().dark_mode { Theme::Dark } else { Theme::Light })
}

/// The distances.
pub fn space() -> &'static Spaces {
    &tokens().space
}

/// Plain text of the body size.
pub fn body() -> FontId {
    FontId::new(tokens().size.body, FontFamily::Proportional)
}

/// Notes, axes, captions.
pub fn small() -> FontId {
    FontId::new(tokens().size.small, FontFamily::Proportional)
}

/// A note's weight made heavier: labels of lines.
pub fn small_strong() -> FontId {
    FontId::new(tokens().size.small, family("medium"))
}

/// Text that names what follows: panel titles, table heads.
pub fn strong() -> FontId {
    FontId::new(tokens().size.strong, family("semibold"))
}

/// The number of a tile.
pub fn hero() -> FontId {
    FontId::new(tokens().size.hero, family("semibold"))
}

/// The title of a screen.
pub fn title() -> FontId {
    FontId::new(tokens().size.title, family("semibold"))
}

/// A caption.
pub fn muted(ui: &egui::Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).font(small()).color(*of(ui).muted)
}

fn family(name: &str) -> FontFamily {
    FontFamily::Name(name.into())
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let fallbacks = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (name, bytes) in FACES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let chain: Vec<String> = std::iter::once(name.to_owned()).chain(fallbacks.iter().cloned()).collect();
        fonts.families.insert(family(name), chain.clone());
        if name == "regular" {
            fonts.families.insert(FontFamily::Proportional, chain);
        }
    }
    fonts
}

fn style(theme: Theme) -> Style {
    let space = space();
    let text_styles: BTreeMap<TextStyle, FontId> = [
        (TextStyle::Small, small()),
        (TextStyle::Body, body()),
        (TextStyle::Button, body()),
        (TextStyle::Heading, title()),
        (TextStyle::Monospace, FontId::new(tokens().size.small, FontFamily::Monospace)),
    ]
    .into();
    let mut style = Style { text_styles, visuals: visuals(theme), ..Style::default() };
    style.spacing.item_spacing = vec2(space.one, space.half);
    style.spacing.button_padding = vec2(space.one, space.half);
    style.spacing.interact_size.y = 26.0;
    style.spacing.menu_margin = Margin::same(space.one as i8);
    style.spacing.window_margin = Margin::same(space.two as i8);
    style.spacing.combo_height = 320.0;
    style.spacing.tooltip_width = 360.0;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.3;
    style.animation_time = 0.08;
    style
}

fn visuals(theme: Theme) -> Visuals {
    let colours = colours(theme);
    let mut visuals = match theme {
        Theme::Light => Visuals::light(),
        Theme::Dark => Visuals::dark(),
    };
    let radius = CornerRadius::same(space().radius);
    visuals.panel_fill = *colours.canvas;
    visuals.window_fill = *colours.raised;
    visuals.window_stroke = Stroke::new(1.0, *colours.line);
    visuals.window_corner_radius = radius;
    visuals.menu_corner_radius = radius;
    visuals.extreme_bg_color = *colours.sunken;
    visuals.text_edit_bg_color = Some(*colours.sunken);
    visuals.faint_bg_color = *colours.sunken;
    visuals.code_bg_color = *colours.sunken;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(*colours.muted);
    visuals.hyperlink_color = *colours.accent;
    visuals.warn_fg_color = *colours.warning;
    visuals.error_fg_color = *colours.error;
    visuals.selection.bg_fill = *colours.accent_soft;
    visuals.selection.stroke = Stroke::new(1.0, *colours.accent);
    let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: colours.shadow.gamma_multiply(0.18) };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.striped = false;

    let widgets = &mut visuals.widgets;
    let line = |colour: Color32| Stroke::new(1.0, colour);
    for (widget, fill, border, ink) in [
        (&mut widgets.noninteractive, *colours.panel, *colours.line, *colours.text),
        (&mut widgets.inactive, *colours.panel, *colours.line_strong, *colours.text),
        (&mut widgets.hovered, *colours.hover, *colours.accent, *colours.text),
        (&mut widgets.active, *colours.accent_soft, *colours.accent, *colours.text),
        (&mut widgets.open, *colours.hover, *colours.accent, *colours.text),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = line(border);
        widget.fg_stroke = line(ink);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    visuals
}
