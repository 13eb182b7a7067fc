//! The terminal as the loop needs it, so that tests can stand in for one.

use crate::term::input::{self, Input};
use crate::term::life;
use futures_util::stream::{LocalBoxStream, StreamExt as _};
use std::io::{self, Write};

/// A terminal that can be taken over, lent out and given back.
pub trait Tty {
    /// Takes it over.
    ///
    /// # Errors
    /// When it refuses.
    fn enter(&mut self) -> io::Result<()>;
    /// Gives it back.
    fn leave(&mut self);
    /// Stops the process until the shell continues it.
    fn stop(&mut self);
    /// Columns and rows.
    fn size(&self) -> (u16, u16);
    /// What comes from it, until dropped.
    fn inputs(&mut self) -> LocalBoxStream<'static, Input>;
    /// Where frames go.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn sink(&mut self) -> io::Result<Box<dyn Write + Send>>;
}

/// The process's own terminal.
#[derive(Debug, Clone, Copy)]
pub struct RealTty;

impl Tty for RealTty {
    fn enter(&mut self) -> io::Result<()> {
        life::enter()
    }

    fn leave(&mut self) {
        life::restore();
    }

    fn stop(&mut self) {
        life::stop();
    }

    fn size(&self) -> (u16, u16) {
        // 80 by 24 is what a terminal that does not tell has been since 1978.
        life::size().unwrap_or((80, 24))
    }

    fn inputs(&mut self) -> LocalBoxStream<'static, Input> {
        input::inputs().boxed_local()
    }

    fn sink(&mut self) -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(life::stdout()?))
    }
}
