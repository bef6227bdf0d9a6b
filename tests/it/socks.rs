//! A SOCKS proxy (RFC 1928), as `ALL_PROXY` names one.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::home::Home;

/// Starts a proxy, and returns its port and the number of connections that it makes.
fn proxy() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("a port").port();
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let count = Arc::clone(&count);
            std::thread::spawn(move || serve(client, &count));
        }
    });
    (port, made)
}

/// Serves one connection: no authentication, CONNECT, an address or a name.
fn serve(mut client: TcpStream, count: &AtomicUsize) -> io::Result<()> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting)?;
    client.read_exact(&mut vec![0; greeting[1].into()])?;
    client.write_all(&[5, 0])?;
    let mut request = [0; 4];
    client.read_exact(&mut request)?;
    let length = match request[3] {
        1 => 4,
        _ => {
            let mut length = [0];
            client.read_exact(&mut length)?;
            length[0].into()
        }
    };
    // Whatever the name, the sandbox is on this machine.
    client.read_exact(&mut vec![0; length])?;
    let mut port = [0; 2];
    client.read_exact(&mut port)?;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, u16::from_be_bytes(port)))?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    count.fetch_add(1, Ordering::SeqCst);
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || io::copy(&mut from, &mut to));
    io::copy(&mut &server, &mut &client).map(|_| ())
}

#[test]
fn a_sign_in_goes_through_a_socks_proxy_whoever_finds_the_names() {
    for scheme in ["socks5h", "socks5"] {
        let (port, made) = proxy();
        let mut home = Home::usual();
        home.set("ALL_PROXY", format!("{scheme}://127.0.0.1:{port}"));
        home.run(&["get", "grafana"]).answer();
        assert_eq!(
            made.load(Ordering::SeqCst),
            2,
            "{scheme}: the app and the org"
        );
        home.assert_passwords(1);
    }
}

#[test]
fn each_variable_can_name_a_socks_proxy_and_an_excluded_host_goes_without() {
    for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
        let (port, made) = proxy();
        let mut home = Home::usual();
        home.set(name, format!("socks5h://127.0.0.1:{port}"));
        home.run(&["get", "grafana"]).answer();
        assert_eq!(made.load(Ordering::SeqCst), 2, "{name}");
        home.run(&["get", "grafana", "--verify=0s"]).answer();
        assert_eq!(made.load(Ordering::SeqCst), 3, "{name}: the ALB is asked");
        home.set("NO_PROXY", "127.0.0.1,localhost");
        home.run(&["get", "grafana", "--fresh"]).answer();
        assert_eq!(made.load(Ordering::SeqCst), 3, "{name}: it is excluded");
    }
}

#[test]
fn a_socks_proxy_that_is_not_there_is_an_error_and_nothing_goes_around_it() {
    let mut home = Home::usual();
    home.set("ALL_PROXY", "socks5h://127.0.0.1:1");
    let words = home.run(&["get", "grafana"]).told(6);
    assert!(words.contains("ALL_PROXY"), "{words}");
    assert_eq!(home.sandbox.requests(), 0);
}
