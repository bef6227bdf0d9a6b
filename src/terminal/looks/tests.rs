use super::{Looks, Meaning, is_coloured};

const RED: &str = "\u{1b}[1m\u{1b}[31m";
const YELLOW: &str = "\u{1b}[1m\u{1b}[33m";
const BOLD: &str = "\u{1b}[1m";
const END: &str = "\u{1b}[0m";

const COLOURED: Looks = Looks {
    colour: true,
    width: None,
};

fn of_width(width: usize) -> Looks {
    Looks::of_width(width)
}

#[test]
fn a_label_is_painted_by_its_meaning_and_the_words_stay() {
    let text = "credential: no\n  caused by: it is so\nhint: ask\n";
    assert_eq!(
        COLOURED.lay_out(text, true),
        format!("{RED}credential:{END} no\n  caused by: it is so\n{BOLD}hint:{END} ask\n")
    );
    assert_eq!(
        COLOURED.lay_out("credential: warning: late\n", false),
        format!("credential: {YELLOW}warning:{END} late\n")
    );
    let notice = "credential: waiting for another process\n";
    assert_eq!(COLOURED.lay_out(notice, false), notice);
    assert_eq!(Looks::default().lay_out(text, true), text);
}

#[test]
fn nothing_is_painted_where_there_is_no_colour() {
    assert_eq!(Looks::default().paint(Meaning::Fine, "ok"), "ok");
    assert_eq!(COLOURED.paint(Meaning::Act, "42"), format!("{BOLD}42{END}"));
}

#[test]
fn a_long_line_hangs_below_the_beginning_of_its_words() {
    let text = "credential: cannot sign in to grafana: Okta refused it\n  caused by: one two three four five six seven\n\
                hint: do it\n";
    assert_eq!(
        of_width(40).lay_out(text, true),
        "credential: cannot sign in to grafana:\n            Okta refused it\n  caused by: one two three four five six\n             \
         seven\nhint: do it\n"
    );
    let warning = "credential: warning: the cache cannot be written: it is full\n";
    assert_eq!(
        of_width(40).lay_out(warning, false),
        "credential: warning: the cache cannot be\n            written: it is full\n"
    );
    // Words that are longer than the line are not broken, and lines of other forms are left alone.
    let long = format!("hint: {}\n", "x".repeat(60));
    assert_eq!(of_width(40).lay_out(&long, true), long);
    let other = format!("{}\n", "word ".repeat(20));
    assert_eq!(of_width(40).lay_out(&other, true), other);
}

#[test]
fn a_line_of_a_dialogue_hangs_below_its_words() {
    let words = "word ".repeat(9);
    let words = words.trim_end();
    for (before, indent) in [
        ("", 2),
        ("  1) ", 5),
        ("sign-in   ", 10),
        ("          ", 10),
        ("hint: ", 6),
    ] {
        let told = of_width(40).lay_out_told(&format!("{before}{words}"));
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 2, "{told}");
        assert!(lines[0].starts_with(before), "{told}");
        let blanks = lines[1].len() - lines[1].trim_start().len();
        assert_eq!(blanks, indent, "{told}");
    }
}

#[test]
fn a_command_can_be_copied_as_a_whole() {
    let text = "hint: or, at a terminal of your own: credential login grafana --browser --please\n";
    assert_eq!(
        of_width(40).lay_out(text, true),
        "hint: or, at a terminal of your own:\n      credential login grafana --browser --please\n"
    );
    let text = "hint: pipe the copied cookie into it: pbpaste | credential store grafana\n";
    assert_eq!(
        of_width(40).lay_out(text, true),
        "hint: pipe the copied cookie into it:\n      pbpaste | credential store grafana\n"
    );
    let text = "hint: credential logout corp --device --and --all --of --it\n";
    assert_eq!(of_width(40).lay_out(text, true), text);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let words = "a bb ccc dddd eeeee ffffff ggggggg".repeat(9);
    for width in 42..121 {
        for line in of_width(width).hang(22, &words).lines() {
            let indent = if line.starts_with(' ') { 0 } else { 22 };
            assert!(line.chars().count() + indent <= width, "{width}: {line}");
        }
    }
}

#[test]
fn variables_decide_on_colour_as_they_do_for_other_programs() {
    for (is_terminal, variables, expected) in [
        (true, &[("TERM", "xterm")][..], true),
        (false, &[("TERM", "xterm")], false),
        (true, &[], false),
        (true, &[("TERM", "dumb")], false),
        (true, &[("TERM", "xterm"), ("NO_COLOR", "1")], false),
        (true, &[("TERM", "xterm"), ("NO_COLOR", "")], true),
        (true, &[("TERM", "xterm"), ("CLICOLOR", "0")], false),
        (true, &[("TERM", "xterm"), ("CLICOLOR", "1")], true),
        (false, &[("CLICOLOR", "1")], false),
        (false, &[("CLICOLOR_FORCE", "1")], true),
        (false, &[("CLICOLOR_FORCE", "0")], false),
        (true, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
    ] {
        let lookup = |name: &str| {
            let found = variables.iter().find(|variable| variable.0 == name);
            found.map(|variable| variable.1.to_owned())
        };
        assert_eq!(is_coloured(is_terminal, lookup), expected, "{variables:?}");
    }
}
