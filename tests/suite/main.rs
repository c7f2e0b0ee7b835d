//! All tests of Schoolbench in one binary, so that DuckDB is linked once. A module per subject.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod admin;
mod append;
mod attack;
mod bad_input;
mod cache;
mod choice;
mod compact;
mod contract;
mod demo;
mod desk;
mod diagnostics;
mod fixture;
mod golden;
mod gpu;
mod guarded;
mod house;
mod kill;
mod mail;
mod method;
mod oracle;
mod password;
mod paths;
mod prepare;
mod published;
#[cfg(target_os = "linux")]
mod real_window;
mod regression;
mod statistics;
mod synth;
mod window;
mod workspace;
