//! Every real message of `corpus.toml`, and what must hold for any text at all.

use super::*;
use crate::domain::{Denial, PolicyType, Reason};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    message: Vec<Message>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
struct Message {
    text: String,
    source: String,
    reason: Option<String>,
    error: Option<String>,
    policy_type: Option<String>,
    #[serde(default)]
    explicit: bool,
    principal: Option<String>,
    action: Option<String>,
    resource: Option<String>,
    policy_arn: Option<String>,
    authorization_id: Option<String>,
    encoded_ends: Option<String>,
    code: Option<String>,
}

fn corpus() -> Vec<Message> {
    toml::from_str::<Corpus>(include_str!("corpus.toml")).unwrap().message
}

fn word(kind: PolicyType) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

fn refused(text: &str) -> Denial {
    match read(text) {
        Some(Diagnosis::Denial(d)) => d,
        other => panic!("not read as a refusal: {text}\n{other:?}"),
    }
}

#[test]
fn reads_every_real_message() {
    let mut wrong = Vec::new();
    for m in corpus() {
        let mut check = |what: &str, got: Option<String>, want: Option<String>| {
            if got != want {
                wrong.push(format!("{}\n  {what}: got {got:?}, want {want:?}\n  in {}", m.source, m.text));
            }
        };
        match read(&m.text) {
            Some(Diagnosis::Denial(d)) => {
                check("reason", Some(d.reason.word().to_owned()), m.reason.clone());
                check("policy type", d.policy_type.map(word), m.policy_type.clone());
                check("explicit", Some(d.explicit.to_string()), Some(m.explicit.to_string()));
                check("policy ARN", d.policy_arn, m.policy_arn.clone());
                check("authorization id", d.authorization_id, m.authorization_id.clone());
                for (what, got, want) in [
                    ("principal", d.principal, &m.principal),
                    ("action", d.action, &m.action),
                    ("resource", d.resource, &m.resource),
                    ("code", d.code, &m.code),
                ] {
                    if want.is_some() {
                        check(what, got, want.clone());
                    }
                }
                if let Some(tail) = &m.encoded_ends {
                    let end = d.encoded.as_deref().map(|e| e[e.len().saturating_sub(tail.len())..].to_owned());
                    check("encoded", end, Some(tail.clone()));
                }
            }
            Some(Diagnosis::Error(e)) => check("class", Some(e.class.word().to_owned()), m.error.clone()),
            None => check("result", None, Some("something".to_owned())),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// The wrappings that tools and SDKs put around one message.
fn wrapped(code: &str, message: &str) -> Vec<String> {
    let json = serde_json::json!({ "__type": format!("com.amazonaws.x#{code}"), "message": message }).to_string();
    let escaped = message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    vec![
        format!("An error occurred ({code}) when calling the DoThing operation: {message}"),
        format!(
            "\nAn error occurred ({code}) when calling the DoThing operation (reached max retries: 4): {message}\n"
        ),
        format!(
            "botocore.exceptions.ClientError: An error occurred ({code}) when calling the DoThing operation: {message}"
        ),
        format!(
            "operation error EC2: DoThing, https response error StatusCode: 403, RequestID: 1-2-3, api error {code}: {message}"
        ),
        format!("{code}: {message}\n\tstatus code: 403, request id: 1a2b-3c"),
        format!("{message} (Service: AmazonEC2; Status Code: 403; Error Code: {code}; Request ID: 1a2b; Proxy: null)"),
        format!(
            "Resource handler returned message: \"{message} (Service: Ec2, Status Code: 403, Request ID: 1a2b)\" \
             (RequestToken: 9f, HandlerErrorCode: AccessDenied)"
        ),
        format!(
            "{code}: {message}\n    at deserialize (/app/node_modules/x/index.js:1:2)\n    at process (node:internal:95:5)"
        ),
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escaped}</Message></Error></ErrorResponse>"
        ),
        format!("ErrorMetadata {{ code: Some({code:?}), message: Some({message:?}), extras: None }}"),
        format!("╷\n│ Error: reading thing: {code}: {message}\n│ \n│   with aws_thing.x,\n│   on main.tf line 1\n╵"),
        json.clone(),
        serde_json::json!({ "body": json }).to_string(),
    ]
}

/// The parts of a denial that no wrapping may change.
#[derive(Debug, PartialEq)]
struct Kernel {
    reason: Reason,
    policy_type: Option<PolicyType>,
    explicit: bool,
    texts: [Option<String>; 4],
}

fn kernel(d: &Denial) -> Kernel {
    Kernel {
        reason: d.reason,
        policy_type: d.policy_type,
        explicit: d.explicit,
        texts: [d.policy_arn.clone(), d.principal.clone(), d.action.clone(), d.resource.clone()],
    }
}

/// Sentences of every shape, for the properties below.
fn sentences() -> Vec<String> {
    let who = "arn:aws:sts::111122223333:assumed-role/Cloudivize=Role/alice@example.com,1";
    let mut all = Vec::new();
    let reasons = [
        "",
        " with an explicit deny",
        " because no identity-based policy allows the s3:GetObject action",
        " with an explicit deny in an identity-based policy",
        " with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/team/NoRead",
        " with an explicit deny in a service control policy, with policy ARN: arn:aws:organizations::444455556666:policy/o-a/service_control_policy/p-x",
        " with an explicit deny in a resource control policy: arn:aws:organizations::444455556666:policy/o-a/resource_control_policy/p-x.",
        " because no permissions boundary allows the s3:GetObject action",
        " because no session policy allows the s3:GetObject action.",
        " because no VPC endpoint policy allows the s3:GetObject action",
        " with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        " because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
    ];
    let resources = [
        "",
        " on resource: *",
        " on resource: arn:aws-us-gov:s3:::bucket/with/a/long/path/to/the/object.tar.gz",
        " on resource: \"arn:aws:s3:::bucket/key\"",
        " on resource: role CloudivizeRole",
        " on resource: policy path /",
    ];
    for reason in reasons {
        for resource in resources {
            all.push(format!("User: {who} is not authorized to perform: s3:GetObject{resource}{reason}"));
        }
    }
    all
}

#[test]
fn wrappings_change_nothing() {
    for message in sentences() {
        let bare = kernel(&denial(None, &message));
        assert_eq!(bare.texts[2].as_deref(), Some("s3:GetObject"), "{message}");
        for code in ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"] {
            for text in wrapped(code, &message) {
                let d = refused(&text);
                assert_eq!(kernel(&d), bare, "{text}");
                assert!(d.code.is_some(), "{text}");
            }
        }
    }
}

/// A terminal cuts at a column, wherever that is.
fn cut(text: &str, columns: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(columns).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
}

/// A person's editor breaks at blanks.
fn fill(text: &str, columns: usize, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().unwrap();
        if !last.is_empty() && last.len() + 1 + word.len() > columns {
            lines.push(format!("{indent}{word}"));
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

#[test]
fn lines_wrapped_at_words_change_nothing() {
    for message in sentences() {
        let bare = kernel(&denial(None, &message));
        for columns in [60, 72, 80, 100, 120] {
            for indent in ["", "  ", "│ "] {
                assert_eq!(
                    kernel(&refused(&fill(&message, columns, indent))),
                    bare,
                    "{}",
                    fill(&message, columns, indent)
                );
            }
        }
    }
}

#[test]
fn lines_cut_by_a_terminal_change_no_reason() {
    for message in sentences() {
        let bare = denial(None, &message);
        for columns in 60..160 {
            let text = cut(&message, columns);
            let d = refused(&text);
            assert_eq!((d.reason, d.policy_type, d.explicit), (bare.reason, bare.policy_type, bare.explicit), "{text}");
            assert_eq!((&d.action, &d.principal), (&bare.action, &bare.principal), "{text}");
        }
    }
}

#[test]
fn knows_codes_of_every_protocol() {
    for code in [
        "AccessDenied",
        "AccessDeniedException",
        "AccessDeniedFault",
        "KMSAccessDeniedException",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
        "AuthorizationError",
        "UnauthorizedException",
        "NotAuthorized",
        "AuthorizationFailed",
        "com.amazonaws.foo#AccessDeniedException",
        "AccessDeniedException:http://internal.amazon.com/coral/com.amazonaws.foo/",
        "com.amazonaws.foo#AccessDeniedException:http://internal.amazon.com/",
    ] {
        assert!(is_denial_code(code), "{code}");
    }
    for code in
        ["", "403", "Forbidden", "AuthFailure", "OptInRequired", "SubscriptionRequiredException", "InvalidAction"]
    {
        assert!(!is_denial_code(code), "{code}");
    }
}

#[test]
fn a_code_or_status_that_is_no_permission_problem_is_none() {
    for (text, class) in [
        ("An error occurred (403) when calling the HeadObject operation: Forbidden", "other"),
        ("Forbidden: Forbidden\n\tstatus code: 403, request id: x, host id: y", "other"),
        (
            "operation error S3: HeadBucket, https response error StatusCode: 403, RequestID: x, HostID: y, api error Forbidden: Forbidden",
            "other",
        ),
        (
            "An error occurred (AccessDenied) when calling the Foo operation: Unable to determine service/operation name to be authorized",
            "unsupported",
        ),
        ("AccessDenied: unable to determine operation", "unsupported"),
        (
            "An error occurred (InvalidAction) when calling the DescribeAccountAttributes operation: The action DescribeAccountAttributes is not valid for this web service",
            "unsupported",
        ),
        ("<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", "expired"),
        (
            "An error occurred (Throttling) when calling the AssumeRole operation (reached max retries: 4): Rate exceeded",
            "throttled",
        ),
        ("ThrottlingException: Rate exceeded", "throttled"),
        (
            "An error occurred (RequestLimitExceeded) when calling the DescribeInstances operation (reached max retries: 4): Request limit exceeded.",
            "throttled",
        ),
        (
            "An error occurred (OptInRequired) when calling the DescribeInstances operation: You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.",
            "region_off",
        ),
        (
            "An error occurred (UnrecognizedClientException) when calling the ListTables operation: The security token included in the request is invalid.",
            "invalid",
        ),
        (
            "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired",
            "expired",
        ),
        (
            "An error occurred (NotAuthorizedException) when calling the InitiateAuth operation: Incorrect username or password.",
            "invalid",
        ),
        ("Could not connect to the endpoint URL: \"https://sts.eu-west-9.amazonaws.com/\"", "network"),
        ("Unable to locate credentials. You can configure credentials by running \"aws configure\".", "source"),
        ("Error when retrieving token from sso: Token has expired and refresh failed", "expired"),
        (
            "SSL validation failed for https://sts.amazonaws.com/ [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate",
            "network",
        ),
        ("Failed to connect to proxy URL: \"http://proxy:3128\"", "proxy"),
        ("<!DOCTYPE html><html><head><title>Sign in to Wi-Fi</title></head></html>", "proxy"),
        (
            "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist",
            "other",
        ),
        ("AADSTS7000215: Invalid client secret provided.", "invalid"),
        ("AADSTS7000222: The provided client secret keys for app 'x' are expired.", "expired"),
        ("hello", "other"),
    ] {
        match read(text) {
            Some(Diagnosis::Error(e)) => assert_eq!(e.class.word(), class, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(read(" \n\t \u{200b}"), None);
}

/// AWS KMS gives three causes in one sentence, and not always who asked for what.
#[test]
fn a_sentence_of_three_causes_is_an_unspecified_refusal() {
    let causes = "the resource does not exist in this Region, no resource-based policies allow access, or a resource-based \
                  policy explicitly denies access";
    let asked = "is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:444455556666:key/1";
    let older = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you \
                 are not allowed to access.";
    for message in [
        format!("User: arn:aws:iam::111122223333:user/x {asked} because {causes}"),
        format!("{asked} because {causes}"),
        format!("because {causes}"),
        causes.to_owned(),
        older.to_owned(),
    ] {
        let prefixes = [
            "",
            "Error: ",
            "AccessDeniedException: ",
            "An error occurred (AccessDeniedException) when calling the \
                                                                  Decrypt operation: ",
        ];
        for prefix in prefixes {
            let d = refused(&format!("{prefix}{message}"));
            assert_eq!((d.reason, d.policy_type, d.explicit), (Reason::Unspecified, None, false), "{prefix}{message}");
            assert_eq!(d.action.is_some(), message.contains("kms:Decrypt"), "{prefix}{message}");
            let given = advice(&d, &About::default()).text;
            assert!(given.starts_with("AWS KMS does not say which"), "{given}");
        }
    }
}

#[test]
fn finds_the_error_at_the_end_of_a_long_paste() {
    let log = "é 2026-11-22T03:00:00Z INFO nothing to see\n".repeat(20_000);
    let d = refused(&format!("{log}User: anonymous is not authorized to perform: s3:GetObject"));
    assert_eq!((d.principal.as_deref(), d.action.as_deref()), (Some("anonymous"), Some("s3:GetObject")));
    assert_eq!(d.message, "User: anonymous is not authorized to perform: s3:GetObject");
}

#[test]
fn everything_in_a_denial_is_sanitised() {
    let text = "User: arn:aws:iam::111122223333:user/\u{202e}evil\u{1b}]0;x\u{7} is not authorized to perform: s3:GetObject on \
                resource: \"arn:aws:s3:::b/\u{1b}[31mred\u{200f}\"";
    let d = refused(text);
    let all = serde_json::to_string(&d).unwrap();
    assert!(!all.contains("\\u") && !all.contains('\u{202e}') && !all.contains('\u{200f}'), "{all}");
}

/// Words that the grammar knows, in any order, with anything between.
fn any_text() -> impl Strategy<Value = String> {
    let words: Vec<&'static str> = vec![
        "User: ",
        "arn:aws:iam::111122223333:user/x",
        " is not authorized to perform: ",
        "s3:GetObject",
        " on resource: ",
        "\"",
        "role ",
        "because no ",
        "identity-based policy ",
        "service control policy",
        " allows the ",
        "with an explicit deny",
        " in a",
        "n ",
        ": ",
        ", with policy ARN: ",
        "\n",
        "│ ",
        "{\"message\":\"",
        "\"}",
        "<Code>",
        "</Code>",
        "<Message>",
        "An error occurred (",
        ") when calling the ",
        " operation: ",
        "AccessDenied",
        "api error ",
        "Encoded authorization \
         failure message: ",
        "abc_-",
        "authorization-details/",
        "The client '",
        "' over scope '",
        "API: ",
        "\\n",
        "\\\"",
        "&quot;",
        "é",
        "\u{1b}[0m",
        "",
        "not authorized to assume role ",
        "Access to the resource ",
        " is denied",
        "code: Some(\"",
    ];
    let piece = prop_oneof![4 => proptest::sample::select(words).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// The text that names each kind of policy, without white space and in lower case.
fn stem(kind: PolicyType) -> &'static [&'static str] {
    match kind {
        PolicyType::Identity => &["identity"],
        PolicyType::Scp => &["servicecontrolpolic"],
        PolicyType::Rcp => &["resourcecontrolpolic"],
        PolicyType::Boundary => &["boundar"],
        PolicyType::Session => &["session"],
        PolicyType::Resource => &["resource"],
        PolicyType::RoleTrust => &["trust", "assumerolepolic"],
        PolicyType::VpcEndpoint => &["vpcendpoint"],
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_names_no_policy_out_of_thin_air(text in any_text()) {
        let low: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
        for d in [Some(denial(Some("AccessDenied"), &text)), match read(&text) { Some(Diagnosis::Denial(d)) => Some(d), _ => None }]
            .into_iter()
            .flatten()
        {
            if let Some(kind) = d.policy_type {
                prop_assert!(stem(kind).iter().any(|s| low.contains(s)), "{kind:?} in {text:?}");
                prop_assert!(low.contains("notauthorized") || low.contains("permission") || low.contains("api"));
            }
            prop_assert_eq!(crate::text::line(&d.message).into_owned(), d.message);
        }
        let _ = classify(Some(&text), &text);
        let _ = class_of(&text, &text);
    }

    #[test]
    fn plain_text_names_no_policy(text in any::<String>()) {
        if let Some(Diagnosis::Denial(d)) = read(&text) {
            prop_assert_eq!(d.policy_type, None);
        }
    }
}
