//! Variables of the desktop and of the system's own tools, as the help lists them.

use super::{Variable, variable};

/// They are read where they are needed.
pub(crate) const OTHERS: [Variable; 5] = [
    variable(
        "ALL_PROXY",
        "the proxy where no other is named, such as socks5h://…",
    ),
    variable(
        "DISPLAY, WAYLAND_DISPLAY",
        "if neither is set, no browser window is opened (Linux)",
    ),
    variable(
        "SSH_CONNECTION, SSH_TTY",
        "if one is set, no browser window is opened",
    ),
    variable("BROWSER", "the browser that opens an address to paste"),
    variable("VISUAL, EDITOR", "the editor of `credential config edit`"),
];
