/** A document in flat OpenDocument, from which LibreOffice makes other formats, and all words in it. */
export interface FlatDocument {
  readonly ending: 'fodt' | 'fods' | 'fodp'
  readonly xml: string
  readonly words: readonly string[]
}

const NAMES = {
  office: 'office:1.0',
  style: 'style:1.0',
  text: 'text:1.0',
  table: 'table:1.0',
  draw: 'drawing:1.0',
  presentation: 'presentation:1.0',
  svg: 'svg-compatible:1.0',
  fo: 'xsl-fo-compatible:1.0',
  of: 'of:1.2',
}
const NAMESPACES = Object.entries(NAMES)
  .map(([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}"`)
  .join(' ')
const OTHER_NAMESPACES = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'

const BODY_WORDS = Array.from({ length: 80 }, (_, i) => `ordinary${i}`)
const LETTERS = 'böhmword příliš 日本語'
const COMMENT = '<office:annotation><dc:creator>authorword</dc:creator><text:p>commentword</text:p></office:annotation>'
const MARGINS =
  '<style:header><text:p>headerword</text:p></style:header><style:footer><text:p>footerword</text:p></style:footer>'
const box = (text: string, where = 'svg:x="8cm" svg:y="8cm" svg:width="8cm" svg:height="2cm"') =>
  `<draw:frame ${where}><draw:text-box><text:p>${text}</text:p></draw:text-box></draw:frame>`
const shape = (text: string, where = 'svg:x="12cm" svg:y="14cm" svg:width="5cm" svg:height="2cm"') =>
  `<draw:custom-shape ${where}><text:p>${text}</text:p></draw:custom-shape>`

function flat(kind: string, { master, styles, body }: { master: string; styles: string; body: string }): string {
  return `<?xml version="1.0" encoding="UTF-8"?><office:document ${NAMESPACES} ${OTHER_NAMESPACES} office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.${kind}"><office:automatic-styles><style:page-layout style:name="page"><style:header-style><style:header-footer-properties fo:min-height="1cm"/></style:header-style><style:footer-style><style:header-footer-properties fo:min-height="1cm"/></style:footer-style></style:page-layout>${styles}</office:automatic-styles><office:master-styles>${master}</office:master-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document>`
}

function textDocument(): FlatDocument {
  const note = (sort: string, text: string) =>
    `<text:note text:id="${sort}" text:note-class="${sort}"><text:note-citation>1</text:note-citation><text:note-body><text:p>${text}</text:p></text:note-body></text:note>`
  const anchored = 'text:anchor-type="paragraph" svg:width="5cm" svg:height="2cm"'
  const body = `<text:h text:outline-level="1">headingword</text:h>
<text:p>${BODY_WORDS.join(' ')}${note('footnote', 'footnoteword')} ${LETTERS}${note('endnote', 'endnoteword')}${COMMENT}</text:p>
<text:list><text:list-item><text:p>listword</text:p></text:list-item></text:list>
<table:table table:name="T"><table:table-column/><table:table-row><table:table-cell><text:p>cellword</text:p></table:table-cell></table:table-row></table:table>
<text:p>${box('boxword', anchored)}${shape('shapeword', anchored)}<text:a xlink:href="https://example.org/">linkword</text:a></text:p>`
  return {
    ending: 'fodt',
    xml: flat('text', {
      styles: '',
      master: `<style:master-page style:name="Standard" style:page-layout-name="page">${MARGINS}</style:master-page>`,
      body,
    }),
    words: [
      ...BODY_WORDS,
      ...LETTERS.split(' '),
      ...'headingword footnoteword endnoteword commentword listword cellword boxword shapeword linkword'.split(' '),
      ...'headerword footerword'.split(' '),
    ],
  }
}

function workbook(): FlatDocument {
  const row = (...cells: readonly string[]) => `<table:table-row>${cells.join('')}</table:table-row>`
  const cell = (text: string, more = '') =>
    `<table:table-cell office:value-type="string">${more}<text:p>${text}</text:p></table:table-cell>`
  const number =
    '<table:table-cell office:value-type="float" office:value="12345.5"><text:p>12345.5</text:p></table:table-cell>'
  const formula =
    '<table:table-cell table:formula="of:=&quot;formula&quot;&amp;&quot;word&quot;" office:value-type="string" office:string-value="formulaword"><text:p>formulaword</text:p></table:table-cell>'
  const body = `<table:table table:name="sheetword"><table:shapes>${shape('shapeword')}${box('boxword')}</table:shapes><table:table-column/>
${row(...BODY_WORDS.map((word) => cell(word)))}${row(cell('commented', COMMENT), number, formula)}${row(cell(LETTERS))}</table:table>
<table:table table:name="hiddensheet" table:style-name="hidden"><table:table-column/>${row(cell('hiddenword'))}</table:table>`
  return {
    ending: 'fods',
    xml: flat('spreadsheet', {
      styles:
        '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>',
      master: `<style:master-page style:name="Default" style:page-layout-name="page">${MARGINS}</style:master-page>`,
      body,
    }),
    words: [
      ...BODY_WORDS,
      ...LETTERS.split(' '),
      ...'sheetword hiddensheet hiddenword commented commentword 12345.5 formulaword shapeword boxword'.split(' '),
      ...'headerword footerword'.split(' '),
    ],
  }
}

function presentation(): FlatDocument {
  const frame = (sort: string, content: string) =>
    `<draw:frame presentation:class="${sort}" svg:x="2cm" svg:y="4cm" svg:width="20cm" svg:height="9cm"><draw:text-box>${content}</draw:text-box></draw:frame>`
  const table =
    '<draw:frame svg:x="2cm" svg:y="17cm" svg:width="8cm" svg:height="2cm"><table:table><table:table-column/><table:table-row><table:table-cell><text:p>tableword</text:p></table:table-cell></table:table-row></table:table></draw:frame>'
  const body = `<presentation:footer-decl presentation:name="footer">footerword</presentation:footer-decl>
<draw:page draw:name="one" draw:master-page-name="Default" presentation:use-footer-name="footer">${COMMENT}
${frame('title', '<text:p>titleword</text:p>')}${frame('outline', `<text:list><text:list-item><text:p>${BODY_WORDS.join(' ')}</text:p></text:list-item></text:list>`)}
${box(`boxword ${LETTERS}`)}<draw:g>${shape('groupedword')}${shape('otherword', 'svg:x="18cm" svg:y="17cm" svg:width="5cm" svg:height="1cm"')}</draw:g>${table}
<presentation:notes>${frame('notes', '<text:p>notesword</text:p>')}</presentation:notes></draw:page>
<draw:page draw:name="two" draw:master-page-name="Default">${box('secondword')}</draw:page>`
  return {
    ending: 'fodp',
    xml: flat('presentation', {
      styles: '',
      master: `<style:master-page style:name="Default" style:page-layout-name="page">${frame('footer', '<text:p><presentation:footer/></text:p>')}</style:master-page>`,
      body,
    }),
    words: [
      ...BODY_WORDS,
      ...LETTERS.split(' '),
      ...'titleword boxword groupedword otherword tableword notesword footerword commentword secondword'.split(' '),
    ],
  }
}

export const flatDocuments = {
  text: textDocument(),
  spreadsheet: workbook(),
  presentation: presentation(),
} as const
