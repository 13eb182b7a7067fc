//! One question in several regions: a policy may refuse it in one and allow it in another, and a
//! refusal is believed only when a second region refuses too.

use crate::domain::{ErrorClass, Region};
use crate::providers::aws::Answer;
use crate::providers::aws::failure::Failure;
use futures_util::future::BoxFuture;

/// An answer, and the refusal that a second region did not confirm.
pub(super) struct Climbed<T> {
    pub answer: Answer<T>,
    /// The region that refused before another answered.
    pub refused_in: Option<Region>,
}

/// Asks `regions` in order until one answers, at most one more after a refusal; a region that is
/// off is passed over.
pub(super) async fn climb<'a, T>(
    regions: &[Region],
    ask: impl Fn(Region) -> BoxFuture<'a, Answer<T>> + Send,
) -> Option<Climbed<T>> {
    let mut first: Option<Answer<T>> = None;
    let mut refused_in = None;
    for region in regions {
        let answer = ask(region.clone()).await;
        match &answer.result {
            Ok(_) => return Some(Climbed { answer, refused_in }),
            Err(error) => match &error.failure {
                Failure::Denied(_) if refused_in.is_some() => break,
                Failure::Denied(_) => {
                    refused_in = Some(region.clone());
                    first = Some(answer);
                }
                Failure::NoAnswer(e) if e.class == ErrorClass::RegionOff => {
                    first.get_or_insert(answer);
                }
                Failure::NoAnswer(_) => {
                    first.get_or_insert(answer);
                    break;
                }
            },
        }
    }
    first.map(|answer| Climbed { answer, refused_in: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CheckError, Denial, Reason};
    use crate::providers::aws::failure::CallError;
    use std::sync::Mutex;

    fn denied() -> CallError {
        let denial = Denial { explicit: true, ..Denial::bare(Reason::ScpExplicitDeny) };
        CallError { failure: Failure::Denied(Box::new(denial)), request_id: None, unreachable: false }
    }

    fn off() -> CallError {
        CallError { failure: CheckError::new(ErrorClass::RegionOff, "").into(), request_id: None, unreachable: false }
    }

    /// Climbs over scripted answers; gives what came out and where was asked.
    async fn run(script: Vec<Result<(), CallError>>) -> (Climbed<()>, Vec<String>) {
        let regions: Vec<Region> =
            (1..=script.len()).map(|n| Region::parse(&format!("eu-west-{n}")).unwrap()).collect();
        let asked = Mutex::new(Vec::new());
        let script = Mutex::new(script.into_iter());
        let climbed = climb(&regions, |region| {
            asked.lock().unwrap().push(region.to_string());
            let result = script.lock().unwrap().next().unwrap().map(|()| ((), None));
            Box::pin(std::future::ready(Answer { result, region, latency_ms: 1 }))
        });
        let climbed = climbed.await.unwrap();
        (climbed, asked.into_inner().unwrap())
    }

    #[tokio::test]
    async fn an_answer_in_a_second_region_beats_a_refusal_in_the_first() {
        let (climbed, asked) = run(vec![Err(denied()), Ok(()), Ok(())]).await;
        assert!(climbed.answer.result.is_ok());
        assert_eq!(climbed.refused_in.unwrap().as_str(), "eu-west-1");
        assert_eq!(asked.len(), 2);
    }

    #[tokio::test]
    async fn two_refusals_are_enough_and_the_first_is_shown() {
        let (climbed, asked) = run(vec![Err(denied()), Err(denied()), Ok(())]).await;
        assert_eq!(climbed.answer.region.as_str(), "eu-west-1");
        assert!(climbed.answer.result.is_err());
        assert_eq!(asked.len(), 2);
    }

    #[tokio::test]
    async fn a_region_that_is_off_is_passed_over() {
        let (climbed, asked) = run(vec![Err(off()), Ok(())]).await;
        assert!(climbed.answer.result.is_ok());
        assert!(climbed.refused_in.is_none());
        assert_eq!(asked.len(), 2);
    }

    #[tokio::test]
    async fn a_refusal_stands_when_the_second_region_is_off() {
        let (climbed, _) = run(vec![Err(denied()), Err(off())]).await;
        assert!(matches!(climbed.answer.result.unwrap_err().failure, Failure::Denied(_)));
    }
}
