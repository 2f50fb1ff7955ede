import { defineTypes } from '../definition.ts'

const heard = { supportsThumbnails: true, supportsPreview: true, supportsMetadata: true }

const recordings = defineTypes({ category: 'audio', ...heard }, [
  { id: 'mp3', name: 'MP3 sound', ext: 'mp3 mp2 mp1 mpga', mime: 'audio/mpeg', magic: ['"ID3" [02-04]'] },
  { id: 'm4a', name: 'MPEG-4 sound', ext: 'm4a m4r', mime: 'audio/mp4 audio/x-m4a', family: 'mp4' },
  { id: 'm4b', name: 'MPEG-4 audiobook', ext: 'm4b', mime: 'audio/mp4 audio/x-m4b', family: 'mp4' },
  { id: 'audible', name: 'Audible audiobook', ext: 'aax aaxc aa', mime: 'audio/vnd.audible.aax', family: 'mp4' },
  { id: 'aac', name: 'AAC sound', ext: 'aac adts', mime: 'audio/aac', magic: ['"ADIF"'] },
  { id: 'flac', name: 'FLAC sound', ext: 'flac', mime: 'audio/flac audio/x-flac', magic: ['"fLaC"'] },
  {
    id: 'wav',
    name: 'WAV sound',
    ext: 'wav wave bwf',
    mime: 'audio/wav audio/x-wav',
    magic: ['"RIFF" ?? ?? ?? ?? "WAVE"', '"RF64" ?? ?? ?? ?? "WAVE"'],
  },
  { id: 'w64', name: 'Wave64 sound', ext: 'w64', magic: ['"riff" 2e 91 cf 11 a5 d6 28 db'] },
  {
    id: 'aiff',
    name: 'AIFF sound',
    ext: 'aif aiff aifc',
    mime: 'audio/aiff audio/x-aiff',
    magic: ['"FORM" ?? ?? ?? ?? "AIFF"', '"FORM" ?? ?? ?? ?? "AIFC"'],
  },
  { id: 'ogg', name: 'Ogg sound', ext: 'ogg oga', mime: 'audio/ogg', magic: ['"OggS" 00'], family: 'ogg' },
  { id: 'opus', name: 'Opus sound', ext: 'opus', mime: 'audio/opus', family: 'ogg' },
  { id: 'speex', name: 'Speex sound', ext: 'spx', mime: 'audio/x-speex', family: 'ogg' },
  { id: 'mka', name: 'Matroska sound', ext: 'mka', mime: 'audio/matroska audio/x-matroska', family: 'mkv' },
  { id: 'weba', name: 'WebM sound', ext: 'weba', mime: 'audio/webm', family: 'mkv' },
  { id: 'wma', name: 'Windows Media sound', ext: 'wma', mime: 'audio/x-ms-wma', family: 'asf' },
  { id: 'ape', name: "Monkey's Audio", ext: 'ape', mime: 'audio/ape', magic: ['"MAC " ?? 0f'] },
  { id: 'wavpack', name: 'WavPack sound', ext: 'wv', mime: 'audio/wavpack', magic: ['"wvpk"'] },
  { id: 'musepack', name: 'Musepack sound', ext: 'mpc', mime: 'audio/x-musepack', magic: ['"MPCK"', '"MP+" [07-27]'] },
  { id: 'tta', name: 'True Audio', ext: 'tta', mime: 'audio/x-tta', magic: ['"TTA1"', '"TTA2"'] },
  { id: 'tak', name: 'TAK sound', ext: 'tak', mime: 'audio/x-tak', magic: ['"tBaK"'] },
  { id: 'shorten', name: 'Shorten sound', ext: 'shn', mime: 'application/x-shorten', magic: ['"ajkg"'] },
  { id: 'dsf', name: 'DSD stream file', ext: 'dsf', mime: 'audio/x-dsf', magic: ['"DSD " 1c 00 00 00'] },
  {
    id: 'dsdiff',
    name: 'DSD interchange file',
    ext: 'dff',
    mime: 'audio/x-dff',
    magic: ['"FRM8" ?? ?? ?? ?? ?? ?? ?? ?? "DSD "'],
  },
  { id: 'amr', name: 'AMR sound', ext: 'amr awb', mime: 'audio/amr audio/amr-wb', magic: ['"#!AMR"'] },
  { id: 'qcp', name: 'Qualcomm PureVoice', ext: 'qcp', mime: 'audio/qcelp', magic: ['"RIFF" ?? ?? ?? ?? "QLCM"'] },
  { id: 'ac3', name: 'Dolby Digital sound', ext: 'ac3 eac3 ec3', mime: 'audio/ac3 audio/eac3' },
  {
    id: 'dts',
    name: 'DTS sound',
    ext: 'dts dtshd',
    mime: 'audio/vnd.dts',
    magic: ['7f fe 80 01', 'fe 7f 01 80', '"DTSHDHDR"'],
  },
  { id: 'au', name: 'Sun sound', ext: 'au snd', mime: 'audio/basic', magic: ['".snd" 00 00 00'] },
  { id: 'caf', name: 'Core Audio sound', ext: 'caf', mime: 'audio/x-caf', magic: ['"caff" 00 01'] },
  { id: 'voc', name: 'Creative Voice sound', ext: 'voc', mime: 'audio/x-voc', magic: ['"Creative Voice File" 1a'] },
  { id: 'realaudio', name: 'RealAudio sound', ext: 'ra', mime: 'audio/vnd.rn-realaudio', magic: ['".ra" fd'] },
  { id: 'gsm', name: 'GSM sound', ext: 'gsm', mime: 'audio/gsm' },
])

const music = defineTypes({ category: 'audio' }, [
  {
    id: 'midi',
    name: 'MIDI music',
    ext: 'mid midi kar rmi',
    mime: 'audio/midi',
    magic: ['"MThd" 00 00 00 06', '"RIFF" ?? ?? ?? ?? "RMID"'],
  },
  {
    id: 'mod',
    name: 'Tracker module',
    ext: 'mod',
    mime: 'audio/x-mod',
    magic: ['@1080 "M.K."', '@1080 "M!K!"', '@1080 "4CHN"', '@1080 "8CHN"'],
    priority: 45,
  },
  { id: 'xm', name: 'FastTracker module', ext: 'xm', mime: 'audio/x-xm', magic: ['"Extended Module: "'] },
  { id: 'it', name: 'Impulse Tracker module', ext: 'it', mime: 'audio/x-it', magic: ['"IMPM"'] },
  { id: 's3m', name: 'Scream Tracker module', ext: 's3m', mime: 'audio/x-s3m', magic: ['@44 "SCRM"'] },
  {
    id: 'soundfont',
    name: 'SoundFont bank',
    ext: 'sf2 sf3',
    mime: 'audio/x-sfbk',
    magic: ['"RIFF" ?? ?? ?? ?? "sfbk"'],
  },
  { id: 'ableton', name: 'Ableton Live set', ext: 'als adg', parent: 'gzip' },
  { id: 'fl-studio', name: 'FL Studio project', ext: 'flp', magic: ['"FLhd" 06 00 00 00'] },
])

export const audioTypes = [...recordings, ...music]
