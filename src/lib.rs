//! Schoolbench: the results of many schools together, without a pupil in sight.
//!
//! This file is the map of the house; `ARCHITECTURE.md` tells what each room does and never does.
//! A room uses only the rooms below it.
//!
//! | floor | room | what it does |
//! |---|---|---|
//! | 7 | [`ui`] | the window: draws, and sends commands |
//! | 7 | [`cli`] | the command line: the same questions without a window |
//! | 6 | [`export`] | answers as CSV, JSON, Parquet and text tables |
//! | 6 | [`gpu`] | marks and densities, drawn by the graphics card or without one |
//! | 5 | [`desk`] | asks, keeps and cancels; checks access; the one gate that makes an [`desk::Answer`] |
//! | 4 | [`collab`] | organisations, people, groups, permission, notices, audit: rules and commands |
//! | 4 | [`engine`] | a question to SQL to tallies |
//! | 3 | [`ingest`] | files into a workspace: the data contract, loading, the made-up authority |
//! | 2 | [`workspace`] | the DuckDB file: open, create, lock, projections |
//! | 1 | [`method`] | how a figure is made; pure |
//! | 0 | [`model`] | the words of the field; pure |

pub mod cli;
pub mod collab;
pub mod desk;
pub mod engine;
pub mod export;
pub mod gpu;
pub mod ingest;
pub mod method;
pub mod model;
pub mod ui;
pub mod workspace;
