//! Whom a role trusts, and which ExternalIds it asks for, out of its trust policy.

use serde_json::{Value, json};

/// `trusts`: principals, accounts as their twelve digits; `external_ids`: the values of `sts:ExternalId`.
pub fn derive(role: &mut Value) {
    let Some(document) = role.get("AssumeRolePolicyDocument").and_then(Value::as_str).and_then(read) else { return };
    let (mut trusts, mut ids) = (Vec::new(), Vec::new());
    for statement in each(document.get("Statement")) {
        if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
            continue;
        }
        match statement.get("Principal") {
            Some(Value::String(all)) => push(&mut trusts, all),
            Some(Value::Object(kinds)) => kinds.values().for_each(|of| {
                each(Some(of)).filter_map(Value::as_str).for_each(|p| push(&mut trusts, account(p)));
            }),
            _ => {}
        }
        for test in statement.get("Condition").and_then(Value::as_object).into_iter().flat_map(|c| c.values()) {
            for (key, values) in test.as_object().into_iter().flatten() {
                // Keys of conditions are the same in any case
                // (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>).
                if key.eq_ignore_ascii_case("sts:ExternalId") {
                    each(Some(values)).filter_map(Value::as_str).for_each(|v| push(&mut ids, v));
                }
            }
        }
    }
    if let Value::Object(map) = role {
        map.insert("trusts".to_owned(), json!(trusts));
        map.insert("external_ids".to_owned(), json!(ids));
    }
}

/// IAM gives policies percent-encoded (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>).
fn read(text: &str) -> Option<Value> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    // A plus sign is one here and no blank, which forms would make of it.
    let form = format!("d={}", text.replace('+', "%2B"));
    let (_, decoded) = form_urlencoded::parse(form.as_bytes()).next()?;
    serde_json::from_str(&decoded).ok()
}

fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (one, many) = match value {
        Some(Value::Array(list)) => (None, list.as_slice()),
        other => (other, &[][..]),
    };
    one.into_iter().chain(many)
}

/// `arn:aws:iam::111122223333:root` is how an account is trusted as a whole.
fn account(principal: &str) -> &str {
    let fields: Vec<&str> = principal.split(':').collect();
    match fields.as_slice() {
        ["arn", _, "iam", "", account, "root"] => account,
        _ => principal,
    }
}

fn push(list: &mut Vec<String>, text: &str) {
    if !list.iter().any(|t| t == text) {
        list.push(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_and_external_ids_are_read_out_of_a_trust_policy() {
        let policy = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:user/a+b"],"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:externalid":["x","y"]}}},{"Effect":"Deny","Principal":"*"}]}"#;
        let encoded: String =
            form_urlencoded::byte_serialize(policy.as_bytes()).collect::<String>().replace('+', "%20");
        for document in [policy.to_owned(), encoded] {
            let mut role = json!({"AssumeRolePolicyDocument": document});
            derive(&mut role);
            assert_eq!(
                role["trusts"],
                json!(["111122223333", "arn:aws:iam::444455556666:user/a+b", "ec2.amazonaws.com"])
            );
            assert_eq!(role["external_ids"], json!(["x", "y"]));
        }
        let mut bare = json!({"AssumeRolePolicyDocument": "%7B"});
        derive(&mut bare);
        assert!(bare.get("trusts").is_none());
    }
}
