//! What stands between the servers and Redis: it passes everything on, and when asked to, it loses, doubles, delays,
//! overtakes and garbles the messages of subscriptions, or breaks connections.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// How likely each misdeed is for a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trouble {
    pub lose: f64,
    pub double: f64,
    /// By up to two seconds, so that others overtake it.
    pub delay: f64,
    /// A byte of the payload is changed.
    pub garble: f64,
    /// A byte anywhere is changed, so that the protocol itself breaks.
    pub garble_frame: f64,
    /// The connection is closed.
    pub cut: f64,
}

/// How often each was done.
#[derive(Debug, Default)]
pub struct Deeds {
    pub passed: AtomicU64,
    pub lost: AtomicU64,
    pub doubled: AtomicU64,
    pub delayed: AtomicU64,
    pub garbled: AtomicU64,
    pub broken: AtomicU64,
}

#[derive(Clone)]
pub struct Proxy {
    port: u16,
    trouble: Arc<Mutex<Trouble>>,
    pub deeds: Arc<Deeds>,
}

/// How a message for a subscriber begins.
const MESSAGE: &[u8] = b"*3\r\n$7\r\nmessage\r\n";

impl Proxy {
    pub async fn start(redis: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, super::services::free_port())).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Self { port, trouble: Arc::default(), deeds: Arc::default() };
        let own = proxy.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let proxy = own.clone();
                tokio::spawn(async move { proxy.carry(socket, redis).await });
            }
        });
        proxy
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// From now on, until it is set to none.
    pub fn set(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = trouble;
    }

    async fn carry(self, socket: TcpStream, redis: u16) {
        // A Redis that is away closes the door here too.
        let Ok(upstream) = TcpStream::connect((Ipv4Addr::LOCALHOST, redis)).await else { return };
        let _ = (socket.set_nodelay(true), upstream.set_nodelay(true));
        let (mut from_server, to_server) = socket.into_split();
        let (from_redis, mut to_redis) = upstream.into_split();
        tokio::select! {
            _ = tokio::io::copy(&mut from_server, &mut to_redis) => {}
            () = self.carry_down(from_redis, to_server) => {}
        }
    }

    async fn carry_down(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let (sender, mut frames) = mpsc::unbounded_channel::<Vec<u8>>();
        let write = async {
            while let Some(frame) = frames.recv().await {
                if to.write_all(&frame).await.is_err() {
                    return;
                }
            }
        };
        let read = async {
            let mut bytes = Vec::new();
            loop {
                while let Some(length) = frame_length(&bytes) {
                    let frame = bytes.drain(..length).collect();
                    if !self.pass(frame, &sender) {
                        return;
                    }
                }
                match from.read_buf(&mut bytes).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
            }
        };
        tokio::select! {
            () = write => {}
            () = read => {}
        }
    }

    /// Answers `false` where the connection is to be closed.
    fn pass(&self, mut frame: Vec<u8>, sender: &mpsc::UnboundedSender<Vec<u8>>) -> bool {
        let trouble = *self.trouble.lock().unwrap();
        let happens = |likelihood: f64| fastrand::f64() < likelihood;
        let count = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        // Who is gone takes no frames, and its connection ends by itself.
        let send = |frame| drop(sender.send(frame));
        if !frame.starts_with(MESSAGE) {
            send(frame);
            return true;
        }
        if happens(trouble.cut) {
            count(&self.deeds.broken);
            return false;
        }
        if happens(trouble.lose) {
            count(&self.deeds.lost);
            return true;
        }
        if happens(trouble.garble_frame) {
            count(&self.deeds.broken);
            let place = fastrand::usize(..frame.len());
            frame[place] ^= fastrand::u8(1..);
        } else if happens(trouble.garble) {
            count(&self.deeds.garbled);
            // The payload is last, with a line end behind it.
            let place = frame.len() - 3 - fastrand::usize(..frame.len() / 2);
            frame[place] ^= fastrand::u8(1..);
        }
        if happens(trouble.double) {
            count(&self.deeds.doubled);
            send(frame.clone());
        }
        if happens(trouble.delay) {
            count(&self.deeds.delayed);
            let (sender, pause) = (sender.clone(), Duration::from_millis(fastrand::u64(1..2000)));
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                drop(sender.send(frame));
            });
            return true;
        }
        count(&self.deeds.passed);
        send(frame);
        true
    }
}

/// The length of the whole reply (RESP 2 and 3) that `bytes` begin with; `None` where more must come.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let head = line + 2;
    let number = || std::str::from_utf8(&bytes[1..line]).ok()?.parse::<i64>().ok();
    match bytes[0] {
        b'$' | b'=' | b'!' => match number() {
            Some(length @ 0..) => Some(head + length as usize + 2).filter(|end| *end <= bytes.len()),
            _ => Some(head),
        },
        kind @ (b'*' | b'>' | b'~' | b'%') => {
            let parts = number().unwrap_or(0).max(0) * if kind == b'%' { 2 } else { 1 };
            (0..parts).try_fold(head, |start, _| Some(start + frame_length(bytes.get(start..)?)?))
        }
        _ => Some(head),
    }
}
