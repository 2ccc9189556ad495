// A fuzz target without libFuzzer: every file of a corpus, then a fixed number of changed ones, the
// same in each run. An input that ends the program is left in the file that is named.
//
//   article_replay [-runs=N] [-dict=FILE] FILE_OR_FOLDER...
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>

#include "tests/fuzz/fuzz_target.h"

namespace wiredesk {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kBytesMax = 4096;  // Of a changed input.

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// By name, so that each run is the same.
std::vector<fs::path> FilesOf(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The words of a dictionary as libFuzzer reads it: name="text" with \\, \" and \xHH.
std::vector<std::string> ReadDictionary(const std::string& path) {
  std::vector<std::string> words;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t open = line.find('"');
    const std::size_t close = line.rfind('"');
    if (line.starts_with('#') || open >= close || close == std::string::npos) continue;
    std::string word;
    for (std::size_t i = open + 1; i < close; ++i) {
      if (line[i] != '\\') {
        word += line[i];
      } else if (line[++i] == 'x') {
        word += static_cast<char>(std::stoi(line.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        word += line[i];
      }
    }
    words.push_back(word);
  }
  return words;
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& seeds, const std::vector<std::string>& words)
      : seeds_(seeds), words_(words) {}

  std::string Next() {
    std::string text = Any(seeds_);
    if (text.size() > kBytesMax) text = text.substr(Below(text.size() - kBytesMax + 1), kBytesMax);
    for (std::size_t changes = 1 + Below(4); changes > 0; --changes) Change(text);
    return text;
  }

 private:
  std::size_t Below(std::size_t below) { return random_() % below; }
  const std::string& Any(const std::vector<std::string>& texts) {
    return texts[Below(texts.size())];
  }

  void Change(std::string& text) {
    const std::size_t at = Below(text.size() + 1);
    const std::size_t count = std::min(Below(16) + 1, text.size() - at);
    switch (Below(7)) {
      case 0:
        text.erase(at, count);
        break;
      case 1:
        text.insert(at, text.substr(Below(text.size() + 1), Below(80)));
        break;
      case 2:
        if (!words_.empty()) text.insert(at, Any(words_));
        break;
      case 3:
        if (!words_.empty()) text.replace(at, count, Any(words_));
        break;
      case 4: {
        const std::string& other = Any(seeds_);
        text.insert(at, other.substr(Below(other.size() + 1), Below(200)));
        break;
      }
      case 5:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(Below(256));
    }
  }

  const std::vector<std::string>& seeds_;
  const std::vector<std::string>& words_;
  std::mt19937_64 random_{1};
};

// What was tried last, for the handler of a signal.
const char* current_bytes = nullptr;
std::size_t current_size = 0;
constexpr const char* kCrashFile = "fuzz-crash";

void KeepInput(int signal) {
  const int fd = open(kCrashFile, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const bool is_kept =
      fd >= 0 && write(fd, current_bytes, current_size) == static_cast<ssize_t>(current_size);
  constexpr std::string_view kSaid = "the input is in the file fuzz-crash of this folder\n";
  if (is_kept && write(STDERR_FILENO, kSaid.data(), kSaid.size()) < 0) _exit(1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// In a block of its own size, so that a sanitizer sees a read behind it.
void Try(std::string_view bytes) {
  const auto block = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), block.get());
  current_bytes = block.get();
  current_size = bytes.size();
  FuzzOne({block.get(), bytes.size()});
}

int Main(int argc, char** argv) {
  std::uint64_t runs = 0;
  std::vector<std::string> words;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with("-runs=")) {
      runs = std::stoull(argument.substr(6));
    } else if (argument.starts_with("-dict=")) {
      words = ReadDictionary(argument.substr(6));
    } else {
      paths.push_back(argument);
    }
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    std::signal(signal, KeepInput);
  }
  std::vector<std::string> seeds;
  for (const fs::path& file : FilesOf(paths)) seeds.push_back(ReadFile(file));
  if (seeds.empty()) {
    std::fprintf(stderr, "there are no inputs in what was named\n");
    return 2;
  }
  Try({});
  for (const std::string& seed : seeds) Try(seed);
  Mutator mutator(seeds, words);
  for (std::uint64_t i = 0; i < runs; ++i) Try(mutator.Next());
  std::printf("%zu inputs, %llu changed ones\n", seeds.size(),
              static_cast<unsigned long long>(runs));
  return 0;
}

}  // namespace
}  // namespace wiredesk

int main(int argc, char** argv) { return wiredesk::Main(argc, argv); }
