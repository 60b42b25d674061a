/** Whether a key belongs to an input method, in every browser: the Enter that ends a composition is not ours. */

const SWALLOWED = 229

export function isComposing(event: KeyboardEvent): boolean {
  // Safari says that the composition is over before it tells of the key; only the old key code still knows.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return event.isComposing || event.key === 'Process' || event.keyCode === SWALLOWED
}
