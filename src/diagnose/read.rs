//! From a code and a message, or from a pasted error, to a denial or to what else it is.

use super::clean::{Scan, clean, join};
use super::envelope::{self, Envelope};
use super::sentence::{self, Sentence};
use super::{class_of, is_denial_code};
use crate::domain::{CheckError, Denial, ErrorClass, PolicyType, Reason};
use crate::text;

/// What one cloud error is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diagnosis {
    /// The cloud refused: a matter of permissions.
    Denial(Denial),
    /// Something else went wrong.
    Error(CheckError),
}

/// Reads a text that is already known to be a refusal. Never guesses: what the text does not say is `None`,
/// and the reason is `unspecified`.
pub fn denial(code: Option<&str>, message: &str) -> Denial {
    let cleaned = clean(message);
    let sentence = sentence::parse(&cleaned);
    build(code, None, sentence, &cleaned)
}

/// Tells a refusal from every other error a cloud answers, by its code, and by its message where the code says
/// too little. HTTP status codes play no part.
///
/// # Errors
/// What the error is, when it is no refusal.
pub fn classify(code: Option<&str>, message: &str) -> Result<Denial, CheckError> {
    let envelope = Envelope {
        code: code.map(envelope::stored).filter(|c| !c.is_empty()),
        operation: None,
        message: clean(message),
    };
    match decide(&envelope, &envelope.message) {
        Diagnosis::Denial(denial) => Ok(denial),
        Diagnosis::Error(error) => Err(error),
    }
}

/// Reads one cloud error as pasted: from the AWS CLI, an SDK, Terraform, CloudFormation, CloudTrail, an XML or
/// JSON body, or the bare message, wrapped or not. `None` when the input is blank.
pub fn read(input: &str) -> Option<Diagnosis> {
    if text::line(input).trim().is_empty() {
        return None;
    }
    let input = tail(input);
    let envelope = envelope::open(input);
    Some(decide(&envelope, &clean(input)))
}

/// The end of a long paste, where tools print their error.
fn tail(input: &str) -> &str {
    const LONG: usize = 64 * 1024;
    let mut from = input.len().saturating_sub(LONG);
    while !input.is_char_boundary(from) {
        from += 1;
    }
    &input[from..]
}

/// The order of evidence: a code that is no matter of permission, AWS's sentence, the code, other words.
fn decide(envelope: &Envelope, whole: &str) -> Diagnosis {
    let code = envelope.code.as_deref();
    let mut message = envelope.message.as_str();
    let mut sentence = sentence::parse(message);
    if sentence.action.is_none() && sentence.policy_type.is_none() {
        // A cut body beside a complete text, as PHP prints them.
        let again = sentence::parse(whole);
        if again.action.is_some() || (message.trim().is_empty() && again.refused) {
            sentence = again;
            message = whole;
        }
    }
    let mut class = code.and_then(|c| class_of(c, message));
    if class == Some(ErrorClass::Invalid) && sign_in_over(whole) {
        class = Some(ErrorClass::Expired);
        message = whole;
    }
    let denied = code.is_some_and(is_denial_code);
    if let (true, Some(class)) = (denied, class) {
        return Diagnosis::Error(error(class, code, message));
    }
    let spoken = sentence.action.is_some() || sentence.policy_type.is_some();
    let says_so = sentence.refused || sentence.encoded.is_some() || bare_refusal(message);
    // A number is an HTTP status, and a HEAD request's answer has nothing else.
    let status_only = code.is_some_and(|c| c.chars().all(|c| c.is_ascii_digit()) || c == "Forbidden");
    if spoken || denied || (class.is_none() && says_so && (!status_only || sentence.refused)) {
        let span = sentence.span.filter(|_| sentence.action.is_some());
        let words = span.and_then(|(start, end)| message.get(start..end)).unwrap_or(message).to_owned();
        return Diagnosis::Denial(build(code, envelope.operation.as_deref(), sentence, &words));
    }
    let class = class.or_else(|| transport(whole)).unwrap_or(ErrorClass::Other);
    if status_only && class == ErrorClass::Other {
        let said = "The answer was an HTTP status without a reason (a HEAD request's answer has no text). It tells \
                    neither what was refused nor whether it was a matter of permission; make the same request with \
                    GET, or list the bucket, and read that answer.";
        return Diagnosis::Error(CheckError { class, code: code.map(safe), message: said.to_owned() });
    }
    Diagnosis::Error(error(class, code, message))
}

/// IAM Identity Center's refusal to renew a token, which says why in the words around it only: the SDKs for Go,
/// with which Terraform signs in, print nothing behind its code.
fn sign_in_over(text: &str) -> bool {
    let scan = Scan::new(text);
    scan.has("invalidgrantexception")
        && ["refreshcachedssotokenfailed", "unabletorefreshssotoken", "ssooidc"].iter().any(|w| scan.has(w))
}

/// Puts a denial together; every text in it is sanitised.
fn build(code: Option<&str>, operation: Option<&str>, sentence: Sentence, words: &str) -> Denial {
    const ASSUMING: [&str; 3] = ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];
    let scan = Scan::new(words);
    let mut action = sentence.action;
    if action.is_none() {
        let named = operation.filter(|o| ASSUMING.contains(o));
        let root = scan.has("rolesmaynotbeassumedbyroot").then_some("AssumeRole");
        action = named.or(root).map(|o| format!("sts:{o}"));
    }
    let lower = action.as_deref().map(str::to_ascii_lowercase).unwrap_or_default();
    let on_role = sentence.resource.as_deref().is_some_and(|r| r.contains(":role/"));
    // Tags and source identities of a session are decided by the same trust policy.
    let assuming = lower.starts_with("sts:assumerole")
        || (on_role && ["sts:tagsession", "sts:setsourceidentity"].contains(&lower.as_str()));
    let bare = action.is_none() && sentence.principal.is_none() && sentence.resource.is_none();
    let reason = match (sentence.policy_type, sentence.explicit) {
        (Some(PolicyType::Identity), false) => Reason::IdentityNoAllow,
        (Some(PolicyType::Identity), true) => Reason::ExplicitDenyIdentity,
        (Some(PolicyType::Scp), false) => Reason::ScpNoAllow,
        (Some(PolicyType::Scp), true) => Reason::ScpExplicitDeny,
        (Some(PolicyType::Rcp), _) => Reason::RcpDeny,
        (Some(PolicyType::Boundary), false) => Reason::PermissionsBoundaryNoAllow,
        (Some(PolicyType::Boundary), true) => Reason::PermissionsBoundaryExplicitDeny,
        (Some(PolicyType::Session), false) => Reason::SessionPolicyNoAllow,
        (Some(PolicyType::Session), true) => Reason::SessionPolicyExplicitDeny,
        (Some(PolicyType::Resource), false) => Reason::ResourcePolicyNoAllow,
        (Some(PolicyType::Resource), true) => Reason::ResourcePolicyExplicitDeny,
        (Some(PolicyType::VpcEndpoint), _) => Reason::VpcEndpointPolicy,
        (Some(PolicyType::RoleTrust), _) => Reason::TrustOrCaller,
        (None, _) if assuming => Reason::TrustOrCaller,
        (None, _) if sentence.encoded.is_some() && bare => Reason::EncodedOnly,
        (None, _) => Reason::Unspecified,
    };
    Denial {
        reason,
        policy_type: sentence.policy_type,
        explicit: sentence.explicit,
        policy_arn: sentence.policy_arn.as_deref().map(safe),
        principal: sentence.principal.as_deref().map(safe),
        action: action.as_deref().map(safe),
        resource: sentence.resource.as_deref().map(safe),
        code: code.map(envelope::stored).as_deref().map(safe).filter(|c| !c.is_empty()),
        message: safe(&join(words)),
        encoded: sentence.encoded.as_deref().map(safe),
        authorization_id: sentence.authorization_id.as_deref().map(safe),
    }
}

/// Refusals that are no more than a few words.
fn bare_refusal(message: &str) -> bool {
    let scan = Scan::new(message);
    let low = scan.compact(0);
    ["accessdenied", "permissiondenied", "notauthorized"].iter().any(|w| low.trim_end_matches('.') == *w)
        || ["notauthorizedfor", "accessdenied.", "accessdeniedexception", "accessdenied(", ":accessdenied"]
            .iter()
            .any(|w| scan.has(w))
        || low.ends_with("accessdenied")
        || scan.has("rolesmaynotbeassumedbyroot")
}

/// Failures that never reached a cloud, in the words of the AWS CLI, the SDKs and their HTTP clients.
fn transport(text: &str) -> Option<ErrorClass> {
    const SENTENCES: [(ErrorClass, &[&str]); 7] = [
        (
            ErrorClass::Expired,
            &[
                "ssosessionassociatedwiththisprofilehasexpired",
                "tokenhasexpiredandrefreshfailed",
                "thessosessionhasexpired",
                "securitytokenincludedintherequestisexpired",
                "tokenincludedintherequestisexpired",
                "sessiontokenhasexpired",
                "credentialshaveexpired",
                "cachedssotokenisexpired",
            ],
        ),
        // Microsoft Entra's numbers: an expired secret, and everything else about an application's sign-in.
        (ErrorClass::Expired, &["aadsts7000222"]),
        (ErrorClass::Invalid, &["aadsts7000", "aadsts700", "aadsts900"]),
        (
            ErrorClass::Source,
            &[
                "unabletolocatecredentials",
                "nocredentialproviders",
                "novalidcredentialsources",
                "nocredentialsources",
                "couldnotloadcredentials",
                "credentialscouldnotbeloaded",
                "unabletoloadcredentials",
                "failedtorefreshcachedcredentials",
                "missingcredentialsinconfig",
                "errorloadingssotoken",
                "errorwhenretrievingtokenfromsso",
                "configprofile(",
                "noec2imdsrolefound",
                "credentialsprovidererror",
                "partialcredentialsfound",
            ],
        ),
        (
            ErrorClass::Proxy,
            &[
                "failedtoconnecttoproxy",
                "proxyauthenticationrequired",
                "cannotconnecttoproxy",
                "proxyconnectrefused",
                "proxyconnect",
                "proxyerror",
                "<!doctypehtml",
                "<html",
            ],
        ),
        (
            ErrorClass::Clock,
            &["signatureexpired:", "signaturenotyetcurrent:", "requesttimeandthecurrenttimeistoolarge"],
        ),
        (
            ErrorClass::Network,
            &[
                "couldnotconnecttotheendpointurl",
                "connecttimeoutonendpointurl",
                "readtimeoutonendpointurl",
                "connectionwasclosedbeforewereceivedavalidresponse",
                "nameorservicenotknown",
                "temporaryfailureinnameresolution",
                "nosuchhost",
                "getaddrinfo",
                "enotfound",
                "econnrefused",
                "etimedout",
                "econnreset",
                "connectionrefused",
                "connectiontimedout",
                "connectionreset",
                "i/otimeout",
                "networkisunreachable",
                "unabletoexecutehttprequest",
                "unknownhostexception",
                "dispatchfailure",
                "dnserror",
                "certificateverifyfailed",
                "sslvalidationfailed",
                "certificatesignedbyunknownauthority",
                "unabletogetlocalissuercertificate",
                "selfsignedcertificate",
                "self-signedcertificate",
                "unknownissuer",
                "invalidpeercertificate",
                "tlshandshake",
            ],
        ),
    ];
    let scan = Scan::new(text);
    SENTENCES.iter().find(|(_, words)| words.iter().any(|w| scan.has(w))).map(|(class, _)| *class)
}

/// An error that is no refusal, in our words and the cloud's.
fn error(class: ErrorClass, code: Option<&str>, message: &str) -> CheckError {
    let ours = match class {
        ErrorClass::Source => "There are no usable base credentials",
        ErrorClass::Network => "The host could not be reached",
        ErrorClass::Proxy => "Something between this machine and the cloud answered in its place",
        ErrorClass::Throttled => "Too many requests; nothing was decided about permissions",
        ErrorClass::Expired => "The credentials have expired",
        ErrorClass::RegionOff => "The region may be switched off for the account",
        ErrorClass::Clock => "This machine's clock is too far off to sign requests",
        ErrorClass::Unsupported => "The endpoint does not know this call",
        ErrorClass::Invalid => "The request or its credentials were not accepted as valid",
        _ => "The cloud answered with an error",
    };
    let words = join(message);
    let message = if words.is_empty() { format!("{ours}.") } else { format!("{ours}: {words}") };
    CheckError { class, code: code.map(safe).filter(|c| !c.is_empty()), message: safe(&message) }
}

/// One sanitised line.
fn safe(text: &str) -> String {
    text::line(text).trim().to_owned()
}
