#include "stages/inflection_tables.h"

namespace wiredesk {

namespace {

constexpr InflectionGroup kArabic[] = {
    {"ة ات تين تان", "ة ات تين تان"},
    {"- ون ين ان ي ية يون يين يات ا", "- ة ات ون ين ان ا ي ية يون يين يات"},
};
constexpr InflectionGroup kArabicPronouns[] = {
    {"ة ات تين تان", "ته تها تهم تهن تنا تك تكم تي اته اتها اتهم اتنا"},
    {"- ون ين ان ي ية يون يين يات ا", "ه ها هم هن هما ك كم نا اته اتها اتهم وا"},
};

constexpr InflectionGroup kDanish[] = {
    {"",
     "- s e en et er ere ene erne es ens ets ers eres enes ernes ne nes r rne rnes te t ede ende "
     "et "
     "este est este hed heden heder hederne"},
};

constexpr InflectionGroup kGerman[] = {
    {"",
     "- e en er em es n s st t ern ens ers ns est et te ten tet test ung ungen "
     "ere eren erer eres erem ste sten ster stes este esten ester estes"},
    {"en end ende enden ender endes endem ene enen enem ener enes",
     "en end ende enden ender endes endem ene enen enem ener enes"},
    {"lich liche lichen licher liches lichem", "lich liche lichen licher liches lichem"},
    {"isch ische ischen ischer isches ischem", "isch ische ischen ischer isches ischem"},
    {"ig ige igen iger iges igem", "ig ige igen iger iges igem"},
    {"heit heiten keit keiten", "heit heiten keit keiten"},
};

constexpr InflectionGroup kEnglish[] = {
    {"", "- s es d ed ing ings er ers r rs ly e y ies ied ying"},
    {.keys = "",
     .endings =
         "ion ions ation ations ive able al ally ment ments ement ements ness or ors ance ances",
     .only_behind_stem = true,
     .always = true},
};

constexpr InflectionGroup kSpanish[] = {
    {"- o a os as e es", "- o a os as e es mente amente"},
    {"ico ica icos icas", "o a os as ico ica icos icas icamente"},
    {"ar ando ado ada ados adas aron aba aban ará arán aría arían ó",
     "ar arse ando ándose ado ada ados adas o as a amos áis an e es emos éis en é aste ó asteis "
     "aron aba abas ábamos abais aban aré arás ará aremos aréis arán aría arías aríamos aríais "
     "arían ara aras áramos arais aran ase ases ásemos aseis asen arlo arla arlos arlas arle "
     "arles"},
    {"er ir iendo ido ida idos idas ieron ía ían erá irá erán irán ería iría erían irían ió",
     "er erse ir irse iendo iéndose ido ida idos idas o es e emos éis imos ís en a as amos áis an "
     "í iste ió isteis ieron ía ías íamos íais ían eré erás erá eremos eréis erán ería erías "
     "eríamos eríais erían iré irás irá iremos iréis irán iría irías iríamos iríais irían iera "
     "ieras iéramos ierais ieran iese ieses iesen erlo erla erlos erlas irlo irla irlos irlas"},
    {"ación aciones ador adora adores adoras amiento amientos imiento imientos",
     "ación aciones ador adora adores adoras amiento amientos imiento imientos ar ado ada ados "
     "adas"},
    {"idad idades ivo iva ivos ivas able ables ible ibles ista istas ismo ismos oso osa osos osas",
     "idad idades ivo iva ivos ivas able ables ible ibles ista istas ismo ismos oso osa osos "
     "osas"},
};

constexpr InflectionGroup kFinnish[] = {
    {"",
     "- n a ä ta tä tta ttä ssa ssä sta stä lla llä lta ltä lle na nä ksi tta an än en in on "
     "un yn ön hin hun hyn seen t ja jä ia iä ita itä jen ien iden itten issa issä ista istä "
     "illa illä ilta iltä ille ina inä iksi itta ittä ihin iin isiin oiden oissa oista oilla "
     "oille oihin oita öitä öiden öissä eja ejä eissa eissä eista eistä eilla eillä eihin ko "
     "kö kin"},
};

constexpr InflectionGroup kFrench[] = {
    {"- e s es x ux aux", "- e s es x aux ment ement amment emment"},
    {"er ère ers ères", "er ère ers ères"},
    {"er é ée és ées ant ait aient era eront erait ons ez",
     "er é ée és ées e es ons ez ent ais ait ions iez aient ai as a âmes âtes èrent erai eras era "
     "erons erez eront erais erait erions eriez eraient ant ants ante antes asse assent"},
    {"ir i ie is ies it issant issait issaient ira iront irait",
     "ir i ie is ies it issons issez issent issais issait issions issiez issaient îmes îtes irent "
     "irai iras ira irons irez iront irais irait irions iriez iraient issant issants issante "
     "issantes isse isses"},
    {"re ra ront rait",
     "re - s t ons ez ent ais ait ions iez aient is it irent rai ras ra rons "
     "rez ront rais rait rions riez raient ant e es"},
    {"ation ations ateur ateurs atrice atrices ement ements age ages",
     "ation ations ateur ateurs atrice atrices er é ée és ées ant e es ent ement ements age ages"},
    {"ion ions eur eurs if ive ifs ives ique iques isme ismes iste istes ité ités euse eux euses",
     "ion ions eur eurs if ive ifs ives ique iques isme ismes iste istes ité ités euse eux euses "
     "- e s es"},
};

constexpr InflectionGroup kHungarian[] = {
    {"",
     "- k ak ek ok ök at et ot öt t nak nek ban ben ba be ból ből ra re ról ről on en ön n hoz "
     "hez höz tól től nál nél val vel ért ig ként a e ja je ai ei jai jei akat eket okat öket "
     "oknak eknek öknek aknak okban ekben ökben akban okra ekre ökre akra okról ekről ökről "
     "akról okból ekből ökből akból okat ekkel okkal ökkel akkal okhoz ekhez ökhöz októl ektől "
     "ökről áé éé án én ának ének ában ében ára ére ról ával ével át ét ák ék ákat éket áknak "
     "éknek ákban ékben"},
};

constexpr InflectionGroup kItalian[] = {
    {"- o a i e he hi", "- o a i e he hi mente amente"},
    {"ico ica ici iche", "o a i e ico ica ici iche icamente"},
    {"are ato ata ati ate ando arono ava avano erà eranno erebbe ò",
     "are arsi arlo arla arli arle ato ata ati ate ando o i a iamo ano ai asti ò ammo aste arono "
     "avo avi ava avamo avate avano erò erai erà eremo erete eranno erei erebbe erebbero ino "
     "assi asse assero ante anti"},
    {"ere ire uto uta uti ute ito ita iti ite endo erono irono eva iva evano ivano irà iranno",
     "ere ersi ire irsi uto uta uti ute ito ita iti ite endo o i e iamo ete ono ei esti é emmo "
     "este erono ì immo iste irono isco isce iscono evo eva evamo evano ivo iva ivamo ivano erò "
     "erà eremo erete eranno irò irà iremo irete iranno erebbe irebbe erebbero irebbero a ano "
     "esse issero isse essero ente enti"},
    {"azione azioni atore atori atrice atrici amento amenti imento imenti",
     "azione azioni atore atori atrice atrici amento amenti imento imenti are ato ata ati ate"},
    {"ità ivo iva ivi ive abile abili ibile ibili ista isti iste ismo ismi oso osa osi ose",
     "ità ivo iva ivi ive abile abili ibile ibili ista isti iste ismo ismi oso osa osi ose"},
};

constexpr InflectionGroup kDutch[] = {
    {"",
     "- e en s es er ers ere eren erig n t d de den te ten end ende st ste ing ingen heid "
     "heden lijk lijke baar bare ig ige"},
};

constexpr InflectionGroup kNorwegian[] = {
    {"",
     "- s e en et er ere ene erne es ens ets ers eres enes ernes a as ane anes te t ede ende "
     "est este ert het heten heter hetene"},
};

constexpr InflectionGroup kPortuguese[] = {
    {"- o a os as e es s", "- o a os as e es s mente amente"},
    {"ico ica icos icas", "o a os as ico ica icos icas icamente"},
    {"ar ando ado ada ados adas aram ava avam ará arão aria ariam ou",
     "ar arem armos ando ado ada ados adas o as a amos ais am e es emos eis em ei aste ou astes "
     "aram ava avas ávamos avam arei arás ará aremos areis arão aria arias aríamos ariam asse "
     "asses ássemos assem ara aras áramos arar ante antes"},
    {"er ir endo indo ido ida idos idas eram iram ia iam erá irá erão irão eria iria eu iu",
     "er erem ermos ir irem irmos endo indo ido ida idos idas o es e emos em imos a as amos am i "
     "este eu iu estes iste istes eram iram ia ias íamos iam erei erás erá eremos erão irei irás "
     "irá iremos irão eria erias eríamos eriam iria irias iríamos iriam esse essem isse issem era "
     "ira"},
    {"ação ações ador adora adores adoras amento amentos imento imentos",
     "ação ações ador adora adores adoras amento amentos imento imentos ar ado ada ados adas"},
    {"idade idades ivo iva ivos ivas ável áveis ível íveis ista istas ismo ismos oso osa osos "
     "osas",
     "idade idades ivo iva ivos ivas ável áveis ível íveis ista istas ismo ismos oso osa osos "
     "osas"},
};

constexpr InflectionGroup kRomanian[] = {
    {"- ă a e i ul le o u ea ei ele ilor ii ie",
     "- ă a e i ul ului ule ii ilor le lor ele elor o "
     "ei ea ie ia iei iile iilor uri urile urilor u lui "
     "ua ile"},
    {"ar are at ată ați ate ând ez ează a ă",
     "a are at ată ați ate ând ez ezi ează ăm ați eze am ai au ară ase aseră"},
    {"i ire it ită iți ite ind ește esc ea ere ut ută uți ute",
     "i ire it ită iți ite ind esc ești ește im ească ea ere ut ută uți ute eam eai eau u ură"},
};

constexpr InflectionGroup kRussian[] = {
    {"- ы ов", "- а у ом е ы и ов ев ей ам ами ах"},
    {"а ы и у ой", "а ы и е у ой ою - ам ами ах"},
    {"о а", "о а у ом е - ам ами ах"},
    {"ия ии ию ией ие ий ием", "ия ии ию ией ий иям иями иях ие ием ье"},
    {"ь я й и ю е", "ь я ю ем ём е и ей ёй ев ям ями ях ью й ья ье ьи"},
    {"ый ий ой ая яя ое ее ые ие ого его ую юю ых их",
     "ый ий ой ая яя ое ее ые ие ого его ому ему ым им ом ем ую юю ых их ыми ими ою ею о а ы ей"},
    {"ть ться л ла ло ли лся лась ет ют ешь ем ете",
     "ть ться л ла ло ли лся лась лось лись ю ешь ет ем ете ют юсь ешься ется емся етесь ются й "
     "йте в вши вший вшая вшее вшие вшего вших ющий ющая ющее ющие ющего ющих ющей ющим ющими нный "
     "нная нное нные нного нных нной нным ными н на но ны я ясь"},
    {"ить иться ил ила ило или ит ят ишь им ите",
     "ить иться ил ила ило или ился илась илось ились ю у ишь ит им ите ят ат юсь усь ится имся "
     "ятся атся и ив ивший ившая ившие ящий ящая ящее ящие ящего ящих енный енная енное енные "
     "енного енных ен ена ено ены я"},
};

constexpr InflectionGroup kSwedish[] = {
    {"",
     "- s a e en et n t ar er or arna erna orna na ade at ad ade aste ande andes are aren arne "
     "arnas ernas ornas ens ets ers ars as es ats ads het heten heter heterna te tt t d de "
     "ast"},
};

constexpr InflectionGroup kTurkish[] = {
    {"",
     "- lar ler ı i u ü ın in un ün nın nin nun nün a e ya ye yı yi yu yü da de ta te dan den "
     "tan ten la le yla yle ları leri ların lerin lara lere larda lerde lardan lerden larla "
     "lerle sı si su sü sına sine sında sinde sının sinin ım im um üm ımız imiz umuz ümüz ınız "
     "iniz unuz ünüz ına ine una üne ında inde unda ünde ından inden undan ünden larında "
     "lerinde larına lerine larının lerinin ca ce ki daki deki dır dir dur dür"},
};

constexpr InflectionTable kTables[] = {
    {.language = "ar",
     .groups = kArabic,
     .uses_plain_stem = true,
     .pairs = "ة/ات",
     .prefixes = "- و ب ل ف ك",
     .article_prefixes = "ال وال بال لل فال كال ولل",
     .bare_groups = kArabicPronouns},
    {.language = "da", .groups = kDanish, .doubles_last = true},
    {.language = "de",
     .groups = kGerman,
     .pairs =
         "in/innen nis>nisse nis>nissen nis>nisses nisse>nis nissen>nis el>eln o/os a>as i>is u>us",
     .umlaut_endings = "e en er ern n ere eren erer eres erem chen",
     .bare_umlaut_after = "er el en",
     .no_umlaut_in = "ung ion schaft ismus ant a i o u"},
    {.language = "en",
     .groups = kEnglish,
     .uses_word = true,
     .rewrites = "i>y y>i e>- i>- y>- i>ie ie>y",
     .doubles_last = true,
     .drops_e = true},
    {.language = "es",
     .groups = kSpanish,
     .rewrites = "ón>on án>an ín>in ún>un és>es ás>as "
                 "z>c c>z g>gu gu>g c>qu qu>c",
     .pairs = "z/ces ones>ón anes>án ines>ín unes>ún eses>és"},
    {.language = "fi", .groups = kFinnish, .back_vowels = "aou", .front_vowels = "äöy"},
    {.language = "fr",
     .groups = kFrench,
     .rewrites = "al>au au>al et>èt èt>et er>èr èr>er el>èl èl>el ev>èv èv>ev en>èn èn>en ec>èc "
                 "èc>ec ém>èm "
                 "c>ç ç>c g>ge ge>g y>i i>y éd>èd èd>éd ég>èg èg>ég ér>èr èr>ér ét>èt èt>ét",
     .pairs = "ail/aux f/ve fs/ves eur/euse eurs/euses teur/trice teurs/trices "
              "el/elle els/elles en/enne ens/ennes on/onne ons/onnes et/ette ets/ettes"},
    {.language = "hu",
     .groups = kHungarian,
     .uses_word = true,
     .rewrites = "a>á á>a e>é é>e",
     .back_vowels = "aáoóuú",
     .front_vowels = "eéöőüű"},
    {.language = "it",
     .groups = kItalian,
     .rewrites = "c>ch ch>c g>gh gh>g ci>c c>ci gi>g g>gi",
     .pairs = "io/i tore/trice tori/trici"},
    {.language = "nl",
     .groups = kDutch,
     .rewrites = "a>aa e>ee o>oo u>uu",
     .pairs = "s/zen f/ven heid/heden",
     .doubles_last = true,
     .doubled_plural = "en"},
    {.language = "no", .groups = kNorwegian},
    {.language = "pt",
     .groups = kPortuguese,
     .rewrites = "ês>es es>ês c>qu qu>c c>ç ç>c g>gu gu>g",
     .pairs = "ão/ões ão/ães ão/ãos al/ais el/éis ol/óis ul/uis il/is m/ns ês/eses ís/íses"},
    {.language = "ro", .groups = kRomanian, .rewrites = "t>ț ț>t s>ș ș>s d>z z>d a>ă ă>a"},
    {.language = "ru", .groups = kRussian, .uses_plain_stem = true},
    {.language = "sv",
     .groups = kSwedish,
     .pairs = "->et ->ets a/an a>ans",
     .open_pairs_after = "bdfghjklmnprstvxi"},
    {.language = "tr",
     .groups = kTurkish,
     .uses_word = true,
     .rewrites = "k>ğ ğ>k p>b b>p t>d d>t ç>c c>ç",
     .back_vowels = "aıou",
     .front_vowels = "eiöü"},
};

}  // namespace

std::span<const InflectionTable> InflectionTables() { return kTables; }

}  // namespace wiredesk
