/** Limit on the longer side of an icon, in pixels: systems draw no larger icons. */
export const ICON_PIXELS = 256

const ICON_NAME = /\.(?:ico|icns|cur|ani)$/i

/** The beginnings of names that systems and programs give to screenshots. */
const SCREENSHOT_NAMES = [
  'screenshot',
  'screen shot',
  'screen_shot',
  'screen-shot',
  'screencap',
  'bildschirmfoto',
  'bildschirmaufnahme',
  'capture d\u2019\u00e9cran',
  "capture d'\u00e9cran",
  'captura de pantalla',
  'captura de ecr\u00e3',
  'captura de tela',
  'schermafbeelding',
  'schermata',
  'sk\u00e4rmavbild',
  'sk\u00e6rmbillede',
  'skjermbilde',
  'zrzut ekranu',
  '\u0441\u043d\u0438\u043c\u043e\u043a \u044d\u043a\u0440\u0430\u043d\u0430',
  '\u30b9\u30af\u30ea\u30fc\u30f3\u30b7\u30e7\u30c3\u30c8',
  '\u622a\u5c4f',
  '\u5c4f\u5e55\u622a\u56fe',
]

/** The names of folders in which systems store screenshots. */
const SCREENSHOT_FOLDERS: ReadonlySet<string> = new Set(['screenshots', 'screen shots', 'bildschirmfotos'])

export interface PictureFacts {
  readonly name: string
  /** Width in pixels; null if it is not known. */
  readonly width: number | null
  readonly height: number | null
  /** Whether the picture's metadata name the camera. */
  readonly hasCamera: boolean
  /** The name of the folder that contains the picture. */
  readonly folder: string
}

/** Whether a picture is an icon: it has an icon's name, or its longer side has at most `ICON_PIXELS`. */
export function isIcon({ height, name, width }: PictureFacts): boolean {
  if (ICON_NAME.test(name)) return true
  return width !== null && height !== null && Math.max(width, height) <= ICON_PIXELS
}

/**
 * Whether a picture is a screenshot: its metadata name no camera, and its name or its folder is that of a screenshot.
 */
export function isScreenshot({ folder, hasCamera, name }: PictureFacts): boolean {
  if (hasCamera) return false
  if (SCREENSHOT_FOLDERS.has(folder.toLowerCase())) return true
  const plain = name.normalize('NFC').toLowerCase()
  return SCREENSHOT_NAMES.some((each) => plain.startsWith(each))
}
