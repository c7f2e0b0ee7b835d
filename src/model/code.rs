//! Codes that stand for a figure in published tables.

use std::fmt;

/// Why a published table has no figure. None of these is ever a zero.
///
/// Sources: DfE school performance tables, "Abbreviations used in the tables"; Government Statistical Service,
/// "Symbols in tables" (z, x, c, low, k, u).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Suppressed: too few pupils.
    Supp,
    /// No entries: no pupil was entered.
    Ne,
    /// Not published, such as Progress 8 of independent schools.
    Np,
    /// Not applicable, or not available.
    Na,
    /// New school, without a figure.
    New,
    /// Low coverage: the measure covers fewer than half of the pupils.
    LowCov,
    /// Small percentage: between 0 and 0.5 %.
    Sp,
    /// Redacted: not a reliable estimate, and so not a fair measure.
    Re,
    /// Not applicable.
    Z,
    /// Not available.
    X,
    /// Confidential: withheld to protect pupils.
    C,
    /// Not zero, but rounds to zero.
    Low,
    /// Not zero, but rounds to zero (as older tables write it).
    K,
    /// Low reliability.
    U,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 14] = [
        Self::Supp,
        Self::Ne,
        Self::Np,
        Self::Na,
        Self::New,
        Self::LowCov,
        Self::Sp,
        Self::Re,
        Self::Z,
        Self::X,
        Self::C,
        Self::Low,
        Self::K,
        Self::U,
    ];

    /// The code as the tables write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Supp => "SUPP",
            Self::Ne => "NE",
            Self::Np => "NP",
            Self::Na => "NA",
            Self::New => "NEW",
            Self::LowCov => "LOWCOV",
            Self::Sp => "SP",
            Self::Re => "RE",
            Self::Z => "z",
            Self::X => "x",
            Self::C => "c",
            Self::Low => "low",
            Self::K => "k",
            Self::U => "u",
        }
    }

    /// What it means.
    pub fn about(self) -> &'static str {
        match self {
            Self::Supp => "suppressed by the publisher: too few pupils",
            Self::Ne => "no entries",
            Self::Np => "not published",
            Self::Na => "not applicable",
            Self::New => "a new school without results",
            Self::LowCov => "covers fewer than half of the pupils",
            Self::Sp => "a small percentage, between 0 and 0.5",
            Self::Re => "redacted by the publisher: not reliable",
            Self::Z => "not applicable",
            Self::X => "not available",
            Self::C => "confidential",
            Self::Low | Self::K => "not zero, but rounds to zero",
            Self::U => "not reliable",
        }
    }

    /// The code that a cell of a table holds, in any case and with or without square brackets; `None` if it is no code.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
        Self::ALL.into_iter().find(|code| code.word().eq_ignore_ascii_case(word))
    }
}

/// As a reason: "suppressed by the publisher: too few pupils (SUPP)".
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.about(), self.word())
    }
}
