//! The demo's IAM: who calls, which policies speak, and who of them refuses in which words.
//!
//! The order is AWS's: an explicit deny of any policy first, then the first kind of policy that does not allow
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>).

use super::document::{Ask, Document, Says};
use super::fixture::{Role, World};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};
use uuid::Uuid;

/// The action that trust policies decide.
const ASSUME: &str = "sts:AssumeRole";

/// The session of a role that makes a request.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub account: String,
    pub role: String,
    pub path: String,
    /// The session's name.
    pub session: String,
    pub session_policy: Option<Arc<Document>>,
}

impl Caller {
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    pub fn arn(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{}", self.account, self.role, self.session)
    }

    /// The role's own ARN.
    pub fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role{}{}", self.account, self.path, self.role)
    }

    /// The role's unique id and the session's name, as `GetCallerIdentity` gives them.
    pub fn user_id(&self) -> String {
        format!("AROA{}:{}", marks(&self.role_arn(), 17), self.session)
    }

    /// What a trust policy may call it.
    fn principals(&self) -> [String; 3] {
        [format!("arn:aws:iam::{}:root", self.account), self.role_arn(), self.arn()]
    }
}

/// Capitals and digits that are always the same for the same text, as AWS's unique ids have.
pub(super) fn marks(of: &str, length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::with_capacity(length);
    let mut state = super::hash(of);
    while out.len() < length {
        state = super::hash(&format!("{of}{state}"));
        out.push(char::from(ALPHABET[(state % 32) as usize]));
    }
    out
}

/// Which kind of policy refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Scp,
    Rcp,
    Endpoint,
    Trust,
    Identity,
    Boundary,
    Session,
}

impl Kind {
    /// AWS's words for it (<https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>).
    fn words(self) -> &'static str {
        match self {
            Self::Scp => "service control policy",
            Self::Rcp => "resource control policy",
            Self::Endpoint => "VPC endpoint policy",
            Self::Trust => "role trust policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `None` where AWS does not tell the caller, who belongs to another organization.
    pub kind: Option<Kind>,
    pub explicit: bool,
    /// Of the policy that denies.
    pub arn: Option<String>,
}

impl Refusal {
    /// What follows the action and the resource in AWS's sentence.
    pub fn reason(&self, action: &str) -> String {
        match (self.kind, self.explicit) {
            (None, _) => String::new(),
            (Some(kind), false) => format!(" because no {} allows the {action} action", kind.words()),
            (Some(kind), true) => {
                let article = match kind {
                    Kind::Trust => "the",
                    Kind::Identity => "an",
                    _ => "a",
                };
                let arn = self.arn.as_deref().map(|arn| format!(": {arn}")).unwrap_or_default();
                format!(" with an explicit deny in {article} {}{arn}", kind.words())
            }
        }
    }
}

/// What somebody changed about a role while the demo runs, and from when on it counts.
#[derive(Debug)]
pub(super) struct Change {
    pub account: String,
    pub role: String,
    pub from: Instant,
    pub what: What,
}

/// What was changed.
#[derive(Debug)]
pub(super) enum What {
    /// The trust policy is another one.
    Trust(Document),
    /// One more policy.
    Policy(Document),
}

/// A session that was handed out.
#[derive(Debug)]
struct Issued {
    caller: Caller,
    until: SystemTime,
}

/// Access keys and changes: what the demo remembers while it runs.
#[derive(Debug, Default)]
struct Memory {
    issued: HashMap<String, Issued>,
    changes: Vec<Change>,
}

/// Who may do what.
#[derive(Debug)]
pub(super) struct Iam {
    pub world: World,
    memory: Mutex<Memory>,
}

/// What came of looking at an access key.
pub(super) enum Known {
    Caller(Caller),
    Expired,
    Unknown,
}

/// One kind of policy and its documents, each with its ARN where it has one.
struct Layer<'a> {
    kind: Kind,
    documents: Vec<(Option<&'a str>, &'a Document)>,
}

impl Iam {
    pub fn new(world: World) -> Self {
        Self { world, memory: Mutex::default() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands out a session: its access key id.
    pub fn issue(&self, caller: Caller, until: SystemTime) -> String {
        let key = format!("ASIA{}", marks(&Uuid::new_v4().to_string(), 16));
        let mut memory = self.memory();
        let now = SystemTime::now();
        // An hour after its end nobody asks any more why a key does not work.
        memory.issued.retain(|_, i| now.duration_since(i.until).is_ok_and(|age| age.as_secs() < 3600) || i.until > now);
        memory.issued.insert(key.clone(), Issued { caller, until });
        key
    }

    /// Who an access key belongs to.
    pub fn known(&self, key: &str) -> Known {
        match self.memory().issued.get(key) {
            None => Known::Unknown,
            Some(issued) if issued.until <= SystemTime::now() => Known::Expired,
            Some(issued) => Known::Caller(issued.caller.clone()),
        }
    }

    /// Keeps a change.
    pub fn change(&self, change: Change) {
        self.memory().changes.push(change);
    }

    /// Whether a caller may do something in its own account.
    pub fn judge(&self, caller: &Caller, action: &str, resource: &str, region: &str) -> Result<(), Refusal> {
        let memory = self.memory();
        let layers = self.layers_of(&memory, caller, true);
        let keys = self.keys(caller, region);
        decide(&layers, &Ask { action, resource, principals: &[], keys: &keys })
    }

    /// Whether a caller may become a role; `more` are the condition keys that the call carries.
    pub fn judge_assume(
        &self,
        caller: &Caller,
        (account, role): (&str, &str),
        resource: &str,
        region: &str,
        more: Vec<(&'static str, String)>,
    ) -> Result<(), Refusal> {
        let organization = |account: &str| self.world.organization_of(account).map(|o| o.id.as_str());
        let together = organization(account).is_some() && organization(account) == organization(&caller.account);
        let memory = self.memory();
        let mut layers = self.layers_of(&memory, caller, false);
        if let Some(organization) = self.world.organization_of(account) {
            layers.push(self.layer(Kind::Rcp, &organization.rcps));
        }
        let Some(own) = self.world.role(account, role) else {
            // As if somebody had refused: whether a role is there is nobody else's business.
            return Err(Refusal { kind: None, explicit: false, arn: None });
        };
        layers.push(Layer { kind: Kind::Trust, documents: vec![(None, trust_of(&memory, account, own))] });
        let mut keys = self.keys(caller, region);
        keys.extend(more);
        let principals = caller.principals();
        decide(&layers, &Ask { action: ASSUME, resource, principals: &principals, keys: &keys }).map_err(|refusal| {
            // Another organization's caller is not told what refused on the role's side.
            let theirs = matches!(refusal.kind, Some(Kind::Rcp | Kind::Trust));
            if theirs && !together { Refusal { kind: None, explicit: false, arn: None } } else { refusal }
        })
    }

    fn layer(&self, kind: Kind, arns: &'_ [String]) -> Layer<'_> {
        let documents = arns.iter().filter_map(|arn| {
            let (arn, document) = self.world.policies.get_key_value(arn)?;
            Some((Some(arn.as_str()), document))
        });
        Layer { kind, documents: documents.collect() }
    }

    /// The policies on a caller's own side. `inside`: the request stays in the caller's account.
    fn layers_of<'a>(&'a self, memory: &'a Memory, caller: &'a Caller, inside: bool) -> Vec<Layer<'a>> {
        let mut layers = Vec::new();
        if let Some(account) = self.world.account(&caller.account) {
            layers.push(self.layer(Kind::Scp, &account.scps));
            if let Some(document) = account.endpoint_policy.as_ref().filter(|_| inside) {
                layers.push(Layer { kind: Kind::Endpoint, documents: vec![(None, document)] });
            }
        }
        if let Some(role) = self.world.role(&caller.account, &caller.role) {
            let mut identity = self.layer(Kind::Identity, &role.attached);
            identity.documents.extend(role.inline.iter().map(|d| (None, d)));
            identity.documents.extend(changes(memory, &caller.account, &caller.role).filter_map(|what| match what {
                What::Policy(document) => Some((None, document)),
                What::Trust(_) => None,
            }));
            layers.push(identity);
            if let Some(boundary) = &role.boundary {
                layers.push(self.layer(Kind::Boundary, std::slice::from_ref(boundary)));
            }
        }
        if let Some(document) = &caller.session_policy {
            layers.push(Layer { kind: Kind::Session, documents: vec![(None, document)] });
        }
        layers
    }

    fn keys(&self, caller: &Caller, region: &str) -> Vec<(&'static str, String)> {
        let mut keys = vec![
            ("aws:requestedregion", region.to_owned()),
            ("aws:principalarn", caller.role_arn()),
            ("aws:principalaccount", caller.account.clone()),
        ];
        let organization = self.world.organization_of(&caller.account);
        keys.extend(organization.map(|o| ("aws:principalorgid", o.id.clone())));
        keys
    }
}

/// What was changed about a role, as far as it counts already.
fn changes<'a>(memory: &'a Memory, account: &str, role: &str) -> impl Iterator<Item = &'a What> {
    let now = Instant::now();
    memory.changes.iter().filter(move |c| c.account == account && c.role == role && c.from <= now).map(|c| &c.what)
}

fn trust_of<'a>(memory: &'a Memory, account: &str, role: &'a Role) -> &'a Document {
    let changed = changes(memory, account, &role.name).filter_map(|what| match what {
        What::Trust(document) => Some(document),
        What::Policy(_) => None,
    });
    changed.last().unwrap_or(&role.trust)
}

fn decide(layers: &[Layer<'_>], ask: &Ask<'_>) -> Result<(), Refusal> {
    for layer in layers {
        if let Some((arn, _)) = layer.documents.iter().find(|(_, d)| d.says(ask) == Says::Deny) {
            return Err(Refusal { kind: Some(layer.kind), explicit: true, arn: arn.map(str::to_owned) });
        }
    }
    match layers.iter().find(|layer| !layer.allows(ask)) {
        Some(layer) => Err(Refusal { kind: Some(layer.kind), explicit: false, arn: None }),
        None => Ok(()),
    }
}

impl Layer<'_> {
    fn allows(&self, ask: &Ask<'_>) -> bool {
        let allows = |d: &Document| d.says(ask) == Says::Allow;
        match self.kind {
            // Every level of the organization has to allow; a document that only denies is no level.
            Kind::Scp => self.documents.iter().filter(|(_, d)| d.allows_something()).all(|(_, d)| allows(d)),
            // AWS's own RCPFullAWSAccess allows everything and cannot be taken away.
            Kind::Rcp => true,
            _ => self.documents.iter().any(|(_, d)| allows(d)),
        }
    }
}
