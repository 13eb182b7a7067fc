//! The generic caller over the demo's HTTP client: signed, decoded and refused as the SDK's own clients are.

use super::demo::book;
use super::*;
use crate::catalog::{Wanted, model};
use crate::domain::{CheckError, Denial};
use crate::providers::aws::failure::Failure;
use crate::providers::demo::{Demo, Pace};
use serde_json::{Value, json};

/// Asks one operation with the session of a demo's connection.
async fn ask(name: &str, service: &str, op: &str, params: Value) -> Result<Value, Failure> {
    let demo = Demo::new(Pace::INSTANT).unwrap();
    let engine = Engine::demo(Handle::current(), &demo, Settings::default(), Arc::default()).unwrap();
    let book = book().unwrap();
    let connection = book.iter().find(|c| c.name.as_str() == name).unwrap();
    let (round, aws) = (Round::begin(), &engine.shared.aws);
    let Ok(session) = aws.usable_session(&round, &book, connection).await.outcome else { panic!("no session") };
    let service = model::Service::load(service).unwrap();
    let op = service.operation(op).unwrap();
    let calls = Calls::new(aws, &round, connection, &session);
    let answer =
        calls.ask(service, op, &Region::parse("us-east-1").unwrap(), params, &Arc::new(Wanted::everything())).await;
    answer
        .result
        .map(|(value, id)| {
            assert!(id.is_some(), "AWS's request id");
            value
        })
        .map_err(|e| e.failure)
}

fn denied(result: Result<Value, Failure>) -> Box<Denial> {
    match result {
        Err(Failure::Denied(denial)) => denial,
        other => panic!("{other:?}"),
    }
}

fn no_answer(result: Result<Value, Failure>) -> CheckError {
    match result {
        Err(Failure::NoAnswer(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_protocols_answer_in_the_cli_s_shape() {
    let regions = ask("prod-us", "ec2", "DescribeRegions", json!({"AllRegions": true})).await.unwrap();
    let first = &regions["Regions"][0];
    assert!(regions["Regions"].as_array().unwrap().len() > 20 && first["RegionName"].is_string(), "{first}");
    let summary = ask("prod-us", "iam", "GetAccountSummary", json!({})).await.unwrap();
    assert!(summary["SummaryMap"]["Users"].is_i64(), "{summary}");
    let reports = ask("prod-us", "cur", "DescribeReportDefinitions", json!({"MaxResults": 5})).await.unwrap();
    assert!(reports["ReportDefinitions"][0]["ReportName"].is_string(), "{reports}");
    let who = ask("prod-us", "sts", "GetCallerIdentity", json!({})).await.unwrap();
    assert_eq!(who["Account"], "111122223333");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_read_as_those_of_the_checks_are() {
    let denial = denied(ask("audit", "cur", "DescribeReportDefinitions", json!({})).await);
    assert_eq!(denial.reason.word(), "identity_no_allow");
    let denial = denied(ask("prod-eu", "iam", "GetAccountSummary", json!({})).await);
    assert_eq!(denial.reason.word(), "scp_no_allow");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_refusal_has_its_class() {
    let error = no_answer(ask("prod-data", "ec2", "DescribeRegions", json!({})).await);
    assert_eq!(error.class.word(), "throttled");
    let error = no_answer(ask("prod-us", "ec2", "DescribeRegions", json!({"Region": []})).await);
    assert!(error.message.contains("DescribeRegions takes no Region"), "{}", error.message);
}
