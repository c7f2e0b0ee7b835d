//! The data contract as people read it and as the program holds it are the same.

use schoolbench::ingest::contract::{Column, Table};

/// A column as a row of the table in `data/README.md`.
fn row(column: &Column) -> String {
    let needed = if column.optional { "may be missing or empty" } else { "yes" };
    let values = match (column.range, column.words) {
        (Some((least, most)), _) => format!("{least} to {most}"),
        (None, []) => String::new(),
        (None, words) => words.join(", "),
    };
    format!("| `{}` | {} | {needed} | {values} | {} |", column.name, column.kind.word(), column.about)
}

#[test]
fn the_readme_tells_every_column_as_the_code_has_it() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/README.md")).unwrap();
    for table in Table::ALL {
        let heading = format!("### {}.parquet", table.name());
        let (_, section) = text.split_once(&heading).unwrap_or_else(|| panic!("data/README.md has no \"{heading}\""));
        let section = section.split("\n### ").next().unwrap();
        let told: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
        let held: Vec<String> = table.columns().iter().map(row).collect();
        assert_eq!(told, held, "the columns of {}", table.name());
    }
}

#[test]
fn a_file_is_known_by_its_name_or_else_by_its_columns() {
    let columns = |table: Table| table.columns().iter().map(|column| column.name).collect::<Vec<_>>();
    assert_eq!(Table::of_file("results_2024", &[]), Some(Table::Results));
    assert_eq!(Table::of_file("school_years", &[]), Some(Table::SchoolYears));
    assert_eq!(Table::of_file("Schools-north", &[]), Some(Table::Schools));
    assert_eq!(Table::of_file("export", &["a", "b"]), None);
    for table in Table::ALL {
        assert_eq!(Table::of_file("export", &columns(table)), Some(table), "{} by its columns", table.name());
    }
}
