/** What each setting of the engine does, in languages other than the engine's own. */
export const settingHints: Readonly<Record<'de', Readonly<Record<string, string>>>> = {
  de: {
    'log.level': 'Ausführlichkeit des Protokolls: wie viel der Dienst in sein Protokoll schreibt',
    'log.maxBytes': 'Größe eines Protokolls: ab dieser Größe beginnt ein neues, in Bytes',
    'log.files': 'Zahl der Protokolle: wie viele alte Protokolle bleiben',
    'http.port': 'Port des Explorers: auf 127.0.0.1; ist er belegt, der nächste freie; 0: irgendeiner; off: keiner',
    'http.metrics': 'Kennzahlen: Zahlen für Prometheus an der Adresse /metrics',
    'relay.port':
      'Port des Relays: TCP- und UDP-Port eines Relays in diesem Dienst, für Geräte, die einander nicht erreichen; gewöhnlich 3340; off: kein Relay',
    'relay.host': 'Adresse des Relays: Adresse dieses Rechners, an der das Relay lauscht',
    'relay.token':
      'Kennwort des Relays: nur Geräte mit diesem Wort dürfen es benutzen; sie setzen network.relay auf http://<dieser Rechner>:<Port>/<Wort>; leer: jedes Gerät darf es benutzen',
    'watch.enabled': 'Änderungen beobachten: hält den Index aktuell, während sich Dateien ändern',
    'watch.debounceMs':
      'Wartezeit nach Änderungen: viele Änderungen werden erfasst, wenn so viele Millisekunden lang keine mehr kam',
    'indexing.walkers': 'Threads zum Durchsuchen: wie viele Threads Ordner auflisten',
    'indexing.hashers': 'Threads zum Lesen: wie viele Threads Dateien lesen, um ihren Inhalt zu erkennen',
    'jobs.keepEnded': 'Beendete Aufgaben: wie viele davon in der Liste bleiben',
    'sidecars.device':
      'Geräteprofil: mobile macht zwei kleine Vorschaubilder; desktop alles, was Suche und Vorschau brauchen',
    'sidecars.thumb': 'Vorschaubilder: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.ocr': 'Text in Bildern und Scans: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.text': 'Text von Dokumenten: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.transcript': 'Mitschriften: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.embeddings': 'Suche nach Bedeutung: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.proxy': 'Kleine Kopien von Videos: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.thumbstrip': 'Bilder entlang eines Videos: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.maxFileBytes': 'Größte Datei: aus größeren Dateien werden keine Vorschauen und Texte gemacht; in Bytes',
    'sidecars.speed':
      'Tempo für Vorschauen und Texte: gentle bearbeitet eine Datei zur Zeit und verschiebt lange Arbeit, während andere Programme beschäftigt sind; normal bis zu vier, und verschiebt lange Arbeit im Akkubetrieb; fast nimmt immer alle Kerne',
    'sidecars.quotaBytes':
      'Platz für Vorschauen und Texte: Grenze je Bibliothek, in Bytes; das Entbehrlichste wird zuerst entfernt; 0: keine Grenze',
    'sidecars.keepFreeBytes':
      'Freizuhaltender Platz: ist auf dem Datenträger weniger frei, wird nichts Neues gemacht, in Bytes; 0: keine Grenze',
    'thumbnails.iconQuality': 'Qualität der kleinsten Vorschaubilder: von 1 bis 100',
    'thumbnails.gridQuality': 'Qualität der Vorschaubilder im Raster: von 1 bis 100',
    'thumbnails.detailQuality': 'Qualität der größten Vorschaubilder: von 1 bis 100',
    'ocr.languages':
      'Sprachen von Text in Bildern: Kürzel, verbunden durch +, wie eng+deu; leer: die Sprache des Systems und Englisch, dann andere',
    'embeddings.url':
      'Server für Bedeutungen: Adresse eines Servers, der Texte in Vektoren umwandelt, mit der Schnittstelle von OpenAI, wie http://localhost:11434/v1; leer: keiner',
    'embeddings.model':
      'Name des Modells: so nennt es der Server; bei einem lokalen Modell der Name, den seine Ergebnisse bekommen',
    'embeddings.keyVariable':
      'Schlüssel des Servers: Name der Umgebungsvariable des Dienstes, die den Schlüssel enthält; der Schlüssel selbst wird nie gespeichert',
    'embeddings.folder':
      'Ordner eines lokalen Modells: enthält onnx/model.onnx und tokenizer.json und gilt, wenn kein Server eingestellt ist',
    'embeddings.runtime': 'Ordner von onnxruntime-node: dort ist dieses Paket installiert; es führt lokale Modelle aus',
    'embeddings.builtIn': 'Mitgeliefertes Modell: gilt, wenn kein anderes eingestellt ist; es versteht Englisch',
    'embeddings.textPrefix': 'Vorsatz von Texten: Wörter, die das Modell vor jedem Text erwartet, wie "passage: "',
    'embeddings.queryPrefix': 'Vorsatz von Suchen: Wörter, die das Modell vor jeder Suche erwartet, wie "query: "',
    'transcript.engine':
      'Programm für Mitschriften: auto nimmt das Programm, das zum lokalen Modell passt, oder den Server, wenn keines eingestellt ist',
    'transcript.model':
      'Lokales Modell: eine Datei von whisper.cpp, wie ggml-base.bin, oder ein Ordner von sherpa-onnx; leer: keines',
    'transcript.language': 'Gesprochene Sprache: ein Kürzel wie en; auto: wird für jede Aufnahme erkannt',
    'transcript.url':
      'Server für Mitschriften: Adresse eines Servers, der Aufnahmen mitschreibt, mit der Schnittstelle von OpenAI, wie http://localhost:8000/v1; leer: keiner',
    'transcript.serverModel': 'Modell auf dem Server: so nennt es der Server',
    'transcript.keyVariable':
      'Schlüssel des Servers: Name der Umgebungsvariable des Dienstes, die den Schlüssel enthält; der Schlüssel selbst wird nie gespeichert',
    'transcript.runtime':
      'Ordner von sherpa-onnx-node: dort ist dieses Paket installiert; es führt die Modelle von sherpa-onnx aus',
    'prefetch.eager':
      'Im Voraus holen: Arten, verbunden durch +, die geholt werden, sobald ein anderes Gerät der Bibliothek sie gemacht hat',
    'prefetch.never': 'Nur auf Anfrage holen: Arten, verbunden durch +, die nie im Voraus geholt werden',
    'prefetch.makeHere': 'Hier machen: Arten, verbunden durch +, die dieses Gerät selbst macht, statt sie zu holen',
    'prefetch.concurrent': 'Bündel zugleich: wie viele Bündel gleichzeitig im Voraus geholt werden',
    'prefetch.maxBytesPerSecond': 'Grenze für das Holen im Voraus: in Bytes je Sekunde; 0: keine Grenze',
    'network.enabled': 'Vernetzung: verbindet mit gekoppelten Geräten; network start und network stop ändern es',
    'network.port': 'Netzwerk-Port: UDP-Port, mit dem sich Geräte verbinden; 0: irgendeiner',
    'network.address': 'Netzwerk-Adresse: IP-Adresse dieses Rechners, mit der sich Geräte verbinden; leer: alle',
    'network.relay':
      'Relay: Adresse eines Relays, über das sich Geräte verbinden, wenn es anders nicht geht; leer: keines, und nichts außerhalb des lokalen Netzes wird angesprochen',
    'network.rendezvous':
      'Treffpunkt: Adresse eines Relays, bei dem Geräte verschlüsselt ihre Adressen hinterlassen, damit sie sich auch in anderen Netzen finden; leer: keiner',
    'network.discovery': 'Lokale Suche: sucht gekoppelte Geräte im lokalen Netz',
    'network.bulkPort':
      'Port für Übertragungen: TCP-Port zum Senden von Dateien, mit dem sich das empfangende Gerät verbindet; 0: irgendeiner',
    'network.metered':
      'Getaktete Verbindung: wenn ja, wird ohne Anfrage nichts geholt, weil Daten Geld kosten; auto: wie NetworkManager es sagt, sonst nein',
    'network.receive':
      'Dateien von gekoppelten Geräten: ask fragt zuerst, trusted nimmt sie sofort an, off lehnt sie ab',
    'network.receiveFolder':
      'Ordner für empfangene Dateien: leer heißt der Download-Ordner des Desktops, sonst Downloads im eigenen Ordner',
    'network.strangers':
      'Reichweite beim Koppeln: von wo sich ein nicht gekoppeltes Gerät verbinden darf, während ein Kopplungscode gilt. local: aus dem lokalen Netz und über das Relay; anywhere: auch aus dem Internet. Mit einem Treffpunkt gilt immer anywhere',
    'network.portMapping':
      'Portweiterleitung: bittet den Router (UPnP), einen UDP-Port an dieses Gerät weiterzuleiten, damit gekoppelte Geräte es aus dem Internet erreichen; der Router leitet sonst nichts weiter, und nichts mehr, wenn die Vernetzung endet',
    'network.joinLibraries':
      'Geteilten Bibliotheken beitreten: tritt Bibliotheken bei, die gekoppelte Geräte teilen, ohne zu fragen',
    'network.maxBytesPerSecond':
      'Grenze für das Senden: für alle gesendeten Dateien zusammen, in Bytes je Sekunde; 0: keine Grenze',
    'volumes.refreshMs': 'Prüfung der Laufwerke: wie oft Laufwerke und freier Platz geprüft werden, in Millisekunden',
  },
}
