//! The fleet of the tests: one connection of every kind of trouble, told by replies as the engine tells them.

use super::{Action, Effect, Flags, Msg, Opening, Size, State, update};
use crate::catalog::Catalog;
use crate::domain::{
    AccountFacts, AccountId, BaseIdentity, Cause, CauseKind, Check, CheckError, Connection, ConnectionId,
    ConnectionName, ConnectionReport, CostReport, Denial, End, Episode, ErrorClass, Evidence, ExternalId,
    ExternalIdFinding, Mandatory, Method, Part, Partition, PolicyType, ProfileName, Reason, Region, RegionFact,
    Regions, Reply, RoleArn, Source, Story, Ticket, Timestamp, Verdict, Zone,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kinds of the tests.
pub const KINDS: [&str; 8] = [
    "aws/ec2/instance",
    "aws/ec2/volume",
    "aws/ec2/vpc",
    "aws/ec2/security-group",
    "aws/ec2/network-interface",
    "aws/ec2/address",
    "aws/autoscaling/group",
    "aws/s3/bucket",
];

/// 21 November 2026, 20:04:12 UTC.
pub const NOW: Timestamp = Timestamp(1_795_291_452_000);

/// A connection's identity by its number.
pub fn id(n: u128) -> ConnectionId {
    ConnectionId(uuid::Uuid::from_u128(n))
}

/// A role connection in account `11112222` and the number.
pub fn connection(n: u128, name: &str, group: Option<&str>) -> Connection {
    let account = AccountId::parse(&format!("11112222{}", 3333 + (n - 1) * 1111)).unwrap();
    let arn = RoleArn::parse(&format!("arn:aws:iam::{account}:role/CloudivizeRole")).unwrap();
    let method =
        Method::Role { arn, external_id: Some(ExternalId::parse("an-external-id").unwrap()), external_id_next: None };
    let source = Source::Profile(ProfileName::parse("hub").unwrap());
    let mut c = Connection::new(id(n), ConnectionName::parse(name).unwrap(), method, source);
    c.group = group.map(str::to_owned);
    c
}

/// The connections of the fleet.
pub fn book() -> Arc<[Connection]> {
    Arc::from([
        connection(1, "prod-eu", Some("production")),
        connection(2, "prod-us", Some("production")),
        connection(3, "legacy", None),
        connection(4, "old-vendor", None),
        connection(5, "partner", None),
        connection(6, "sandbox", None),
    ])
}

/// An answered check.
pub fn allowed(permission: Mandatory) -> Check {
    Check {
        evidence: Evidence::Live,
        region: Some(Region::parse("us-east-1").unwrap()),
        latency_ms: Some(44),
        request_id: Some(format!("req-{}", permission.short().to_lowercase())),
        ..Check::blank(permission, Verdict::Allowed)
    }
}

/// A refused check.
pub fn denied(permission: Mandatory, reason: Reason, policy: Option<&str>, advice: &str) -> Check {
    let denial = Denial {
        reason,
        policy_type: policy.map(|_| PolicyType::Scp),
        explicit: policy.is_some(),
        policy_arn: policy.map(str::to_owned),
        principal: Some("arn:aws:sts::111122225555:assumed-role/CloudivizeRole/Cloudivize-Session".to_owned()),
        action: Some(permission.action().to_owned()),
        resource: None,
        code: Some("AccessDenied".to_owned()),
        message: format!("User is not authorized to perform: {}", permission.action()),
        encoded: None,
        authorization_id: None,
    };
    Check {
        verdict: Verdict::Denied,
        denial: Some(denial),
        advice: Some(advice.to_owned()),
        since: Some(Timestamp(NOW.0 - 86_400_000)),
        ..allowed(permission)
    }
}

/// A check that stands behind a refusal.
pub fn not_reached(permission: Mandatory) -> Check {
    Check::untested(permission, CheckError::new(ErrorClass::NotReached, "sts:AssumeRole did not succeed"))
}

/// A report over some checks.
pub fn report(c: &Connection, checks: Vec<Check>, external_id: ExternalIdFinding) -> Box<ConnectionReport> {
    let region = |code: &str, on: bool| RegionFact {
        region: Region::parse(code).unwrap(),
        opt_in: if on { "opt-in-not-required" } else { "not-opted-in" }.to_owned(),
        enabled: on,
    };
    let regions = Regions {
        list: vec![
            region("ap-south-1", true),
            region("eu-west-1", true),
            region("me-south-1", false),
            region("us-east-1", true),
        ],
        assumed: false,
    };
    let summary = [
        ("Users", 12),
        ("UsersQuota", 5000),
        ("Roles", 48),
        ("RolesQuota", 1000),
        ("Policies", 1290),
        ("PoliciesQuota", 1500),
        ("MFADevices", 4),
        ("MFADevicesInUse", 3),
        ("AccountMFAEnabled", 0),
        ("AccountAccessKeysPresent", 0),
        ("AccountPasswordPresent", 1),
        ("GlobalEndpointTokenVersion", 1),
    ];
    let summary: BTreeMap<String, i64> = summary.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    let attribute = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
    let attributes = vec![
        attribute("supported-platforms", "VPC"),
        attribute("default-vpc", "vpc-0a1b2c3d4e5f60718"),
        attribute("max-elastic-ips", "5"),
        attribute("vpc-max-elastic-ips", "5"),
        attribute("vpc-max-security-groups-per-interface", "5"),
    ];
    let good = |p: Mandatory| checks.iter().any(|k| k.permission == p && k.verdict == Verdict::Allowed);
    let facts = AccountFacts {
        regions: good(Mandatory::Regions).then_some(regions),
        summary: good(Mandatory::AccountSummary).then_some(summary),
        attributes: good(Mandatory::AccountAttributes).then_some(attributes),
        reports: good(Mandatory::ReportDefinitions).then(|| vec![cost_report()]),
    };
    Box::new(ConnectionReport {
        id: c.id,
        name: c.name.clone(),
        method: "role",
        saved: true,
        source: c.source.clone(),
        source_label: "profile:hub".to_owned(),
        group: c.group.clone(),
        account: c.account.clone(),
        base_identity: Some(identity()),
        session_identity: Some(format!(
            "arn:aws:sts::{}:assumed-role/CloudivizeRole/Cloudivize-Session",
            c.account.as_ref().unwrap()
        )),
        endpoint: None,
        external_id,
        external_id_tested_at: Some(NOW),
        checks,
        since: Some(Timestamp(NOW.0 - 86_400_000)),
        last_good: Some(Timestamp(NOW.0 - 90_000_000)),
        changes: Vec::new(),
        at: NOW,
        facts,
        elapsed_ms: 182,
    })
}

/// The one report that the accounts have.
pub fn cost_report() -> CostReport {
    CostReport {
        name: "monthly".to_owned(),
        time_unit: "MONTHLY".to_owned(),
        format: "Parquet".to_owned(),
        bucket: "billing-bucket".to_owned(),
        prefix: "cur".to_owned(),
        region: "us-east-1".to_owned(),
        last_status: Some("SUCCESS".to_owned()),
        last_delivery: Some("20261121T040000Z".to_owned()),
    }
}

/// Who we are in the tests.
pub fn identity() -> BaseIdentity {
    BaseIdentity {
        arn: "arn:aws:iam::999900001111:user/ops/alice".to_owned(),
        account: AccountId::parse("999900001111").unwrap(),
        partition: Partition::Aws,
    }
}

/// Sends keys as actions, one after another.
pub fn press(state: &mut State, actions: &[Action]) -> Vec<Effect> {
    actions.iter().flat_map(|a| update(state, NOW, Msg::Action(*a))).collect()
}

/// Sends a part of an answer.
pub fn tell(state: &mut State, ticket: u64, part: Part) -> Vec<Effect> {
    update(state, NOW, Msg::Reply(Reply { ticket: Ticket(ticket), body: Ok(part) }))
}

/// Sends the end of an answer.
pub fn end(state: &mut State, ticket: u64, end: End) -> Vec<Effect> {
    update(state, NOW, Msg::Reply(Reply { ticket: Ticket(ticket), body: Err(end) }))
}

/// An open vault, nothing tested.
pub fn untested(size: Size) -> State {
    let mut state = State::new(size, "vault.age", Flags::default());
    state.zone = Zone::Utc;
    state.catalog = Arc::new(Catalog::only(&KINDS));
    update(&mut state, NOW, Msg::Door(Opening::Opened { book: book(), endpoint: None }));
    state
}

/// What a test of the whole fleet finds for one connection.
pub fn found(c: &Connection) -> Box<ConnectionReport> {
    let all = |change: fn(Mandatory) -> Check| Mandatory::ALL.into_iter().map(change).collect::<Vec<_>>();
    let scp = Some("arn:aws:organizations::999900002222:policy/o-example/service_control_policy/p-examplepolicyid");
    match c.name.as_str() {
        "legacy" => {
            let mut checks = all(allowed);
            checks[1] = denied(
                Mandatory::ReportDefinitions,
                Reason::IdentityNoAllow,
                None,
                "add one statement to role CloudivizeRole.",
            );
            checks[4] = denied(
                Mandatory::AccountSummary,
                Reason::ScpExplicitDeny,
                scp,
                "denied from above this account. No policy here can allow it: ask whoever manages organization policy \
                 p-examplepolicyid.",
            );
            report(c, checks, ExternalIdFinding::Enforced)
        }
        "old-vendor" => {
            let mut checks = all(not_reached);
            checks[0] = denied(
                Mandatory::AssumeRole,
                Reason::TrustOrCaller,
                None,
                "compare the values below with the role's owner.",
            );
            let cause = |cause, compare: &str| Cause { cause, compare: compare.to_owned() };
            checks[0].causes = vec![
                cause(CauseKind::ExternalId, "ours ends in …l-id; compare it with sts:ExternalId in the trust policy"),
                cause(
                    CauseKind::TrustPrincipal,
                    "the policy must name 999900001111 or arn:aws:iam::999900001111:user/ops/alice",
                ),
            ];
            checks[0].ruled_out = vec![cause(CauseKind::Partition, "both are in aws")];
            report(c, checks, ExternalIdFinding::NotTested)
        }
        "partner" => report(c, all(allowed), ExternalIdFinding::NotEnforced),
        _ => report(c, all(allowed), ExternalIdFinding::Enforced),
    }
}

/// The fleet while it is tested: all but `sandbox` are done; the cursor is on `legacy`.
pub fn fleet(size: Size) -> State {
    let mut state = untested(size);
    press(&mut state, &[Action::TestAll]);
    let book = book();
    for c in book.iter() {
        tell(&mut state, 1, Part::Started(c.id));
        for check in found(c).checks.iter().filter(|k| {
            c.name.as_str() != "sandbox" || matches!(k.permission, Mandatory::AssumeRole | Mandatory::AccountAttributes)
        }) {
            tell(&mut state, 1, Part::Check { connection: c.id, check: Box::new(check.clone()) });
        }
        if c.name.as_str() != "sandbox" {
            tell(&mut state, 1, Part::Connection(found(c)));
        }
    }
    press(&mut state, &[Action::Down, Action::Down]);
    update(&mut state, Timestamp(NOW.0 + 1000), Msg::Wake);
    state
}

/// The fleet after its test.
pub fn tested(size: Size) -> State {
    let mut state = fleet(size);
    let sandbox = book()[5].clone();
    tell(&mut state, 1, Part::Connection(found(&sandbox)));
    end(&mut state, 1, End::Done);
    state
}

/// What the history knows of `legacy`.
pub fn story() -> Story {
    let day = |d: i64| Timestamp(NOW.0 - d * 86_400_000);
    let seen = |verdict, reason, from, to| Episode {
        verdict,
        reason,
        class: None,
        from: day(from),
        to: day(to),
        edited: false,
    };
    let good = |p| (p, vec![seen(Verdict::Allowed, None, 83, 0)]);
    Story {
        connection: id(3),
        kept: true,
        permissions: vec![
            good(Mandatory::AssumeRole),
            (
                Mandatory::ReportDefinitions,
                vec![
                    seen(Verdict::Allowed, None, 400, 13),
                    Episode { class: Some(ErrorClass::Throttled), ..seen(Verdict::Untested, None, 12, 12) },
                    Episode { edited: true, ..seen(Verdict::Denied, Some(Reason::IdentityNoAllow), 11, 0) },
                ],
            ),
            good(Mandatory::AccountAttributes),
            (Mandatory::Regions, Vec::new()),
            (
                Mandatory::AccountSummary,
                vec![seen(Verdict::Allowed, None, 83, 5), seen(Verdict::Denied, Some(Reason::ScpExplicitDeny), 4, 0)],
            ),
        ],
        external_id: vec![
            (ExternalIdFinding::NotEnforced, day(83), day(50)),
            (ExternalIdFinding::Enforced, day(20), day(20)),
        ],
        last_good: Some(day(13)),
        folded: true,
    }
}
