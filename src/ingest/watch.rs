//! Progress of a load, and stopping it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use duckdb::{Connection, InterruptHandle};

/// How far a load is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What is being done, in words: "reading results".
    pub what: &'static str,
    /// Rows read so far, and rows in all files.
    pub rows: (u64, u64),
    /// Share of the whole load that is done, 0 to 1; never falls.
    pub fraction: f64,
}

/// " · 40 s left" of work of which a fraction is done, once there is enough to judge by.
pub fn time_left(elapsed: Duration, fraction: f64) -> String {
    if fraction < 0.05 || elapsed < Duration::from_secs(2) {
        return String::new();
    }
    let left = elapsed.as_secs_f64() * (1.0 - fraction) / fraction;
    if left < 90.0 { format!(" · {left:.0} s left") } else { format!(" · {:.0} min left", left / 60.0) }
}

/// Stops a load from another thread. Cloned handles stop the same load.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the load to stop; the workspace stays as it was.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// How often a running statement is looked at.
const TICK: Duration = Duration::from_millis(100);

/// Runs `work` on `connection` while another thread interrupts it when `cancel` is set, and calls `tick` with DuckDB's
/// own progress of the statement, 0 to 1, where it knows it.
///
/// DuckDB forgets an interrupt that arrives before a statement starts, so the signal is repeated until `work` returns.
pub(super) fn watched<T>(
    connection: &Connection,
    cancel: &Cancel,
    tick: &mut (dyn FnMut(Option<f64>) + Send),
    work: impl FnOnce() -> duckdb::Result<T>,
) -> duckdb::Result<T> {
    let handle: Arc<InterruptHandle> = connection.interrupt_handle();
    let progress = connection.progress_handle();
    connection.set_query_progress_tracking(true)?;
    let done = (Mutex::new(false), Condvar::new());
    std::thread::scope(|scope| {
        let watcher = std::thread::Builder::new().name("load-watch".to_owned()).spawn_scoped(scope, || {
            let (lock, signal) = &done;
            let mut finished = lock.lock().unwrap_or_else(PoisonError::into_inner);
            while !*finished {
                (finished, _) = signal.wait_timeout(finished, TICK).unwrap_or_else(PoisonError::into_inner);
                if cancel.is_cancelled() {
                    handle.interrupt();
                }
                tick(progress.query_progress().percentage().map(|percent| percent / 100.0));
            }
        });
        if let Err(error) = watcher {
            // Without the thread the statement still runs; it only cannot be stopped half-way.
            tracing::warn!("no thread to watch the load: {error}");
        }
        let result = work();
        *done.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        done.1.notify_all();
        result
    })
}
