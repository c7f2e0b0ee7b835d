//! Every layout that comes with the program is right, and each is known by its columns alone.

use std::collections::BTreeSet;
use std::path::Path;

use schoolbench::ingest::tables::{BUNDLED, Layout, Layouts, examine};
use schoolbench::ingest::{Fault, ImportError};

use super::{loaded, refused, slice};

#[test]
fn every_layout_of_the_folder_is_bundled_and_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/layouts");
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let layout = Layout::from_toml(&name, &std::fs::read_to_string(&path).unwrap());
            assert!(layout.is_ok(), "{layout:?}");
            there.insert(name);
        }
    }
    let bundled: BTreeSet<String> = BUNDLED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, bundled);
    assert_eq!(Layouts::default().all().count(), bundled.len());
}

/// The slices in the repository: the layout that each is of, rows taken and left out, and figures and codes, the latter
/// counted with another program straight from the files; 0 where nobody counted.
const SLICES: [(&str, &str, u64, u64, u64); 24] = [
    ("2016-17_850_ks2final.csv", "dfe_ks2_final", 13, 0, 1862),
    ("2017-18_850_ks2final.csv", "dfe_ks2_final", 13, 0, 1906),
    ("2018-19_850_ks2final.csv", "dfe_ks2_final", 28, 0, 3848),
    ("england_ks4final_2018-19.csv", "dfe_ks4_final", 9, 0, 1049),
    ("england_filtered_2022-23.csv", "dfe_ks4_final", 21, 0, 378),
    ("fft_schoolslikeyours_ks4_2017_2019.csv", "fft_schools_like_yours", 22, 0, 628),
    ("fft_schoolslikeyours_ks4_national.json", "fft_schools_like_yours", 1, 0, 0),
    ("gias_20220420_hampshire_surrey.csv", "gias_register", 0, 0, 0),
    ("dfe_sap_establishment_1924.csv", "dfe_establishments", 0, 0, 0),
    ("gias_lookup_202203.csv", "gias_successors", 0, 0, 0),
    ("england_census_2022-23.csv", "dfe_census", 32, 3, 192),
    ("england_abs_2022-23.csv", "dfe_absence", 31, 3, 62),
    ("made_up_ees_ks4.csv", "dfe_ees_ks4", 0, 0, 0),
    ("made_up_ees_ks4_2022.csv", "dfe_ees_ks4_2022", 0, 0, 0),
    ("made_up_ees_ks4_2024.csv", "dfe_ees_ks4_2024", 0, 0, 0),
    ("made_up_ees_ks4_2025.csv", "dfe_ees_ks4_2025", 0, 0, 0),
    ("made_up_ees_ks4_summary.csv", "dfe_ees_ks4_summary", 0, 0, 0),
    ("made_up_ees_ks4_2025_summary.csv", "dfe_ees_ks4_2025_summary", 0, 0, 0),
    ("made_up_ees_ks4_schools.csv", "dfe_ees_ks4_schools", 0, 0, 0),
    ("made_up_ees_ks4_schools_2025.csv", "dfe_ees_ks4_schools_2025", 0, 0, 0),
    ("made_up_ees_ks2.csv", "dfe_ees_ks2", 0, 0, 0),
    ("made_up_mat_ks2.csv", "dfe_mat_ks2", 0, 0, 0),
    ("made_up_mat_ks4.csv", "dfe_mat_ks4", 0, 0, 0),
    ("made_up_mat_ks4.xlsx", "dfe_mat_ks4", 0, 0, 0),
];

#[test]
fn every_slice_is_known_by_its_columns_and_nothing_of_it_is_not_understood() {
    for (name, layout, taken, left_out, figures) in SLICES {
        // A table is known by its columns, not by its name; only the year stands in that.
        let renamed = Path::new("2018-19").join("a table");
        let path = if layout == "gias_register" { slice(name) } else { renamed };
        let examined = examine(&path, std::fs::read(slice(name)).unwrap(), &Layouts::default());
        assert_eq!(examined.layout.as_deref(), Some(layout), "{name}: {}", examined.findings);
        assert!(examined.findings.is_empty(), "{name}: {}", examined.findings);
        assert_eq!(examined.report.not_understood, Vec::<String>::new(), "{name}");
        assert!(examined.report.taken > 0, "{name} brings nothing: {:?}", examined.report);
        let all = examined.report.taken + examined.report.left_out.values().sum::<u64>();
        assert_eq!(all, examined.report.rows, "{name}: rows taken and left out are all rows");
        if taken > 0 {
            assert_eq!((examined.report.taken, examined.report.rows), (taken, taken + left_out), "{name}");
        }
        if figures > 0 {
            assert_eq!(examined.report.figures(), figures, "{name}");
        }
    }
}

/// What each layout makes of its slice, in the words of the report: figures, groups, codes, what was left out.
#[test]
fn what_each_layout_takes_from_its_slice() {
    let reports: Vec<String> = SLICES
        .iter()
        .map(|(name, ..)| {
            let path = Path::new("2018-19").join(name);
            let examined = examine(&path, std::fs::read(slice(name)).unwrap(), &Layouts::default());
            format!("{name}\n  {}", examined.report)
        })
        .collect();
    insta::assert_snapshot!("layouts", reports.join("\n"));
}

#[test]
fn a_table_that_nobody_knows_is_told_the_nearest_layout_and_how_it_differs() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("2022-23_results.csv");
    std::fs::write(&path, "URN,RECTYPE,TELIG,PTRWM_EXP,House points\n100000,1,30,50%,7\n").unwrap();
    let found = refused(std::slice::from_ref(&path));
    let [finding] = found.listed() else { panic!("one finding was expected: {found}") };
    assert_eq!(finding.fault, Fault::UnknownTable);
    for part in ["DfE key stage 2 school tables (ks2final)", "4 of the 5", "readprog is missing", "house points"] {
        assert!(finding.message.contains(part), "{} does not say {part}", finding.message);
    }

    // A layout of the user's own reads it, named beside the table.
    let layout = "title = \"Our own\"\npublisher = \"Us\"\nkind = \"figures\"\nkey_stage = 2\n\
                  recognise = [\"House points\"]\nignore = [\"RECTYPE\", \"House points\"]\n\
                  measures = [{ column = \"PTRWM_EXP\", measure = \"rwm_expected\", n = \"TELIG\" }]\n\
                  [school]\nurn = \"URN\"\nname = \"=Our school\"\n";
    let own = folder.path().join("own.toml");
    std::fs::write(&own, layout).unwrap();
    let workspace = folder.path().join("own.schoolbench");
    let loaded = super::load(&workspace, &[path.clone(), own.clone()]).unwrap();
    let report = loaded.files[0].report.as_ref().unwrap();
    assert_eq!((report.layout.as_str(), report.taken, report.figures()), ("Our own", 1, 1));
    let answer = super::ask(&super::desk(&workspace), &super::Ask { years: "2023", ..Default::default() });
    let figure = super::only(&answer).unwrap();
    assert!((figure.value - 50.0).abs() < 1e-9 && figure.n == Some(30), "{figure:?}");
    assert_eq!(refused(std::slice::from_ref(&own)).listed()[0].fault, Fault::Empty, "a layout alone loads nothing");

    // One that is not right is a fault of the load.
    std::fs::write(&own, layout.replace("rwm_expected", "rwm_expekted")).unwrap();
    let found = refused(&[path, own]);
    let fault = |fault| found.listed().iter().find(|finding| finding.fault == fault);
    assert!(fault(Fault::BadLayout).unwrap().message.contains("rwm_expekted"), "{found}");
}

#[test]
fn a_layout_that_is_not_right_says_what_would_be() {
    let right = "title = \"T\"\npublisher = \"P\"\nkind = \"figures\"\nkey_stage = 4\nrecognise = [\"URN\"]\n";
    let with = |more: &str| Layout::from_toml("mine", &format!("{right}{more}"));
    let fine = "measures = [{ column = \"A\", measure = \"att8\" }]\n";
    assert!(with(fine).is_ok(), "{:?}", with(fine));
    for (more, says) in [
        ("", "measures"),
        ("measures = [{ column = \"A\", measure = \"att9\" }]", "att9"),
        ("measures = [{ column = \"A\", measure = \"rwm_expected\" }]", "not a measure of KS4"),
        ("measures = [{ column = \"A\", measure = \"att8\", group = \"house=red\" }]", "looked_after"),
        ("measures = [{ column = \"A\", measure = \"att8\", unit = \"stone\" }]", "stone"),
        ("measures = [{ column = \"A\", measure = \"att8\", subject = \"maths\" }]", "subject"),
        ("measures = [{ column = \"A\", measure = \"att8\", colour = \"red\" }]", "colour"),
        (&format!("{fine}[school]\nurn = \"URN\"\nhead = \"H\""), "head"),
        (&format!("{fine}[rows]\ncolumn = \"R\""), "kinds"),
        (&format!("{fine}[codes]\n\"DNS\" = \"gone\""), "LOWCOV"),
        (&format!("year = \"soon\"\n{fine}"), "file name"),
        ("measures = [", "TOML"),
    ] {
        let error = with(more).expect_err(more).to_string();
        assert!(
            error.contains("mine") && (error.contains(says) || says == "TOML"),
            "{more}: {error} does not say {says}"
        );
    }
}

#[test]
fn a_folder_is_loaded_with_the_folders_in_it_and_what_is_not_known_is_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let inner = folder.path().join("2018-2019");
    std::fs::create_dir(&inner).unwrap();
    std::fs::copy(slice("2018-19_850_ks2final.csv"), inner.join("england_ks2final.csv")).unwrap();
    std::fs::write(inner.join("minutes.csv"), "who,said\na,b\n").unwrap();
    std::fs::write(inner.join("readme.md"), "no table").unwrap();
    let (_folder, _, loaded) = loaded(&[folder.path().to_owned()]);
    let report = loaded.files[0].report.as_ref().unwrap();
    assert_eq!(report.years_in_words(), "2018/19", "the year stands in the name of the folder");
    let [(name, why)] = loaded.left_out.as_slice() else { panic!("{:?}", loaded.left_out) };
    assert!(name.ends_with("minutes.csv") && why.contains("layout"), "{name}: {why}");
    // The same file by its name is a fault.
    let found = refused(&[inner.join("minutes.csv")]);
    assert_eq!(found.listed()[0].fault, Fault::UnknownTable);
    assert!(matches!(
        super::load(&folder.path().join("x.schoolbench"), &[inner.join("minutes.csv")]),
        Err(ImportError::Findings(_))
    ));
}
