// The word index: finds literals by the hashes of an article's tokens instead of reading its text.
// Its cost hardly grows with the number of literals, because a token that begins none of them is
// dismissed by one look into a small filter.
//
//   tokens ─▶ filter of first words ─┬─▶ literals of one word ───────────────┐
//                                    └─▶ filter of first pairs ─▶ trie walk ─┴▶ compare ─▶ hits
//
// The trie has no nodes in memory: a node is the chained hash of the words that lead to it, and a
// table tells for each such hash which literals end there and whether longer ones go on. Different
// words may share a hash; what is found is compared with the text, so hits are exact.
//
// Immutable after Build(); any thread. Working memory is in WordIndex::Scratch, one thread's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "stages/pattern_engine.h"

namespace wiredesk {

class WordIndex {
 public:
  static constexpr std::size_t kLiteralBytesMax = 65535;
  static constexpr std::size_t kLiteralTokensMax = 16383;
  static constexpr std::size_t kPrefixBytesMin = 4;

  // Pattern i is reported as i. Keeps nothing of `literals`. `hash_mask` makes collisions, for
  // tests. Invalid argument: a literal that is too long, or a prefix whose word is too short.
  static absl::StatusOr<WordIndex> Build(std::span<const LiteralPattern> literals,
                                         std::uint32_t hash_mask = 0xffffffff);

  class Scratch {
   private:
    friend class WordIndex;
    struct Candidate {  // Literals of the records from `record` on may cover tokens [begin, end).
      std::uint32_t record;
      std::uint32_t begin;
      std::uint32_t end;
    };
    struct Pair {
      std::uint32_t begin;
      std::uint32_t state;
    };
    // Room for every token of the article; the first so many are in use.
    std::vector<std::uint32_t> singles;
    std::vector<std::uint32_t> firsts;
    std::vector<Pair> pairs;
    std::size_t single_count = 0;
    std::size_t first_count = 0;
    std::size_t pair_count = 0;
    std::vector<Candidate> single_candidates;
    std::vector<Candidate> phrase_candidates;
    std::vector<Candidate> prefix_candidates;
    std::vector<PatternHit> single_hits;
    std::vector<PatternHit> other_hits;
  };

  // Adds every literal in `article`, by ascending end, at the same end by ascending begin.
  void Find(const Article& article, Scratch& scratch, std::vector<PatternHit>& hits) const;

  // Bytes that the index holds.
  std::size_t memory_bytes() const;

  // A form that Load() reads, on the same kind of machine and with the same version of this code;
  // whoever keeps it keeps a checksum too. Load() copies; an error where `bytes` can't be one.
  void Serialise(std::string& bytes) const;
  static absl::StatusOr<WordIndex> Load(std::string_view bytes);

 private:
  class Builder;
  using Candidate = Scratch::Candidate;

  // A place of the table of nodes; empty where `payload` is 0.
  struct Node {
    std::uint32_t state;
    std::uint32_t payload;
  };
  static constexpr std::uint32_t kContinues = 0x80000000;  // Else: 1 + record / kRecordAlign.
  static constexpr std::uint32_t kRecordAlign = 4;

  // A literal's bytes follow: without the space before it, with the one behind it.
  struct Record {
    std::uint32_t literal;
    std::uint16_t bytes;
    std::uint16_t tokens : 14;
    std::uint16_t is_prefix : 1;
    std::uint16_t is_last : 1;  // Of those that share its state; else the next one follows.
  };

  // What prefixes there are of words that begin with these four bytes. Bit i: one of i bytes; bit
  // 63: one of 63 or more.
  struct PrefixGroup {
    std::uint32_t first_bytes;
    std::uint32_t unused;
    std::uint64_t alone;         // Of literals that are one word
    std::uint64_t behind_words;  // ... and of the others.
  };

  static std::uint32_t PrefixState(std::uint32_t word_before, const char* prefix,
                                   std::uint32_t bytes);
  static bool IsEqual(const char* a, const char* b, std::size_t bytes);

  const Node* FindNode(std::uint32_t state) const;
  const PrefixGroup* FindGroup(std::uint32_t first_bytes) const;
  void SiftTokens(std::span<const Token> tokens, Scratch& scratch) const;
  void SiftPairs(std::span<const Token> tokens, Scratch& scratch) const;
  void FindSingles(const Article& article, Scratch& scratch) const;
  void FindPhrases(const Article& article, Scratch& scratch) const;
  void FindPrefixes(const Article& article, Scratch& scratch) const;
  void AddPrefixes(std::uint64_t lengths, std::uint32_t word_before, const Article& article,
                   std::uint32_t token, Scratch& scratch) const;
  void AddCandidate(const Article& article, const Node& node, std::uint32_t begin,
                    std::uint32_t end, std::vector<Candidate>& candidates) const;
  void Compare(const Article& article, const std::vector<Candidate>& candidates, bool prefixes,
               std::vector<PatternHit>& hits) const;

  template <typename Index, typename Visitor>
  static void VisitArrays(Index& index, Visitor visit) {
    visit(index.first_filter_);
    visit(index.pair_filter_);
    visit(index.nodes_);
    visit(index.records_);
    visit(index.prefix_filter_);
    visit(index.groups_);
  }
  void SetShifts();

  std::uint32_t hash_mask_ = 0xffffffff;
  std::uint32_t first_shift_ = 31;
  std::uint32_t pair_shift_ = 31;
  std::uint32_t node_shift_ = 31;
  std::uint32_t prefix_shift_ = 31;
  std::uint32_t group_shift_ = 31;
  // Two bits in one half of a word for each first word: the lower half for literals of one word,
  // the upper one for longer ones.
  std::vector<std::uint64_t> first_filter_;
  std::vector<std::uint64_t> pair_filter_;  // Two bits in one word for each state of two words.
  std::vector<Node> nodes_;
  std::vector<char> records_;
  std::vector<std::uint64_t> prefix_filter_;  // By the first four bytes; empty without prefixes.
  std::vector<PrefixGroup> groups_;
};

}  // namespace wiredesk
