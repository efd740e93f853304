//! The class `NativeClient`: the sync client's inputs and outputs, and everything else that is not called in a hurry.

use crate::frame::Frame;
use crate::shared::Shared;
use crate::{evaluate, output};
use napi::bindgen_prelude::{ClassInstance, Either, JavaScriptClassExt, JsObjectValue, Object, ObjectFinalize};
use napi::{Env, Error, Result, Status};
use napi_derive::napi;
use sidekick_core::sync::SyncClient;
use std::cell::Cell;
use std::rc::Rc;

/// A client of one server.
#[napi(custom_finalize)]
pub struct NativeClient {
    shared: Rc<Shared>,
    /// The bytes outside of JavaScript's heap that its garbage collector knows of.
    told_bytes: Cell<i64>,
}

/// Makes a client. The two halves of its seed should be random.
#[napi]
pub fn create_client(env: &Env, seed_high: u32, seed_low: u32) -> Result<ClassInstance<'_, NativeClient>> {
    let seed = u64::from(seed_high) << 32 | u64::from(seed_low);
    let (frame, buffer) = Frame::new(env)?;
    let shared = Rc::new(Shared::new(SyncClient::new(seed), frame));
    let client = NativeClient { shared: Rc::clone(&shared), told_bytes: Cell::new(0) };
    let mut instance = client.into_instance(env)?;
    instance.set_named_property("frame", buffer)?;
    evaluate::define(env, &mut instance, &shared)?;
    Ok(instance)
}

#[napi]
impl NativeClient {
    /// Opens the stream.
    #[napi]
    pub fn start(&self, now: f64) -> Result<()> {
        self.with(|sync| sync.start(millis(now)))
    }

    /// The server's answer arrived.
    #[napi]
    pub fn handle_connected(
        &self,
        now: f64,
        status: u16,
        content_type: Option<String>,
        retry_after: Option<String>,
    ) -> Result<()> {
        self.with(|sync| {
            sync.handle_connected(millis(now), status, content_type.as_deref(), retry_after.as_deref());
        })
    }

    /// Bytes of the stream arrived.
    #[napi]
    pub fn handle_bytes(&self, env: &Env, now: f64, bytes: &[u8]) -> Result<()> {
        self.with(|sync| sync.handle_bytes(millis(now), bytes))?;
        self.tell_memory(env)
    }

    /// The connection is gone, or did not come about.
    #[napi]
    pub fn handle_disconnected(&self, now: f64) -> Result<()> {
        self.with(|sync| sync.handle_disconnected(millis(now)))
    }

    /// The moment that `wakeAt` named has come.
    #[napi]
    pub fn handle_timeout(&self, now: f64) -> Result<()> {
        self.with(|sync| sync.handle_timeout(millis(now)))
    }

    /// The network is back, or somebody waits: a wait for the next attempt may end.
    #[napi]
    pub fn retry_now(&self, now: f64) -> Result<()> {
        self.with(|sync| sync.retry_now(millis(now)))
    }

    /// Ends everything but the flags.
    #[napi]
    pub fn close(&self) -> Result<()> {
        self.with(SyncClient::close)
    }

    /// The next thing to do or to know.
    #[napi]
    pub fn poll_output<'env>(&self, env: &'env Env) -> Result<Option<Object<'env>>> {
        self.with(|sync| output::next(env, sync)).flatten()
    }

    /// 0 connecting, 1 ready, 2 stale, 3 closed.
    #[napi]
    pub fn status(&self) -> Result<u32> {
        self.with(|sync| sync.status() as u32)
    }

    /// The revision of the flags; zero before the first.
    #[napi]
    pub fn revision(&self) -> Result<f64> {
        self.with(|sync| output::number(sync.store().revision()))
    }

    /// All flags as a JSON array, sorted by key.
    #[napi]
    pub fn flags_json(&self) -> Result<String> {
        let json = self.with(|sync| {
            let mut json = Vec::new();
            sync.store().write_json(&mut json);
            json
        })?;
        text(json)
    }

    /// The flags as a text for `importSnapshot`; undefined where there never were any.
    #[napi]
    pub fn export_snapshot(&self) -> Result<Either<String, ()>> {
        self.with(|sync| sync.export_snapshot())?.map_or(Ok(Either::B(())), |snapshot| text(snapshot).map(Either::A))
    }

    /// Takes a snapshot's flags if they are newer; answers whether it did.
    #[napi]
    pub fn import_snapshot(&self, env: &Env, snapshot: String) -> Result<bool> {
        let imported = self.with(|sync| sync.import_snapshot(&snapshot))?;
        self.tell_memory(env)?;
        imported.map_err(|error| Error::new(Status::InvalidArg, error.to_string()))
    }

    /// A flag's handle, or undefined where there is no such flag.
    #[napi]
    pub fn resolve<'env>(&self, env: &'env Env, flag_key: String) -> Result<Option<Object<'env>>> {
        self.with(|sync| output::handle(env, sync.store(), &flag_key)).flatten()
    }

    fn with<T>(&self, act: impl FnOnce(&mut SyncClient) -> T) -> Result<T> {
        let mut sync = self.shared.sync.try_borrow_mut().map_err(|_| Error::from_reason("called within a call"))?;
        Ok(act(&mut sync))
    }

    /// Lets the garbage collector know what a client that is forgotten would free.
    fn tell_memory(&self, env: &Env) -> Result<()> {
        let bytes = self.with(|sync| i64::try_from(sync.store().heap_bytes()).unwrap_or(i64::MAX))?;
        let before = self.told_bytes.replace(bytes);
        if bytes != before {
            env.adjust_external_memory(bytes - before)?;
        }
        Ok(())
    }
}

impl ObjectFinalize for NativeClient {
    fn finalize(self, env: Env) -> Result<()> {
        env.adjust_external_memory(-self.told_bytes.get()).map(|_| ())
    }
}

/// Times come as JavaScript's numbers; what is not one counts as zero.
fn millis(now: f64) -> u64 {
    now as u64
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| Error::from_reason(error.to_string()))
}
