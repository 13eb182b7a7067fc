//! A kind's TOML file, read strictly and checked against the models.

mod raw;

use super::kind::{
    By, Call, Column, Fault, Fetch, Find, FindBy, From, Identity, Kind, Link, Need, Param, Parent, Scope, State,
    TagForm, Tags, Type, When, follow, squeezed,
};
use super::model::{Kind as ShapeKind, Operation, Service, ShapeRef};
use super::path::{Path, Step};
use super::template::{Source, Template};
use crate::domain::StateRole;
use raw::{File, RawCall, RawColumn, RawFetch, RawFind, RawLink, RawNeed, RawState, RawTags};
use std::collections::BTreeMap;

/// Where a row's fields come from: the shape of the list's items, then those of the second calls.
struct Root {
    service: &'static Service,
    /// Under which field of the row; `None`: beside the others.
    field: Option<String>,
    /// The item's shape; `None` for a scalar that became one field.
    shape: Option<ShapeRef>,
    /// The field that a scalar became.
    scalar: Option<String>,
    /// What encloses the item, the nearest first.
    enclosing: Vec<ShapeRef>,
}

/// Collects what is wrong, so that a person sees everything at once.
#[derive(Default)]
struct Reader {
    /// Whether the file is held against the models.
    checks: bool,
    faults: Vec<Fault>,
    roots: Vec<Root>,
    /// Fields that special code adds to a row.
    derived: &'static [&'static str],
}

/// Reads and checks a kind's file.
pub(super) fn read(text: &str, checks: bool) -> Result<Kind, Vec<Fault>> {
    let file: File = toml::from_str(text).map_err(|e| vec![Fault::File(place(text, &e))])?;
    let mut r = Reader { checks, ..Reader::default() };
    let kind = r.kind(file);
    match kind {
        Some(kind) if r.faults.is_empty() => Ok(kind),
        _ => Err(r.faults),
    }
}

/// The TOML library's words, with the line in front.
fn place(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|s| text[..s.start.min(text.len())].matches('\n').count() + 1);
    let words = error.message();
    line.map_or_else(|| words.to_owned(), |n| format!("line {n}: {words}"))
}

impl Reader {
    fn kind(&mut self, f: File) -> Option<Kind> {
        let scope = self.word("scope", &f.scope, "regional, global, global-row-region", |w| {
            [Scope::Regional, Scope::Global, Scope::GlobalRowRegion].into_iter().find(|s| s.word() == w)
        });
        if let Some(special) = &f.special {
            self.derived = self
                .word("special", special, "iam-trust, eni-owner", |w| match w {
                    "iam-trust" => Some(&["trusts", "external_ids"][..]),
                    "eni-owner" => Some(&["owner", "owner_kind", "label"][..]),
                    _ => None,
                })
                .unwrap_or_default();
        }
        let mut params = f.list.params;
        let parent = f.parent.map(|p| {
            params.extend(p.params);
            Parent { kind: p.kind }
        });
        let list = self.call("list", RawCall { params, ..f.list }, None);
        let finds =
            f.find.into_iter().enumerate().filter_map(|(n, raw)| self.find(n + 1, raw, list.as_ref())).collect();
        let fetches: Vec<Fetch> =
            f.fetch.into_iter().enumerate().filter_map(|(n, raw)| self.fetch(n + 1, raw)).collect();
        let get = f.get.and_then(|g| self.call("get", g, Some(&[])));
        let identity = Identity {
            id: self.row_template("identity.id", &f.identity.id)?,
            arn: f.identity.arn.and_then(|t| self.row_template("identity.arn", &t)),
            name: f.identity.name.and_then(|t| self.row_template("identity.name", &t)),
        };
        let row_region = f.row_region.and_then(|p| self.row_path("row_region", &p));
        let state = f.state.and_then(|s| self.state(s));
        let columns = f.column.into_iter().filter_map(|c| self.column(c)).collect();
        let tags = f.tags.and_then(|t| self.tags(t));
        let links = f.link.into_iter().filter_map(|l| self.link(l)).collect();
        let need = |n: RawNeed| Need {
            action: n.action,
            resource: n.resource.unwrap_or_else(|| "*".to_owned()),
            note: n.note,
        };
        let (redact, show, names) = f.redact.map(|r| (r.paths, r.show, r.names)).unwrap_or_default();
        let redact = redact.iter().filter_map(|p| self.row_path("redact", p)).collect();
        Some(Kind {
            id: f.id,
            title: f.title,
            aliases: f.aliases,
            group: f.group,
            scope: scope?,
            parent,
            list: list?,
            fetches,
            get,
            identity,
            row_region,
            state,
            columns,
            tags,
            links,
            read: f.permissions.read.into_iter().map(need).collect(),
            tag: f.permissions.tag.into_iter().map(need).collect(),
            redact,
            redact_names: names.iter().map(|name| squeezed(name)).collect(),
            show,
            finds,
            special: f.special,
            user: false,
        })
    }

    fn word<T>(
        &mut self,
        field: &str,
        value: &str,
        allowed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = parse(value);
        if parsed.is_none() {
            self.faults.push(Fault::Word { field: field.to_owned(), value: value.to_owned(), allowed });
        }
        parsed
    }

    fn path(&mut self, field: &str, text: &str) -> Option<Path> {
        Path::parse(text).map_err(|error| self.faults.push(Fault::Path { field: field.to_owned(), error })).ok()
    }

    fn template(&mut self, field: &str, text: &str) -> Option<Template> {
        Template::parse(text).map_err(|error| self.faults.push(Fault::Template { field: field.to_owned(), error })).ok()
    }

    /// A call, checked against its operation. `fields` is `None` when its items are a row's beginning.
    fn call(&mut self, field: &str, raw: RawCall, into: Option<&[Option<String>]>) -> Option<Call> {
        let (service_name, operation) = raw.op.split_once(':').unwrap_or((raw.op.as_str(), ""));
        let found = match self.checks {
            true => Some(self.operation(field, service_name, operation)?),
            false => None,
        };
        let params = self.params(field, &raw.params, found);
        let items = match raw.items {
            Some(text) => Some(self.path(&format!("{field}.items"), &text)?),
            None => None,
        };
        if let Some((service, op)) = found {
            self.root(field, service, op, items.as_ref(), raw.scalar_as.as_ref(), into)?;
        }
        let (service, operation) = (service_name.to_owned(), operation.to_owned());
        Some(Call { service, operation, params, items, scalar_as: raw.scalar_as, none: raw.none })
    }

    fn operation(
        &mut self,
        field: &str,
        service: &str,
        operation: &str,
    ) -> Option<(&'static Service, &'static Operation)> {
        let found = Service::load(service).and_then(|s| Ok((s, s.operation(operation)?)));
        found.map_err(|error| self.faults.push(Fault::Model { field: format!("{field}.op"), error })).ok()
    }

    /// A request's parameters, held against its shape where there is one.
    fn params(
        &mut self,
        field: &str,
        raw: &toml::Table,
        op: Option<(&'static Service, &'static Operation)>,
    ) -> BTreeMap<String, Param> {
        let mut params = BTreeMap::new();
        for (name, value) in raw {
            let place = format!("{field}.params.{name}");
            let Some((service, op)) = op else {
                params.extend(self.param(&place, value, None).map(|p| (name.clone(), p)));
                continue;
            };
            let shape = op.input.map(|i| service.shape(i));
            match shape.and_then(|s| s.member(name)) {
                None => {
                    let asked = shape.map_or("the request", |s| s.name.as_str());
                    self.nowhere(&place, name, asked, name, service, op.input);
                }
                Some(member) => {
                    let param = self.param(&place, value, Some((service, member.shape)));
                    params.extend(param.map(|p| (name.clone(), p)));
                }
            }
        }
        params
    }

    /// Notes of what shape a call's items are. `into` is `None` when they are a row's beginning.
    fn root(
        &mut self,
        field: &str,
        service: &'static Service,
        op: &'static Operation,
        items: Option<&Path>,
        scalar: Option<&String>,
        into: Option<&[Option<String>]>,
    ) -> Option<()> {
        let steps = items.map_or(&[][..], |p| &p.steps);
        let (shape, enclosing) = self.walk(&format!("{field}.items"), service, op.output?, steps)?;
        let is_structure = matches!(
            service.shape(shape).kind,
            ShapeKind::Structure { .. } | ShapeKind::Document | ShapeKind::Map { .. }
        );
        let root = |name: Option<String>| Root {
            service,
            field: name,
            shape: is_structure.then_some(shape),
            scalar: scalar.cloned(),
            enclosing: enclosing.clone(),
        };
        match into {
            None => self.roots.push(root(None)),
            Some(fields) => self.roots.extend(fields.iter().map(|name| root(name.clone()))),
        }
        Some(())
    }

    /// Follows the items' path and notes what encloses them.
    fn walk(
        &mut self,
        field: &str,
        service: &'static Service,
        output: ShapeRef,
        steps: &[Step],
    ) -> Option<(ShapeRef, Vec<ShapeRef>)> {
        let mut enclosing = Vec::new();
        let mut at = output;
        for step in steps {
            match follow(service, at, std::slice::from_ref(step)) {
                Ok(next) => {
                    if matches!(step, Step::Member(_)) && matches!(service.shape(next).kind, ShapeKind::List { .. }) {
                        enclosing.insert(0, at);
                    }
                    at = next;
                }
                Err((shape, member)) => {
                    self.nowhere(field, &member, &shape, &member, service, Some(at));
                    return None;
                }
            }
        }
        if enclosing.last() != Some(&output) && at != output {
            enclosing.push(output);
        }
        Some((at, enclosing))
    }

    fn nowhere(&mut self, field: &str, path: &str, shape: &str, member: &str, service: &Service, at: Option<ShapeRef>) {
        let names: Vec<&str> = match at.map(|s| &service.shape(s).kind) {
            Some(ShapeKind::Structure { members, .. }) => members.iter().map(|m| m.name.as_str()).collect(),
            _ => Vec::new(),
        };
        let near = super::model::nearest(member, names.into_iter())
            .map_or_else(String::new, |n| format!("; did you mean {n:?}?"));
        self.faults.push(Fault::Nowhere {
            field: field.to_owned(),
            path: path.to_owned(),
            shape: shape.to_owned(),
            member: member.to_owned(),
            near,
        });
    }

    fn param(
        &mut self,
        field: &str,
        value: &toml::Value,
        shape: Option<(&'static Service, ShapeRef)>,
    ) -> Option<Param> {
        Some(match value {
            toml::Value::String(text) => Param::Text(self.template(field, text)?),
            toml::Value::Integer(n) => Param::Plain((*n).into()),
            toml::Value::Boolean(b) => Param::Plain((*b).into()),
            toml::Value::Array(list) => {
                let item = shape.map(|(service, shape)| match &service.shape(shape).kind {
                    ShapeKind::List { item, .. } => (service, item.shape),
                    _ => (service, shape),
                });
                Param::List(list.iter().filter_map(|v| self.param(field, v, item)).collect())
            }
            toml::Value::Table(table) => {
                let mut map = BTreeMap::new();
                for (name, value) in table {
                    let place = format!("{field}.{name}");
                    let member = shape.map(|(service, shape)| {
                        (service, shape, service.shape(shape).member(name).map(|m| (service, m.shape)))
                    });
                    if let Some((service, shape, None)) = member {
                        let known = service.shape(shape).name.clone();
                        self.nowhere(&place, name, &known, name, service, Some(shape));
                        continue;
                    }
                    let param = self.param(&place, value, member.and_then(|(_, _, member)| member));
                    map.extend(param.map(|p| (name.clone(), p)));
                }
                Param::Map(map)
            }
            other => {
                self.faults.push(Fault::Word {
                    field: field.to_owned(),
                    value: other.to_string(),
                    allowed: "a text, a whole number, true or false, a list or a table",
                });
                return None;
            }
        })
    }

    /// A way to look for the kind: the list's operation with other parameters.
    fn find(&mut self, n: usize, raw: RawFind, list: Option<&Call>) -> Option<Find> {
        let field = format!("find {n}");
        let by = self.word(&format!("{field}.by"), &raw.by, "id, ip, ipv6, dns, name, tag", |w| {
            FindBy::ALL.into_iter().find(|b| b.word() == w)
        });
        let op = if self.checks { list.and_then(|l| l.op().ok()) } else { None };
        let params = self.params(&field, &raw.params, op);
        Some(Find { by: by?, prefix: raw.prefix, params, none: raw.none })
    }

    fn fetch(&mut self, n: usize, raw: RawFetch) -> Option<Fetch> {
        let field = format!("fetch {n}");
        let when = self.word(
            &format!("{field}.when"),
            raw.when.as_deref().unwrap_or("always"),
            "always, columns, detail",
            |w| match w {
                "always" => Some(When::Always),
                "columns" => Some(When::Columns),
                "detail" => Some(When::Detail),
                _ => None,
            },
        );
        let call = RawCall { op: raw.op, params: raw.params, items: raw.items, scalar_as: None, none: raw.none };
        let call = self.call(&field, call, Some(std::slice::from_ref(&raw.into)))?;
        let key = raw.key.as_deref().and_then(|k| self.path(&format!("{field}.key"), k));
        let row_key = raw.row_key.as_deref().or(raw.key.as_deref()).unwrap_or("@");
        let row_key = self.path(&format!("{field}.row_key"), row_key)?;
        let region = raw.region.as_deref().and_then(|r| self.template(&format!("{field}.region"), r));
        // What is not there until somebody wants it has a place of its own, so that it can be told from what is empty.
        if raw.into.is_none() && when.is_some_and(|w| w != When::Always) {
            self.faults.push(Fault::File(format!("{field} has no `into`, which calls that are not always made need")));
        }
        Some(Fetch { call, batch: raw.batch, key, row_key, when: when?, into: raw.into, region })
    }

    fn state(&mut self, raw: RawState) -> Option<State> {
        let mut roles = BTreeMap::new();
        for (value, word) in raw.roles {
            let role = self.word(&format!("state.roles.{value}"), &word, "good, warn, bad, off", StateRole::from_word);
            roles.extend(role.map(|r| (value, r)));
        }
        Some(State { path: self.row_path("state.path", &raw.path)?, roles })
    }

    fn column(&mut self, raw: RawColumn) -> Option<Column> {
        let field = format!("column {}", raw.id);
        let kind = self.word(
            &format!("{field}.type"),
            raw.kind.as_deref().unwrap_or("text"),
            "text, int, bytes, time, bool, money, ip, list",
            Type::parse,
        );
        let from = match (raw.path, raw.text) {
            (Some(path), None) => self.row_path(&format!("{field}.path"), &path).map(From::Path),
            (None, Some(text)) => self.row_template(&format!("{field}.text"), &text).map(From::Text),
            _ => {
                self.faults.push(Fault::File(format!("{field} has either a path or a text")));
                None
            }
        };
        Some(Column {
            id: raw.id,
            title: raw.title,
            from: from?,
            kind: kind?,
            shown: raw.shown.unwrap_or(true),
            width: raw.width,
        })
    }

    fn tags(&mut self, raw: RawTags) -> Option<Tags> {
        let form = self.word("tags.form", &raw.form, "key-value, key-value-lower, tagkey-tagvalue, map", |w| match w {
            "key-value" => Some(TagForm::KeyValue),
            "key-value-lower" => Some(TagForm::KeyValueLower),
            "tagkey-tagvalue" => Some(TagForm::TagKeyTagValue),
            "map" => Some(TagForm::Map),
            _ => None,
        });
        Some(Tags { path: self.row_path("tags.path", &raw.path)?, form: form?, write: raw.write })
    }

    fn link(&mut self, raw: RawLink) -> Option<Link> {
        let field = format!("link {}", raw.title);
        let by = self.word(&format!("{field}.by"), raw.by.as_deref().unwrap_or("id"), "id, arn, name", |w| match w {
            "id" => Some(By::Id),
            "arn" => Some(By::Arn),
            "name" => Some(By::Name),
            _ => None,
        });
        Some(Link {
            path: self.row_path(&format!("{field}.path"), &raw.path)?,
            title: raw.title,
            kind: raw.kind,
            by: by?,
        })
    }

    /// A template over a row: each path in it must lead somewhere.
    fn row_template(&mut self, field: &str, text: &str) -> Option<Template> {
        let template = self.template(field, text)?;
        for source in template.sources() {
            if let Source::Item(path) = source {
                self.check(field, path);
            }
        }
        Some(template)
    }

    fn row_path(&mut self, field: &str, text: &str) -> Option<Path> {
        let path = self.path(field, text)?;
        self.check(field, &path);
        Some(path)
    }

    /// A path over a row leads somewhere if it does so in one of the answers that the row is made of.
    fn check(&mut self, field: &str, path: &Path) {
        if !self.checks {
            return;
        }
        let mut missing = None;
        for root in &self.roots {
            match root.resolves(path) {
                Ok(()) => return,
                Err(at) => missing = missing.or(at),
            }
        }
        let first = path.steps.first();
        if path.up == 0 && matches!(first, Some(Step::Member(n)) if self.derived.contains(&n.as_str())) {
            return;
        }
        // Without a root the call itself was wrong, and that was said.
        let Some((service, shape, name, member)) = missing else { return };
        self.nowhere(field, &path.to_string(), &name, &member, service, shape);
    }
}

/// Where a path ends that leads nowhere.
type End = (&'static Service, Option<ShapeRef>, String, String);

impl Root {
    fn resolves(&self, path: &Path) -> Result<(), Option<End>> {
        let (from, steps) = match (path.up, &self.field, path.steps.split_first()) {
            (0, Some(field), Some((Step::Member(first), rest))) if first == field => (self.shape, rest),
            (0, Some(_), _) => return Err(None),
            (0, None, Some((Step::Member(first), []))) if self.scalar.as_ref() == Some(first) => return Ok(()),
            (0, None, _) => (self.shape, path.steps.as_slice()),
            (up, _, _) => (self.enclosing.get(up - 1).copied(), path.steps.as_slice()),
        };
        let Some(from) = from else { return Err(None) };
        follow(self.service, from, steps)
            .map(drop)
            .map_err(|(shape, member)| Some((self.service, Some(from), shape, member)))
    }
}
