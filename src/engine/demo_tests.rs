//! The whole engine over the demo, without its delays: what each connection shows, and what attaching a policy mends.

use super::*;
use crate::domain::{
    BaseIdentity, ExternalIdFinding, Method, PolicyType, ProbeMode, Reason, Reply, Request, RoleArn, Ticket,
};
use crate::policy::{self, RoleRef, TrustInput, Trusted};
use crate::providers::demo::Pace;
use std::time::Duration;
use tokio::sync::mpsc;

struct Bench {
    engine: Engine,
    book: Arc<[Connection]>,
}

impl Bench {
    fn new() -> Self {
        Self::at(Pace::INSTANT)
    }

    fn at(pace: Pace) -> Self {
        let demo = Demo::new(pace).unwrap();
        let engine = Engine::demo(Handle::current(), &demo, Settings::default(), Arc::default()).unwrap();
        Self { engine, book: book().unwrap() }
    }

    fn connection(&self, name: &str) -> &Connection {
        self.book.iter().find(|c| c.name.as_str() == name).unwrap_or_else(|| panic!("no connection {name}"))
    }

    async fn ask(&self, request: Request) -> (Vec<Part>, End) {
        let (to, mut from) = mpsc::channel(256);
        self.engine.start(Ticket(1), request, to);
        let mut parts = Vec::new();
        while let Some(Reply { body, .. }) = from.recv().await {
            match body {
                Ok(part) => parts.push(part),
                Err(end) => return (parts, end),
            }
        }
        panic!("no end came");
    }

    async fn check_of(&self, book: Arc<[Connection]>, names: &[&str], probe: ProbeMode) -> Vec<ConnectionReport> {
        let select = book.iter().filter(|c| names.is_empty() || names.contains(&c.name.as_str())).map(|c| c.id);
        let request = Request::Check { select: select.collect(), book: book.clone(), probe };
        let (parts, end) = self.ask(request).await;
        assert_eq!(end, End::Done);
        let reports = parts.into_iter().filter_map(|p| match p {
            Part::Connection(report) => Some(*report),
            _ => None,
        });
        reports.collect()
    }

    async fn check(&self, name: &str, probe: ProbeMode) -> ConnectionReport {
        self.check_of(self.book.clone(), &[name], probe).await.remove(0)
    }

    async fn apply(&self, name: &str, policy: String) -> Result<String, String> {
        let connection = self.connection(name).id;
        match self.ask(Request::DemoApply { book: self.book.clone(), connection, policy }).await {
            (parts, End::Done) => match parts.as_slice() {
                [Part::Applied { what, .. }] => Ok(what.clone()),
                other => panic!("{other:?}"),
            },
            (_, End::Failed(error)) => Err(error.message),
            (_, end) => panic!("{end:?}"),
        }
    }

    fn role(&self, name: &str) -> RoleArn {
        self.connection(name).role_arn().unwrap().clone()
    }

    /// What `p` offers for a report: the policy for what is missing.
    fn missing(&self, report: &ConnectionReport) -> String {
        let role = self.role(report.name.as_str());
        policy::missing(&RoleRef::from(&role), &report.missing()).unwrap().document().json()
    }

    /// What `p` offers for a role that does not let us in as it should.
    fn trust(&self, name: &str, base: &BaseIdentity) -> String {
        let input = TrustInput::of(self.connection(name), Trusted::AccountOf(base.clone()));
        policy::trust(&RoleRef::from(&self.role(name)), &input).unwrap().document().json()
    }
}

/// `sts cur attributes regions summary`, a letter each: allowed, denied, untested, not applicable.
fn verdicts(report: &ConnectionReport) -> String {
    let letter = |c: &Check| match c.verdict {
        Verdict::Allowed => 'A',
        Verdict::Denied => 'D',
        Verdict::Untested => '?',
        Verdict::NotApplicable => '-',
    };
    report.checks.iter().map(letter).collect()
}

/// A connection, its verdicts, what the probe found, and what was refused by what.
type Expected = (&'static str, &'static str, ExternalIdFinding, &'static [(Mandatory, Reason)]);

fn reasons(report: &ConnectionReport) -> Vec<(Mandatory, Reason)> {
    report.checks.iter().filter_map(|c| Some((c.permission, c.denial.as_ref()?.reason))).collect()
}

#[tokio::test]
async fn every_connection_shows_its_own_state() {
    use ExternalIdFinding as F;
    use Mandatory as M;
    let bench = Bench::new();
    let reports = bench.check_of(bench.book.clone(), &[], ProbeMode::Sparing).await;
    assert_eq!(reports.len(), 8);
    let expected: [Expected; 8] = [
        ("prod-us", "AAAAA", F::Enforced, &[]),
        (
            "prod-eu",
            "ADAAD",
            F::Enforced,
            &[(M::ReportDefinitions, Reason::ScpExplicitDeny), (M::AccountSummary, Reason::ScpNoAllow)],
        ),
        ("prod-data", "AA??A", F::Enforced, &[]),
        ("audit", "ADAAA", F::Enforced, &[(M::ReportDefinitions, Reason::IdentityNoAllow)]),
        (
            "legacy",
            "-DDDD",
            F::None,
            &[
                (M::ReportDefinitions, Reason::ExplicitDenyIdentity),
                (M::AccountAttributes, Reason::VpcEndpointPolicy),
                (M::Regions, Reason::SessionPolicyNoAllow),
                (M::AccountSummary, Reason::PermissionsBoundaryNoAllow),
            ],
        ),
        ("lab", "?????", F::NotTested, &[]),
        ("partner", "AAAAA", F::NotEnforced, &[]),
        ("vendor", "D????", F::Unknown, &[(M::AssumeRole, Reason::TrustOrCaller)]),
    ];
    for (name, letters, finding, refused) in expected {
        let report = reports.iter().find(|r| r.name.as_str() == name).unwrap();
        assert_eq!(verdicts(report), letters, "{name}");
        assert_eq!(report.external_id, finding, "{name}");
        assert_eq!(reasons(report), refused, "{name}");
    }
}

#[tokio::test]
async fn refusals_carry_what_awss_own_do() {
    let bench = Bench::new();
    let eu = bench.check("prod-eu", ProbeMode::Never).await;
    let scp = eu.check(Mandatory::ReportDefinitions).unwrap().denial.clone().unwrap();
    assert_eq!(scp.code.as_deref(), Some("AccessDeniedException"));
    assert!(scp.policy_arn.unwrap().ends_with("/service_control_policy/p-eu1region"));
    assert_eq!(scp.resource.unwrap(), "arn:aws:cur:us-east-1:222233334444:definition/");
    assert_eq!(scp.principal.unwrap(), "arn:aws:sts::222233334444:assumed-role/CloudivizeRole/Cloudivize-Session");
    let climbed = eu.check(Mandatory::Regions).unwrap();
    let words = format!("refused in us-east-1, allowed in {}", climbed.region.as_ref().unwrap());
    assert!(climbed.advice.as_ref().unwrap().ends_with(&words), "{climbed:?}");
    let legacy = bench.check("legacy", ProbeMode::Never).await;
    let cur = legacy.check(Mandatory::ReportDefinitions).unwrap().denial.clone().unwrap();
    assert_eq!(cur.policy_arn.as_deref(), Some("arn:aws:iam::555566667777:policy/DenyBilling"));
    assert!(cur.explicit);
    let iam = legacy.check(Mandatory::AccountSummary).unwrap().denial.clone().unwrap();
    assert!(iam.authorization_id.is_some() && iam.code.as_deref() == Some("AccessDenied"), "{iam:?}");
    for check in legacy.checks.iter().chain(&eu.checks).filter(|c| c.verdict != Verdict::NotApplicable) {
        assert!(check.request_id.is_some(), "{check:?}");
    }
}

#[tokio::test]
async fn an_encoded_message_can_be_decoded() {
    let bench = Bench::new();
    let legacy = bench.check("legacy", ProbeMode::Never).await;
    let message = legacy.check(Mandatory::Regions).unwrap().denial.as_ref().unwrap().encoded.clone().unwrap();
    let connection = bench.connection("legacy").id;
    let (parts, end) = bench.ask(Request::Decode { book: bench.book.clone(), connection, message }).await;
    assert_eq!(end, End::Done);
    let [Part::Decoded(text)] = parts.as_slice() else { panic!("{parts:?}") };
    assert!(text.expose().contains("\"action\":\"ec2:DescribeRegions\""), "{}", text.expose());
}

#[tokio::test]
async fn facts_are_those_of_the_accounts() {
    let bench = Bench::new();
    let us = bench.check("prod-us", ProbeMode::Never).await;
    assert_eq!(us.facts.reports.as_ref().unwrap().len(), 7, "over two pages");
    let regions = us.facts.regions.as_ref().unwrap();
    assert_eq!(regions.list.iter().filter(|r| r.opt_in == "opted-in").count(), 2);
    assert_eq!(regions.list.iter().filter(|r| !r.enabled).count(), 13);
    assert_eq!(us.facts.summary.as_ref().unwrap()["AccountMFAEnabled"], 1);
    let partner = bench.check("partner", ProbeMode::Never).await;
    assert_eq!(partner.facts.summary.as_ref().unwrap()["AccountMFAEnabled"], 0);
    assert_eq!(partner.facts.summary.as_ref().unwrap()["AccountAccessKeysPresent"], 1);
}

#[tokio::test]
async fn sources_answer_or_say_how_to_renew_them() {
    let bench = Bench::new();
    let lab = bench.check("lab", ProbeMode::Never).await;
    let error = lab.check(Mandatory::AssumeRole).unwrap().error.clone().unwrap();
    assert_eq!(error.class, ErrorClass::Source);
    assert!(error.message.contains("aws sso login --profile lab"), "{}", error.message);
    let data = bench.check("prod-data", ProbeMode::Never).await;
    assert_eq!(data.check(Mandatory::Regions).unwrap().error.as_ref().unwrap().class, ErrorClass::Throttled);
    let us = bench.check("prod-us", ProbeMode::Never).await;
    assert_eq!(us.base_identity.unwrap().account.as_str(), "123456789012");
}

#[tokio::test]
async fn a_first_test_knows_since_when() {
    let bench = Bench::new();
    let now = Timestamp::now();
    let days = |at: Timestamp| now.since(at) / 86_400_000;
    let audit = bench.check("audit", ProbeMode::Never).await;
    assert_eq!(days(audit.check(Mandatory::ReportDefinitions).unwrap().since.unwrap()), 12);
    assert_eq!(days(audit.last_good.unwrap()), 120);
    assert!(audit.changes.is_empty(), "{:?}", audit.changes);
    let us = bench.check("prod-us", ProbeMode::Never).await;
    assert_eq!(days(us.since.unwrap()), 96);
    let data = bench.check("prod-data", ProbeMode::Never).await;
    assert_eq!(data.changes.len(), 2, "{:?}", data.changes);
}

#[tokio::test]
async fn what_p_offers_mends_a_read_only_role() {
    let bench = Bench::new();
    let before = bench.check("audit", ProbeMode::Never).await;
    let said = bench.apply("audit", bench.missing(&before)).await.unwrap();
    assert_eq!(said, "attached to role CloudivizeRole in 444455556666");
    let after = bench.check("audit", ProbeMode::Never).await;
    assert_eq!(verdicts(&after), "AAAAA");
    assert!(after.changes.iter().any(|c| c.contains("denied, now allowed")), "{:?}", after.changes);
    // The others are as they were.
    assert_eq!(verdicts(&bench.check("prod-eu", ProbeMode::Never).await), "ADAAD");
}

#[tokio::test]
async fn a_wrong_external_id_is_mended_by_the_trust_policy_and_then_the_permissions() {
    let bench = Bench::new();
    let before = bench.check("vendor", ProbeMode::Sparing).await;
    let base = before.base_identity.clone().unwrap();
    let said = bench.apply("vendor", bench.trust("vendor", &base)).await.unwrap();
    assert_eq!(said, "trust policy of CloudivizeRole in 888899990000 set");
    let trusted = bench.check("vendor", ProbeMode::Sparing).await;
    assert_eq!(verdicts(&trusted), "ADDDD");
    assert_eq!(trusted.external_id, ExternalIdFinding::Enforced);
    bench.apply("vendor", bench.missing(&trusted)).await.unwrap();
    assert_eq!(verdicts(&bench.check("vendor", ProbeMode::Never).await), "AAAAA");
}

#[tokio::test]
async fn a_role_that_asked_nobody_asks_for_the_external_id_after_the_trust_policy() {
    let bench = Bench::new();
    let before = bench.check("partner", ProbeMode::Force).await;
    assert_eq!(before.external_id, ExternalIdFinding::NotEnforced);
    bench.apply("partner", bench.trust("partner", before.base_identity.as_ref().unwrap())).await.unwrap();
    let after = bench.check("partner", ProbeMode::Force).await;
    assert_eq!(after.external_id, ExternalIdFinding::Enforced);
    assert_eq!(verdicts(&after), "AAAAA");
}

#[tokio::test]
async fn no_allow_mends_what_is_denied_from_above() {
    let bench = Bench::new();
    let role = RoleRef::from(&bench.role("prod-eu"));
    let all = policy::mandatory(&role, None).unwrap().document().json();
    bench.apply("prod-eu", all.clone()).await.unwrap();
    let after = bench.check("prod-eu", ProbeMode::Never).await;
    assert_eq!(verdicts(&after), "ADAAD");
    assert_eq!(
        after.check(Mandatory::ReportDefinitions).unwrap().denial.as_ref().unwrap().policy_type,
        Some(PolicyType::Scp)
    );
    // Nor what other policies of the caller take away.
    assert_eq!(bench.apply("legacy", all).await.unwrap(), "attached to role VendorBroker in 555566667777");
    assert_eq!(verdicts(&bench.check("legacy", ProbeMode::Never).await), "-DDDD");
}

#[tokio::test]
async fn a_change_counts_only_after_its_time() {
    let late = Pace { propagation: Duration::from_secs(3600), ..Pace::INSTANT };
    let bench = Bench::at(late);
    let before = bench.check("audit", ProbeMode::Never).await;
    bench.apply("audit", bench.missing(&before)).await.unwrap();
    assert_eq!(verdicts(&bench.check("audit", ProbeMode::Never).await), "ADAAA");
}

#[tokio::test]
async fn a_callers_policy_goes_to_the_caller_and_nonsense_nowhere() {
    let bench = Bench::new();
    let us = bench.check("prod-us", ProbeMode::Never).await;
    let caller = policy::caller(us.base_identity.as_ref().unwrap(), &[bench.role("prod-us")], false).unwrap();
    let said = bench.apply("prod-us", caller.document().json()).await.unwrap();
    assert!(said.starts_with("attached to role AWSReservedSSO_CloudOperator_"), "{said}");
    for nonsense in ["", "{}", "resource \"aws_iam_role\" {}"] {
        let why = bench.apply("audit", nonsense.to_owned()).await.unwrap_err();
        assert!(why.contains("MalformedPolicyDocument"), "{why}");
    }
    let trust = bench.trust("prod-us", us.base_identity.as_ref().unwrap());
    assert!(bench.apply("legacy", trust).await.unwrap_err().contains("assumes none"));
    assert_eq!(verdicts(&bench.check("audit", ProbeMode::Never).await), "ADAAA");
}

#[tokio::test]
async fn a_resource_control_policy_guards_the_break_glass_role() {
    let bench = Bench::new();
    let mut guarded = bench.connection("prod-us").clone();
    let Method::Role { arn, .. } = &mut guarded.method else { panic!("a role") };
    *arn = RoleArn::parse("arn:aws:iam::111122223333:role/BreakGlass").unwrap();
    let report = bench.check_of(Arc::from([guarded]), &[], ProbeMode::Never).await.remove(0);
    assert_eq!(reasons(&report), [(Mandatory::AssumeRole, Reason::RcpDeny)]);
}

#[tokio::test]
async fn an_engine_for_real_clouds_attaches_nothing() {
    let bench = Bench::new();
    let http = Demo::new(Pace::INSTANT).unwrap().http();
    let aws = Aws::new(http, crate::providers::aws::endpoint::Endpoints::default(), &Settings::default());
    let engine = Engine::new(Handle::current(), aws, Settings::default(), History::open(None, None).0, Arc::default());
    let real = Bench { engine, book: bench.book.clone() };
    let why = real.apply("audit", "{}".to_owned()).await.unwrap_err();
    assert!(why.contains("in the demo alone"), "{why}");
}
