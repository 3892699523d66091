//! Unions: which member a value is of is told by its text, the first that reads it, or by `xsi:type`.

use std::any::TypeId;

use super::simple::{XSD, lexical, parse};
use super::tag::NamedType;
use super::writer::Mode;
use super::{Invalid, Namespace, QName, Reader, Simple, Strictness, Tag, Type, Writer, text};

/// Declares a union: a value goes to the first member that accepts it (XSD 1.0 part 2, 2.5.1.3).
#[macro_export]
macro_rules! union {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($member:ident($type:ty)),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs)]
        $vis enum $name {
            $($member($type)),*
        }

        impl $crate::codec::Simple for $name {
            const NAMES: bool = false $(|| <$type as $crate::codec::Simple>::NAMES)*;

            fn has_member(
                namespace: &str,
                local: &str,
                known: &[$crate::codec::Namespace],
            ) -> bool {
                false $(|| <$type as $crate::codec::Type>::accepts_type(namespace, local, known))*
            }
            fn from_text(
                text: ::std::borrow::Cow<'_, str>,
                bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::result::Result<Self, $crate::codec::Invalid> {
                $(
                    if let Ok(value) = <$type as $crate::codec::Simple>::from_text(::std::borrow::Cow::Borrowed(&*text), bindings) {
                        return Ok(Self::$member(value));
                    }
                )*
                let _ = (text, bindings);
                Err($crate::codec::Invalid::Union)
            }
            fn to_text(&self, writer: &mut $crate::codec::Writer) {
                match self {
                    $(Self::$member(value) => match $crate::codec::own_text(self, value) {
                        Some(text) => writer.raw(&text),
                        None => $crate::codec::Simple::to_text(value, writer),
                    })*
                }
            }
            fn to_own_text(&self, writer: &mut $crate::codec::Writer) {
                match self {
                    $(Self::$member(value) => $crate::codec::Simple::to_own_text(value, writer),)*
                }
            }

            const OTHER_TEXTS: bool = false $(|| <$type as $crate::codec::Simple>::OTHER_TEXTS)*;
            fn other_texts(
                &self,
            ) -> ::std::boxed::Box<dyn ::std::iter::Iterator<Item = ::std::string::String>> {
                match self {
                    $(Self::$member(value) => $crate::codec::Simple::other_texts(value),)*
                }
            }

            const UNION: bool = true;
            fn told(
                name: &$crate::codec::QName,
                known: &[$crate::codec::Namespace],
                text: &str,
                bindings: &dyn $crate::codec::Bindings,
            ) -> ::std::option::Option<::std::result::Result<Self, $crate::codec::Invalid>> {
                $(
                    if $crate::codec::is_named::<$type>(name, known) {
                        let value = <$type as $crate::codec::Simple>::from_text(::std::borrow::Cow::Borrowed(text), bindings);
                        return Some(value.map(Self::$member));
                    }
                )*
                $(
                    if let Some(value) = <$type as $crate::codec::Simple>::told(name, known, text, bindings) {
                        return Some(value.map(Self::$member));
                    }
                )*
                None
            }
            fn member(&self, known: &[$crate::codec::Namespace]) -> ::std::option::Option<$crate::codec::QName> {
                match self {
                    $(Self::$member(value) => $crate::codec::told_by(value, known)),*
                }
            }
        }
        $crate::__simple_element!($name);

        impl $crate::codec::Faceted for $name {}
    };
}

/// Tells whether a type has that name.
pub fn is_named<T: Simple + 'static>(name: &QName, known: &[Namespace]) -> bool {
    name_of::<T>(known).is_some_and(|own| own == *name)
}

/// The name that tells a value's type: the contract's, or that of a built-in type; of a union in which another member would
/// read the value's text, the member's.
pub fn told_by<T: Simple + 'static>(value: &T, known: &[Namespace]) -> Option<QName> {
    let own = name_of::<T>(known).filter(|_| !T::UNION || is_read_back(value));
    own.or_else(|| value.member(known))
}

fn name_of<T: Simple + 'static>(known: &[Namespace]) -> Option<QName> {
    match T::BUILT_IN.or_else(text_name::<T>) {
        Some(local) => Some(QName::new(XSD, local)),
        None => NamedType::name_of::<T>(known),
    }
}

/// The name of a type of texts, or of names.
fn text_name<T: 'static>() -> Option<&'static str> {
    let own = TypeId::of::<T>();
    match () {
        () if own == TypeId::of::<QName>() => Some("QName"),
        () => text::name_of(own).or_else(|| text::shared::name_of(own)),
    }
}

/// Tells whether the text of a value is read as that value.
fn is_read_back<T: Simple>(value: &T) -> bool {
    parse::<T>(&lexical(value)).is_ok_and(|read| read == *value)
}

/// How many other texts of a member are tried: among them is a number with a sign, or with a point.
const OTHERS: usize = 48;

/// The text of a member of a union, where an earlier member would read the usual one: one that is read as what it is, so that no
/// pattern refuses it, if there is such a text.
pub fn own_text<U: Simple, T: Simple>(value: &U, member: &T) -> Option<String> {
    let read = parse::<U>(&lexical(member)).ok()?;
    if read == *value {
        return None;
    }
    let mut writer = Writer::plain(Mode::Plain);
    member.to_own_text(&mut writer);
    let texts = std::iter::once(writer.into_text()).chain(member.other_texts().take(OTHERS));
    let is_own = |text: &String| parse::<U>(text).is_ok_and(|read| read == *value);
    texts.into_iter().find(is_own)
}

impl Reader<'_> {
    /// Reads a text as the member of a union that `xsi:type` names, or of whose type it names one that derives from it; nothing
    /// where it names none.
    pub(super) fn told_member<T: Simple>(
        &self,
        name: &QName,
        text: &str,
    ) -> Option<Result<T, Invalid>> {
        let mut names = NamedType::bases(name, self.namespaces);
        let told = names.find_map(|name| T::told(&name, self.namespaces, text, &self.xml))?;
        // Read leniently, a text that is not what it is called may still be a value.
        (told.is_ok() || self.strictness != Strictness::Lenient).then_some(told)
    }
}

impl Writer {
    /// Writes an element with a value of a union: `xsi:type` names the member where another would read its text.
    #[inline]
    pub fn union_leaf<T: Simple + Type>(&mut self, tag: &'static Tag, value: &T) {
        match self.member_to_name(value) {
            None => self.leaf(tag, value),
            Some(_) => self.whole(tag, value),
        }
    }

    /// Writes the name of a value's member, where another member would read its text.
    pub fn union_type<T: Simple>(&mut self, value: &T) {
        if let Some(name) = self.member_to_name(value) {
            self.xsi_type_of(&name);
        }
    }

    #[inline]
    fn member_to_name<T: Simple>(&self, value: &T) -> Option<QName> {
        match T::UNION && !is_read_back(value) {
            true => value.member(self.namespaces()),
            false => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::codec::{
        Element, Invalid, List, NamedType, Namespace, Simple, Tag, Type, lexical, parse,
    };
    use crate::datatype::Decimal;

    const E: &Tag = &Tag::new(1, "t:e", "<t:e>", "</t:e>");
    const NAMESPACES: &[Namespace] = &[
        Namespace {
            uri: "",
            prefix: "",
            types: &[],
        },
        Namespace {
            uri: "urn:t",
            prefix: "t",
            types: &[
                NamedType::of::<Amount>("Amount", None, "double"),
                NamedType::of::<Code>("Code", None, "string"),
                NamedType::of::<Inner>("Inner", None, "anySimpleType"),
                NamedType::of::<Key>("Key", None, "anySimpleType"),
                NamedType::of::<Letter>("Letter", Some(1), "Key"),
                NamedType::of::<Measure>("Measure", None, "anySimpleType"),
                NamedType::of::<Outer>("Outer", None, "anySimpleType"),
                NamedType::of::<Price>("Price", None, "decimal"),
                NamedType::of::<Short>("Short", Some(1), "Code"),
                NamedType::of::<Size>("Size", None, "short"),
                NamedType::of::<Tiny>("Tiny", Some(1), "Size"),
            ],
        },
    ];

    crate::newtype! { struct Code(String): max_length(4); }
    crate::newtype! { struct Short(String): max_length(2); }
    crate::newtype! { struct Size(i16): min_inclusive("1"); }
    crate::newtype! { struct Tiny(i16): min_inclusive("1"), max_inclusive("9"); }
    crate::newtype! { struct Price(Decimal): total_digits(3); }
    crate::newtype! { struct Amount(f64): pattern(r"\d+(\.\d\d)?"); }
    crate::union! { enum Key { Code(Code), Size(Size) } }
    crate::union! { enum Measure { Price(Price), Amount(Amount), Double(f64) } }
    crate::union! { enum Inner { Truth(bool), Double(f64) } }
    crate::union! { enum Outer { Decimal(Decimal), Inner(Inner), Key(Key), Letter(Letter) } }
    crate::newtype! { struct Letter(Key): pattern("[a-z]|[0-9]+"); }

    fn size(value: i16) -> Size {
        Size::new(value).unwrap()
    }

    /// What is read is that value, and what is written of it is read as that again.
    fn check<T: Type + Simple + std::fmt::Debug>(type_: &str, text: &str, expected: &T) {
        let element = Element::<T>::new(E, NAMESPACES);
        let xml = format!(
            r#"<t:e xmlns:t="urn:t" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{type_}">{text}</t:e>"#
        );
        assert_eq!(&element.read(&xml).unwrap(), expected, "{xml}");
        let written = element.write(expected);
        assert_eq!(&element.read(&written).unwrap(), expected, "{written}");
    }

    #[test]
    fn a_member_that_is_told_is_kept_through_derivation_restriction_and_nesting() {
        check("t:Size", "5", &Key::Size(size(5)));
        check("t:Tiny", "5", &Key::Size(size(5)));
        check("t:Short", "5", &Key::Code(Code::new("5").unwrap()));
        check("t:Key", "5", &Key::Code(Code::new("5").unwrap()));
        let letter = |key: Key| Letter::new(key).unwrap();
        check("t:Size", "5", &letter(Key::Size(size(5))));
        check("t:Tiny", "5", &letter(Key::Size(size(5))));
        check("t:Letter", "5", &letter(Key::Code(Code::new("5").unwrap())));
        check("t:Size", "5", &Outer::Key(Key::Size(size(5))));
        check(
            "t:Key",
            "5",
            &Outer::Key(Key::Code(Code::new("5").unwrap())),
        );
        check(
            "t:Letter",
            "5",
            &Outer::Letter(letter(Key::Code(Code::new("5").unwrap()))),
        );
        check("xs:double", "5", &Outer::Inner(Inner::Double(5.0)));
        check("xs:boolean", "1", &Outer::Inner(Inner::Truth(true)));
        check("t:Inner", "1", &Outer::Inner(Inner::Truth(true)));
        check("xs:int", "1", &Outer::Decimal(Decimal::from(1)));
    }

    #[test]
    fn a_value_of_a_derived_type_that_is_told_is_one_of_that_type() {
        let element = Element::<Key>::new(E, NAMESPACES);
        for (type_, text) in [("Tiny", "10"), ("Short", "abc"), ("Size", "a")] {
            let xml = format!(
                r#"<t:e xmlns:t="urn:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t:{type_}">{text}</t:e>"#
            );
            assert!(element.read(&xml).is_err(), "{xml}");
        }
    }

    #[test]
    fn a_member_is_written_as_its_pattern_asks_though_another_reads_it() {
        for value in [1.0, 100.0, 2.5] {
            let amount = Measure::Amount(Amount::new(value).unwrap());
            check("t:Amount", &lexical(&Amount::new(value).unwrap()), &amount);
            assert!(Amount::new(1e-9).is_err_and(|broken| matches!(broken, Invalid::Facet { .. })));
        }
        // No decimal has an exponent: the text alone tells which it is, in an attribute too.
        assert_eq!(lexical(&Measure::Double(7.0)), "7E0");
        assert_eq!(lexical(&Outer::Inner(Inner::Double(7.0))), "7E0");
    }

    /// In attributes and lists nothing names a member: its text has to.
    #[test]
    fn a_member_that_another_would_read_has_another_text_where_there_is_one() {
        crate::newtype! { struct Digits(i32): pattern("[0-9]{3}"); }
        crate::newtype! { struct Half(Decimal): pattern("[0-9]+(.5)?"); }
        crate::union! { enum Count { Truth(bool), Number(i16) } }
        crate::union! { enum Code { Digits(Digits), Number(i32), Decimal(Decimal) } }
        crate::union! { enum Rate { Number(i32), Half(Half), Decimal(Decimal), Double(f64) } }
        fn check<T: Simple + Clone + std::fmt::Debug>(value: T, text: &str) {
            assert_eq!(lexical(&value), text);
            assert_eq!(parse::<T>(text).unwrap(), value);
            let list = List(vec![value.clone(), value]);
            assert_eq!(parse::<List<T>>(&lexical(&list)).unwrap(), list);
        }
        check(Count::Number(1), "01");
        check(Count::Number(-1), "-1");
        check(Count::Number(2), "2");
        check(Code::Number(123), "0123");
        check(Code::Decimal(Decimal::from(7)), "7.0");
        check(Rate::Decimal(Decimal::from(7)), "7.0");
        check(Rate::Double(7.0), "7E0");
    }

    crate::union! { enum Mark { Number(i32), Word(String) } }

    #[test]
    fn a_member_of_a_union_that_another_would_read_is_named() {
        let element: Element<Mark> = Element::new(E, NAMESPACES);
        for (value, type_) in [
            (Mark::Number(5), None),
            (Mark::Word("five".to_owned()), None),
            (Mark::Word("5".to_owned()), Some("xs:string")),
        ] {
            let text = element.write(&value);
            let named = type_.map(|type_| format!(" xsi:type=\"{type_}\""));
            assert_eq!(text.contains("xsi:type"), named.is_some(), "{text}");
            assert_eq!(element.read(&text).unwrap(), value, "{text}");
        }
    }
}
