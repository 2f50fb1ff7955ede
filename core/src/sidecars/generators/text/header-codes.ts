/**
 * The text of a header or footer of a sheet, without Excel's codes for places, fonts and numbers of pages, such as
 * `&C&"Arial,Bold"&12`.
 */
export function withoutHeaderCodes(text: string): string {
  return text.replaceAll(
    /&(?:"[^"]*"|\d{1,3}|K[0-9A-F]{6}|[A-JL-Z]|(&))/gi,
    (_, ampersand?: string) => ampersand ?? ' ',
  )
}
