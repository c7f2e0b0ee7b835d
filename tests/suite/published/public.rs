//! The slice that comes with the program; and all published tables, where they are at hand.

use std::path::Path;

use schoolbench::desk::Reason;
use schoolbench::ingest::tables::{Layouts, examine};

use super::{Ask, ask, by_school, desk, load, loaded, only, public, public_files};

#[test]
fn the_slice_is_small_and_nothing_of_it_is_not_understood() {
    let files: Vec<_> = std::fs::read_dir(public_files()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let bytes: u64 = files.iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(bytes <= 3_000_000, "{bytes} bytes");
    for path in files {
        let examined = examine(&path, std::fs::read(&path).unwrap(), &Layouts::default());
        assert!(examined.layout.is_some() && examined.findings.is_empty(), "{}: {}", path.display(), examined.findings);
        assert!(examined.report.not_understood.is_empty(), "{}: {:?}", path.display(), examined.report.not_understood);
    }
}

#[test]
fn every_secondary_school_of_england_has_a_figure_and_a_place_on_the_map() {
    let desk = desk(public());
    let answer = ask(&desk, &Ask { stage: "ks4", indicator: "att8", by: "school", ..Ask::default() });
    let cells = by_school(&answer);
    // Of 3,295 schools 3,179 have an Attainment 8 in 2018/19; some of them go on under one URN now.
    let shown = cells.values().filter(|figure| figure.is_ok()).count();
    assert!((3150..=3179).contains(&shown), "{shown}");
    let placed = cells.keys().filter(|urn| {
        let urn = schoolbench::model::Urn::new(**urn).unwrap();
        desk.register().school(urn).is_some_and(|school| school.place.is_some())
    });
    assert!(placed.count() * 100 > cells.len() * 99, "nearly every school has a grid reference");
    assert!(desk.register().trusts().len() > 100, "trusts are known from the register");
}

/// One workspace holds pupils' results and published tables: years of pupils are answered from them, others as published.
#[test]
fn published_years_stand_beside_years_of_pupils() {
    let (_folder, workspace) = crate::fixture::workspace();
    let table = "RECTYPE,URN,LEA,SCHNAME,TPUP,ATT8SCR,PTFSM6CLA1A,P8MEA\n\
                 1,100001,301,Ash,12,44.5,30,0.2\n1,100002,301,Beech,20,50,10,SUPP\n5,,,,1000,48,25,\n";
    let folder = tempfile::TempDir::new().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, table).unwrap();
        path
    };
    load(&workspace, &[write("2018-19_ks4final.csv")]).unwrap();
    let desk = desk(&workspace);
    let asked = Ask {
        stage: "ks4",
        years: "2019,2024",
        scope: "la:301",
        indicator: "att8,p8",
        compare: "same",
        ..Ask::default()
    };
    let answer = ask(&desk, &asked);
    let [att8_2019, p8_2019, att8_2024, p8_2024] = answer.cells() else { panic!("{:?}", answer.cells()) };
    let published = att8_2019.figure.unwrap();
    assert!((published.value - (12.0 * 44.5 + 20.0 * 50.0) / 32.0).abs() < 1e-6, "{published:?}");
    assert!((published.comparison.unwrap().unwrap().comparator - 48.0).abs() < 1e-9);
    assert_eq!(p8_2019.figure.unwrap_err(), Reason::NoNumbers, "without pupils of Progress 8");
    let counted = att8_2024.figure.unwrap();
    assert!(counted.n == Some(24) && counted.interval.is_some(), "{counted:?}");
    let progress = p8_2024.figure.unwrap();
    assert!(progress.n == Some(24) && progress.interval.is_some(), "made from the pupils' results: {progress:?}");
    let label = answer.compared_with().unwrap();
    assert!(label.contains("all schools of England, as published") && label.contains("schools loaded"), "{label}");
    let pooled = ask(&desk, &Ask { pool: true, ..asked });
    assert!(pooled.cells().iter().all(|cell| cell.figure == Err(Reason::YearsOfTwoKinds)), "{:?}", pooled.cells());
}

/// All published tables at hand: every file is known, and what they state comes out again.
#[test]
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn all_published_tables_are_read_where_they_are_at_hand() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real");
    if !real.is_dir() {
        println!("SKIPPED: the published tables are not at hand");
        return;
    }
    let (_folder, workspace, loaded) = loaded(&[real]);
    let taken: Vec<_> = loaded.files.iter().filter_map(|file| file.report.as_ref()).collect();
    assert_eq!(taken.len(), 13, "tables with figures or schools");
    for report in &taken {
        assert!(report.not_understood.is_empty(), "{report}");
    }
    let unknown: Vec<_> = loaded.left_out.iter().filter(|(_, why)| why.contains("layout")).collect();
    assert!(unknown.len() <= 1, "{unknown:?}");
    let figures: u64 = taken.iter().map(|report| report.figures()).sum();
    assert!(figures > 500_000, "{figures}");
    let desk = desk(&workspace);
    let whole = only(&ask(&desk, &Ask { stage: "ks4", indicator: "att8", ..Ask::default() })).unwrap();
    let sliced =
        only(&ask(&super::desk(public()), &Ask { stage: "ks4", indicator: "att8", ..Ask::default() })).unwrap();
    assert_eq!((whole.value, whole.n), (sliced.value, sliced.n), "the slice has every school of these tables");
    drop(desk);
    let again = load(&workspace, &[Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/ks2")]).unwrap();
    assert_eq!((again.files.len(), again.known.len()), (0, 3), "they are known by their contents");
}
