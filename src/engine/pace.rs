//! Pacing: how many calls at once, and how many a second, to one service of one account in one region.
//!
//! AWS keeps token buckets per account, region and operation, and the customer's own automation draws from the same:
//! EC2's for lists hold 100 and gain 20 a second, 50 and 10 where nothing is filtered or paged
//! (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>). So we take a quarter of the smaller
//! sort, and less as soon as AWS says so.

use super::locked;
use crate::domain::{AccountId, Region, Settings};
use crate::providers::aws::list::{Gate, Pass};
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a service takes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limits {
    /// Calls at once.
    at_once: usize,
    /// Calls a second, in the long run.
    rate: f64,
    /// Calls that may come at once after a rest.
    burst: f64,
}

/// Slower than this no service is asked.
const SLOWEST: f64 = 0.5;
/// How much a second's calls grow again with each that went well.
const RECOVERY: f64 = 0.25;
/// How long a service rests that asked for it, at first.
const REST: Duration = Duration::from_millis(500);

/// Every pace of the program.
#[derive(Debug)]
pub struct Paces {
    regional: Limits,
    lanes: Mutex<HashMap<(AccountId, String, Region), Arc<Lane>>>,
}

/// One service of one account in one region.
#[derive(Debug)]
struct Lane {
    limits: Limits,
    places: Arc<Semaphore>,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    rate: f64,
    filled: Instant,
    /// Nothing is asked before.
    not_before: Option<Instant>,
    /// How often in a row the service asked for patience.
    asked: u32,
}

impl Paces {
    /// The paces of these settings.
    pub fn new(settings: &Settings) -> Self {
        let regional = Limits {
            at_once: settings.per_service.max(1),
            rate: f64::from(settings.per_second.max(1)),
            burst: f64::from(settings.per_second.max(1)) * 5.0,
        };
        Self { regional, lanes: Mutex::default() }
    }

    /// Forgets which accounts were asked.
    pub fn forget(&self) {
        locked(&self.lanes).clear();
    }

    /// The gate of one account.
    pub fn gate(&self, account: AccountId) -> AccountGate<'_> {
        AccountGate { paces: self, account }
    }

    fn limits(&self, service: &str) -> Limits {
        let all = self.regional;
        match service {
            // One bucket for the whole account, wherever it is asked.
            "iam" | "cur" | "organizations" | "route53" | "cloudfront" | "budgets" | "route53domains" => {
                Limits { at_once: all.at_once.min(2), ..all }
            }
            // 3 a second, not to be raised
            // (<https://docs.aws.amazon.com/resource-explorer/latest/userguide/quotas.html>).
            "resource-explorer-2" => Limits { at_once: 1, rate: 2.0, burst: 2.0 },
            _ => all,
        }
    }

    fn lane(&self, account: &AccountId, service: &str, region: &Region) -> Arc<Lane> {
        let key = (account.clone(), service.to_owned(), region.clone());
        let mut lanes = locked(&self.lanes);
        let new = || {
            let limits = self.limits(service);
            let bucket =
                Bucket { tokens: limits.burst, rate: limits.rate, filled: Instant::now(), not_before: None, asked: 0 };
            Arc::new(Lane { limits, places: Arc::new(Semaphore::new(limits.at_once)), bucket: Mutex::new(bucket) })
        };
        lanes.entry(key).or_insert_with(new).clone()
    }
}

impl Lane {
    /// How long to wait for a call's turn; nothing: it has been taken.
    fn turn(&self, now: Instant) -> Option<Duration> {
        let mut b = locked(&self.bucket);
        if let Some(at) = b.not_before
            && at > now
        {
            return Some(at - now);
        }
        b.not_before = None;
        let passed = now.saturating_duration_since(b.filled).as_secs_f64();
        b.tokens = (b.tokens + passed * b.rate).min(self.limits.burst);
        b.filled = now;
        if b.tokens >= 1.0 {
            b.tokens -= 1.0;
            return None;
        }
        Some(Duration::from_secs_f64((1.0 - b.tokens) / b.rate))
    }

    fn told(&self, throttled: bool, now: Instant) {
        let mut b = locked(&self.bucket);
        if throttled {
            b.rate = (b.rate / 2.0).max(SLOWEST);
            b.tokens = 0.0;
            b.filled = now;
            b.not_before = Some(now + REST * 2u32.pow(b.asked.min(4)));
            b.asked += 1;
        } else {
            b.rate = (b.rate + RECOVERY).min(self.limits.rate);
            b.asked = 0;
        }
    }
}

/// The gate of one account.
#[derive(Debug)]
pub struct AccountGate<'p> {
    paces: &'p Paces,
    account: AccountId,
}

impl Gate for AccountGate<'_> {
    fn enter<'a>(&'a self, service: &'a str, region: &'a Region) -> BoxFuture<'a, Box<dyn Pass + 'a>> {
        Box::pin(async move {
            let lane = self.paces.lane(&self.account, service, region);
            let place = lane.places.clone().acquire_owned().await.ok();
            while let Some(wait) = lane.turn(Instant::now()) {
                tokio::time::sleep(wait).await;
            }
            Box::new(Call { lane, _place: place }) as Box<dyn Pass>
        })
    }
}

/// A call under way.
struct Call {
    lane: Arc<Lane>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Pass for Call {
    fn done(self: Box<Self>, throttled: bool) {
        self.lane.told(throttled, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(service: &str) -> Arc<Lane> {
        let region = Region::parse("eu-west-1").unwrap();
        Paces::new(&Settings::default()).lane(&AccountId::parse("111122223333").unwrap(), service, &region)
    }

    #[test]
    fn a_burst_is_followed_by_the_long_run_s_pace() {
        let (lane, start) = (lane("ec2"), Instant::now());
        let burst = (0..100).take_while(|_| lane.turn(start).is_none()).count();
        assert_eq!(burst, 25);
        let later = start + Duration::from_secs(2);
        let more = (0..100).take_while(|_| lane.turn(later).is_none()).count();
        assert_eq!(more, 10, "five a second");
    }

    #[test]
    fn who_asks_for_patience_gets_it_and_the_pace_recovers() {
        let (lane, start) = (lane("ec2"), Instant::now());
        lane.told(true, start);
        assert!(lane.turn(start).unwrap() >= REST, "it rests");
        lane.told(true, start);
        assert!(lane.turn(start).unwrap() >= REST * 2, "longer each time");
        assert!(locked(&lane.bucket).rate < 2.0);
        for _ in 0..40 {
            lane.told(false, start);
        }
        assert!((locked(&lane.bucket).rate - 5.0).abs() < f64::EPSILON);
    }

    #[test]
    fn global_services_are_asked_twice_at_once() {
        assert_eq!(lane("iam").limits.at_once, 2);
        assert_eq!(lane("ec2").limits.at_once, 4);
    }
}
