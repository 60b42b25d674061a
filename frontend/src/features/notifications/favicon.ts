/** The dot on the page's icon while something is unread: seen when the tab is one of many. */

import { watch } from 'vue'

const DOT = '<circle cx="25" cy="7" r="7" fill="#c2263e" stroke="#fff" stroke-width="2"/>'

/** Follow the number of what is unread; returns what ends it. */
export function markIcon(unread: () => number): () => void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  if (!link) return () => undefined
  const plain = link.href
  let dotted: string | null = null
  let ended = false

  async function show(marked: boolean): Promise<void> {
    if (!link) return
    if (!marked) {
      link.href = plain
      return
    }
    dotted ??= await withDot(plain)
    if (dotted !== null && !ended && unread() > 0) link.href = dotted
  }

  const stop = watch(
    () => unread() > 0,
    (marked) => void show(marked),
    { immediate: true },
  )
  return () => {
    ended = true
    stop()
    link.href = plain
  }
}

async function withDot(address: string): Promise<string | null> {
  try {
    const drawing = await (await fetch(address)).text()
    return `data:image/svg+xml,${encodeURIComponent(drawing.replace('</svg>', `${DOT}</svg>`))}`
  } catch {
    return null
  }
}
