export { EventBus } from './bus.ts'
export { events, type Event, type EventData, type EventType } from './catalog.ts'
export type { EventFilter } from './filter.ts'
export type { EventStream, Missed } from './stream.ts'
