#include "stages/inflections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "stages/arena.h"
#include "stages/inflection_tables.h"
#include "stages/tokeniser.h"

namespace wiredesk {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

struct Row {
  const char* language;
  const char* word;
  std::vector<std::string> in;
  std::vector<std::string> out;
};

const Row kRows[] = {
    {"en", "creditor", {"creditor", "creditors"}, {"credit", "credits"}},
    {"en", "company", {"company", "companies"}, {"companion"}},
    {"en", "sanction", {"sanction", "sanctions", "sanctioned", "sanctioning"}, {"sanctuary"}},
    {"en", "plan", {"plan", "plans", "planned", "planning"}, {"plane", "plant"}},
    {"en", "create", {"create", "creates", "created", "creating"}, {"creature"}},
    {"en", "taxes", {"tax", "taxes", "taxed", "taxing"}, {"taxi"}},
    {"en", "policies", {"policy", "policies"}, {"police"}},
    {"en", "presidents", {"president", "presidents"}, {"present"}},
    {"en", "agree", {"agrees", "agreed", "agreeing"}, {"agrarian"}},
    {"en", "secure", {"secures", "secured", "securing"}, {"security", "securities"}},
    {"en", "bankrupt", {"bankrupt", "bankrupted"}, {"bankruptcy"}},
    {"en", "new", {}, {"news"}},
    {"en", "run", {"runs", "running"}, {"ran"}},

    {"de", "haus", {"hauses", "hause", "häuser", "häusern"}, {"haut"}},
    {"de", "häuser", {"haus", "hauses", "häuser", "häusern"}, {"haut"}},
    {"de", "apfel", {"äpfel", "apfels"}, {}},
    {"de", "artikel", {"artikels", "artikeln"}, {"artig"}},
    {"de", "vorstände", {"vorstand", "vorstands", "vorständen"}, {"verstand"}},
    {"de", "strasse", {"strassen"}, {"stress"}},
    {"de", "regierung", {"regierungen"}, {"register"}},
    {"de", "schön", {"schöne", "schönen", "schönes", "schöner"}, {"schon", "schonen"}},
    {"de", "gross", {"grosse", "grossen", "grosser", "grösser", "grösseren"}, {"grösste"}},
    {"de", "auto", {"autos"}, {"autor"}},
    {"de", "lehrerin", {"lehrerinnen"}, {"lehrer"}},
    {"de", "ergebnis", {"ergebnisse", "ergebnissen"}, {}},

    {"fr", "national", {"nationale", "nationaux", "nationales"}, {"nation", "nationalité"}},
    {"fr", "travail", {"travaux", "travails"}, {"travers"}},
    {"fr", "acheter", {"achète", "achetait", "acheté", "achetées", "achetant"}, {"achat"}},
    {"fr", "complet", {"complète", "complètes", "complets"}, {"complot"}},
    {"fr", "premier", {"première", "premiers", "premières"}, {"premium"}},
    {"fr", "élection", {"élections"}, {"élector", "électron"}},
    {"fr", "actif", {"active", "actifs"}, {"action", "acte"}},

    {"es", "nación", {"naciones"}, {"nacional", "nacido"}},
    {"es", "naciones", {"nación"}, {"nacional"}},
    {"es", "luz", {"luces"}, {"lujo"}},
    {"es", "empresa", {"empresas"}, {"emprés", "impresa"}},
    {"es", "inglés", {"inglesa", "ingleses", "inglesas"}, {"ingle"}},
    {"es", "comprar", {"compra", "compró", "comprado", "comprará", "comprando"}, {"comparar"}},
    {"es", "público", {"pública", "públicos"}, {"publicó", "publicar"}},

    {"it", "banca", {"banche"}, {"bancarotta"}},
    {"it", "amico", {"amici", "amica", "amiche"}, {"amicizia"}},
    {"it", "elezione", {"elezioni"}, {"lezioni"}},
    {"it", "legge", {"leggi"}, {"leggero"}},
    {"it", "comprare", {"compra", "comprato", "comprò", "comprerà"}, {"comparare"}},

    {"pt", "ação", {"ações"}, {"aço"}},
    {"pt", "ações", {"ação"}, {"aço"}},
    {"pt", "nacional", {"nacionais"}, {"nação"}},
    {"pt", "governo", {"governos"}, {"governador"}},
    {"pt", "jovem", {"jovens"}, {}},
    {"pt", "comprar", {"comprou", "comprava", "comprado"}, {"comparar", "compor"}},

    {"nl",
     "bom",
     {"bommen"},
     {
         "boom",
     }},
    {"nl", "bommen", {"bom"}, {"boom"}},
    {"nl", "huis", {"huizen"}, {"huid"}},
    {"nl", "boot", {"boten"}, {"bloot"}},
    {"nl", "regering", {"regeringen"}, {"regel"}},
    {"nl", "mogelijkheid", {"mogelijkheden"}, {}},

    {"sv", "bil", {"bilen", "bilar", "bilarna"}, {"bild", "bill"}},
    {"sv", "företag", {"företaget", "företagen", "företagets"}, {"förtal"}},
    {"sv", "flicka", {"flickan", "flickor", "flickorna"}, {"flink"}},
    {"da", "bil", {"bilen", "biler", "bilerne"}, {"bild"}},
    {"da", "bus", {"busser"}, {"buske"}},
    {"no", "regjering", {"regjeringen", "regjeringer"}, {"regel"}},

    {"ru", "закон", {"закона", "законы", "законов", "законами"}, {"законный"}},
    {"ru", "война", {"войны", "войну", "войной", "войн"}, {"воин", "войско"}},
    {"ru", "новый", {"новая", "новое", "новые", "нового", "новых"}, {"новость"}},
    {"ru", "компания", {"компании", "компаний", "компаниями"}, {"компас"}},
    {"ru", "читать", {"читал", "читает", "читают"}, {"чит"}},
    {"ru", "ёлка", {"ёлки", "елки", "елка"}, {"ель"}},

    {"ar", "شركة", {"الشركة", "شركات", "والشركات", "شركتها", "للشركة"}, {"شرك", "الشرك"}},
    {"ar", "والشركة", {"والشركة"}, {}},
    {"ar", "الشركة", {"شركة", "شركات", "بالشركة"}, {"شرك"}},
    {"ar", "معلم", {"المعلم", "معلمون", "معلمين", "المعلمين", "ومعلم"}, {"علم", "تعليم"}},

    {"fi", "talo", {"talon", "talossa", "talot", "taloja", "taloissa"}, {"talous", "talossä"}},
    {"hu", "ház", {"házak", "házban", "háznak", "házat"}, {"haza", "házben"}},
    {"hu", "bank", {"bankban", "bankot"}, {"ba", "baj", "bal"}},
    {"ro", "guvern", {"guvernul", "guverne", "guvernului"}, {"guvernator"}},
    {"tr", "banka", {"bankalar", "bankada", "bankanın"}, {"banket", "bankaler"}},
    {"tr", "kitap", {"kitabı", "kitaplar", "kitapta"}, {"kitle"}},
};

TEST(Inflections, HoldTheUsualFormsAndNoLookAlikes) {
  for (const Row& row : kRows) {
    const std::vector<std::string> forms = Inflections(row.word, row.language);
    const std::string what = std::string(row.language) + " " + row.word;
    EXPECT_THAT(forms, Contains(std::string(row.word))) << what;
    for (const std::string& form : row.in) EXPECT_THAT(forms, Contains(form)) << what;
    for (const std::string& form : row.out) EXPECT_THAT(forms, Not(Contains(form))) << what;
  }
}

TEST(Inflections, AreSortedDistinctAndBounded) {
  for (const Row& row : kRows) {
    const std::vector<std::string> forms = Inflections(row.word, row.language);
    EXPECT_LE(forms.size(), kInflectionsMax) << row.word;
    EXPECT_TRUE(std::is_sorted(forms.begin(), forms.end())) << row.word;
    EXPECT_EQ(std::adjacent_find(forms.begin(), forms.end()), forms.end()) << row.word;
  }
}

TEST(Inflections, HoldTheWordItselfWhateverItIs) {
  for (std::string_view language : InflectedLanguages()) {
    for (const char* word : {"a", "é", "中", "x-y", "s", "ال", "\u0301", "ä", "en"}) {
      EXPECT_THAT(Inflections(word, language), Contains(std::string(word))) << language;
    }
    const std::string long_word(5000, 'e');
    EXPECT_THAT(Inflections(long_word, language), Contains(long_word)) << language;
  }
}

TEST(Inflections, AreNoneOfNumbers) {
  EXPECT_THAT(Inflections("1,000", "en"), ElementsAre("1,000"));
  EXPECT_THAT(Inflections("g7", "de"), ElementsAre("g7"));
}

TEST(Inflections, AreTheSameOnEveryThread) {
  const std::vector<std::string> here = Inflections("häuser", "de");
  std::vector<std::string> there;
  std::thread([&there] { there = Inflections("häuser", "de"); }).join();
  EXPECT_EQ(here, there);
}

TEST(InflectionTables, AreSortedByLanguage) {
  const auto languages = InflectedLanguages();
  EXPECT_TRUE(std::is_sorted(languages.begin(), languages.end()));
  for (const char* language : {"ar", "de", "en", "es", "fr", "it", "nl", "pt", "ru", "sv"}) {
    EXPECT_THAT(languages, Contains(language));
  }
}

// Whether reading `list` as an article's text changes none of its words.
void ExpectFolded(std::string_view list) {
  std::string words(list);
  for (char& letter : words) {
    if (letter == '-' || letter == '>' || letter == '/') letter = ' ';
  }
  const std::size_t size = words.size();
  words.append(kPadding, '\0');
  Tokeniser tokeniser;
  tokeniser.Begin(ApostropheMode::kJoin, nullptr);
  tokeniser.AddPart({words.data(), size});
  std::string folded(tokeniser.canonical());
  const auto squeeze = [](std::string text) {
    std::string result;
    for (char letter : text) {
      if (letter != ' ' || (!result.empty() && result.back() != ' ')) result += letter;
    }
    while (!result.empty() && (result.back() == ' ' || result.back() == kParagraphMark)) {
      result.pop_back();
    }
    return result;
  };
  EXPECT_EQ(squeeze(std::move(folded)), squeeze(words.substr(0, size)));
}

TEST(InflectionTables, AreFoldedAsArticlesAre) {
  for (const InflectionTable& table : InflectionTables()) {
    SCOPED_TRACE(table.language);
    for (const auto& groups : {table.groups, table.bare_groups}) {
      for (const InflectionGroup& group : groups) {
        ExpectFolded(group.keys);
        ExpectFolded(group.endings);
      }
    }
    for (std::string_view list :
         {table.rewrites, table.pairs, table.umlaut_endings, table.bare_umlaut_after,
          table.no_umlaut_in, table.prefixes, table.article_prefixes}) {
      ExpectFolded(list);
    }
  }
}

}  // namespace
}  // namespace wiredesk
