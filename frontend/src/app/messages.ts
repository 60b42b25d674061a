/**
 * The texts of the first page, put together from the `locales` folders of the shell, the shared parts and the features. What only
 * a room's own screens say stands in its `locales/page` and comes with them (`words.ts` of the room). English (`messages.en.ts`)
 * is one file with all of it, loaded when somebody asks for it.
 */

export interface Texts {
  [name: string]: string | Texts
}

/** One tree of many; a text that stands in two of them is a mistake that a test finds. */
export function merged(trees: readonly Texts[]): Texts {
  const whole: Texts = {}
  for (const tree of trees) add(whole, tree)
  return whole
}

function add(whole: Texts, tree: Texts): void {
  for (const [name, value] of Object.entries(tree)) {
    const held = whole[name]
    if (typeof value === 'string') whole[name] = value
    else if (typeof held === 'object') add(held, value)
    else whole[name] = merged([value])
  }
}

export const chinese = merged(
  Object.values(import.meta.glob<Texts>('../**/locales/zh-CN.json', { eager: true, import: 'default' })),
)
