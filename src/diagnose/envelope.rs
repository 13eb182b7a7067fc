//! What command line tools, SDKs and protocols put around a cloud's message: code and operation found, message taken out.

use super::clean::{Scan, clean};
use super::codes;
use serde_json::Value;

/// A message with what surrounded it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) code: Option<String>,
    /// The API operation, when a prefix names it.
    pub(super) operation: Option<String>,
    /// Cleaned; line ends kept.
    pub(super) message: String,
}

/// Opens a pasted error: JSON or XML body if there is one, else the prefixes of tools and SDKs.
pub(super) fn open(input: &str) -> Envelope {
    let text = clean(input);
    let mut found = json(input).or_else(|| xml(input)).unwrap_or_else(|| plain(&text));
    if found.operation.is_none() {
        found.operation = operation(&Scan::new(&text));
    }
    found
}

/// A code as it is stored: without namespace, with EC2's `Client.`.
pub(super) fn stored(code: &str) -> String {
    let bare = codes::bare(code);
    let short = code.trim().rsplit(['#', ' ']).next().unwrap_or_default();
    let keep = ["Client.", "Server."].iter().any(|p| short.strip_prefix(p).is_some_and(|rest| rest == bare));
    if keep { short.to_owned() } else { bare.to_owned() }
}

/// The first JSON value in the text that holds an error with a message.
fn json(input: &str) -> Option<Envelope> {
    // A log line may hold other braces before the body; a few tries are enough.
    input.match_indices(['{', '[']).take(12).find_map(|(start, _)| {
        let value = serde_json::Deserializer::from_str(&input[start..]).into_iter::<Value>().next()?.ok()?;
        in_value(&value, 6)
    })
}

/// Looks for an error in a JSON value, outer ones first; strings that hold JSON are opened.
fn in_value(value: &Value, depth: u8) -> Option<Envelope> {
    if depth == 0 {
        return None;
    }
    match value {
        Value::Object(map) => {
            let text = |names: &[&str]| {
                names.iter().find_map(|name| {
                    map.iter()
                        .find(|(k, v)| k.eq_ignore_ascii_case(name) && v.is_string())
                        .and_then(|(_, v)| v.as_str())
                })
            };
            // A log record's "name" is anything; an SDK's is a code.
            let code = text(&["__type", "code", "errorCode", "error_code", "Error.Code"])
                .or_else(|| text(&["name", "errorType"]).filter(|name| codes::is_known(name)))
                .or_else(|| text(&["error"]).filter(|_| map.contains_key("error_description")));
            let message =
                text(&["message", "errorMessage", "error_description", "Error.Message", "detailedMessage", "msg"]);
            if let Some(message) = message {
                let nested = message.trim_start().starts_with(['{', '[']);
                if let Some(inner) = nested.then(|| json(message)).flatten() {
                    return Some(inner);
                }
                if let Some(code) = code.filter(|c| !c.is_empty() && !c.contains(' ')) {
                    let operation = text(&["eventName"]).map(str::to_owned);
                    return Some(Envelope { code: Some(stored(code)), operation, message: clean(message) });
                }
            }
            if let Some(inner) = map.values().find_map(|v| in_value(v, depth - 1)) {
                return Some(inner);
            }
            // A body or a log record without a code: its texts may still carry prefixes.
            let texts = || message.into_iter().chain(map.values().filter_map(Value::as_str)).map(|t| plain(&clean(t)));
            texts()
                .find(|e| e.code.as_deref().is_some_and(codes::is_known))
                .or_else(|| {
                    code.filter(|c| codes::is_known(c))
                        .map(|c| Envelope { code: Some(stored(c)), ..Envelope::default() })
                })
                .or_else(|| message.map(|m| plain(&clean(m))))
        }
        Value::Array(items) => items.iter().find_map(|v| in_value(v, depth - 1)),
        Value::String(text) if text.trim_start().starts_with('{') => json(text),
        _ => None,
    }
}

/// `<Error><Code>…</Code><Message>…</Message>` of the query, S3 and EC2 protocols.
fn xml(input: &str) -> Option<Envelope> {
    let input = input.replace("&lt;Code&gt;", "<Code>").replace("&lt;Message&gt;", "<Message>");
    let tag = |names: [&str; 2]| {
        names.iter().find_map(|name| {
            let at = input.find(&format!("<{name}>"))? + name.len() + 2;
            let body = &input[at..];
            let end = body.find(&format!("</{name}>")).or_else(|| body.find("&lt;/")).unwrap_or(body.len());
            Some(body[..end].to_owned())
        })
    };
    let code = tag(["Code", "code"])?;
    let code = code.trim();
    if code.is_empty() || code.len() > 100 || code.contains(char::is_whitespace) {
        return None;
    }
    let message = clean(&tag(["Message", "message"]).unwrap_or_default());
    Some(Envelope { code: Some(stored(code)), operation: None, message })
}

/// Prefixes and suffixes in free text.
fn plain(text: &str) -> Envelope {
    let scan = Scan::new(text);
    let rest = |from: usize| text.get(from..).unwrap_or_default().trim_start_matches([':', ' ', '\n']).to_owned();
    // AWS CLI and botocore.
    let opening = scan.find("anerroroccurred(", 0).or_else(|| scan.find("aclienterror(", 0));
    if let Some((_, open)) = opening
        && let Some(len) = text[open..].find(')').filter(|l| *l <= 120)
    {
        let code: String = text[open..open + len].split_whitespace().collect();
        let close = open + len + 1;
        let called = scan.find("operation", close).filter(|(s, _)| s - close <= 200);
        let start = called.map_or(close, |(_, end)| {
            let end = behind_remark(text, end);
            text[end..].find(':').map_or(end, |colon| end + colon + 1)
        });
        return Envelope { code: Some(stored(&code)), operation: operation(&scan), message: rest(start) };
    }
    // Go v2: "api error CODE: MESSAGE".
    if let Some((_, at)) = scan.find("apierror", 0)
        && let Some((code, end)) = word(text, at).filter(|(_, end)| text[*end..].trim_start().starts_with(':'))
    {
        return Envelope { code: Some(stored(code)), operation: operation(&scan), message: rest(end) };
    }
    let code = labelled(&scan);
    // "CODE: MESSAGE" of Go v1, JavaScript, Ruby: the message begins behind the code.
    let message = match spoken(text) {
        Some((_, end)) if text[end..].starts_with(": ") || text[end..].starts_with(":\n") => rest(end),
        _ => text.to_owned(),
    };
    Envelope { code, operation: operation(&scan), message }
}

/// Where a remark in brackets ends, as in `operation (reached max retries: 4): …`; `from` when there is none.
fn behind_remark(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let inner = rest.trim_start();
    match inner.find(')').filter(|close| inner.starts_with('(') && *close <= 80) {
        Some(close) => from + (rest.len() - inner.len()) + close + 1,
        None => from,
    }
}

/// A code behind a label: Java's `Error Code: X`, Rust's `code: Some("X")`, JavaScript's `Code: 'X'`.
fn labelled(scan: &Scan<'_>) -> Option<String> {
    const LABELS: [&str; 11] = [
        "errorcode:",
        "code:some(\"",
        "code:\"",
        "code:'",
        "\"code\":\"",
        "'code':'",
        "__type\":\"",
        "__type:'",
        "name:'",
        "errorcode\":\"",
        "errorcode=",
    ];
    let behind = |label: &str, accept: fn(&str) -> bool| {
        let mut from = 0;
        while let Some((_, end)) = scan.find(label, from) {
            if let Some((code, _)) = word(scan.text, end).filter(|(c, _)| accept(c)) {
                return Some(stored(code));
            }
            from = end;
        }
        None
    };
    LABELS
        .iter()
        .find_map(|label| behind(label, codes::is_known))
        .or_else(|| spoken(scan.text).map(|(code, _)| code))
        // Java's label is sure enough for a code that is not known here.
        .or_else(|| behind("errorcode:", |c| c.chars().skip(1).any(char::is_uppercase)))
}

/// The first word of free text that is a code: known, and either written like one or followed by a colon.
fn spoken(text: &str) -> Option<(String, usize)> {
    let mut from = 0;
    while let Some((token, end)) = word(text, from) {
        let bare = codes::bare(token);
        let inner_capital = bare.chars().skip(1).any(|c| c.is_ascii_uppercase());
        let followed = text[end..].starts_with(": ") || text[end..].starts_with(":\n") || text[end..].starts_with(" (");
        if codes::is_known(bare) && (inner_capital || followed) {
            return Some((stored(token), end));
        }
        from = end;
    }
    None
}

/// The next word of code characters at or after `from`, and where it ends.
fn word(text: &str, from: usize) -> Option<(&str, usize)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_.#".contains(c);
    let rest = text.get(from..)?;
    let start = from + rest.find(inside)?;
    let len = text[start..].find(|c| !inside(c)).unwrap_or(text.len() - start);
    let token = text[start..start + len].trim_end_matches('.');
    Some((token, start + len))
}

/// The API operation that a prefix names.
fn operation(scan: &Scan<'_>) -> Option<String> {
    let named = |name: &str| (!name.is_empty() && name.len() <= 80).then(|| name.to_owned());
    // CLI: "when calling the X operation".
    if let Some((_, end)) = scan.find("whencallingthe", 0)
        && let Some((name, after)) = word(scan.text, end)
        && scan.starts(after, "operation").is_some()
    {
        return named(name);
    }
    // Go v2: "operation error STS: AssumeRole,".
    if let Some((_, end)) = scan.find("operationerror", 0)
        && let Some(colon) = scan.text[end..].find(':').filter(|c| *c <= 60)
        && let Some((name, _)) = word(scan.text, end + colon)
    {
        return named(name);
    }
    // PHP: `Error executing "AssumeRole" on`.
    let (_, end) = scan.find("errorexecuting\"", 0)?;
    word(scan.text, end).and_then(|(name, _)| named(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_operation(text: &str) -> (Option<String>, Option<String>) {
        let e = open(text);
        (e.code, e.operation)
    }

    #[test]
    fn finds_code_and_operation_in_every_wrapping() {
        let both = |c: &str, o: &str| (Some(c.to_owned()), Some(o.to_owned()));
        let code = |c: &str| (Some(c.to_owned()), None);
        assert_eq!(
            code_and_operation(
                "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied"
            ),
            both("AccessDenied", "ListBuckets")
        );
        assert_eq!(
            code_and_operation(
                "operation error EC2: DescribeRegions, https response error StatusCode: 403, RequestID: a, api error \
                 UnauthorizedOperation: You are not authorized to perform this operation."
            ),
            both("UnauthorizedOperation", "DescribeRegions")
        );
        assert_eq!(
            code_and_operation(
                "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 1)"
            ),
            code("AccessDenied")
        );
        assert_eq!(code_and_operation("Aws::S3::Errors::AccessDenied: Access Denied"), code("AccessDenied"));
        assert_eq!(
            code_and_operation("<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>x</Message>"),
            code("UnauthorizedOperation")
        );
        assert_eq!(
            code_and_operation(r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}"#),
            code("AccessDeniedException")
        );
        assert_eq!(
            code_and_operation(r#"{"error":{"code":"AuthorizationFailed","message":"The client"}}"#),
            code("AuthorizationFailed")
        );
        assert_eq!(
            code_and_operation(r#"ErrorMetadata { code: Some("AccessDenied"), message: Some("User: x") }"#),
            code("AccessDenied")
        );
    }

    #[test]
    fn a_remark_about_retries_is_no_part_of_the_message() {
        for (code, message) in [("Throttling", "Rate exceeded"), ("RequestLimitExceeded", "Request limit exceeded.")] {
            for remark in ["", " (reached max retries: 4)", "\n(reached max\nretries: 4)"] {
                let e = open(&format!("An error occurred ({code}) when calling the X operation{remark}: {message}"));
                assert_eq!((e.code.as_deref(), e.operation.as_deref()), (Some(code), Some("X")), "{remark}");
                assert_eq!(e.message, message, "{remark}");
            }
        }
    }

    #[test]
    fn opens_cloudtrail_records() {
        let text =
            r#"{"eventName":"RunInstances","errorCode":"Client.UnauthorizedOperation","errorMessage":"You are not"}"#;
        let e = open(text);
        assert_eq!(
            (e.code.as_deref(), e.operation.as_deref()),
            (Some("Client.UnauthorizedOperation"), Some("RunInstances"))
        );
        assert_eq!(e.message, "You are not");
    }
}
