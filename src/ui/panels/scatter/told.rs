//! What is told of a school under the pointer or at the keyboard.

use eframe::egui::Ui;

use super::drawn::{Dot, Drawn};
use super::strips::Strip;
use crate::desk::Figure;
use crate::export::words::{plural, value};
use crate::model::Urn;
use crate::ui::panels::Scene;
use crate::ui::panels::ranks::{HOW, Ranks};
use crate::ui::view::{Axes, ScatterForm};
use crate::ui::{questions, theme, words};

/// Lines, from the school's name on.
#[derive(Debug, Default)]
pub(super) struct Told(Vec<(Weight, String)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    Name,
    Plain,
    Muted,
}

impl Told {
    fn of_school(urn: Urn, scene: &Scene<'_>) -> Self {
        let mut told = Self::default();
        if let Some(school) = scene.session.catalogue.register.school(urn) {
            told.0.push((Weight::Name, school.name.clone()));
            told.muted(format!("URN {} · {} · {}", school.urn, school.phase, school.la_name));
        }
        told
    }

    fn plain(&mut self, words: String) {
        self.0.push((Weight::Plain, words));
    }

    fn muted(&mut self, words: String) {
        self.0.push((Weight::Muted, words));
    }

    /// All of it in a row.
    pub fn in_words(&self) -> String {
        self.0.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// Draws the lines.
pub(super) fn show(ui: &mut Ui, told: &Told) {
    for (weight, words) in &told.0 {
        match weight {
            Weight::Name => ui.strong(words),
            Weight::Plain => ui.label(words),
            Weight::Muted => ui.label(theme::muted(ui, words.clone())),
        };
    }
}

/// A school of the chart, the map or the funnel.
pub(super) fn of_dot(drawn: &Drawn, dot: &Dot, scene: &Scene<'_>) -> Told {
    let Axes { x, y, size, colour, form, .. } = drawn.axes;
    let mut told = Told::of_school(dot.urn, scene);
    let funnel = form == ScatterForm::Funnel;
    let on_axes = drawn.on_axes(dot);
    let of_axes = on_axes.map(|[on_x, on_y]| [(y, on_y), (x, on_x)]).into_iter().flatten();
    let of_colour = colour.and_then(|of| Some((of, drawn.figure(of, dot)?)));
    let of_colour = of_colour.filter(|(of, _)| on_axes.is_none() || (*of != y && (funnel || *of != x)));
    for (indicator, figure) in of_axes.take(if funnel { 1 } else { 2 }).chain(of_colour) {
        told.plain(format!("{}: {}", drawn.name(indicator), value(indicator, figure.value)));
        let sure = words::interval(indicator, &figure).map(|words| format!("{words}, ")).unwrap_or_default();
        told.muted(format!("{sure}{}", words::pupils(indicator, figure.n)));
    }
    if let Some(Ok(funnel)) = &drawn.funnel {
        told.plain(funnel.told(dot));
    }
    if let Some([on_x, on_y]) = drawn.from_all.get(&dot.urn) {
        for (indicator, figure) in [(y, on_y), (x, on_x)] {
            // Intake is of all pupils anyway.
            if !questions::is_of_all_pupils(indicator) {
                let of = words::pupils(indicator, figure.n);
                let figure = value(indicator, figure.value);
                told.muted(format!("With all pupils, {}: {figure}, {of}", indicator.label()));
            }
        }
    }
    if dot.size > 0.0 && !funnel {
        told.plain(format!("{}: {}", drawn.name(size), value(size, dot.size)));
    }
    let register = &scene.session.catalogue.register;
    for urn in register.earlier(dot.urn) {
        let name = register.called(*urn);
        told.muted(format!("goes on from {name}, URN {urn}"));
    }
    told
}

/// A school in a strip; it may have no figure there. Its three-year rank is told once it is known.
pub(super) fn of_strip(
    drawn: &Drawn,
    (strip, ranks): (&Strip, Option<&Ranks>),
    urn: Urn,
    figure: Option<&Figure>,
    scene: &Scene<'_>,
) -> Told {
    let mut told = Told::of_school(urn, scene);
    let indicator = strip.indicator;
    let name = drawn.name(indicator);
    match figure {
        Some(figure) => {
            told.plain(format!("{name}: {}", value(indicator, figure.value)));
            let sure = words::interval(indicator, figure).map(|words| format!("{words}, ")).unwrap_or_default();
            told.muted(format!("{sure}{}", words::pupils(indicator, figure.n)));
            told.plain(strip.percentile(figure));
        }
        None => told.plain(format!("{name}: no figure of this school is drawn")),
    }
    if let Some(ranks) = ranks {
        let rank = ranks.rank(urn);
        told.plain(rank.in_words());
        told.muted(format!("{}. {HOW}", rank.years_in_words()));
    }
    told.muted(strip.group_in_words());
    if let (missing @ 1.., Some(reason)) = &strip.without {
        let schools = plural(*missing as i64, "school");
        told.muted(format!("{schools} not drawn ({reason})"));
    }
    told
}
