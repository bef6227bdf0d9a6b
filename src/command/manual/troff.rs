//! A manual page in troff (man(7)): its text is escaped here, so that no word is taken for a command.

use crate::cli::help::unbroken;

/// A page that is being written.
pub(super) struct Page(String);

impl Page {
    /// Begins the page called `title`, of the program's `version`.
    pub(super) fn begin(title: &str, version: &str) -> Self {
        let mut page = Self(String::new());
        // No hyphens and no stretched blanks: options and calls are copied from a page.
        page.request(&format!(
            ".TH {} 1 \"\" \"credential {version}\" \"User Commands\"\n.nh\n.ad l",
            escaped(title)
        ));
        page
    }

    pub(super) fn section(&mut self, name: &str) {
        self.request(&format!(".SH \"{}\"", escaped(name)));
    }

    pub(super) fn subsection(&mut self, name: &str) {
        self.request(&format!(".SS \"{}\"", escaped(name)));
    }

    pub(super) fn text(&mut self, words: &str) {
        self.line(&escaped(&unbroken(words)));
    }

    pub(super) fn paragraph(&mut self, words: &str) {
        self.request(".PP");
        self.text(words);
    }

    /// A call, whose name is bold.
    pub(super) fn call(&mut self, call: &str) {
        let is_name = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let name: Vec<&str> = call.split(' ').take_while(is_name).collect();
        let name = name.join(" ");
        let rest = escaped(&call[name.len()..]);
        self.line(&format!("\\fB{}\\fR{rest}", escaped(&name)));
    }

    /// A name, and what it means.
    pub(super) fn row(&mut self, name: &str, words: &str) {
        self.request(".TP");
        self.line(&format!("\\fB{}\\fR", escaped(name)));
        for (index, paragraph) in words.split("\n\n").enumerate() {
            if index > 0 {
                self.request(".IP");
            }
            self.text(paragraph);
        }
    }

    /// The values that an option takes, where the row before is that of the option.
    pub(super) fn values<'a>(&mut self, rows: impl Iterator<Item = (&'a str, String)>) {
        self.request(".RS");
        for (name, words) in rows {
            match words.is_empty() {
                true => {
                    self.request(".IP \\(bu 2");
                    self.text(name);
                }
                false => {
                    self.request(".TP 14");
                    self.text(name);
                    self.text(&words);
                }
            }
        }
        self.request(".RE");
    }

    /// A line to type, which is not broken, and what it does.
    pub(super) fn example(&mut self, line: &str, words: &str) {
        self.request(".PP\n.nf");
        self.line(&format!("\\fB{}\\fR", escaped(line)));
        self.request(".fi\n.RS 4");
        self.text(words);
        self.request(".RE");
    }

    /// Returns the whole page.
    pub(super) fn end(self) -> String {
        self.0
    }

    fn request(&mut self, request: &str) {
        self.0.push_str(request);
        self.0.push('\n');
    }

    /// A line of text. A text that begins as a request does is kept from being one.
    fn line(&mut self, line: &str) {
        if line.starts_with(['.', '\'']) {
            self.0.push_str("\\&");
        }
        self.request(line);
    }
}

/// Escapes what troff would read as its own. A hyphen stays one that can be copied.
fn escaped(words: &str) -> String {
    let mut text = String::new();
    for c in words.chars() {
        match c {
            '\\' => text.push_str("\\e"),
            '-' => text.push_str("\\-"),
            '\'' => text.push_str("\\(aq"),
            '`' => text.push_str("\\(ga"),
            '^' => text.push_str("\\(ha"),
            '~' => text.push_str("\\(ti"),
            '"' => text.push_str("\\(dq"),
            '\n' => text.push(' '),
            '\u{a0}' => text.push_str("\\ "),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Page, escaped};

    #[test]
    fn no_word_is_taken_for_a_request() {
        let mut page = Page::begin("x", "1");
        let before = page.0.len();
        page.text(".de evil");
        page.text("'br");
        assert_eq!(&page.0[before..], "\\&.de evil\n\\(aqbr\n");
        assert_eq!(escaped("a\\b --c \"d\""), "a\\eb \\-\\-c \\(dqd\\(dq");
    }
}
