//! Builds a tree from tokens. Length and depth are bounded, so that no text can exhaust the stack.

use trueline_language::{Phrase, Text, phrase, text};

use crate::lex::{Token, split_tokens};
use crate::nearest::find_nearest_word;
use crate::syntax_error::SyntaxError;
use crate::tree::{Compare, Expr, FUNCTIONS, Function, Math};

/// The longest text accepted as an expression, in bytes.
pub const MAX_LENGTH: usize = 65_536;
/// The deepest tree. A chain of `and` or `or` is one level; a chain of `+`, one level per sign.
pub const MAX_DEPTH: usize = 64;
// A printed tree nests at most twice per level: a sign or a function, and a parenthesis.
const MAX_NESTING: usize = 3 * MAX_DEPTH;

/// Reads an expression.
///
/// ```
/// use trueline_expression::parse_expression;
///
/// let text = r#"kind in ("install", "move") and not starts_with(region, "14")"#;
/// let expr = parse_expression(text)?;
/// assert_eq!(parse_expression(&expr.to_string())?, expr);
/// let mistake = parse_expression("a = 1").unwrap_err();
/// assert_eq!(mistake.hint.to_string(), "write `==` to compare");
/// # Ok::<(), trueline_expression::SyntaxError>(())
/// ```
pub fn parse_expression(text: &str) -> Result<Expr, SyntaxError> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxError::new(
            0,
            text!("表达式有 {length} 字节", "an expression of {length} bytes", length = text.len()),
            text!("请不要超过 {MAX_LENGTH} 字节", "keep it under {MAX_LENGTH} bytes"),
        ));
    }
    let mut parser = ExpressionParser { tokens: split_tokens(text)?, next: 0, nesting: 0 };
    let (expr, _) = parser.parse_binary(LOWEST)?;
    match parser.peek_token() {
        Token::End => Ok(expr),
        Token::Word(word) if matches!(word.as_str(), "AND" | "OR" | "NOT" | "IN") => {
            let hint = text!("`{}` 请用小写", "write `{}` in small letters", word.to_lowercase());
            Err(parser.unexpected_token(hint))
        }
        Token::Sign("==" | "!=" | "<" | "<=" | ">" | ">=") => {
            Err(parser.unexpected_token(phrase!(
                "比较不能连写：请写 `a < b and b < c`",
                "comparisons do not chain: write `a < b and b < c`"
            )))
        }
        Token::Word(_)
        | Token::Quoted(_)
        | Token::Text(_)
        | Token::Integer(_)
        | Token::Number(_)
        | Token::Time(_)
        | Token::LocalTime(_)
        | Token::Sign(_) => Err(parser.unexpected_token(phrase!(
            "表达式在此之前已经完整",
            "the expression was complete before this"
        ))),
    }
}

struct ExpressionParser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    nesting: usize,
}

/// A tree and how deep it is.
type Tree = (Expr, usize);

// How tightly operators bind, loosest first.
const LOWEST: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;

impl ExpressionParser {
    fn peek_token(&self) -> &Token {
        &self.tokens[self.next].1
    }

    fn token_offset(&self) -> usize {
        self.tokens[self.next].0
    }

    fn skip_token(&mut self) {
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(self.peek_token(), Token::Word(found) if found == word)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek_token(), Token::Sign(found) if *found == sign);
        if found {
            self.skip_token();
        }
        found
    }

    fn expect_sign(&mut self, sign: &str, hint: Phrase) -> Result<(), SyntaxError> {
        if self.take_sign(sign) { Ok(()) } else { Err(self.unexpected_token(hint)) }
    }

    fn unexpected_token(&self, hint: impl Into<Text>) -> SyntaxError {
        let message = match self.peek_token() {
            Token::Word(word) => text!("此处不应有 `{word}`", "unexpected `{word}`"),
            Token::Quoted(name) => text!("此处不应有名称 `{name}`", "unexpected name `{name}`"),
            Token::Text(text) => {
                let start: String = text.chars().take(20).collect();
                text!("此处不应有文本 \"{start}\"", "unexpected text \"{start}\"")
            }
            Token::Integer(_) | Token::Number(_) => {
                phrase!("此处不应有数字", "unexpected number").into()
            }
            Token::Time(_) | Token::LocalTime(_) => {
                phrase!("此处不应有时间", "unexpected moment").into()
            }
            Token::Sign(sign) => text!("此处不应有 `{sign}`", "unexpected `{sign}`"),
            Token::End => phrase!("表达式没有写完", "the expression ends too early").into(),
        };
        SyntaxError::new(self.token_offset(), message, hint)
    }

    fn enter_nesting(&mut self) -> Result<(), SyntaxError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.too_deep());
        }
        Ok(())
    }

    fn too_deep(&self) -> SyntaxError {
        SyntaxError::new(
            self.token_offset(),
            phrase!("表达式嵌套过深", "this expression is nested too deeply"),
            text!(
                "请不要超过 {MAX_DEPTH} 层；长串比较常可用 `in (…)` 代替",
                "keep it to {MAX_DEPTH} levels; `in (…)` often replaces a long chain"
            ),
        )
    }

    fn one_deeper(&self, depth: usize) -> Result<usize, SyntaxError> {
        if depth >= MAX_DEPTH { Err(self.too_deep()) } else { Ok(depth + 1) }
    }

    /// An expression whose operators bind tighter than `floor`.
    fn parse_binary(&mut self, floor: u8) -> Result<Tree, SyntaxError> {
        let mut left = self.parse_unary(floor)?;
        // What the next step may still join: no comparison follows another.
        let mut ceiling = u8::MAX;
        loop {
            let Some((operator, level)) = self.peek_operator() else {
                return Ok(left);
            };
            if level <= floor || level > ceiling {
                return Ok(left);
            }
            left = match operator {
                Operator::Or => self.parse_chain(left, "or", OR)?,
                Operator::And => self.parse_chain(left, "and", AND)?,
                Operator::In => self.parse_list(left)?,
                Operator::NotIn => {
                    self.skip_token();
                    let (inside, depth) = self.parse_list(left)?;
                    (Expr::Not(Box::new(inside)), self.one_deeper(depth)?)
                }
                Operator::Compare(compare) => self.parse_pair(left, level, |left, right| {
                    Expr::Compare(compare, Box::new(left), Box::new(right))
                })?,
                Operator::Math(math) => self.parse_pair(left, level, |left, right| {
                    Expr::Math(math, Box::new(left), Box::new(right))
                })?,
            };
            ceiling = if level == COMPARE { NOT } else { level };
        }
    }

    fn parse_pair(
        &mut self,
        left: Tree,
        level: u8,
        join: impl FnOnce(Expr, Expr) -> Expr,
    ) -> Result<Tree, SyntaxError> {
        self.skip_token();
        let right = self.parse_binary(level)?;
        let depth = self.one_deeper(left.1.max(right.1))?;
        Ok((join(left.0, right.0), depth))
    }

    fn peek_operator(&self) -> Option<(Operator, u8)> {
        let found = match self.peek_token() {
            Token::Word(word) => match word.as_str() {
                "or" => (Operator::Or, OR),
                "and" => (Operator::And, AND),
                "in" => (Operator::In, COMPARE),
                "not" if self.in_follows() => (Operator::NotIn, COMPARE),
                _ => return None,
            },
            Token::Sign(sign) => match *sign {
                "==" => (Operator::Compare(Compare::Equal), COMPARE),
                "!=" => (Operator::Compare(Compare::NotEqual), COMPARE),
                "<" => (Operator::Compare(Compare::Less), COMPARE),
                "<=" => (Operator::Compare(Compare::LessOrEqual), COMPARE),
                ">" => (Operator::Compare(Compare::Greater), COMPARE),
                ">=" => (Operator::Compare(Compare::GreaterOrEqual), COMPARE),
                "+" => (Operator::Math(Math::Add), SUM),
                "-" => (Operator::Math(Math::Subtract), SUM),
                "*" => (Operator::Math(Math::Multiply), PRODUCT),
                "/" => (Operator::Math(Math::Divide), PRODUCT),
                _ => return None,
            },
            Token::Quoted(_)
            | Token::Text(_)
            | Token::Integer(_)
            | Token::Number(_)
            | Token::Time(_)
            | Token::LocalTime(_)
            | Token::End => return None,
        };
        Some(found)
    }

    fn in_follows(&self) -> bool {
        matches!(self.tokens.get(self.next + 1), Some((_, Token::Word(word))) if word == "in")
    }

    /// `a and b and c` is one node, however long.
    fn parse_chain(&mut self, first: Tree, word: &str, level: u8) -> Result<Tree, SyntaxError> {
        let mut depth = first.1;
        let mut parts = vec![first.0];
        while self.at_word(word) {
            self.skip_token();
            let part = self.parse_binary(level)?;
            depth = depth.max(part.1);
            parts.push(part.0);
        }
        let depth = self.one_deeper(depth)?;
        let expr = if level == OR { Expr::Or(parts) } else { Expr::And(parts) };
        Ok((expr, depth))
    }

    fn parse_list(&mut self, value: Tree) -> Result<Tree, SyntaxError> {
        self.skip_token();
        self.expect_sign(
            "(",
            phrase!("请写列表：x in (\"a\", \"b\")", "write a list: x in (\"a\", \"b\")"),
        )?;
        let mut items = Vec::new();
        loop {
            let at = self.next;
            let (item, _) = self.parse_unary(PRODUCT)?;
            match item {
                Expr::Boolean(_)
                | Expr::Integer(_)
                | Expr::Number(_)
                | Expr::Text(_)
                | Expr::Time(_)
                | Expr::LocalTime(_) => items.push(item),
                Expr::Null => {
                    self.next = at;
                    return Err(self.unexpected_token(phrase!(
                        "列表中不能有 null：请写 `or missing(x)`",
                        "null is in no list: write `or missing(x)`"
                    )));
                }
                Expr::Name(_)
                | Expr::Not(_)
                | Expr::Negate(_)
                | Expr::And(_)
                | Expr::Or(_)
                | Expr::Compare(..)
                | Expr::In(..)
                | Expr::Math(..)
                | Expr::Call(..) => {
                    self.next = at;
                    return Err(self.unexpected_token(phrase!(
                        "列表中只能写字面值；文本须加引号",
                        "a list holds literals; texts stand in quotes"
                    )));
                }
            }
            if self.take_sign(")") {
                break;
            }
            self.expect_sign(
                ",",
                phrase!(
                    "列表各项以逗号分隔，以 `)` 结束",
                    "separate the list with commas and close it with `)`"
                ),
            )?;
            if self.take_sign(")") {
                break;
            }
        }
        let depth = self.one_deeper(value.1)?;
        Ok((Expr::In(Box::new(value.0), items), depth))
    }

    fn parse_unary(&mut self, floor: u8) -> Result<Tree, SyntaxError> {
        if floor <= NOT && self.at_word("not") {
            self.skip_token();
            self.enter_nesting()?;
            let (inner, depth) = self.parse_binary(NOT)?;
            self.nesting -= 1;
            return Ok((Expr::Not(Box::new(inner)), self.one_deeper(depth)?));
        }
        if self.take_sign("-") {
            return self.parse_negative();
        }
        self.parse_primary()
    }

    fn parse_negative(&mut self) -> Result<Tree, SyntaxError> {
        let token = self.peek_token().clone();
        match token {
            Token::Integer(digits) => {
                let Some(value) = 0i64.checked_sub_unsigned(digits) else {
                    return Err(self.unexpected_token(phrase!(
                        "整数最小为 -9223372036854775808",
                        "whole numbers go to -9223372036854775808"
                    )));
                };
                self.skip_token();
                Ok((Expr::Integer(value), 1))
            }
            Token::Number(value) => {
                self.skip_token();
                Ok((Expr::Number(-value), 1))
            }
            Token::Word(_)
            | Token::Quoted(_)
            | Token::Text(_)
            | Token::Time(_)
            | Token::LocalTime(_)
            | Token::Sign(_)
            | Token::End => {
                self.enter_nesting()?;
                let (inner, depth) = self.parse_unary(PRODUCT)?;
                self.nesting -= 1;
                Ok((Expr::Negate(Box::new(inner)), self.one_deeper(depth)?))
            }
        }
    }

    fn parse_primary(&mut self) -> Result<Tree, SyntaxError> {
        let token = self.peek_token().clone();
        let expr = match token {
            Token::Text(text) => Expr::Text(text),
            Token::Integer(digits) => match i64::try_from(digits) {
                Ok(value) => Expr::Integer(value),
                Err(_) => {
                    return Err(self.unexpected_token(phrase!(
                        "整数最大为 9223372036854775807",
                        "whole numbers go to 9223372036854775807"
                    )));
                }
            },
            Token::Number(value) => Expr::Number(value),
            Token::Time(seconds) => Expr::Time(seconds),
            Token::LocalTime(seconds) => Expr::LocalTime(seconds),
            Token::Quoted(name) => Expr::Name(name),
            Token::Word(word) => return self.parse_word(word),
            Token::Sign("(") => {
                self.skip_token();
                self.enter_nesting()?;
                let inner = self.parse_binary(LOWEST)?;
                self.nesting -= 1;
                self.expect_sign(
                    ")",
                    phrase!("请以 `)` 结束括号", "close the parenthesis with `)`"),
                )?;
                return Ok(inner);
            }
            Token::Sign(_) | Token::End => {
                return Err(self.unexpected_token(phrase!(
                    "此处应为值、名称或函数",
                    "expected a value, a name or a function"
                )));
            }
        };
        self.skip_token();
        Ok((expr, 1))
    }

    fn parse_word(&mut self, word: String) -> Result<Tree, SyntaxError> {
        let expr = match word.as_str() {
            "true" => Expr::Boolean(true),
            "false" => Expr::Boolean(false),
            "null" => Expr::Null,
            "and" | "or" | "in" | "not" => {
                return Err(self.unexpected_token(phrase!(
                    "此处应为值、名称或函数",
                    "expected a value, a name or a function"
                )));
            }
            _ => {
                if matches!(self.tokens[self.next + 1].1, Token::Sign("(")) {
                    return self.parse_call(&word);
                }
                Expr::Name(word)
            }
        };
        self.skip_token();
        Ok((expr, 1))
    }

    fn parse_call(&mut self, word: &str) -> Result<Tree, SyntaxError> {
        let Some(function) = Function::find_by_name(word) else {
            let known = FUNCTIONS.iter().map(|entry| entry.1);
            let hint = match find_nearest_word(word, known) {
                Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
                None => phrase!(
                    "全部函数见 docs/expressions.md",
                    "see docs/expressions.md for every function"
                )
                .into(),
            };
            let message = text!("没有函数 `{word}`", "no function is called `{word}`");
            return Err(SyntaxError::new(self.token_offset(), message, hint));
        };
        let at = self.token_offset();
        self.skip_token();
        self.skip_token();
        self.enter_nesting()?;
        let mut arguments = Vec::new();
        let mut depth = 0;
        while !self.take_sign(")") {
            if !arguments.is_empty() {
                self.expect_sign(
                    ",",
                    phrase!(
                        "各参数以逗号分隔，以 `)` 结束",
                        "separate arguments with commas and close with `)`"
                    ),
                )?;
            }
            let (argument, deep) = self.parse_binary(LOWEST)?;
            depth = depth.max(deep);
            arguments.push(argument);
        }
        self.nesting -= 1;
        let (fewest, most) = function.arguments();
        if arguments.len() < fewest || arguments.len() > most {
            let given = arguments.len();
            let wanted = if fewest == most {
                text!("{word} 需要 {fewest} 个", "{word} takes {fewest}")
            } else if most == usize::MAX {
                text!("{word} 至少需要 {fewest} 个", "{word} takes {fewest} or more")
            } else {
                text!("{word} 需要 {fewest} 至 {most} 个", "{word} takes {fewest} to {most}")
            };
            let message = text!("`{word}` 有 {given} 个参数", "{given} arguments for `{word}`");
            return Err(SyntaxError::new(at, message, wanted));
        }
        let depth = self.one_deeper(depth)?;
        Ok((Expr::Call(function, arguments), depth))
    }
}

enum Operator {
    Or,
    And,
    In,
    NotIn,
    Compare(Compare),
    Math(Math),
}
