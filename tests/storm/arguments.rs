//! The command line: `--name value` pairs.

use std::collections::HashMap;

/// What was given.
pub(crate) struct Arguments(HashMap<String, String>);

impl Arguments {
    pub(crate) fn read(given: &[String]) -> Arguments {
        let pairs = given.chunks(2).map(|pair| {
            let [name, value] = pair else {
                panic!("{pair:?} is not --name value")
            };
            let name = name
                .strip_prefix("--")
                .unwrap_or_else(|| panic!("{name} is not --name"));
            (name.to_owned(), value.clone())
        });
        Arguments(pairs.collect())
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn number(&self, name: &str, default: i64) -> i64 {
        self.text(name).map_or(default, |text| {
            text.parse()
                .unwrap_or_else(|_| panic!("--{name} {text} is not a number"))
        })
    }
}
