//! Policy documents as values; snippets and their renderings.
//!
//! [`trust`], [`caller`], [`mandatory`], [`read`], [`full`], [`missing`], [`missing_own`], [`own`], [`kinds`] and
//! [`kinds_own`] build a [`Snippet`] without asking anything of anybody; [`render`] writes it in one of the [`Format`]s and
//! [`notes`] says what has to be said beside it, on standard error or under the overlay. Nothing here
//! ever prints a placeholder: what is missing is a [`PolicyError`] that names the option that gives it.
//!
//! A snippet holds up to three things: a trust policy, a policy of our own, and ARNs of AWS's managed
//! policies. Where there is a trust policy, the forms that deploy make the role and everything on it;
//! where there is none, they attach to what exists.

mod assets;
mod cloudformation;
mod document;
mod error;
mod message;
mod place;
mod render;
mod shell;
mod snippet;
mod terraform;
#[cfg(test)]
mod tests;
mod trust;

pub use assets::{Purpose, kinds, kinds_own};
pub use document::{Document, Effect, Principal, Statement};
pub use error::PolicyError;
pub use place::{Place, RoleRef};
pub use render::{Format, notes, render};
pub use snippet::{Kind, Policy, Snippet, caller, full, mandatory, missing, missing_own, own, read, trust};
pub use trust::{Trust, TrustInput, Trusted};
