/** A few sentences in several languages, each with the encodings in which such texts were stored. */
export const prose: Readonly<Record<string, { readonly text: string; readonly encodings: readonly string[] }>> = {
  German: {
    text: 'Die Katze schläft auf dem Dach, während draußen der Regen fällt. Größere Städte haben früher für solche Wetterlagen eigene Wärter beschäftigt, die nachts über die Brücken gingen und die Lampen prüften.\n',
    encodings: ['windows-1252', 'iso-8859-15', 'macintosh', 'utf-8', 'utf-16le', 'utf-16be'],
  },
  French: {
    text: 'Le garçon a mangé une pêche près de la forêt, où l’été était déjà très avancé. Il a rangé sa chaise, fermé la fenêtre et posé le reçu à côté de la théière, comme il le faisait chaque soir après le dîner.\n',
    encodings: ['windows-1252', 'macintosh', 'utf-16le'],
  },
  Polish: {
    text: 'Wczoraj wieczorem poszliśmy nad rzekę, żeby zobaczyć łódź, którą zbudował mój wujek. Była mała, ale bardzo ładna. Później usiedliśmy przy ognisku i śpiewaliśmy pieśni aż do świtu, choć było już chłodno.\n',
    encodings: ['windows-1250', 'iso-8859-2', 'utf-16be'],
  },
  Czech: {
    text: 'Včera večer jsme šli k řece podívat se na loďku, kterou postavil můj strýc. Byla malá, ale moc hezká. Později jsme si sedli k ohni a zpívali písničky až do rána, přestože už bylo dost chladno.\n',
    encodings: ['windows-1250', 'iso-8859-2'],
  },
  Russian: {
    text: 'Вчера вечером мы пошли к реке, чтобы посмотреть на лодку, которую построил мой дядя. Она была маленькая, но очень красивая. Потом мы сидели у костра и пели песни до самого утра, хотя было уже холодно.\n',
    encodings: ['windows-1251', 'koi8-r', 'iso-8859-5', 'ibm866', 'x-mac-cyrillic', 'utf-16le', 'utf-16be'],
  },
  Ukrainian: {
    text: 'Учора ввечері ми пішли до річки, щоб подивитися на човен, який збудував мій дядько. Він був маленький, але дуже гарний. Потім ми сиділи біля вогню і співали пісні аж до ранку, хоча вже було холодно.\n',
    encodings: ['windows-1251', 'koi8-u'],
  },
  Greek: {
    text: 'Χθες το βράδυ πήγαμε στο ποτάμι για να δούμε τη βάρκα που έφτιαξε ο θείος μου. Ήταν μικρή αλλά πολύ όμορφη. Αργότερα καθίσαμε γύρω από τη φωτιά και τραγουδήσαμε μέχρι το πρωί, αν και έκανε κρύο.\n',
    encodings: ['windows-1253', 'iso-8859-7', 'utf-16le'],
  },
  Turkish: {
    text: 'Dün akşam amcamın yaptığı kayığı görmek için nehre gittik. Küçüktü ama çok güzeldi. Sonra ateşin başına oturduk ve sabaha kadar şarkı söyledik, oysa hava artık soğuktu. Çocuklar ağaçların altında uyudu.\n',
    encodings: ['windows-1254'],
  },
  Hebrew: {
    text: 'אתמול בערב הלכנו אל הנהר כדי לראות את הסירה שבנה דוד שלי. היא הייתה קטנה אבל יפה מאוד. אחר כך ישבנו ליד המדורה ושרנו שירים עד הבוקר, אף על פי שכבר היה קר. הילדים ישנו מתחת לעצים.\n',
    encodings: ['windows-1255', 'utf-16be'],
  },
  Arabic: {
    text: 'ذهبنا مساء أمس إلى النهر لنرى القارب الذي بناه عمي. كان صغيرا لكنه جميل جدا. بعد ذلك جلسنا حول النار وغنينا حتى الصباح، مع أن الجو كان باردا. نام الأطفال تحت الأشجار الكبيرة.\n',
    encodings: ['windows-1256', 'iso-8859-6'],
  },
  Lithuanian: {
    text: 'Vakar vakare nuėjome prie upės pažiūrėti valties, kurią pastatė mano dėdė. Ji buvo maža, bet labai graži. Vėliau sėdėjome prie laužo ir dainavome dainas iki ryto, nors jau buvo šalta. Vaikai miegojo po medžiais.\n',
    encodings: ['windows-1257', 'iso-8859-13'],
  },
  Thai: {
    text: 'เมื่อวานตอนเย็นเราไปที่แม่น้ำเพื่อดูเรือที่ลุงของฉันสร้างขึ้น มันเล็กแต่สวยมาก หลังจากนั้นเรานั่งรอบกองไฟและร้องเพลงจนถึงเช้า แม้ว่าอากาศจะหนาวแล้วก็ตาม เด็กๆ นอนหลับใต้ต้นไม้\n',
    encodings: ['windows-874', 'utf-16le'],
  },
  Japanese: {
    text: '昨日の夕方、叔父が作った小さな舟を見るために川へ行きました。とても美しい舟でした。そのあと、私たちは火のそばに座って、朝まで歌を歌いました。もう寒かったのですが、子供たちは木の下で眠っていました。\n',
    encodings: ['shift_jis', 'euc-jp', 'iso-2022-jp', 'utf-16le', 'utf-16be'],
  },
  'Chinese, simplified': {
    text: '昨天晚上我们去河边看叔叔造的小船。船虽然很小，但是非常漂亮。后来我们坐在火堆旁边唱歌，一直唱到天亮，尽管天气已经很冷了。孩子们在大树下面睡着了，第二天早上我们才回家。\n',
    encodings: ['gb18030', 'utf-16le', 'utf-16be'],
  },
  'Chinese, traditional': {
    text: '昨天晚上我們去河邊看叔叔造的小船。船雖然很小，但是非常漂亮。後來我們坐在火堆旁邊唱歌，一直唱到天亮，儘管天氣已經很冷了。孩子們在大樹下面睡著了，第二天早上我們才回家。\n',
    encodings: ['big5', 'utf-16be'],
  },
  Korean: {
    text: '어제 저녁에 우리는 삼촌이 만든 작은 배를 보려고 강으로 갔습니다. 배는 작았지만 아주 아름다웠습니다. 그 다음에 우리는 불 옆에 앉아서 아침까지 노래를 불렀습니다. 날씨는 이미 추웠지만 아이들은 나무 아래에서 잠을 잤습니다.\n',
    encodings: ['euc-kr', 'utf-16le'],
  },
  Esperanto: {
    text: 'Ĉiuj homoj estas denaske liberaj kaj egalaj laŭ digno kaj rajtoj. Ili posedas racion kaj konsciencon, kaj devus konduti unu al alia en spirito de frateco. La ĵurnalo ŝanĝas sian opinion ĉiutage, ĉar ankaŭ la junuloj aŭskultas ĝin.',
    encodings: ['iso-8859-3'],
  },
  Latvian: {
    text: 'Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās. Viņi ir apveltīti ar saprātu un sirdsapziņu, un viņiem jāizturas citam pret citu brālības garā. Katru dienu mēs ejam uz skolu un mācāmies jaunas lietas.',
    encodings: ['iso-8859-4'],
  },
  Icelandic: {
    text: 'Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum. Menn eru gæddir vitsmunum og samvisku, og ber þeim að breyta bróðurlega hverjum við annan.',
    encodings: ['iso-8859-10'],
  },
  Welsh: {
    text: "Genir pawb yn rhydd ac yn gydradd â'i gilydd mewn urddas a hawliau. Fe'u cynysgaeddir â rheswm a chydwybod. Mae'r tŷ yn hen iawn, ac mae'r dŵr yn oer, a'r ŵyl yn y tŵr.",
    encodings: ['iso-8859-14'],
  },
  Vietnamese: {
    text: 'Tâ\u0301t ca\u0309 mo\u0323i ngươ\u0300i sinh ra đê\u0300u đươ\u0323c tư\u0323 do va\u0300 bi\u0300nh đă\u0309ng vê\u0300 nhân phâ\u0309m va\u0300 quyê\u0300n. Mo\u0323i con ngươ\u0300i đê\u0300u đươ\u0323c ta\u0323o ho\u0301a ban cho ly\u0301 tri\u0301 va\u0300 lương tâm.',
    encodings: ['windows-1258'],
  },
}
