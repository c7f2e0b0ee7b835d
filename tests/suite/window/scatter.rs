//! The schools chart in its forms: funnel, strips, trend; motion, and the outline that selects.

use std::collections::BTreeSet;

use eframe::egui::{Event, Key, Modifiers, Pos2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use schoolbench::desk::{Answer, Figure};
use schoolbench::model::{Breakdown, Compare, Draft, Filter, Indicator, KeyStage, Question, Scope, Urn, Year};
use schoolbench::ui::{Change, Panel, Scatter, ScatterForm, View};

use super::dashboard::places;
use super::figures::{dots, reads, years};
use super::harness::{Bench, name_of, sized};
use crate::demo;

/// The number of the panel on the workbench.
const PANEL: u64 = 3;

fn indicator(word: &str) -> Indicator {
    word.parse().unwrap()
}

/// What the desk says of the last year, of the pupils of the view.
fn asked(bench: &Bench, scope: Scope, words: &[&str], by: &[Breakdown], compare: Compare) -> std::sync::Arc<Answer> {
    let view = bench.view();
    let last = *years(view.stage).last().unwrap();
    let question = Question::new(Draft {
        stage: view.stage,
        years: vec![Year::new(i32::try_from(last).unwrap()).unwrap()],
        pool: false,
        scope,
        indicators: words.iter().map(|word| indicator(word)).collect(),
        subjects: Vec::new(),
        filter: view.filter.clone(),
        by: by.to_vec(),
        compare,
        judged: view.judged,
    });
    bench.window().desk().unwrap().ask_and_wait(&question.unwrap()).unwrap()
}

/// The schools with a figure.
fn schools(bench: &Bench, word: &str) -> Vec<(Urn, Figure)> {
    let answer = asked(bench, Scope::All, &[word], &[Breakdown::School], Compare::None);
    answer.cells().iter().filter_map(|cell| Some((cell.school()?, *cell.figure.as_ref().ok()?))).collect()
}

fn group(bench: &Bench) -> BTreeSet<Urn> {
    let register = bench.window().desk().unwrap().register();
    register.schools_of(&bench.view().scope).map(|school| school.urn).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// "26 schools, 3 above and 2 below the 95 % limits, 1 above and 0 below the 99.8 % limits".
fn outside(schools: &[(f64, f64)], target: f64, sd: f64) -> String {
    let count = |errors: f64, side: f64| {
        let far = |(n, value): &&(f64, f64)| side * (value - target) > errors * sd / n.sqrt();
        schools.iter().filter(far).count()
    };
    let (inner, outer) = (1.959_963_985, 3.090_232_306);
    format!(
        "{} schools, {} above and {} below the 95 % limits, {} above and {} below the 99.8 % limits",
        schools.len(),
        count(inner, 1.0),
        count(inner, -1.0),
        count(outer, 1.0),
        count(outer, -1.0)
    )
}

#[test]
fn a_funnel_counts_the_schools_outside_its_limits() {
    let mut bench = Bench::on_demo();
    bench.click("Funnel");
    bench.answered();
    for (word, name) in [("att8", "Attainment 8"), ("basics4", "Basics")] {
        let panel = Scatter { y: Some(indicator(word)), ..Scatter::default() }.with_form(ScatterForm::Funnel);
        bench.change(Change::Panel(PANEL, Panel::Scatter(panel)));
        let whole = asked(&bench, bench.view().scope.clone(), &[word], &[], bench.view().compare);
        let target = whole.cells()[0].figure.as_ref().unwrap().comparison.unwrap().unwrap().comparator;
        let of = schools(&bench, word);
        let sd = if word == "att8" {
            let spread = |figure: &Figure| {
                let interval = figure.interval.unwrap();
                (interval.upper - interval.lower) / 2.0 / 1.96 * (figure.n.unwrap() as f64).sqrt()
            };
            median(of.iter().map(|(_, figure)| spread(figure)).collect())
        } else {
            (target * (100.0 - target)).sqrt()
        };
        let placed = |own: Option<&BTreeSet<Urn>>| -> Vec<(f64, f64)> {
            let of_group = of.iter().filter(|(urn, _)| own.is_none_or(|own| own.contains(urn)));
            of_group.map(|(_, figure)| (figure.n.unwrap() as f64, figure.value)).collect()
        };
        let own = outside(&placed(Some(&group(&bench))), target, sd);
        let all = outside(&placed(None), target, sd);
        let note = bench.text_from("Limits around the comparator ");
        assert!(reads(&note, &[target]), "{name}: {note}, not {target}");
        assert!(note.contains(&format!("of the group's {own}; of all {all}")), "{name}: {note}, not {own}, {all}");
        assert!(bench.text_from("Schools, ").contains(&note), "the chart says it too");
    }
    // A number of pupils has no limits, and says why.
    let panel = Scatter { y: Some(indicator("pupils")), ..Scatter::default() }.with_form(ScatterForm::Funnel);
    bench.change(Change::Panel(PANEL, Panel::Scatter(panel)));
    assert!(bench.text_from("Funnel: ").contains("no control limits"));
}

#[test]
fn strips_show_the_usual_headlines_and_follow_a_school() {
    let mut bench = Bench::on_demo();
    bench.click("Strips");
    bench.answered();
    let own = group(&bench);
    for word in ["att8", "p8", "basics5", "basics4", "ebacc_entry", "ebacc_aps"] {
        let of = schools(&bench, word);
        if of.is_empty() {
            // Progress 8 is not made in every year.
            continue;
        }
        let strip = bench.text_from(&format!("Strip {}: ", indicator(word).label()));
        let mut values: Vec<f64> = of.iter().map(|(_, figure)| figure.value).collect();
        values.sort_by(f64::total_cmp);
        let in_group = of.iter().filter(|(urn, _)| own.contains(urn)).count();
        let ends = [values[0], *values.last().unwrap()];
        let figures = [in_group as f64, (of.len() - in_group) as f64, ends[0], ends[1]];
        assert!(reads(&strip, &figures), "{strip}; the desk: {figures:?}");
        let (_, after) = strip.split_once("median ").unwrap();
        assert!(reads(after, &[median(values)]), "{strip}");
    }
    // A school that is selected is told of in every strip, with its rank.
    let of = schools(&bench, "att8");
    let (urn, figure) = of.iter().find(|(urn, _)| own.contains(urn)).unwrap();
    bench.change(Change::Select([*urn].into()));
    let name = bench.window().desk().unwrap().register().school(*urn).unwrap().name.clone();
    let below = of.iter().filter(|(_, other)| other.value < figure.value).count() as f64;
    let ties = of.iter().filter(|(_, other)| other.value.total_cmp(&figure.value).is_eq()).count() as f64;
    let rank = 100.0 * (below + ties / 2.0) / of.len() as f64;
    let strip = bench.text_from("Strip Attainment 8: ");
    let (_, after) = strip.split_once(&name).unwrap_or_else(|| panic!("{strip} does not name {name}"));
    assert!(reads(after, &[figure.value, rank, of.len() as f64]), "{strip}; {}, {rank}", figure.value);
    assert!(bench.text_from("Schools, ").contains(&format!("selected: {name}")));
}

#[test]
fn the_strips_are_those_chosen_and_few() {
    let mut bench = Bench::on_demo();
    bench.click("Strips");
    bench.answered();
    bench.click_from("Strips shown: ");
    bench.harness.run();
    bench.choose("Girls");
    bench.answered();
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    let strips = bench.texts().iter().filter(|text| text.starts_with("Strip ")).count();
    assert!((1..=6).contains(&strips), "{strips} strips");
    bench.text_from("Strip Girls");
    assert!(!bench.has("Across: FSM6 pupils"), "strips have no axes to choose");
}

#[test]
fn a_trend_line_tells_its_slope_and_how_sure_it_is() {
    let mut bench = Bench::on_demo();
    bench.click("More options");
    bench.harness.run();
    bench.click("Trend line");
    bench.answered();
    let Panel::Scatter(scatter) = &bench.view().panels[&PANEL] else { panic!("panel {PANEL} is of schools") };
    assert_eq!(*scatter, Scatter { trend: true, ..Scatter::default() });
    let (x, y) = (schools(&bench, "pct_fsm6"), schools(&bench, "att8"));
    let of_x = |urn: &Urn| x.iter().find(|(known, _)| known == urn).map(|(_, figure)| figure.value);
    let points: Vec<(f64, f64, f64)> =
        y.iter().filter_map(|(urn, figure)| Some((of_x(urn)?, figure.value, figure.n.unwrap() as f64))).collect();
    let sum = |of: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(|point| point.2 * of(point)).sum::<f64>();
    // The slope by the textbook's formula of raw sums, not around the means.
    let (w, sx, sy) = (sum(&|_| 1.0), sum(&|point| point.0), sum(&|point| point.1));
    let (sxx, sxy, syy) = (sum(&|p| p.0 * p.0), sum(&|p| p.0 * p.1), sum(&|p| p.1 * p.1));
    let slope = (w * sxy - sx * sy) / (w * sxx - sx * sx);
    let r_squared = (w * sxy - sx * sy).powi(2) / (w * sxx - sx * sx) / (w * syy - sy * sy);
    let note = bench.text_from("Trend: each 10 points more FSM6 pupils: ");
    let way = if slope < 0.0 { "lower" } else { "higher" };
    assert!(note.contains(&format!("{:.2} {way} Attainment 8", (10.0 * slope).abs())), "{note}, not {slope}");
    assert!(note.contains(&format!("R² {r_squared:.2}; {} schools, weighted by pupils", points.len())), "{note}");
    assert!(bench.text_from("Schools, ").contains(&note));
}

#[test]
fn schools_move_to_their_new_places_and_then_rest() {
    let quick = sized(1280.0, 800.0).with_step_dt(0.02);
    let mut bench = Bench::over(quick, demo::workspace());
    let before = bench.text_from("Schools, ");
    let filter: Filter = "sex=F".parse().unwrap();
    bench.harness.state_mut().apply(Change::Filter(filter));
    bench.until("the girls", |bench| bench.text_from("Schools, ") != before);
    let first = bench.text_from("Schools, ");
    assert!(bench.harness.ctx.has_requested_repaint(), "the schools are on their way");
    bench.answered();
    assert_eq!(bench.text_from("Schools, "), first, "what is told is new from the first frame on");
    assert!(!bench.next_frame().is_zero(), "the window rests");
}

#[test]
fn a_line_leads_from_all_pupils_to_those_of_the_filter() {
    let mut bench = Bench::on_demo();
    let panel = Scatter { from_all: true, ..Scatter::default() };
    bench.change(Change::Panel(PANEL, Panel::Scatter(panel)));
    assert!(!bench.texts().iter().any(|text| text.contains("Lines lead")), "everyone is shown");
    let all: BTreeSet<Urn> = schools(&bench, "att8").into_iter().map(|(urn, _)| urn).collect();
    bench.change(Change::Filter("sex=F".parse().unwrap()));
    let girls: BTreeSet<Urn> = schools(&bench, "att8").into_iter().map(|(urn, _)| urn).collect();
    // Drawn is a school whose share of FSM6 pupils, of all its pupils, may be seen too.
    let drawn = dots(*years(KeyStage::Ks4).last().unwrap());
    let drawn: BTreeSet<Urn> = drawn.iter().filter_map(|dot| Urn::new(i32::try_from(dot.urn).ok()?)).collect();
    let both = girls.intersection(&all).filter(|urn| drawn.contains(urn)).count();
    let note = bench.text_from("Lines lead from all pupils");
    assert!(reads(&note, &[both as f64]), "{note}, not {both}");
}

#[test]
fn a_freehand_outline_selects_the_schools_within() {
    let mut bench = Bench::on_demo();
    let own = group(&bench);
    let drawn = dots(*years(KeyStage::Ks4).last().unwrap());
    let drawn: BTreeSet<Urn> = drawn.iter().filter_map(|dot| Urn::new(i32::try_from(dot.urn).ok()?)).collect();
    let drawn: BTreeSet<Urn> = drawn.intersection(&own).copied().collect();
    let chart = bench.place_of("Schools, ").shrink(2.0);
    let (first, last) = (chart.left_top(), chart.right_bottom());
    // Two triangles that share a side: together they hold every school, and none is in both.
    let below = outlined(&mut bench, &[first, chart.left_bottom(), last]);
    let above = outlined(&mut bench, &[first, chart.right_top(), last]);
    assert!(below.is_disjoint(&above), "{below:?}, {above:?}");
    assert_eq!(below.union(&above).copied().collect::<BTreeSet<_>>(), drawn);
    let whole = outlined(&mut bench, &[first, chart.right_top(), last, chart.left_bottom()]);
    assert_eq!(whole, drawn);
}

/// Draws an outline with Alt held, and gives what of the group is selected by it.
fn outlined(bench: &mut Bench, corners: &[Pos2]) -> BTreeSet<Urn> {
    bench.change(Change::Select(BTreeSet::new()));
    bench.harness.event(Event::ModifiersChanged(Modifiers::ALT));
    bench.harness.hover_at(corners[0]);
    bench.harness.drag_at(corners[0]);
    for corner in &corners[1..] {
        bench.harness.hover_at(*corner);
    }
    bench.harness.drop_at(corners[corners.len() - 1]);
    bench.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    bench.harness.step();
    bench.away();
    bench.answered();
    let own = group(bench);
    bench.view().selected.intersection(&own).copied().collect()
}

/// The schools of the group that have both figures, in the order of the first; of equals the lower number first.
fn in_order(bench: &Bench, first: &str, second: &str) -> Vec<(Urn, f64)> {
    let own = group(bench);
    let with: BTreeSet<Urn> = schools(bench, second).into_iter().map(|(urn, _)| urn).collect();
    let both = |(urn, _): &(Urn, Figure)| own.contains(urn) && with.contains(urn);
    let mut order: Vec<(Urn, f64)> =
        schools(bench, first).into_iter().filter(both).map(|(urn, figure)| (urn, figure.value)).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    order
}

fn name(bench: &Bench, urn: Urn) -> String {
    bench.window().desk().unwrap().register().school(urn).unwrap().name.clone()
}

/// Gives the focus to what has a name that begins so.
fn focus(bench: &mut Bench, beginning: &str) {
    bench.harness.get_by(|node| name_of(node).is_some_and(|name| name.starts_with(beginning))).focus();
    bench.harness.step();
    bench.harness.run();
    bench.harness.step();
}

/// What is told as the value of what has a name that begins so.
fn value_of(bench: &Bench, beginning: &str) -> Option<String> {
    let named =
        |node: &egui_kittest::kittest::AccessKitNode<'_>| name_of(node).is_some_and(|name| name.starts_with(beginning));
    bench.harness.get_by(named).accesskit_node().value()
}

#[test]
fn the_keyboard_walks_from_school_to_school_and_selects() {
    let mut bench = Bench::on_demo();
    let order = in_order(&bench, "pct_fsm6", "att8");
    let told = |bench: &Bench, nth: usize| {
        let (urn, _) = order[nth];
        let beginning = format!("School {} of {} of the group: {}", nth + 1, order.len(), name(bench, urn));
        let told = bench.text_from(&beginning);
        assert!(told.contains(&format!("URN {urn}")), "{told}");
        assert_eq!(value_of(bench, "Schools, "), Some(told), "the chart tells it too");
    };
    focus(&mut bench, "Schools, ");
    assert_eq!(value_of(&bench, "Schools, "), None, "no school is reached yet");
    bench.key(Modifiers::NONE, Key::ArrowRight);
    told(&bench, 0);
    bench.key(Modifiers::NONE, Key::ArrowRight);
    bench.key(Modifiers::NONE, Key::ArrowRight);
    told(&bench, 2);
    bench.key(Modifiers::NONE, Key::ArrowLeft);
    told(&bench, 1);
    // With Alt the arrows are those of the history.
    bench.key(Modifiers::ALT, Key::ArrowRight);
    told(&bench, 1);
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert_eq!(bench.view().selected, [order[1].0].into());
    assert!(bench.text_from("School 2 of ").ends_with(", selected"));
    bench.key(Modifiers::NONE, Key::ArrowRight);
    bench.key(Modifiers::SHIFT, Key::Space);
    bench.answered();
    assert_eq!(bench.view().selected, [order[1].0, order[2].0].into());
    bench.key(Modifiers::NONE, Key::Home);
    assert!(bench.text_from("School 1 of ").contains(&name(&bench, order[0].0)));
    bench.key(Modifiers::NONE, Key::End);
    bench.harness.run();
    bench.key(Modifiers::NONE, Key::ArrowRight);
    let last = value_of(&bench, "Schools, ").expect("there is no way beyond the last");
    let number = last.strip_prefix("School ").and_then(|rest| rest.split_once(' ')).unwrap().0;
    assert!(last.starts_with(&format!("School {number} of {number} ")), "{last}");
    // Escape leaves the school, and only then the selection.
    bench.key(Modifiers::NONE, Key::Escape);
    bench.harness.run();
    assert_eq!(value_of(&bench, "Schools, "), None);
    assert_eq!(bench.view().selected.len(), 2);
    bench.key(Modifiers::NONE, Key::Escape);
    bench.answered();
    assert!(bench.view().selected.is_empty());
}

#[test]
fn the_keyboard_walks_along_strips_and_from_one_to_the_next() {
    let mut bench = Bench::on_demo();
    bench.click("Strips");
    bench.answered();
    let order = in_order(&bench, "att8", "att8");
    let strips: Vec<String> = bench.texts().into_iter().filter(|text| text.starts_with("Strip ")).collect();
    assert!(strips[0].starts_with("Strip Attainment 8: "), "{strips:?}");
    focus(&mut bench, &strips[0]);
    bench.key(Modifiers::NONE, Key::ArrowRight);
    bench.key(Modifiers::NONE, Key::ArrowRight);
    let second = name(&bench, order[1].0);
    let told = value_of(&bench, &strips[0]).unwrap();
    assert!(told.starts_with(&format!("School 2 of {} of the group: {second}", order.len())), "{told}");
    assert!(reads(&told, &[order[1].1]), "{told}");
    bench.key(Modifiers::NONE, Key::ArrowDown);
    bench.harness.run();
    assert_eq!(value_of(&bench, &strips[0]), None);
    let told = value_of(&bench, &strips[1]).expect("the school is told of in the next strip");
    assert!(told.contains(&second), "{told}");
    bench.key(Modifiers::NONE, Key::ArrowUp);
    bench.harness.run();
    assert!(value_of(&bench, &strips[0]).is_some_and(|told| told.contains(&second)));
    bench.key(Modifiers::NONE, Key::Enter);
    bench.answered();
    assert_eq!(bench.view().selected, [order[1].0].into());
}

#[test]
fn a_box_in_a_strip_selects_the_values_within() {
    let mut bench = Bench::on_demo();
    bench.click("Strips");
    bench.answered();
    let order = in_order(&bench, "att8", "att8");
    let own: BTreeSet<Urn> = order.iter().map(|(urn, _)| *urn).collect();
    let strip = bench.place_of("Strip Attainment 8: ").shrink(1.0);
    let mut boxed = |from: Pos2, to: Pos2| -> BTreeSet<Urn> {
        bench.change(Change::Select(BTreeSet::new()));
        bench.drag(from, to);
        bench.away();
        bench.answered();
        bench.view().selected.clone()
    };
    assert_eq!(boxed(strip.left_center(), strip.right_center()), own, "the whole strip");
    let lower = boxed(strip.left_center(), strip.center());
    let upper = boxed(strip.right_center(), strip.center());
    // A half without a school of the group selects others.
    let of_group = |chosen: &BTreeSet<Urn>| -> Vec<f64> {
        order.iter().filter(|(urn, _)| chosen.contains(urn)).map(|(_, value)| *value).collect()
    };
    let (lower, upper) = (of_group(&lower), of_group(&upper));
    assert_eq!(lower.len() + upper.len(), order.len());
    assert!(lower.iter().all(|low| upper.iter().all(|high| low <= high)), "{lower:?}, {upper:?}");
}

#[test]
fn a_double_click_opens_a_school() {
    let quick = sized(1280.0, 800.0).with_step_dt(0.02);
    let mut bench = Bench::over(quick, demo::workspace());
    let own = group(&bench);
    let dots = dots(*years(KeyStage::Ks4).last().unwrap());
    let urn = |dot: &super::figures::Dot| Urn::new(i32::try_from(dot.urn).unwrap()).unwrap();
    let place = places(&bench, &dots);
    // The school of the group that stands most apart from the others of the group.
    let own: Vec<_> = dots.iter().filter(|dot| own.contains(&urn(dot))).collect();
    let alone = |dot: &&super::figures::Dot| {
        let others = own.iter().filter(|other| other.urn != dot.urn);
        others.map(|other| place(other).distance(place(dot)) as i64).min().unwrap_or(i64::MAX)
    };
    let chosen = own.iter().copied().max_by_key(alone).unwrap();
    let at = place(chosen);
    bench.click_at(at);
    bench.click_at(at);
    bench.away();
    bench.answered();
    assert_eq!(bench.view().scope, Scope::Schools([urn(chosen)].into()));
}

#[test]
fn a_view_of_before_there_were_forms_is_read() {
    let bench = Bench::on_demo();
    let mut view = bench.view().clone();
    let map = Scatter { map: true, ..Scatter::default() };
    assert_eq!(Scatter::default().with_form(ScatterForm::Map), map);
    assert_eq!((map.form(), Scatter::default().form()), (ScatterForm::Map, ScatterForm::Chart));
    view.panels.insert(PANEL, Panel::Scatter(map.clone()));
    let new = ["form = ", "strips = ", "trend = ", "still = ", "from_all = "];
    let old: Vec<String> = view
        .to_toml()
        .lines()
        .filter(|line| !new.iter().any(|word| line.starts_with(word)))
        .map(str::to_owned)
        .collect();
    let read = View::from_toml(&old.join("\n")).unwrap();
    assert_eq!(read.panels[&PANEL], Panel::Scatter(map));
}
