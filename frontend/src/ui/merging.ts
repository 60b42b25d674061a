/** Two people changed the same from the same beginning: what each of them did, on top of the other. */

/** Mine where I changed it, else what a colleague made of it. */
export function mergedValue<T>(base: T, mine: T, theirs: T): T {
  return mine === base ? theirs : mine
}

/** Theirs, with what I put in and without what I took out. */
export function mergedList<T>(base: readonly T[], mine: readonly T[], theirs: readonly T[]): T[] {
  const kept = theirs.filter((one) => mine.includes(one) || !base.includes(one))
  return [...kept, ...mine.filter((one) => !base.includes(one) && !kept.includes(one))]
}
