#include "pipeline/file_io.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "pipeline/compressed_reader.h"
#include "pipeline/dead_letter_json.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Result = CompressedReader::Result;

std::string Gzip(const std::string& text) {
  std::string packed(text.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string Zstd(const std::string& text, int with_checksum) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, with_checksum);
  packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return packed;
}

std::string Zstd(const std::string& text) { return Zstd(text, 1); }

std::string Plain(const std::string& text) { return text; }

using Packer = std::string (*)(const std::string&);
constexpr Packer kPackers[] = {Plain, Gzip, Zstd};
constexpr Packer kCompressors[] = {Gzip, Zstd};

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& content) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  // Every line of the file, then how it ended.
  std::vector<std::string> Lines(const std::string& path, CompressedReader::Options options = {}) {
    std::vector<std::string> lines;
    auto reader = CompressedReader::Open(path, options);
    EXPECT_TRUE(reader.ok()) << reader.status();
    std::string_view line;
    Result result;
    while ((result = (*reader)->ReadLine(line)) == Result::kText) lines.emplace_back(line);
    EXPECT_EQ(result == Result::kEnd, (*reader)->status().ok());
    EXPECT_EQ((*reader)->ReadLine(line), result);  // It stays so.
    status_ = (*reader)->status();
    return lines;
  }

  const std::string folder_ =
      ::testing::TempDir() + "wiredesk_file_test." + std::to_string(getpid());
  absl::Status status_;
};

using CompressedReaderTest = FileTest;

TEST_F(CompressedReaderTest, SplitsLinesWhateverTheirEnds) {
  struct Case {
    const char* text;
    std::vector<std::string> lines;
  };
  const Case kCases[] = {
      {"", {}},
      {"a", {"a"}},
      {"a\n", {"a"}},
      {"a\nb", {"a", "b"}},
      {"a\r\nb\r\n", {"a", "b"}},
      {"a\r\nb\r", {"a", "b"}},
      {"\n\na\n\n", {"", "", "a", ""}},
      {"a\rb\n", {"a\rb"}},
      {"a\r\r\n", {"a\r"}},
  };
  for (const Case& one : kCases) {
    EXPECT_EQ(Lines(Write("f", one.text)), one.lines) << one.text;
    EXPECT_TRUE(status_.ok()) << status_;
  }
}

TEST_F(CompressedReaderTest, ReadsEveryCompressionAlike) {
  std::string text;
  std::vector<std::string> lines;
  for (int i = 0; i < 30'000; ++i) {
    lines.push_back(std::string(static_cast<std::size_t>(i % 97), 'x') + std::to_string(i));
    text += lines.back() + "\n";
  }
  for (const Packer pack : kPackers) {
    EXPECT_EQ(Lines(Write("f", pack(text))), lines);
    EXPECT_TRUE(status_.ok()) << status_;
  }
}

TEST_F(CompressedReaderTest, ReadsSeveralMembersAndFramesAsOneText) {
  for (const Packer pack : kCompressors) {
    EXPECT_THAT(Lines(Write("f", pack("a\nb") + pack("c\n") + pack("") + pack("d"))),
                ElementsAre("a", "bc", "d"));
    EXPECT_TRUE(status_.ok()) << status_;
  }
}

TEST_F(CompressedReaderTest, ReadsALineMuchLongerThanItsBuffers) {
  const std::string line(3'000'000, 'y');
  for (const Packer pack : kPackers) {
    EXPECT_EQ(Lines(Write("f", pack("a\n" + line + "\nb\n"))),
              (std::vector<std::string>{"a", line, "b"}));
  }
}

// Text that is far smaller packed: one read of the file must give many pieces of text.
TEST_F(CompressedReaderTest, GivesOutAllThatASmallFileHolds) {
  std::string text;
  for (int i = 0; i < 400'000; ++i) text += "0123456789\n";
  for (const Packer pack : kCompressors) {
    EXPECT_EQ(Lines(Write("f", pack(text))).size(), 400'000u);
    EXPECT_TRUE(status_.ok()) << status_;
  }
}

TEST_F(CompressedReaderTest, SaysWhereAFileIsCutOff) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i * 7919) + "\n";
  struct Case {
    std::string packed;
    const char* kind;
  };
  for (const Case& one : {Case{Gzip(text), "gzip"}, Case{Zstd(text), "zstd"}}) {
    for (const std::size_t cut : {one.packed.size() - 1, one.packed.size() / 2, std::size_t{5}}) {
      Lines(Write("f", one.packed.substr(0, cut)));
      EXPECT_EQ(status_.code(), absl::StatusCode::kDataLoss);
      EXPECT_THAT(status_.ToString(),
                  HasSubstr("/f: ends in the middle of " + std::string(one.kind)));
    }
  }
}

TEST_F(CompressedReaderTest, SaysThatPackedDataIsBroken) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i * 7919) + "\n";
  for (std::string packed : {Gzip(text), Zstd(text)}) {
    packed[packed.size() / 2] = static_cast<char>(~packed[packed.size() / 2]);
    Lines(Write("f", packed));
    EXPECT_EQ(status_.code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_THAT(Lines(Write("f", Gzip("a\n") + "garbage")), ElementsAre("a"));
  EXPECT_THAT(status_.ToString(), HasSubstr("broken gzip data: incorrect header check"));
}

TEST_F(CompressedReaderTest, RefusesLinesAboveTheBound) {
  CompressedReader::Options options;
  options.text_bytes_max = 1'000'000;
  const std::string fits(1'000'000, 'x');
  EXPECT_EQ(Lines(Write("f", fits + "\na"), options), (std::vector<std::string>{fits, "a"}));
  EXPECT_THAT(Lines(Write("f", "a\n" + fits + "y\nb"), options), ElementsAre("a"));
  EXPECT_EQ(status_.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Lines(Write("f", "a\n" + fits + fits + fits), options), ElementsAre("a"));
  EXPECT_EQ(status_.code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(CompressedReaderTest, ReadsNoFurtherThanTheBoundForALineWithoutEnd) {
  CompressedReader::Options options;
  options.text_bytes_max = 1'000'000;
  const auto reader = CompressedReader::Open(Write("f", std::string(20'000'000, 'x')), options);
  std::string_view line;
  EXPECT_EQ((*reader)->ReadLine(line), Result::kError);
  EXPECT_LT((*reader)->file_bytes_read(), 4'000'000u);
}

TEST_F(CompressedReaderTest, ReadsTheRestAsItStands) {
  const auto reader = CompressedReader::Open(Write("f", "a\r\nb\r\n\nc\n"), {});
  std::string_view text;
  ASSERT_EQ((*reader)->ReadLine(text), Result::kText);
  ASSERT_EQ((*reader)->ReadRest(text), Result::kText);
  EXPECT_EQ(text, "b\r\n\nc\n");
  EXPECT_EQ((*reader)->ReadRest(text), Result::kEnd);
}

TEST_F(CompressedReaderTest, PeeksAtTheFirstByteAndTakesNothing) {
  struct Case {
    std::string text;
    std::string first;
  };
  const Case kCases[] = {{"", ""},
                         {" \n\t", ""},
                         {"a", "a"},
                         {" \r\n {", "{"},
                         {"\xEF\xBB\xBF {", "{"},
                         {"\xEF", "\xEF"},
                         {"\xEF\xBB\xBF", ""},
                         {std::string(200'000, ' ') + "x", "x"}};
  for (const Case& one : kCases) {
    const auto reader = CompressedReader::Open(Write("f", one.text), {});
    char byte = 0;
    const Result result = (*reader)->PeekFirstByte(byte);
    EXPECT_EQ(result == Result::kText ? std::string(1, byte) : "", one.first);
    std::string_view text;
    (*reader)->ReadRest(text);
    EXPECT_EQ(text, one.text);
  }
}

TEST_F(CompressedReaderTest, TellsHowFarItIs) {
  const std::string packed = Gzip("a\nb\n");
  const auto reader = CompressedReader::Open(Write("f", packed), {});
  EXPECT_EQ((*reader)->file_bytes(), packed.size());
  EXPECT_EQ((*reader)->file_bytes_read(), 0u);
  std::string_view line;
  (*reader)->ReadLine(line);
  EXPECT_EQ((*reader)->file_bytes_read(), packed.size());
}

TEST_F(CompressedReaderTest, SaysWhyAFileCannotBeOpened) {
  const auto missing = CompressedReader::Open(folder_ + "/none", {});
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(missing.status().ToString(), HasSubstr("/none: No such file"));
  const auto folder = CompressedReader::Open(folder_, {});
  EXPECT_EQ(folder.status().code(), absl::StatusCode::kInvalidArgument);
}

// A reader of a pipe that does not wait, and the end to write to.
class PipeReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    to_ = ends[1];
    CompressedReader::Options options;
    options.wait = false;
    auto reader = CompressedReader::Open("/dev/fd/" + std::to_string(ends[0]), options);
    ASSERT_TRUE(reader.ok()) << reader.status();
    reader_ = std::move(*reader);
    close(ends[0]);
  }
  void TearDown() override { CloseWriter(); }

  void Write(std::string_view bytes) {
    ASSERT_EQ(write(to_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void CloseWriter() {
    if (to_ >= 0) close(to_);
    to_ = -1;
  }
  Result ReadLine() { return reader_->ReadLine(line_); }

  int to_ = -1;
  std::unique_ptr<CompressedReader> reader_;
  std::string_view line_;
};

TEST_F(PipeReaderTest, DoesNotWaitForTheRestOfALine) {
  EXPECT_EQ(ReadLine(), Result::kNotYet);
  Write("ab");
  EXPECT_EQ(ReadLine(), Result::kNotYet);
  Write("cdef\ng");
  EXPECT_EQ(ReadLine(), Result::kText);
  EXPECT_EQ(line_, "abcdef");
  EXPECT_EQ(ReadLine(), Result::kNotYet);
  CloseWriter();
  EXPECT_EQ(ReadLine(), Result::kText);
  EXPECT_EQ(line_, "g");
  EXPECT_EQ(ReadLine(), Result::kEnd);
}

TEST_F(PipeReaderTest, TellsTheCompressionAlsoWhenBytesComeOneByOne) {
  std::vector<std::string> lines;
  for (const char byte : Gzip("a\nb\n")) {
    Write({&byte, 1});
    while (ReadLine() == Result::kText) lines.emplace_back(line_);
    EXPECT_TRUE(reader_->status().ok()) << reader_->status();
  }
  EXPECT_THAT(lines, ElementsAre("a", "b"));
}

// The text is twice as large as the first buffer, and the file so small that one read gets all of
// it.
TEST_F(PipeReaderTest, GivesOutAllThatCameAlthoughNothingMoreComes) {
  std::string text;
  int lines = 0;
  for (; text.size() < 4 * (128 << 10); ++lines) text += "0123456789\n";
  text.resize(4 * (128 << 10));
  text.back() = '\n';
  Write(Zstd(text, 0));
  for (int i = 0; i < lines; ++i) ASSERT_EQ(ReadLine(), Result::kText);
  EXPECT_EQ(ReadLine(), Result::kNotYet);
}

class FileSourceTest : public FileTest {
 protected:
  // "offset:value" of every record, in batches of `articles` and `bytes`.
  std::vector<std::string> Read(FileSource& source, std::size_t articles = 3,
                                std::size_t bytes = 1 << 20) {
    std::vector<std::string> records;
    Batch batch(articles);
    Source::State state;
    do {
      batch.Clear();
      state = source.Fill(batch, bytes);
      batch_sizes_.push_back(batch.articles().size());
      for (const Article& article : batch.articles()) {
        records.push_back(std::to_string(article.origin.offset) + ":" + std::string(article.value));
        topics_.emplace_back(article.origin.topic);
        EXPECT_EQ(article.origin.partition, 0);
      }
    } while (state == Source::State::kMore);
    EXPECT_EQ(state, Source::State::kEnd);
    return records;
  }
  std::vector<std::string> Read(const std::string& path,
                                ArticleFormat format = ArticleFormat::kAuto) {
    FileSource source({path}, format);
    auto records = Read(source);
    EXPECT_TRUE(source.status().ok()) << source.status();
    return records;
  }

  std::vector<std::size_t> batch_sizes_;
  std::vector<std::string> topics_;
};

TEST_F(FileSourceTest, ReadsOneArticleALineAndCountsAllLines) {
  EXPECT_THAT(Read(Write("f", "{1}\n\n {2}\r\n \t\nnot json\n{3}")),
              ElementsAre("0:{1}", "2: {2}", "4:not json", "5:{3}"));
}

TEST_F(FileSourceTest, TakesAFileOfTextAsOneArticle) {
  EXPECT_THAT(Read(Write("f", "Title\n\nText\r\n")), ElementsAre("0:Title\n\nText\r\n"));
}

TEST_F(FileSourceTest, TakesTheFormatItIsTold) {
  EXPECT_THAT(Read(Write("f", "Title\n{1}\n"), ArticleFormat::kJson),
              ElementsAre("0:Title", "1:{1}"));
  EXPECT_THAT(Read(Write("f", "{1}\n{2}\n"), ArticleFormat::kText), ElementsAre("0:{1}\n{2}\n"));
}

TEST_F(FileSourceTest, FindsNoArticleInAnEmptyFile) {
  for (const ArticleFormat format :
       {ArticleFormat::kAuto, ArticleFormat::kJson, ArticleFormat::kText}) {
    EXPECT_THAT(Read(Write("f", ""), format), IsEmpty());
    EXPECT_THAT(Read(Write("f", " \n\n"), format), IsEmpty());
  }
}

TEST_F(FileSourceTest, ReadsPackedFiles) {
  EXPECT_THAT(Read(Write("f", Gzip("{1}\n{2}\n"))), ElementsAre("0:{1}", "1:{2}"));
  EXPECT_THAT(Read(Write("f", Zstd("Title\n\nText\n"))), ElementsAre("0:Title\n\nText\n"));
}

TEST_F(FileSourceTest, ReadsFileAfterFileAndChoosesTheFormOfEach) {
  const std::string a = Write("a", "{1}\n{2}\n");
  const std::string b = Write("b", "Title\n");
  const std::string c = Write("c", "");
  const std::string d = Write("d", "{3}");
  FileSource source({a, b, c, d});
  EXPECT_THAT(Read(source), ElementsAre("0:{1}", "1:{2}", "0:Title\n", "0:{3}"));
  EXPECT_THAT(topics_, ElementsAre(a, a, b, d));
}

TEST_F(FileSourceTest, BoundsABatchByBytesButTakesAtLeastOneArticle) {
  FileSource source({Write("f", "{1}\n{2}\n{333333333333}\n{4}\n")});
  EXPECT_EQ(Read(source, 100, 7).size(), 4u);
  EXPECT_THAT(batch_sizes_, ElementsAre(2, 1, 1));
}

TEST_F(FileSourceTest, EndsWithAnErrorAtAMissingFileAfterWhatItHas) {
  FileSource source({Write("a", "{1}\n"), folder_ + "/none", Write("b", "{2}\n")});
  EXPECT_THAT(Read(source), ElementsAre("0:{1}"));
  EXPECT_EQ(source.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Read(source), IsEmpty());  // The file behind it is not read.
}

TEST_F(FileSourceTest, EndsWithAnErrorInABrokenFileAfterWhatItHas) {
  const std::string packed = Gzip("{1}\n{2}\n");
  FileSource source({Write("f", packed.substr(0, packed.size() - 4))});
  EXPECT_THAT(Read(source), ElementsAre("0:{1}", "1:{2}"));
  EXPECT_EQ(source.status().code(), absl::StatusCode::kDataLoss);
}

class FileSinkTest : public FileTest {
 protected:
  void SetUp() override {
    FileTest::SetUp();
    out_ = std::tmpfile();
    dead_ = std::tmpfile();
  }
  void TearDown() override {
    std::fclose(out_);
    std::fclose(dead_);
    FileTest::TearDown();
  }

  static std::string Content(std::FILE* file) {
    std::string content(10'000, '\0');
    std::rewind(file);
    content.resize(std::fread(content.data(), 1, content.size(), file));
    return content;
  }
  static void Append(Batch& batch, std::string_view output) {
    batch.Append({"news", 1, 2}, "value").output = output;
  }

  FileSource source_{{}};
  std::FILE* out_ = nullptr;
  std::FILE* dead_ = nullptr;
};

TEST_F(FileSinkTest, WritesOneLineAnOutputAndReportsEach) {
  FileSink sink(source_, out_, dead_);
  Batch batch(3);
  Append(batch, "{\"a\":1}");
  Append(batch, "{\"b\":2}");
  ASSERT_TRUE(sink.Send(batch));
  EXPECT_EQ(Content(out_), "{\"a\":1}\n{\"b\":2}\n");
  EXPECT_EQ(sink.in_flight(), 2u);
  EXPECT_EQ(sink.Poll(), 2);
  EXPECT_EQ(sink.in_flight(), 0u);
  EXPECT_EQ(source_.delivered(), 2u);
}

TEST_F(FileSinkTest, WritesDeadLettersAsJsonBesideTheOutputs) {
  FileSink sink(source_, out_, dead_);
  Batch batch(3);
  Append(batch, "good");
  batch.Append({"a\"b\xff", 3, 17}, "bad").Fail("decode", Failure::kInvalidJson, "at\nbyte \xc3");
  Append(batch, "fine");
  ASSERT_TRUE(sink.Send(batch));
  EXPECT_EQ(Content(out_), "good\nfine\n");
  const auto json = nlohmann::json::parse(Content(dead_));
  EXPECT_EQ(json, nlohmann::json::parse(R"({"dead_letter": {
      "stage": "decode", "code": "invalid_json", "reason": "the record is not valid JSON",
      "detail": "at\nbyte \ufffd",
      "origin": {"topic": "a\"b\ufffd", "partition": 3, "offset": 17}}})"));
}

TEST_F(FileSinkTest, ReportsAFullDisk) {
  std::FILE* full = std::fopen("/dev/full", "w");
  ASSERT_NE(full, nullptr);
  FileSink sink(source_, full, dead_);
  Batch batch(3);
  Append(batch, "lost");
  sink.Send(batch);
  EXPECT_EQ(sink.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(sink.status().ToString(), HasSubstr("No space left"));
  sink.Poll();
  EXPECT_EQ(source_.failed(), 1u);
  Batch next(1);
  Append(next, "more");
  EXPECT_FALSE(sink.Send(next));
  std::fclose(full);
}

TEST(DeadLetterJsonTest, LeavesOutADetailThatIsNotThere) {
  Article article;
  article.Fail("decode", Failure::kEmptyRecord);
  const auto json = nlohmann::json::parse(DeadLetterJson(article));
  EXPECT_FALSE(json["dead_letter"].contains("detail"));
}

}  // namespace
}  // namespace wiredesk
