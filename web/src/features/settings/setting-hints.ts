/** What each setting of the engine does, in languages other than the engine's own. */
export const settingHints: Readonly<Record<'de', Readonly<Record<string, string>>>> = {
  de: {
    'log.level': 'wie viel der Dienst in sein Protokoll schreibt',
    'log.maxBytes': 'Größe, ab der ein neues Protokoll begonnen wird, in Bytes',
    'log.files': 'wie viele alte Protokolle bleiben',
    'http.port': 'Port des Explorers auf 127.0.0.1, oder der nächste freie; 0: irgendeiner; off: keiner',
    'http.metrics': 'unter /metrics mit Zahlen für Prometheus antworten',
    'relay.port':
      'Port eines Relays, das der Dienst für Geräte betreibt, die einander nicht erreichen, TCP und UDP, gewöhnlich 3340; off: keines',
    'relay.host': 'Adresse dieses Rechners, an der das Relay lauscht',
    'relay.token':
      'ohne dieses Wort lässt das Relay kein Gerät zu; die Geräte setzen network.relay auf http://<dieser Rechner>:<Port>/<Wort>; leer: jedes Gerät darf es benutzen',
    'watch.enabled': 'Änderungen gleich mitbekommen',
    'watch.debounceMs': 'wie lange Ruhe sein muss, bis viele Änderungen zusammen gelten, in Millisekunden',
    'indexing.walkers': 'Threads, die durch Ordner gehen',
    'indexing.hashers': 'Threads, die Dateien lesen, um ihren Inhalt zu erkennen',
    'jobs.keepEnded': 'wie viele beendete Aufgaben in der Liste bleiben',
    'sidecars.device':
      'was für dieses Gerät üblich ist: mobile macht zwei kleine Vorschaubilder, desktop alles, was man sucht',
    'sidecars.thumb': 'Vorschaubilder: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.ocr': 'Text in Bildern und Scans: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.text': 'Text von Dokumenten: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.transcript': 'was in Ton und Film gesagt wird: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.embeddings':
      'was Texte bedeuten, für die Suche danach: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.proxy': 'kleine Kopien von Filmen: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.thumbstrip': 'Bilder entlang eines Films: on, off, default, oder Varianten, verbunden durch +',
    'sidecars.maxFileBytes': 'aus größeren Dateien wird nichts gemacht, in Bytes',
    'sidecars.speed':
      'wie viel vom Rechner genommen wird: gentle eine Datei zur Zeit; normal bis zu vier, und was warten kann, wartet auf Strom; fast alle Kerne, immer',
    'sidecars.quotaBytes':
      'wie viel alles zusammen je Bibliothek einnehmen darf, in Bytes; das Entbehrlichste geht zuerst; 0: beliebig viel',
    'sidecars.keepFreeBytes': 'nichts Neues wird gemacht, wenn weniger frei ist, in Bytes; 0: bis zum letzten',
    'thumbnails.iconQuality': 'Güte der kleinsten Vorschaubilder, icon@1x und icon@2x: 1 bis 100',
    'thumbnails.gridQuality': 'Güte der Vorschaubilder im Raster, grid@1x bis grid@3x: 1 bis 100',
    'thumbnails.detailQuality': 'Güte der größten Vorschaubilder, detail@1x und detail@2x: 1 bis 100',
    'ocr.languages':
      'Kürzel der Sprachen, die gelesen werden, wie eng+deu; leer: die des Systems und Englisch, dann andere',
    'embeddings.url':
      'ein Server, der Texte in Vektoren verwandelt, mit der Schnittstelle von OpenAI: http://localhost:11434/v1; leer: keiner',
    'embeddings.model': 'wie der Server das Modell nennt; bei einem eigenen, wie seine Ergebnisse heißen',
    'embeddings.keyVariable':
      'die Umgebungsvariable des Dienstes mit dem Schlüssel für den Server; der Schlüssel selbst wird nirgends aufbewahrt',
    'embeddings.folder':
      'ein eigenes Modell: ein Ordner mit onnx/model.onnx und tokenizer.json; gilt, wo kein Server genannt ist',
    'embeddings.runtime': 'der Ordner, in dem onnxruntime-node liegt, das eigene Modelle ausführt',
    'embeddings.builtIn': 'ob das mitgelieferte Modell benutzt wird, wenn kein anderes genannt ist; es liest Englisch',
    'embeddings.textPrefix': 'was das Modell vor jedem Text haben will, wie "passage: "',
    'embeddings.queryPrefix': 'was das Modell vor jeder Frage haben will, wie "query: "',
    'transcript.engine': 'was hört: auto nimmt, wofür das Modell ist, und den Server, wo keines genannt ist',
    'transcript.model':
      'ein eigenes Modell: eine Datei von whisper.cpp wie ggml-base.bin, oder ein Ordner von sherpa-onnx; leer: keines',
    'transcript.language': 'das Kürzel der gesprochenen Sprache, wie en; auto: wird für jede Aufnahme herausgefunden',
    'transcript.url': 'ein Server, der hört, mit der Schnittstelle von OpenAI: http://localhost:8000/v1; leer: keiner',
    'transcript.serverModel': 'wie der Server das Modell nennt',
    'transcript.keyVariable':
      'die Umgebungsvariable des Dienstes mit dem Schlüssel für den Server; der Schlüssel selbst wird nirgends aufbewahrt',
    'transcript.runtime': 'der Ordner, in dem sherpa-onnx-node liegt, das die Modelle von sherpa-onnx ausführt',
    'prefetch.eager':
      'Arten, die geholt werden, sobald ein anderes Gerät der Bibliothek sie gemacht hat, verbunden durch +',
    'prefetch.never': 'Arten, die nur geholt werden, wenn jemand danach fragt, verbunden durch +',
    'prefetch.makeHere': 'Arten, die dieses Gerät lieber selbst macht, als sie zu holen, verbunden durch +',
    'prefetch.concurrent': 'wie viele Bündel gleichzeitig im Voraus geholt werden',
    'prefetch.maxBytesPerSecond':
      'wie viel das Holen im Voraus von der Leitung nehmen darf, in Bytes je Sekunde; 0: alles',
    'network.enabled': 'mit gekoppelten Geräten verbinden; network start und stop ändern es',
    'network.port': 'UDP-Port, mit dem sich Geräte verbinden; 0: irgendeiner',
    'network.address': 'die IP-Adresse dieses Rechners, an der gehört wird; leer: alle',
    'network.relay':
      'Adresse eines Vermittlers, über den Geräte einander erreichen, wo es anders nicht geht; leer: keiner, und nichts außerhalb des lokalen Netzes wird angesprochen',
    'network.rendezvous':
      'Adresse eines Vermittlers, bei dem Geräte einander versiegelt hinterlassen, wo sie sind, damit sie sich auch in anderen Netzen finden; leer: keiner',
    'network.discovery': 'gekoppelte Geräte im lokalen Netz suchen',
    'network.bulkPort':
      'TCP-Port, von dem Dateien gesendet werden; 0: irgendeiner. Die andere Seite verbindet sich dorthin',
    'network.metered':
      'ob kostet, was über die Leitung geht, und nichts geholt wird, wonach niemand fragt; auto: wie NetworkManager es sagt, und nein, wo es keinen gibt',
    'network.receive':
      'Dateien, die ein gekoppeltes Gerät anbietet: ask fragt, trusted nimmt sie gleich an, off lehnt sie ab',
    'network.receiveFolder':
      'der Ordner, in den angebotene Dateien kommen; leer: Downloads im eigenen Ordner, sonst received im Datenordner',
    'network.strangers':
      'woher sich nicht gekoppelte Geräte melden dürfen: local nur aus dem lokalen Netz, anywhere von überall',
    'network.portMapping':
      'den Router bitten (UPnP), einen UDP-Port an dieses Gerät weiterzuleiten, damit gekoppelte Geräte es aus dem Internet erreichen; der Router leitet sonst nichts weiter, und nichts mehr, wenn die Vernetzung endet',
    'network.joinLibraries': 'Bibliotheken beitreten, die gekoppelte Geräte teilen, ohne zu fragen',
    'network.maxBytesPerSecond':
      'wie viel alle gesendeten Dateien zusammen von der Leitung nehmen dürfen, in Bytes je Sekunde; 0: alles',
    'volumes.refreshMs': 'wie oft nach Platz und Laufwerken gesehen wird, in Millisekunden',
  },
}
