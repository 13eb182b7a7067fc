//! How often something that is broken is tested again while a person mends it.
//!
//! A change in IAM takes effect within seconds as a rule, sometimes within minutes, and every test that
//! is refused is an event in somebody's CloudTrail: so the pauses grow
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html>, "Changes that I make are not
//! always immediately visible").

use std::time::Duration;

/// The pauses between tests, one after another; it never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    next: Duration,
}

impl Pauses {
    /// The first pause.
    pub const FIRST: Duration = Duration::from_secs(5);
    /// The longest.
    pub const LONGEST: Duration = Duration::from_secs(60);
}

impl Default for Pauses {
    fn default() -> Self {
        Self { next: Self::FIRST }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.next;
        self.next = (pause * 3 / 2).min(Self::LONGEST);
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_a_quarter_of_an_hour_takes_few_tests() {
        let pauses: Vec<Duration> = Pauses::default().take(20).collect();
        assert_eq!((pauses[0], pauses[1]), (Duration::from_secs(5), Duration::from_millis(7500)));
        assert!(pauses.is_sorted() && pauses[19] == Pauses::LONGEST);
        assert!(pauses.iter().sum::<Duration>() > Duration::from_secs(900));
    }
}
