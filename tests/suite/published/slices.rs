//! Figures of each layout's slice, row by row against a naive reading of the file: columns, groups and scales are written
//! here by hand, not taken from the layouts.

use std::path::{Path, PathBuf};

use super::{Ask, Naive, ask, desk, loaded, number, only, slice};

/// What stands in a slice.
struct Slice {
    file: &'static str,
    stage: &'static str,
    year: &'static str,
    /// The kind of scope that a row is about, and the column with its code.
    about: (&'static str, &'static str),
    /// A row is read where these columns hold these words.
    rows: &'static [(&'static str, &'static str)],
    /// Pupils of those rows.
    filter: &'static str,
    /// Columns, and the indicators they are.
    columns: &'static [(&'static str, &'static str)],
    /// Cells with a figure that there are at least.
    least: usize,
}

const SCHOOL: Slice =
    Slice { file: "", stage: "ks4", year: "", about: ("urn", "URN"), rows: &[], filter: "", columns: &[], least: 0 };

const AREA_COLUMNS: &[(&str, &str)] = &[
    ("avg_att8", "att8"),
    ("pt_l2basics_94", "basics4"),
    ("pt_l2basics_95", "basics5"),
    ("pt_ebacc_e_ptq_ee", "ebacc_entry"),
    ("avg_ebaccaps", "ebacc_aps"),
    ("avg_p8score", "p8"),
];

const LATER_COLUMNS: &[(&str, &str)] = &[
    ("attainment8_average", "att8"),
    ("engmath_94_percent", "basics4"),
    ("engmath_95_percent", "basics5"),
    ("ebacc_entering_percent", "ebacc_entry"),
    ("ebacc_aps_average", "ebacc_aps"),
];

const SLICES: &[Slice] = &[
    // Key stage 4, schools: latin-1, codes, groups in columns. Rows of schools are RECTYPE 1 (mainstream) and 2 (special).
    Slice {
        file: "england_ks4final_2018-19.csv",
        year: "2019",
        rows: &[("RECTYPE", "1")],
        columns: &[
            ("ATT8SCR", "att8"),
            ("ATT8SCRENG", "att8_english"),
            ("P8MEA", "p8"),
            ("PTL2BASICS_95", "basics5"),
            ("PTEBACC_E_PTQ_EE", "ebacc_entry"),
            ("EBACCAPS", "ebacc_aps"),
            ("PTFSM6CLA1A", "pct_disadvantaged"),
            ("TOTPUPS", "roll"),
        ],
        least: 30,
        ..SCHOOL
    },
    Slice {
        file: "england_ks4final_2018-19.csv",
        year: "2019",
        rows: &[("RECTYPE", "1")],
        filter: "eal=yes",
        columns: &[("ATT8SCR_EAL", "att8"), ("P8MEA_EAL", "p8"), ("PTL2BASICSEAL_95", "basics5")],
        least: 3,
        ..SCHOOL
    },
    Slice {
        file: "england_filtered_2022-23.csv",
        year: "2023",
        columns: &[
            ("ATT8SCR", "att8"),
            ("ATT8SCRMAT", "att8_maths"),
            ("P8MEA", "p8"),
            ("PTPRIORLO", "pct_prior_low"),
            ("PNUMFSMEVER", "school_fsm6"),
            ("PPERSABS10", "persistent_absence"),
        ],
        least: 100,
        ..SCHOOL
    },
    Slice {
        file: "england_filtered_2022-23.csv",
        year: "2023",
        filter: "disadvantaged=no",
        columns: &[("ATT8SCR_NFSM6CLA1A", "att8"), ("P8MEA_NFSM6CLA1A", "p8")],
        least: 30,
        ..SCHOOL
    },
    // Whole schools: a byte-order mark, percent signs, and independent schools with what is blank for them.
    Slice {
        file: "england_census_2022-23.csv",
        year: "2023",
        columns: &[
            ("NOR", "roll"),
            ("PNORG", "school_girls"),
            ("PNUMEAL", "school_eal"),
            ("PSENELSE", "school_ehcp"),
            ("PSENELK", "school_sen_support"),
            ("PNUMFSMEVER", "school_fsm6"),
        ],
        least: 150,
        ..SCHOOL
    },
    Slice {
        file: "england_abs_2022-23.csv",
        year: "2023",
        columns: &[("PERCTOT", "absence"), ("PPERSABS10", "persistent_absence")],
        least: 60,
        ..SCHOOL
    },
    // Authorities, a row for each group of pupils.
    Slice {
        file: "made_up_ees_ks4.csv",
        year: "2023",
        about: ("la", "old_la_code"),
        rows: &[("geographic_level", "Local authority"), ("breakdown", "Total")],
        columns: AREA_COLUMNS,
        least: 5,
        ..SCHOOL
    },
    Slice {
        file: "made_up_ees_ks4.csv",
        year: "2023",
        about: ("la", "old_la_code"),
        rows: &[("geographic_level", "Local authority"), ("breakdown", "Gender"), ("gender", "Boys")],
        filter: "sex=M",
        columns: AREA_COLUMNS,
        least: 5,
        ..SCHOOL
    },
    Slice {
        file: "made_up_ees_ks4_2022.csv",
        year: "2022",
        about: ("la", "old_la_code"),
        rows: &[("geographic_level", "Local authority"), ("breakdown", "Total")],
        columns: AREA_COLUMNS,
        least: 5,
        ..SCHOOL
    },
    Slice {
        file: "made_up_ees_ks4_2025.csv",
        year: "2025",
        about: ("la", "old_la_code"),
        rows: &[
            ("geographic_level", "Local authority"),
            ("time_period", "202425"),
            ("breakdown_topic", "Disadvantage status"),
            ("disadvantage_status", "Disadvantaged"),
        ],
        filter: "disadvantaged=yes",
        columns: LATER_COLUMNS,
        least: 5,
        ..SCHOOL
    },
    // Schools, a row for each group of pupils.
    Slice {
        file: "made_up_ees_ks4_schools.csv",
        year: "2024",
        about: ("urn", "school_urn"),
        rows: &[("breakdown_topic", "Total")],
        columns: AREA_COLUMNS,
        least: 5,
        ..SCHOOL
    },
    Slice {
        file: "made_up_ees_ks4_schools.csv",
        year: "2024",
        about: ("urn", "school_urn"),
        rows: &[("breakdown_topic", "Sex"), ("sex", "Girls")],
        filter: "sex=F",
        columns: AREA_COLUMNS,
        least: 5,
        ..SCHOOL
    },
    Slice {
        file: "made_up_ees_ks4_schools_2025.csv",
        year: "2025",
        about: ("urn", "school_urn"),
        rows: &[("breakdown_topic", "Total")],
        columns: LATER_COLUMNS,
        least: 5,
        ..SCHOOL
    },
    Slice {
        file: "made_up_ees_ks2.csv",
        stage: "ks2",
        year: "2023",
        about: ("la", "old_la_code"),
        rows: &[("geographic_level", "Local authority"), ("breakdown", "Total"), ("gender", "Total")],
        columns: &[("pt_rwm_met_expected_standard", "rwm_expected"), ("pt_rwm_met_higher_standard", "rwm_high")],
        least: 1,
        ..SCHOOL
    },
    // Trusts.
    Slice {
        file: "made_up_mat_ks2.csv",
        stage: "ks2",
        year: "2023",
        about: ("trust", "TRUST_UID"),
        rows: &[("TIME_PERIOD", "202223")],
        columns: &[
            ("READ_PROGSCORE_EM_ADJ_WGTAVG", "reading_progress"),
            ("WRIT_PROGSCORE_EM_ADJ_WGTAVG", "writing_progress"),
            ("MAT_PROGSCORE_EM_ADJ_WGTAVG", "maths_progress"),
        ],
        least: 6,
        ..SCHOOL
    },
    Slice {
        file: "made_up_mat_ks4.csv",
        year: "2023",
        about: ("trust", "TRUST_UID"),
        rows: &[("TIME_PERIOD", "202223")],
        columns: &[("ATT8_WGTAVG", "att8"), ("PTL2BASICS_95_WGTAVG", "basics5"), ("P8SCORE_EM_ADJ_WGTAVG", "p8")],
        least: 6,
        ..SCHOOL
    },
];

/// A register of the schools of a table that gives no names, and the layout of it: such schools are left out otherwise.
fn names(folder: &Path, table: &Naive) -> Vec<PathBuf> {
    const LAYOUT: &str = "title = \"Names\"\npublisher = \"Us\"\nkind = \"register\"\nrecognise = [\"URN\", \"Called\"]\n\
                          [school]\nurn = \"URN\"\nname = \"Called\"\n";
    if ["SCHNAME", "SCHNAME.x", "school_name", "la_name", "TRUST_NAME"].iter().any(|name| table.place(name).is_some()) {
        return Vec::new();
    }
    let urns = table.rows.iter().map(|row| table.cell(row, "URN")).filter(|urn| urn.parse::<u32>().is_ok());
    let lines: String = urns.map(|urn| format!("{urn},School {urn}\n")).collect();
    let (layout, register) = (folder.join("names.toml"), folder.join("names.csv"));
    std::fs::write(&layout, LAYOUT).unwrap();
    std::fs::write(&register, format!("URN,Called\n{lines}")).unwrap();
    vec![layout, register]
}

#[test]
fn every_figure_of_a_slice_is_the_cell_of_its_column() {
    for table in SLICES {
        let naive = Naive::csv(&slice(table.file));
        let beside = tempfile::TempDir::new().unwrap();
        let (_folder, workspace, _) = loaded(&[vec![slice(table.file)], names(beside.path(), &naive)].concat());
        let desk = desk(&workspace);
        let place = format!("{} {} {}", table.file, table.year, table.filter);
        let of = |row: &&Vec<String>| table.rows.iter().all(|(column, word)| naive.cell(row, column) == *word);
        let (mut figures, mut rows) = (0, 0);
        for row in naive.rows.iter().filter(of) {
            let (kind, column) = table.about;
            let code = naive.cell(row, column);
            // Rows of England and of totals have no code of a school.
            if code.parse::<u32>().is_err() {
                continue;
            }
            rows += 1;
            let scope = format!("{kind}:{code}");
            for (column, indicator) in table.columns {
                assert!(naive.place(column).is_some(), "{place}: there is no column {column}");
                let asked = Ask {
                    stage: table.stage,
                    years: table.year,
                    scope: &scope,
                    indicator,
                    filter: table.filter,
                    ..Ask::default()
                };
                let cell = naive.cell(row, column);
                match (number(cell), only(&ask(&desk, &asked))) {
                    (Some(right), Ok(figure)) => {
                        assert!((figure.value - right).abs() < 1e-6, "{place} {scope} {column}: {cell}, {figure:?}");
                        figures += 1;
                    }
                    (None, Err(_)) => {}
                    (_, told) => panic!("{place} {scope} {column}: {cell:?}, {told:?}"),
                }
            }
        }
        assert!(figures >= table.least, "{place}: {figures} figures in {rows} rows");
    }
}
