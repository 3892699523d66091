//! Documents to measure with, and the measuring itself: side by side in one run, since machines differ more than programs do.

use std::time::Instant;

/// How an order document is written.
#[derive(Clone, Copy)]
pub enum Style {
    /// Every tag has a prefix, no white space.
    Prefixed,
    /// One default namespace, no white space.
    Default,
    /// Prefixed and indented.
    Indented,
    /// The fields of a line are attributes.
    Attributes,
    /// Every line declares its namespaces again, and has references and CDATA.
    Worst,
}

/// Writes an envelope with an order of so many lines.
pub fn order(lines: usize, style: Style) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:o=\"http://example.com/orders\"><soap:Body>",
    );
    let (p, declaration) = match style {
        Style::Default => ("", " xmlns=\"http://example.com/orders\""),
        _ => ("o:", ""),
    };
    let (outer, inner) = match style {
        Style::Indented => ("\n    ", "\n      "),
        _ => ("", ""),
    };
    out += &format!(
        "<{p}SubmitOrder{declaration}>{outer}<{p}orderId>ORD-2026-000123</{p}orderId>{outer}<{p}customer>ACME &lt;EU&gt;</{p}customer>"
    );
    for line in 1..=lines {
        let text = "Widget blue steel hex bolt round cover plate seal kit motor valve";
        let fields = [
            ("lineNo", format!("{line}")),
            ("sku", format!("SKU-{:06}", line * 7919 % 1_000_000)),
            (
                "description",
                if line % 5 == 0 {
                    format!("{text} &amp; café")
                } else {
                    text.to_owned()
                },
            ),
            ("quantity", format!("{}", line % 99 + 1)),
            ("unitPrice", format!("{}.{:02}", line % 999, line % 100)),
            ("taxable", format!("{}", line % 2 == 0)),
            (
                "shipDate",
                format!("2026-{:02}-{:02}T08:30:00Z", line % 12 + 1, line % 28 + 1),
            ),
        ];
        match style {
            Style::Attributes => {
                out += &format!("<{p}line");
                for (name, value) in &fields {
                    out += &format!(" {name}=\"{value}\"");
                }
                out += "/>";
            }
            Style::Worst => {
                out += "<n:line xmlns:n=\"http://example.com/orders\" xmlns:x=\"urn:x\" x:a=\"1\"><!-- line -->";
                for (name, value) in &fields {
                    out += &format!(
                        "<n:{name} n:i=\"&#49;\"><![CDATA[{}]]>&#32;&lt;</n:{name}>",
                        value.replace("&amp;", "&")
                    );
                }
                out += "</n:line>";
            }
            _ => {
                out += &format!("{outer}<{p}line>");
                for (name, value) in &fields {
                    out += &format!("{inner}<{p}{name}>{value}</{p}{name}>");
                }
                out += &format!("{outer}</{p}line>");
            }
        }
    }
    out += &format!("</{p}SubmitOrder></soap:Body></soap:Envelope>");
    out
}

/// Runs each candidate in turn, many rounds, and returns the best MB/s of each.
pub fn measure(
    bytes: usize,
    rounds: usize,
    candidates: &mut [(&str, &mut dyn FnMut() -> usize)],
) -> Vec<f64> {
    let mut best = vec![f64::MAX; candidates.len()];
    for _ in 0..rounds {
        for ((_, run), best) in candidates.iter_mut().zip(&mut best) {
            let start = Instant::now();
            std::hint::black_box(run());
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    best.iter()
        .map(|seconds| bytes as f64 / seconds / 1e6)
        .collect()
}
