//! The grammar of refusals: who, what, on what, by which kind of policy.
//!
//! Wordings: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>, public issues
//! back to 2019 (`corpus.toml`), and the additions of 2026 (policy ARNs, authorization ids).

use super::clean::Scan;
use crate::domain::PolicyType;

/// What one text says, as far as it follows the grammar.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    pub(super) principal: Option<String>,
    pub(super) action: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) policy_type: Option<PolicyType>,
    /// "with an explicit deny".
    pub(super) explicit: bool,
    pub(super) policy_arn: Option<String>,
    pub(super) encoded: Option<String>,
    pub(super) authorization_id: Option<String>,
    /// An action or a resource was refused in so many words.
    pub(super) refused: bool,
    /// Where the sentence begins and ends in the text, when it was found.
    pub(super) span: Option<(usize, usize)>,
}

/// Compact names of policy kinds, longer ones before what they contain.
const TYPES: [(&str, PolicyType); 17] = [
    ("identity-basedpolic", PolicyType::Identity),
    ("identitybasedpolic", PolicyType::Identity),
    ("identitypolic", PolicyType::Identity),
    ("resource-basedpolic", PolicyType::Resource),
    ("resourcebasedpolic", PolicyType::Resource),
    ("servicecontrolpolic", PolicyType::Scp),
    ("resourcecontrolpolic", PolicyType::Rcp),
    ("permissionsboundar", PolicyType::Boundary),
    ("permissionboundar", PolicyType::Boundary),
    ("permissionsboundaries", PolicyType::Boundary),
    ("sessionpolic", PolicyType::Session),
    // As AWS's documents once spelled it.
    ("sessionspolic", PolicyType::Session),
    ("vpcendpointpolic", PolicyType::VpcEndpoint),
    ("vpcendpointspolic", PolicyType::VpcEndpoint),
    ("roletrustpolic", PolicyType::RoleTrust),
    ("trustpolic", PolicyType::RoleTrust),
    ("assumerolepolic", PolicyType::RoleTrust),
];

/// Reads a cleaned text.
pub(super) fn parse(text: &str) -> Sentence {
    let scan = Scan::new(text);
    let mut found = Sentence::default();
    let after = match anchor(&scan) {
        Some(anchor) => {
            found.refused = true;
            found.principal = principal(&scan, anchor.start);
            found.action = Some(anchor.action);
            let start = lead(&scan, found.principal.as_deref(), anchor.start);
            let end = resource(&scan, anchor.end, &mut found.resource);
            // "You do not have permission …": the words before belong to it, so the whole message stands.
            let negated = ["nothave", "n'thave"].iter().any(|w| scan.starts(anchor.start, w).is_some());
            found.span = (!negated).then_some((start, end));
            Some(end)
        }
        None => other_forms(&scan, &mut found),
    };
    if let Some(after) = after {
        let end = reason(&scan, after, &mut found);
        found.span = found.span.map(|(start, e)| (start, e.max(end)));
    }
    for tail in [encoded(&scan, &mut found), authorization_id(&scan, &mut found)].into_iter().flatten() {
        found.span = found.span.map(|(start, e)| (start, e.max(tail)));
    }
    found
}

/// "not authorized to perform" with an action behind it.
struct Anchor {
    start: usize,
    end: usize,
    action: String,
}

/// Finds the first refusal that names an action.
fn anchor(scan: &Scan<'_>) -> Option<Anchor> {
    const PHRASES: [&str; 6] = [
        "isnotauthorizedtoperform",
        "notauthorizedtoperform",
        "nothavepermissiontoperform",
        "nothavepermissionstoperform",
        "n'thavepermissiontoperform",
        "n'thavepermissionstoperform",
    ];
    PHRASES
        .iter()
        .filter_map(|phrase| {
            let mut from = 0;
            while let Some((start, end)) = scan.find(phrase, from) {
                if let Some((action, after)) = action(scan, end) {
                    return Some(Anchor { start, end: after, action });
                }
                from = end;
            }
            None
        })
        .min_by_key(|a| a.start)
}

/// Reads `service:Operation`, perhaps in quotes or brackets, perhaps after the word "action".
fn action(scan: &Scan<'_>, start: usize) -> Option<(String, usize)> {
    let mut pos = start;
    loop {
        let rest = scan.text.get(pos..)?;
        let plain = rest.trim_start_matches(|c: char| c.is_whitespace() || ":'\"`[(".contains(c));
        pos += rest.len() - plain.len();
        match ["theaction:", "action:"]
            .iter()
            .find_map(|w| scan.starts(pos, w))
            .or_else(|| ["the ", "action ", "actions "].iter().find(|w| plain.starts_with(**w)).map(|w| pos + w.len()))
        {
            Some(next) => pos = next,
            None => break,
        }
    }
    let (raw, end) = scan.value(pos);
    let raw = raw.trim_matches(|c: char| "[](){}*'\"`".contains(c) && c != '*');
    // Several actions in one refusal: the first one.
    let raw = raw.split(',').next().unwrap_or_default();
    let (service, operation) = raw.split_once(':')?;
    let service_ok = !service.is_empty()
        && service.starts_with(|c: char| c.is_ascii_alphabetic())
        && service.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let operation_ok = operation.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*')
        && operation.chars().all(|c| c.is_ascii_alphanumeric() || "_*-".contains(c));
    (service_ok && operation_ok).then(|| (raw.to_owned(), end))
}

/// Where the sentence begins: at "User:", at the principal, or at EC2's opening before them.
fn lead(scan: &Scan<'_>, principal: Option<&str>, anchor: usize) -> usize {
    let mut start = anchor;
    if let Some((user, _)) = user_word(scan, anchor) {
        start = user;
    } else if let Some(p) = principal
        && let Some(at) = scan.text.get(..anchor).and_then(|t| t.rfind(p))
    {
        start = at;
    }
    let before = scan.text[..start].trim_end_matches(['`', '\'', '"', ' ', '\n']);
    if before.ends_with("User") {
        start = before.len() - "User".len();
    }
    match scan.rfind("youarenotauthorizedtoperformthisoperation.", start) {
        Some((opening, end)) if scan.text[end..start].trim().is_empty() => opening,
        _ => start,
    }
}

/// The word "User" (with or without colon) that introduces the principal before `anchor`.
fn user_word(scan: &Scan<'_>, anchor: usize) -> Option<(usize, usize)> {
    let mut until = anchor;
    for _ in 0..4 {
        let (start, end) = scan.rfind("user:", until)?;
        let before = scan.text[..start].chars().next_back();
        // Not the end of `dbuser:` and not a resource such as `ses:user:`.
        if before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != ':' && c != '/' && c != '-') {
            let near = anchor - end <= 2200 && !scan.text[end..anchor].contains("\n\n");
            return near.then_some((start, end));
        }
        until = start;
    }
    None
}

/// Who stands before "is not authorized".
fn principal(scan: &Scan<'_>, anchor: usize) -> Option<String> {
    let quotes = |c: char| c.is_whitespace() || "'\"`".contains(c);
    if let Some((_, end)) = user_word(scan, anchor) {
        let between = scan.text[end..anchor].trim_matches(quotes);
        let joined: String = between.lines().map(str::trim).collect();
        if joined.starts_with("arn:") || joined == "anonymous" {
            return Some(joined);
        }
        // A redacted or a plain name; a longer stretch of words is something else.
        let short = !joined.is_empty() && joined.len() <= 256 && joined.split_whitespace().count() <= 4;
        let plain = !joined.eq_ignore_ascii_case("user");
        return (short && plain).then_some(joined);
    }
    // No "User:": the ARN right before, if it is one.
    let before = scan.text.get(..anchor)?;
    let at = before.rfind("arn:")?;
    if before[at..].trim_matches(quotes).len() > 2100 {
        return None;
    }
    let (value, end) = scan.value(at);
    let gap = scan.text.get(end..anchor).map(|g| g.trim_matches(quotes)).unwrap_or_default();
    (gap.is_empty() && value.len() > 4).then_some(value)
}

/// Reads the resource behind an action, if one is named; gives where the reading ended.
fn resource(scan: &Scan<'_>, after: usize, into: &mut Option<String>) -> usize {
    const NAMED: [&str; 8] = [
        "onresource:",
        "onresources:",
        "onresource(s):",
        "ontheresource:",
        "ontheresources:",
        "forresource:",
        "withresource:",
        "onresource",
    ];
    let rest = scan.text.get(after..).unwrap_or_default();
    let at = after + (rest.len() - rest.trim_start_matches(|c: char| "'\"`])., \n".contains(c)).len());
    for unnamed in ["onthisresource", "ontheresourceassociatedwiththisciphertext", "onthespecifiedresource"] {
        if let Some(end) = scan.starts(at, unnamed) {
            return end;
        }
    }
    let Some(start) = NAMED.iter().find_map(|phrase| scan.starts(at, phrase)) else { return after };
    let (value, end) = resource_value(scan, start);
    if !value.is_empty() {
        *into = Some(value);
    }
    end
}

/// An ARN, a quoted text, `*`, or IAM's `role X`, `policy path /`.
fn resource_value(scan: &Scan<'_>, start: usize) -> (String, usize) {
    let rest = scan.text.get(start..).unwrap_or_default();
    let start = start + (rest.len() - rest.trim_start().len());
    let rest = rest.trim_start();
    if let Some(open) = rest.chars().next().filter(|c| "\"'`".contains(*c)) {
        let close: &[char] = if open == '`' { &['`', '\''] } else { std::slice::from_ref(&open) };
        // A quote that closes the whole message is none of the resource's.
        if let Some(len) = rest[1..].find(|c| close.contains(&c)).filter(|l| (1..=2200).contains(l)) {
            let inner: String = rest[1..=len].lines().collect();
            return (inner, start + len + 2);
        }
        return scan.value(start + 1);
    }
    let (first, end) = scan.value(start);
    if first.starts_with("arn:") || first == "*" {
        return (first, end);
    }
    // "role X", "user X", "policy path /", "instance profile X": a kind and a name. Until the reason, if
    // there is one; else a kind that IAM uses and what follows it.
    let limit = ["because", "withanexplicit", "withexplicit", "withan"]
        .iter()
        .filter_map(|p| scan.find(p, start))
        .map(|f| f.0)
        .filter(|p| *p - start <= 400 && scan.text[..*p].ends_with(char::is_whitespace))
        .min();
    if let Some(limit) = limit {
        let span = scan.text[start..limit].trim();
        let whole = super::clean::join(span);
        if !whole.contains(". ") && whole.split(' ').count() <= 4 {
            return (whole.trim_end_matches(['.', ',', ' ']).to_owned(), start + span.len());
        }
    }
    const KINDS: [&str; 14] = [
        "role", "user", "group", "policy", "instance", "profile", "path", "server", "saml", "oidc", "mfa", "access",
        "account", "provider",
    ];
    let mut words = first.clone();
    let mut last = first;
    let mut end = end;
    while KINDS.contains(&last.as_str()) && scan.text.get(end..).is_some_and(|t| t.starts_with([' ', '\n'])) {
        let (next, after) = scan.value(end);
        if next.is_empty() {
            break;
        }
        words.push(' ');
        words.push_str(&next);
        last = next;
        end = after;
    }
    (words, end)
}

/// Refusals that name no action in AWS's usual place.
fn other_forms(scan: &Scan<'_>, found: &mut Sentence) -> Option<usize> {
    let known = azure(scan, found)
        .or_else(|| key_service(scan))
        .or_else(|| queue_access(scan, found))
        .or_else(|| assume_words(scan, found))
        .or_else(|| stack_event(scan, found));
    if let Some(end) = known {
        found.refused = true;
        return Some(end);
    }
    const PHRASES: [&str; 18] = [
        "isnotauthorizedto",
        "notauthorizedtoperform",
        "notauthorizedtoaccess",
        "notauthorizedtoinvoke",
        "youarenotauthorizedto",
        "isnotauthorizedonresource",
        "donothavepermission",
        "doesnothavepermission",
        "don'thavepermission",
        "doesn'thavepermission",
        "donothaveaccess",
        "don'thaveaccess",
        "doesnothaveaccess",
        "doesnothavesufficientpermission",
        "nothavetherequiredpermission",
        "nothaveauthorizationtoperformaction",
        "anonymousaccessisforbidden",
        "insufficientlakeformationpermission",
    ];
    let (start, end) = PHRASES.iter().filter_map(|p| scan.find(p, 0)).min()?;
    found.refused = true;
    found.principal = principal(scan, start);
    let first = lead(scan, found.principal.as_deref(), start);
    // To the end of the sentence or the line.
    let rest = &scan.text[end..];
    let stop = ["\n", ". ", ".\"", " ("].iter().filter_map(|s| rest.find(s)).min().unwrap_or(rest.len());
    let dot = usize::from(rest[stop..].starts_with('.'));
    let sentence = scan.rfind(".", first).map_or(0, |s| s.1);
    let opening = scan.rfind("you", start).map(|y| y.0).filter(|y| start - *y <= 8 && *y >= sentence);
    found.span = Some((opening.unwrap_or(first), end + stop + dot));
    Some(end)
}

/// `The client '…' with object id '…' does not have authorization to perform action '…' over scope '…'`.
fn azure(scan: &Scan<'_>, found: &mut Sentence) -> Option<usize> {
    let quoted = |from: usize| {
        let body = scan.text.get(from..)?.strip_prefix('\'')?;
        body.find('\'').map(|len| (super::clean::join(&body[..len]), from + len + 2))
    };
    let (start, end) = scan.find("nothaveauthorizationtoperformaction", 0)?;
    let (action, mut end) = quoted(end + scan.text[end..].find('\'')?)?;
    found.action = Some(action);
    if let Some(over) = scan.starts(end, "overscope").or_else(|| scan.starts(end, "onscope"))
        && let Some(open) = scan.text[over..].find('\'')
        && let Some((scope, after)) = quoted(over + open)
    {
        found.resource = Some(scope);
        end = after;
    }
    let mut first = start;
    if let Some((client, after)) = scan.rfind("theclient'", start)
        && let Some((name, _)) = quoted(after - 1)
    {
        first = client;
        found.principal = Some(name);
    }
    found.span = Some((first, end));
    Some(end)
}

/// AWS KMS's sentences of several causes without who and what: the present one
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html>) and an older one. They stand whole.
fn key_service(scan: &Scan<'_>) -> Option<usize> {
    const SENTENCES: [&str; 2] = [
        "doesnotexistinthisregion,noresource-basedpoliciesallowaccess,or",
        "doesnotexistinthisregion,oryouarenotallowedtoaccess",
    ];
    SENTENCES.iter().find_map(|s| scan.find(s, 0)).map(|(_, end)| end)
}

/// `Access to the resource https://sqs… is denied.`
fn queue_access(scan: &Scan<'_>, found: &mut Sentence) -> Option<usize> {
    let (start, end) = scan.find("accesstotheresource", 0)?;
    let (value, after) = scan.value(end);
    let end = scan.starts(after, "isdenied")?;
    found.resource = Some(value).filter(|v| !v.is_empty());
    found.span = Some((start, end));
    Some(end)
}

/// `User arn:… is not authorized to assume IAM Role arn:…` (Amazon Redshift).
fn assume_words(scan: &Scan<'_>, found: &mut Sentence) -> Option<usize> {
    let (start, end) = scan.find("notauthorizedtoassume", 0)?;
    let to = ["iamrole", "role"].iter().find_map(|w| scan.starts(end, w))?;
    let (value, after) = scan.value(to);
    if !value.starts_with("arn:") {
        return None;
    }
    found.action = Some("sts:AssumeRole".to_owned());
    found.resource = Some(value);
    let is = scan.rfind("is", start).filter(|(_, e)| scan.text[*e..start].trim().is_empty()).map_or(start, |s| s.0);
    found.principal = principal(scan, is);
    found.span = Some((lead(scan, found.principal.as_deref(), is), after));
    Some(after)
}

/// `API: s3:PutBucketPolicy Access Denied` (CloudFormation's events).
fn stack_event(scan: &Scan<'_>, found: &mut Sentence) -> Option<usize> {
    let (start, end) = scan.find("api:", 0)?;
    let (action, after) = action(scan, end)?;
    let said = ["accessdenied", "youarenotauthorized", "notauthorized"].iter().find_map(|w| scan.starts(after, w))?;
    found.action = Some(action);
    found.span = Some((start, said));
    Some(said)
}

/// Reads why: `because no TYPE allows …` or `with an explicit deny [in a TYPE[: ARN]]`. Gives the end.
fn reason(scan: &Scan<'_>, after: usize, found: &mut Sentence) -> usize {
    // Another refusal in the same paste has its own reason.
    let limit = scan.find("notauthorizedtoperform", after).map_or(scan.text.len(), |f| f.0);
    let within = |f: &(usize, usize)| f.1 <= limit;
    let mut end = after;
    let mut from = after;
    while let Some((_, no)) = scan.find("becauseno", from).filter(within) {
        if let Some((kind, after_type)) = policy_type(scan, no)
            && let Some(allows) = scan.starts(after_type, "allows").or_else(|| scan.starts(after_type, "allow"))
            && !scan.compact(after_type).starts_with("allowaccess,ora")
        {
            found.policy_type = Some(kind);
            end = end.max(action_phrase(scan, allows));
            return end;
        }
        from = no;
    }
    const DENIES: [&str; 5] = [
        "withanexplicitdeny",
        "withexplicitdeny",
        "becauseofanexplicitdeny",
        "duetoanexplicitdeny",
        "explicitlydeniedbya",
    ];
    if let Some((_, deny)) = DENIES.iter().filter_map(|d| scan.find(d, after)).filter(within).min() {
        found.explicit = true;
        end = end.max(deny);
        let named = ["inan", "ina", "inthe", "in", ""]
            .iter()
            .filter_map(|word| if word.is_empty() { Some(deny) } else { scan.starts(deny, word) })
            .find_map(|at| policy_type(scan, at));
        if let Some((kind, after_type)) = named {
            end = end.max(after_type);
            // A deny that passes through another policy has two owners; AWS's advice names the second.
            if let Some(through) = scan.starts(after_type, "transitivelythrough") {
                end = end.max(through);
            } else {
                found.policy_type = Some(kind);
                if let Some((arn, after_arn)) = policy_arn(scan, after_type) {
                    found.policy_arn = Some(arn);
                    end = end.max(after_arn);
                }
            }
        }
    } else if let Some((because, _)) = scan.find("because", after).filter(within) {
        // KMS's three-way sentence, S3 Block Public Access and the like: kept as words.
        let rest = &scan.text[because..limit];
        let stop =
            [". ", ".\n", "\n\n", " ("].iter().filter_map(|s| rest.find(s)).min().unwrap_or(rest.trim_end().len());
        if scan.text[after..because].trim_matches(['.', ' ', '\n', '"', '\'']).is_empty() {
            end = end.max(because + stop);
        }
    }
    end
}

/// The end of ` the X:Y action` behind "allows".
fn action_phrase(scan: &Scan<'_>, allows: usize) -> usize {
    let Some(the) = scan.starts(allows, "the") else { return allows };
    let (value, end) = scan.value(the);
    if value.is_empty() { the } else { scan.starts(end, "action").unwrap_or(end) }
}

/// A kind of policy at `from`: which, and where its name ends.
fn policy_type(scan: &Scan<'_>, from: usize) -> Option<(PolicyType, usize)> {
    let (stem, kind) = TYPES.iter().find_map(|(name, kind)| scan.starts(from, name).map(|end| (end, *kind)))?;
    let end = ["ies", "y", "ypolicy"].iter().find_map(|ending| scan.starts(stem, ending)).unwrap_or(stem);
    let end = scan.starts(end, "policy").unwrap_or(end);
    let end = ["(scp)", "(rcp)"].iter().find_map(|short| scan.starts(end, short)).unwrap_or(end);
    Some((kind, end))
}

/// `: ARN` (January 2026) or `, with policy ARN: ARN` (Amazon S3, August 2026).
fn policy_arn(scan: &Scan<'_>, from: usize) -> Option<(String, usize)> {
    let at = [",withpolicyarn:", "withpolicyarn:", "(arn:", ":"].iter().find_map(|w| {
        let end = scan.starts(from, w)?;
        Some(if *w == "(arn:" { end - 4 } else { end })
    })?;
    let (value, end) = scan.value(at);
    (value.starts_with("arn:") && value.matches(':').count() >= 5).then_some((value, end))
}

/// EC2's encoded message, which terminals wrap over many lines.
fn encoded(scan: &Scan<'_>, found: &mut Sentence) -> Option<usize> {
    let (_, start) =
        scan.find("encodedauthorizationfailuremessage:", 0).or_else(|| scan.find("encodedauthorizationmessage:", 0))?;
    let blob = |c: char| c.is_ascii_alphanumeric() || "-_=".contains(c);
    let rest = &scan.text[start..];
    let mut pos = start + (rest.len() - rest.trim_start().len());
    let mut out = String::new();
    let mut end = pos;
    while let Some(text) = scan.text.get(pos..) {
        let piece = &text[..text.find(|c| !blob(c)).unwrap_or(text.len())];
        let after = &text[piece.len()..];
        let last = after.is_empty() || after.starts_with(['\n', '.', '"', '\'', ',', '<']) || after.starts_with(" (");
        // A line of words ends the message: its first word is followed by a blank.
        if piece.is_empty() || (!out.is_empty() && !last && piece.len() < 25) {
            break;
        }
        out.push_str(piece);
        end = pos + piece.len();
        let gap = after.len() - after.trim_start().len();
        if !after.starts_with('\n') || after[..gap].matches('\n').count() > 1 {
            break;
        }
        pos = end + gap;
    }
    if out.is_empty() {
        return Some(end);
    }
    found.encoded = Some(out);
    Some(end)
}

/// The id of IAM's Access Troubleshooter.
fn authorization_id(scan: &Scan<'_>, found: &mut Sentence) -> Option<usize> {
    let (_, start) = ["followingauthorizationid:", "authorizationid:", "authorization-details/"]
        .iter()
        .find_map(|phrase| scan.find(phrase, 0))?;
    let (value, end) = scan.value(start);
    let id: String = value.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if !(8..=128).contains(&id.len()) {
        return None;
    }
    found.authorization_id = Some(id);
    Some(end)
}
