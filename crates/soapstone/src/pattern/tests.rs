//! Expressions that match, and those that do not; expressions that are refused, and where.

use super::{Engine, Pattern, PatternProblem, parse};

fn matches(expression: &str, text: &str) -> bool {
    Pattern::compile(expression).unwrap().is_match(text)
}

#[test]
fn matches_whole_texts() {
    for (expression, yes, no) in [
        ("a|b", "a", "ab"),
        ("", "", "a"),
        ("^a$", "^a$", "a"),
        ("[a-z-[aeiou]]+", "xyz", "xaz"),
        ("[^a-z-[0-9]]", "A", "5"),
        ("[\\w-[\\d]]*", "abc", "a1"),
        (".", "x", "\n"),
        ("\\i\\c*", "a-1", "-a"),
        ("\\p{Lu}\\P{Lu}", "Éa", "AA"),
        ("\\p{IsBasicLatin}+", "abc", "é"),
        ("[\\-a]+", "-a", "b"),
        ("[a-]", "-", "b"),
        ("[-a]", "-", "b"),
        ("[.]", ".", "a"),
        ("(a{2}){2,}", "aaaaaa", "aaa"),
        ("a{0}", "", "a"),
        ("(|a)b", "b", "aab"),
        ("[\\n\\t]", "\n", "n"),
        ("\\s\\S", " a", "aa"),
    ] {
        assert!(matches(expression, yes), "{expression} {yes}");
        assert!(!matches(expression, no), "{expression} {no}");
    }
}

#[test]
fn refuses_what_is_no_expression() {
    for (expression, position) in [
        ("a**", 3),
        ("*", 1),
        ("a{", 3),
        ("a{,3}", 3),
        ("a{3,2}", 5),
        ("(a", 3),
        ("a)", 2),
        ("[]", 2),
        ("[^]", 3),
        ("[a", 3),
        ("\\", 2),
        ("\\y", 2),
        ("\\p{Xx}", 6),
        ("\\p{IsNowhere}", 13),
        ("[b-a]", 4),
        ("[a-\\d]", 5),
        ("a*?", 3),
        ("[[a]", 2),
        ("\\pL", 3),
        ("]", 1),
        ("[+--]", 4),
    ] {
        assert_eq!(
            parse(expression).map(drop).map_err(|error| error.position),
            Err(position),
            "{expression}"
        );
    }
}

#[test]
fn counts_without_writing_out() {
    let long = "a".repeat(70_000);
    assert!(matches("[a-z]{1,65535}", &long[..65_535]) && !matches("[a-z]{1,65535}", &long));
    assert!(matches("\\p{L}{60000,70000}", &long) && !matches("\\p{L}{60000}", &long));
    assert!(matches("(\\p{L}{2,3}\\d){3000}", &"abc1ab2".repeat(1500)));
    assert!(!matches("(\\p{L}{2,3}\\d){3000}", &"abc1ab2".repeat(1501)));
    assert!(
        matches("(x|\\p{L}{0,50000}y)*z", "axyaxyxz") && !matches("(x|\\p{L}{0,50000}y)*z", "1z")
    );
    assert!(matches("a{0,99999999999}", &long));
    let error = Pattern::compile("((\\p{L}{5}a){1000}b){1000}").unwrap_err();
    assert!(matches!(error.problem, PatternProblem::Size { .. }));
    assert!(parse(&"(".repeat(100_000)).is_err());
    assert!(parse(&"[a-".repeat(100_000)).is_err());
}

/// Both engines must agree on what both can run.
#[test]
fn engines_agree() {
    let expressions = [
        "(a|b{2,3})*c?",
        "a{2,4}a{0,1}",
        "(ab?){1,3}",
        "(a{0,2}b){2}",
        "((a|b){2}){1,2}",
        "a{0,3}(a|b)+",
        "(a{2}|a{3})*",
        "(a*)*b",
        "(a?){3}b{1,2}",
        "a{1,2}b{0,1}a{2,3}",
    ];
    let mut texts = vec![String::new()];
    for length in 0..7 {
        let longer: Vec<_> = texts
            .iter()
            .filter(|text| text.len() == length)
            .flat_map(|text| ["a", "b", "c"].map(|next| format!("{text}{next}")))
            .collect();
        texts.extend(longer);
    }
    for expression in expressions {
        let hir = super::parse::parse(expression).unwrap();
        let program = super::counting::Program::compile(&hir).unwrap();
        let pattern = Pattern::compile(expression).unwrap();
        for text in &texts {
            assert_eq!(
                pattern.is_match(text),
                program.is_match(text),
                "{expression} {text}"
            );
        }
    }
}

/// An expression that is too large for the one engine means the same on the other.
#[test]
fn large_and_small_mean_the_same() {
    for (small, large) in [
        ("(\\d|_){1,3}x", "(\\d|_){1,3}x|(\\w{3000}){3}"),
        ("(ab?){2,4}", "(ab?){2,4}|(ab?){9,9000}"),
        (
            "((a|b){2}c){0,2}",
            "((a|b){2}c){0,2}|(((a|b){2}c){0,2}d){2000}",
        ),
    ] {
        let (small, large) = (
            Pattern::compile(small).unwrap(),
            Pattern::compile(large).unwrap(),
        );
        assert!(matches!(small.0, Engine::Regex(_)) && matches!(large.0, Engine::Counting(_)));
        for text in [
            "",
            "x",
            "5x",
            "x5x",
            "__x",
            "abcx",
            "abcdx",
            "ab",
            "aab",
            "abab",
            "aaaa",
            "ababababab",
            "abc",
            "abcbac",
            "abcbacaac",
            "ac",
        ] {
            assert_eq!(small.is_match(text), large.is_match(text), "{text}");
        }
    }
}
