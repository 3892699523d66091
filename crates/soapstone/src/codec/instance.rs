//! The attributes that say how an element stands to its schema: nil, and which type is meant.

use super::error::ErrorKind;
use super::simple::XSD;
use super::tag::{Check, NamedType};
use super::writer::Mode;
use super::{Bindings, Error, Namespace, QName, Reader, Result, Strictness, Tag, Type, Writer};
use crate::xml::{self, Span};

/// The namespace and the local name of the type that the text of `xsi:type` names.
pub(crate) fn type_named<'t>(
    xml: &'t xml::Reader<'_>,
    text: &'t str,
) -> Option<(&'t str, &'t str)> {
    let text = text.trim_ascii();
    let (prefix, local) = match text.bytes().position(|byte| byte == b':') {
        Some(colon) => (text.get(..colon)?, text.get(colon + 1..)?),
        None => ("", text),
    };
    Some((Bindings::resolve(xml, prefix)?, local))
}

impl Reader<'_> {
    /// Takes the nil flag.
    pub(super) fn take_nil(&mut self) -> bool {
        match self.nil.take() {
            Some(nil) => {
                self.pending = self.pending.saturating_sub(1);
                nil
            }
            None => false,
        }
    }

    /// Checks that `xsi:type` names the type that is read anyway.
    #[inline(never)]
    pub(super) fn check_type<T: Type>(&mut self) -> Result<()> {
        if let Some(lexical) = self.type_.take() {
            (self.told, self.told_name) = self.told_by::<T>(&lexical)?;
        }
        Ok(())
    }

    /// What a value must be besides by a text of `xsi:type`, and the name there, where the value is of a union.
    ///
    /// # Errors
    /// Where it names no type that may stand here.
    #[inline(always)]
    pub(super) fn told_by<T: Type>(&self, lexical: &str) -> Result<(Option<Check>, Option<QName>)> {
        let (namespace, local) = self.type_in_place(lexical, T::accepts_type)?;
        let told = NamedType::find(self.namespaces, namespace, local)
            .filter(|_| self.strictness != Strictness::Lenient);
        let name = T::UNION.then(|| QName::new(namespace, local));
        Ok((told.map(|told| told.check), name))
    }

    /// The namespace and the local name of a type that may stand here; lenient reading takes any.
    ///
    /// # Errors
    /// Where the text of `xsi:type` names no such type.
    #[inline(always)]
    pub(super) fn type_in_place<'t>(
        &'t self,
        lexical: &'t str,
        accepts: impl Fn(&str, &str, &[Namespace]) -> bool,
    ) -> Result<(&'t str, &'t str)> {
        let named = type_named(&self.xml, lexical).filter(|(namespace, local)| {
            self.strictness == Strictness::Lenient || accepts(namespace, local, self.namespaces)
        });
        named.ok_or_else(|| self.wrong_type(lexical))
    }

    /// Takes the name in `xsi:type`, if there is one.
    pub(super) fn take_type(&mut self) -> Result<Option<QName>> {
        let Some(lexical) = self.type_.take() else {
            return Ok(None);
        };
        match type_named(&self.xml, &lexical) {
            Some((namespace, local)) => Ok(Some(QName::new(namespace, local))),
            None => Err(self.wrong_type(&lexical)),
        }
    }

    /// Tells whether a built-in type of that local name may stand where a value is read.
    #[inline(always)]
    pub(super) fn accepts_built_in<T: Type>(&self, local: Span) -> bool {
        !T::UNION && T::accepts_type(XSD, self.xml.text(local), self.namespaces)
    }

    #[cold]
    fn wrong_type(&self, lexical: &str) -> Error {
        self.error(ErrorKind::Type(lexical.to_owned()))
    }

    /// Which of several types `xsi:type` names: an index, 0 where there is none.
    ///
    /// # Errors
    /// Where it names none of them.
    pub fn family(&mut self, members: &[&'static Tag]) -> Result<usize> {
        self.member(members).map(|member| member.unwrap_or(0))
    }

    /// Which of several types `xsi:type` names, where it must be there.
    ///
    /// # Errors
    /// Where it is not, or names none of them.
    pub fn abstract_family(&mut self, members: &[&'static Tag]) -> Result<usize> {
        match self.member(members)? {
            Some(member) => Ok(member),
            None => Err(self.error(ErrorKind::AbstractType)),
        }
    }

    fn member(&mut self, members: &[&'static Tag]) -> Result<Option<usize>> {
        let Some(lexical) = self.type_.take() else {
            return Ok(None);
        };
        let member = type_named(&self.xml, &lexical).and_then(|(namespace, local)| {
            let mut members = members.iter();
            members.position(|member| member.is(namespace, local, self.namespaces))
        });
        match member {
            Some(member) => Ok(Some(member)),
            None => Err(self.wrong_type(&lexical)),
        }
    }

    /// The error where none of a family's types was found.
    #[cold]
    pub fn no_member(&self) -> Error {
        self.error(ErrorKind::AbstractType)
    }
}

impl Writer {
    /// Writes `xsi:nil="true"`.
    pub fn nil(&mut self) {
        self.xsi = true;
        self.raw(" xsi:nil=\"true\"");
    }

    /// Writes `xsi:type`.
    pub fn xsi_type(&mut self, tag: &'static Tag) {
        self.xsi = true;
        self.use_namespace(tag.namespace);
        self.raw(" xsi:type=\"");
        self.raw(tag.qualified());
        self.raw("\"");
    }

    /// Writes `xsi:type` for a member of a family; the declared type, which stands first, goes without.
    pub fn member_type(&mut self, always: bool, tag: &'static Tag, members: &[&'static Tag]) {
        if always || members.first().is_none_or(|first| *first != tag) {
            self.xsi_type(tag);
        }
    }

    /// Writes `xsi:type` with a name that was read.
    pub fn xsi_type_of(&mut self, name: &QName) {
        self.xsi = true;
        self.raw(" xsi:type=\"");
        let mode = std::mem::replace(&mut self.mode, Mode::Attribute);
        let name = self.prefixed(name);
        self.raw(&name);
        self.mode = mode;
        self.raw("\"");
    }

    /// Writes the attributes of a SOAP-encoded array (SOAP 1.1, 5.4.2).
    pub fn array_type(&mut self, item: &'static Tag, size: &[usize]) {
        self.use_namespace(item.namespace);
        self.xsi = true;
        let array = self.prefixed(&QName::new(super::array::SOAP_ENCODING, "Array"));
        let prefix = array.split(':').next().unwrap_or_default();
        let size: Vec<String> = size.iter().map(usize::to_string).collect();
        self.raw(&format!(
            " xsi:type=\"{array}\" {prefix}:arrayType=\"{}[{}]\"",
            item.qualified(),
            size.join(",")
        ));
    }
}
