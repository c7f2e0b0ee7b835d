//! A Parquet file that appears under its name only when it is complete.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::{SynthError, Written};
use crate::ingest::contract::Table;

const ROWS_PER_GROUP: usize = 500_000;
const ZSTD_LEVEL: i32 = 3;

/// A file under its temporary name, which is removed unless the file is published.
struct Temporary {
    path: PathBuf,
    published: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.published {
            // Nothing can be done about a file that cannot be removed.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A file that is being written.
pub struct PartialFile {
    table: Table,
    path: PathBuf,
    // Before `temporary`, so that the file is closed when it is removed.
    writer: ArrowWriter<File>,
    temporary: Temporary,
    rows: u64,
}

impl PartialFile {
    /// Begins the file of a table in a folder.
    pub fn create(folder: &Path, table: Table) -> Result<Self, SynthError> {
        let path = folder.join(format!("{}.parquet", table.name()));
        let temporary = folder.join(format!("{}.parquet.partial", table.name()));
        let file = File::create(&temporary).map_err(|source| SynthError::Create { source, path: temporary.clone() })?;
        let temporary = Temporary { path: temporary, published: false };
        let writer = properties()
            .and_then(|properties| ArrowWriter::try_new(file, table.schema(), Some(properties)))
            .map_err(|source| SynthError::Write { source, path: path.clone() })?;
        Ok(Self { table, path, writer, temporary, rows: 0 })
    }

    /// The table that the file holds.
    pub fn table(&self) -> Table {
        self.table
    }

    /// Adds rows.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<(), SynthError> {
        self.rows += rows.num_rows() as u64;
        self.writer.write(rows).map_err(|source| SynthError::Write { source, path: self.path.clone() })
    }

    /// Ends the file, still under its temporary name.
    pub fn complete(self) -> Result<CompleteFile, SynthError> {
        let Self { table, path, writer, temporary, rows } = self;
        writer.close().map_err(|source| SynthError::Write { source, path: path.clone() })?;
        Ok(CompleteFile { temporary, written: Written { table, path, rows } })
    }
}

/// A file with all its rows, still under its temporary name.
pub struct CompleteFile {
    temporary: Temporary,
    written: Written,
}

impl CompleteFile {
    /// Gives the file its name.
    pub fn publish(mut self) -> Result<Written, SynthError> {
        fs::rename(&self.temporary.path, &self.written.path)
            .map_err(|source| SynthError::Create { source, path: self.written.path.clone() })?;
        self.temporary.published = true;
        Ok(self.written)
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    // Keys of neighbours differ in the last digits only: a delta takes a byte where a dictionary overflows.
    let pupil = ColumnPath::from("pupil");
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_dictionary_enabled(pupil.clone(), false)
        .set_column_encoding(pupil, Encoding::DELTA_BYTE_ARRAY)
        .build())
}
