import { useEffect, useRef } from 'react'

/** The heading of a step: it takes the focus when the step begins, so that it is read and Tab goes on from it. */
export function Step({ title }: { title: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [title])
  return (
    <h3 ref={heading} tabIndex={-1} className="text-base font-semibold outline-none">
      {title}
    </h3>
  )
}
