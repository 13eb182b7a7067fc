//! The terminal as the loop needs it, so that tests can stand in for one.

use crate::term::input::{self, Input};
use crate::term::life;
use crate::term::output::{self, Sink};
use futures_util::stream::LocalBoxStream;
use std::io;

/// A terminal that can be taken over, lent out and given back.
pub trait Tty {
    /// Takes it over.
    ///
    /// # Errors
    /// When it refuses.
    fn enter(&mut self) -> io::Result<()>;
    /// Gives it back.
    fn leave(&mut self);
    /// Whether a shell stands above that would continue us.
    fn can_stop(&self) -> bool;
    /// Stops the process until the shell continues it.
    fn stop(&mut self);
    /// Columns and rows.
    fn size(&self) -> (u16, u16);
    /// What comes from it, until dropped.
    ///
    /// # Errors
    /// When it cannot be read.
    fn inputs(&mut self) -> io::Result<LocalBoxStream<'static, Input>>;
    /// Where frames go.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn sink(&mut self) -> io::Result<Sink>;
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

    fn can_stop(&self) -> bool {
        life::can_stop()
    }

    fn stop(&mut self) {
        life::stop();
    }

    fn size(&self) -> (u16, u16) {
        life::size()
    }

    fn inputs(&mut self) -> io::Result<LocalBoxStream<'static, Input>> {
        input::inputs()
    }

    fn sink(&mut self) -> io::Result<Sink> {
        output::terminal()
    }
}
