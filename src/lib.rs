//! Cloudivize: see and operate cloud accounts from a terminal.
//!
//! The rooms and what each may use stand in `docs/architecture.md`.

pub mod app;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod diagnose;
pub mod domain;
pub mod engine;
pub mod journal;
pub mod keymap;
pub mod policy;
pub mod providers;
pub mod query;
pub mod report;
pub mod runtime;
pub mod term;
pub mod text;
pub mod theme;
pub mod vault;
pub mod view;
