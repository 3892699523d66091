//! SQL names as XML names: PascalCase for types and operations, the SQL/XML mapping of identifiers (ISO 9075-14, 9.1) for elements, and
//! the one rule for names that clash.
//!
//! **The rule for clashes.** Where a name is already taken, `2`, `3`, ... is appended until it is free (`_2` to one that ends with a number
//! that means something, like `String20`). Names are given in a fixed order: the
//! contract's own words first (`related`, `record`, `filter`, ...), then tables before views before routines, those of the default schema
//! first, and within a kind by their SQL names in byte order; columns by their SQL names in byte order too, parameters in the order
//! in which they are declared. So the order in which the database lists things changes nothing, and `[database] rename` settles a name for
//! good. Elements that stand beside each other clash where client stacks could not tell them apart: `A_B` and `a b` are one property in
//! Java, and so are `Type` and `type`. A key or a parameter whose name is a word of Java, in any case, gets a number as if it clashed.

use std::collections::HashSet;

/// Maps an SQL identifier to an XML name, fully escaped: injective, so that two identifiers never map to one name.
///
/// `sales order` → `sales_x0020_order`; `xml` → `_x0078_ml`; `_x0020_` → `_x005F_x0020_`. Where there is no letter or digit, all of it is
/// escaped: `_` → `_x005F_`.
pub fn element(sql: &str) -> String {
    if !sql.contains(char::is_alphanumeric) {
        return escape_whole(sql);
    }
    let mut name = String::with_capacity(sql.len());
    let mut chars = sql.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let first = at == 0;
        let reserved = first
            && sql
                .get(..3)
                .is_some_and(|start| start.eq_ignore_ascii_case("xml"));
        let escape_like = c == '_' && matches!(chars.peek(), Some((_, 'x')));
        if escape_like
            || reserved
            || !(if first {
                starts_name(c)
            } else {
                continues_name(c)
            })
        {
            push_escaped(&mut name, c);
        } else {
            name.push(c);
        }
    }
    name
}

/// Maps an SQL identifier to the PascalCase name of a type: `sales_order` → `SalesOrder`, `OrderLine` → `OrderLine`, `ALL_CAPS` → `AllCaps`.
///
/// What is neither letter nor digit separates words. An identifier without any letter or digit is escaped whole.
pub fn pascal(sql: &str) -> String {
    let mut name = String::with_capacity(sql.len());
    for word in sql
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let shouted = !word.chars().any(char::is_lowercase);
        for (index, c) in word.chars().enumerate() {
            match index {
                0 => name.extend(c.to_uppercase()),
                _ if shouted => name.extend(c.to_lowercase()),
                _ => name.push(c),
            }
        }
    }
    if name.is_empty() {
        return escape_whole(sql);
    }
    let mut escaped = String::with_capacity(name.len());
    for (index, c) in name.chars().enumerate() {
        if if index == 0 {
            starts_name(c)
        } else {
            continues_name(c)
        } {
            escaped.push(c)
        } else {
            push_escaped(&mut escaped, c)
        }
    }
    escaped
}

/// Names that are taken, in one symbol space. Upper and lower case are one here: classes become files, and Visual Basic tells no two apart.
#[derive(Debug, Clone, Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    /// Starts with the contract's own words.
    pub fn with(words: &[&str]) -> Taken {
        Taken(words.iter().map(|word| word.to_lowercase()).collect())
    }

    /// Takes a name, whether it was free or not.
    pub fn reserve(&mut self, name: &str) {
        self.0.insert(name.to_lowercase());
    }

    /// Takes `name`, or the first free one after it by the rule for clashes.
    pub fn take(&mut self, name: String) -> String {
        self.take_all(name, |name| vec![name.to_owned()])
    }

    /// The same for a name that ends with a number of its own: `String20` → `String20_2`.
    pub fn take_apart(&mut self, name: String) -> String {
        self.take_numbered(name, "_", |_| true, |name| vec![name.to_owned()])
    }

    /// Takes the first of `name`, `name2`, `name3`, ... for which everything that `derive` makes of it is free, and takes all of that.
    pub fn take_all(&mut self, name: String, derive: impl Fn(&str) -> Vec<String>) -> String {
        self.take_numbered(name, "", |_| true, derive)
    }

    fn take_numbered(
        &mut self,
        name: String,
        mark: &str,
        fits: impl Fn(&str) -> bool,
        derive: impl Fn(&str) -> Vec<String>,
    ) -> String {
        let mut candidate = name.clone();
        for number in 2_u64.. {
            let derived = derive(&candidate);
            if fits(&candidate) && self.is_free(&derived) {
                self.0
                    .extend(derived.iter().map(|name| name.to_lowercase()));
                break;
            }
            candidate = format!("{name}{mark}{number}");
        }
        candidate
    }

    /// Tells whether none of the names is taken.
    pub fn is_free(&self, names: &[String]) -> bool {
        names
            .iter()
            .all(|name| !self.0.contains(&name.to_lowercase()))
    }
}

/// Elements that a stack cannot take as a field at all, since its objects have a member of that name: Python's `self`, and what every object
/// of JavaScript has.
const UNSPEAKABLE: &[&str] = &[
    "=self",
    "=constructor",
    "=hasOwnProperty",
    "=isPrototypeOf",
    "=propertyIsEnumerable",
    "=toLocaleString",
    "=toString",
    "=valueOf",
];

/// Stands before a name that is meant as it is written, not as the property that stacks make of it.
const WHOLE: char = '=';

/// Elements that stand beside each other: their names differ in what the stacks make of them too.
#[derive(Debug, Clone, Default)]
pub struct Siblings(Taken);

impl Siblings {
    /// Starts with elements that the contract has there itself.
    pub fn beside(words: &[&str]) -> Siblings {
        let mut taken = Taken::with(UNSPEAKABLE);
        for word in words {
            taken.reserve(&property(word));
        }
        Siblings(taken)
    }

    /// Takes a name, or the first free one after it by the rule for clashes.
    pub fn take(&mut self, name: String) -> String {
        self.take_beside(name, &[])
    }

    /// The same for a name of which stacks make a variable that is none of these words.
    pub fn take_beside(&mut self, name: String, words: &[&str]) -> String {
        let fits = |name: &str| !words.contains(&variable(name).as_str());
        let made = |name: &str| vec![property(name), format!("{WHOLE}{name}")];
        self.0.take_numbered(name, "", fits, made)
    }
}

/// The property that a stack makes of an element: words are put together, each with a capital (JAXB 2, appendix D).
fn property(element: &str) -> String {
    let mut property = String::with_capacity(element.len());
    let mut starts = true;
    for c in element.chars() {
        match c {
            '_' | '-' | '.' => starts = true,
            c if std::mem::take(&mut starts) => property.extend(c.to_uppercase()),
            c => property.push(c),
        }
    }
    property
}

/// The variable that a stack makes of an element of one word, `CLASS` and `class_` → `class` (JAXB 2, appendix D); of more words, as written.
fn variable(element: &str) -> String {
    let word = element.trim_matches(['_', '-', '.']);
    let rest = || word.chars().skip(1);
    match rest().all(char::is_lowercase) || !word.contains(char::is_lowercase) {
        true => word.to_lowercase(),
        false => element.to_owned(),
    }
}

/// Escapes every character: of a name without letters or digits stacks would make nothing.
fn escape_whole(sql: &str) -> String {
    // SQLite takes a name without any character, of which nothing can be written.
    if sql.is_empty() {
        return "_x_".to_owned();
    }
    let mut escaped = String::new();
    sql.chars().for_each(|c| push_escaped(&mut escaped, c));
    escaped
}

/// ISO 9075-14 writes four digits for a character of the basic plane and six beyond it.
fn push_escaped(name: &mut String, c: char) {
    let code = u32::from(c);
    name.push_str(&if code < 0x1_0000 {
        format!("_x{code:04X}_")
    } else {
        format!("_x{code:06X}_")
    });
}

/// Tells whether a character may start a name in both editions of XML 1.0 that stacks in use follow (the fourth is narrower).
fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || is_letter(c)
}

fn continues_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') || is_letter(c)
}

/// Letters beyond ASCII that `BaseChar` and `Ideographic` of XML 1.0, fourth edition, admit: the blocks without gaps in them.
fn is_letter(c: char) -> bool {
    matches!(c,
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ı' | 'Ĵ'..='ľ' | 'Ł'..='ň' | 'Ŋ'..='ž'
        | '\u{0386}' | '\u{0388}'..='\u{038A}' | '\u{038C}' | '\u{038E}'..='\u{03A1}' | '\u{03A3}'..='\u{03CE}'
        | '\u{0401}'..='\u{040C}' | '\u{040E}'..='\u{044F}' | '\u{0451}'..='\u{045C}' | '\u{045E}'..='\u{0481}'
        | '\u{0531}'..='\u{0556}' | '\u{0561}'..='\u{0586}' | '\u{05D0}'..='\u{05EA}'
        | '\u{0621}'..='\u{063A}' | '\u{0641}'..='\u{064A}'
        | '\u{3041}'..='\u{3094}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FA5}' | '\u{AC00}'..='\u{D7A3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_escaped_as_sql_xml_says() {
        for (sql, xml) in [
            ("customer_id", "customer_id"),
            ("Company Name", "Company_x0020_Name"),
            ("1st", "_x0031_st"),
            ("a:b", "a_x003A_b"),
            ("xmlThing", "_x0078_mlThing"),
            ("XML", "_x0058_ML"),
            ("a_x0020_b", "a_x005F_x0020_b"),
            ("żółw", "żółw"),
            ("-dash", "_x002D_dash"),
            ("price$", "price_x0024_"),
            ("🙂", "_x01F642_"),
            ("_x", "_x005F_x"),
            ("__", "_x005F__x005F_"),
            ("", "_x_"),
            ("_x_", "_x005F_x_"),
        ] {
            assert_eq!(element(sql), xml, "{sql}");
        }
    }

    #[test]
    fn types_are_in_pascal_case() {
        for (sql, xml) in [
            ("sales_order", "SalesOrder"),
            ("OrderLine", "OrderLine"),
            ("ALL_CAPS", "AllCaps"),
            ("order details", "OrderDetails"),
            ("2fast", "_x0032_fast"),
            ("żółw_morski", "ŻółwMorski"),
            ("__", "_x005F__x005F_"),
            ("us-states", "UsStates"),
        ] {
            assert_eq!(pascal(sql), xml, "{sql}");
        }
    }

    #[test]
    fn siblings_differ_for_every_stack() {
        let mut siblings = Siblings::beside(&["related"]);
        for (name, taken) in [
            ("Related", "Related2"),
            ("A_B", "A_B"),
            ("a_b", "a_b2"),
            ("ab", "ab3"),
            ("line_1", "line_1"),
            ("line1", "line12"),
            ("id", "id"),
            ("ID", "ID2"),
            ("self", "self2"),
            ("constructor", "constructor2"),
        ] {
            assert_eq!(siblings.take(name.to_owned()), taken);
        }
    }

    #[test]
    fn words_are_kept_from_variables() {
        for (name, taken) in [
            ("class", "class2"),
            ("CLASS", "CLASS2"),
            ("Class", "Class2"),
            ("class_", "class_2"),
            ("className", "className"),
            ("classic", "classic"),
            ("clASS", "clASS"),
        ] {
            let mut siblings = Siblings::beside(&[]);
            assert_eq!(siblings.take_beside(name.to_owned(), &["class"]), taken);
        }
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut taken = Taken::with(&["related"]);
        assert_eq!(taken.take("related".to_owned()), "related2");
        assert_eq!(taken.take("related".to_owned()), "related3");
        assert_eq!(taken.take("other".to_owned()), "other");
    }
}
