//! The window, driven by accessible names as a person or a screen reader would: what it shows, keeps and never shows.
//!
//! Figures on screen are compared with the oracle's recount, not with the program's own answers.

mod alone;
mod anything;
mod chance;
mod charts;
mod commands;
mod dashboard;
mod diagnostics;
mod figures;
mod files;
mod gaps;
mod harness;
mod history;
mod keyboard;
mod layout;
mod own_views;
mod panels;
mod people;
mod pictures;
mod places;
mod published;
mod rank;
mod ranking;
mod scatter;
mod schools;
mod stories;
mod subject_schools;
mod subject_table;
mod taken;
mod tokens;
mod views;
mod waiting;
