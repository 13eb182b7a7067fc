//! XML answers in the AWS CLI's shape, read strictly and in one pass: a cut body, another root or a value of another
//! type is an error, never a shorter list. What is not wanted is read past, not kept, and must be whole all the same.

use crate::catalog::Wanted;
use crate::catalog::model::{Kind, Member, Operation, Protocol, Service, ShapeRef};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Number, Value};
use std::collections::HashMap;
use std::rc::Rc;

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

/// Reads an answer into the AWS CLI's shape, as far as it is wanted.
///
/// # Errors
/// See [`XmlError`].
pub fn read(service: &Service, op: &Operation, body: &[u8], wanted: &Wanted) -> Result<Value, XmlError> {
    let mut walk = Walk::new(service, body);
    let root = walk.root()?;
    let found = match op.output {
        None => {
            walk.past()?;
            Map::new()
        }
        Some(output) => walk.answer(op, output, &root, wanted)?,
    };
    walk.end()?;
    Ok(Value::Object(found))
}

/// Code and message of an error answer: `<Error>` wherever it stands.
pub fn error(body: &[u8]) -> (Option<String>, Option<String>) {
    let mut reader = Reader::from_reader(body);
    let (mut at, mut path): (Option<usize>, Vec<String>) = (None, Vec::new());
    let (mut code, mut message) = (String::new(), String::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                path.push(name(&start));
                if at.is_none() && path.last().is_some_and(|n| n == "Error") {
                    at = Some(path.len());
                }
            }
            Ok(Event::End(_)) => drop(path.pop()),
            Ok(Event::Eof) if path.is_empty() => break,
            Ok(Event::Eof) | Err(_) => return (None, None),
            Ok(event) => {
                let inside = at.is_some_and(|at| path.len() == at + 1);
                let into = match path.last().map(String::as_str) {
                    Some("Code") if inside => &mut code,
                    Some("Message") if inside => &mut message,
                    _ => continue,
                };
                if text(&event, into).is_err() {
                    return (None, None);
                }
            }
        }
    }
    let full = |t: String| Some(t).filter(|t| !t.is_empty());
    (full(code), full(message))
}

/// A walk through a body. Every method that reads an element is called behind its start and leaves it behind its end.
struct Walk<'b> {
    service: &'b Service,
    reader: Reader<&'b [u8]>,
    /// An element without content was begun: its end comes next, and stands nowhere.
    hollow: bool,
    /// Where each element of a structure belongs, made when a structure is first met.
    places: HashMap<*const Member, Rc<Places<'b>>>,
}

/// The place of a structure's member by the name of its element.
type Places<'b> = HashMap<&'b [u8], usize>;

/// What comes next inside an element.
enum Next<'b> {
    Element(BytesStart<'b>),
    End,
}

fn broken(why: impl ToString) -> XmlError {
    XmlError::Broken(why.to_string())
}

fn name(start: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(start.local_name().as_ref()).into_owned()
}

/// Adds what an event has of text.
fn text(event: &Event<'_>, into: &mut String) -> Result<(), XmlError> {
    match event {
        Event::Text(t) => into.push_str(&t.decode().map_err(broken)?),
        Event::CData(t) => into.push_str(&String::from_utf8_lossy(t)),
        Event::GeneralRef(reference) => match reference.resolve_char_ref().map_err(broken)? {
            Some(c) => into.push(c),
            None => {
                let name = reference.decode().map_err(broken)?;
                let known = quick_xml::escape::resolve_xml_entity(&name);
                into.push_str(known.ok_or_else(|| broken(format!("&{name}; means nothing")))?);
            }
        },
        _ => {}
    }
    Ok(())
}

impl<'b> Walk<'b> {
    fn new(service: &'b Service, body: &'b [u8]) -> Self {
        Self { service, reader: Reader::from_reader(body), hollow: false, places: HashMap::new() }
    }

    fn event(&mut self) -> Result<Event<'b>, XmlError> {
        self.reader.read_event().map_err(broken)
    }

    /// The first element.
    fn root(&mut self) -> Result<BytesStart<'b>, XmlError> {
        loop {
            match self.event()? {
                Event::Start(start) => return Ok(start),
                Event::Empty(start) => {
                    self.hollow = true;
                    return Ok(start);
                }
                Event::Eof => return Err(broken("it is empty")),
                Event::Text(t) if t.iter().any(|b| !b.is_ascii_whitespace()) => {
                    return Err(broken("text outside its elements"));
                }
                _ => {}
            }
        }
    }

    /// Nothing may follow the root.
    fn end(&mut self) -> Result<(), XmlError> {
        loop {
            match self.event()? {
                Event::Eof => return Ok(()),
                Event::Start(_) | Event::Empty(_) => return Err(broken("something follows its end")),
                Event::Text(t) if t.iter().any(|b| !b.is_ascii_whitespace()) => {
                    return Err(broken("text outside its elements"));
                }
                _ => {}
            }
        }
    }

    /// The next element inside the present one; text between elements means nothing.
    fn next(&mut self) -> Result<Next<'b>, XmlError> {
        if std::mem::take(&mut self.hollow) {
            return Ok(Next::End);
        }
        loop {
            match self.event()? {
                Event::Start(start) => return Ok(Next::Element(start)),
                Event::Empty(start) => {
                    self.hollow = true;
                    return Ok(Next::Element(start));
                }
                // The reader itself compares the names.
                Event::End(_) => return Ok(Next::End),
                Event::Eof => return Err(broken("it ends inside an element")),
                _ => {}
            }
        }
    }

    /// Reads past the rest of the present element.
    fn past(&mut self) -> Result<(), XmlError> {
        let mut depth = 0usize;
        loop {
            match self.next()? {
                Next::Element(_) => depth += 1,
                Next::End if depth == 0 => return Ok(()),
                Next::End => depth -= 1,
            }
        }
    }

    /// The present element's text.
    fn text(&mut self) -> Result<String, XmlError> {
        let mut out = String::new();
        if std::mem::take(&mut self.hollow) {
            return Ok(out);
        }
        loop {
            match self.event()? {
                Event::End(_) => return Ok(out),
                Event::Eof => return Err(broken("it ends inside an element")),
                // An element where text belongs is nothing that we know.
                Event::Start(_) => self.past()?,
                event => text(&event, &mut out)?,
            }
        }
    }

    fn answer(
        &mut self,
        op: &Operation,
        output: ShapeRef,
        root: &BytesStart<'b>,
        wanted: &Wanted,
    ) -> Result<Map<String, Value>, XmlError> {
        let shape = self.service.shape(output);
        let Kind::Structure { members, payload, .. } = &shape.kind else {
            self.past()?;
            return Ok(Map::new());
        };
        let named = matches!(self.service.protocol, Protocol::Query | Protocol::Ec2);
        let expected = format!("{}Response", op.name);
        if named && name(root) != expected {
            return Err(XmlError::Root { found: name(root), wanted: expected });
        }
        // The body is one of the members alone.
        if let Some(member) = payload.as_ref().and_then(|p| members.iter().find(|m| m.name == *p)) {
            // It is named as that member, or as what it is of.
            let (found, of) = (name(root), &self.service.shape(member.shape).name);
            if found != member.wire() && found != *of {
                return Err(XmlError::Root { found, wanted: of.clone() });
            }
            let value = self.value(member.shape, root, wanted.member(&member.name).unwrap_or(wanted))?;
            return Ok(Map::from_iter([(member.name.clone(), value)]));
        }
        if let Some(wrapper) = &op.wrapper {
            let mut found = None;
            let mut first = None;
            while let Next::Element(start) = self.next()? {
                first = first.or_else(|| Some(name(&start)));
                match name(&start) == *wrapper && found.is_none() {
                    true => found = Some(self.structure(members, &start, wanted)?.0),
                    false => self.past()?,
                }
            }
            let found =
                found.ok_or_else(|| XmlError::Root { found: first.unwrap_or_default(), wanted: wrapper.clone() });
            return found;
        }
        if named {
            return Ok(self.structure(members, root, wanted)?.0);
        }
        // `<LocationConstraint>eu-west-1</LocationConstraint>` is the whole answer.
        let body: Vec<&Member> = members.iter().filter(|m| m.location.is_none()).collect();
        if let [one] = body.as_slice()
            && one.wire() == name(root)
            && !matches!(
                self.service.shape(one.shape).kind,
                Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. }
            )
        {
            return Ok(Map::from_iter([(one.name.clone(), self.value(one.shape, root, wanted)?)]));
        }
        // The models do not name the root of these; a sign-in page has nothing in it that we know.
        let (map, known, unknown) = self.structure(members, root, wanted)?;
        if !known && unknown {
            return Err(XmlError::Root { found: name(root), wanted: shape.name.clone() });
        }
        Ok(map)
    }

    /// A structure's members, whether one that the model knows was there, and whether one that it does not know.
    fn structure(
        &mut self,
        members: &'b [Member],
        start: &BytesStart<'b>,
        wanted: &Wanted,
    ) -> Result<(Map<String, Value>, bool, bool), XmlError> {
        let mut map = Map::new();
        let (mut known, mut unknown, mut hint) = (false, false, 0);
        if members.iter().any(|m| m.attribute) {
            self.attributes(members, start, &mut map)?;
        }
        let places = self.places(members);
        while let Next::Element(start) = self.next()? {
            let Some(at) = self.member(members, &places, start.local_name().as_ref(), hint) else {
                unknown = true;
                self.past()?;
                continue;
            };
            known = true;
            hint = at + 1;
            let member = &members[at];
            let Some(inner) = wanted.member(&member.name) else {
                self.past()?;
                continue;
            };
            let shape = self.service.shape(member.shape);
            match &shape.kind {
                Kind::List { item, flattened } if *flattened || member.flattened => {
                    let value = self.value(item.shape, &start, inner)?;
                    let list = map.entry(member.name.as_str()).or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(list) = list {
                        list.push(value);
                    }
                    // The next is mostly one more.
                    hint = at;
                }
                Kind::Map { key, value, flattened } if *flattened || member.flattened => {
                    let entry = self.entry(key, value, inner)?;
                    let held = map.entry(member.name.as_str()).or_insert_with(|| Value::Object(Map::new()));
                    if let (Value::Object(held), Some((k, v))) = (held, entry) {
                        held.insert(k, v);
                    }
                    hint = at;
                }
                _ => {
                    let value = self.value(member.shape, &start, inner)?;
                    // Of two elements where one belongs the first counts.
                    map.entry(member.name.as_str()).or_insert(value);
                }
            }
        }
        Ok((map, known, unknown))
    }

    /// The place of the member that an element is. They mostly come in the model's order, so the next is looked at first.
    fn member(&self, members: &[Member], places: &Places<'b>, element: &[u8], hint: usize) -> Option<usize> {
        let next = members.get(hint).filter(|m| m.location.is_none() && !m.attribute);
        match next.is_some_and(|m| flat_name(self.service, m).as_bytes() == element) {
            true => Some(hint),
            false => places.get(element).copied(),
        }
    }

    fn places(&mut self, members: &'b [Member]) -> Rc<Places<'b>> {
        let service = self.service;
        let make = || {
            let bodies = members.iter().enumerate().filter(|(_, m)| m.location.is_none() && !m.attribute);
            // Of two members with one element the first counts.
            Rc::new(bodies.rev().map(|(at, m)| (flat_name(service, m).as_bytes(), at)).collect())
        };
        self.places.entry(members.as_ptr()).or_insert_with(make).clone()
    }

    fn attributes(
        &self,
        members: &[Member],
        start: &BytesStart<'b>,
        map: &mut Map<String, Value>,
    ) -> Result<(), XmlError> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(broken)?;
            let key = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
            let member = members.iter().find(|m| m.attribute && m.wire().rsplit(':').next() == Some(key.as_str()));
            if let Some(member) = member {
                let value = attribute.unescape_value().map_err(broken)?.into_owned();
                map.insert(member.name.clone(), Value::String(value));
            }
        }
        Ok(())
    }

    /// One entry of a map.
    fn entry(&mut self, key: &Member, value: &Member, wanted: &Wanted) -> Result<Option<(String, Value)>, XmlError> {
        let (key_name, value_name) = (key.wire.as_deref().unwrap_or("key"), value.wire.as_deref().unwrap_or("value"));
        let (mut k, mut v) = (None, None);
        while let Next::Element(start) = self.next()? {
            let element = start.local_name();
            if element.as_ref() == key_name.as_bytes() {
                k = Some(self.text()?);
            } else if element.as_ref() == value_name.as_bytes() {
                v = Some(self.value(value.shape, &start, wanted)?);
            } else {
                self.past()?;
            }
        }
        // A map's key is a name of its own: what is wanted is told by it.
        Ok(k.zip(v))
    }

    fn value(&mut self, shape: ShapeRef, start: &BytesStart<'b>, wanted: &Wanted) -> Result<Value, XmlError> {
        let service = self.service;
        Ok(match &service.shape(shape).kind {
            Kind::Structure { members, .. } => Value::Object(self.structure(members, start, wanted)?.0),
            Kind::List { item, .. } => {
                let mut list = Vec::new();
                // Whatever the elements are called: one that is named otherwise is no reason for a shorter list.
                while let Next::Element(start) = self.next()? {
                    list.push(self.value(item.shape, &start, wanted)?);
                }
                Value::Array(list)
            }
            Kind::Map { key, value, .. } => {
                let mut map = Map::new();
                let all = Wanted::everything();
                while let Next::Element(_) = self.next()? {
                    map.extend(self.entry(key, value, &all)?);
                }
                Value::Object(map)
            }
            kind => {
                let text = self.text()?;
                scalar(kind, text).map_err(|(value, wanted)| XmlError::Value { element: name(start), value, wanted })?
            }
        })
    }
}

/// A scalar of the model's type, or its text and what it should have been.
fn scalar(kind: &Kind, text: String) -> Result<Value, (String, &'static str)> {
    let trimmed = text.trim();
    Ok(match kind {
        Kind::Integer { .. } => match trimmed.parse::<i64>() {
            Ok(n) => Value::Number(n.into()),
            Err(_) => return Err((text, "a whole number")),
        },
        Kind::Float { .. } => match trimmed.parse::<f64>().ok().and_then(Number::from_f64) {
            Some(n) => Value::Number(n),
            None => return Err((text, "a number")),
        },
        Kind::Boolean => match trimmed {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return Err((text, "true or false")),
        },
        _ => Value::String(text),
    })
}

/// The element of a member: of a flattened list, that of its items.
fn flat_name<'m>(service: &'m Service, member: &'m Member) -> &'m str {
    match &service.shape(member.shape).kind {
        Kind::List { item, flattened } if *flattened || member.flattened => {
            member.wire.as_deref().or(item.wire.as_deref()).unwrap_or(&member.name)
        }
        _ => member.wire(),
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
