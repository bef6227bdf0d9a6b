//! The ALB's own pages, to the byte: CRLF line ends, no footer, 92 bytes around two copies of the status text.

use crate::wire::{Response, reason};

/// The page of a status.
pub(crate) fn error_page(status: u16) -> Response {
    // the ALB's page says more than the standard reason phrase
    let text = match status {
        401 => "401 Authorization Required".to_owned(),
        status => format!("{status} {}", reason(status)),
    };
    let body = format!(
        "<html>\r\n<head><title>{text}</title></head>\r\n<body>\r\n<center><h1>{text}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    Response::new(status)
        .with("Server", "awselb/2.0")
        .with_body("text/html", body)
}

#[cfg(test)]
mod tests {
    use super::error_page;

    #[test]
    fn pages_have_the_lengths_that_were_measured() {
        let length = |status| error_page(status).body.len();
        assert_eq!(length(502), 122);
        assert_eq!(length(503), 162);
        assert_eq!(length(401), 144);
    }
}
