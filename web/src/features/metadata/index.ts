export { Metadata } from './metadata.tsx'
export { Row, Rows, Section } from './section.tsx'
