//! HTML, written piece by piece.

/// A page that is being written.
pub(super) struct Html(String);

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: #0b63c5; }
@media (prefers-color-scheme: dark) { :root { --link: #7db7ff; } }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
header a { text-decoration: none; font-weight: 600; }
h1 { margin: .6rem 0; font-size: 1.9rem; } h2 { margin-top: 2.4rem; } h3 { margin-top: 2rem; }
p, li { overflow-wrap: anywhere; } a { color: var(--link); } .lead { font-size: 1.1rem; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .8rem; overflow-x: auto; }
";

/// Escapes text for content and attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A link within the gateway.
pub(super) fn link(path: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escape(path), escape(text))
}

impl Html {
    pub(super) fn new(title: &str) -> Html {
        let title = escape(title);
        Html(format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{title}</title><style>{STYLE}</style></head><body>\n<header><a href=\"/\">Soapstone</a><h1>{title}</h1></header>\n"
        ))
    }

    pub(super) fn heading(&mut self, level: u8, text: &str) {
        self.0
            .push_str(&format!("<h{level}>{}</h{level}>\n", escape(text)));
    }

    /// A heading that can be linked to.
    pub(super) fn anchor(&mut self, level: u8, text: &str) {
        let text = escape(text);
        self.0
            .push_str(&format!("<h{level} id=\"{text}\">{text}</h{level}>\n"));
    }

    /// A paragraph of text; nothing where there is none.
    pub(super) fn paragraph(&mut self, class: &str, text: &str) {
        if !text.is_empty() {
            self.0
                .push_str(&format!("<p class=\"{class}\">{}</p>\n", escape(text)));
        }
    }

    pub(super) fn code(&mut self, text: &str) {
        self.0.push_str(&format!("<pre>{}</pre>\n", escape(text)));
    }

    pub(super) fn open_list(&mut self) {
        self.0.push_str("<ul>\n");
    }

    /// An item of HTML.
    pub(super) fn item(&mut self, html: &str) {
        self.0.push_str(&format!("<li>{html}</li>\n"));
    }

    pub(super) fn close_list(&mut self) {
        self.0.push_str("</ul>\n");
    }

    pub(super) fn open_table(&mut self, heads: &[&str]) {
        let heads: String = heads
            .iter()
            .map(|head| format!("<th>{}</th>", escape(head)))
            .collect();
        self.0
            .push_str(&format!("<table><thead><tr>{heads}</tr></thead><tbody>\n"));
    }

    /// A row of HTML cells.
    pub(super) fn row(&mut self, cells: &[&str]) {
        let cells: String = cells
            .iter()
            .map(|cell| format!("<td>{cell}</td>"))
            .collect();
        self.0.push_str(&format!("<tr>{cells}</tr>\n"));
    }

    pub(super) fn close_table(&mut self) {
        self.0.push_str("</tbody></table>\n");
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push_str("</body></html>\n");
        self.0
    }
}
