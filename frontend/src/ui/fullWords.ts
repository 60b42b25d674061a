/**
 * Words that end in an ellipsis can be read in full: whoever points at them gets them as a title, as long as they are cut and
 * nobody has given them one. One listener for all screens.
 */

const GIVEN = 'data-full-words'

/** The nearest box around `start` that cuts its words with an ellipsis. */
function cutting(start: Element): HTMLElement | null {
  for (let box: Element | null = start; box instanceof HTMLElement; box = box.parentElement)
    if (getComputedStyle(box).textOverflow === 'ellipsis') return box
  return null
}

function tell(event: Event): void {
  const box = event.target instanceof Element ? cutting(event.target) : null
  if (box === null) return
  const own = box.hasAttribute(GIVEN)
  if (!own && box.closest('[title]') !== null) return
  if (box.scrollWidth > box.clientWidth) {
    box.title = box.textContent.trim()
    box.setAttribute(GIVEN, '')
  } else if (own) {
    box.removeAttribute('title')
    box.removeAttribute(GIVEN)
  }
}

export function tellFullWords(root: Document): void {
  root.addEventListener('pointerover', tell, { passive: true })
}
