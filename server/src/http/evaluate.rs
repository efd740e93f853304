//! `POST /api/evaluate`: the answer for a user, or for each of many, and why.

use super::App;
use super::body::{self, Body};
use super::problem::Problem;
use super::question::{About, Question, Subject, User};
use super::request_body;
use crate::actors::View;
use crate::metrics::{Metrics, ReasonLabels};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;
use sidekick_core::{CompiledFlag, Evaluation, FlagKey, Reason};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most bytes of a question that is read where streams are served: ten times as many may take 10 ms.
const READ_AT_ONCE: usize = 48 << 10;

/// Who answers: the flag, compiled once for all users of a question.
struct Engine {
    /// `None` where there is no such flag.
    flag: Option<CompiledFlag>,
    rollout_percentage: Option<Box<RawValue>>,
    metrics: Arc<Metrics>,
}

#[derive(Serialize)]
struct Answer<'e> {
    enabled: bool,
    reason: &'static str,
    rule_index: Option<usize>,
    bucket: Option<Box<RawValue>>,
    rollout_percentage: Option<&'e RawValue>,
    revision: Option<u64>,
}

#[derive(Serialize)]
struct Answers<'e> {
    results: Vec<Answer<'e>>,
}

pub(super) async fn evaluate(request: &mut Request<Incoming>, app: &App) -> Result<Response<Body>, Problem> {
    let json = request_body::read(request, &["application/json"], app.config.timeouts.body).await?;
    let Question { subject, about } = match json.len() {
        ..=READ_AT_ONCE => Question::from_json(&json)?,
        _ => aside(move || Question::from_json(&json)).await??,
    };
    let flag = match subject {
        Subject::Preview(flag) => Some(CompiledFlag::new(*flag)),
        Subject::Stored(key) => match FlagKey::new(&key) {
            Ok(key) => {
                let found = app.flags.get(View::All, key).await.ok_or_else(Problem::not_loaded)?;
                found.map(|found| found.flag)
            }
            Err(_) => None,
        },
    };
    let engine = Engine::new(flag, Arc::clone(&app.metrics));
    let document = match about {
        About::One(user) => serde_json::to_vec(&engine.answer(&user)).unwrap_or_default(),
        About::Many(users) => answer_aside(engine, users, app.config.timeouts.evaluation).await?,
    };
    Ok(body::answer(StatusCode::OK, "application/json", document))
}

/// Answers for many users on a thread of its own: a thousand take a millisecond with an ordinary flag, but the longest
/// rules take more than a minute for them, and streams share the runtime's threads. It stops where nobody waits for it any more,
/// and where it takes longer than `patience`.
async fn answer_aside(engine: Engine, users: Vec<User>, patience: Duration) -> Result<Vec<u8>, Problem> {
    let (reply, document) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        let start = Instant::now();
        let in_time = users.iter().take_while(|_| !reply.is_closed() && start.elapsed() < patience);
        let results: Vec<_> = in_time.map(|user| engine.answer(user)).collect();
        let document = match results.len() == users.len() {
            true => Ok(serde_json::to_vec(&Answers { results }).unwrap_or_default()),
            false => Err(Problem::too_much_work(results.len(), users.len(), patience)),
        };
        // Who asked may have gone.
        let _ = reply.send(document);
    });
    document.await.unwrap_or_else(|_| Err(Problem::ending()))
}

/// Does it on a thread apart from those that serve streams.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::ending())
}

impl Engine {
    fn new(flag: Option<CompiledFlag>, metrics: Arc<Metrics>) -> Self {
        let rollout = flag.as_ref().and_then(|flag| flag.flag().ok()?.rollout_percentage);
        Self { rollout_percentage: rollout.and_then(|share| number(share.to_string())), flag, metrics }
    }

    fn answer(&self, user: &User) -> Answer<'_> {
        let evaluation = match &self.flag {
            Some(flag) => flag.evaluate(&user.key, user.attributes().as_slice()),
            None => Evaluation::flag_not_found(false),
        };
        self.metrics.evaluations.get_or_create(&ReasonLabels { reason: evaluation.reason.name() }).inc();
        Answer {
            enabled: evaluation.enabled,
            reason: evaluation.reason.name(),
            rule_index: match evaluation.reason {
                Reason::TargetingMatch { rule_index } => Some(rule_index),
                _ => None,
            },
            // Given for every flag, so that a person sees what the rollout would say behind a rule or a kill-switch.
            bucket: self.flag.as_ref().and_then(|flag| number(flag.bucket(&user.key).to_string())),
            rollout_percentage: self.rollout_percentage.as_deref(),
            revision: self.flag.as_ref().map(|flag| flag.revision().get()),
        }
    }
}

/// A number in the core's decimal text, which is JSON's too.
fn number(decimal: String) -> Option<Box<RawValue>> {
    RawValue::from_string(decimal).ok()
}
