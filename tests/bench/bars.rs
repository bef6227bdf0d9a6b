//! A chart of bars as SVG, whose colours fit a light page and a dark one. Pure: the tests draw docs/speed.svg with it too.

use std::fmt::Write as _;

/// The widths of names and bars, and the height of a row.
const NAMES: f64 = 290.0;
const BARS: f64 = 400.0;
const ROW: f64 = 26.0;
/// A bar of this ratio is the longest. Longer ones are cut off, and end in a gap.
const MOST: f64 = 4.0;

const STYLE: &str = "\
text { font: 14px sans-serif; fill: #1f2328 } \
rect { fill: #8c959f } .own { fill: #0969da } text.own { font-weight: bold } .gap { fill: #ffffff } \
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #7d8590 } .own { fill: #58a6ff } \
.gap { fill: #0d1117 } }";

/// Returns a chart of `rows`, each a name and a ratio. The row of this program stands out.
pub(crate) fn svg(rows: &[(String, f64)]) -> String {
    let (mut drawn, mut top) = (String::new(), 4.0);
    for (name, ratio) in rows {
        row(&mut drawn, top, name, *ratio);
        top += ROW;
    }
    let (width, height) = (NAMES + BARS + 60.0, top + 4.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<style>{STYLE}</style>\n{drawn}</svg>\n"
    )
}

fn row(text: &mut String, top: f64, name: &str, ratio: f64) {
    let class = if name.contains("credential get") {
        " class=\"own\""
    } else {
        ""
    };
    let length = BARS * ratio.min(MOST) / MOST;
    let (base, bar) = (top + 17.0, top + 5.0);
    let _ = writeln!(
        text,
        "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\"{class}>{name}</text>\
         <rect x=\"{NAMES}\" y=\"{bar}\" width=\"{length}\" height=\"16\" rx=\"2\"{class}/>{}\
         <text x=\"{}\" y=\"{base}\"{class}>{ratio:.1} ×</text>",
        NAMES - 10.0,
        if ratio > MOST {
            gap(bar)
        } else {
            String::new()
        },
        NAMES + length + 8.0,
    );
}

/// Returns the gap before the end of a bar that is cut off.
fn gap(top: f64) -> String {
    let left = NAMES + BARS - 24.0;
    format!(
        "<path class=\"gap\" d=\"M{left} {} l6 -20 h6 l-6 20 z\"/>",
        top + 18.0
    )
}
