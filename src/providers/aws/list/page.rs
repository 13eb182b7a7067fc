//! Page after page to the end, with an eye on tokens that lead in circles.

use super::{CallError, Lister};
use crate::catalog::Wanted;
use crate::catalog::kind::follow;
use crate::catalog::model::{Operation, Paging, Service};
use crate::catalog::path::Path;
use crate::domain::{ErrorClass, Region};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// More pages than any account has of anything: a cloud that never ends is an error.
const MOST: usize = 20_000;

/// A list that is read page by page.
pub struct Pages {
    service: &'static Service,
    op: &'static Operation,
    paging: Option<Paging>,
    params: Option<Value>,
    wanted: Arc<Wanted>,
    seen: HashSet<String>,
    /// Why the list is not whole although this page was.
    broken: Option<CallError>,
}

impl Pages {
    /// Before its first page.
    pub fn begin(
        service: &'static Service,
        op: &'static Operation,
        params: Value,
        wanted: impl FnOnce(&[Path]) -> Wanted,
    ) -> Self {
        let paging = paging(service, op);
        let tokens = paging.iter().flat_map(|p| p.output.iter().chain(&p.more));
        let tokens: Vec<Path> = tokens.flat_map(|o| o.split("||")).filter_map(|o| Path::parse(o.trim()).ok()).collect();
        let wanted = Arc::new(wanted(&tokens));
        Self { service, op, paging, params: Some(params), wanted, seen: HashSet::new(), broken: None }
    }

    /// The next page; `None` behind the last.
    ///
    /// # Errors
    /// When there is no answer, or a token leads in a circle.
    pub async fn next(&mut self, lister: &Lister<'_>, region: &Region) -> Result<Option<Value>, CallError> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let Some(mut params) = self.params.take() else { return Ok(None) };
        let answer = lister.ask(self.service, self.op, region, &params, &self.wanted).await?;
        let tokens = self.paging.as_ref().map(|p| tokens(p, &answer)).unwrap_or_default();
        if tokens.is_empty() && self.paging.as_ref().is_some_and(|p| has_more(p, &answer)) {
            let why = format!(
                "{}:{} answered that there is more and not how to ask for it, so the list is not whole",
                self.service.name, self.op.name
            );
            self.broken = Some(CallError::local(ErrorClass::Other, why));
        }
        if !tokens.is_empty() {
            let fresh = self.seen.insert(tokens.iter().map(|(_, v)| v.to_string()).collect::<Vec<_>>().join("\n"));
            if !fresh || self.seen.len() > MOST {
                let why = format!(
                    "{}:{} answered with a page token that it had given before, so the list has no end; is the endpoint AWS's?",
                    self.service.name, self.op.name
                );
                return Err(CallError::local(ErrorClass::Other, why));
            }
            if let Value::Object(map) = &mut params {
                // What the last page was asked with, this one may not need: a record's set identifier.
                self.paging.iter().flat_map(|p| &p.input).for_each(|name| drop(map.shift_remove(name)));
                map.extend(tokens);
            }
            self.params = Some(params);
        }
        Ok(Some(answer))
    }

    /// Every page.
    ///
    /// # Errors
    /// As [`Pages::next`].
    pub async fn all(mut self, lister: &Lister<'_>, region: &Region) -> Result<Vec<Value>, CallError> {
        let mut pages = Vec::new();
        while let Some(page) = self.next(lister, region).await? {
            pages.push(page);
        }
        Ok(pages)
    }
}

/// How an operation is read to its end: as the models say, or by the members that lists have everywhere.
fn paging(service: &Service, op: &Operation) -> Option<Paging> {
    if let Some(paging) = &op.paging {
        return Some(paging.clone());
    }
    const USUAL: [(&str, &str); 7] = [
        ("NextToken", "NextToken"),
        ("nextToken", "nextToken"),
        ("Marker", "NextMarker"),
        ("NextMarker", "NextMarker"),
        ("Marker", "Marker"),
        ("PageToken", "NextPageToken"),
        ("position", "position"),
    ];
    let has = |shape, name: &str| service.shape(shape).member(name).is_some();
    let (input, output) = (op.input?, op.output?);
    let (asks, answers) = USUAL.into_iter().find(|(asks, answers)| has(input, asks) && has(output, answers))?;
    debug_assert!(follow(service, output, &[]).is_ok());
    Some(Paging { input: vec![asks.to_owned()], output: vec![answers.to_owned()], ..Paging::default() })
}

/// Whether the answer says that there is another page.
fn has_more(paging: &Paging, answer: &Value) -> bool {
    let at = |path: &String| Path::parse(path.trim()).ok().and_then(|p| p.first(answer, &[]).cloned());
    paging.more.as_ref().and_then(at) == Some(Value::Bool(true))
}

/// The parameters that ask for the next page; none behind the last.
fn tokens(paging: &Paging, answer: &Value) -> Vec<(String, Value)> {
    let at = |path: &str| Path::parse(path.trim()).ok().and_then(|p| p.first(answer, &[]).cloned());
    if let Some(more) = &paging.more
        && at(more).is_some_and(|v| v == Value::Bool(false))
    {
        return Vec::new();
    }
    let token = |output: &String| {
        let found = output.split("||").find_map(at)?;
        (!matches!(&found, Value::Null | Value::Bool(_)) && found.as_str() != Some("")).then_some(found)
    };
    let found: Vec<_> =
        paging.input.iter().zip(&paging.output).filter_map(|(i, o)| Some((i.clone(), token(o)?))).collect();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(service: &str, op: &str, answer: &Value) -> Vec<(String, Value)> {
        let service = Service::load(service).unwrap();
        let op = service.operation(op).unwrap();
        tokens(&paging(service, op).unwrap(), answer)
    }

    #[test]
    fn the_next_page_is_asked_for_as_each_service_wants_it() {
        let one = |n: &str, v: &str| vec![(n.to_owned(), json!(v))];
        assert_eq!(of("ec2", "DescribeInstances", &json!({"NextToken": "t"})), one("NextToken", "t"));
        assert_eq!(of("ec2", "DescribeInstances", &json!({"NextToken": ""})), []);
        assert_eq!(of("iam", "ListRoles", &json!({"IsTruncated": true, "Marker": "m"})), one("Marker", "m"));
        assert_eq!(of("iam", "ListRoles", &json!({"IsTruncated": false, "Marker": "m"})), []);
        assert_eq!(of("lambda", "ListFunctions", &json!({"NextMarker": "m"})), one("Marker", "m"));
        let cloudfront = json!({"DistributionList": {"IsTruncated": true, "NextMarker": "m"}});
        assert_eq!(of("cloudfront", "ListDistributions", &cloudfront), one("Marker", "m"));
        let records = json!({"IsTruncated": true, "NextRecordName": "a.", "NextRecordType": "A"});
        let wanted = [("StartRecordName".to_owned(), json!("a.")), ("StartRecordType".to_owned(), json!("A"))];
        assert_eq!(of("route53", "ListResourceRecordSets", &records), wanted);
    }
}
