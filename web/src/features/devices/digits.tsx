/** Six digits that two people compare: read one by one, not as a large number. */
export function Digits({ number, className }: { number: string; className?: string }) {
  return (
    <span dir="ltr" className={`font-semibold tracking-widest tabular-nums ${className ?? ''}`}>
      <span className="sr-only">{number.split('').join(' ')}</span>
      <span aria-hidden>
        {number.slice(0, 3)}&#8239;{number.slice(3)}
      </span>
    </span>
  )
}
