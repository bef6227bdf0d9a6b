//! The thread that owns the connection.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::MissedTickBehavior;

use super::connection::Line;
use super::{Access, RepeatedState, Reply, ScriptCall, Trouble};
use crate::clock;

/// The pause between two repetitions: a lease outlives two that fail.
const BEAT: Duration = Duration::from_secs(5);
/// The longest that one repetition may take.
const BEAT_LIMIT: Duration = Duration::from_secs(2);

/// Work for the thread.
pub(super) enum Job {
    Call {
        call: ScriptCall,
        until: Instant,
        answer: Sender<Result<Reply, Trouble>>,
    },
    Repeat(Weak<RepeatedState>),
}

/// Starts the thread. It ends with the process, or when nobody can send it work any more.
pub(super) fn start(access: Access) -> Result<UnboundedSender<Job>, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|_| Trouble::ended())?;
    let (sender, jobs) = unbounded_channel();
    std::thread::Builder::new()
        .spawn(move || runtime.block_on(serve(Line::new(access), jobs)))
        .map_err(|_| Trouble::ended())?;
    Ok(sender)
}

async fn serve(mut line: Line, mut jobs: UnboundedReceiver<Job>) {
    let mut repeated: Vec<Weak<RepeatedState>> = Vec::new();
    let mut beats = tokio::time::interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                None => return,
                Some(Job::Repeat(state)) => repeated.push(state),
                Some(Job::Call { call, until, answer }) => {
                    let _ = answer.send(line.call(&call, until).await);
                }
            },
            _ = beats.tick() => {
                repeated.retain(|state| state.strong_count() > 0);
                for state in repeated.iter().filter_map(Weak::upgrade) {
                    beat(&mut line, &state).await;
                }
            }
        }
    }
}

/// An error of one repetition is no loss: the next one may be heard, and the server decides.
async fn beat(line: &mut Line, state: &Arc<RepeatedState>) {
    let until = clock::ticks() + BEAT_LIMIT;
    if let Ok(Reply::Number(0)) = line.call(&state.call, until).await {
        state.was_refused.store(true, Ordering::Release);
    }
}
