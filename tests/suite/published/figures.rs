//! Figures and codes of Hampshire's key stage 2 tables, cell by cell against a naive reading; and what the tables state of
//! England and the authority against their schools.

use std::collections::BTreeMap;

use schoolbench::desk::Origin;

use super::{Ask, Naive, ask, by_school, desk, loaded, number, only, public, public_files};

/// Stems of columns and the measure that each is: written by hand, not taken from the layouts.
const STEMS: [(&str, &str, &str); 12] = [
    ("PTRWM_EXP", "rwm_expected", "BGLMH-ENKN"),
    ("PTRWM_HIGH", "rwm_high", "BGLMH-ENKN"),
    ("READPROG", "reading_progress", "BGLMH-ENKN"),
    ("WRITPROG", "writing_progress", "BGLMH-ENKN"),
    ("MATPROG", "maths_progress", "BGLMH-ENKN"),
    ("READ_AVERAGE", "reading_score", "BGLMH-ENKN"),
    ("MAT_AVERAGE", "maths_score", "BGLMH-ENKN"),
    ("GPS_AVERAGE", "gps_score", "BGLMH-ENKN"),
    ("PTREAD_EXP", "reading_expected", "LMH-E"),
    ("PTWRITTA_EXP", "writing_expected", "LMH-E"),
    ("PTMAT_HIGH", "maths_high", "LMH-E"),
    ("PTGPS_HIGH", "gps_high", "LMH-E"),
];

/// Endings of columns and the pupil group that each is.
const GROUPS: [(&str, &str); 10] = [
    ("", ""),
    ("_B", "sex=M"),
    ("_G", "sex=F"),
    ("_L", "prior=low"),
    ("_M", "prior=middle"),
    ("_H", "prior=high"),
    ("_FSM6CLA1A", "disadvantaged=yes"),
    ("_NotFSM6CLA1A", "disadvantaged=no"),
    ("_EAL", "eal=yes"),
    ("_MOBN", "mobile=no"),
];

const YEARS: [(&str, &str); 3] = [("2017", "2016-17"), ("2018", "2017-18"), ("2019", "2018-19")];

fn hampshire(span: &str) -> Naive {
    Naive::parquet(&public_files().join(format!("ks2_{span}_850.parquet")))
}

/// School rows with their URN.
fn schools(table: &Naive) -> impl Iterator<Item = (i32, &Vec<String>)> {
    table.rows.iter().filter(|row| ["1", "2"].contains(&table.cell(row, "RECTYPE"))).map(|row| {
        let urn = table.cell(row, "URN").parse().unwrap();
        (urn, row)
    })
}

#[test]
fn every_cell_of_hampshire_is_the_figure_or_the_code_that_stands_there_and_none_is_lost_or_invented() {
    let desk = desk(public());
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for (year, span) in YEARS {
        let table = hampshire(span);
        for (stem, indicator, _) in STEMS {
            for (ending, filter) in GROUPS {
                let column = format!("{stem}{ending}");
                if table.place(&column).is_none() {
                    continue;
                }
                let answer = ask(&desk, &Ask { years: year, indicator, filter, by: "school", ..Ask::default() });
                let told = by_school(&answer);
                // Schools that go on under another URN stand under that: of two rows the one with a figure counts.
                let mut right: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
                for (urn, row) in schools(&table) {
                    let head = desk.register().head(schoolbench::model::Urn::new(urn).unwrap()).number();
                    right.entry(head).or_default().push(table.cell(row, &column));
                }
                for (urn, cells) in &right {
                    let numbers: Vec<f64> = cells.iter().filter_map(|cell| number(cell)).collect();
                    let place = format!("{year} {column} {urn} {cells:?}");
                    match (numbers.as_slice(), told.get(urn)) {
                        ([value], Some(Ok(figure))) => {
                            assert!((figure.value - value).abs() < 1e-6, "{place}: {figure:?}");
                            *counted.entry("figure".to_owned()).or_default() += 1;
                        }
                        ([], Some(Err(reason))) => {
                            let code = cells.iter().find(|cell| !cell.is_empty());
                            let says =
                                code.map_or("not in the published tables".to_owned(), |code| format!("({code})"));
                            let combination = filter.is_empty() || code.is_some();
                            let says = if combination { says } else { "not published".to_owned() };
                            assert!(reason.to_string().contains(&says), "{place}: {reason}");
                            *counted.entry(code.map_or("blank", |code| code).to_owned()).or_default() += 1;
                        }
                        // A school of which nothing at all was published in this measure has no row.
                        ([], None) => assert!(cells.iter().all(|cell| cell.is_empty()), "{place} is lost"),
                        (several, Some(_)) if several.len() > 1 => panic!("{place}: two figures of one school"),
                        (_, told) => panic!("{place}: {told:?}"),
                    }
                }
                assert!(told.keys().all(|urn| right.contains_key(urn)), "{year} {column}: a school was invented");
            }
        }
    }
    let of = |word: &str| counted.get(word).copied().unwrap_or_default();
    assert!(of("figure") > 60_000 && of("SUPP") > 20_000 && of("NA") > 1_000, "{counted:?}");
    // One school of 2017/18 has fewer than half of its pupils in the measure of its maths progress.
    assert!(of("LOWCOV") >= 1, "{counted:?}");
}

/// The codes of each Hampshire file in columns that are read, counted with another program straight from the CSV.
const CODES: [(&str, [(&str, u64); 5]); 3] = [
    ("2016-17", [("SUPP", 10_505), ("NA", 702), ("NEW", 1), ("LOWCOV", 0), ("NE", 0)]),
    ("2017-18", [("SUPP", 10_926), ("NA", 674), ("NEW", 1), ("LOWCOV", 1), ("NE", 0)]),
    ("2018-19", [("SUPP", 10_490), ("NA", 709), ("NEW", 3), ("LOWCOV", 0), ("NE", 0)]),
];

#[test]
fn the_report_counts_every_code_of_hampshire() {
    use schoolbench::ingest::tables::{Layouts, examine};
    for (span, codes) in CODES {
        let path = public_files().join(format!("ks2_{span}_850.parquet"));
        let report = examine(&path, std::fs::read(&path).unwrap(), &Layouts::default()).report;
        let table = hampshire(span);
        // A column of scaled scores is read twice: as a headline, and as a subject's points.
        let twice = |code: &str| {
            let scores = STEMS.iter().filter(|(_, measure, _)| measure.ends_with("_score")).map(|(stem, ..)| stem);
            let columns = scores.flat_map(|stem| GROUPS.map(|(ending, _)| format!("{stem}{ending}")));
            let cells = |column: String| schools(&table).filter(|(_, row)| table.cell(row, &column) == code).count();
            columns.map(cells).sum::<usize>() as u64
        };
        // Where both names of an alternative are there, the first is read.
        let unread = |code: &str| {
            let both = table.place("TSENELSE").is_some() && table.place("TSENELE").is_some();
            schools(&table).filter(|(_, row)| both && table.cell(row, "TSENELE") == code).count() as u64
        };
        for (code, cells) in codes {
            let counted = report.codes.iter().find(|(of, _)| of.word() == code).map_or(0, |(_, cells)| *cells);
            assert_eq!(counted, cells + twice(code) - unread(code), "{span} {code}");
        }
    }
}

/// All-pupil measures, and by how much rounding of the schools' figures and of the authority's can move them apart.
const ALL_PUPILS: [(&str, &str, f64); 14] = [
    ("PTRWM_EXP", "rwm_expected", 1.0),
    ("PTRWM_HIGH", "rwm_high", 1.0),
    ("PTREAD_EXP", "reading_expected", 1.0),
    ("PTREAD_HIGH", "reading_high", 1.0),
    ("PTWRITTA_EXP", "writing_expected", 1.0),
    ("PTWRITTA_HIGH", "writing_high", 1.0),
    ("PTMAT_EXP", "maths_expected", 1.0),
    ("PTGPS_EXP", "gps_expected", 1.0),
    ("READ_AVERAGE", "reading_score", 1.0),
    ("MAT_AVERAGE", "maths_score", 1.0),
    ("GPS_AVERAGE", "gps_score", 1.0),
    ("READPROG", "reading_progress", 0.1),
    ("WRITPROG", "writing_progress", 0.1),
    ("MATPROG", "maths_progress", 0.1),
];

#[test]
fn what_the_tables_state_of_the_authority_comes_out_of_its_schools_within_rounding() {
    let desk = desk(public());
    for (year, span) in YEARS {
        let table = hampshire(span);
        let row = table.rows.iter().find(|row| table.cell(row, "RECTYPE") == "3").unwrap();
        let urns: Vec<String> = schools(&table).map(|(urn, _)| urn.to_string()).collect();
        let scope = format!("urn:{}", urns.join(","));
        for (column, indicator, bound) in ALL_PUPILS {
            let stated = number(table.cell(row, column)).unwrap();
            let pooled = only(&ask(&desk, &Ask { years: year, scope: &scope, indicator, ..Ask::default() })).unwrap();
            assert!((pooled.value - stated).abs() <= bound, "{year} {column}: {} and {stated}", pooled.value);
            let (with, of) = pooled.schools.unwrap();
            assert!(with > 300 && of <= 340, "{year} {column}: {with} of {of}");
            // Asked of the authority itself, it is what the tables state.
            let own = only(&ask(&desk, &Ask { years: year, scope: "la:850", indicator, ..Ask::default() })).unwrap();
            assert!((own.value - stated).abs() < 1e-9 && own.schools.is_none(), "{year} {column}: {own:?}");
        }
    }
}

#[test]
fn schools_with_figures_of_too_few_of_the_pupils_make_no_figure_of_the_group() {
    let desk = desk(public());
    let table = hampshire("2018-19");
    let urns: Vec<String> = schools(&table).map(|(urn, _)| urn.to_string()).collect();
    let scope = format!("urn:{}", urns.join(","));
    // Pupils with low prior attainment: schools with a figure have some 40 % of them, and would mislead by 3 points.
    let low = Ask { scope: &scope, indicator: "gps_expected", filter: "prior=low", ..Ask::default() };
    let reason = only(&ask(&desk, &low)).unwrap_err().to_string();
    assert!(reason.contains("published for 39 of") && reason.contains("fewer than half"), "{reason}");
    let stated = only(&ask(&desk, &Ask { scope: "la:850", ..low })).unwrap();
    assert!((stated.value - 11.0).abs() < 1e-9, "the tables state it for the authority: {stated:?}");
}

fn schools_like_yours() -> Naive {
    Naive::parquet(&public_files().join("ks4_2017_2019_schools_like_yours.parquet"))
}

/// The mean of a column weighted by another, over the rows that have both.
fn weighted(table: &Naive, column: &str, n: &str) -> (f64, f64) {
    let both = |row: &Vec<String>| Some((number(table.cell(row, column))?, number(table.cell(row, n))?));
    let pairs: Vec<(f64, f64)> = table.rows.iter().filter_map(both).collect();
    let pupils: f64 = pairs.iter().map(|(_, n)| n).sum();
    (pairs.iter().map(|(value, n)| value * n).sum::<f64>() / pupils, pupils)
}

/// England in that table is every state-funded school, and its rows are mainstream schools only: the 15,000 pupils of special
/// schools and alternative provision are missing, so that Attainment 8 of the schools is a point above England's.
#[test]
fn all_schools_together_are_weighted_by_their_pupils_and_compared_with_what_the_tables_state_of_england() {
    let desk = desk(public());
    let table = schools_like_yours();
    let england = Naive::parquet(&public_files().join("ks4_2017_2019_schools_like_yours_england.parquet"));
    for (column, n, indicator, filter, scale) in [
        ("a8_2019", "tpup_2019", "att8", "", 1.0),
        ("p8_2019", "p8pup_2019", "p8", "", 1.0),
        ("p8_mat_2019", "p8pup_2019", "p8_maths", "", 1.0),
        ("basics94_2019", "tpup_2019", "basics4", "", 100.0),
        ("ebacc_entry_2019", "tpup_2019", "ebacc_entry", "", 100.0),
        ("ebacc_aps_2019", "tpup_2019", "ebacc_aps", "", 1.0),
        ("a8_pp_2019", "tpup_pp_2019", "att8", "disadvantaged=yes", 1.0),
        ("p8_pp_2019", "p8pup_pp_2019", "p8", "disadvantaged=yes", 1.0),
    ] {
        let (mean, pupils) = weighted(&table, column, n);
        let asked = Ask { stage: "ks4", indicator, filter, compare: "same", ..Ask::default() };
        let figure = only(&ask(&desk, &asked)).unwrap();
        assert!((figure.value - scale * mean).abs() < 1e-5, "{column}: {} and {}", figure.value, scale * mean);
        assert_eq!(figure.n, Some(pupils as i64), "{column}");
        let stated = scale * number(england.cell(&england.rows[0], column)).unwrap();
        let comparison = figure.comparison.unwrap().unwrap();
        assert!((comparison.comparator - stated).abs() < 1e-9, "{column}: {comparison:?}");
        assert_eq!(comparison.origin, Some(Origin::StateFunded));
        assert!(figure.value > stated, "{column}: mainstream schools are above all state-funded schools");
    }
}

#[test]
fn a_comparator_says_where_it_is_from() {
    let desk = desk(public());
    let label = |asked: &Ask<'_>| ask(&desk, asked).compared_with().unwrap().to_owned();
    let camden = Ask { stage: "ks4", scope: "la:202", indicator: "att8", compare: "same", ..Ask::default() };
    assert_eq!(label(&camden), "same pupils, state-funded schools of England, as published");
    assert_eq!(
        label(&Ask { compare: "all", filter: "disadvantaged=yes", ..camden }),
        "all pupils, state-funded schools of England, as published"
    );
    assert_eq!(
        label(&Ask { compare: "la", by: "school", ..camden }),
        "same pupils, the authority's schools, weighted by their pupils"
    );
    assert_eq!(label(&Ask { compare: "previous", ..camden }), "same pupils and schools, one year before, as published");
    let hampshire = Ask { scope: "la:850", compare: "la", by: "school", ..Ask::default() };
    assert_eq!(label(&hampshire), "same pupils, the authority, as published");
    // Tables state no progress of England at key stage 2: it is 0 by definition, and left blank.
    let progress = Ask { scope: "la:850", indicator: "maths_progress", compare: "same", ..Ask::default() };
    assert_eq!(label(&progress), "same pupils, England, 0 by definition");
    for pool in [false, true] {
        for compare in ["same", "all"] {
            let answer = ask(&desk, &Ask { years: "2018,2019", pool, compare, ..progress });
            for cell in answer.cells() {
                let figure = cell.figure.unwrap();
                let comparison = figure.comparison.unwrap().unwrap();
                assert!(comparison.comparator.abs() < 1e-12 && comparison.origin == Some(Origin::ByDefinition));
                assert!((comparison.difference - figure.value).abs() < 1e-12, "{comparison:?}");
            }
        }
    }
    // Of a group of pupils it is what the tables state, or else that of the schools loaded.
    let boys = Ask { filter: "sex=M", ..progress };
    assert!(!label(&boys).contains("definition"), "{}", label(&boys));
    // What the tables state of one measure and not of another is told apart.
    let both = Ask { indicator: "maths_progress,rwm_expected", ..progress };
    let answer = ask(&desk, &both);
    let of = |place: usize| {
        let comparison = answer.cells()[place].figure.unwrap().comparison.unwrap().unwrap();
        answer.compared_with_of(&comparison).unwrap()
    };
    assert!(of(0).contains("by definition") && of(1).contains("state-funded schools"), "{} / {}", of(0), of(1));
}

#[test]
fn what_was_not_published_in_that_combination_is_said_so() {
    let desk = desk(public());
    let why = |asked: &Ask<'_>| only(&ask(&desk, asked)).unwrap_err().to_string();
    let hampshire = Ask { scope: "la:850", ..Ask::default() };
    let combination = "not published for this combination of pupils";
    assert_eq!(why(&Ask { filter: "fsm6=yes", ..hampshire }), combination);
    assert_eq!(why(&Ask { filter: "sex=F eal=yes", ..hampshire }), combination);
    assert_eq!(why(&Ask { filter: "prior=low,middle", ..hampshire }), combination);
    let camden = Ask { stage: "ks4", scope: "la:202", indicator: "att8", ..Ask::default() };
    assert!(only(&ask(&desk, &Ask { filter: "disadvantaged=yes", ..camden })).is_ok());
    assert_eq!(why(&Ask { filter: "sex=F", ..camden }), combination);
    assert_eq!(why(&Ask { indicator: "basics5", ..camden }), "not in the published tables");
    // 2022/23 has no numbers of pupils.
    let later = Ask { years: "2023", ..camden };
    assert_eq!(why(&later), "published without numbers of pupils, so schools cannot be weighed together");
    assert!(only(&ask(&desk, &Ask { scope: "urn:100053", ..later })).is_ok(), "one school needs no weight");
    // A year whose measure does not exist is words, never zero.
    let never = Ask { years: "2024,2025", indicator: "p8", ..camden };
    let reasons: Vec<String> =
        ask(&desk, &never).cells().iter().map(|cell| cell.figure.unwrap_err().to_string()).collect();
    assert_eq!(reasons[1], "no results of 2024/25 are loaded");
    // The other pupils are published for disadvantage at key stage 2, and not for EAL.
    let other = |filter| only(&ask(&desk, &Ask { filter, compare: "other", ..hampshire })).unwrap().comparison.unwrap();
    assert!((other("disadvantaged=yes").unwrap().comparator - 71.0).abs() < 1e-9, "of England's state-funded schools");
    assert_eq!(other("eal=yes").unwrap_err().to_string(), "not in the published tables");
}

#[test]
fn years_are_pooled_by_their_pupils_and_need_the_same_years_beside_them() {
    let desk = desk(public());
    let table = schools_like_yours();
    let of_school = |column: &str| {
        let row = table.rows.iter().find(|row| table.cell(row, "urn") == "100050").unwrap();
        number(table.cell(row, column)).unwrap()
    };
    let sums =
        ["2017", "2018", "2019"].map(|year| (of_school(&format!("a8_{year}")), of_school(&format!("tpup_{year}"))));
    let pupils: f64 = sums.iter().map(|(_, n)| n).sum();
    let right = sums.iter().map(|(value, n)| value * n).sum::<f64>() / pupils;
    let pooled = Ask {
        stage: "ks4",
        years: "2017-2019",
        scope: "urn:100050",
        indicator: "att8",
        compare: "same",
        pool: true,
        ..Ask::default()
    };
    let figure = only(&ask(&desk, &pooled)).unwrap();
    assert!(
        (figure.value - right).abs() < 1e-6 && figure.n == Some(pupils as i64),
        "{figure:?}, not {right} of {pupils}"
    );
    let comparator = figure.comparison.unwrap().unwrap().comparator;
    let of_england = (46.3 * 527_744.0 + 46.5 * 523_636.0 + 46.7 * 542_621.0) / (527_744.0 + 523_636.0 + 542_621.0);
    assert!((comparator - of_england).abs() < 1e-6, "{comparator}, not {of_england}");
}

#[test]
fn whole_school_figures_stand_beside_those_of_any_pupils_and_make_no_rows_of_their_own() {
    let desk = desk(public());
    let asked = Ask {
        stage: "ks4",
        indicator: "att8,school_eal,absence",
        filter: "disadvantaged=yes",
        by: "school",
        ..Ask::default()
    };
    let answer = ask(&desk, &asked);
    let alone = ask(&desk, &Ask { indicator: "att8", ..asked });
    assert_eq!(answer.row_count(), alone.row_count(), "schools without key stage 4 have no row");
    let table = schools_like_yours();
    let mut checked = 0;
    for row in &table.rows {
        let urn: i32 = table.cell(row, "urn").parse().unwrap();
        let head = desk.register().head(schoolbench::model::Urn::new(urn).unwrap());
        let (Some(cells), Some(absence)) = (answer.row_of(head), number(table.cell(row, "absence_rate"))) else {
            continue;
        };
        if let Ok(figure) = cells[2].figure {
            assert!((figure.value - 100.0 * absence).abs() < 1e-4, "{urn}: {figure:?}");
            checked += 1;
        }
        assert!(cells[1].figure.is_err(), "languages are of the census of January 2020");
    }
    assert!(checked > 3000, "{checked}");
}

/// Tables of authorities and trusts, of whose schools nothing is loaded.
#[test]
fn authorities_and_trusts_without_schools_are_what_their_own_rows_say() {
    let (_folder, workspace, brought) =
        loaded(&[super::slice("made_up_ees_ks4_2024.csv"), super::slice("made_up_mat_ks4.xlsx")]);
    assert_eq!(brought.files.len(), 2);
    let table = Naive::csv(&super::slice("made_up_ees_ks4_2024.csv"));
    let desk = desk(&workspace);
    let row = |level: &str, code: &str, sex: &str| {
        let of = |row: &&Vec<String>| {
            table.cell(row, "geographic_level") == level
                && table.cell(row, "old_la_code") == code
                && table.cell(row, "sex") == sex
        };
        table.rows.iter().find(of).unwrap()
    };
    let la = table.rows.iter().find(|row| table.cell(row, "geographic_level") == "Local authority").unwrap();
    let (code, name) = (table.cell(la, "old_la_code"), table.cell(la, "la_name"));
    let scope = format!("la:{code}");
    let att8 = |row: &[String]| number(table.cell(row, "avg_att8")).unwrap();
    let asked =
        Ask { stage: "ks4", years: "2024", scope: &scope, indicator: "att8", compare: "same", ..Ask::default() };
    let figure = only(&ask(&desk, &asked)).unwrap();
    assert!((figure.value - att8(row("Local authority", code, "Total"))).abs() < 1e-9, "{figure:?}");
    let comparison = figure.comparison.unwrap().unwrap();
    assert!((comparison.comparator - att8(row("National", "", "Total"))).abs() < 1e-9, "{comparison:?}");
    let girls = only(&ask(&desk, &Ask { filter: "sex=F", ..asked })).unwrap();
    assert!((girls.value - att8(row("Local authority", code, "Girls"))).abs() < 1e-9, "{girls:?}");
    let label = ask(&desk, &Ask { compare: "la", ..asked }).compared_with().unwrap().to_owned();
    assert_eq!(label, "same pupils, the authority, as published", "{name}");
    let trust = Ask { years: "2023", scope: "trust:99001", ..asked };
    let figure = only(&ask(&desk, &trust)).unwrap();
    assert!((figure.value - 45.1).abs() < 1e-9, "{figure:?}");
}

/// National standard deviations of key stage 2 progress, as the DfE states them: reading, writing, maths.
const SDS: [(&str, &str, [f64; 3]); 3] = [
    ("2017", "2016-17", [6.26, 6.06, 5.62]),
    ("2018", "2017-18", [5.96, 5.74, 5.41]),
    ("2019", "2018-19", [6.17, 5.70, 5.40]),
];

#[test]
fn progress_of_several_schools_has_the_interval_of_the_national_standard_deviation() {
    let desk = desk(public());
    for (year, span, sds) in SDS {
        let table = hampshire(span);
        let urns: Vec<String> = schools(&table).map(|(urn, _)| urn.to_string()).collect();
        let scope = format!("urn:{}", urns.join(","));
        let indicators = ["reading_progress", "writing_progress", "maths_progress"];
        for (indicator, sd) in indicators.into_iter().zip(sds) {
            let asked = Ask { years: year, scope: &scope, indicator, compare: "same", ..Ask::default() };
            let figure = only(&ask(&desk, &asked)).unwrap();
            let (interval, n) = (figure.interval.unwrap(), figure.n.unwrap() as f64);
            let half = 1.96 * sd / n.sqrt();
            assert!((interval.upper - figure.value - half).abs() < 1e-9, "{year} {indicator}: {figure:?}, not {half}");
            assert!((figure.value - interval.lower - half).abs() < 1e-9, "{year} {indicator}: {figure:?}, not {half}");
            assert!(figure.comparison.unwrap().unwrap().significance.is_some(), "{year} {indicator}");
        }
    }
    // Of pooled years it is the largest of the years.
    let pooled = Ask { years: "2017-2019", scope: "la:850", indicator: "maths_progress", pool: true, ..Ask::default() };
    let answer = ask(&desk, &pooled);
    let figure = only(&answer).unwrap();
    let half = 1.96 * 5.62 / (figure.n.unwrap() as f64).sqrt();
    assert!((figure.interval.unwrap().upper - figure.value - half).abs() < 1e-9, "{figure:?}, not {half}");
    let england = Some("England's pupils, as the DfE publishes it");
    assert_eq!(answer.provenance().spread.as_deref(), england);
    // A measure of whole schools beside it does not change that.
    let both = ask(&desk, &Ask { indicator: "maths_progress,roll", years: "2019", pool: false, ..pooled });
    assert_eq!(both.provenance().spread.as_deref(), england);
    // One school's own limits are those that were published; a measure without a standard deviation has none.
    let table = hampshire("2018-19");
    let row = table.rows.iter().find(|row| table.cell(row, "RECTYPE") == "1").unwrap();
    let scope = format!("urn:{}", table.cell(row, "URN"));
    let one = Ask { scope: &scope, indicator: "maths_progress", ..Ask::default() };
    let interval = only(&ask(&desk, &one)).unwrap().interval.unwrap();
    assert!((interval.lower - number(table.cell(row, "MATPROG_LOWER")).unwrap()).abs() < 1e-9, "{interval:?}");
    let score = Ask { scope: "la:850", indicator: "maths_score", ..Ask::default() };
    let answer = ask(&desk, &score);
    assert!(only(&answer).unwrap().interval.is_none());
    assert_eq!(answer.provenance().spread, None);
}

/// Nine pupils of Progress 8 in 2023/24, a number of the method.
#[test]
fn progress_8_of_nine_pupils_is_as_uncertain_as_the_method_says() {
    let folder = tempfile::TempDir::new().unwrap();
    let layout = folder.path().join("own.toml");
    let text = "title = \"Our own\"\npublisher = \"Us\"\nkind = \"figures\"\nkey_stage = 4\nyear = \"2024\"\n\
                recognise = [\"URN\", \"Progress\"]\n\
                measures = [{ column = \"Progress\", measure = \"p8\", n = \"Pupils\" }]\n\
                [school]\nurn = \"URN\"\nname = \"=Our school\"\n";
    std::fs::write(&layout, text).unwrap();
    let table = folder.path().join("ours.csv");
    std::fs::write(&table, "URN,Progress,Pupils\n900001,0.227778,9\n").unwrap();
    let (_folder, workspace, _) = loaded(&[layout, table]);
    let asked = Ask { stage: "ks4", years: "2024", indicator: "p8", ..Ask::default() };
    let figure = only(&ask(&desk(&workspace), &asked)).unwrap();
    assert!((figure.interval.unwrap().upper - figure.value - 0.925303).abs() < 5e-7, "{figure:?}");
}
