//! The other emulator: it holds more kinds of assets and knows no permissions. One server for the whole test process.
//!
//! What it answers (5.2.5): every key is that of account 123456789012, but a role's session is of the role's account.
//! What it does not know it answers with a web page and status 500.

use std::sync::OnceLock;

use super::server::{Server, Setup};

const SETUP: Setup = Setup {
    name: "moto",
    run: "from moto.server import main
main(['-H', '127.0.0.1', '-p', os.environ['MOTO_PORT']])",
    port: "MOTO_PORT",
    environment: &[],
    ready: "/moto-api/",
};

/// The emulator of this test process; the first caller starts it.
pub fn moto() -> &'static Server {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&SETUP)).as_ref().unwrap_or_else(|why| panic!("{why}"))
}
