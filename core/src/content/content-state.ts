/** How far a file's content is known; `entries.content_state` stores the index in this list, so its order never changes. */
export const contentStates = ['pending', 'identified', 'failed', 'skipped'] as const
export type ContentState = (typeof contentStates)[number]
