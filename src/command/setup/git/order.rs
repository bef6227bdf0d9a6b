//! Apps of one host, one below the path of another. git takes the sections `[credential "URL"]` that match a request in
//! the order of the file, whatever their length (gitcredentials(7)), and the empty helper of each takes out those before
//! it. So the section of the longer path has to be the later one.

use std::path::Path;

use super::chain::Chain;
use super::configuration::Configuration;
use super::step::change;
use crate::command::setup::plan::Line;
use crate::command::setup::rewrite::read;
use crate::error::{Error, Result, foreign};
use crate::site::Site;

/// One section of the file that is written.
struct Section {
    url: String,
    site: Site,
    /// Names and values, in order.
    variables: Vec<(String, String)>,
}

impl Section {
    fn is_set_up(&self) -> bool {
        Chain::divide(self.helpers().cloned().collect()).has_own()
    }

    fn helpers(&self) -> impl Iterator<Item = &String> {
        let helpers = self.variables.iter().filter(|(name, _)| name == "helper");
        helpers.map(|(_, value)| value)
    }

    /// Whether git takes this section, too, for what is at `other`.
    fn is_above(&self, other: &Self) -> bool {
        self.site != other.site && self.site.covers(&other.site.at(other.site.prefix()))
    }

    /// Takes it out, and puts it in again, at the end.
    fn moved(&self) -> Vec<Line> {
        let key = |name: &str| match name {
            "usehttppath" => format!("credential.{}.useHttpPath", self.url),
            name => format!("credential.{}.{name}", self.url),
        };
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in &self.variables {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let out =
            (names.iter()).map(|name| change(&["config", "--global", "--unset-all", &key(name)]));
        let again = self.variables.iter();
        let again =
            again.map(|(name, value)| change(&["config", "--global", "--add", &key(name), value]));
        out.chain(again).collect()
    }
}

/// The steps that put each section behind those above it, once the one of `site` has these `helpers`.
pub(super) fn lines(
    configuration: &Configuration,
    site: &Site,
    helpers: &[String],
) -> Result<Vec<Line>> {
    let mut sections = after(sections(configuration), site, helpers);
    let mut urls: Vec<String> = (sections.iter())
        .filter(|one| one.is_set_up())
        .map(|one| one.url.clone())
        .collect();
    urls.sort_by_key(String::len);
    let mut lines = Vec::new();
    for url in urls {
        let at = sections.iter().position(|one| one.url == url);
        let at = at.expect("the sections only change their places");
        let mut later = sections[at..].iter();
        if later.any(|one| one.is_set_up() && one.is_above(&sections[at])) {
            refuse_comment(configuration, &url)?;
            let section = sections.remove(at);
            lines.extend(section.moved());
            sections.push(section);
        }
    }
    Ok(lines)
}

fn sections(configuration: &Configuration) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for entry in configuration
        .entries
        .iter()
        .filter(|entry| entry.file.is_none())
    {
        let rest = entry.key.strip_prefix("credential.");
        let Some((url, name)) = rest.and_then(|rest| rest.rsplit_once('.')) else {
            continue;
        };
        let Ok(site) = Site::parse(url) else { continue };
        let variable = (name.to_owned(), entry.value.clone());
        match sections.iter_mut().find(|section| section.url == url) {
            Some(section) => section.variables.push(variable),
            None => sections.push(Section {
                url: url.to_owned(),
                site,
                variables: vec![variable],
            }),
        }
    }
    sections
}

/// The sections when `site` has its `helpers`: git puts a new one at the end, and takes out one that has nothing left.
fn after(mut sections: Vec<Section>, site: &Site, helpers: &[String]) -> Vec<Section> {
    let url = site.url();
    let at = sections.iter().position(|section| section.url == url);
    let mut section = Section {
        url,
        site: site.clone(),
        variables: Vec::new(),
    };
    let mut place = None;
    if let Some(at) = at {
        let before = sections.remove(at);
        let there: Vec<String> = before.helpers().cloned().collect();
        let others = before
            .variables
            .into_iter()
            .filter(|(name, _)| name != "helper");
        section.variables.extend(others);
        place = (helpers.starts_with(&there) || !section.variables.is_empty()).then_some(at);
    }
    let is_said = (section.variables.iter()).any(|(name, _)| name == "usehttppath");
    if !site.prefix().is_empty() && !is_said {
        section
            .variables
            .push(("usehttppath".into(), "true".into()));
    }
    let helpers = helpers
        .iter()
        .map(|helper| ("helper".to_owned(), helper.clone()));
    section.variables.extend(helpers);
    sections.insert(place.unwrap_or(sections.len()), section);
    sections
}

/// Refuses to move a section with a comment: git leaves such a one where it is, and who knows what it is about.
fn refuse_comment(configuration: &Configuration, url: &str) -> Result<()> {
    let Some(file) = &configuration.own else {
        return Ok(());
    };
    let text = read(Path::new(file))?.unwrap_or_default();
    if !has_comment(&text, url) {
        return Ok(());
    }
    let file = foreign(file);
    let section = foreign(&format!("[credential \"{url}\"]"));
    let message =
        format!("{file}: {section} has a comment, and has to stand behind the shorter URL's");
    Err(Error::usage(message).hint(format!("take the comment in or above {section} out")))
}

fn has_comment(text: &str, url: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let header = format!("[credential \"{url}\"]");
    let Some(at) = lines.iter().position(|line| line.starts_with(&header)) else {
        return false;
    };
    let is_comment = |line: &str| line.starts_with(['#', ';']);
    let above = lines[..at].iter().rev();
    let mut above = above.take_while(|line| line.is_empty() || is_comment(line));
    let below = lines[at + 1..].iter();
    let mut below = below.take_while(|line| !line.starts_with('['));
    lines[at][header.len()..].contains(['#', ';'])
        || above.any(|line| is_comment(line))
        || below.any(|line| is_comment(line))
}
