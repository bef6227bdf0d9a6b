//! The words of `serve` at its start: the place of everything, and commands to try.

use std::io::{self, Write};
use std::path::Path;

use sandbox::Sandbox;

use crate::handset::HELP;
use crate::place::{self, APPS, Kind, PROVIDER, USER};
use crate::targets;

/// The running servers, and the places of their files.
pub(crate) struct Scene<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) directory: &'a Path,
    pub(crate) kind: Kind,
    pub(crate) browser: bool,
}

/// Says it all.
pub(crate) fn announce(scene: &Scene) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{}", text(scene))?;
    out.flush()
}

fn text(scene: &Scene) -> String {
    let parts = [
        scene.places(),
        scene.first_steps(),
        scene.own_app(),
        scene.factors(),
        scene.targets(),
        scene.phone(),
        "Ctrl-C ends it. What happens:\n\n".to_owned(),
    ];
    parts.concat()
}

impl Scene<'_> {
    fn path(&self, name: &str) -> String {
        self.directory.join(name).display().to_string()
    }

    /// Where everything is.
    fn places(&self) -> String {
        let rows: Vec<(&str, String, &str)> = (self.servers().into_iter())
            .chain([
                ("user", USER.to_owned(), ""),
                ("password", self.path("password"), "(a file)"),
                ("files", self.directory.display().to_string(), ""),
                ("events", self.path("events"), "(and below)"),
            ])
            .collect();
        let row = |(name, place, about): (&str, String, &str)| {
            format!("{name:9} {place:26}  {about}")
                .trim_end()
                .to_owned()
                + "\n"
        };
        rows.into_iter().map(row).collect()
    }

    fn servers(&self) -> Vec<(&'static str, String, &'static str)> {
        let sandbox = self.sandbox;
        let engine = match self.kind {
            Kind::Identity => "Okta Identity Engine",
            Kind::Plain | Kind::Factors => "Okta Classic",
        };
        let mut rows = Vec::new();
        if self.browser {
            let about = "an identity provider that is no Okta org";
            rows.push(("provider", sandbox.provider_url(PROVIDER), about));
        }
        rows.push(("org", sandbox.org_url(), engine));
        let first = match self.browser {
            true => "an app; people sign in at the provider",
            false => "an app; people sign in at the org",
        };
        rows.push((APPS[0], sandbox.app_url(APPS[0]), first));
        rows.push((
            APPS[1],
            sandbox.app_url(APPS[1]),
            "an app; people sign in at the org",
        ));
        for (app, about) in [
            (targets::GIT, "a git server behind an ALB"),
            (targets::GO, "a proxy of Go modules behind an ALB"),
        ] {
            if sandbox.has_app(app) {
                rows.push((app, sandbox.app_url(app), about));
            }
        }
        let registry = format!("https://{}", sandbox.registry());
        rows.push((
            targets::REGISTRY,
            registry,
            "a container registry without an ALB",
        ));
        rows
    }

    fn first_steps(&self) -> String {
        let load = format!(
            "  . {}\n  source {}   (fish)\n",
            self.path("env.sh"),
            self.path("env.fish")
        );
        let first = APPS[0];
        match self.browser {
            false => format!(
                "\nIn another terminal, one of the first two lines, and then:\n\n{load}\n  credential get {first}\n  \
                 credential get {first} --as header | curl -H @- {}/\n",
                self.sandbox.app_url(first)
            ),
            true => format!(
                "\nIn another terminal, on a desktop, one of the first two lines, and then:\n\n{load}\n  credential login {first}\n\n\
                 A page asks for the user and the password above. Without a desktop any browser\n\
                 will do that puts up with the certificate:\n\n  \
                 credential login {first} --paste\n\n\
                 A Chromium trusts the sandbox by this part of config.toml:\n\n{}",
                place::browser_table(self.sandbox)
            ),
        }
    }

    fn own_app(&self) -> String {
        let app = match self.browser {
            true => APPS[1],
            false => APPS[0],
        };
        format!(
            "\nFrom nothing, as with an app of your own. It asks for the user and the file of\nthe password:\n\n  \
             ALB_CREDENTIAL_CONFIG=$SANDBOX/own.toml credential add {}\n",
            self.sandbox.app_url(app)
        )
    }

    fn factors(&self) -> String {
        match self.kind {
            Kind::Plain => String::new(),
            Kind::Factors | Kind::Identity => format!(
                "\nThe codes of the user's phone can be computed too: two lines of config.toml wait\nto be switched on. The seed is in {}.\n",
                self.path("seed")
            ),
        }
    }

    /// Commands for the other callers.
    fn targets(&self) -> String {
        let lines = targets::calls(self.sandbox).join("\n  ");
        format!(
            "\ngit, Go and docker, with configurations of their own in $SANDBOX:\n\n  {lines}\n\n"
        )
    }

    fn phone(&self) -> String {
        match self.kind {
            Kind::Plain => String::new(),
            Kind::Factors | Kind::Identity => format!("{HELP}\n"),
        }
    }
}
