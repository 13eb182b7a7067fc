//! Runs effects; the select loop; forwards and decides nothing.

pub mod process;
