//! `check` through proxies and TLS: which way requests go, whom they trust, and what is said when either fails.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::check_stub::{FOUR, ROLE, add, user};
use crate::program::{Machine, Run, check};
use crate::stub::{Proxy, Stub, aws, tls};

/// A machine without an endpoint of its own: AWS's hosts are asked.
fn machine() -> Machine {
    let machine = Machine::new("http://127.0.0.1:9").with_keys(&user());
    add(&machine, "c", ROLE, &["--no-external-id"]);
    machine
}

/// `check --format json` with these variables and nothing else about the network.
fn run(machine: &Machine, variables: &[(&str, &str)]) -> Run {
    let mut command = machine.command(&["check", "--format", "json"]);
    command.env_remove("AWS_ENDPOINT_URL").envs(variables.iter().copied());
    command.output().unwrap().into()
}

fn ca() -> String {
    tls::ca_file().display().to_string()
}

/// The only connection's `sts:AssumeRole`.
fn first(run: &Run) -> Value {
    check(&run.json()["connections"][0], "sts:AssumeRole").clone()
}

#[track_caller]
fn says(run: Run, class: &str, words: &[&str]) -> String {
    let run = run.exits(3);
    let error = first(&run)["error"].clone();
    assert_eq!(error["class"], class, "{error}");
    let message = error["message"].as_str().unwrap();
    for word in words {
        assert!(message.contains(word), "{word}: {message}");
    }
    message.to_owned()
}

#[test]
fn awss_own_hosts_are_asked_through_the_proxy() {
    let (stub, proxy) = (Stub::start_tls(), Proxy::start());
    let hosts = [
        "cur.us-east-1.amazonaws.com",
        "ec2.us-east-1.amazonaws.com",
        "iam.amazonaws.com",
        "sts.us-east-1.amazonaws.com",
    ];
    for host in hosts {
        proxy.route(host, stub.address());
    }
    let machine = machine();
    for (variable, authority) in
        [("HTTPS_PROXY", "AWS_CA_BUNDLE"), ("https_proxy", "SSL_CERT_FILE"), ("ALL_PROXY", "AWS_CA_BUNDLE")]
    {
        stub.forget();
        let run = run(&machine, &[(variable, &proxy.url()), (authority, &ca())]).exits(0);
        let connection = &run.json()["connections"][0];
        assert_eq!(connection["endpoint"], Value::Null);
        assert_eq!(stub.count("GetAccountSummary"), 1, "{variable}");
    }
    let asked: BTreeSet<String> = proxy.hosts().into_iter().collect();
    assert_eq!(asked, hosts.map(str::to_owned).into());
    assert!(proxy.requests().iter().all(|r| r.method == "CONNECT"), "nothing goes in the open");
    assert!(stub.requests().iter().all(|r| hosts.contains(&r.host())));
}

#[test]
fn another_partitions_hosts_are_its_own() {
    let (stub, proxy) = (Stub::start_tls(), Proxy::start());
    proxy.route_all(stub.address());
    stub.on_any(|r| {
        let base = r.operation() == "GetCallerIdentity" && r.header("x-amz-security-token").is_none();
        base.then(|| aws::caller_identity("arn:aws-cn:iam::999988887777:user/operator"))
    });
    let machine = Machine::new("http://127.0.0.1:9").with_keys(&user());
    add(&machine, "c", "arn:aws-cn:iam::111122223333:role/R", &["--no-external-id"]);
    let variables = [("HTTPS_PROXY", proxy.url()), ("AWS_CA_BUNDLE", ca()), ("AWS_REGION", "cn-north-1".to_owned())];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(k, v)| (*k, v.as_str())).collect();
    run(&machine, &variables).exits(0);
    let asked: BTreeSet<String> = proxy.hosts().into_iter().collect();
    let expected = [
        "cur.cn-northwest-1.amazonaws.com.cn",
        "ec2.cn-north-1.amazonaws.com.cn",
        "iam.cn-north-1.amazonaws.com.cn",
        "sts.cn-north-1.amazonaws.com.cn",
        // Who the session is, is asked at the partition's default.
        "sts.cn-northwest-1.amazonaws.com.cn",
    ];
    assert_eq!(asked, expected.map(str::to_owned).into());
}

#[test]
fn no_proxy_goes_around_the_proxy() {
    let (stub, proxy) = (Stub::start_tls(), Proxy::start());
    let machine = machine();
    let (url, ca) = (proxy.url(), ca());
    let base = [("HTTPS_PROXY", url.as_str()), ("AWS_CA_BUNDLE", &ca), ("AWS_ENDPOINT_URL", stub.url())];
    for name in ["NO_PROXY", "no_proxy"] {
        run(&machine, &[&base[..], &[(name, "example.org,localhost")]].concat()).exits(0);
    }
    assert_eq!(proxy.hosts(), Vec::<String>::new());
    run(&machine, &base).exits(3);
    assert_eq!(proxy.hosts().first().map(String::as_str), Some("localhost"));
}

#[test]
fn a_proxy_that_asks_for_a_login_is_named() {
    let (stub, proxy) = (Stub::start_tls(), Proxy::start());
    proxy.route_all(stub.address());
    proxy.demand_login("anna", "CANARY-proxy");
    let (machine, ca) = (machine(), ca());
    let through = |url: &str| run(&machine, &[("HTTPS_PROXY", url), ("AWS_CA_BUNDLE", &ca)]);
    says(through(&proxy.url()), "proxy", &["407", "HTTPS_PROXY"]);
    let wrong = through(&proxy.url_with_login("anna", "CANARY-wrong"));
    assert!(!wrong.all().contains("CANARY"), "{}", wrong.all());
    says(wrong, "proxy", &["407"]);
    assert_eq!(stub.requests().len(), 0);
    through(&proxy.url_with_login("anna", "CANARY-proxy")).exits(0);
}

#[test]
fn a_proxy_that_goes_nowhere_is_not_awss_refusal() {
    let (machine, proxy) = (machine(), Proxy::start());
    says(run(&machine, &[("HTTPS_PROXY", &proxy.url())]), "proxy", &["sts.us-east-1.amazonaws.com", "HTTPS_PROXY"]);
    // The proxy itself is not there.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    says(run(&machine, &[("HTTPS_PROXY", &closed)]), "proxy", &["the proxy", "refused", "HTTPS_PROXY"]);
}

#[test]
fn an_authority_that_is_not_trusted_is_named_with_what_helps() {
    let (stub, proxy) = (Stub::start_tls(), Proxy::start());
    proxy.route_all(stub.address());
    let machine = machine();
    // Another authority than the server's.
    let other = machine.home.path().join("other.pem");
    let pem = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/stub/tls/server.pem")).unwrap();
    std::fs::write(&other, pem).unwrap();
    let url = proxy.url();
    for extra in
        [None, Some(("SSL_CERT_FILE", other.to_str().unwrap())), Some(("AWS_CA_BUNDLE", other.to_str().unwrap()))]
    {
        let variables: Vec<_> = [("HTTPS_PROXY", url.as_str())].into_iter().chain(extra).collect();
        says(run(&machine, &variables), "proxy", &["certificate", "AWS_CA_BUNDLE"]);
    }
    assert_eq!(stub.requests().len(), 0);
}

#[test]
fn a_bundle_that_cannot_be_used_is_said_before_anything_is_asked() {
    let machine = machine();
    machine.home.write("empty.pem", "nothing\n");
    let path = |name: &str| machine.home.path().join(name).display().to_string();
    for (file, words) in [("missing.pem", "cannot read"), ("empty.pem", "no certificate")] {
        let run = run(&machine, &[("AWS_CA_BUNDLE", &path(file))]).exits(2);
        assert!(
            run.stderr.contains(file) && run.stderr.contains("AWS_CA_BUNDLE") && run.stderr.contains(words),
            "{}",
            run.stderr
        );
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn an_endpoint_that_is_not_awss_is_shown() {
    let (stub, proxy) = (Stub::start(), Proxy::start());
    proxy.route("aws.example", stub.address());
    let url = "http://aws.example";
    let machine = machine();
    machine.home.write(".config/cloudivize/config.toml", "allow_insecure_endpoint = true\n");
    // Never confirmed for this vault: nothing is sent. Once confirmed it is remembered.
    let variables = [("HTTP_PROXY", proxy.url()), ("AWS_ENDPOINT_URL", url.to_owned())];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let asked = run(&machine, &variables).exits(2);
    assert!(asked.stderr.contains("aws.example") && asked.stderr.contains("--yes"), "{}", asked.stderr);
    assert_eq!(proxy.hosts(), Vec::<String>::new());
    let mut command = machine.command(&["check", "--quiet", "--yes"]);
    let confirmed: Run = command.envs(variables.iter().copied()).output().unwrap().into();
    confirmed.exits(0);
    let found = run(&machine, &variables).exits(0).json();
    assert_eq!(found["connections"][0]["endpoint"], url);
    assert!(FOUR.iter().all(|p| check(&found["connections"][0], p)["verdict"] == "allowed"));
    // Of one service alone, too.
    proxy.route_all(stub.address());
    let variables = [
        ("HTTP_PROXY", proxy.url()),
        ("AWS_ENDPOINT_URL", stub.url().to_owned()),
        ("NO_PROXY", "127.0.0.1".to_owned()),
        ("AWS_ENDPOINT_URL_IAM", url.to_owned()),
    ];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let found = run(&machine, &variables).exits(0).json();
    assert_eq!(found["connections"][0]["endpoint"], url);

    // A connection's own needs the word beside itself; the address is confirmed by now.
    let toml = |name: &str, insecure: bool| {
        format!(
            "[[connection]]\nname = \"{name}\"\nprovider = \"aws\"\nmethod = \"role\"\nrole_arn = \"{ROLE}\"\n\
             source = \"env\"\nendpoint_url = \"{url}\"\nallow_insecure_endpoint = {insecure}\n"
        )
    };
    machine.feed(&["connection", "add", "-", "--yes"], &toml("far", false)).exits(2);
    machine.feed(&["connection", "add", "-"], &toml("far", true)).exits(0);
    let mut command = machine.command(&["check", "far", "--format", "json"]);
    let run: Run = command.env_remove("AWS_ENDPOINT_URL").env("HTTP_PROXY", proxy.url()).output().unwrap().into();
    assert_eq!(run.exits(0).json()["connections"][0]["endpoint"], json!(url));
}
