//! The layouts that the program knows, and which of them a table is of.

use std::fmt;
use std::sync::LazyLock;

use super::layout::Layout;

macro_rules! bundled {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../data/layouts/", $name, ".toml")))),*]
    };
}

/// The layouts that come with the program: `data/layouts/`.
pub const BUNDLED: &[(&str, &str)] = &bundled![
    "dfe_abbreviations",
    "dfe_absence",
    "dfe_benchmarks_ebacc_sd",
    "dfe_benchmarks_p8",
    "dfe_benchmarks_p8_sd",
    "dfe_benchmarks_p8_splits",
    "dfe_benchmarks_transition_2022",
    "dfe_benchmarks_transition_2024",
    "dfe_census",
    "dfe_column_descriptions",
    "dfe_column_descriptions_absence",
    "dfe_column_descriptions_census",
    "dfe_column_descriptions_ks2",
    "dfe_ees_ks2",
    "dfe_ees_ks4",
    "dfe_ees_ks4_2022",
    "dfe_ees_ks4_2024",
    "dfe_ees_ks4_2025",
    "dfe_ees_ks4_2025_summary",
    "dfe_ees_ks4_schools",
    "dfe_ees_ks4_schools_2025",
    "dfe_ees_ks4_summary",
    "dfe_establishments",
    "dfe_ks2_final",
    "dfe_ks4_final",
    "dfe_la_and_region_codes",
    "dfe_mat_ks2",
    "dfe_mat_ks2_2025",
    "dfe_mat_ks4",
    "dfe_similar_pairs",
    "dfe_similar_primary",
    "dfe_similar_sd",
    "dfe_similar_secondary",
    "fft_schools_like_yours",
    "fft_variables",
    "gias_register",
    "gias_successors",
    "npd_data_tables",
];

static KNOWN: LazyLock<Vec<Layout>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| match Layout::from_toml(name, text) {
        Ok(layout) => Some(layout),
        // A test reads every one of them, so that this is never seen.
        Err(error) => {
            tracing::error!("{error}");
            None
        }
    };
    BUNDLED.iter().filter_map(read).collect()
});

/// Layouts to choose from.
#[derive(Debug, Clone, Default)]
pub struct Layouts {
    /// Those that the user brought: they win.
    own: Vec<Layout>,
}

/// No layout is that of a table; the nearest one, and how it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    pub title: String,
    /// The columns of the table.
    pub columns: Vec<String>,
    /// Columns by which the layout is known that are there, and that are not.
    pub there: usize,
    pub missing: Vec<String>,
    /// Columns of the table of which the layout knows nothing.
    pub unknown: Vec<String>,
}

impl Layouts {
    /// The layouts that come with the program, and these.
    pub fn with(own: Vec<Layout>) -> Self {
        Self { own }
    }

    /// These, and more of the user's.
    pub fn and(&self, own: impl IntoIterator<Item = Layout>) -> Self {
        Self { own: self.own.iter().cloned().chain(own).collect() }
    }

    /// Every layout, the user's first.
    pub fn all(&self) -> impl Iterator<Item = &Layout> {
        self.own.iter().chain(KNOWN.iter())
    }

    /// The layout of a table with these columns: of those that fit, one of the user's, else the one that is known by the
    /// most columns.
    ///
    /// # Errors
    /// With the nearest layout when none fits.
    pub fn of(&self, columns: &[String]) -> Result<&Layout, Nearest> {
        let columns: Vec<String> = columns.iter().map(|column| column.trim().to_lowercase()).collect();
        let fits = |layout: &&Layout| layout.recognise.iter().all(|column| columns.contains(column));
        // The last of equals would win: the first of the user's does.
        let best = |layouts: &[Layout]| -> Option<usize> {
            let fitting = layouts.iter().enumerate().filter(|(_, layout)| fits(layout));
            fitting.rev().max_by_key(|(_, layout)| layout.recognise.len()).map(|(place, _)| place)
        };
        if let Some(layout) = best(&self.own).and_then(|place| self.own.get(place)) {
            return Ok(layout);
        }
        if let Some(layout) = best(&KNOWN).and_then(|place| KNOWN.get(place)) {
            return Ok(layout);
        }
        let share = |layout: &&Layout| {
            let by = layout.recognise.iter().filter(|column| columns.contains(column)).count();
            let known = columns.iter().filter(|column| layout.uses(column)).count();
            // Compared as fractions of what the layout is known by, then of what it reads.
            (by * 1000 / layout.recognise.len().max(1), known)
        };
        let nearest = self.all().max_by_key(share);
        let (title, there, missing, unknown) = nearest.map_or_else(Default::default, |layout| {
            let missing = layout.recognise.iter().filter(|column| !columns.contains(column)).cloned().collect();
            let unknown = columns.iter().filter(|column| !layout.knows(column)).cloned().collect();
            let there = layout.recognise.iter().filter(|column| columns.contains(column)).count();
            (layout.title.clone(), there, missing, unknown)
        });
        Err(Nearest { title, columns, there, missing, unknown })
    }
}

/// What to tell of a table that nobody knows.
impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |names: &[String]| {
            let more = names.len().saturating_sub(12);
            let listed = names.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(", ");
            if more > 0 { format!("{listed} and {more} more") } else { listed }
        };
        if self.there == 0 {
            return write!(
                f,
                "its columns ({}) are those of no table that is known; describe it in a layout and name it with \
                 --layout (data/layouts/README.md)",
                some(&self.columns)
            );
        }
        write!(
            f,
            "its columns are those of no table that is known. The nearest is \"{}\": {} of the {} columns by which it \
             is known are there, {} {} missing",
            self.title,
            self.there,
            self.there + self.missing.len(),
            some(&self.missing),
            if self.missing.len() == 1 { "is" } else { "are" },
        )?;
        if !self.unknown.is_empty() {
            write!(f, "; it does not know {}", some(&self.unknown))?;
        }
        write!(f, ". Mend the names of the columns, or name a layout of it beside the table (data/layouts/README.md)")
    }
}
