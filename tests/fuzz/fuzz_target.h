// What each fuzz target gives: one function that takes any bytes. It aborts at what is wrong
// (WIREDESK_CHECK), and returns for everything else.
//
// Linked with libFuzzer (libfuzzer_entry.cc; preset `fuzz`, tools/fuzz) it searches for such bytes;
// linked with replay.cc it is a test that tries those that are known, and some changes of them.
#pragma once

#include <string_view>

namespace wiredesk {

// One thread. The bytes end with the call; nothing may be read behind them.
void FuzzOne(std::string_view bytes);

}  // namespace wiredesk
