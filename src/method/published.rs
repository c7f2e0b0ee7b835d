//! How a figure is made from published figures: of one school as it was published, of several weighted by their pupils.
//!
//! Values are summed as whole millionths, so that every order of rows gives the same.

use crate::model::Code;

/// One value in the whole numbers of sums.
const MILLION: f64 = 1e6;

/// A figure of several schools needs figures of at least this share of their pupils, or of the schools where the tables do
/// not tell numbers of pupils: the DfE's own limit, below which it writes LOWCOV.
pub const LEAST_COVERAGE: f64 = 0.5;

/// Some published figures together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pooled {
    /// Figures and codes.
    pub rows: i64,
    /// Figures.
    pub with_value: i64,
    /// Figures with a number of pupils.
    pub with_n: i64,
    /// Pupils of the figures with a number.
    pub n: i64,
    /// Pupils of all rows that tell a number, codes too.
    pub n_of_all: i64,
    /// Rows without a number of pupils.
    pub without_n: i64,
    /// Sum of pupils times millionths of the figure.
    pub weighted: i64,
    /// Sum of millionths of the figures.
    pub plain: i64,
    /// Different years among the rows.
    pub years: i64,
    /// The figure, where there is only one.
    pub only: Option<Only>,
    /// A code, where there is one.
    pub code: Option<Code>,
}

/// A figure that stands by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Only {
    pub value: f64,
    pub n: Option<i64>,
    pub limits: Option<(f64, f64)>,
}

impl Pooled {
    /// One published figure, or the code in its place.
    pub fn of(value: Option<f64>, n: Option<i64>, limits: Option<(f64, f64)>, code: Option<Code>) -> Self {
        let millionths = value.map_or(0, |value| (value * MILLION).round() as i64);
        let both = value.and(n);
        Self {
            rows: 1,
            with_value: i64::from(value.is_some()),
            with_n: i64::from(both.is_some()),
            n: both.unwrap_or_default(),
            n_of_all: n.unwrap_or_default(),
            without_n: i64::from(n.is_none()),
            weighted: both.unwrap_or_default() * millionths,
            plain: millionths,
            years: 1,
            only: value.map(|value| Only { value, n, limits }),
            code,
        }
    }

    /// Takes others in.
    pub fn add(&mut self, other: &Self) {
        self.only = match (self.with_value, other.with_value) {
            (0, _) => other.only,
            (_, 0) => self.only,
            _ => None,
        };
        self.rows += other.rows;
        self.with_value += other.with_value;
        self.with_n += other.with_n;
        self.n += other.n;
        self.n_of_all += other.n_of_all;
        self.without_n += other.without_n;
        self.weighted += other.weighted;
        self.plain += other.plain;
        self.years = self.years.max(other.years);
        // One of several codes, whatever the order.
        self.code = match (self.code, other.code) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
    }

    /// The figure of `one` school or area in one year, or of several.
    ///
    /// # Errors
    /// When none can honestly be made of what was published.
    pub fn weigh(&self, one: bool, is_count: bool) -> Result<Weighed, NoFigure> {
        if self.with_value == 0 {
            return Err(self.code.map_or(NoFigure::NotPublished, NoFigure::Code));
        }
        if let Some(only) = self.only.filter(|_| one || self.rows == 1) {
            return Ok(Weighed { value: only.value, n: only.n, limits: only.limits, schools: None });
        }
        if is_count {
            let schools = (self.with_value, self.rows);
            let value = self.plain as f64 / MILLION;
            let enough = self.with_value as f64 >= LEAST_COVERAGE * self.rows as f64;
            let weighed = Weighed { value, n: Some(value as i64), limits: None, schools: Some(schools) };
            return if enough { Ok(weighed) } else { Err(NoFigure::TooFewSchools { with: schools.0, of: schools.1 }) };
        }
        if self.n == 0 {
            return Err(NoFigure::NoNumbers);
        }
        let by_pupils = self.n as f64 / self.n_of_all.max(1) as f64;
        let by_schools = self.with_n as f64 / self.rows as f64;
        let coverage = if self.without_n == 0 { by_pupils } else { by_schools };
        if coverage < LEAST_COVERAGE {
            return Err(NoFigure::TooFewSchools { with: self.with_n, of: self.rows });
        }
        let value = self.weighted as f64 / self.n as f64 / MILLION;
        Ok(Weighed { value, n: Some(self.n), limits: None, schools: Some((self.with_n, self.rows)) })
    }
}

/// A figure made from published figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    pub value: f64,
    /// Pupils, where the tables tell.
    pub n: Option<i64>,
    /// Published 95 % limits.
    pub limits: Option<(f64, f64)>,
    /// Of several schools: how many have a figure, and of how many something was published.
    pub schools: Option<(i64, i64)>,
}

/// Why no figure can be made from published figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFigure {
    /// There is a code in its place.
    Code(Code),
    /// Nothing was published.
    NotPublished,
    /// The tables do not tell numbers of pupils, so that schools cannot be weighed together.
    NoNumbers,
    /// Too few of the schools, or schools of too few of the pupils, have a figure.
    TooFewSchools { with: i64, of: i64 },
}
