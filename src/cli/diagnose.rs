//! `diagnose`: one cloud error on standard input, offline; the answer is always JSON.

use super::exit::{Exit, Failure, Outcome};
use super::out::Out;
use crate::diagnose::{About, Advice, Diagnosis, ErrorAbout, advice, error_advice, read};
use crate::domain::Denial;
use crate::policy::{Document, Statement};
use crate::text::quote;
use serde_json::{Value, json};
use std::io::{IsTerminal, Read};

/// The longest input that is looked at, in bytes: an encoded message has at most 10,240 characters.
const LIMIT: u64 = 1 << 20;

pub(super) fn run(out: &mut Out) -> Outcome {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        out.note("Paste the error, then end with Ctrl-D on a line of its own.");
    }
    let mut bytes = Vec::new();
    let got = stdin.lock().take(LIMIT).read_to_end(&mut bytes);
    got.map_err(|e| Failure::usage(format!("standard input could not be read: {e}")))?;
    let Some(diagnosis) = read(&String::from_utf8_lossy(&bytes)) else {
        return Err(Failure::usage("standard input is empty; give it the error as it was printed"));
    };
    out.json(&answer(&diagnosis))?;
    Ok(Exit::Done)
}

/// The answer in the words of the JSON interface.
fn answer(diagnosis: &Diagnosis) -> Value {
    match diagnosis {
        Diagnosis::Denial(denial) => {
            let advice = advice(denial, &About::default());
            json!({
                "denial": denial,
                "advice": advice.text,
                "snippet": snippet(denial, &advice),
            })
        }
        Diagnosis::Error(error) => {
            let mut value = json!({ "error": error });
            if let (Some(advice), Some(object)) = (error_advice(error, &ErrorAbout::default()), value.as_object_mut()) {
                object.insert("advice".to_owned(), Value::String(advice));
            }
            value
        }
    }
}

/// An Allow for what was refused, where one may help and the action is known. Never for becoming a
/// role: that is the trust policy's and the caller policy's.
fn snippet(denial: &Denial, advice: &Advice) -> Value {
    let action = denial.action.as_deref().filter(|a| is_action(a) && !a.to_lowercase().starts_with("sts:assumerole"));
    let Some(action) = action.filter(|_| advice.allow_may_help) else { return Value::Null };
    // "role X" and the like are no ARN, and no pattern that could be allowed.
    let resource = match denial.resource.as_deref().filter(|r| is_arn(r)) {
        // AWS itself writes `instance/*` for what does not exist yet.
        Some(arn) => arn.split('*').map(quote::iam).collect::<Vec<_>>().join("*"),
        None => "*".to_owned(),
    };
    let statement = Statement::allow("CloudivizeAllow", vec![action.to_owned()], vec![resource]);
    json!({ "attach_to": advice.attach_to.word(), "policy": Document::new(vec![statement]).value() })
}

/// `service:Operation`, and nothing else that could stand in a policy.
fn is_action(text: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    text.split_once(':').is_some_and(|(service, operation)| word(service) && word(operation))
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.matches(':').count() >= 5 && text.chars().all(|c| ('\x21'..='\x7e').contains(&c))
}
