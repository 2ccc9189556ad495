#include "stages/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace wiredesk {
namespace {

using Kernel = char* (*)(std::string_view, char*);

struct NamedKernel {
  const char* name;
  Kernel escape;
  bool available;
};

std::vector<NamedKernel> Kernels() {
  return {{"plain", escape_kernels::Plain, true},
          {"sse2", escape_kernels::Sse2, escape_kernels::HaveSse2()},
          {"avx2", escape_kernels::Avx2, escape_kernels::HaveAvx2()},
          {"chosen", Escape, true}};
}

// The slow and obvious twin.
std::string EscapeSlowly(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char buffer[8];
          std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
          out += buffer;
        } else {
          out += c;
        }
    }
  }
  return out;
}

// Input and output lie in blocks of exactly the size that the contract tells, so that the address
// sanitizer sees a step outside.
std::string EscapeExactly(Kernel kernel, std::string_view text, std::size_t misalignment) {
  std::vector<char> in(misalignment + text.size());
  std::copy(text.begin(), text.end(), in.begin() + static_cast<std::ptrdiff_t>(misalignment));
  std::vector<char> out(misalignment + EscapedBytesMax(text.size()));
  char* const begin = out.data() + misalignment;
  char* const end = kernel({in.data() + misalignment, text.size()}, begin);
  return {begin, end};
}

TEST(EscapeTest, EachByteIsEscapedAsJsonAsksAtAnyPlaceOfABlock) {
  for (const NamedKernel& kernel : Kernels()) {
    if (!kernel.available) continue;
    for (std::size_t place = 0; place < 70; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(70, 'a');
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(EscapeExactly(kernel.escape, text, 0), EscapeSlowly(text))
            << kernel.name << " byte " << byte << " at " << place;
      }
    }
  }
}

TEST(EscapeTest, AllKernelsAgreeWithTheSlowTwinOnRandomTextOfAnyLengthAndAlignment) {
  std::mt19937 random(20240611);
  for (std::size_t size = 0; size <= 200; ++size) {
    for (std::size_t misalignment = 0; misalignment < 33; misalignment += 3) {
      // From texts without an escape to texts that are nothing else.
      const unsigned escapes_in_16 = static_cast<unsigned>(random() % 17);
      std::string text;
      for (std::size_t i = 0; i < size; ++i) {
        const char escaped[] = {'"', '\\', '\n', '\0', '\x1f', '\t'};
        text += random() % 16 < escapes_in_16 ? escaped[random() % std::size(escaped)]
                                              : static_cast<char>(0x20 + random() % 0xe0);
      }
      const std::string expected = EscapeSlowly(text);
      for (const NamedKernel& kernel : Kernels()) {
        if (!kernel.available) continue;
        ASSERT_EQ(EscapeExactly(kernel.escape, text, misalignment), expected) << kernel.name;
      }
    }
  }
}

TEST(EscapeTest, WhatIsWrittenReadsBackAsTheSameText) {
  std::string text = "“quoted” \"plain\" \\ / \x7f \u2028 中文 ";
  for (char c = 1; c < 0x20; ++c) text += c;
  std::string json(StringBytesMax(text.size()), '\0');
  JsonWriter writer(json.data(), json.size());
  writer.String(text);
  EXPECT_EQ(nlohmann::json::parse(writer.written()).get<std::string>(), text);
  EXPECT_EQ(writer.written().find("\\u007f"), std::string_view::npos);
}

TEST(JsonWriterTest, WritesNumbersToTheirLimits) {
  const auto written = [](auto number) {
    char buffer[kNumberBytesMax];
    JsonWriter writer(buffer, sizeof buffer);
    writer.Number(number);
    return std::string(writer.written());
  };
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(JsonWriterTest, AppendsPiecesInOrder) {
  char buffer[100];
  JsonWriter writer(buffer, sizeof buffer);
  writer.Raw("{");
  writer.String("a\nb");
  writer.Raw(":");
  writer.Number(-7);
  writer.Raw("");
  writer.Raw("}");
  EXPECT_EQ(writer.written(), "{\"a\\nb\":-7}");
}

TEST(JsonWriterDeathTest, StopsBeforeItWritesBehindItsEnd) {
  char buffer[8];
  JsonWriter writer(buffer, sizeof buffer);
  writer.Raw("12345678");
  EXPECT_DEATH(writer.Raw("9"), "does not hold");
  EXPECT_DEATH(writer.Number(9), "does not hold");
  EXPECT_DEATH(writer.Text("9"), "does not hold");
}

}  // namespace
}  // namespace wiredesk
