//! Sessions in memory: one entry per source, one per connection, each made by one caller at a
//! time, renewed five minutes before it ends. The SDK's credentials zeroise themselves on drop.

use super::session::{Assumed, Session};
use super::source::Base;
use super::{Round, lock};
use crate::domain::{CheckError, ConnectionId, Partition, Source};
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// Renewal begins this long before the end.
const MARGIN: Duration = Duration::from_secs(5 * 60);

type Slot<T> = Arc<tokio::sync::Mutex<Option<Held<T>>>>;

struct Held<T> {
    value: T,
    made: Instant,
    until: Option<SystemTime>,
    good: bool,
}

/// Whether an entry may be used.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// Made in this round: a test takes nothing older for evidence.
    Fresh,
    /// Good for at least five more minutes.
    Usable,
}

/// A source's base credentials are kept apart by the address and partition that they are proved at.
pub(super) type SourceKey = (Source, (Option<String>, Partition));

type BaseResult = Result<Arc<Base>, CheckError>;

#[derive(Default)]
pub(super) struct Store {
    sources: Mutex<HashMap<SourceKey, Slot<BaseResult>>>,
    sessions: Mutex<HashMap<ConnectionId, Slot<Assumed>>>,
}

impl Store {
    pub fn clear(&self) {
        lock(&self.sources).clear();
        lock(&self.sessions).clear();
    }

    pub async fn base(
        &self,
        key: SourceKey,
        round: &Round,
        wanted: Wanted,
        make: BoxFuture<'_, BaseResult>,
    ) -> BaseResult {
        let slot = lock(&self.sources).entry(key).or_default().clone();
        take(&slot, round, wanted, make, |base| (base.is_ok(), base.as_ref().ok().and_then(|b| b.credentials.expiry())))
            .await
    }

    pub async fn session(
        &self,
        id: ConnectionId,
        round: &Round,
        wanted: Wanted,
        make: BoxFuture<'_, Assumed>,
    ) -> Assumed {
        let slot = lock(&self.sessions).entry(id).or_default().clone();
        let until = |s: &Arc<Session>| s.credentials.expiry();
        take(&slot, round, wanted, make, |a| (a.outcome.is_ok(), a.outcome.as_ref().ok().and_then(until))).await
    }
}

/// Whether what ends then is good for a while.
pub(super) fn lasts(end: SystemTime) -> bool {
    end > SystemTime::now() + MARGIN
}

/// Hands out what is held, or makes it while others wait for the same.
async fn take<T: Clone>(
    slot: &Slot<T>,
    round: &Round,
    wanted: Wanted,
    make: impl Future<Output = T>,
    judge: impl Fn(&T) -> (bool, Option<SystemTime>),
) -> T {
    let mut held = slot.lock().await;
    if let Some(h) = held.as_ref() {
        let lasts = h.until.is_none_or(lasts);
        let this_round = h.made >= round.started;
        let serves = match wanted {
            Wanted::Fresh => this_round,
            Wanted::Usable => this_round || (h.good && lasts),
        };
        if serves {
            return h.value.clone();
        }
    }
    let value = make.await;
    let (good, until) = judge(&value);
    *held = Some(Held { value: value.clone(), made: Instant::now(), until, good });
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn many_callers_of_one_round_make_it_once_and_the_next_round_again() {
        let slot: Slot<usize> = Slot::default();
        let made = AtomicUsize::new(0);
        let make = || async { made.fetch_add(1, Ordering::SeqCst) };
        let judge = |_: &usize| (true, None);
        let round = Round::begin();
        let all =
            futures_util::future::join_all((0..20).map(|_| take(&slot, &round, Wanted::Fresh, make(), judge))).await;
        assert!(all.iter().all(|v| *v == 0));
        let next = Round::begin();
        assert_eq!(take(&slot, &next, Wanted::Usable, make(), judge).await, 0, "usable is enough");
        assert_eq!(take(&slot, &next, Wanted::Fresh, make(), judge).await, 1, "a test asks again");
    }

    #[tokio::test]
    async fn what_ends_within_five_minutes_is_made_again() {
        let slot: Slot<usize> = Slot::default();
        let made = AtomicUsize::new(0);
        let make = || async { made.fetch_add(1, Ordering::SeqCst) };
        let judge = |_: &usize| (true, Some(SystemTime::now() + Duration::from_secs(240)));
        assert_eq!(take(&slot, &Round::begin(), Wanted::Usable, make(), judge).await, 0);
        assert_eq!(take(&slot, &Round::begin(), Wanted::Usable, make(), judge).await, 1);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept_beyond_its_round() {
        let slot: Slot<usize> = Slot::default();
        let made = AtomicUsize::new(0);
        let make = || async { made.fetch_add(1, Ordering::SeqCst) };
        let judge = |_: &usize| (false, None);
        let round = Round::begin();
        assert_eq!(take(&slot, &round, Wanted::Usable, make(), judge).await, 0);
        assert_eq!(take(&slot, &round, Wanted::Usable, make(), judge).await, 0);
        assert_eq!(take(&slot, &Round::begin(), Wanted::Usable, make(), judge).await, 1);
    }
}
