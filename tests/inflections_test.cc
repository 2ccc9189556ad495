#include "stages/inflections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wiredesk {
namespace {

using ::testing::Contains;
using ::testing::Not;

TEST(Inflections, HoldTheUsualForms) {
  const struct {
    const char* word;
    std::vector<std::string> forms;
  } table[] = {
      {"creditor", {"creditor", "creditors"}},
      {"company", {"company", "companies"}},
      {"sanction", {"sanction", "sanctions", "sanctioned", "sanctioning"}},
      {"plan", {"plan", "plans", "planned", "planning"}},
      {"create", {"create", "creates", "created", "creating"}},
      {"taxes", {"tax", "taxes", "taxed", "taxing"}},
      {"policies", {"policy", "policies"}},
      {"crash", {"crash", "crashes", "crashed", "crashing"}},
  };
  for (const auto& row : table) {
    const std::vector<std::string> forms = Inflections(row.word, "en");
    for (const std::string& form : row.forms) EXPECT_THAT(forms, Contains(form)) << row.word;
    EXPECT_TRUE(std::is_sorted(forms.begin(), forms.end()));
  }
}

TEST(Inflections, HoldNoWordOfAnotherStem) {
  EXPECT_THAT(Inflections("bankrupt", "en"), Not(Contains("bankruptcy")));
  EXPECT_THAT(Inflections("new", "en"), Not(Contains("news")));
  EXPECT_THAT(Inflections("run", "en"), Not(Contains("ran")));
}

TEST(Inflections, HoldTheWordItselfWhateverItIs) {
  for (const char* word : {"a", "é", "中", "1,000", "x-y", "s"}) {
    EXPECT_THAT(Inflections(word, "en"), Contains(std::string(word)));
  }
}

}  // namespace
}  // namespace wiredesk
