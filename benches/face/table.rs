//! Figures and the table they are shown in.

use std::fmt::Write as _;
use std::time::Duration;

use crate::process::Memory;

/// Many takes of one figure.
#[derive(Debug, Default)]
pub struct Figures(Vec<f64>);

impl Figures {
    /// Adds a time, kept in milliseconds.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64() * 1000.0);
    }

    /// Adds a number.
    pub fn add_count(&mut self, count: usize) {
        self.0.push(count as f64);
    }

    /// `12.3 ms, p95 14.0 ms`
    pub fn median_and_p95(&self) -> String {
        format!("{:.1} ms, p95 {:.1} ms", self.at(0.5), self.at(0.95))
    }

    /// `1.2 ms, p99 3.4 ms`
    pub fn median_and_p99(&self) -> String {
        format!("{:.1} ms, p99 {:.1} ms", self.at(0.5), self.at(0.99))
    }

    /// `120, at most 180`
    pub fn bytes(&self) -> String {
        format!("{:.0}, at most {:.0}", self.at(0.5), self.at(1.0))
    }

    /// The value below which this share of the takes lies.
    fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (sorted.len() as f64 * share).ceil() as usize;
        sorted.get(at.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    }
}

/// `18.3 MB, at most 19.0 MB, own 9.8 MB`
pub fn kib(memory: Memory) -> String {
    let mb = |kib: u64| format!("{:.1} MB", kib as f64 * 1024.0 / 1e6);
    format!("{}, at most {}, own {}", mb(memory.now), mb(memory.most), mb(memory.own))
}

/// The table, in Markdown.
#[derive(Debug, Default)]
pub struct Table(Vec<[String; 3]>);

impl Table {
    /// Adds a row, and shows it at once: the whole takes minutes.
    pub fn row(&mut self, what: impl Into<String>, measured: impl Into<String>, budget: impl Into<String>) {
        let row = [what.into(), measured.into(), budget.into()];
        eprintln!("{}: {} (budget {})", row[0], row[1], row[2]);
        self.0.push(row);
    }

    /// The table as text.
    pub fn text(&self) -> String {
        let mut text = String::from("| what | measured | budget |\n|---|---|---|\n");
        for [what, measured, budget] in &self.0 {
            let _ = writeln!(text, "| {what} | {measured} | {budget} |");
        }
        text
    }
}
