//! JSON: the question in the words of the command line, its cells, and where they come from.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::row::{key_columns, rows};
use crate::desk::Answer;
use crate::workspace::Register;

pub(super) fn write(answer: &Answer, register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let columns = key_columns(answer);
    let cells = rows(answer, register).map(|row| {
        let mut cell: Map<String, Value> =
            columns.iter().map(|column| (*column).to_owned()).zip(row.keys.into_iter().map(Value::from)).collect();
        for (name, value) in [
            ("indicator", json!(row.indicator)),
            ("n", json!(row.n)),
            ("value", json!(row.value)),
            ("lower", json!(row.lower)),
            ("upper", json!(row.upper)),
            ("comparator", json!(row.comparator)),
            ("compared_with", json!(row.compared_with)),
            ("difference", json!(row.difference)),
            ("significance", json!(row.significance)),
            ("reason", json!(row.reason)),
        ] {
            cell.insert(name.to_owned(), value);
        }
        Value::Object(cell)
    });
    let provenance = answer.provenance();
    let whole = json!({
        "question": answer.question(),
        "compared_with": answer.compared_with(),
        "cells": cells.collect::<Vec<_>>(),
        "provenance": {
            "sql": provenance.sql,
            "sources": provenance.sources,
            "revision": provenance.revision,
            "spread": provenance.spread,
            "notes": provenance.notes,
        },
    });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}
