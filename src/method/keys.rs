//! The keys that a person is told of. One is named only where it does something.

use crate::sign_in::flow::CodeRequest;

/// Returns the keys that do something while `factor` is waited for. A second one is offered only where it can be sent.
pub(super) fn of_wait(factor: &CodeRequest) -> String {
    let keys = [
        (factor.can_resend, "r: send it again, "),
        (factor.has_others, "Ctrl-D: another factor, "),
        (true, "Ctrl-C: cancel"),
    ];
    keys.iter().filter(|key| key.0).map(|key| key.1).collect()
}

/// Returns the keys that do something else than answer the question of `request`, in brackets.
pub(super) fn of_question(request: &CodeRequest) -> &'static str {
    match (request.can_resend, request.has_others) {
        (true, true) => " (r: send again, Ctrl-D: another factor)",
        (true, false) => " (r: send again)",
        (false, true) => " (Ctrl-D: another factor)",
        (false, false) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::of_wait;
    use crate::sign_in::flow::CodeRequest;

    #[test]
    fn a_key_is_named_only_where_it_does_something() {
        let keys = |can_resend, has_others| {
            of_wait(&CodeRequest {
                sender: "Okta",
                prompt: String::new(),
                factor: String::new(),
                is_configured: false,
                is_one_time: false,
                is_plain_code: false,
                can_resend,
                has_others,
                look_after: None,
                server_ahead: time::Duration::ZERO,
            })
        };
        assert_eq!(
            keys(true, true),
            "r: send it again, Ctrl-D: another factor, Ctrl-C: cancel"
        );
        assert_eq!(keys(false, true), "Ctrl-D: another factor, Ctrl-C: cancel");
        assert_eq!(keys(true, false), "r: send it again, Ctrl-C: cancel");
        assert_eq!(keys(false, false), "Ctrl-C: cancel");
    }
}
