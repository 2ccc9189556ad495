//! Turns an article into its output record.

use crate::article::{Article, FoldedText};
use crate::keywords::Keywords;

const EVIDENCE_MAX: usize = 20;

#[derive(Clone, Default)]
struct Tag {
    score: u32,
    places: Vec<(u32, usize)>, // Keyword and place, at most EVIDENCE_MAX.
}

/// Where an article came from.
pub struct Origin<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub offset: i64,
}

pub struct Tagger {
    keywords: Keywords,
    text: FoldedText,
    article_number: u32,
    last_seen: Vec<u32>, // By keyword: the number of the article that it was last found in.
    tags: Vec<Tag>,      // By topic.
    found: Vec<u32>,     // Topics with a score.
    record: Vec<u8>,
}

impl Tagger {
    pub fn new(keywords: Keywords) -> Self {
        Self {
            last_seen: vec![0; keywords.list.len()],
            tags: vec![Tag::default(); keywords.topics.len()],
            keywords,
            text: FoldedText::default(),
            article_number: 0,
            found: Vec::new(),
            record: Vec::new(),
        }
    }

    pub fn tag(&mut self, json: &[u8], origin: &Origin) -> Result<&[u8], sonic_rs::Error> {
        let article: Article = sonic_rs::from_slice(json)?;
        self.text.set(&article);
        self.count();
        self.found.sort_unstable_by_key(|&topic| {
            let score = self.tags[topic as usize].score;
            (std::cmp::Reverse(score), topic)
        });
        self.write(&article, origin);
        Ok(&self.record)
    }

    fn count(&mut self) {
        for &topic in &self.found {
            self.tags[topic as usize].score = 0;
            self.tags[topic as usize].places.clear();
        }
        self.found.clear();
        self.article_number += 1;
        let Self {
            keywords,
            text,
            article_number,
            last_seen,
            tags,
            found,
            ..
        } = self;
        keywords.find(text.bytes(), |keyword, at| {
            if std::mem::replace(&mut last_seen[keyword as usize], *article_number)
                == *article_number
            {
                return;
            }
            let topic = keywords.list[keyword as usize].topic;
            let tag = &mut tags[topic as usize];
            if tag.score == 0 {
                found.push(topic);
            }
            tag.score += 1;
            if tag.places.len() < EVIDENCE_MAX {
                tag.places.push((keyword, at));
            }
        });
    }

    fn write(&mut self, article: &Article, origin: &Origin) {
        let out = &mut self.record;
        out.clear();
        string(out, "{\"id\":", &article.id);
        nullable(out, ",\"language\":", &article.language);
        nullable(out, ",\"title\":", &article.title);
        nullable(out, ",\"published_at\":", &article.published_at);
        nullable(out, ",\"source\":", &article.source);
        out.extend_from_slice(b",\"tags\":[");
        for (i, &topic) in self.found.iter().enumerate() {
            let tag = &self.tags[topic as usize];
            string(
                out,
                if i == 0 { "{\"id\":" } else { ",{\"id\":" },
                &self.keywords.topics[topic as usize],
            );
            number(out, ",\"score\":", tag.score);
            out.extend_from_slice(b",\"evidence\":[");
            for (j, &(keyword, at)) in tag.places.iter().enumerate() {
                let term = &self.keywords.list[keyword as usize].text;
                let (field, start) = self.text.field(at);
                let text = if field == "title" {
                    &article.title
                } else {
                    &article.body
                };
                string(out, if j == 0 { "{\"term\":" } else { ",{\"term\":" }, term);
                string(out, ",\"field\":", field);
                number(out, ",\"start\":", start);
                number(out, ",\"end\":", start + term.len());
                string(out, ",\"text\":", &text[start..start + term.len()]);
                out.push(b'}');
            }
            out.extend_from_slice(b"]}");
        }
        string(out, "],\"origin\":{\"topic\":", origin.topic);
        number(out, ",\"partition\":", origin.partition);
        number(out, ",\"offset\":", origin.offset);
        out.extend_from_slice(b"}}");
    }
}

fn string(out: &mut Vec<u8>, prefix: &str, value: &str) {
    out.extend_from_slice(prefix.as_bytes());
    sonic_rs::to_writer(out, value).expect("memory takes everything");
}

fn nullable(out: &mut Vec<u8>, prefix: &str, value: &str) {
    if value.is_empty() {
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(b"null");
    } else {
        string(out, prefix, value);
    }
}

fn number(out: &mut Vec<u8>, prefix: &str, value: impl itoa::Integer) {
    out.extend_from_slice(prefix.as_bytes());
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}
