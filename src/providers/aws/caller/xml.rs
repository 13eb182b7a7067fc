//! XML answers, read strictly by the model's shapes: a wrong root and a body that was cut are errors, never an
//! emptier answer.

use crate::catalog::model::{Kind, Member, Operation, Protocol, Service, ShapeRef};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Number, Value};

/// Why an answer cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not XML, or cut short.
    #[error("the answer is not whole: {0}")]
    Broken(String),
    /// Something else answered.
    #[error("the answer begins with <{found}>, not with <{wanted}>")]
    Root {
        /// What was found.
        found: String,
        /// What was expected.
        wanted: String,
    },
    /// A value of another type than the model's.
    #[error("{element} is {value:?}, which is not {wanted}")]
    Value {
        /// The element.
        element: String,
        /// Its text.
        value: String,
        /// What the model says.
        wanted: &'static str,
    },
}

/// An element with everything in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

/// Reads an answer into the AWS CLI's shape.
///
/// # Errors
/// See [`XmlError`].
pub fn read(service: &Service, op: &Operation, body: &[u8]) -> Result<Value, XmlError> {
    let root = parse(body)?;
    let Some(output) = op.output else { return Ok(Value::Object(Map::new())) };
    let named = matches!(service.protocol, Protocol::Query | Protocol::Ec2);
    let wanted = format!("{}Response", op.name);
    if named && root.name != wanted {
        return Err(XmlError::Root { found: root.name, wanted });
    }
    let holder = match &op.wrapper {
        Some(wrapper) => root.children.iter().find(|c| c.name == *wrapper).ok_or_else(|| XmlError::Root {
            found: root.children.first().map_or_else(String::new, |c| c.name.clone()),
            wanted: wrapper.clone(),
        })?,
        None => &root,
    };
    let shape = service.shape(output);
    let Kind::Structure { members, payload, .. } = &shape.kind else { return Ok(Value::Object(Map::new())) };
    // The body is one of the members alone.
    if let Some(member) = payload.as_ref().and_then(|p| members.iter().find(|m| m.name == *p)) {
        let value = value(service, member.shape, holder)?;
        return Ok(Value::Object(Map::from_iter([(member.name.clone(), value)])));
    }
    let body: Vec<&Member> = members.iter().filter(|m| m.location.is_none()).collect();
    if !named {
        // The models do not name the root of these; a sign-in page has nothing in it that we know.
        let known = |c: &Element| body.iter().any(|m| m.wire() == c.name || flat_name(service, m) == c.name);
        if !holder.children.is_empty() && !holder.children.iter().any(known) {
            return Err(XmlError::Root { found: root.name, wanted: shape.name.clone() });
        }
        // `<LocationConstraint>eu-west-1</LocationConstraint>` is the whole answer.
        if let [one] = body.as_slice()
            && one.wire() == holder.name
            && holder.children.is_empty()
        {
            return Ok(Value::Object(Map::from_iter([(one.name.clone(), value(service, one.shape, holder)?)])));
        }
    }
    structure(service, members, holder)
}

/// The element of a flattened list's items.
fn flat_name<'m>(service: &'m Service, member: &'m Member) -> &'m str {
    match &service.shape(member.shape).kind {
        Kind::List { item, flattened } if *flattened || member.flattened => {
            member.wire.as_deref().or(item.wire.as_deref()).unwrap_or(&member.name)
        }
        _ => member.wire(),
    }
}

fn structure(service: &Service, members: &[Member], element: &Element) -> Result<Value, XmlError> {
    let mut map = Map::new();
    for member in members.iter().filter(|m| m.location.is_none()) {
        if member.attribute {
            let name = member.wire().rsplit(':').next().unwrap_or_default();
            let found = element.attributes.iter().find(|(n, _)| n == name);
            map.extend(found.map(|(_, v)| (member.name.clone(), Value::String(v.clone()))));
            continue;
        }
        let shape = service.shape(member.shape);
        let wire = flat_name(service, member);
        let mut found = element.children.iter().filter(|c| c.name == wire).peekable();
        if found.peek().is_none() {
            continue;
        }
        let read = match &shape.kind {
            Kind::List { item, flattened } if *flattened || member.flattened => {
                found.map(|e| value(service, item.shape, e)).collect::<Result<Vec<_>, _>>().map(Value::Array)?
            }
            Kind::Map { key, value: v, flattened } if *flattened || member.flattened => {
                entries(service, key, v, found)?
            }
            _ => match found.next() {
                Some(e) => value(service, member.shape, e)?,
                None => continue,
            },
        };
        map.insert(member.name.clone(), read);
    }
    Ok(Value::Object(map))
}

fn entries<'e>(
    service: &Service,
    key: &Member,
    item: &Member,
    elements: impl Iterator<Item = &'e Element>,
) -> Result<Value, XmlError> {
    let mut map = Map::new();
    for e in elements {
        let of = |member: &Member, default: &str| {
            let name = member.wire.as_deref().unwrap_or(default).to_owned();
            e.children.iter().find(move |c| c.name == name)
        };
        if let (Some(k), Some(v)) = (of(key, "key"), of(item, "value")) {
            map.insert(k.text.clone(), value(service, item.shape, v)?);
        }
    }
    Ok(Value::Object(map))
}

fn value(service: &Service, shape: ShapeRef, e: &Element) -> Result<Value, XmlError> {
    let wrong = |wanted| XmlError::Value { element: e.name.clone(), value: e.text.clone(), wanted };
    let text = || e.text.trim();
    Ok(match &service.shape(shape).kind {
        Kind::Structure { members, .. } => structure(service, members, e)?,
        // Whatever the elements are called: one that is named otherwise is no reason for a shorter list.
        Kind::List { item, .. } => {
            Value::Array(e.children.iter().map(|c| value(service, item.shape, c)).collect::<Result<_, _>>()?)
        }
        Kind::Map { key, value, .. } => entries(service, key, value, e.children.iter())?,
        Kind::Integer { .. } => Value::Number(text().parse::<i64>().map_err(|_| wrong("a whole number"))?.into()),
        Kind::Float { .. } => {
            let number = text().parse::<f64>().ok().and_then(Number::from_f64).ok_or_else(|| wrong("a number"))?;
            Value::Number(number)
        }
        Kind::Boolean => Value::Bool(match text() {
            "true" => true,
            "false" => false,
            _ => return Err(wrong("true or false")),
        }),
        Kind::String { .. } | Kind::Time(_) | Kind::Blob | Kind::Document => Value::String(e.text.clone()),
    })
}

/// Code and message of an error answer: `<Error>` wherever it stands.
pub fn error(body: &[u8]) -> (Option<String>, Option<String>) {
    fn find(e: &Element) -> Option<&Element> {
        if e.name == "Error" { Some(e) } else { e.children.iter().find_map(find) }
    }
    let Ok(root) = parse(body) else { return (None, None) };
    let text = |name: &str| {
        let found = find(&root)?.children.iter().find(|c| c.name == name)?;
        Some(found.text.clone()).filter(|t| !t.is_empty())
    };
    (text("Code"), text("Message"))
}

fn parse(body: &[u8]) -> Result<Element, XmlError> {
    let broken = |why: String| XmlError::Broken(why);
    let mut reader = Reader::from_reader(body);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let event = reader.read_event().map_err(|e| broken(e.to_string()))?;
        let done = match event {
            Event::Start(start) => {
                if root.is_some() {
                    return Err(broken("something follows its end".to_owned()));
                }
                open.push(begin(&start)?);
                None
            }
            Event::Empty(start) => Some(begin(&start)?),
            // The reader itself compares the names.
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                let text = text.decode().map_err(|e| broken(e.to_string()))?;
                if let Some(e) = open.last_mut() {
                    e.text.push_str(&text);
                } else if !text.trim().is_empty() {
                    return Err(broken("text outside its elements".to_owned()));
                }
                None
            }
            Event::GeneralRef(reference) => {
                let c = match reference.resolve_char_ref().map_err(|e| broken(e.to_string()))? {
                    Some(c) => c.to_string(),
                    None => {
                        let name = reference.decode().map_err(|e| broken(e.to_string()))?;
                        let known = quick_xml::escape::resolve_xml_entity(&name);
                        known.ok_or_else(|| broken(format!("&{name}; means nothing")))?.to_owned()
                    }
                };
                if let Some(e) = open.last_mut() {
                    e.text.push_str(&c);
                }
                None
            }
            Event::CData(text) => {
                let text = String::from_utf8_lossy(&text).into_owned();
                if let Some(e) = open.last_mut() {
                    e.text.push_str(&text);
                }
                None
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(mut element) = done {
            if !element.children.is_empty() {
                // Blanks between elements mean nothing.
                element.text.clear();
            }
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => root = Some(element),
            }
        }
    }
    if let Some(e) = open.last() {
        return Err(broken(format!("<{}> has no end", e.name)));
    }
    root.ok_or_else(|| broken("it is empty".to_owned()))
}

fn begin(start: &BytesStart<'_>) -> Result<Element, XmlError> {
    let broken = |why: String| XmlError::Broken(why);
    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| broken(e.to_string()))?;
        let key = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
        let value = attribute.unescape_value().map_err(|e| broken(e.to_string()))?.into_owned();
        attributes.push((key, value));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
