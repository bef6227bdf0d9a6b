//! The two lines to a browser: the pipe of a browser of one's own, and the web socket of one that somebody else has started.
//!
//! A web socket is read and written here by hand (RFC 6455), as far as DevTools uses it: no compression, no extensions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::ChildStdin;
use std::sync::mpsc::Sender;

use crate::random;

const TEXT: u8 = 1;
const PING: u8 = 9;
const PONG: u8 = 10;
const CLOSE: u8 = 8;

/// Where commands are written to.
#[derive(Debug)]
pub(super) enum Line {
    Pipe(ChildStdin),
    Socket(TcpStream),
}

impl Line {
    pub(super) fn send(&mut self, message: &Value) -> io::Result<()> {
        let text = message.to_string().into_bytes();
        match self {
            Self::Pipe(pipe) => pipe.write_all(&[text, vec![0]].concat()),
            Self::Socket(socket) => socket.write_all(&frame(TEXT, &text)),
        }
    }
}

/// Hands on each message of a pipe: texts, each with a zero after it.
pub(super) fn read_pipe(pipe: impl Read, to: &Sender<Value>) {
    for text in BufReader::new(pipe).split(0).map_while(Result::ok) {
        if !hand_on(&text, to) {
            return;
        }
    }
}

/// Hands on each message of a web socket.
pub(super) fn read_socket(socket: TcpStream, to: &Sender<Value>) {
    let Ok(mut answers) = socket.try_clone() else {
        return;
    };
    let mut socket = BufReader::new(socket);
    let mut whole = Vec::new();
    while let Ok((last, kind, part)) = read_frame(&mut socket) {
        match kind {
            CLOSE => return,
            PING => {
                let _ = answers.write_all(&frame(PONG, &part));
            }
            _ => {
                whole.extend(part);
                if last && !hand_on(&std::mem::take(&mut whole), to) {
                    return;
                }
            }
        }
    }
}

fn hand_on(text: &[u8], to: &Sender<Value>) -> bool {
    let message = serde_json::from_slice(text).expect("DevTools speaks JSON");
    to.send(message).is_ok()
}

/// Opens a web socket of this machine.
pub(super) fn open(port: u16, path: &str) -> io::Result<TcpStream> {
    let mut socket = TcpStream::connect(("127.0.0.1", port))?;
    let key = STANDARD.encode(random::bytes(16));
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    match head.starts_with(b"HTTP/1.1 101") {
        true => Ok(socket),
        false => Err(io::Error::other(
            String::from_utf8_lossy(&head).into_owned(),
        )),
    }
}

/// A client masks what it sends.
fn frame(kind: u8, text: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | kind];
    match u16::try_from(text.len()) {
        Ok(length) if length < 126 => frame.push(0x80 | length.to_be_bytes()[1]),
        Ok(length) => {
            frame.push(0x80 | 0x7e);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 0x7f);
            frame.extend((text.len() as u64).to_be_bytes());
        }
    }
    let mask = random::bytes(4);
    frame.extend(&mask);
    let masked = text.iter().zip(mask.iter().cycle());
    frame.extend(masked.map(|(byte, mask)| byte ^ mask));
    frame
}

/// Whether a frame is the last of its message, its kind, and what it holds.
fn read_frame(socket: &mut impl Read) -> io::Result<(bool, u8, Vec<u8>)> {
    let mut head = [0; 2];
    socket.read_exact(&mut head)?;
    let mut long = [0; 8];
    let length = match head[1] & 0x7f {
        126 => {
            socket.read_exact(&mut long[6..])?;
            u64::from_be_bytes(long)
        }
        127 => {
            socket.read_exact(&mut long)?;
            u64::from_be_bytes(long)
        }
        short => u64::from(short),
    };
    let mut text = Vec::new();
    socket.take(length).read_to_end(&mut text)?;
    Ok((head[0] & 0x80 != 0, head[0] & 0x0f, text))
}

#[cfg(test)]
mod tests {
    use super::{TEXT, frame, read_frame};

    #[test]
    fn frames_of_every_length_are_read_as_they_were_written() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            let text = vec![b'x'; length];
            let mut bytes = frame(TEXT, &text);
            // a server sends without a mask
            let at = bytes.len() - length - 4;
            let mask: Vec<u8> = bytes.drain(at..at + 4).collect();
            bytes[1] &= 0x7f;
            for (place, byte) in bytes[at..].iter_mut().enumerate() {
                *byte ^= mask[place % 4];
            }
            let read = read_frame(&mut bytes.as_slice()).expect("a frame");
            assert_eq!(read, (true, TEXT, text));
        }
    }
}
