/**
 * Every text on screen, put together from the `locales` folders of the shell, the shared parts and the features. Chinese is
 * part of the first page; English (`messages.en.ts`) is loaded when somebody asks for it.
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
