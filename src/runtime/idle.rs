//! How long nothing was typed, by a clock that goes on while the machine sleeps.
//!
//! On Linux that is `CLOCK_BOOTTIME`, and a timer on it goes off as soon as a machine wakes that slept
//! beyond the limit. On macOS `CLOCK_MONOTONIC` counts sleep as well (`clock_gettime(3)`), but there
//! is no timer on it: the limit is noticed with the first event after waking, before anything is drawn.

use rustix::fd::OwnedFd;
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;
use tokio::io::unix::AsyncFd;

/// A limit on rest, and when it began. One wake-up for each limit that is reached, none before.
pub struct Idle {
    limit: Option<Duration>,
    since: Duration,
    timer: Option<AsyncFd<OwnedFd>>,
}

impl Idle {
    /// Without a limit. Belongs into a runtime that has input and output.
    pub fn new() -> Self {
        Self { limit: None, since: clock(), timer: timer() }
    }

    /// Sets or lifts the limit; a new one counts from now.
    pub fn set(&mut self, limit: Option<Duration>) {
        if self.limit != limit {
            self.limit = limit;
            self.touch();
        }
    }

    /// Something was typed: counting begins anew.
    pub fn touch(&mut self) {
        self.since = clock();
        if let Some(timer) = &self.timer {
            arm(timer, self.limit.unwrap_or_default());
        }
    }

    /// Whether the limit is reached.
    pub fn is_over(&self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// Waits until the limit is reached; for ever when there is none.
    pub async fn over(&self) {
        let Some(left) = self.left() else { return std::future::pending().await };
        if left.is_zero() {
            return;
        }
        match &self.timer {
            Some(timer) => match timer.readable().await {
                Ok(mut ready) => ready.clear_ready(),
                Err(_) => tokio::time::sleep(left).await,
            },
            None => tokio::time::sleep(left).await,
        }
    }

    fn left(&self) -> Option<Duration> {
        Some(self.limit?.saturating_sub(clock().saturating_sub(self.since)))
    }
}

#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

fn clock() -> Duration {
    Duration::try_from(clock_gettime(CLOCK)).unwrap_or_default()
}

/// A timer on that clock; `None` where the system has none, and then one that pauses in sleep serves.
// Deprecated for types that may lend out a descriptor they close; this one owns its own, and the new way is unsafe.
#[allow(deprecated)]
#[cfg(target_os = "linux")]
fn timer() -> Option<AsyncFd<OwnedFd>> {
    use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
    let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
    timerfd_create(TimerfdClockId::Boottime, flags).ok().and_then(|fd| AsyncFd::new(fd).ok())
}

#[cfg(not(target_os = "linux"))]
fn timer() -> Option<AsyncFd<OwnedFd>> {
    None
}

/// Sets the timer off after `limit`, or stops it with zero. An earlier setting is forgotten.
#[cfg(target_os = "linux")]
fn arm(timer: &AsyncFd<OwnedFd>, limit: Duration) {
    use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
    let Ok(it_value) = Timespec::try_from(limit) else { return };
    let once = Itimerspec { it_interval: Timespec::default(), it_value };
    // It can only fail for a time that is none; the limit is then noticed with the next event.
    let _ = timerfd_settime(timer, TimerfdTimerFlags::empty(), &once);
}

#[cfg(not(target_os = "linux"))]
fn arm(_timer: &AsyncFd<OwnedFd>, _limit: Duration) {}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn the_limit_is_reached_once_nothing_was_typed_for_so_long() {
        let mut idle = Idle::new();
        assert!(!idle.is_over(), "without a limit it never is");
        idle.set(Some(Duration::from_millis(30)));
        assert!(!idle.is_over());
        while !idle.is_over() {
            tokio::time::timeout(PATIENCE, idle.over()).await.unwrap();
        }
        idle.touch();
        assert!(!idle.is_over(), "counting begins anew");
        while !idle.is_over() {
            tokio::time::timeout(PATIENCE, idle.over()).await.unwrap();
        }
        idle.set(None);
        assert!(!idle.is_over());
    }

    #[tokio::test]
    async fn a_lifted_limit_wakes_nobody() {
        let mut idle = Idle::new();
        idle.set(Some(Duration::from_millis(1)));
        idle.set(None);
        assert!(tokio::time::timeout(Duration::from_millis(50), idle.over()).await.is_err());
        idle.set(Some(Duration::from_secs(3600)));
        assert!(tokio::time::timeout(Duration::from_millis(50), idle.over()).await.is_err());
    }
}
