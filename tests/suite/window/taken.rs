//! What is taken away from a panel: its picture as SVG and PNG, and all its figures as Parquet, each with its words.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{Array as _, Float64Array, Int64Array, RecordBatch, StringArray};
use eframe::egui::epaint::text::{Fonts, TextOptions};
use eframe::egui::epaint::{CircleShape, ClippedShape, CubicBezierShape, EllipseShape, RectShape, TextShape};
use eframe::egui::{Color32, FontDefinitions, FontId, Key, Mesh, Rect, Shape, Stroke, StrokeKind, pos2, vec2};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use quick_xml::Reader;
use quick_xml::events::Event;
use schoolbench::ui::svg::svg;
use schoolbench::ui::{Change, Panel, Place, Scatter};
use tempfile::TempDir;

use super::figures::{asked, caption, recounted, years};
use super::harness::{Bench, CTRL, shown, sized};
use super::pictures::renderer;
use crate::demo;
use crate::oracle::{Expected, intern};
use crate::published::public;

/// Takes a file away by a line of a panel's menu.
pub fn saved(bench: &mut Bench, panel: &str, line: &str) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let target = folder.path().join("taken");
    bench.click(&format!("More: {panel}"));
    bench.harness.run();
    bench.click(line);
    let forms = ["Save the picture", "Save the figures", "Save the ranks"];
    bench.until("the form", |bench| forms.iter().any(|form| bench.has(form)));
    bench.harness.run();
    bench.fill("File", "");
    bench.key(CTRL, Key::A);
    bench.type_in(&shown(&target));
    bench.click("Save");
    bench.until_said(&format!("Saved {}", target.display()));
    std::fs::read(&target).unwrap()
}

/// How many elements of each name a document has, which must be well-formed XML.
fn elements(svg: &str) -> BTreeMap<String, usize> {
    let mut reader = Reader::from_str(svg);
    let mut elements = BTreeMap::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {svg}")) {
            Event::Start(element) | Event::Empty(element) => {
                for attribute in element.attributes() {
                    attribute.unwrap();
                }
                *elements.entry(element.name().as_ref().to_owned()).or_default() += 1;
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

fn every_shape() -> Vec<Shape> {
    let (red, line) = (Color32::RED, Stroke::new(1.0, Color32::BLACK));
    let rect = Rect::from_min_size(pos2(10.0, 10.0), vec2(30.0, 20.0));
    let mut mesh = Mesh::default();
    mesh.add_colored_rect(rect, red);
    let mut fonts = Fonts::new(TextOptions::default(), FontDefinitions::default());
    let words = "5 < 6 & \"so\"".to_owned();
    let galley = fonts.with_pixels_per_point(1.0).layout_no_wrap(words, FontId::proportional(12.0), red);
    vec![
        Shape::Noop,
        Shape::Rect(RectShape::new(rect, 4, red, line, StrokeKind::Inside)),
        Shape::Vec(vec![Shape::Circle(CircleShape::filled(pos2(20.0, 20.0), 5.0, red))]),
        Shape::Ellipse(EllipseShape::filled(pos2(20.0, 20.0), vec2(5.0, 3.0), red).with_angle(0.5)),
        Shape::line_segment([pos2(0.0, 0.0), pos2(9.0, 9.0)], line),
        Shape::line(vec![pos2(0.0, 0.0), pos2(5.0, 1.0), pos2(9.0, 9.0)], line),
        Shape::CubicBezier(CubicBezierShape::from_points_stroke(
            [pos2(0.0, 0.0), pos2(5.0, 1.0), pos2(6.0, 8.0), pos2(9.0, 9.0)],
            false,
            Color32::TRANSPARENT,
            line,
        )),
        Shape::Mesh(Arc::new(mesh)),
        Shape::Text(TextShape::new(pos2(10.0, 40.0), galley, red)),
    ]
}

#[test]
fn shapes_become_well_formed_svg_with_the_words() {
    let part = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 60.0));
    let cut = Rect::from_min_size(pos2(0.0, 0.0), vec2(15.0, 15.0));
    let whole = every_shape().into_iter().map(|shape| ClippedShape::new(part, shape));
    let cut = every_shape().into_iter().take(2).map(|shape| ClippedShape::new(cut, shape));
    let outside = Shape::circle_filled(pos2(500.0, 500.0), 5.0, Color32::RED);
    let shapes: Vec<ClippedShape> = whole.chain(cut).chain([ClippedShape::new(Rect::EVERYTHING, outside)]).collect();
    let words = ["Ash & Oak <schools>".to_owned(), "Compared with nobody".to_owned()];
    let drawn = svg(&shapes, part, "A \"panel\"", &words);
    assert_eq!(drawn, svg(&shapes, part, "A \"panel\"", &words), "the same shapes, the same text");
    let elements = elements(&drawn);
    let count = |name: &str| elements.get(name).copied().unwrap_or(0);
    assert_eq!(
        ["svg", "title", "desc", "clipPath", "circle", "ellipse", "text", "g"].map(count),
        [1, 1, 1, 1, 1, 1, 1, 1],
        "{drawn}"
    );
    assert_eq!((count("rect"), count("path")), (3, 4), "{drawn}");
    assert!(drawn.contains("<desc>Ash &amp; Oak &lt;schools&gt;\nCompared with nobody</desc>"), "{drawn}");
    assert!(drawn.contains(">5 &lt; 6 &amp; &quot;so&quot;</text>"), "{drawn}");
    assert!(drawn.contains("fill=\"#ff0000\"") && drawn.contains("rx=\"3.5\""), "{drawn}");
}

#[test]
fn an_svg_of_a_panel_says_of_whom_it_is_and_where_it_comes_from() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(Place::Overview));
    let right = caption(bench.view(), bench.window().desk().unwrap()).replace('&', "&amp;");
    let drawn = String::from_utf8(saved(&mut bench, "Headlines", "Save as SVG…")).unwrap();
    let elements = elements(&drawn);
    assert!(elements["text"] > 10, "{elements:?}");
    assert!(drawn.contains("<title>Headlines</title>") && drawn.contains(">Headlines</text>"), "{drawn}");
    assert!(drawn.contains(&format!("<desc>{right}")), "{right}: {drawn}");
    assert!(drawn.contains("pupils.parquet") && drawn.contains("; Schoolbench, 20"), "{drawn}");
    assert!(drawn.contains(">From ") && drawn.contains(">Compared with "), "the words are below the panel: {drawn}");
    assert!(!drawn.contains(">What stands out</text>"), "another panel is not in it");
}

#[test]
fn an_svg_has_the_schools_and_where_they_lie_densest_also_where_the_graphics_card_draws_them() {
    let panel = |density| Panel::Scatter(Scatter { density: Some(density), ..Scatter::default() });
    let mut bench = Bench::on_demo();
    let id = *bench.view().panels.iter().find(|(_, panel)| matches!(panel, Panel::Scatter(_))).unwrap().0;
    let taken = |bench: &mut Bench| elements(&String::from_utf8(saved(bench, "Schools", "Save as SVG…")).unwrap());
    bench.change(Change::Panel(id, panel(false)));
    let bare = taken(&mut bench);
    bench.change(Change::Panel(id, panel(true)));
    let without = taken(&mut bench);
    let Some(state) = crate::gpu::state() else { return };
    let circles = |output: &[ClippedShape]| output.iter().filter(|of| matches!(of.shape, Shape::Circle(_))).count();
    let before = circles(&bench.harness.output().shapes);
    schoolbench::gpu::Device::install(&bench.harness.ctx, Some(&state));
    bench.harness.run();
    let after = circles(&bench.harness.output().shapes);
    assert!(after + 30 < before, "the graphics card draws the schools: {before} circles before, {after} after");
    let with = taken(&mut bench);
    assert_eq!(with["circle"], bare["circle"]);
    assert_eq!(with["circle"], without["circle"]);
    // Surfaces and lines: more than what another height of the panel makes.
    assert!(with["path"] > bare["path"] + 15 && without["path"] > bare["path"] + 15, "{bare:?} {without:?} {with:?}");
}

#[test]
fn published_tables_are_attributed() {
    let mut bench = Bench::over(sized(1280.0, 800.0), public());
    bench.change(Change::Place(Place::Overview));
    bench.click("More: Headlines");
    bench.harness.run();
    let text = bench.copied_by("Copy as text");
    let named = |line: &str| line.starts_with("# Published by ");
    assert!(text.lines().any(named), "{text}");
    let of_pupils = {
        let mut bench = Bench::on_demo();
        bench.change(Change::Place(Place::Overview));
        bench.click("More: Headlines");
        bench.harness.run();
        bench.copied_by("Copy as text")
    };
    assert!(!of_pupils.lines().any(named), "nobody published the demo: {of_pupils}");
}

#[test]
fn parquet_of_a_panel_has_the_rows_of_every_answer_and_its_words() {
    let mut bench = Bench::on_demo();
    bench.change(Change::Place(Place::Overview));
    bench.click("More: Headlines");
    bench.harness.run();
    let text = bench.copied_by("Copy as text");
    let cells = recounted(&asked(bench.view()));
    let last = years(bench.view().stage).last().unwrap().to_string();
    let Expected::Figure { n, value, .. } = &cells[&(vec![intern(&last)], "att8")] else { panic!("no figure") };

    let file = bytes::Bytes::from(saved(&mut bench, "Headlines", "Save as Parquet…"));
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let metadata = builder.metadata().file_metadata().key_value_metadata().unwrap().clone();
    let metadata: BTreeMap<String, String> =
        metadata.into_iter().map(|pair| (pair.key, pair.value.unwrap_or_default())).collect();
    let batches: Vec<_> = builder.build().unwrap().map(Result::unwrap).collect();

    let blocks: Vec<&str> = text.split("\n\n").collect();
    let rows_of = |block: &str| block.lines().filter(|line| !line.starts_with('#')).count() - 1;
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    assert!(blocks.len() > 1, "the headlines of both key stages are two answers: {text}");
    assert_eq!(rows, blocks.iter().map(|block| rows_of(block)).sum::<usize>());
    for (nth, block) in blocks.iter().enumerate() {
        let words: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("# ")).collect();
        assert_eq!(metadata[&format!("answer {}", nth + 1)], words.join("\n"));
        assert!(metadata[&format!("source {}", nth + 1)].contains("pupils.parquet"));
        assert!(metadata[&format!("judged {}", nth + 1)].starts_with("significant: "));
    }
    assert!(metadata["date"].starts_with("20"), "{metadata:?}");

    let (mut told, mut questions) = (Vec::new(), BTreeSet::new());
    for batch in &batches {
        let texts = |name: &str| batch.column_by_name(name).unwrap().as_any().downcast_ref::<StringArray>().unwrap();
        let whole = |name: &str| batch.column_by_name(name).unwrap().as_any().downcast_ref::<Int64Array>().unwrap();
        let values = batch.column_by_name("value").unwrap().as_any().downcast_ref::<Float64Array>().unwrap();
        for row in 0..batch.num_rows() {
            questions.insert((whole("answer").value(row), texts("question").value(row).to_owned()));
            let year = texts("year");
            if texts("indicator").value(row) == "att8" && !year.is_null(row) && year.value(row) == last {
                told.push((whole("n").value(row), values.value(row)));
            }
        }
    }
    assert_eq!(questions.len(), blocks.len(), "{questions:?}");
    let (pupils, average) = *told.first().expect("a row of the last year");
    assert_eq!(pupils, *n as i64);
    assert!((average - value).abs() < 1e-9, "{average}, not {value}");
}

#[test]
fn a_png_of_a_panel_has_its_words_below_it_and_inside() {
    let Some(renderer) = renderer() else { return };
    let mut bench = Bench::over(sized(1280.0, 800.0).renderer(renderer), demo::workspace());
    bench.change(Change::Place(Place::Overview));
    let right = caption(bench.view(), bench.window().desk().unwrap());
    let file = saved(&mut bench, "Headlines", "Save as PNG…");
    let reader = png::Decoder::new(Cursor::new(&file)).read_info().unwrap();
    let texts: BTreeMap<String, String> =
        reader.info().utf8_text.iter().map(|chunk| (chunk.keyword.clone(), chunk.get_text().unwrap())).collect();
    assert_eq!(texts["Title"], "Headlines");
    let words = &texts["Description"];
    assert!(words.starts_with(&right) && words.contains("pupils.parquet"), "{words}");
    let image = image::load_from_memory(&file).unwrap().to_rgba8();
    // The lowest lines are words on plain paper.
    let lowest = image.height() - 30..image.height();
    let colours: BTreeSet<[u8; 4]> =
        lowest.flat_map(|y| (0..image.width()).map(move |x| (x, y))).map(|(x, y)| image.get_pixel(x, y).0).collect();
    assert!(colours.len() > 5, "no words at the lower edge: {colours:?}");
}
