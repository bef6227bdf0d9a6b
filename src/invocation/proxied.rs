//! Proxies of the environment: which requests over http a client sends through them.
//!
//! An http app's cookie stays away from a proxy, so a host counts as excluded only if the client certainly reads the
//! variables so. All clients exclude more than these rules say. Specification: `lib/noproxy.c` of curl (blanks between
//! hosts are deprecated since 7.86); `src/retr.c`, `src/host.c` and `sepstring` of wget; `should_bypass_proxies` of
//! requests and `proxy_bypass_environment` of urllib, for HTTPie; `NoProxy` of reqwest, for xh.

use url::{Host, Url};

use super::{Tool, curl};

/// Returns the value of a variable, even an empty one.
pub(crate) type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reports whether a proxy of the environment takes a request of this command line for `url` in the clear.
pub(crate) fn is_proxied(
    tool: Tool,
    config: &str,
    arguments: &[String],
    url: &Url,
    variable: Variable,
) -> bool {
    url.scheme() == "http"
        && names_proxy(variable)
        && (tool == Tool::Curl && curl::replaces_exclusions(config, arguments)
            || !is_excluded(tool, arguments, url, variable))
}

/// Reports whether any client finds a proxy in the variables. None reads all of them.
fn names_proxy(variable: Variable) -> bool {
    let names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    let mut values = names.into_iter().filter_map(variable);
    values.any(|value| !value.is_empty())
}

/// Reports whether the client reaches the host of `url` without a proxy. wget reads the variable in lower case only. Of the
/// others one prefers the lower case, another one the upper, and an empty value counts for some.
fn is_excluded(tool: Tool, arguments: &[String], url: &Url, variable: Variable) -> bool {
    let Some(host) = url.host() else {
        return false;
    };
    if tool == Tool::Wget {
        return is_written(arguments, &host)
            && variable("no_proxy").is_some_and(|list| wget_excludes(&list, &host));
    }
    let lists = ["no_proxy", "NO_PROXY"].into_iter().filter_map(variable);
    let lists: Vec<_> = lists.collect();
    let excludes = |list: &String| list == "*" || list_excludes(list, &host);
    is_written(arguments, &host) && !lists.is_empty() && lists.iter().all(excludes)
}

/// Reports whether the command line has an address as it is compared. wget and HTTPie compare `127.1` as it is written.
fn is_written(arguments: &[String], host: &Host<&str>) -> bool {
    let text = match host {
        Host::Domain(_) => return true,
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    arguments.iter().any(|argument| argument.contains(&text))
}

/// wget skips blanks after a comma, and nowhere else.
fn wget_excludes(list: &str, host: &Host<&str>) -> bool {
    let mut entries = list.split(',').enumerate();
    entries.any(|(index, entry)| {
        let entry = if index == 0 {
            entry
        } else {
            entry.trim_start_matches(' ')
        };
        entry_excludes(entry, host)
    })
}

/// The other clients drop blanks around an entry. A blank inside one ends the list for curl since 8.9.
fn list_excludes(list: &str, host: &Host<&str>) -> bool {
    let entries = list.split(',').map(|entry| entry.trim_matches(' '));
    let mut entries = entries.take_while(|entry| !entry.contains(char::is_whitespace));
    entries.any(|entry| entry_excludes(entry, host))
}

/// Reports whether an entry is this host, or the domain (with its dot) of this name. For an address a part of it means
/// nothing to curl.
fn entry_excludes(entry: &str, host: &Host<&str>) -> bool {
    let entry = entry.to_ascii_lowercase();
    match host {
        Host::Domain(name) => entry == *name || entry.starts_with('.') && name.ends_with(&entry),
        Host::Ipv4(address) => entry == address.to_string(),
        Host::Ipv6(address) => entry == address.to_string(),
    }
}

#[cfg(test)]
mod tests;
