//! The keywords and the automaton that finds them, in the variant asked for.

use std::io::Error;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use daachorse::DoubleArrayAhoCorasick;

pub enum Automaton {
    Daachorse(DoubleArrayAhoCorasick<u32>),
    Dfa(AhoCorasick),
}

pub struct Keyword {
    pub text: String,
    pub topic: u32,
}

pub struct Keywords {
    pub list: Vec<Keyword>,
    pub topics: Vec<String>,
    automaton: Automaton,
}

impl Keywords {
    /// Reads `keyword<TAB>topic` lines. `variant`: daachorse or dfa.
    pub fn load(path: &str, variant: &str) -> Result<Self, Error> {
        let mut list = Vec::new();
        let mut topics: Vec<String> = Vec::new();
        for line in std::fs::read_to_string(path)?.lines() {
            let (text, topic) = line
                .split_once('\t')
                .ok_or_else(|| Error::other(format!("{path}: no tab in {line:?}")))?;
            let index = topics
                .iter()
                .position(|known| known == topic)
                .unwrap_or_else(|| {
                    topics.push(topic.to_string());
                    topics.len() - 1
                });
            list.push(Keyword {
                text: text.to_string(),
                topic: index as u32,
            });
        }
        // The spaces beside it make the automaton find whole words only.
        let patterns: Vec<String> = list.iter().map(|k| format!(" {} ", k.text)).collect();
        let automaton = match variant {
            "daachorse" => Automaton::Daachorse(
                DoubleArrayAhoCorasick::new(patterns).map_err(|e| Error::other(e.to_string()))?,
            ),
            "dfa" => Automaton::Dfa(
                AhoCorasick::builder()
                    .kind(Some(AhoCorasickKind::DFA))
                    .build(patterns)
                    .map_err(Error::other)?,
            ),
            _ => {
                return Err(Error::other(format!(
                    "{variant}: neither daachorse nor dfa"
                )))
            }
        };
        Ok(Self {
            list,
            topics,
            automaton,
        })
    }

    /// Calls `hit` with the keyword and the place of its first letter, in order of their ends.
    pub fn find(&self, text: &[u8], mut hit: impl FnMut(u32, usize)) {
        match &self.automaton {
            Automaton::Daachorse(automaton) => {
                for found in automaton.find_overlapping_iter(text) {
                    hit(found.value(), found.start() + 1);
                }
            }
            Automaton::Dfa(automaton) => {
                for found in automaton.find_overlapping_iter(text) {
                    hit(found.pattern().as_u32(), found.start() + 1);
                }
            }
        }
    }
}
