/** The facts that an XMP file states about the file beside it. Times are kept as the texts in the file. */
export interface XmpFacts {
  /** Rating: 0 to 5 stars; -1 for a rejected photo. */
  readonly rating?: number
  /** The name of a colour. */
  readonly label?: string
  readonly title?: string
  readonly description?: string
  readonly creators?: readonly string[]
  /** Keywords. */
  readonly subjects?: readonly string[]
  readonly rights?: string
  readonly takenAt?: string
  readonly createdAt?: string
  readonly modifiedAt?: string
  /** Degrees; north and east are positive. */
  readonly latitude?: number
  readonly longitude?: number
  /** Metres; negative below the sea. */
  readonly altitude?: number
  /** The extension of the described file, in lower case, if the program that wrote the XMP stated it. */
  readonly forExtension?: string
}
