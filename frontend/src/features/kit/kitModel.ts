/** The states in which the parts are shown. */

export const STATES = ['ready', 'loading', 'empty', 'narrowed', 'failed', 'forbidden', 'changed'] as const
export type KitState = (typeof STATES)[number]
