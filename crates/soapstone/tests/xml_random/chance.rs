//! Documents that chance makes: of pieces, and of seeds that are changed.

pub(crate) const SEEDS: &[&str] = &[
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><o:a xmlns:o='u' \
     o:b=\"1\" c='2'>x &amp; y<o:d/>&#65;<![CDATA[<z>]]></o:a></s:Body></s:Envelope>",
    "<a xmlns='u'>\r\n <b c=' 1\t2 ' d=\"&lt;&#10;\">é\u{1F600}</b>\r<!-- x -->\n<e xmlns=''/></a>",
    "<p:a xmlns:p='u' xmlns:q='v' p:x='1' q:x='2'><q:b>]]</q:b><p:c xmlns:p='w'>t</p:c>tail</p:a>",
    "<a><b><c><d>deep</d></c></b><b/><b></b >&apos;&quot;&gt;</a>\n",
];

const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "</",
    "/>",
    "=",
    "\"",
    "'",
    "&",
    ";",
    "&amp;",
    "&#x41;",
    "&#0;",
    "<!--",
    "-->",
    "--",
    "<![CDATA[",
    "]]>",
    "]]",
    "<?",
    "?>",
    "<!DOCTYPE a>",
    " ",
    "\n",
    "\r",
    "\t",
    ":",
    "xmlns",
    "xmlns:p='u'",
    " xmlns=''",
    " a='1'",
    "p:",
    "<b>",
    "</b>",
    "<b/>",
    "x",
    "é",
    "\u{FFFE}",
    "\u{0}",
    "\u{FEFF}",
    "1",
    "-",
    ".",
];

/// Xorshift, by Marsaglia.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % limit.max(1)
    }

    pub(crate) fn boundary(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Changes a document in one to three places.
    pub(crate) fn change(&mut self, seed: &str) -> String {
        let mut text = seed.to_owned();
        for _ in 0..=self.below(3) {
            let (one, other) = (self.boundary(&text), self.boundary(&text));
            let (from, to) = (one.min(other), one.max(other));
            match self.below(4) {
                0 => text.insert_str(from, PIECES[self.below(PIECES.len())]),
                1 => {
                    let to = text[from..]
                        .char_indices()
                        .nth(1 + self.below(4))
                        .map_or(text.len(), |(at, _)| from + at);
                    text.replace_range(from..to, "");
                }
                2 if to - from < 60 => {
                    let copy = text[from..to].to_owned();
                    let at = self.boundary(&text);
                    text.insert_str(at, &copy);
                }
                _ => {
                    let to = text[from..]
                        .char_indices()
                        .nth(1)
                        .map_or(text.len(), |(at, _)| from + at);
                    text.replace_range(from..to, PIECES[self.below(PIECES.len())]);
                }
            }
        }
        text
    }
}
