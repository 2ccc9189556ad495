//! Articles as they come in, and the text that keywords are looked for in.

use std::borrow::Cow;

use serde::Deserialize;

#[derive(Deserialize)]
pub struct Article<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub title: Cow<'a, str>,
    #[serde(borrow, default)]
    pub body: Cow<'a, str>,
    #[serde(borrow, default)]
    pub language: Cow<'a, str>,
    #[serde(borrow, default)]
    pub source: Cow<'a, str>,
    #[serde(borrow, default)]
    pub published_at: Cow<'a, str>,
}

/// Title and body, folded byte for byte: ` title  body `. Reused from article to article.
#[derive(Default)]
pub struct FoldedText {
    bytes: Vec<u8>,
    body: usize,
}

impl FoldedText {
    pub fn set(&mut self, article: &Article) {
        self.bytes.clear();
        self.bytes.push(b' ');
        append(&mut self.bytes, article.title.as_bytes());
        self.bytes.extend_from_slice(b"  ");
        self.body = self.bytes.len();
        append(&mut self.bytes, article.body.as_bytes());
        self.bytes.push(b' ');
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Field and place in it of a place in the folded text.
    pub fn field(&self, at: usize) -> (&'static str, usize) {
        if at < self.body {
            ("title", at - 1)
        } else {
            ("body", at - self.body)
        }
    }
}

/// Lower-case ASCII; a space for what is neither letter nor digit, general punctuation included.
fn append(out: &mut Vec<u8>, text: &[u8]) {
    let begin = out.len();
    out.extend(text.iter().map(|&byte| {
        let lower = byte | 0x20;
        if lower.wrapping_sub(b'a') < 26 {
            lower
        } else if byte.wrapping_sub(b'0') < 10 || byte >= 0x80 {
            byte
        } else {
            b' '
        }
    }));
    let folded = &mut out[begin..];
    for at in memchr::memchr2_iter(0xc2, 0xe2, text) {
        match text[at..] {
            [0xe2, 0x80, _, ..] => folded[at..at + 3].fill(b' '),
            [0xc2, _, ..] => folded[at..at + 2].fill(b' '),
            _ => {}
        }
    }
}
