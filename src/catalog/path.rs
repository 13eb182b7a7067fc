//! Paths into an answer: a small part of JMESPath (<https://jmespath.org/specification.html>) over the AWS
//! CLI's member names, and `^x`, member x of what encloses the item.

use serde_json::Value;
use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Member(String),
    /// `[]`
    Each,
    /// `[0]`, `[-1]`
    At(isize),
    /// `[?name=='text']`
    Where(String, String),
}

/// A path. `@` alone is the item itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path {
    /// How many items further out it begins.
    pub up: usize,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no path: {why} at character {at}")]
pub struct PathError {
    text: String,
    why: &'static str,
    at: usize,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let error = |at: usize, why| PathError { text: text.to_owned(), why, at: text[..at].chars().count() + 1 };
        let up = text.len() - text.trim_start_matches('^').len();
        let mut at = up;
        let mut steps = Vec::new();
        if &text[at..] == "@" {
            return Ok(Self { up, steps });
        }
        let mut fresh = true;
        while at < text.len() {
            let rest = &text[at..];
            if let Some(inner) = rest.strip_prefix('[') {
                let end = inner.find(']').ok_or_else(|| error(at, "[ without ]"))?;
                steps.push(bracket(&inner[..end]).map_err(|why| error(at + 1, why))?);
                at += end + 2;
                fresh = false;
                continue;
            }
            let rest = match rest.strip_prefix('.') {
                Some(after) if !fresh => {
                    at += 1;
                    after
                }
                Some(_) => return Err(error(at, "nothing before the dot")),
                None if fresh => rest,
                None => return Err(error(at, "a dot is missing")),
            };
            let len = rest.find(['.', '[']).unwrap_or(rest.len());
            if len == 0 || !rest[..len].chars().all(|c| c.is_alphanumeric() || "_-:".contains(c)) {
                return Err(error(at, "not a member's name"));
            }
            steps.push(Step::Member(rest[..len].to_owned()));
            at += len;
            fresh = false;
        }
        if steps.is_empty() {
            return Err(error(text.len(), "it is empty"));
        }
        Ok(Self { up, steps })
    }

    /// Whether its first step is this member of the item.
    pub fn begins_with(&self, member: &str) -> bool {
        self.up == 0 && matches!(self.steps.first(), Some(Step::Member(name)) if name == member)
    }

    /// Everything that it leads to. `enclosing` is what encloses the item, the nearest first.
    pub fn all<'v>(&self, item: &'v Value, enclosing: &[&'v Value]) -> Vec<&'v Value> {
        let Some(start) = from(self.up, item, enclosing) else { return Vec::new() };
        let mut found = vec![start];
        for step in &self.steps {
            found = match step {
                Step::Member(name) => found.into_iter().filter_map(|v| v.get(name)).collect(),
                Step::Each => found.into_iter().filter_map(Value::as_array).flatten().collect(),
                Step::At(n) => found.into_iter().filter_map(|v| element(v, *n)).collect(),
                Step::Where(name, text) => found
                    .into_iter()
                    .filter_map(Value::as_array)
                    .flatten()
                    .filter(|v| v.get(name).and_then(Value::as_str) == Some(text))
                    .collect(),
            };
        }
        found.retain(|v| !v.is_null());
        found
    }

    /// The first thing that it leads to, without collecting the others.
    pub fn first<'v>(&self, item: &'v Value, enclosing: &[&'v Value]) -> Option<&'v Value> {
        let mut at = from(self.up, item, enclosing)?;
        for (i, step) in self.steps.iter().enumerate() {
            at = match step {
                Step::Member(name) => at.get(name)?,
                Step::At(n) => element(at, *n)?,
                Step::Each | Step::Where(..) => {
                    let rest = Self { up: 0, steps: self.steps[i..].to_vec() };
                    return rest.all(at, &[]).first().copied();
                }
            };
        }
        (!at.is_null()).then_some(at)
    }
}

fn from<'v>(up: usize, item: &'v Value, enclosing: &[&'v Value]) -> Option<&'v Value> {
    match up.checked_sub(1) {
        None => Some(item),
        Some(n) => enclosing.get(n).copied(),
    }
}

fn element(value: &Value, n: isize) -> Option<&Value> {
    let list = value.as_array()?;
    let at = if n < 0 { list.len().checked_sub(n.unsigned_abs())? } else { n.unsigned_abs() };
    list.get(at)
}

fn bracket(inner: &str) -> Result<Step, &'static str> {
    if inner.is_empty() {
        return Ok(Step::Each);
    }
    if let Some(test) = inner.strip_prefix('?') {
        let (name, text) = test.split_once("==").ok_or("a condition is [?name=='text']")?;
        let text = text.trim().strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
        return Ok(Step::Where(name.trim().to_owned(), text.ok_or("a condition is [?name=='text']")?.to_owned()));
    }
    inner.parse().map(Step::At).map_err(|_| "neither [], nor a number, nor a condition")
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&"^".repeat(self.up))?;
        if self.steps.is_empty() {
            return f.write_str("@");
        }
        for (i, step) in self.steps.iter().enumerate() {
            match step {
                Step::Member(name) if i == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
                Step::Each => f.write_str("[]")?,
                Step::At(n) => write!(f, "[{n}]")?,
                Step::Where(name, text) => write!(f, "[?{name}=='{text}']")?,
            }
        }
        Ok(())
    }
}

/// An item of an answer, and what encloses it.
#[derive(Debug, Clone)]
pub struct Item<'v> {
    /// The item.
    pub value: &'v Value,
    /// What encloses it, the nearest first: the elements of the lists on its way, then the whole answer.
    pub enclosing: Vec<&'v Value>,
}

/// The items that a path through lists leads to, each with what encloses it.
pub fn items<'v>(path: &Path, answer: &'v Value) -> Vec<Item<'v>> {
    let mut found = vec![Item { value: answer, enclosing: Vec::new() }];
    for step in &path.steps {
        found = found.into_iter().flat_map(|item| step_into(step, item)).collect();
    }
    for item in &mut found {
        // The whole answer encloses everything, also where no list did.
        if item.enclosing.last().is_none_or(|last| !std::ptr::eq(*last, answer)) && !std::ptr::eq(item.value, answer) {
            item.enclosing.push(answer);
        }
    }
    found
}

fn step_into<'v>(step: &Step, item: Item<'v>) -> Vec<Item<'v>> {
    // Only elements of lists are items; a member on the way is none.
    let each = |list: &'v [Value], item: &Item<'v>| -> Vec<Item<'v>> {
        list.iter().map(|value| Item { value, enclosing: item.enclosing.clone() }).collect()
    };
    match step {
        Step::Member(name) => {
            let Some(value) = item.value.get(name) else { return Vec::new() };
            let mut enclosing = item.enclosing;
            // What a list's element is left through encloses what is found in it.
            if value.is_array() {
                enclosing.insert(0, item.value);
            }
            vec![Item { value, enclosing }]
        }
        Step::Each => item.value.as_array().map(|l| each(l, &item)).unwrap_or_default(),
        Step::At(n) => {
            element(item.value, *n).map(|value| Item { value, enclosing: item.enclosing }).into_iter().collect()
        }
        Step::Where(name, text) => item
            .value
            .as_array()
            .map(|l| each(l, &item))
            .unwrap_or_default()
            .into_iter()
            .filter(|i| i.value.get(name).and_then(Value::as_str) == Some(text))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn find(path: &str, value: &Value) -> Vec<Value> {
        Path::parse(path).unwrap().all(value, &[]).into_iter().cloned().collect()
    }

    #[test]
    fn paths_lead_where_jmespath_leads() {
        let v = json!({"a": {"b": [{"k": "x", "v": 1}, {"k": "y", "v": 2}, {"k": null}]}, "s": "t"});
        assert_eq!(find("a.b[].v", &v), [json!(1), json!(2)]);
        assert_eq!(find("a.b[0].k", &v), [json!("x")]);
        assert_eq!(find("a.b[-2].k", &v), [json!("y")]);
        assert_eq!(find("a.b[?k=='y'].v", &v), [json!(2)]);
        assert_eq!(find("a.c.d", &v), Vec::<Value>::new());
        assert_eq!(find("a.b[2].k", &v), Vec::<Value>::new(), "null is nothing");
        assert_eq!(Path::parse("@").unwrap().first(&v["s"], &[]), Some(&json!("t")));
        assert_eq!(Path::parse("a.b[].v").unwrap().first(&v, &[]), Some(&json!(1)));
    }

    #[test]
    fn an_item_knows_what_encloses_it() {
        let v = json!({"Reservations": [
            {"OwnerId": "1", "Instances": [{"Id": "a"}, {"Id": "b"}]},
            {"OwnerId": "2", "Instances": [{"Id": "c"}]},
        ], "Next": "t"});
        let owner = Path::parse("^OwnerId").unwrap();
        let next = Path::parse("^^Next").unwrap();
        let all: Vec<_> = items(&Path::parse("Reservations[].Instances[]").unwrap(), &v)
            .into_iter()
            .map(|i| {
                let of = |p: &Path| p.first(i.value, &i.enclosing).and_then(Value::as_str).unwrap_or("?").to_owned();
                (i.value["Id"].as_str().unwrap().to_owned(), of(&owner), of(&next))
            })
            .collect();
        let row = |a: &str, b: &str| (a.to_owned(), b.to_owned(), "t".to_owned());
        assert_eq!(all, [row("a", "1"), row("b", "1"), row("c", "2")]);
        let flat = json!({"clusterArn": "c", "services": [{"n": 1}]});
        let found = items(&Path::parse("services[]").unwrap(), &flat);
        assert_eq!(Path::parse("^clusterArn").unwrap().first(found[0].value, &found[0].enclosing), Some(&json!("c")));
    }

    #[test]
    fn mistakes_say_where() {
        for (text, why) in [
            ("", "it is empty at character 1"),
            ("a..b", "not a member's name at character 3"),
            (".a", "nothing before the dot at character 1"),
            ("a[b", "[ without ] at character 2"),
            ("a[x]", "neither [], nor a number, nor a condition at character 3"),
            ("a[]b", "a dot is missing at character 4"),
            ("a b", "not a member's name at character 1"),
        ] {
            let e = Path::parse(text).unwrap_err().to_string();
            assert!(e.ends_with(why), "{e}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_can_be_written(text in "\\^{0,2}[a-zA-Z]{1,3}(\\.[a-z]{1,3}|\\[\\]|\\[-?[1-9]\\]|\\[\\?[a-z]=='[a-z ]{0,3}'\\]){0,4}") {
            let path = Path::parse(&text).unwrap();
            prop_assert_eq!(path.to_string(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            let _ = Path::parse(&text);
        }
    }
}
