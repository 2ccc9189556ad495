#include "pipeline/decompressor.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <zlib.h>
#include <zstd.h>

#include "absl/status/status.h"
#include "config/check.h"

namespace wiredesk {

namespace {

class PlainCopy final : public Decompressor {
 public:
  std::string_view name() const override { return "plain"; }
  bool complete() const override { return true; }

  absl::StatusOr<std::size_t> Decode(std::string_view& input, std::span<char> output) override {
    const std::size_t bytes = std::min(input.size(), output.size());
    if (bytes > 0) std::memcpy(output.data(), input.data(), bytes);
    input.remove_prefix(bytes);
    return bytes;
  }
};

class Gzip final : public Decompressor {
 public:
  Gzip() { WIREDESK_CHECK(inflateInit2(&stream_, kGzipWithLargestWindow) == Z_OK); }
  ~Gzip() override { inflateEnd(&stream_); }
  std::string_view name() const override { return "gzip"; }
  bool complete() const override { return complete_; }

  absl::StatusOr<std::size_t> Decode(std::string_view& input, std::span<char> output) override {
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = Clamp(output.size());
    const uInt capacity = stream_.avail_out;
    while (stream_.avail_out > 0 && (!input.empty() || !complete_)) {
      if (complete_) inflateReset(&stream_);  // Another member follows.
      complete_ = false;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
      stream_.avail_in = Clamp(input.size());
      const uInt offered = stream_.avail_in;
      const int answer = inflate(&stream_, Z_NO_FLUSH);
      input.remove_prefix(offered - stream_.avail_in);
      complete_ = answer == Z_STREAM_END;
      if (answer == Z_BUF_ERROR) break;  // It needs more input; nothing is wrong.
      if (answer != Z_OK && answer != Z_STREAM_END) {
        if (stream_.avail_out < capacity) break;  // First what is good; inflate() fails again.
        return absl::DataLossError(stream_.msg != nullptr ? stream_.msg : zError(answer));
      }
    }
    return capacity - stream_.avail_out;
  }

 private:
  static constexpr int kGzipWithLargestWindow = 16 + MAX_WBITS;

  static uInt Clamp(std::size_t bytes) {
    return static_cast<uInt>(std::min<std::size_t>(bytes, std::numeric_limits<uInt>::max()));
  }

  z_stream stream_{};
  bool complete_ = false;
};

class Zstd final : public Decompressor {
 public:
  Zstd() : context_(ZSTD_createDCtx()) { WIREDESK_CHECK(context_ != nullptr); }
  ~Zstd() override { ZSTD_freeDCtx(context_); }
  std::string_view name() const override { return "zstd"; }
  bool complete() const override { return complete_; }

  absl::StatusOr<std::size_t> Decode(std::string_view& input, std::span<char> output) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    // Once even without input: text may still wait inside.
    do {
      if (complete_ && in.pos == in.size) break;
      const std::size_t answer = ZSTD_decompressStream(context_, &out, &in);
      if (ZSTD_isError(answer) != 0) return absl::DataLossError(ZSTD_getErrorName(answer));
      complete_ = answer == 0;
    } while (in.pos < in.size && out.pos < out.size);
    input.remove_prefix(in.pos);
    return out.pos;
  }

 private:
  ZSTD_DCtx* const context_;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> MakeDecompressor(std::string_view beginning) {
  if (beginning.substr(0, 2) == "\x1f\x8b") return std::make_unique<Gzip>();
  if (beginning.substr(0, 4) == "\x28\xb5\x2f\xfd") return std::make_unique<Zstd>();
  return std::make_unique<PlainCopy>();
}

}  // namespace wiredesk
