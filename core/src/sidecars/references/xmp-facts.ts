/** What an XMP file says of the file it lies beside. Times are as they are written. */
export interface XmpFacts {
  /** 0 to 5 stars; -1 for one that was rejected. */
  readonly rating?: number
  /** Name of a colour. */
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
  /** Degrees, north and east of zero. */
  readonly latitude?: number
  readonly longitude?: number
  /** Metres; negative below the sea. */
  readonly altitude?: number
  /** The extension of the file it belongs to, in lower case, where the program that wrote it says so. */
  readonly forExtension?: string
}
