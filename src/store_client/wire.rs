//! Commands in one flight, and their answers, over any stream.
//!
//! The crate `redis` writes the commands and reads the answers. Its own connections are not used: the synchronous one bounds
//! each read, and no call as a whole; the other serves many callers at a time, and weighs a hundred kilobytes.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use redis::{Parser, Pipeline, RedisError, Value};
use tokio::io::{AsyncWriteExt as _, ReadBuf};

use super::Trouble;
use super::stream::Stream;

/// The longest answers to one flight, in bytes. Records are far shorter.
const MOST: usize = 16 << 20;

/// Sends the commands, and returns an answer to each, in their order. An error of the server is an answer too; where it is the
/// only one before the connection ends, it says why.
pub(super) async fn exchange(
    stream: &mut dyn Stream,
    commands: &Pipeline,
) -> Result<Vec<Value>, Trouble> {
    // A server that hangs up before it has read may have said why: the answers show that it is gone.
    if stream
        .write_all(&commands.get_packed_pipeline())
        .await
        .is_ok()
    {
        let _ = stream.flush().await;
    }
    // Surplus words of the server end with the parser.
    let mut parser = Parser::new();
    let mut left = MOST;
    let mut answers = Vec::new();
    while answers.len() < commands.len() {
        let answer = std::future::poll_fn(|context| {
            let mut arrived = Arrived {
                stream,
                context,
                left: &mut left,
                is_waiting: false,
            };
            let parsed = parser.parse_value(&mut arrived);
            match arrived.is_waiting {
                true => Poll::Pending,
                false => Poll::Ready(parsed),
            }
        });
        match answer.await {
            Ok(answer) => answers.push(answer),
            Err(error) => return Err(of_end(&error, &answers, left)),
        }
    }
    Ok(answers)
}

/// The trouble of answers that end with `error`, after the whole ones `before`, where so many bytes are `left`.
fn of_end(error: &RedisError, before: &[Value], left: usize) -> Trouble {
    match before {
        _ if left == 0 => Trouble::not_understood(),
        [Value::ServerError(said)] if error.is_io_error() => {
            Trouble::of_server(said.code(), said.details().unwrap_or_default())
        }
        _ if error.is_io_error() => Trouble::closed(),
        _ => Trouble::not_understood(),
    }
}

/// The bytes that have arrived on a stream, for a reader that cannot wait: where there are none, it fails, and its caller comes
/// again when the stream wakes it. The parser keeps what it has read so far.
struct Arrived<'a, 'b> {
    stream: &'a mut dyn Stream,
    context: &'a mut Context<'b>,
    /// So many bytes more are taken; 0 once there were too many.
    left: &'a mut usize,
    is_waiting: bool,
}

impl Read for Arrived<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut *self.stream).poll_read(self.context, &mut buffer) {
            Poll::Ready(Ok(())) => {
                let count = buffer.filled().len();
                *self.left = self.left.saturating_sub(count);
                match *self.left {
                    0 => Err(io::ErrorKind::FileTooLarge.into()),
                    _ => Ok(count),
                }
            }
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => {
                self.is_waiting = true;
                Err(io::ErrorKind::WouldBlock.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use redis::Value;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::{MOST, exchange};
    use crate::store_client::{Trouble, TroubleKind};

    /// Runs one flight of `count` commands on a server that reads it and then does as `play` says.
    fn fly<F>(count: usize, play: impl FnOnce(DuplexStream) -> F) -> Result<Vec<Value>, Trouble>
    where
        F: Future<Output = ()>,
    {
        let (mut near, mut far) = duplex(1 << 16);
        let mut commands = redis::pipe();
        for _ in 0..count {
            commands.cmd("PING");
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.expect("a runtime").block_on(async {
            let served = async {
                let mut sent = vec![0; "*1\r\n$4\r\nPING\r\n".len() * count];
                far.read_exact(&mut sent).await.expect("the commands");
                play(far).await;
            };
            let exchanged = async {
                tokio::select! {
                    exchanged = exchange(&mut near, &commands) => exchanged,
                    // The server has ended, and nothing more comes.
                    () = async { served.await; std::future::pending().await } => unreachable!(),
                }
            };
            let limit = Duration::from_secs(20);
            tokio::time::timeout(limit, exchanged)
                .await
                .expect("an end")
        })
    }

    #[test]
    fn answers_may_come_byte_by_byte_and_all_at_once() {
        let text = b"+OK\r\n-ERR a b\r\n*3\r\n$5\r\nab\r\nc\r\n:-7\r\n$-1\r\n";
        let expected = |answers: Vec<Value>| {
            let [ok, error, list] = answers.as_slice() else {
                panic!("{answers:?}");
            };
            assert!(matches!(ok, Value::Okay), "{ok:?}");
            assert!(matches!(error, Value::ServerError(_)), "{error:?}");
            let bytes = Value::BulkString(b"ab\r\nc".to_vec());
            let items = vec![bytes, Value::Int(-7), Value::Nil];
            assert_eq!(list, &Value::Array(items));
        };
        let slow = fly(3, |mut far| async move {
            for byte in text {
                far.write_all(&[*byte]).await.expect("it is read");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        expected(slow.expect("answers"));
        let fast = fly(3, |mut far| async move {
            far.write_all(text).await.expect("it is read");
            far.write_all(b"+more\r\n").await.expect("it is read");
        });
        expected(fast.expect("answers"));
    }

    #[test]
    fn an_end_in_the_middle_is_a_closed_connection() {
        for text in [
            &b""[..],
            b"$5\r\nab",
            b"*2\r\n:1\r\n",
            b"*2000000000\r\n:1\r\n",
            b"$2000000000\r\na",
            b"+O",
            b":1\r\n",
            // No right to give itself a name is no reason to hang up.
            b"+OK\r\n-NOPERM no right\r\n",
        ] {
            let ended = fly(3, |mut far| async move {
                far.write_all(text).await.expect("it is read");
            });
            let words = String::from_utf8_lossy(text).into_owned();
            assert_eq!(ended.expect_err(&words), Trouble::closed(), "{words}");
        }
    }

    #[test]
    fn the_last_words_of_a_server_that_hangs_up_are_told() {
        for (text, kind, words) in [
            (
                "-DENIED Redis is running in protected mode because …\r\n",
                TroubleKind::Away,
                "protected mode",
            ),
            (
                "-ERR max number of clients reached\r\n",
                TroubleKind::Passing,
                "too many clients",
            ),
        ] {
            let ended = fly(3, |mut far| async move {
                far.write_all(text.as_bytes()).await.expect("it is read");
            });
            let trouble = ended.expect_err(text);
            assert_eq!(trouble.kind, kind, "{text}");
            assert!(trouble.words.contains(words), "{text}: {}", trouble.words);
        }
    }

    #[test]
    fn the_last_words_of_a_server_that_reads_nothing_are_told() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let ended = runtime.expect("a runtime").block_on(async {
            let (mut near, mut far) = duplex(1 << 16);
            let said = far.write_all(b"-ERR max number of clients reached\r\n");
            said.await.expect("there is room");
            drop(far);
            exchange(&mut near, redis::pipe().cmd("PING").cmd("PING")).await
        });
        let trouble = ended.expect_err("it has ended");
        assert!(trouble.words.contains("too many"), "{}", trouble.words);
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        for text in [&b"HTTP/1.1 400\r\n\r\n"[..], b"$x\r\n", b"\x15\x03\x01\r\n"] {
            let ended = fly(1, |mut far| async move {
                far.write_all(text).await.expect("it is read");
            });
            let words = String::from_utf8_lossy(text).into_owned();
            let trouble = ended.expect_err(&words);
            assert_eq!(trouble, Trouble::not_understood(), "{words}");
        }
    }

    #[test]
    fn an_answer_without_an_end_is_given_up() {
        let ended = fly(1, |mut far| async move {
            let head = format!("${}\r\n", MOST * 2);
            far.write_all(head.as_bytes()).await.expect("it is read");
            let mut sent = 0;
            while far.write_all(&[b'a'; 1 << 14]).await.is_ok() {
                sent += 1 << 14;
                assert!(sent < MOST + (1 << 18), "it reads on");
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(ended, Err(Trouble::not_understood()));
    }
}
