//! A client of HTTP/2 with prior knowledge (RFC 9113, section 3.3): one request, whose answer is passed on as it comes.

use super::DEADLINE;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use tokio::io::AsyncWriteExt;

/// What can be said of the answer's head: names and values.
type Headers = Vec<(String, String)>;

const WINDOW: u32 = 65_535;

/// Sends a request over a connection of its own; the answer's headers and the reading end of its body.
pub fn get(socket: TcpStream, path: &str, headers: &[(&str, &str)]) -> (Headers, UnixStream) {
    let mut request = Request::get(format!("http://localhost{path}"));
    for (name, value) in headers {
        // As in HTTP/1.1, where the bytes are just written.
        request = request.header(*name, value.as_bytes());
    }
    let request = request.body(Empty::new()).unwrap();
    let (answered, answer) = std::sync::mpsc::channel();
    let (body, passed_on) = UnixStream::pair().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let response = send(socket, request).await;
            assert_eq!(response.status(), 200);
            let named = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
                (name.to_string(), value.to_str().unwrap().to_owned())
            };
            answered.send(response.headers().iter().map(named).collect()).unwrap();
            pass_on(response.into_body(), passed_on).await;
        });
    });
    body.set_read_timeout(Some(DEADLINE)).unwrap();
    (answer.recv_timeout(DEADLINE).unwrap(), body)
}

async fn send(socket: TcpStream, request: Request<Empty<Bytes>>) -> Response<Incoming> {
    socket.set_nonblocking(true).unwrap();
    let io = TokioIo::new(tokio::net::TcpStream::from_std(socket).unwrap());
    let mut client = http2::Builder::new(TokioExecutor::new());
    // The least that the protocol begins with: a client that does not read is soon felt.
    client.initial_stream_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let (mut sender, connection) = client.handshake(io).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

/// Until the answer ends, or nobody reads it any more. Where somebody just does not read, the server has to wait.
async fn pass_on(mut body: Incoming, reader: UnixStream) {
    reader.set_nonblocking(true).unwrap();
    let (gone, mut reader) = tokio::net::UnixStream::from_std(reader).unwrap().into_split();
    loop {
        tokio::select! {
            frame = body.frame() => {
                let Some(Ok(frame)) = frame else { return };
                if reader.write_all(frame.data_ref().unwrap()).await.is_err() {
                    return;
                }
            }
            // Nothing is ever sent this way: it can only end.
            _ = gone.readable() => return,
        }
    }
}
