//! The door's own thread: what is asked of the door is done in order, one after another. So a save
//! that was asked for before a lock is written before the keys are dropped, and an attempt to open
//! that was given up is followed by a lock, whatever came of it.

use super::super::effects::Local;
use super::Door;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;

type Work = Box<dyn FnOnce(&mut Box<dyn Door>) -> Option<Local> + Send>;

/// What is told when work ends in a panic.
const BROKEN: &str = "an error inside this program; run again with --log FILE and report it";

/// The way to the door.
pub struct DoorThread(mpsc::Sender<Work>);

impl DoorThread {
    /// Starts the thread; it ends when this is dropped. What work gives goes to `local`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(mut door: Box<dyn Door>, clouds: Handle, local: UnboundedSender<Local>) -> io::Result<Self> {
        let (work, todo) = mpsc::channel::<Work>();
        std::thread::Builder::new().name("door".to_owned()).spawn(move || {
            let _clouds = clouds.enter();
            for work in todo {
                if let Some(done) = work(&mut door) {
                    let _ = local.send(done);
                }
            }
        })?;
        Ok(Self(work))
    }

    /// Does something at the door, after everything that was asked for before. Returns at once. A panic
    /// in it is told through `told`, as every failure is.
    pub fn run<T, W>(&self, work: W, told: impl FnOnce(Result<T, String>) -> Option<Local> + Send + 'static)
    where
        W: FnOnce(&mut Box<dyn Door>) -> T + Send + 'static,
    {
        let work = move |door: &mut Box<dyn Door>| {
            let done = catch_unwind(AssertUnwindSafe(|| work(door)));
            told(done.map_err(|_| BROKEN.to_owned()))
        };
        // The thread ends only after this.
        let _ = self.0.send(Box::new(work));
    }
}
