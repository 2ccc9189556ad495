#include "stages/word_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "stages/arena.h"
#include "stages/byte_form.h"
#include "stages/token_hash.h"

namespace wiredesk {

namespace {

constexpr std::string_view kMagic = "wiredesk word index 2";
// Chunks of look-ups that are started before the first is needed.
constexpr std::size_t kAhead = 8;
// Prefixes of so many bytes or more are looked up by their beginning.
constexpr std::uint32_t kLongPrefix = 63;

// Elements of a table for `keys` keys: a power of two, at least `per_key` for each.
std::size_t TableSize(std::size_t keys, std::size_t per_key, std::size_t least = 64) {
  return std::bit_ceil(std::max(keys * per_key, least));
}

// Words of a filter with that many bits for each key.
std::size_t FilterWords(std::size_t keys, std::size_t bits) {
  return TableSize(keys, bits, 4096) / 64;
}

// The shift that leaves of a hash an index into `size` elements.
std::uint32_t ShiftFor(std::size_t size) {
  return 32 - static_cast<std::uint32_t>(std::countr_zero(size));
}

std::uint32_t LoadFour(const char* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::uint32_t MixFour(std::uint32_t bytes) { return bytes * 0x9e3779b1u; }

// Two bits of the lower half of a word.
constexpr std::array<std::uint32_t, 256> MakeTwoBits() {
  std::array<std::uint32_t, 256> all{};
  std::size_t count = 0;
  for (unsigned distance = 1; count < all.size(); ++distance) {
    for (unsigned i = 0; i < 32 && count < all.size(); ++i) {
      all[count++] = 1u << i | 1u << (i + distance) % 32;
    }
  }
  return all;
}
constexpr std::array<std::uint32_t, 256> kTwoBits = MakeTwoBits();
constexpr std::uint64_t kBothHalves = (std::uint64_t{1} << 32) + 1;

std::uint64_t FirstBits(std::uint32_t hash) { return kTwoBits[hash & 255]; }

std::uint64_t PairBits(std::uint32_t state) {
  return (std::uint64_t{1} << (state & 63)) | (std::uint64_t{1} << (state >> 6 & 63));
}

bool IsEarlier(const PatternHit& a, const PatternHit& b) {
  return std::tie(a.end, a.begin, a.pattern) < std::tie(b.end, b.begin, b.pattern);
}

template <typename T>
void SortUnique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

// The chained hash of a prefix: of what it is known of its word, and the word before it, where
// there is one.
std::uint32_t WordIndex::PrefixState(std::uint32_t word_before, const char* prefix,
                                     std::uint32_t bytes) {
  constexpr std::uint32_t kPrefixes = 0x5bd1e995;
  return ChainHash(ChainHash(kPrefixes, word_before), HashToken(prefix, bytes));
}

class WordIndex::Builder {
 public:
  explicit Builder(std::uint32_t hash_mask) { index_.hash_mask_ = hash_mask; }

  absl::Status Add(std::uint32_t number, const LiteralPattern& literal) {
    if (literal.text.size() < 2 || literal.text.size() > kLiteralBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("a term of ", literal.text.size(), " bytes is too long"));
    }
    buffer_.assign(literal.text, 1);
    buffer_.append(kPadding, '\0');
    const std::size_t bytes = literal.text.size() - 1;
    SplitWords(bytes);
    if (words_.size() > kLiteralTokensMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("a term of ", words_.size(), " words is too long"));
    }
    if (literal.is_prefix) return AddPrefix(number, bytes);
    AddWords(number);
    return absl::OkStatus();
  }

  WordIndex Finish(std::span<const LiteralPattern> literals) && {
    MakeFilters();
    SortUnique(continued_);
    std::sort(terminals_.begin(), terminals_.end());
    MakeGroups();
    MakeNodes(literals);
    return std::move(index_);
  }

 private:
  struct Word {
    std::uint32_t start;
    std::uint32_t hash;
  };

  void SplitWords(std::size_t bytes) {
    words_.clear();
    for (std::size_t at = 0; at < bytes;) {
      const std::size_t end = std::min(buffer_.find(' ', at), bytes);
      words_.push_back(
          {static_cast<std::uint32_t>(at),
           HashToken(buffer_.data() + at, std::max<std::size_t>(end - at, 1)) & index_.hash_mask_});
      at = end + 1;
    }
  }

  void AddWords(std::uint32_t number) {
    std::uint32_t state = words_.front().hash;
    (words_.size() == 1 ? single_firsts_ : longer_firsts_).push_back(state);
    for (std::size_t i = 1; i < words_.size(); ++i) {
      state = ChainHash(state, words_[i].hash) & index_.hash_mask_;
      if (i == 1) pairs_.push_back(state);
      if (i + 1 < words_.size()) continued_.push_back(state);
    }
    terminals_.emplace_back(state, number);
  }

  absl::Status AddPrefix(std::uint32_t number, std::size_t bytes) {
    const std::uint32_t start = words_.back().start;
    const auto length = static_cast<std::uint32_t>(bytes - start);
    if (length < kPrefixBytesMin) {
      return absl::InvalidArgumentError(
          absl::StrCat("a wildcard behind ", length, " bytes is not supported"));
    }
    const char* const prefix = buffer_.data() + start;
    const std::uint32_t known = std::min(length, kLongPrefix);
    const bool is_alone = words_.size() == 1;
    const std::uint32_t before = is_alone ? 0 : words_[words_.size() - 2].hash;
    terminals_.emplace_back(PrefixState(before, prefix, known) & index_.hash_mask_, number);
    PrefixGroup group = {LoadFour(prefix), 0, 0, 0};
    (is_alone ? group.alone : group.behind_words) = std::uint64_t{1} << known;
    prefixes_.push_back(group);
    return absl::OkStatus();
  }

  void MakeFilters() {
    SortUnique(single_firsts_);
    SortUnique(longer_firsts_);
    SortUnique(pairs_);
    const std::size_t firsts = std::max(single_firsts_.size(), longer_firsts_.size());
    index_.first_filter_.resize(FilterWords(firsts, 16));
    index_.pair_filter_.resize(FilterWords(pairs_.size(), 8));
    index_.SetShifts();
    const auto set = [this](const std::vector<std::uint32_t>& hashes, unsigned half) {
      for (std::uint32_t hash : hashes) {
        index_.first_filter_[hash >> index_.first_shift_] |= FirstBits(hash) << half;
      }
    };
    set(single_firsts_, 0);
    set(longer_firsts_, 32);
    for (std::uint32_t state : pairs_) {
      index_.pair_filter_[state >> index_.pair_shift_] |= PairBits(state);
    }
  }

  void MakeGroups() {
    if (prefixes_.empty()) return;
    index_.groups_.resize(TableSize(prefixes_.size(), 2));
    index_.prefix_filter_.resize(FilterWords(prefixes_.size(), 16));
    index_.SetShifts();
    const std::size_t last = index_.groups_.size() - 1;
    for (const PrefixGroup& prefix : prefixes_) {
      const std::uint32_t mixed = MixFour(prefix.first_bytes);
      index_.prefix_filter_[mixed >> index_.prefix_shift_] |= std::uint64_t{1} << (mixed & 63);
      std::size_t at = mixed >> index_.group_shift_;
      while (index_.groups_[at].first_bytes != 0 &&
             index_.groups_[at].first_bytes != prefix.first_bytes) {
        at = (at + 1) & last;
      }
      PrefixGroup& group = index_.groups_[at];
      group.first_bytes = prefix.first_bytes;
      group.alone |= prefix.alone;
      group.behind_words |= prefix.behind_words;
    }
  }

  // Records in the order of their states, those of one state side by side.
  void MakeNodes(std::span<const LiteralPattern> literals) {
    index_.nodes_.resize(TableSize(terminals_.size() + continued_.size(), 2));
    index_.SetShifts();
    for (std::size_t i = 0; i < terminals_.size(); ++i) {
      const auto [state, number] = terminals_[i];
      const bool is_first = i == 0 || terminals_[i - 1].first != state;
      const bool is_last = i + 1 == terminals_.size() || terminals_[i + 1].first != state;
      const std::size_t record = AppendRecord(literals[number], number, is_last);
      if (is_first) NodeOf(state).payload = static_cast<std::uint32_t>(1 + record / kRecordAlign);
    }
    for (std::uint32_t state : continued_) NodeOf(state).payload |= kContinues;
    index_.records_.resize(index_.records_.size() + kPadding);
    index_.records_.shrink_to_fit();
  }

  std::size_t AppendRecord(const LiteralPattern& literal, std::uint32_t number, bool is_last) {
    std::vector<char>& records = index_.records_;
    const std::size_t at = records.size();
    const std::size_t bytes = literal.text.size() - 1;
    const auto tokens =
        std::count(literal.text.begin(), literal.text.end(), ' ') - (literal.is_prefix ? 0 : 1);
    Record record{};
    record.literal = number;
    record.bytes = static_cast<std::uint16_t>(bytes);
    record.tokens = static_cast<std::uint16_t>(tokens & 0x3fff);
    record.is_prefix = literal.is_prefix;
    record.is_last = is_last;
    records.resize((at + sizeof record + bytes + kRecordAlign - 1) & ~(kRecordAlign - 1));
    std::memcpy(records.data() + at, &record, sizeof record);
    std::memcpy(records.data() + at + sizeof record, literal.text.data() + 1, bytes);
    return at;
  }

  Node& NodeOf(std::uint32_t state) {
    const std::size_t last = index_.nodes_.size() - 1;
    std::size_t at = state >> index_.node_shift_;
    while (index_.nodes_[at].payload != 0 && index_.nodes_[at].state != state) at = (at + 1) & last;
    index_.nodes_[at].state = state;
    return index_.nodes_[at];
  }

  WordIndex index_;
  std::string buffer_;  // The literal without its first space.
  std::vector<Word> words_;
  std::vector<std::uint32_t> single_firsts_;
  std::vector<std::uint32_t> longer_firsts_;
  std::vector<std::uint32_t> pairs_;
  std::vector<std::uint32_t> continued_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> terminals_;  // State and literal.
  std::vector<PrefixGroup> prefixes_;
};

absl::StatusOr<WordIndex> WordIndex::Build(std::span<const LiteralPattern> literals,
                                           std::uint32_t hash_mask) {
  Builder builder(hash_mask);
  for (std::size_t i = 0; i < literals.size(); ++i) {
    const absl::Status added = builder.Add(static_cast<std::uint32_t>(i), literals[i]);
    if (!added.ok()) return added;
  }
  return std::move(builder).Finish(literals);
}

void WordIndex::SetShifts() {
  const auto shift = [](const auto& table) { return table.empty() ? 31 : ShiftFor(table.size()); };
  first_shift_ = shift(first_filter_);
  pair_shift_ = shift(pair_filter_);
  node_shift_ = shift(nodes_);
  prefix_shift_ = shift(prefix_filter_);
  group_shift_ = shift(groups_);
}

void WordIndex::Find(const Article& article, Scratch& scratch,
                     std::vector<PatternHit>& hits) const {
  const std::span<const Token> tokens = article.tokens;
  if (tokens.empty()) return;
  SiftTokens(tokens, scratch);
  SiftPairs(tokens, scratch);
  FindSingles(article, scratch);
  FindPhrases(article, scratch);
  scratch.prefix_candidates.clear();
  if (!groups_.empty()) FindPrefixes(article, scratch);
  std::vector<PatternHit>& singles = scratch.single_hits;
  std::vector<PatternHit>& others = scratch.other_hits;
  singles.clear();
  others.clear();
  Compare(article, scratch.single_candidates, false, singles);
  Compare(article, scratch.phrase_candidates, false, others);
  Compare(article, scratch.prefix_candidates, true, others);
  if (!std::is_sorted(others.begin(), others.end(), IsEarlier)) {
    std::sort(others.begin(), others.end(), IsEarlier);
  }
  if (!scratch.prefix_candidates.empty()) {
    // Two look-ups of one word may meet the same records.
    const auto is_same = [](const PatternHit& a, const PatternHit& b) {
      return !IsEarlier(a, b) && !IsEarlier(b, a);
    };
    others.erase(std::unique(others.begin(), others.end(), is_same), others.end());
  }
  const std::size_t before = hits.size();
  hits.resize(before + singles.size() + others.size());
  std::merge(others.begin(), others.end(), singles.begin(), singles.end(),
             hits.begin() + static_cast<std::ptrdiff_t>(before), IsEarlier);
}

// Which tokens may be literals by themselves, and which may begin longer ones. Every token of every
// article comes by here, and which pass is nothing that a processor could guess: no branches.
void WordIndex::SiftTokens(std::span<const Token> tokens, Scratch& scratch) const {
  if (scratch.singles.size() < tokens.size()) {
    scratch.singles.resize(2 * tokens.size());
    scratch.firsts.resize(2 * tokens.size());
    scratch.pairs.resize(2 * tokens.size());
  }
  std::uint32_t* single = scratch.singles.data();
  std::uint32_t* first = scratch.firsts.data();
  const std::uint64_t* const filter = first_filter_.data();
  const std::uint32_t mask = hash_mask_;
  const std::uint32_t shift = first_shift_;
  const Token* const token = tokens.data();
  const auto count = static_cast<std::uint32_t>(tokens.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t hash = token[i].hash & mask;
    const std::uint64_t missing = FirstBits(hash) * kBothHalves & ~filter[hash >> shift];
    *single = i;
    single += static_cast<std::uint32_t>(missing) == 0;
    *first = i;
    first += missing >> 32 == 0;
  }
  // Nothing follows the last.
  if (first != scratch.firsts.data() && first[-1] == count - 1) --first;
  scratch.single_count = static_cast<std::size_t>(single - scratch.singles.data());
  scratch.first_count = static_cast<std::size_t>(first - scratch.firsts.data());
}

void WordIndex::SiftPairs(std::span<const Token> tokens, Scratch& scratch) const {
  Scratch::Pair* pair = scratch.pairs.data();
  const std::uint64_t* const filter = pair_filter_.data();
  for (const std::uint32_t begin : std::span(scratch.firsts).first(scratch.first_count)) {
    const std::uint32_t state =
        ChainHash(tokens[begin].hash & hash_mask_, tokens[begin + 1].hash & hash_mask_) &
        hash_mask_;
    const std::uint64_t wanted = PairBits(state);
    *pair = {begin, state};
    pair += (filter[state >> pair_shift_] & wanted) == wanted;
  }
  scratch.pair_count = static_cast<std::size_t>(pair - scratch.pairs.data());
}

const WordIndex::Node* WordIndex::FindNode(std::uint32_t state) const {
  const std::size_t last = nodes_.size() - 1;
  for (std::size_t at = state >> node_shift_; nodes_[at].payload != 0; at = (at + 1) & last) {
    if (nodes_[at].state == state) return &nodes_[at];
  }
  return nullptr;
}

void WordIndex::AddCandidate(const Article& article, const Node& node, std::uint32_t begin,
                             std::uint32_t end, std::vector<Candidate>& candidates) const {
  const std::uint32_t record = node.payload & ~kContinues;
  if (record == 0) return;
  const std::uint32_t at = record - 1;
  __builtin_prefetch(records_.data() + std::size_t{at} * kRecordAlign);
  __builtin_prefetch(article.canonical.data() + article.tokens[begin].canonical);
  candidates.push_back({at, begin, end});
}

void WordIndex::FindSingles(const Article& article, Scratch& scratch) const {
  const std::span<const Token> tokens = article.tokens;
  scratch.single_candidates.clear();
  const auto singles = std::span(scratch.singles).first(scratch.single_count);
  for (std::size_t i = 0; i < singles.size(); ++i) {
    if (i + kAhead < singles.size()) {
      const std::uint32_t ahead = tokens[singles[i + kAhead]].hash & hash_mask_;
      __builtin_prefetch(&nodes_[ahead >> node_shift_]);
    }
    const Node* const node = FindNode(tokens[singles[i]].hash & hash_mask_);
    if (node) AddCandidate(article, *node, singles[i], singles[i] + 1, scratch.single_candidates);
  }
}

void WordIndex::FindPhrases(const Article& article, Scratch& scratch) const {
  const std::span<const Token> tokens = article.tokens;
  scratch.phrase_candidates.clear();
  const auto pairs = std::span(scratch.pairs).first(scratch.pair_count);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i + kAhead < pairs.size()) {
      __builtin_prefetch(&nodes_[pairs[i + kAhead].state >> node_shift_]);
    }
    const std::uint32_t begin = pairs[i].begin;
    std::uint32_t end = begin + 2;
    std::uint32_t state = pairs[i].state;
    const Node* node = FindNode(state);
    while (node != nullptr) {
      AddCandidate(article, *node, begin, end, scratch.phrase_candidates);
      if ((node->payload & kContinues) == 0 || end >= tokens.size()) break;
      state = ChainHash(state, tokens[end].hash & hash_mask_) & hash_mask_;
      ++end;
      node = FindNode(state);
    }
  }
}

const WordIndex::PrefixGroup* WordIndex::FindGroup(std::uint32_t first_bytes) const {
  const std::size_t last = groups_.size() - 1;
  std::size_t at = MixFour(first_bytes) >> group_shift_;
  for (; groups_[at].first_bytes != 0; at = (at + 1) & last) {
    if (groups_[at].first_bytes == first_bytes) return &groups_[at];
  }
  return nullptr;
}

void WordIndex::FindPrefixes(const Article& article, Scratch& scratch) const {
  const std::span<const Token> tokens = article.tokens;
  const char* const text = article.canonical.data();
  std::uint32_t* passed = scratch.singles.data();
  for (std::uint32_t i = 0; i < tokens.size(); ++i) {
    const std::uint32_t mixed = MixFour(LoadFour(text + tokens[i].canonical));
    *passed = i;
    passed += prefix_filter_[mixed >> prefix_shift_] >> (mixed & 63) & 1;
  }
  const auto count = static_cast<std::size_t>(passed - scratch.singles.data());
  for (const std::uint32_t token : std::span(scratch.singles).first(count)) {
    const std::uint32_t start = tokens[token].canonical;
    const PrefixGroup* const group = FindGroup(LoadFour(text + start));
    if (group == nullptr) continue;
    const std::size_t end =
        token + 1 < tokens.size() ? tokens[token + 1].canonical : article.canonical.size();
    const std::uint64_t possible =
        ~std::uint64_t{0} >> (63 - std::min<std::size_t>(end - start, 63));
    AddPrefixes(group->alone & possible, 0, article, token, scratch);
    if (token == 0) continue;
    AddPrefixes(group->behind_words & possible, tokens[token - 1].hash & hash_mask_, article, token,
                scratch);
  }
}

void WordIndex::AddPrefixes(std::uint64_t lengths, std::uint32_t word_before,
                            const Article& article, std::uint32_t token, Scratch& scratch) const {
  const char* const start = article.canonical.data() + article.tokens[token].canonical;
  for (; lengths != 0; lengths &= lengths - 1) {
    const auto bytes = static_cast<std::uint32_t>(std::countr_zero(lengths));
    const Node* const node = FindNode(PrefixState(word_before, start, bytes) & hash_mask_);
    if (node) AddCandidate(article, *node, token, token + 1, scratch.prefix_candidates);
  }
}

// memcmp() for a few bytes, with up to 7 readable ones behind each.
bool WordIndex::IsEqual(const char* a, const char* b, std::size_t bytes) {
  const auto load = [](const char* p) {
    std::uint64_t value;
    std::memcpy(&value, p, sizeof value);
    return value;
  };
  std::size_t at = 0;
  for (; at + 8 < bytes; at += 8) {
    if (load(a + at) != load(b + at)) return false;
  }
  const std::uint64_t difference = load(a + at) ^ load(b + at);
  const std::size_t behind = 8 * (8 - (bytes - at));
  if constexpr (std::endian::native == std::endian::little) return difference << behind == 0;
  return difference >> behind == 0;
}

// Of prefixes a candidate knows the end only.
void WordIndex::Compare(const Article& article, const std::vector<Candidate>& candidates,
                        bool prefixes, std::vector<PatternHit>& hits) const {
  for (const Candidate& candidate : candidates) {
    const char* at = records_.data() + std::size_t{candidate.record} * kRecordAlign;
    for (bool is_last = false; !is_last;) {
      Record record;
      std::memcpy(&record, at, sizeof record);
      const char* const text = at + sizeof record;
      is_last = record.is_last;
      at += (sizeof record + record.bytes + kRecordAlign - 1) & ~std::size_t{kRecordAlign - 1};
      const std::uint32_t begin = candidate.end - record.tokens;
      const bool fits = prefixes ? record.is_prefix && record.tokens <= candidate.end
                                 : !record.is_prefix && begin == candidate.begin;
      if (!fits) continue;
      const std::size_t start = article.tokens[begin].canonical;
      if (record.bytes > article.canonical.size() - start) continue;
      if (!IsEqual(article.canonical.data() + start, text, record.bytes)) continue;
      hits.push_back({record.literal, begin, candidate.end});
    }
  }
}

std::size_t WordIndex::memory_bytes() const {
  std::size_t bytes = 0;
  VisitArrays(*this, [&bytes](const auto& array) { bytes += array.capacity() * sizeof array[0]; });
  return bytes;
}

void WordIndex::Serialise(std::string& bytes) const {
  PutBytes(kMagic, bytes);
  PutNumber(HashToken(kMagic.data(), kHashBlockBytes), bytes);  // Tells byte order and hash.
  PutNumber(hash_mask_, bytes);
  VisitArrays(*this, [&bytes](const auto& array) { PutArray(array, bytes); });
}

absl::StatusOr<WordIndex> WordIndex::Load(std::string_view bytes) {
  WordIndex index;
  std::string_view magic;
  std::uint64_t hash = 0;
  std::uint64_t mask = 0;
  bool is_valid = TakeBytes(bytes, magic) && magic == kMagic && TakeNumber(bytes, hash) &&
                  hash == HashToken(kMagic.data(), kHashBlockBytes) && TakeNumber(bytes, mask);
  index.hash_mask_ = static_cast<std::uint32_t>(mask);
  VisitArrays(index, [&](auto& array) { is_valid = is_valid && TakeArray(bytes, array); });
  const auto is_table = [](const auto& array) {
    return array.size() > 1 && std::has_single_bit(array.size());
  };
  is_valid = is_valid && bytes.empty() && is_table(index.first_filter_) &&
             is_table(index.pair_filter_) && is_table(index.nodes_) &&
             index.records_.size() >= kPadding &&
             (index.groups_.empty() || (is_table(index.groups_) && is_table(index.prefix_filter_)));
  if (!is_valid) return absl::DataLossError("these bytes are no word index of this program");
  index.SetShifts();
  return index;
}

}  // namespace wiredesk
