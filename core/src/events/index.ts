export { EventBus } from './bus.ts'
export type { Event, EventData, EventType } from './catalog.ts'
export type { EventFilter } from './filter.ts'
export type { EventStream, Missed } from './stream.ts'
