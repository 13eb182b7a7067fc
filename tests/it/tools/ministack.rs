//! The AWS emulator: one server for the whole test process, on a free port, with authorization switched on.
//!
//! What it answers (1.5.33, seen in `emulator.rs`):
//! - A 12-digit access key id is that account's root, unsigned requests included; everyone else's signature is checked.
//! - `AssumeRole` evaluates the trust policy, ExternalId included, and the caller's policies. Refusals are `AccessDenied`:
//!   a trust policy's and a missing role's with AWS's bare sentence that ends in `on resource: <role>`, a caller's
//!   without a resource but with `because no identity-based policy allows the sts:AssumeRole action`.
//! - Role policies decide on `ec2:DescribeRegions` (`UnauthorizedOperation`), `iam:GetAccountSummary` (`AccessDenied`) and
//!   `cur:DescribeReportDefinitions` (`AccessDeniedException`), with `because no identity-based policy allows the …
//!   action` or `with an explicit deny in an identity-based policy`; the sentences name neither resource nor policy ARN.
//! - It does not know `ec2:DescribeAccountAttributes` (`InvalidAction`, 400, whatever the policy) nor SSO, evaluates no
//!   SCPs, and words boundary and session-policy denials as identity-based ones: for those use the stub.

use std::sync::OnceLock;

use super::server::{Server, Setup};

const SETUP: Setup = Setup {
    name: "ministack",
    run: "sys.argv = ['ministack']
runpy.run_module('ministack', run_name='__main__')",
    port: "GATEWAY_PORT",
    environment: &[("AUTH", "true"), ("BIND_HOST", "127.0.0.1"), ("IOT_MTLS_ENABLED", "0")],
    ready: "/_ministack/ready",
};

/// The emulator of this test process; the first caller starts it.
pub fn ministack() -> &'static Server {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&SETUP)).as_ref().unwrap_or_else(|why| panic!("{why}"))
}
