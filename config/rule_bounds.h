// How large a rule pack and what it holds may be, in whatever form it comes. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wiredesk {

// Of a pack.
inline constexpr std::size_t kPackBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kPackTopicsMax = 200'000;
inline constexpr std::size_t kPackNamesMax = 10'000;  // Given by `let` and `file`.
inline constexpr std::size_t kPackNodesMax = 2'000'000;
inline constexpr std::size_t kFurtherFieldsMax = 16;  // Beside the built-in ones.

// Of the files of `file` statements, all those of a pack together.
inline constexpr std::size_t kListBytesMax = std::size_t{256} << 20;
inline constexpr std::size_t kListEntriesMax = 5'000'000;
inline constexpr std::int32_t kListWeightMax = 1'000'000;

// Of texts, in bytes.
inline constexpr std::size_t kTopicIdBytesMax = 200;  // Also of other names.
inline constexpr std::size_t kTopicLabelBytesMax = 1000;
inline constexpr std::size_t kTermBytesMax = 1000;
inline constexpr std::size_t kTestBytesMax = std::size_t{1} << 20;

// Of an expression.
inline constexpr int kRuleNestingMax = 32;
inline constexpr std::size_t kMembersMax = 100'000;  // Of a set, or operands of one | or &.
// Nodes of one expression with its names written out: a name of names of names must not fill the
// memory.
inline constexpr std::size_t kExpandedNodesMax = 1'000'000;
inline constexpr std::size_t kPrefixLettersMin = 4;
inline constexpr std::int32_t kNearMax = 50;
inline constexpr std::int32_t kCountMax = 1'000'000;
inline constexpr std::size_t kMetadataValuesMax = 10'000;

// Of a topic.
inline constexpr std::int32_t kWeightMax = 1'000'000;
inline constexpr std::int32_t kHitsMax = 1000;
inline constexpr std::int32_t kNeedMax = 1'000'000'000;
inline constexpr std::int32_t kBoostMax = 100;
inline constexpr std::int32_t kEmitHitsMax = 1000;
inline constexpr std::int32_t kSnippetBytesMax = 1000;

}  // namespace wiredesk
