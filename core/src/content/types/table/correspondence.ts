import { defineTypes } from '../definition.ts'

const emails = defineTypes({ category: 'email', supportsPreview: true, supportsMetadata: true }, [
  { id: 'eml', name: 'E-mail message', ext: 'eml emlx', mime: 'message/rfc822', text: true },
  { id: 'msg', name: 'Outlook message', ext: 'msg oft', mime: 'application/vnd.ms-outlook', parent: 'ole' },
  { id: 'mbox', name: 'Mailbox', ext: 'mbox mbx', mime: 'application/mbox', text: true },
  { id: 'pst', name: 'Outlook data file', ext: 'pst ost', mime: 'application/vnd.ms-outlook-pst', magic: ['"!BDN"'] },
  {
    id: 'tnef',
    name: 'Outlook attachment bundle',
    ext: 'tnef',
    names: 'winmail.dat',
    mime: 'application/vnd.ms-tnef',
    magic: ['78 9f 3e 22'],
  },
  { id: 'dbx', name: 'Outlook Express mailbox', ext: 'dbx', magic: ['cf ad 12 fe'] },
  { id: 'nsf', name: 'Notes mailbox', ext: 'nsf', mime: 'application/vnd.lotus-notes', magic: ['1a 00 00 04 00 00'] },
])

const calendars = defineTypes({ category: 'calendar', supportsPreview: true, text: true }, [
  { id: 'icalendar', name: 'Calendar', ext: 'ics ical ifb icalendar', mime: 'text/calendar' },
  { id: 'vcalendar', name: 'vCalendar', ext: 'vcs', mime: 'text/x-vcalendar', family: 'icalendar' },
  { id: 'jcal', name: 'Calendar in JSON', ext: 'jcal jcs', mime: 'application/calendar+json', parent: 'json' },
  { id: 'xcal', name: 'Calendar in XML', ext: 'xcs', mime: 'application/calendar+xml', parent: 'xml' },
])

const contacts = defineTypes({ category: 'contact', supportsPreview: true, text: true }, [
  { id: 'vcard', name: 'Contact card', ext: 'vcf vcard', mime: 'text/vcard text/x-vcard' },
  { id: 'ldif', name: 'Directory entries', ext: 'ldif', mime: 'text/ldif' },
  { id: 'jcard', name: 'Contact card in JSON', ext: 'jcard jcf', mime: 'application/vcard+json', parent: 'json' },
  { id: 'windows-contact', name: 'Windows contact', ext: 'contact', mime: 'text/x-ms-contact', parent: 'xml' },
])

const web = defineTypes({ category: 'web', supportsPreview: true, text: true }, [
  { id: 'html', name: 'Web page', ext: 'html htm shtml', mime: 'text/html', supportsThumbnails: true, family: 'html' },
  { id: 'xhtml', name: 'XHTML page', ext: 'xhtml xht', mime: 'application/xhtml+xml', family: 'html' },
  { id: 'mhtml', name: 'Saved web page', ext: 'mhtml mht', mime: 'multipart/related', family: 'eml' },
  {
    id: 'webarchive',
    name: 'Safari web archive',
    ext: 'webarchive',
    mime: 'application/x-webarchive',
    parent: 'binary-plist',
    text: false,
  },
  { id: 'warc', name: 'Web archive', ext: 'warc', mime: 'application/warc', magic: ['"WARC/1."'], text: false },
  { id: 'rss', name: 'RSS feed', ext: 'rss', mime: 'application/rss+xml', parent: 'xml' },
  { id: 'atom', name: 'Atom feed', ext: 'atom', mime: 'application/atom+xml', parent: 'xml' },
  { id: 'opml', name: 'Outline or list of feeds', ext: 'opml', mime: 'text/x-opml', parent: 'xml' },
  { id: 'har', name: 'HTTP archive', ext: 'har', mime: 'application/har+json', parent: 'json' },
  { id: 'appcache', name: 'Offline cache manifest', ext: 'appcache', mime: 'text/cache-manifest' },
  {
    id: 'webmanifest',
    name: 'Web app manifest',
    ext: 'webmanifest',
    mime: 'application/manifest+json',
    parent: 'json',
  },
])

const shortcuts = defineTypes({ category: 'shortcut', text: true }, [
  {
    id: 'lnk',
    name: 'Windows shortcut',
    ext: 'lnk',
    mime: 'application/x-ms-shortcut',
    magic: ['4c 00 00 00 01 14 02 00 00 00 00 00 c0'],
    text: false,
  },
  { id: 'url', name: 'Internet shortcut', ext: 'url website', mime: 'application/x-mswinurl' },
  { id: 'webloc', name: 'Web location', ext: 'webloc', mime: 'application/x-webloc', parent: 'xml-plist' },
  { id: 'desktop', name: 'Desktop entry', ext: 'desktop', mime: 'application/x-desktop' },
  { id: 'mac-alias', name: 'Mac alias', ext: 'alias', magic: ['"book" 00 00 00 00 "mark" 00 00 00 00'], text: false },
  { id: 'google-doc', name: 'Google Drive link', ext: 'gdoc gsheet gslides gdraw gform', parent: 'json' },
  { id: 'rdp', name: 'Remote desktop connection', ext: 'rdp', mime: 'application/x-rdp' },
  {
    id: 'torrent',
    name: 'Torrent',
    ext: 'torrent',
    mime: 'application/x-bittorrent',
    magic: ['"d8:announce"', '"d13:announce-list"', '"d7:comment"', '"d4:info"'],
    text: false,
  },
  {
    id: 'library-ms',
    name: 'Windows library',
    ext: 'library-ms',
    mime: 'application/windows-library+xml',
    parent: 'xml',
  },
])

export const correspondenceTypes = [...emails, ...calendars, ...contacts, ...web, ...shortcuts]
