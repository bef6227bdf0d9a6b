use super::{helpers, is_ours, line, names, words};
use proptest::prelude::*;

#[test]
fn a_line_is_ours_only_as_we_write_it() {
    for own in [
        "common --credential_helper=h.example=/bin/bazel-credential-alb",
        "common --credential_helper=h.example=/my\\ bin/bazel-credential-alb\r\n",
    ] {
        assert!(is_ours(own, "h.example"), "{own}");
    }
    for other in [
        "common --credential_helper=h.example=/bin/other",
        "common --credential_helper=h.example=/bin/bazel-credential-alb # mine",
        "build --credential_helper=h.example=/bin/bazel-credential-alb",
        "common:ci --credential_helper=h.example=/bin/bazel-credential-alb",
        "common --credential_helper h.example=/bin/bazel-credential-alb",
        "common '--credential_helper=h.example=/x'",
        "build --x \"--credential_helper=H.example=/x\" --y",
    ] {
        assert!(!is_ours(other, "h.example"), "{other}");
        assert!(names(other, "h.example"), "{other}");
    }
    for foreign in [
        "# common --credential_helper=h.example=/x",
        "common --credential_helper=*.h.example=/x",
        "common --credential_helper=/x",
        "common --credential_helper_timeout=1s",
        "",
    ] {
        assert!(!names(foreign, "h.example"), "{foreign}");
    }
}

proptest! {
    #[test]
    fn bazel_reads_a_path_as_it_is(path in "/[a-z '\"\\\\#=]{0,12}/x") {
        let line = line("h", &path);
        prop_assert_eq!(words(&line).len(), 2, "{}", line);
        prop_assert_eq!(helpers(&line).collect::<Vec<_>>(), [("h".to_owned(), path)]);
    }
}
