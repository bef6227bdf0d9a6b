//! The first step: where the configuration is, and what it says about the app.

use super::Examination;
use super::report::{Finding, Form, Report};
use crate::app::{App, Content, SignIn};
use crate::environment::Variables;
use crate::error::{Error, foreign};
use crate::paths;

const STEP: &str = "configuration";

/// Makes the report about an invalid configuration. No other step is checked then.
pub(super) fn broken(form: Form, error: Error) -> Report {
    let mut report = Report::new(form);
    report.put(STEP, Finding::Wrong(error));
    let why = "no server is contacted before the configuration is valid";
    report.put("all else", Finding::skipped(why));
    report
}

impl Examination<'_> {
    pub(super) fn configuration(&mut self) {
        let place = place(&self.context.variables);
        self.put(STEP, Finding::Fine(words(&place, self.app)));
    }
}

/// Returns where the configuration is.
fn place(variables: &Variables) -> String {
    match paths::config_file(variables) {
        Some(file) if variables.org_url.is_none() => foreign(&file.to_string_lossy()),
        _ => "environment variables, and no file".to_owned(),
    }
}

fn words(place: &str, app: &App) -> String {
    let (name, url, method) = (&app.name, app.site.url(), app.method_name());
    let by = match &app.content {
        Content::Session(SignIn::Okta { org, client }) => {
            let (org, at, account) = (&org.name, org.site.url(), &org.account);
            let client = match client {
                Some(client) => format!(", client {} first", foreign(&client.id)),
                None => String::new(),
            };
            format!("org {org} ({at}), account {}{client}", foreign(account))
        }
        Content::Session(SignIn::Browser { provider }) => match provider {
            Some(provider) => format!("a browser at {}", provider.url()),
            None => "a browser".to_owned(),
        },
        Content::Credentials => "no org".to_owned(),
    };
    format!("{place}: app {name} ({url}), {by}, method {method}")
}

#[cfg(test)]
mod tests {
    use super::{place, words};
    use crate::environment::Variables;
    use crate::output::fixture::app;

    #[test]
    fn the_file_or_the_variables_are_named_with_their_content() {
        let file = Variables {
            config: Some("here.toml".into()),
            ..Variables::default()
        };
        assert_eq!(
            words(&place(&file), &app("https://wiki.corp.example/docs")),
            "here.toml: app wiki (https://wiki.corp.example/docs), org corp (https://corp.okta.com), \
             account ada@corp.example, method okta"
        );
        let variables = Variables {
            org_url: Some("https://corp.okta.com".into()),
            ..file
        };
        assert_eq!(place(&variables), "environment variables, and no file");
    }
}
