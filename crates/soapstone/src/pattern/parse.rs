//! The grammar of regular expressions (XSD 1.0 part 2, appendix F, productions 1 to 37), by recursive descent.

use std::iter::Peekable;
use std::str::Chars;

use regex_syntax::hir::{Capture, Class, ClassUnicode, Hir, HirKind, Repetition};

use super::class;
use super::{PatternError, PatternProblem};

/// Deeper nesting is refused, so that no expression exhausts the stack.
const DEPTH: usize = 200;

/// Parses a whole expression into the syntax of the `regex` crate.
///
/// # Errors
/// [`PatternError`] where the text is not in the grammar of appendix F.
pub fn parse(expression: &str) -> Result<Hir, PatternError> {
    let mut parser = Parser {
        rest: expression.chars().peekable(),
        position: 0,
        depth: 0,
    };
    let parsed = parser.alternatives()?;
    match parser.peek() {
        None => Ok(parsed),
        Some(character) => {
            parser.take();
            Err(parser.error(PatternProblem::Unescaped(character)))
        }
    }
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    /// Characters taken so far.
    position: usize,
    depth: usize,
}

/// What an escape stands for.
enum Escape {
    Character(char),
    Set(ClassUnicode),
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    /// The character after the next.
    fn second(&self) -> Option<char> {
        let mut ahead = self.rest.clone();
        ahead.next();
        ahead.next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.rest.next();
        self.position += usize::from(character.is_some());
        character
    }

    fn take_if(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.take();
        }
        found
    }

    /// An error at the character taken last.
    fn error(&self, problem: PatternProblem) -> PatternError {
        PatternError {
            position: self.position.max(1),
            problem,
        }
    }

    /// An error at the character that comes next.
    fn expected(&self, what: &'static str) -> PatternError {
        PatternError {
            position: self.position + 1,
            problem: PatternProblem::Expected(what),
        }
    }

    fn descend(&mut self) -> Result<(), PatternError> {
        self.depth += 1;
        if self.depth > DEPTH {
            Err(self.error(PatternProblem::Depth))
        } else {
            Ok(())
        }
    }

    /// `regExp ::= branch ( '|' branch )*`
    fn alternatives(&mut self) -> Result<Hir, PatternError> {
        self.descend()?;
        let mut branches = vec![self.branch()?];
        while self.take_if('|') {
            branches.push(self.branch()?);
        }
        self.depth -= 1;
        Ok(Hir::alternation(branches))
    }

    /// `branch ::= piece*`
    fn branch(&mut self) -> Result<Hir, PatternError> {
        let mut pieces = Vec::new();
        while let Some(character) = self.peek() {
            if matches!(character, '|' | ')') {
                break;
            }
            let atom = self.atom()?;
            pieces.push(self.quantified(atom)?);
        }
        Ok(Hir::concat(pieces))
    }

    /// `atom ::= Char | charClass | ( '(' regExp ')' )`
    fn atom(&mut self) -> Result<Hir, PatternError> {
        let Some(character) = self.take() else {
            return Err(self.expected("an atom"));
        };
        let set = match character {
            '(' => {
                let group = self.alternatives()?;
                return if self.take_if(')') {
                    Ok(group)
                } else {
                    Err(self.expected("`)`"))
                };
            }
            '[' => self.class_expression()?,
            '.' => class::any(),
            '\\' => match self.escape()? {
                Escape::Character(character) => class::single(character),
                Escape::Set(set) => set,
            },
            '?' | '*' | '+' | '{' | '}' | ']' => {
                return Err(self.error(PatternProblem::Unescaped(character)));
            }
            character => class::single(character),
        };
        Ok(Hir::class(Class::Unicode(set)))
    }

    /// `quantifier ::= [?*+] | ( '{' quantity '}' )`
    fn quantified(&mut self, atom: Hir) -> Result<Hir, PatternError> {
        let (min, max) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{') => {
                self.take();
                let (min, max) = self.quantity()?;
                if self.peek() != Some('}') {
                    return Err(self.expected("`}`"));
                }
                (min, max)
            }
            _ => return Ok(atom),
        };
        self.take();
        // `(a{2})?` must not be printed as `a{2}?`, which asks for something else.
        let atom = match atom.kind() {
            HirKind::Repetition(_) => Hir::capture(Capture {
                index: 1,
                name: None,
                sub: Box::new(atom),
            }),
            _ => atom,
        };
        Ok(Hir::repetition(Repetition {
            min,
            max,
            greedy: true,
            sub: Box::new(atom),
        }))
    }

    /// `quantity ::= quantRange | quantMin | QuantExact`
    fn quantity(&mut self) -> Result<(u32, Option<u32>), PatternError> {
        let min = self.count()?;
        if !self.take_if(',') {
            return Ok((min, Some(min)));
        }
        if self.peek() == Some('}') {
            return Ok((min, None));
        }
        let max = self.count()?;
        if max < min {
            return Err(self.error(PatternProblem::Range));
        }
        // No text has as many characters as the greatest count.
        Ok((min, (max < u32::MAX).then_some(max)))
    }

    fn count(&mut self) -> Result<u32, PatternError> {
        let mut count: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|character| character.to_digit(10)) {
            self.take();
            count = Some(count.unwrap_or(0).saturating_mul(10).saturating_add(digit));
        }
        count.ok_or_else(|| self.expected("a digit"))
    }

    /// The rest of an escape, after its backslash.
    fn escape(&mut self) -> Result<Escape, PatternError> {
        let Some(character) = self.take() else {
            return Err(self.expected("a character after `\\`"));
        };
        Ok(match character {
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            't' => Escape::Character('\t'),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' => {
                Escape::Character(character)
            }
            'p' => Escape::Set(self.property()?),
            'P' => Escape::Set(class::complement(self.property()?)),
            letter => match class::escape(letter) {
                Some(set) => Escape::Set(set),
                None => return Err(self.error(PatternProblem::Escape(letter))),
            },
        })
    }

    /// `'{' charProp '}'`
    fn property(&mut self) -> Result<ClassUnicode, PatternError> {
        if !self.take_if('{') {
            return Err(self.expected("`{`"));
        }
        let mut name = String::new();
        loop {
            match self.take() {
                Some('}') => break,
                Some(character) if name.len() < 80 => name.push(character),
                _ => return Err(self.error(PatternProblem::Expected("`}`"))),
            }
        }
        class::property(&name).ok_or_else(|| self.error(PatternProblem::Property(name)))
    }

    /// `charClassExpr ::= '[' charGroup ']'`, after its `[`.
    fn class_expression(&mut self) -> Result<ClassUnicode, PatternError> {
        self.descend()?;
        let negative = self.take_if('^');
        let mut set = ClassUnicode::empty();
        let mut first = true;
        let mut subtracted = None;
        loop {
            let Some(character) = self.take() else {
                return Err(self.expected("`]`"));
            };
            let item = match character {
                ']' if first => return Err(self.error(PatternProblem::Unescaped(']'))),
                ']' => break,
                '[' => return Err(self.error(PatternProblem::Unescaped('['))),
                '-' => match self.peek() {
                    Some('[') if !first => {
                        self.take();
                        subtracted = Some(self.class_expression()?);
                        if !self.take_if(']') {
                            return Err(self.expected("`]`"));
                        }
                        break;
                    }
                    Some(']') => class::single('-'),
                    // At the end of the group that a subtraction follows.
                    Some('-') if self.second() == Some('[') => class::single('-'),
                    _ if first => class::single('-'),
                    _ => return Err(self.error(PatternProblem::Unescaped('-'))),
                },
                '\\' => match self.escape()? {
                    Escape::Character(character) => self.range_from(character)?,
                    Escape::Set(set) => set,
                },
                character => self.range_from(character)?,
            };
            set.union(&item);
            first = false;
        }
        if negative {
            set.negate();
        }
        if let Some(subtracted) = subtracted {
            set.difference(&subtracted);
        }
        self.depth -= 1;
        Ok(set)
    }

    /// A single character, or the range that it starts: `seRange ::= charOrEsc '-' charOrEsc`.
    fn range_from(&mut self, start: char) -> Result<ClassUnicode, PatternError> {
        if self.peek() != Some('-') || matches!(self.second(), Some(']' | '[') | None) {
            return Ok(class::single(start));
        }
        self.take();
        let end = match self.take() {
            Some('\\') => match self.escape()? {
                Escape::Character(character) => character,
                Escape::Set(_) => {
                    return Err(self.error(PatternProblem::Expected("a single character")));
                }
            },
            Some('-') => return Err(self.error(PatternProblem::Unescaped('-'))),
            Some(character) => character,
            None => return Err(self.expected("a character")),
        };
        if end < start {
            return Err(self.error(PatternProblem::Range));
        }
        Ok(class::from_ranges([(start, end)]))
    }
}
