//! The view: what is saved is what is read again, and what cannot be read is refused in words.

use schoolbench::model::{Indicator, Scope, Urn};
use schoolbench::ui::{BadView, Change, Panel, Place, Tiles, View};

use super::chance;
use crate::oracle::dice::Dice;

#[test]
fn a_view_saved_as_toml_is_read_as_it_was() {
    let session = chance::session();
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut view = View::of(&session.catalogue).at(Place::Workbench);
        for _ in 0..25 {
            let change = chance::change(&mut dice, &view, &session.catalogue);
            view.apply(change.clone(), &session.catalogue);
            let text = view.to_toml();
            let mut read = View::from_toml(&text).unwrap_or_else(|error| panic!("{error} after {change:?} in\n{text}"));
            assert_eq!(read, view, "read from\n{text}");
            read.fit(&session.catalogue);
            assert_eq!(read, view, "a view that was shown fits; {change:?}");
        }
    }
}

#[test]
fn every_view_has_panels_that_stand_in_its_layout() {
    let session = chance::session();
    let mut dice = Dice(7);
    let mut view = View::of(&session.catalogue).at(Place::Workbench);
    for _ in 0..2000 {
        view.apply(chance::change(&mut dice, &view, &session.catalogue), &session.catalogue);
        assert!(!view.panels.is_empty());
        assert_eq!(view.layout.panels(), view.panels.keys().copied().collect());
        assert!(view.maximised.is_none_or(|panel| view.panels.contains_key(&panel)));
        assert!(!view.years_shown(&session.catalogue).is_empty(), "{:?} of {:?}", view.years, view.stage);
        assert!(session.catalogue.register.schools_of(&view.scope).next().is_some());
    }
}

#[test]
fn a_view_of_a_newer_program_is_refused_in_words() {
    let newer = "version = 2\nstage = \"ks6\"\nhologram = true\n";
    let error = View::from_toml(newer).unwrap_err();
    assert!(matches!(error, BadView::Newer(2)), "{error:?}");
    assert!(error.to_string().contains("newer Schoolbench"), "{error}");
}

#[test]
fn what_is_no_view_is_refused_in_words() {
    let session = chance::session();
    let good = View::of(&session.catalogue).at(Place::Workbench).to_toml();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from} is not in\n{good}");
        good.replacen(from, to, 1)
    };
    let stage = good.lines().find(|line| line.starts_with("stage")).unwrap();
    let compare = good.lines().find(|line| line.starts_with("compare")).unwrap();
    let bad = [
        String::new(),
        "\u{0}\u{1}PAR1".to_owned(),
        "version = 1".to_owned(),
        "version = \"one\"".to_owned(),
        "[[panel]]\nkind = \"tiles\"".to_owned(),
        with(stage, "stage = \"ks9\""),
        with(compare, "compare = \"the moon\""),
        with("version = 1", "version = 1\nhologram = true"),
        with("kind = \"tiles\"", "kind = \"hologram\""),
        with("kind = \"tiles\"", "kind = \"tiles\"\nindicators = [\"shoe_size\"]"),
    ];
    for text in bad {
        let error = View::from_toml(&text).expect_err(&text);
        assert!(matches!(error, BadView::Words(_)), "{error:?}");
        let words = error.to_string();
        assert!(words.starts_with("this is not a saved view: ") && words.len() > 30, "{words}");
    }
    // Cut off anywhere it is refused or read, but never taken for something else silently.
    for end in (0..good.len()).filter(|end| good.is_char_boundary(*end)) {
        if let Ok(view) = View::from_toml(&good[..end]) {
            assert_eq!(view.stage, View::of(&session.catalogue).at(Place::Workbench).stage);
        }
    }
}

#[test]
fn a_view_of_other_data_is_brought_to_what_there_is() {
    let session = chance::session();
    let mut view = View::of(&session.catalogue).at(Place::Workbench);
    let usual = view.clone();
    view.scope = Scope::La(998);
    view.selected = [Urn::new(123_456).unwrap()].into();
    view.maximised = Some(77);
    let mut read = View::from_toml(&view.to_toml()).unwrap();
    read.fit(&session.catalogue);
    assert_eq!(read, usual);
}

#[test]
fn a_closed_last_panel_gives_the_usual_ones() {
    let session = chance::session();
    let mut view = View::of(&session.catalogue).at(Place::Workbench);
    let usual = view.clone();
    for _ in 0..3 {
        let one = *view.panels.keys().next().unwrap();
        view.apply(Change::Close(one), &session.catalogue);
    }
    assert_eq!(view.panels.len(), 3);
    assert_eq!(view.layout, usual.layout);
    let titles: Vec<&str> = view.panels.values().map(Panel::title).collect();
    assert_eq!(titles, ["Headlines", "Trends", "Schools"]);
}

#[test]
fn a_saved_view_has_the_words_of_the_command_line() {
    let session = chance::session();
    for indicator in Indicator::ALL {
        let mut view = View::of(&session.catalogue).at(Place::Workbench);
        view.panels.insert(1, Panel::Tiles(Tiles { indicators: vec![indicator], ..Tiles::default() }));
        let text = view.to_toml();
        assert!(text.contains(&format!("\"{}\"", indicator.word())), "{} is not in {text}", indicator.word());
        assert_eq!(View::from_toml(&text).unwrap().panels, view.panels);
    }
}
