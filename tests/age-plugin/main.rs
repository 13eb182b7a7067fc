//! An age plugin for the tests, which speaks age's plugin protocol and protects nothing: whoever
//! knows the recipient can open the file.
//!
//! Without arguments it prints a new identity file; with `pin` one whose identity asks for the PIN
//! 1234, with `broken` one that always fails.

#![allow(clippy::print_stderr)]

use age_core::format::{FileKey, Stanza};
use age_core::secrecy::ExposeSecret;
use age_plugin::identity::{self, IdentityPluginV1};
use age_plugin::recipient::{self, RecipientPluginV1};
use age_plugin::{Callbacks, PluginHandler, print_new_identity, run_state_machine};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::io;

/// The plugin's name, and the tag of its stanzas.
const NAME: &str = "cztest";

/// The first byte of a key says how its identity behaves.
const PLAIN: u8 = 0;
const PIN: u8 = 1;
const BROKEN: u8 = 2;

/// The file key under a key that the recipient alone gives.
fn mask(key: &[u8], file_key: &[u8]) -> Vec<u8> {
    Sha256::digest(key).iter().zip(file_key).map(|(a, b)| a ^ b).collect()
}

/// Names the recipient in its stanza.
fn label(key: &[u8]) -> String {
    Sha256::digest([b"label", key].concat()).iter().take(8).map(|b| format!("{b:02x}")).collect()
}

struct Handler;

impl PluginHandler for Handler {
    type RecipientV1 = Wrap;
    type IdentityV1 = Unwrap;

    fn recipient_v1(self) -> io::Result<Wrap> {
        Ok(Wrap::default())
    }

    fn identity_v1(self) -> io::Result<Unwrap> {
        Ok(Unwrap::default())
    }
}

#[derive(Default)]
struct Wrap {
    keys: Vec<Vec<u8>>,
}

impl RecipientPluginV1 for Wrap {
    fn add_recipient(&mut self, index: usize, name: &str, bytes: &[u8]) -> Result<(), recipient::Error> {
        if name != NAME || bytes.is_empty() {
            return Err(recipient::Error::Recipient { index, message: "not a recipient of this plugin".to_owned() });
        }
        self.keys.push(bytes.to_vec());
        Ok(())
    }

    fn add_identity(&mut self, index: usize, _name: &str, _bytes: &[u8]) -> Result<(), recipient::Error> {
        Err(recipient::Error::Identity { index, message: "encrypts to recipients only".to_owned() })
    }

    fn labels(&mut self) -> HashSet<String> {
        HashSet::new()
    }

    fn wrap_file_keys(
        &mut self,
        file_keys: Vec<FileKey>,
        _callbacks: impl Callbacks<recipient::Error>,
    ) -> io::Result<Result<Vec<Vec<Stanza>>, Vec<recipient::Error>>> {
        let stanza = |file_key: &FileKey, key: &Vec<u8>| Stanza {
            tag: NAME.to_owned(),
            args: vec![label(key)],
            body: mask(key, file_key.expose_secret()),
        };
        Ok(Ok(file_keys.iter().map(|f| self.keys.iter().map(|k| stanza(f, k)).collect()).collect()))
    }
}

#[derive(Default)]
struct Unwrap {
    keys: Vec<Vec<u8>>,
}

impl IdentityPluginV1 for Unwrap {
    fn add_identity(&mut self, index: usize, name: &str, bytes: &[u8]) -> Result<(), identity::Error> {
        if name != NAME || bytes.is_empty() {
            return Err(identity::Error::Identity { index, message: "not an identity of this plugin".to_owned() });
        }
        self.keys.push(bytes.to_vec());
        Ok(())
    }

    fn unwrap_file_keys(
        &mut self,
        files: Vec<Vec<Stanza>>,
        mut callbacks: impl Callbacks<identity::Error>,
    ) -> io::Result<HashMap<usize, Result<FileKey, Vec<identity::Error>>>> {
        let mut out = HashMap::new();
        for (file, stanzas) in files.iter().enumerate() {
            for (index, key) in self.keys.iter().enumerate() {
                let failed =
                    |message: &str| Err(vec![identity::Error::Identity { index, message: message.to_owned() }]);
                let wanted = label(key);
                let ours = stanzas.iter().find(|s| s.tag == NAME && s.args.first() == Some(&wanted));
                let Some(stanza) = ours.filter(|s| s.body.len() == 16) else { continue };
                let opened = match key.first() {
                    Some(&BROKEN) => failed("the device does not answer"),
                    Some(&PIN) => {
                        let _ = callbacks.message("touch the test key")?;
                        match callbacks.request_secret("PIN of the test key")? {
                            Ok(pin) if pin.expose_secret() == "1234" => Ok(()),
                            Ok(_) => failed("the PIN is wrong"),
                            Err(_) => failed("no PIN was given"),
                        }
                    }
                    _ => Ok(()),
                };
                let plain = mask(key, &stanza.body);
                out.insert(file, opened.map(|()| FileKey::init_with_mut(|k| k.copy_from_slice(&plain))));
                break;
            }
        }
        Ok(out)
    }
}

fn main() -> io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if let Some(machine) = argument.strip_prefix("--age-plugin=") {
        return run_state_machine(machine, Handler);
    }
    let behaviour = match argument.as_str() {
        "" => PLAIN,
        "pin" => PIN,
        "broken" => BROKEN,
        other => {
            eprintln!("age-plugin-{NAME}: unknown argument {other}");
            std::process::exit(2);
        }
    };
    let unique = Sha256::digest(format!("{:?} {}", std::time::SystemTime::now(), std::process::id()));
    let key = [&[behaviour], &unique[..15]].concat();
    print_new_identity(NAME, &key, &key);
    Ok(())
}
