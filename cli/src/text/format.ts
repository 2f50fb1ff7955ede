const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const

/** `1.5 GB`: three significant digits, decimal units as disks are sold and file managers show them. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // 999.5 would round to "1000 kB".
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2
  return `${value.toFixed(digits).replace(/\.0+$/, '')} ${units[unit]}`
}

/** `1,234,567` */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 file`, `1,204 files` */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`
}

/** `3 ms`, `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h` */
export function formatDuration(ms: number): string {
  // Between two times of a clock that was set back.
  if (ms < 0) return '0 ms'
  if (ms < 95) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return two(seconds, 60, 'min', 's')
  if (seconds < 86_400) return two(Math.round(seconds / 60), 60, 'h', 'min')
  return two(Math.round(seconds / 3600), 24, 'd', 'h')
}

/** The time that work will still take: `12 s`, at most `more than a day`, because no estimate is right for days ahead. */
export function formatLeft(ms: number): string {
  return ms > DAY_MS ? 'more than a day' : formatDuration(ms)
}

const DAY_MS = 86_400_000

/** `0:07`, `12:05`, `1:02:03`: a place in a recording. */
export function formatPosition(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60) % 60
  const hours = Math.floor(seconds / 3600)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`
}

/** `2026-03-01 14:05` in local time. */
export function formatDate(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`
}

/** `14:05:09` in local time. */
export function formatTime(iso: string): string {
  const date = new Date(iso)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
}

/** `just now`, `5 min ago`, and from a day on the date. */
export function formatAgo(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000)
  if (seconds >= 86_400 || seconds < -60) return formatDate(iso)
  if (seconds < 60) return 'just now'
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`
}

function two(value: number, base: number, large: string, small: string): string {
  const rest = value % base
  return `${Math.floor(value / base)} ${large}${rest ? ` ${rest} ${small}` : ''}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** Six digits that two people compare, as they are read out: `123 456`. */
export function formatNumber(number: string): string {
  return `${number.slice(0, 3)} ${number.slice(3)}`
}
